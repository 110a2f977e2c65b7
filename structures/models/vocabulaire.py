"""What a territory names by itself: themes (the « onglets ») and their fields, publics, acronyms."""

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from simple_history.models import HistoricalRecords

from repertoire.palette import (
    COULEUR_PAR_DEFAUT,
    PICTOGRAMME_PAR_DEFAUT,
    choix_couleurs,
    choix_pictogrammes,
)
from structures.champs import CleField, CodesField, TextesField
from structures.models.indexe import list_fiches, update_index
from structures.models.territoire import Territoire, new_version
from structures.referentiels import vocabulaire
from structures.validateurs import is_iso_day, is_number

CODE = RegexValidator(
    r"^[a-z0-9]+(-[a-z0-9]+)*$", "Lettres minuscules, chiffres et traits d’union seulement."
)


def touch(territoires):
    """Change the version under which readers keep the vocabulary of these territories in memory (ids; None: all)."""
    touched = Territoire.objects.all()
    if None not in territoires:
        touched = touched.filter(pk__in=territoires)
    touched.update(vocabulaire_version=new_version())


def list_fiches_of(rows):
    """Ids of the fiches that are found by the words of these rows."""
    return set().union(*(row.list_fiches() for row in rows))


class VocabulaireQuerySet(models.QuerySet):
    """Several rows at once, as the administration deletes them: readers are told as they are for one."""

    @transaction.atomic
    def delete(self):
        touch(self.list_territoires())
        fiches = list_fiches_of(self)
        deleted = super().delete()
        update_index(fiches)
        return deleted

    delete.alters_data = True
    delete.queryset_only = True

    @transaction.atomic
    def update(self, **kwargs):
        # Read before: what is changed may be what these rows were found by.
        touched, rows = self.list_territoires(), list(self.order_by())
        before = list_fiches_of(rows)
        if "territoire" in kwargs:
            touched.add(kwargs["territoire"] and kwargs["territoire"].pk)
        count = super().update(**kwargs)
        touch(touched)
        update_index(before | list_fiches_of(self.model.objects.filter(pk__in=[row.pk for row in rows])))
        return count

    update.alters_data = True

    @transaction.atomic
    def bulk_create(self, objs, *args, **kwargs):
        objs = list(objs)
        created = super().bulk_create(objs, *args, **kwargs)
        touch({row.territoire_id for row in objs})
        update_index(list_fiches_of(objs))
        return created

    def list_territoires(self):
        return set(self.order_by().values_list("territoire_id", flat=True))


class VocabulaireModel(models.Model):
    """Words of a territory, or of all of them when ``territoire`` is empty. A change is told to all readers."""

    # The ways from a fiche to a row whose words it is found by, if any.
    chemins_index = ()

    objects = VocabulaireQuerySet.as_manager()

    class Meta:
        abstract = True

    @transaction.atomic
    def save(self, *args, **kwargs):
        touched, before = self.list_touched(), self.list_fiches()
        super().save(*args, **kwargs)
        touch(touched)
        update_index(before | self.list_fiches())

    @transaction.atomic
    def delete(self, *args, **kwargs):
        touch(self.list_touched())
        fiches = self.list_fiches()
        deleted = super().delete(*args, **kwargs)
        update_index(fiches)
        return deleted

    def list_touched(self):
        """Ids of the territories that a change concerns: its own, and the one that it leaves."""
        return {self.territoire_id} | type(self).objects.filter(pk=self.pk).list_territoires()

    def list_fiches(self):
        """Ids of the fiches that are found by the words of this row."""
        return list_fiches(self.chemins_index, [self.pk]) if self.pk and self.chemins_index else set()


