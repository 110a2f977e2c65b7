"""The technical administration: every table of the reference data, for what the site's own screens do not do.

Daily work has its own screens. Here one finds, mends and looks up; personal e-mail addresses are not in lists.
"""

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.contrib.auth.forms import BaseUserCreationForm
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
class UserAdmin(BaseUserAdmin):
    add_form = UserCreationForm
    ordering = ["nom", "prenom"]
    list_display = ["__str__", "is_active", "is_staff", "last_login"]
    search_fields = ["email", "nom", "prenom"]
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["email", "password", "prenom", "nom"]}),
        ("Droits", {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]}),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "prenom", "nom", "password1", "password2"]})]
    inlines = [MembreInline, CoordinationInline]


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
class ReglageThemeAdmin(admin.ModelAdmin):
    list_display = ["theme", "territoire", "nom", "ordre", "masque"]
    list_filter = ["territoire"]
    autocomplete_fields = ["theme", "territoire"]


@admin.register(models.Public)
class PublicAdmin(admin.ModelAdmin):
    list_display = ["libelle", "code", "territoire", "equivalent"]
    search_fields = ["libelle", "code"]
    autocomplete_fields = ["territoire"]


@admin.register(models.Sigle)
class SigleAdmin(SimpleHistoryAdmin):
    list_display = ["sigle", "signification", "territoire"]
    search_fields = ["sigle", "signification"]
    list_filter = ["territoire"]
    autocomplete_fields = ["territoire"]


class LieuInline(admin.StackedInline):
    model = models.Lieu
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


@admin.register(models.Structure)
class StructureAdmin(SimpleHistoryAdmin):
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
class CompetenceAdmin(SimpleHistoryAdmin):
    form = CompetenceForm
    list_display = ["titre", "statut", "disponibilite", "date_maj", "confirme_le"]
    list_filter = ["statut", "visibilite", "disponibilite", "theme"]
    list_select_related = ["structure", "theme"]
    search_fields = ["nom", "structure__nom", "structure__cle_tri", "theme__nom"]
    autocomplete_fields = ["structure", "theme", "confirme_par"]
    inlines = [PermanenceInline]


@admin.register(models.Annexe)
class AnnexeAdmin(SimpleHistoryAdmin):
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
