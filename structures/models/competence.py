"""The fiche: what one structure does under one theme."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from simple_history.models import HistoricalRecords

from structures.champs import CleField, CodesField, DictionnaireField, ListeField
from structures.horaires import valider_horaires
from structures.models.indexe import IndexeModel, IndexeQuerySet
from structures.models.lieu import Lieu
from structures.models.structure import Statut, Structure, Visibilite
from structures.models.vocabulaire import Public, Theme
from structures.validateurs import validate_site_web, validate_zone_eligibilite

MAX_WAIT_DAYS = 3650


class CompetenceQuerySet(IndexeQuerySet):
    def in_force(self, on):
        """Fiches in force on a day: published, begun, not ended. A suspended one stays: it says so itself."""
        return self.filter(
            Q(debut__isnull=True) | Q(debut__lte=on),
            Q(fin__isnull=True) | Q(fin__gte=on),
            statut=Statut.PUBLIEE,
            structure__statut=Statut.PUBLIEE,
        )

    def visible_to(self, droits, on, within=None):
        """Fiches that ``droits`` may read on a day: those for partners only are for partners only.

        ``within``: ids of the territories to keep (see ``Droits.scope_of``); all by default.
        """
        public, partners, everywhere = (
            droits.territoires_publics,
            droits.territoires_partenaires,
            droits.territoires.keys(),
        )
        if within is not None:
            public, partners = public & within, partners & within
        fiches = self.in_force(on)
        # A list of every territory would keep SQLite from walking the index that the order needs: none is given
        # when these are all there are (20,000 fiches, latest changes: 22 ms, 0.3 without the list).
        if partners == everywhere:
            return fiches
        shown = Q(visibilite=Visibilite.PUBLIC)
        if public != everywhere:
            shown &= Q(structure__territoire_id__in=public)
        return fiches.filter(shown | Q(structure__territoire_id__in=partners) if partners else shown)


class Competence(IndexeModel):
    """A fiche. An empty field is « not filled in »: no public ticked is not « tous publics »."""

    class Frais(models.TextChoices):
        GRATUIT = "gratuit", "Gratuit"
        PAYANT = "payant", "Payant"

    class Disponibilite(models.TextChoices):
        PLACES = "places", "Places disponibles"
        ATTENTE = "attente", "Liste d’attente"
        COMPLET = "complet", "Complet"

    structure = models.ForeignKey(Structure, models.CASCADE, related_name="competences")
    theme = models.ForeignKey(Theme, models.PROTECT, related_name="competences", verbose_name="thème")
    nom = models.CharField("titre", max_length=150, blank=True, help_text="Vide : « thème — structure ».")
    cle_tri = CleField(de="nom", blank=True)
    objectifs = models.TextField(blank=True)
    publics = CodesField(vocabulary="publics", libre=True)
    publics_precisions = models.TextField("précisions sur le public", blank=True)
    conditions_acces = models.TextField("conditions d’accès", blank=True)
    deroulement = models.TextField("déroulement", blank=True)
    documents = CodesField(
        "documents à apporter",
        vocabulary="documents",
        libre=True,
        help_text="Un par ligne : un code de la liste commune (piece-identite…) ou un texte.",
    )
    frais = models.CharField(max_length=10, choices=Frais, blank=True)
    frais_precisions = models.TextField("précisions sur le coût", blank=True)
    langues = CodesField("langues parlées", vocabulary="langues")
    modes_accueil = CodesField("modes d’accueil", vocabulary="modes_accueil")
    zone_eligibilite = ListeField(
        "zone d’éligibilité",
        validators=[validate_zone_eligibilite],
        help_text="Codes de communes, d’EPCI, de départements, ou « france ». Vide : non précisée.",
    )

    mobilisable_par = CodesField("peut être sollicité par", vocabulary="mobilisable_par")
    modes_mobilisation = CodesField("comment solliciter", vocabulary="modes_mobilisation")
    mobilisation_precisions = models.TextField("comment orienter quelqu’un (professionnels)", blank=True)
    mobilisation_visibilite = models.CharField(
        "procédure visible par",
        max_length=12,
        choices=[(v.value, v.label) for v in (Visibilite.PUBLIC, Visibilite.PARTENAIRES)],
        default=Visibilite.PUBLIC,
    )
    venir_precisions = models.TextField("comment venir soi-même", blank=True)
    lien_mobilisation = models.CharField(
        "lien pour solliciter", max_length=300, blank=True, validators=[validate_site_web]
    )

    disponibilite = models.CharField("disponibilité", max_length=10, choices=Disponibilite, blank=True)
    delai_attente_jours = models.PositiveSmallIntegerField(
        "délai d’attente (jours)", null=True, blank=True, validators=[MaxValueValidator(MAX_WAIT_DAYS)]
    )
    disponibilite_precisions = models.CharField("précisions sur l’attente", max_length=250, blank=True)
    disponibilite_le = models.DateField("disponibilité constatée le", null=True, blank=True)
    debut = models.DateField("à partir du", null=True, blank=True)
    fin = models.DateField("jusqu’au (inclus)", null=True, blank=True)
    suspension_debut = models.DateField("suspendue à partir du", null=True, blank=True)
    suspension_fin = models.DateField("suspendue jusqu’au (inclus)", null=True, blank=True)
    suspension_motif = models.CharField("motif de la suspension", max_length=250, blank=True)

    champs = DictionnaireField("champs propres au thème")
    lieux = models.ManyToManyField(Lieu, through="structures.Permanence", related_name="competences")

    statut = models.CharField(max_length=10, choices=Statut, default=Statut.PUBLIEE)
    visibilite = models.CharField(
        "visible par",
        max_length=12,
        choices=[(v.value, v.label) for v in (Visibilite.PUBLIC, Visibilite.PARTENAIRES)],
        default=Visibilite.PUBLIC,
    )
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
    source = models.CharField(max_length=60, blank=True)
    source_id = models.CharField("identifiant dans la source", max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    history = HistoricalRecords(excluded_fields=["cle_tri", "updated_at"])
    objects = CompetenceQuerySet.as_manager()

    class Meta:
        verbose_name = "fiche"
        ordering = ["structure__cle_tri", "theme__ordre"]
        indexes = [
            models.Index(fields=["-date_maj", "-id"], name="competence_index_maj"),
            models.Index(
                # Covers the count by theme of the home page, and leads to the fiches of a theme.
                fields=["statut", "visibilite", "theme", "structure", "debut", "fin"],
                name="competence_index_theme",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["structure", "theme"],
                name="competence_unique",
                violation_error_message="La structure a déjà une fiche sous ce thème.",
            ),
            models.UniqueConstraint(
                fields=["source", "source_id"],
                condition=~Q(source_id=""),
                name="competence_source_unique",
                violation_error_message="Une fiche porte déjà cet identifiant de source.",
            ),
            models.CheckConstraint(
                condition=Q(source="", source_id="") | (~Q(source="") & ~Q(source_id="")),
                name="competence_source_complete",
                violation_error_message="Une source et son identifiant vont ensemble.",
            ),
            models.CheckConstraint(
                condition=Q(debut__isnull=True) | Q(fin__isnull=True) | Q(fin__gte=F("debut")),
                name="competence_fin_apres_debut",
                violation_error_message="La fin vient avant le début.",
            ),
            models.CheckConstraint(
                condition=Q(suspension_debut__isnull=False)
                | Q(suspension_fin__isnull=True, suspension_motif=""),
                name="competence_suspension_datee",
                violation_error_message="Une suspension a une date de début.",
            ),
            models.CheckConstraint(
                condition=Q(suspension_debut__isnull=True)
                | Q(suspension_fin__isnull=True)
                | Q(suspension_fin__gte=F("suspension_debut")),
                name="competence_suspension_ordre",
                violation_error_message="La fin de la suspension vient avant son début.",
            ),
            models.CheckConstraint(
                condition=Q(delai_attente_jours__isnull=True) | Q(delai_attente_jours__lte=MAX_WAIT_DAYS),
                name="competence_delai_borne",
                violation_error_message="Le délai d’attente va de 0 à 3 650 jours.",
            ),
            models.CheckConstraint(
                condition=Q(frais__in=["", "gratuit", "payant"]),
                name="competence_frais_connu",
                violation_error_message="Les frais sont « gratuit », « payant », ou vides.",
            ),
            models.CheckConstraint(
                condition=Q(statut__in=["brouillon", "publiee", "archivee"])
                & Q(visibilite__in=["public", "partenaires"]),
                name="competence_statut_connu",
                violation_error_message="Ce statut ou cette visibilité n’existe pas.",
            ),
        ]

    def __str__(self):
        return self.titre

    def get_absolute_url(self):
        return reverse("structures:competence_detail", args=[self.structure.slug, self.theme.slug])

    @property
    def titre(self):
        return self.nom or f"{self.theme.nom} — {self.structure.nom}"

    def is_suspended(self, on):
        """Tell whether the fiche is suspended on a day."""
        if self.suspension_debut is None or on < self.suspension_debut:
            return False
        return self.suspension_fin is None or on <= self.suspension_fin

    def clean(self):
        # What is not of the right type is refused by the field itself: only what it accepted is compared here.
        publics = self.publics if isinstance(self.publics, list) else []
        unknown = {code for code in publics if isinstance(code, str)}
        unknown -= set(Public.objects.values_list("code", flat=True)) if unknown else set()
        if unknown:
            raise ValidationError({"publics": f"« {min(unknown)} » n’est pas un public connu."})
        if not isinstance(self.champs, dict):
            return
        known = {champ.code: champ for champ in self.theme.champs.all()} if self.theme_id else {}
        for code, value in self.champs.items():
            if code not in known:
                raise ValidationError({"champs": f"Le thème n’a pas de champ « {code} »."})
            try:
                known[code].check_value(value)
            except ValidationError as error:
                raise ValidationError({"champs": error}) from error


class Permanence(IndexeModel):
    """Where a fiche takes place, with hours of its own when they differ from the place's."""

    chemins_index = ("permanences",)

    competence = models.ForeignKey(
        Competence, models.CASCADE, related_name="permanences", verbose_name="fiche"
    )
    lieu = models.ForeignKey(Lieu, models.CASCADE, related_name="permanences")
    horaires_accueil = models.CharField(
        "horaires propres à la fiche",
        max_length=1000,
        blank=True,
        validators=[valider_horaires],
        help_text="Vide : les horaires du lieu.",
    )
    precisions = models.CharField("précisions", max_length=250, blank=True)
    ordre = models.PositiveSmallIntegerField(default=100)

    history = HistoricalRecords()

    class Meta:
        ordering = ["ordre", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["competence", "lieu"],
                name="permanence_unique",
                violation_error_message="Ce lieu est déjà cité pour la fiche.",
            )
        ]

    def __str__(self):
        return f"{self.competence} @ {self.lieu.nom}"
