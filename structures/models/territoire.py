"""Where a répertoire is kept, and the settings of it."""

import secrets

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from structures.champs import CodesField
from structures.models.indexe import list_fiches, update_index
from structures.version import touch_version

MAX_DEPTH = 8


def new_version():
    """Return a version that was never used: at random, since a counter repeats itself after a rollback."""
    return secrets.randbits(31)


class TerritoireQuerySet(models.QuerySet):
    """Rights are kept in memory by every process: several rows written at once are told as one is."""

    def descendants_of(self, territoire, include_self=True):
        # Every path begins with an empty one: without a path of its own, a territory contains but itself.
        inside = Q(chemin__startswith=territoire.chemin) if territoire.chemin else Q(pk=territoire.pk)
        found = self.filter(inside)
        return found if include_self else found.exclude(pk=territoire.pk)

    @transaction.atomic
    def update(self, **kwargs):
        ids = list(self.order_by().values_list("pk", flat=True)) if "acces" in kwargs else []
        count = super().update(**kwargs)
        touch_version()
        if ids:
            update_index(list_fiches(self.model.chemins_index, ids))
        return count

    update.alters_data = True

    @transaction.atomic
    def delete(self):
        deleted = super().delete()
        touch_version()
        return deleted

    delete.alters_data = True
    delete.queryset_only = True

    @transaction.atomic
    def bulk_create(self, *args, **kwargs):
        created = super().bulk_create(*args, **kwargs)
        touch_version()
        return created


class Territoire(models.Model):
    """A commune, an EPCI, a bassin de vie, a département, a quartier… nested in one another.

    What an ancestor publishes (the département's MDPH) appears in each of its descendants, entered once.
    """

    class Niveau(models.TextChoices):
        QUARTIER = "quartier", "quartier"
        COMMUNE = "commune", "commune"
        EPCI = "epci", "intercommunalité"
        BASSIN = "bassin-de-vie", "bassin de vie"
        DEPARTEMENT = "departement", "département"
        REGION = "region", "région"
        AUTRE = "autre", "autre territoire"

    class Acces(models.TextChoices):
        PUBLIC = "public", "ouvert à tous"
        PARTENAIRES = "partenaires", "réservé aux partenaires"

    nom = models.CharField(max_length=150)
    slug = models.SlugField(max_length=80, unique=True)
    niveau = models.CharField(max_length=15, choices=Niveau)
    code_officiel = models.CharField(
        "code officiel", max_length=9, blank=True, help_text="Code INSEE ou SIREN, par exemple 69034."
    )
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="enfants",
        verbose_name="territoire qui l’englobe",
    )
    # Ids from the root to oneself, « /1/4/9/ »: descendants are one prefix away on both engines.
    chemin = models.CharField(max_length=120, editable=False, db_index=True, default="")

    ouvert = models.BooleanField(
        "un répertoire y est tenu",
        default=True,
        help_text="Décoché : ce territoire ne sert qu’à publier des structures vers ceux qu’il englobe.",
    )
    acces = models.CharField("accès", max_length=12, choices=Acces, default=Acces.PUBLIC)
    presentation = models.TextField("présentation", blank=True)
    charte = models.TextField("texte de la charte", blank=True)
    charte_version = models.PositiveSmallIntegerField("version de la charte", default=1)
    langues = CodesField("langues proposées", vocabulary="langues")
    frequence_maj_mois = models.PositiveSmallIntegerField(
        "période de mise à jour (mois)",
        default=6,
        validators=[MinValueValidator(1), MaxValueValidator(36)],
        help_text="Au-delà, une fiche non confirmée est signalée à la coordination.",
    )
    retention_mois = models.PositiveSmallIntegerField(
        "durée de conservation des parcours et liaisons (mois)",
        default=6,
        validators=[MinValueValidator(1), MaxValueValidator(24)],
    )
    contact_coordination = models.EmailField("courriel de la coordination", blank=True)
    # Redrawn when a theme, a sigle or a public changes: readers keep these in memory under this number.
    vocabulaire_version = models.PositiveIntegerField(default=new_version, editable=False)

    # The ways from a fiche to a territory on whose opening to all hangs what everybody finds of the fiche.
    chemins_index = ("permanences__lieu__structure__territoire", "theme__reglages__territoire")

    # True of the instances that a process keeps in memory for all its readers (structures.droits).
    is_shared = False

    history = HistoricalRecords(excluded_fields=["chemin", "vocabulaire_version"])
    objects = TerritoireQuerySet.as_manager()

    class Meta:
        ordering = ["chemin"]
        constraints = [
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="territoire_pas_son_parent",
                violation_error_message="Un territoire ne peut pas s’englober lui-même.",
            ),
            models.CheckConstraint(
                condition=Q(frequence_maj_mois__range=(1, 36)) & Q(retention_mois__range=(1, 24)),
                name="territoire_durees",
                violation_error_message="La période va de 1 à 36 mois, la conservation de 1 à 24 mois.",
            ),
        ]

    def __str__(self):
        return self.nom

    @transaction.atomic
    def save(self, **kwargs):
        """Keep ``chemin`` right, here and below, when the territory is created or moved.

        What is worked out (``chemin``, ``vocabulaire_version``) is not written back: others may have changed it since
        this instance was read.
        """
        if self.is_shared:
            # A form that is refused would have changed it for everybody, without a word in the database.
            raise RuntimeError(
                "This territory is every reader’s: read it again from the database to change it."
            )
        if not self._state.adding and not kwargs.get("force_insert") and kwargs.get("update_fields") is None:
            loaded = {item.name for item in self._meta.concrete_fields if item.attname in self.__dict__}
            kwargs["update_fields"] = loaded - {"id", "chemin", "vocabulaire_version"}
        former = Territoire.objects.filter(pk=self.pk).values_list("acces", flat=True).first()
        super().save(**kwargs)
        self.place()
        touch_version()
        if former not in {None, self.acces}:
            update_index(list_fiches(self.chemins_index, [self.pk]))

    def get_absolute_url(self):
        return f"{reverse('structures:accueil')}?territoire={self.slug}"

    @transaction.atomic
    def delete(self, **kwargs):
        deleted = super().delete(**kwargs)
        touch_version()
        return deleted

    delete.alters_data = True

    def place(self):
        """Work out ``chemin`` from what is stored of the parent, here and below."""
        stored = Territoire.objects.values_list("parent__chemin", "chemin")
        above, former = stored.get(pk=self.pk)
        self.chemin = f"{above or '/'}{self.pk}/"
        if self.chemin != former:
            Territoire.objects.filter(pk=self.pk).update(chemin=self.chemin)
            for enfant in Territoire.objects.filter(parent=self.pk):
                enfant.place()

    @property
    def ancestor_ids(self):
        """Ids from the root to this territory, itself included."""
        return [int(part) for part in self.chemin.split("/") if part]

    def clean(self):
        if not self.parent:
            return
        if self.pk and self.pk in self.parent.ancestor_ids:
            raise ValidationError({"parent": "Ce territoire est déjà englobé par celui-ci."})
        if len(self.parent.ancestor_ids) >= MAX_DEPTH:
            raise ValidationError({"parent": f"Les territoires s’emboîtent sur {MAX_DEPTH} niveaux au plus."})
