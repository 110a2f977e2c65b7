"""The partner structures and the people to ask for."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.urls import reverse
from django.utils import timezone
from simple_history.models import HistoricalRecords

from structures.champs import CleField, CodesField, SiretField, TelephoneField
from structures.models.compte import Membre
from structures.models.indexe import IndexeModel, IndexeQuerySet
from structures.models.territoire import Territoire
from structures.validateurs import validate_site_web


class Statut(models.TextChoices):
    BROUILLON = "brouillon", "brouillon"
    PUBLIEE = "publiee", "publiée"
    ARCHIVEE = "archivee", "archivée"


class Visibilite(models.TextChoices):
    PUBLIC = "public", "tout le monde"
    PARTENAIRES = "partenaires", "les partenaires"
    COORDINATION = "coordination", "la coordination"


class StructureQuerySet(IndexeQuerySet):
    def published(self):
        return self.filter(statut=Statut.PUBLIEE)

    def visible_to(self, droits):
        """Structures of which ``droits`` may read at least the public part."""
        return self.published().filter(territoire_id__in=droits.territoires_lus)


class Structure(IndexeModel):
    """A partner: identity, network, what it expects of partners and the limits it sets."""

    chemins_index = ("structure", "permanences__lieu__structure")

    territoire = models.ForeignKey(
        Territoire, models.PROTECT, related_name="structures", verbose_name="publiée par"
    )
    nom = models.CharField(max_length=150)
    cle_tri = CleField(de="nom", db_index=True)
    slug = models.SlugField(max_length=120, unique=True)
    description = models.TextField("présentation", blank=True)
    siret = SiretField("SIRET")
    reseaux_porteurs = CodesField("réseaux", vocabulary="reseaux_porteurs")
    telephone = TelephoneField("téléphone")
    courriel = models.EmailField(blank=True)
    site_web = models.CharField("site web", max_length=300, blank=True, validators=[validate_site_web])

    attentes = models.TextField("ce que la structure attend de ses partenaires", blank=True)
    limites = models.TextField("les limites de son intervention", blank=True)
    charte_signee_le = models.DateField("charte signée le", null=True, blank=True)

    statut = models.CharField(max_length=10, choices=Statut, default=Statut.PUBLIEE)
    date_maj = models.DateField("mise à jour le", default=timezone.localdate)
    confirme_le = models.DateField("confirmée le", null=True, blank=True)
    confirme_par = models.ForeignKey(
        "structures.User",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="confirmée par",
    )
    source = models.CharField(max_length=60, blank=True, help_text="D’où la fiche a été importée.")
    source_id = models.CharField("identifiant dans la source", max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    history = HistoricalRecords(excluded_fields=["cle_tri", "updated_at"])
    objects = StructureQuerySet.as_manager()

    class Meta:
        ordering = ["cle_tri"]
        indexes = [models.Index(fields=["territoire", "statut", "cle_tri"], name="structure_index_az")]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_id"],
                condition=~Q(source_id=""),
                name="structure_source_unique",
                violation_error_message="Une structure porte déjà cet identifiant de source.",
            ),
            models.UniqueConstraint(
                fields=["territoire", "nom"],
                name="structure_nom_unique",
                violation_error_message="Une structure de ce nom existe déjà dans ce territoire.",
            ),
            models.CheckConstraint(
                condition=Q(source="", source_id="") | (~Q(source="") & ~Q(source_id="")),
                name="structure_source_complete",
                violation_error_message="Une source et son identifiant vont ensemble.",
            ),
            models.CheckConstraint(
                condition=Q(siret="") | Q(Exact(Length("siret"), 14)),
                name="structure_siret_longueur",
                violation_error_message="Un SIRET a 14 chiffres.",
            ),
            models.CheckConstraint(
                condition=Q(statut__in=["brouillon", "publiee", "archivee"]),
                name="structure_statut_connu",
                violation_error_message="Ce statut n’existe pas.",
            ),
        ]

    def __str__(self):
        return self.nom

    def get_absolute_url(self):
        return reverse("structures:structure_detail", args=[self.slug])

    @property
    def initiale(self):
        """The letter under which an A–Z index files it: « É » under e, a figure under #."""
        first = self.cle_tri[:1]
        return first if first.isalpha() else "#"


class ContactQuerySet(IndexeQuerySet):
    def visible_to(self, droits):
        """Contacts that ``droits`` may read: public ones, those of partners, those of the coordination by right.

        A référent reads all the contacts of the own structure.
        """
        readable = Q(visibilite=Visibilite.PUBLIC)
        if droits.territoires_partenaires:
            readable |= Q(
                visibilite=Visibilite.PARTENAIRES, structure__territoire_id__in=droits.territoires_partenaires
            )
        if droits.territoires_coordonnes:
            readable |= Q(structure__territoire_id__in=droits.territoires_coordonnes)
        if droits.user.is_authenticated:
            own = Membre.objects.active().filter(
                user=droits.user, role=Membre.Role.REFERENT, structure_id=OuterRef("structure_id")
            )
            readable |= Exists(own)
        return self.filter(readable)


class Contact(IndexeModel):
    """Somebody to ask for, and who may know it. A function (« l'accueil ») is better than a name when it will do."""

    chemins_index = ("structure__contacts",)

    structure = models.ForeignKey(Structure, models.CASCADE, related_name="contacts")
    competence = models.ForeignKey(
        "structures.Competence",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="contacts",
        verbose_name="fiche",
        help_text="Vide : pour toute la structure.",
    )
    nom = models.CharField("nom", max_length=120, blank=True)
    fonction = models.CharField(max_length=120, blank=True)
    telephone = TelephoneField("téléphone")
    courriel = models.EmailField(blank=True)
    visibilite = models.CharField(
        "visible par", max_length=12, choices=Visibilite, default=Visibilite.PARTENAIRES
    )
    ordre = models.PositiveSmallIntegerField(default=100)

    history = HistoricalRecords()
    objects = ContactQuerySet.as_manager()

    class Meta:
        ordering = ["ordre", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(nom="", fonction=""),
                name="contact_nom_ou_fonction",
                violation_error_message="Indiquez un nom ou une fonction.",
            ),
            models.CheckConstraint(
                condition=~Q(telephone="", courriel=""),
                name="contact_joignable",
                violation_error_message="Indiquez un téléphone ou un courriel.",
            ),
            models.CheckConstraint(
                condition=Q(visibilite__in=["public", "partenaires", "coordination"]),
                name="contact_visibilite_connue",
                violation_error_message="Cette visibilité n’existe pas.",
            ),
        ]

    def __str__(self):
        return self.nom or self.fonction

    def clean(self):
        if self.competence and self.competence.structure_id != self.structure_id:
            raise ValidationError({"competence": "Cette fiche est celle d’une autre structure."})
