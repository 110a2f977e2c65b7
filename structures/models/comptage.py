"""What is kept of the searches: figures by day, and words that at least three different days used.

Nothing here tells who searched, from where nor at what time: there is no row per search. Before its third day, what was
typed is a keyed hash, which a constraint of the database sees to.
"""

from django.db import models
from django.db.models import Q

from structures.models.territoire import Territoire

MIN_JOURS = 3


class CompteRecherche(models.Model):
    """How many times in a day: searches, searches that found nothing, uses of each value of each filter.

    ``mesure`` is ``recherche`` or ``sans-resultat`` (``valeur``: mots, filtres — with words, or with filters only), or
    the name of a filter, and ``valeur`` its code.
    """

    RECHERCHE = "recherche"
    SANS_RESULTAT = "sans-resultat"

    territoire = models.ForeignKey(Territoire, models.CASCADE, related_name="+")
    jour = models.DateField()
    mesure = models.CharField(max_length=20)
    valeur = models.CharField(max_length=60)
    nombre = models.PositiveIntegerField()

    class Meta:
        verbose_name = "compte de recherches"
        verbose_name_plural = "comptes de recherches"
        constraints = [
            models.UniqueConstraint(
                fields=["territoire", "jour", "mesure", "valeur"], name="compterecherche_unique"
            )
        ]

    def __str__(self):
        return f"{self.mesure} {self.valeur}, {self.jour}"


class TermesCherches(models.Model):
    """Words searched together. ``termes`` is empty, and ``empreinte`` all that is known, before the third day.

    ``empreinte``: keyed hash of the territory and of the roots of the words (``structures.recherche.comptage``).
    """

    empreinte = models.CharField(max_length=32, primary_key=True)
    territoire = models.ForeignKey(Territoire, models.CASCADE, related_name="+")
    premier_jour = models.DateField()
    dernier_jour = models.DateField(db_index=True)
    jours = models.PositiveIntegerField(default=1)
    termes = models.CharField(max_length=130, blank=True, default="")

    class Meta:
        verbose_name = "termes cherchés"
        verbose_name_plural = "termes cherchés"
        constraints = [
            models.CheckConstraint(
                condition=Q(termes="") | Q(jours__gte=MIN_JOURS),
                name="termescherches_trois_jours",
                violation_error_message="Des mots ne sont gardés que cherchés trois jours différents.",
            )
        ]

    def __str__(self):
        return self.termes or "termes pas encore gardés"


class JourTermes(models.Model):
    """How many times words were searched in a day, from their third day on, and how many times nothing was found."""

    termes = models.ForeignKey(TermesCherches, models.CASCADE, related_name="par_jour")
    jour = models.DateField()
    nombre = models.PositiveIntegerField()
    sans_resultat = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "jour de recherche"
        verbose_name_plural = "jours de recherche"
        constraints = [models.UniqueConstraint(fields=["termes", "jour"], name="jourtermes_unique")]

    def __str__(self):
        return f"{self.termes}, {self.jour}"
