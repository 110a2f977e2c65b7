"""The technical administration opens on every table, and does not show in lists what is not for lists."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from structures.models import Campagne, Commune, Competence, Epci, Public, ReglageTheme, User
from tests import fabriques
from tests.conftest import SECRET_ADRESSE

MODELS = [model for model in apps.get_app_config("structures").get_models() if model in admin.site._registry]


@pytest.mark.ignore_template_errors
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_lists_and_forms_open(monde, model):
    fabriques.SuggestionFactory(territoire=monde.public.territoire, structure=monde.public.structure)
    fabriques.CampagneFactory(territoire=monde.public.territoire)
    client = monde.client("admin")
    name = f"admin:structures_{model._meta.model_name}"
    words = {"q": "a"} if admin.site._registry[model].search_fields else {}
    changelist = client.get(reverse(f"{name}_changelist"), words)
    assert changelist.status_code == 200
    assert SECRET_ADRESSE not in changelist.content.decode()
    row = model.objects.first()
    assert row or model in {Campagne, Commune, Epci, Public, ReglageTheme}, "rien à ouvrir"
    if row:
        assert client.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200


@pytest.mark.ignore_template_errors
def test_account_list_holds_no_email_address(monde):
    nameless = fabriques.UserFactory(prenom="", nom="")
    page = monde.client("admin").get(reverse("admin:structures_user_changelist")).content.decode()
    assert "@example.org" not in page
    assert f"Compte n°\N{NO-BREAK SPACE}{nameless.pk}<" in page
    assert "Camille Essai" in page


@pytest.fixture
def gestionnaire(db, client):
    """Somebody of the technical administration who may change accounts, and no more."""
    user = fabriques.UserFactory(is_staff=True)
    rights = Permission.objects.filter(content_type__app_label="structures", content_type__model="user")
    user.user_permissions.set(rights)
    client.force_login(user)
    return user


def post_account(client, user, **data):
    address = reverse("admin:structures_user_change", args=[user.pk])
    inlines = {
        f"{name}-{form}_FORMS": "0" for name in ("membres", "coordinations") for form in ("TOTAL", "INITIAL")
    }
    return client.post(address, {"email": user.email, "is_active": "on"} | inlines | data)


@pytest.mark.ignore_template_errors
def test_who_changes_accounts_gives_no_rights(client, gestionnaire):
    rights = {"is_staff": "on", "is_superuser": "on", "user_permissions": [Permission.objects.last().pk]}
    for user in (gestionnaire, fabriques.UserFactory()):
        before = user.is_staff, set(user.get_all_permissions())
        assert post_account(client, user, prenom="Autre", **rights).status_code == 302
        user = User.objects.get(pk=user.pk)
        assert user.prenom == "Autre"
        assert not user.is_superuser
        assert (user.is_staff, set(user.get_all_permissions())) == before


@pytest.mark.ignore_template_errors
def test_who_changes_accounts_does_not_take_over_an_administrator(client, gestionnaire):
    admin = fabriques.UserFactory(admin=True)
    assert post_account(client, admin, email="a-moi@example.org").status_code == 403
    password = reverse("admin:auth_user_password_change", args=[admin.pk])
    assert (
        client.post(password, {"password1": "une-autre-phrase", "password2": "une-autre-phrase"}).status_code
        == 403
    )
    assert (
        client.post(reverse("admin:structures_user_delete", args=[admin.pk]), {"post": "yes"}).status_code
        == 403
    )
    admin.refresh_from_db()
    assert admin.check_password(fabriques.MOT_DE_PASSE)


@pytest.mark.ignore_template_errors
def test_administrator_gives_rights(monde):
    user = monde.personae["membre"]
    response = post_account(
        monde.client("admin"), user, is_staff="on", is_superuser="on", **{"membres-INITIAL_FORMS": "0"}
    )
    assert response.status_code == 302
    user.refresh_from_db()
    assert user.is_superuser
    assert user.history.first().history_user == monde.personae["admin"]


@pytest.mark.ignore_template_errors
@pytest.mark.parametrize("count, status", [(1, 302), (2, 200)])
def test_two_main_places_ticked_at_once_are_refused_with_a_sentence(monde, count, status):
    structure = fabriques.StructureFactory()
    data = {
        "nom": structure.nom,
        "slug": structure.slug,
        "territoire": structure.territoire_id,
        "statut": "publiee",
    }
    data |= {"date_maj": "01/03/2026", "contacts-TOTAL_FORMS": "0", "contacts-INITIAL_FORMS": "0"}
    data |= {"lieux-TOTAL_FORMS": str(count), "lieux-INITIAL_FORMS": "0"}
    for rank in range(count):
        data |= {f"lieux-{rank}-nom": f"Lieu {rank}", f"lieux-{rank}-principal": "on"}
    page = monde.client("admin").post(reverse("admin:structures_structure_change", args=[structure.pk]), data)
    assert page.status_code == status, page.context and page.context["errors"]
    if status == 200:
        assert "un seul lieu principal" in page.content.decode()
    assert structure.lieux.filter(principal=True).count() == (1 if status == 302 else 0)


@pytest.mark.ignore_template_errors
def test_fiche_is_edited_and_its_history_kept(monde):
    fiche = monde.public.fiche
    Competence.objects.filter(pk=fiche.pk).update(date_maj="2020-01-01")
    fiche.refresh_from_db()
    address = reverse("admin:structures_competence_change", args=[fiche.pk])
    page = monde.client("admin").get(address)
    form = page.context["adminform"].form
    data = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    data = {name: str(value) if not isinstance(value, list) else value for name, value in data.items()}
    data |= {"objectifs": "Objectifs corrigés", "zone_eligibilite": "[]", "champs": "{}"}
    data["initial-date_maj"] = data["date_maj"]  # the form's own memory of what it showed
    data |= {"permanences-TOTAL_FORMS": "0", "permanences-INITIAL_FORMS": "0"}
    response = monde.client("admin").post(address, data)
    assert response.status_code == 302, response.context["errors"]
    fiche = Competence.objects.get(pk=fiche.pk)
    assert fiche.objectifs == "Objectifs corrigés"
    assert fiche.date_maj == timezone.localdate()
    assert fiche.history.first().history_user == monde.personae["admin"]


@pytest.mark.ignore_template_errors
def test_malformed_hours_are_said_at_the_field(monde):
    lieu = monde.public.lieu
    address = reverse("admin:structures_lieu_change", args=[lieu.pk])
    data = {
        "structure": lieu.structure_id,
        "nom": lieu.nom,
        "horaires_accueil": "Lundi 9h",
        "accessibilite": "{}",
    }
    data |= {"ordre": "1", "periodes-TOTAL_FORMS": "0", "periodes-INITIAL_FORMS": "0"}
    page = monde.client("admin").post(address, data)
    assert page.status_code == 200
    assert "Mo-Fr" in str(page.context["adminform"].form.errors["horaires_accueil"])
    assert "Lundi 9h" in page.content.decode()
