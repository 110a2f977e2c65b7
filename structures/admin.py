"""The technical administration: every table of the reference data, for what the site's own screens do not do.

Daily work has its own screens. Here one finds, mends and looks up; personal e-mail addresses are not in lists.
"""

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.contrib.auth.forms import BaseUserCreationForm
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet
from django.utils import timezone
from simple_history.admin import SimpleHistoryAdmin

from structures import models

admin.site.site_header = "Répertoire — administration technique"
admin.site.site_title = "Répertoire"
admin.site.index_title = "Tables"
admin.site.enable_nav_sidebar = False


class MembreInline(admin.TabularInline):
    model = models.Membre
    extra = 0
    autocomplete_fields = ["user", "structure"]


class CoordinationInline(admin.TabularInline):
    model = models.Coordination
    extra = 0
    autocomplete_fields = ["user", "territoire"]


class UserCreationForm(BaseUserCreationForm):
    class Meta:
        model = models.User
        fields = ["email", "prenom", "nom"]


@admin.register(models.User)
class UserAdmin(SimpleHistoryAdmin, BaseUserAdmin):
    add_form = UserCreationForm
    ordering = ["nom", "prenom"]
    list_display = ["identite", "is_active", "is_staff", "last_login"]
    search_fields = ["email", "nom", "prenom"]
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["email", "password", "prenom", "nom"]}),
        ("Droits", {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]}),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "prenom", "nom", "password1", "password2"]})]
    inlines = [MembreInline, CoordinationInline]

    @admin.display(description="compte", ordering="nom")
    def identite(self, user):
        return str(user)  # the name, never the e-mail address

    def get_readonly_fields(self, request, obj=None):
        """Only a superuser gives rights: whoever else may change accounts could give them to themselves."""
        given = (
            [] if request.user.is_superuser else ["is_staff", "is_superuser", "groups", "user_permissions"]
        )
        return [*super().get_readonly_fields(request, obj), *given]

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and self.may_touch(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self.may_touch(request, obj)

    def may_touch(self, request, user):
        """Tell whether an account is not above one's own: to change its password would be to take it over."""
        return request.user.is_superuser or user is None or not user.is_superuser


@admin.register(models.Territoire)
class TerritoireAdmin(SimpleHistoryAdmin):
    list_display = ["nom", "niveau", "parent", "acces", "ouvert"]
    list_filter = ["niveau", "acces", "ouvert"]
    search_fields = ["nom", "code_officiel"]
    prepopulated_fields = {"slug": ["nom"]}
    autocomplete_fields = ["parent"]


class ChampInline(admin.TabularInline):
    model = models.Champ
    extra = 0
    autocomplete_fields = ["territoire"]


@admin.register(models.Theme)
class ThemeAdmin(SimpleHistoryAdmin):
    list_display = ["__str__", "territoire", "ordre", "couleur", "retire_le"]
    list_filter = ["retire_le", "territoire"]
    list_select_related = ["parent", "territoire"]
    search_fields = ["nom"]
    prepopulated_fields = {"slug": ["nom"]}
    autocomplete_fields = ["territoire", "parent"]
    inlines = [ChampInline]


@admin.register(models.ReglageTheme)
class ReglageThemeAdmin(SimpleHistoryAdmin):
    list_display = ["theme", "territoire", "nom", "ordre", "masque"]
    list_filter = ["territoire"]
    autocomplete_fields = ["theme", "territoire"]


@admin.register(models.Public)
class PublicAdmin(SimpleHistoryAdmin):
    list_display = ["libelle", "code", "territoire", "equivalent"]
    search_fields = ["libelle", "code"]
    autocomplete_fields = ["territoire"]


@admin.register(models.Sigle)
class SigleAdmin(SimpleHistoryAdmin):
    list_display = ["sigle", "signification", "territoire"]
    search_fields = ["sigle", "signification"]
    list_filter = ["territoire"]
    autocomplete_fields = ["territoire"]


class LieuFormSet(BaseInlineFormSet):
    def clean(self):
        """Refuse two main places ticked at once: each form alone only knows those that are stored."""
        super().clean()
        kept = [
            form.cleaned_data for form in self.forms if form.is_valid() and form not in self.deleted_forms
        ]
        if sum(bool(lieu.get("principal")) for lieu in kept) > 1:
            raise ValidationError("Une structure n’a qu’un seul lieu principal : n’en cochez qu’un.")


class LieuInline(admin.StackedInline):
    model = models.Lieu
    formset = LieuFormSet
    extra = 0
    show_change_link = True
    fields = [
        ("nom", "principal", "adresse_confidentielle"),
        ("adresse", "complement_adresse"),
        ("code_postal", "commune", "code_insee"),
        ("telephone", "courriel"),
        "horaires_accueil",
        "acces",
    ]


class ContactInline(admin.TabularInline):
    model = models.Contact
    extra = 0
    autocomplete_fields = ["competence"]


class DatedAdmin(SimpleHistoryAdmin):
    """A change is dated today, unless its date was typed: « ce qui a changé » on the home page follows it."""

    def save_model(self, request, obj, form, change):
        if change and form.changed_data and "date_maj" not in form.changed_data:
            obj.date_maj = timezone.localdate()
        super().save_model(request, obj, form, change)


@admin.register(models.Structure)
class StructureAdmin(DatedAdmin):
    list_display = ["nom", "territoire", "statut", "date_maj", "confirme_le"]
    list_filter = ["statut", "territoire"]
    list_select_related = ["territoire"]
    search_fields = ["nom", "cle_tri", "siret"]
    prepopulated_fields = {"slug": ["nom"]}
    autocomplete_fields = ["territoire", "confirme_par"]
    inlines = [LieuInline, ContactInline]


class PeriodeInline(admin.TabularInline):
    model = models.PeriodeExceptionnelle
    extra = 0
    autocomplete_fields = ["competence"]


@admin.register(models.Lieu)
class LieuAdmin(SimpleHistoryAdmin):
    # Neither the address nor the commune: a list is not the place for a confidential one.
    list_display = ["nom", "structure", "principal", "adresse_confidentielle"]
    list_filter = ["adresse_confidentielle", "structure__territoire"]
    list_select_related = ["structure"]
    search_fields = ["nom", "structure__nom"]
    autocomplete_fields = ["structure"]
    inlines = [PeriodeInline]


class CompetenceForm(forms.ModelForm):
    """The fiche's form: publics are chosen among those of the répertoire, which are data."""

    publics = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = models.Competence
        fields = "__all__"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["publics"].choices = models.Public.objects.values_list("code", "libelle")


class PermanenceInline(admin.TabularInline):
    model = models.Permanence
    extra = 0
    autocomplete_fields = ["lieu"]


@admin.register(models.Competence)
class CompetenceAdmin(DatedAdmin):
    form = CompetenceForm
    list_display = ["titre", "statut", "disponibilite", "date_maj", "confirme_le"]
    list_filter = ["statut", "visibilite", "disponibilite", "theme"]
    list_select_related = ["structure", "theme"]
    search_fields = ["nom", "structure__nom", "structure__cle_tri", "theme__nom"]
    autocomplete_fields = ["structure", "theme", "confirme_par"]
    inlines = [PermanenceInline]


@admin.register(models.Annexe)
class AnnexeAdmin(DatedAdmin):
    list_display = ["nom", "territoire", "commune", "date_maj"]
    list_filter = ["territoire", "themes"]
    search_fields = ["nom", "cle_tri"]
    autocomplete_fields = ["territoire"]


@admin.register(models.Suggestion)
class SuggestionAdmin(admin.ModelAdmin):
    # Not the author: a list must not tell who reported what.
    list_display = ["__str__", "territoire", "etat", "created_at"]
    list_filter = ["etat", "territoire"]
    list_select_related = ["structure", "territoire"]
    autocomplete_fields = ["territoire", "structure", "competence", "auteur", "decidee_par"]


class SollicitationInline(admin.TabularInline):
    model = models.Sollicitation
    extra = 0
    fields = ["structure", "envoyee_le", "relances", "reponse", "repondue_le"]
    readonly_fields = fields
    can_delete = False


@admin.register(models.Campagne)
class CampagneAdmin(admin.ModelAdmin):
    list_display = ["nom", "territoire", "lancee_le", "close_le"]
    list_filter = ["territoire"]
    autocomplete_fields = ["territoire", "theme", "lancee_par"]
    inlines = [SollicitationInline]


@admin.register(models.Commune)
class CommuneAdmin(admin.ModelAdmin):
    list_display = ["nom", "code", "departement", "population"]
    list_select_related = ["departement"]
    search_fields = ["nom_plie__startswith", "code__startswith"]
    ordering = ["nom_plie"]

    def has_change_permission(self, request, obj=None):
        return False

    has_add_permission = has_delete_permission = lambda self, request, obj=None: False


@admin.register(models.Epci)
class EpciAdmin(CommuneAdmin):
    list_display = ["nom", "code", "nature"]
    list_select_related = False
    search_fields = ["nom", "code"]
    ordering = ["nom"]
