"""The places where people go."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from structures.champs import DictionnaireField, TelephoneField
from structures.horaires import valider_horaires
from structures.models.geographie import Commune
from structures.models.indexe import IndexeModel
from structures.models.structure import Structure
from structures.referentiels import FAMILLES_HANDICAP
from structures.validateurs import is_iso_day, validate_code_insee, validate_code_postal

NIVEAUX_ACCESSIBILITE = {"oui": "accessible", "partiel": "accessible en partie", "non": "non accessible"}
SOURCES_ACCESSIBILITE = {
    "declaration": "déclaré par la structure",
    "visite": "vérifié sur place",
    "label": "label ou registre officiel",
}
CLES_ACCESSIBILITE = {"niveau", "source", "verifie_le", "precisions"}


def validate_accessibilite(value):
    """Refuse anything but ``{famille: {"niveau", "source", "verifie_le", "precisions"}}``.

    A family that is absent is unknown, which is not « non accessible ».
    """
    if not isinstance(value, dict):
        raise ValidationError("L’accessibilité se décrit par famille de handicap.", code="accessibilite")
    for famille, etat in value.items():
        if famille not in FAMILLES_HANDICAP or not isinstance(etat, dict):
            raise ValidationError(
                "« %(famille)s » n’est pas une famille de handicap (auditif, mental, moteur, visuel).",
                code="famille",
                params={"famille": str(famille)[:40]},
            )
        if phrase := describe_fault(etat):
            raise ValidationError(
                "Accessibilité « %(famille)s » : %(phrase)s",
                code="etat",
                params={"famille": famille, "phrase": phrase},
            )


def describe_fault(etat):
    """Return what is to mend in the accessibility for one family; empty when nothing is."""
    # Lists rather than tables: a value that cannot be a key (a list) is compared, and refused, like any other.
    known = etat.get("niveau") in list(NIVEAUX_ACCESSIBILITE) and etat.get("source") in list(
        SOURCES_ACCESSIBILITE
    )
    if not known:
        return "un niveau (oui, partiel, non) et une source (declaration, visite, label) sont attendus."
    if not isinstance(etat.get("precisions", ""), str):
        return "les précisions sont un texte."
    if inconnus := sorted(map(str, etat.keys() - CLES_ACCESSIBILITE)):
        return f"« {inconnus[0][:40]} » n’existe pas (niveau, source, verifie_le, precisions)."
    jour = etat.get("verifie_le")
    if jour in (None, ""):
        return "donnez la date de la visite (2026-03-15)." if etat["source"] == "visite" else ""
    if not is_iso_day(jour):
        return "la date de vérification s’écrit 2026-03-15."
    return ""


class Lieu(IndexeModel):
    """A place of a structure: address, hours, how to get there, accessibility.

    ``adresse_confidentielle``: the address of a shelter is read by partners only, and written nowhere else.
    """

    chemins_index = ("permanences__lieu",)

    structure = models.ForeignKey(Structure, models.CASCADE, related_name="lieux")
    nom = models.CharField(max_length=120, help_text="Par exemple « Accueil de Montessuy ».")
    principal = models.BooleanField("lieu principal", default=False)
    adresse_confidentielle = models.BooleanField(
        "adresse confidentielle",
        default=False,
        help_text="Jamais publiée ni imprimée : seuls les partenaires connectés la lisent.",
    )
    adresse = models.CharField(max_length=200, blank=True)
    complement_adresse = models.CharField("complément d’adresse", max_length=200, blank=True)
    code_postal = models.CharField(max_length=5, blank=True, validators=[validate_code_postal])
    commune = models.CharField(max_length=100, blank=True)
    code_insee = models.CharField(
        "code INSEE", max_length=5, blank=True, db_index=True, validators=[validate_code_insee]
    )
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    telephone = TelephoneField("téléphone")
    courriel = models.EmailField(blank=True)
    horaires_accueil = models.CharField(
        "horaires d’accueil",
        max_length=1000,
        blank=True,
        validators=[valider_horaires],
        help_text="Syntaxe OpenStreetMap : Mo-Fr 09:00-12:00,14:00-17:00; PH off. Vide : non renseignés.",
    )
    acces = models.TextField("comment s’y rendre", blank=True)
    accessibilite = DictionnaireField("accessibilité", validators=[validate_accessibilite])
    ordre = models.PositiveSmallIntegerField(default=100)
    source_id = models.CharField("identifiant dans la source", max_length=200, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name_plural = "lieux"
        ordering = ["-principal", "ordre", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["structure"],
                condition=Q(principal=True),
                name="lieu_un_seul_principal",
                violation_error_message="La structure a déjà un lieu principal.",
            ),
            models.UniqueConstraint(
                fields=["structure", "nom"],
                name="lieu_nom_unique",
                violation_error_message="La structure a déjà un lieu de ce nom.",
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                ),
                name="lieu_position",
                violation_error_message="Une position a une latitude (−90 à 90) et une longitude (−180 à 180).",
            ),
        ]

    def __str__(self):
        return f"{self.nom} ({self.structure})"

    @property
    def code_departement(self):
        """The département's code, from the commune's: « 69 », « 2A », « 974 ». Empty when unknown."""
        return self.code_insee[:3] if self.code_insee[:2] in {"97", "98"} else self.code_insee[:2]

    def clean(self):
        if not self.code_insee:
            return
        commune = Commune.objects.filter(pk=self.code_insee).first()
        if commune is None:
            raise ValidationError(
                {
                    "code_insee": f"Le code INSEE {self.code_insee} n’est celui d’aucune commune (par exemple 69034)."
                }
            )
        self.commune = self.commune or commune.nom


class PeriodeExceptionnelle(IndexeModel):
    """A closure, other hours or a message for a while, at a place or for one fiche there."""

    class Nature(models.TextChoices):
        FERMETURE = "fermeture", "fermeture"
        HORAIRES = "horaires", "autres horaires"
        MESSAGE = "message", "message seulement"

    chemins_index = ("permanences__lieu__periodes",)

    lieu = models.ForeignKey(Lieu, models.CASCADE, related_name="periodes")
    competence = models.ForeignKey(
        "structures.Competence",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="periodes",
        verbose_name="fiche",
        help_text="Vide : pour tout le lieu.",
    )
    nature = models.CharField(max_length=10, choices=Nature, default=Nature.FERMETURE)
    debut = models.DateField("du")
    fin = models.DateField("au (inclus)", null=True, blank=True)
    horaires = models.CharField(max_length=1000, blank=True, validators=[valider_horaires])
    message = models.CharField(max_length=250, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "période exceptionnelle"
        verbose_name_plural = "périodes exceptionnelles"
        ordering = ["debut"]
        constraints = [
            models.CheckConstraint(
                condition=Q(fin__isnull=True) | Q(fin__gte=F("debut")),
                name="periode_fin_apres_debut",
                violation_error_message="La fin vient avant le début.",
            ),
            models.CheckConstraint(
                condition=~Q(nature="horaires", horaires=""),
                name="periode_horaires_donnes",
                violation_error_message="Donnez les horaires de cette période.",
            ),
            models.CheckConstraint(
                condition=~Q(nature="message", message=""),
                name="periode_message_donne",
                violation_error_message="Écrivez le message.",
            ),
        ]

    def __str__(self):
        return f"{self.get_nature_display()} du {self.debut:%d/%m/%Y}"

    def clean(self):
        if not self.competence_id or not self.lieu_id:
            return
        if not self.competence.permanences.filter(lieu=self.lieu_id).exists():
            raise ValidationError({"competence": "Cette fiche n’a pas de permanence dans ce lieu."})
