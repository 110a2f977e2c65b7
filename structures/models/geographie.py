"""Official geography (INSEE codes), loaded by ``manage.py charger_geographie``."""

from django.db import models

from structures.champs import CleField


class Region(models.Model):
    code = models.CharField("code INSEE", max_length=3, primary_key=True)
    nom = models.CharField(max_length=100)

    class Meta:
        verbose_name = "région"
        ordering = ["nom"]

    def __str__(self):
        return self.nom


class Departement(models.Model):
    code = models.CharField("code INSEE", max_length=3, primary_key=True)
    nom = models.CharField(max_length=100)
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="departements")

    class Meta:
        verbose_name = "département"
        ordering = ["code"]

    def __str__(self):
        return f"{self.nom} ({self.code})"


class Epci(models.Model):
    code = models.CharField("SIREN", max_length=9, primary_key=True)
    nom = models.CharField(max_length=200)
    nature = models.CharField(max_length=10)

    class Meta:
        verbose_name = "EPCI"
        verbose_name_plural = "EPCI"
        ordering = ["nom"]

    def __str__(self):
        return self.nom


class Commune(models.Model):
    """A commune or a municipal arrondissement, under its INSEE code."""

    class Nature(models.TextChoices):
        COMMUNE = "COM", "commune"
        ARRONDISSEMENT = "ARM", "arrondissement municipal"

    code = models.CharField("code INSEE", max_length=5, primary_key=True)
    nom = models.CharField(max_length=100)
    nom_plie = CleField(de="nom", db_index=True)
    nature = models.CharField(max_length=3, choices=Nature)
    departement = models.ForeignKey(Departement, models.PROTECT, null=True, related_name="communes")
    epci = models.ForeignKey(Epci, models.SET_NULL, null=True, blank=True, related_name="communes")
    population = models.PositiveIntegerField(default=0)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)

    class Meta:
        ordering = ["nom_plie"]

    def __str__(self):
        return f"{self.nom} ({self.code})"


class CodePostal(models.Model):
    """A postal code of a commune: a commune has several, and one serves several communes."""

    code = models.CharField(max_length=5, db_index=True)
    commune = models.ForeignKey(Commune, models.CASCADE, related_name="codes_postaux")

    class Meta:
        verbose_name = "code postal"
        verbose_name_plural = "codes postaux"
        constraints = [models.UniqueConstraint(fields=["commune", "code"], name="codepostal_unique")]

    def __str__(self):
        return self.code
