"""Update campaigns: who was asked to confirm what, and who answered."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from structures.champs import ListeField
from structures.models.competence import Competence
from structures.models.structure import Structure
from structures.models.territoire import Territoire
from structures.models.vocabulaire import Theme


def validate_relances(jours):
    """Refuse anything but a list of whole numbers of days, 1 or more."""
    if not isinstance(jours, list) or not all(type(jour) is int and jour > 0 for jour in jours):
        raise ValidationError(
            "Les relances sont des nombres de jours, par exemple [15, 30].", code="relances"
        )


class Campagne(models.Model):
    """A round of confirmations asked of the référents of a territory."""

    territoire = models.ForeignKey(Territoire, models.CASCADE, related_name="campagnes")
    nom = models.CharField(max_length=120)
    theme = models.ForeignKey(Theme, models.SET_NULL, null=True, blank=True, verbose_name="thème")
    avant_le = models.DateField("fiches non confirmées depuis le", null=True, blank=True)
    message = models.TextField("message aux référents", blank=True)
    relances_jours = ListeField("relances après (jours)", validators=[validate_relances])
    lancee_le = models.DateTimeField("lancée le", null=True, blank=True)
    lancee_par = models.ForeignKey(
        "structures.User", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="lancée par"
    )
    close_le = models.DateTimeField("close le", null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(close_le__isnull=True) | Q(lancee_le__isnull=False, close_le__gte=F("lancee_le")),
                name="campagne_close_apres_lancement",
                violation_error_message="Une campagne se clôt après son lancement.",
            )
        ]

    def __str__(self):
        return self.nom


class Sollicitation(models.Model):
    """One structure asked in a campaign, and what became of it."""

    class Reponse(models.TextChoices):
        CONFIRMEE = "confirmee", "rien n’a changé"
        CORRIGEE = "corrigee", "corrigée"

    campagne = models.ForeignKey(Campagne, models.CASCADE, related_name="sollicitations")
    structure = models.ForeignKey(Structure, models.CASCADE, related_name="sollicitations")
    destinataire = models.ForeignKey(
        "structures.User", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    competences = models.ManyToManyField(Competence, related_name="sollicitations", verbose_name="fiches")
    envoyee_le = models.DateTimeField("envoyée le", null=True, blank=True)
    relances = models.PositiveSmallIntegerField(default=0)
    relancee_le = models.DateTimeField("dernière relance le", null=True, blank=True)
    en_echec_le = models.DateTimeField("courriel revenu le", null=True, blank=True)
    reponse = models.CharField("réponse", max_length=10, choices=Reponse, blank=True)
    repondue_le = models.DateTimeField("répondue le", null=True, blank=True)

    class Meta:
        ordering = ["campagne", "structure"]
        constraints = [
            models.UniqueConstraint(
                fields=["campagne", "structure"],
                name="sollicitation_unique",
                violation_error_message="Cette structure est déjà sollicitée dans la campagne.",
            ),
            models.CheckConstraint(
                condition=Q(reponse="", repondue_le__isnull=True)
                | (~Q(reponse="") & Q(repondue_le__isnull=False)),
                name="sollicitation_reponse_datee",
                violation_error_message="Une réponse est datée.",
            ),
        ]

    def __str__(self):
        return f"{self.structure} — {self.campagne}"
