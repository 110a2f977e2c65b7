"""Changes proposed by readers, decided by the référent or the coordination."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from structures.champs import DictionnaireField
from structures.models.competence import Competence
from structures.models.structure import Structure
from structures.models.territoire import Territoire


class Suggestion(models.Model):
    """An error reported, a change proposed, or a structure that is missing."""

    class Etat(models.TextChoices):
        EN_ATTENTE = "en-attente", "en attente"
        ACCEPTEE = "acceptee", "acceptée"
        AMENDEE = "amendee", "acceptée avec des changements"
        DECLINEE = "declinee", "déclinée"

    territoire = models.ForeignKey(Territoire, models.CASCADE, related_name="suggestions")
    structure = models.ForeignKey(
        Structure,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="suggestions",
        help_text="Vide : il en manque une.",
    )
    competence = models.ForeignKey(
        Competence, models.CASCADE, null=True, blank=True, related_name="suggestions", verbose_name="fiche"
    )
    auteur = models.ForeignKey(
        "structures.User", models.SET_NULL, null=True, blank=True, related_name="suggestions"
    )
    courriel = models.EmailField("courriel pour la réponse", blank=True)
    texte = models.TextField(blank=True)
    propositions = DictionnaireField("champs proposés")
    etat = models.CharField("état", max_length=12, choices=Etat, default=Etat.EN_ATTENTE)
    reponse = models.TextField("réponse", blank=True)
    decidee_par = models.ForeignKey(
        "structures.User",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="décidée par",
    )
    decidee_le = models.DateTimeField("décidée le", null=True, blank=True)
    created_at = models.DateTimeField("reçue le", auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["territoire", "etat"], name="suggestion_index_etat")]
        constraints = [
            models.CheckConstraint(
                condition=Q(etat="en-attente", decidee_le__isnull=True)
                | (~Q(etat="en-attente") & Q(decidee_le__isnull=False)),
                name="suggestion_decision_datee",
                violation_error_message="Une décision est datée, et une attente ne l’est pas.",
            ),
            models.CheckConstraint(
                condition=~Q(texte="", propositions={}),
                name="suggestion_non_vide",
                violation_error_message="Écrivez ce qui est à corriger.",
            ),
        ]

    def __str__(self):
        return f"{self.structure or 'structure manquante'} ({self.get_etat_display()})"

    def clean(self):
        if self.competence and self.competence.structure_id != self.structure_id:
            raise ValidationError({"competence": "Cette fiche est celle d’une autre structure."})