class Theme(VocabulaireModel):
    """A tab of the répertoire, or a sub-theme of one. Retired rather than deleted: printed addresses remain."""

    chemins_index = ("theme", "theme__parent")

    territoire = models.ForeignKey(
        Territoire,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="themes",
        help_text="Vide : commun à tous les territoires.",
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="sous_themes", verbose_name="onglet"
    )
    nom = models.CharField(max_length=80)
    slug = models.SlugField(max_length=80, unique=True)
    description = models.TextField(blank=True)
    pictogramme = models.CharField(max_length=40, choices=choix_pictogrammes, default=PICTOGRAMME_PAR_DEFAUT)
    couleur = models.CharField(max_length=20, choices=choix_couleurs, default=COULEUR_PAR_DEFAUT)
    ordre = models.PositiveSmallIntegerField(default=100)
    thematiques = CodesField(
        "thématiques data·inclusion",
        vocabulary="thematiques",
        help_text="Pour l’échange de données national.",
    )
    retire_le = models.DateField("retiré le", null=True, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "thème"
        ordering = ["ordre", "nom"]
        constraints = [
            models.UniqueConstraint(
                Coalesce("territoire_id", 0),
                Coalesce("parent_id", 0),
                "nom",
                name="theme_nom_unique",
                violation_error_message="Un thème porte déjà ce nom.",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="theme_pas_son_parent",
                violation_error_message="Un thème ne peut pas être son propre sous-thème.",
            ),
        ]

    def __str__(self):
        return f"{self.parent.nom} › {self.nom}" if self.parent_id else self.nom

    def get_absolute_url(self):
        return reverse("structures:theme_detail", args=[self.slug])

    def clean(self):
        if self.parent and self.parent.parent_id:
            raise ValidationError({"parent": "Un sous-thème ne se divise pas : choisissez un onglet."})
        if self.parent and self.pk and self.sous_themes.exists():
            raise ValidationError({"parent": "Cet onglet a des sous-thèmes : il ne peut pas en devenir un."})


class ReglageTheme(VocabulaireModel):
    """How a territory renames, reorders or hides a theme that it did not create."""

    chemins_index = ("theme__reglages", "theme__parent__reglages")

    theme = models.ForeignKey(Theme, models.CASCADE, related_name="reglages")
    territoire = models.ForeignKey(Territoire, models.CASCADE, related_name="reglages_themes")
    nom = models.CharField(max_length=80, blank=True, help_text="Vide : le nom commun.")
    ordre = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Vide : l’ordre commun.")
    masque = models.BooleanField("masqué", default=False)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "réglage d’un thème"
        verbose_name_plural = "réglages des thèmes"
        constraints = [
            models.UniqueConstraint(
                fields=["theme", "territoire"],
                name="reglagetheme_unique",
                violation_error_message="Ce thème est déjà réglé pour ce territoire.",
            )
        ]

    def __str__(self):
        return f"{self.theme} ({self.territoire})"


class Champ(VocabulaireModel):
    """A field that a theme wants beside the common ones (ages taken, number of places…)."""

    class Type(models.TextChoices):
        TEXTE = "texte", "texte"
        NOMBRE = "nombre", "nombre"
        OUI_NON = "oui-non", "oui ou non"
        CHOIX = "choix", "un choix dans une liste"
        CHOIX_MULTIPLES = "choix-multiples", "plusieurs choix dans une liste"
        DATE = "date", "date"

    chemins_index = ("theme__champs",)

    theme = models.ForeignKey(Theme, models.CASCADE, related_name="champs")
    territoire = models.ForeignKey(
        Territoire,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="champs",
        help_text="Vide : commun à tous les territoires.",
    )
    code = models.CharField(max_length=40, validators=[CODE])
    libelle = models.CharField("libellé", max_length=80)
    aide = models.CharField("aide à la saisie", max_length=200, blank=True)
    type = models.CharField(max_length=20, choices=Type, default=Type.TEXTE)
    options = TextesField("choix possibles", help_text="Un par ligne.")
    unite = models.CharField("unité", max_length=20, blank=True)
    filtrable = models.BooleanField(default=False)
    reserve_partenaires = models.BooleanField("réservé aux partenaires", default=False)
    ordre = models.PositiveSmallIntegerField(default=100)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "champ d’un thème"
        verbose_name_plural = "champs des thèmes"
        ordering = ["theme", "ordre", "libelle"]
        constraints = [
            models.UniqueConstraint(
                fields=["theme", "code"],
                name="champ_code_unique",
                violation_error_message="Ce thème a déjà un champ de ce code.",
            )
        ]

    def __str__(self):
        return f"{self.libelle} ({self.theme})"

    def clean(self):
        with_options = self.type in {self.Type.CHOIX, self.Type.CHOIX_MULTIPLES}
        if with_options and not self.options:
            raise ValidationError({"options": "Une liste de choix ne peut pas être vide."})
        self.check_stored_values()

    def check_stored_values(self):
        """Refuse a type or choices that values already written in fiches would not fit."""
        stored = Champ.objects.filter(pk=self.pk).first()
        if stored is None or (stored.type, stored.options) == (self.type, self.options):
            return
        count = 0
        for champs in stored.theme.competences.filter(champs__has_key=stored.code).values_list(
            "champs", flat=True
        ):
            try:
                self.check_value(champs[stored.code])
            except ValidationError:
                count += 1
        if count:
            holders = "1 fiche a" if count == 1 else f"{count} fiches ont"
            field = "options" if stored.type == self.type else "type"
            raise ValidationError(
                {field: f"{holders} une valeur qui ne conviendrait plus : corrigez d’abord."}
            )

    def check_value(self, value):
        """Raise ValidationError when ``value`` is not of this field's type (None and "" mean not filled in)."""
        if value in (None, "", []):
            return
        options = self.options if isinstance(self.options, list) else []
        expected = {
            self.Type.TEXTE: ("un texte", lambda: isinstance(value, str)),
            self.Type.NOMBRE: ("un nombre", lambda: is_number(value)),
            self.Type.OUI_NON: ("oui ou non", lambda: isinstance(value, bool)),
            self.Type.CHOIX: (f"un choix parmi {', '.join(map(str, options))}", lambda: value in options),
            self.Type.CHOIX_MULTIPLES: (
                f"des choix parmi {', '.join(map(str, options))}",
                lambda: isinstance(value, list) and all(item in options for item in value),
            ),
            self.Type.DATE: ("une date (2026-12-31)", lambda: is_iso_day(value)),
        }.get(self.type, ("un type connu", lambda: False))
        if not expected[1]():
            raise ValidationError(
                "« %(libelle)s » attend %(attendu)s.",
                code="champ",
                params={"libelle": self.libelle, "attendu": expected[0]},
            )


class Public(VocabulaireModel):
    """A kind of person whom fiches are for. Those of data·inclusion are common; a territory adds its own."""

    territoire = models.ForeignKey(
        Territoire,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="publics",
        help_text="Vide : commun à tous les territoires.",
    )
    code = models.CharField(max_length=60, unique=True, validators=[CODE])
    libelle = models.CharField("libellé", max_length=100)
    description = models.CharField(max_length=250, blank=True)
    equivalent = models.CharField(
        "équivalent data·inclusion",
        max_length=60,
        blank=True,
        help_text="Valeur nationale sous laquelle ce public est exporté.",
    )
    ordre = models.PositiveSmallIntegerField(default=100)

    history = HistoricalRecords()

    class Meta:
        ordering = ["ordre", "libelle"]

    def __str__(self):
        return self.libelle

    def list_fiches(self):
        """Fiches hold codes of publics, not keys of rows: the JSON is read as text, as both engines can."""
        fiches = apps.get_model("structures", "Competence").objects.order_by()
        return set(fiches.filter(publics__icontains=f'"{self.code}"').values_list("pk", flat=True))

    def clean(self):
        if self.equivalent and self.equivalent not in vocabulaire("publics"):
            raise ValidationError(
                {"equivalent": "Cette valeur n’est pas dans le référentiel national des publics."}
            )


class Sigle(VocabulaireModel):
    """An acronym or an everyday name: what it stands for, in one plain sentence, and what people say instead."""

    territoire = models.ForeignKey(
        Territoire,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="sigles",
        help_text="Vide : commun à tous les territoires.",
    )
    sigle = models.CharField(max_length=40)
    signification = models.CharField(max_length=200)
    phrase = models.CharField("en une phrase simple", max_length=300, blank=True)
    synonymes = TextesField(help_text="Mots de tous les jours, un par ligne.")
    cle_tri = CleField(de="sigle", db_index=True)

    history = HistoricalRecords(excluded_fields=["cle_tri"])

    class Meta:
        ordering = ["cle_tri"]
        constraints = [
            models.UniqueConstraint(
                fields=["territoire", "sigle"],
                name="sigle_unique",
                violation_error_message="Ce sigle est déjà expliqué pour ce territoire.",
            ),
            models.UniqueConstraint(
                fields=["sigle"],
                condition=Q(territoire__isnull=True),
                name="sigle_commun_unique",
                violation_error_message="Ce sigle est déjà expliqué.",
            ),
        ]

    def __str__(self):
        return f"{self.sigle} : {self.signification}"
