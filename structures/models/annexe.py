"""Structures of neighbouring territories, listed as a complement."""

from django.db import models
from simple_history.models import HistoricalRecords

from structures.champs import CleField, TelephoneField
from structures.horaires import valider_horaires
from structures.models.territoire import Territoire
from structures.models.vocabulaire import Theme
from structures.validateurs import validate_code_insee, validate_code_postal, validate_site_web


class Annexe(models.Model):
    """A structure outside the territory that answers what the territory does not (« restos du cœur »)."""

    territoire = models.ForeignKey(Territoire, models.CASCADE, related_name="annexes")
    themes = models.ManyToManyField(Theme, related_name="annexes", verbose_name="thèmes")
    nom = models.CharField(max_length=150)
    cle_tri = CleField(de="nom", db_index=True)
    description = models.TextField()
    telephone = TelephoneField("téléphone")
    courriel = models.EmailField(blank=True)
    site_web = models.CharField("site web", max_length=300, blank=True, validators=[validate_site_web])
    adresse = models.CharField(max_length=200, blank=True)
    complement_adresse = models.CharField("complément d’adresse", max_length=200, blank=True)
    code_postal = models.CharField(max_length=5, blank=True, validators=[validate_code_postal])
    commune = models.CharField(max_length=100, blank=True)
    code_insee = models.CharField("code INSEE", max_length=5, blank=True, validators=[validate_code_insee])
    horaires_accueil = models.CharField(
        "horaires d’accueil", max_length=1000, blank=True, validators=[valider_horaires]
    )
    acces = models.TextField("comment s’y rendre", blank=True)
    date_maj = models.DateField("mise à jour le", null=True, blank=True)

    history = HistoricalRecords(excluded_fields=["cle_tri"], m2m_fields=[themes])

    class Meta:
        ordering = ["cle_tri"]
        constraints = [
            models.UniqueConstraint(
                fields=["territoire", "nom"],
                name="annexe_nom_unique",
                violation_error_message="Cette annexe existe déjà.",
            )
        ]

    def __str__(self):
        return self.nom
