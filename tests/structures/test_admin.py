"""The technical administration opens on every table, and does not show in lists what is not for lists."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from structures.models import Campagne, Commune, Competence, Epci, Public, ReglageTheme
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
    changelist = client.get(
        reverse(f"{name}_changelist"), {"q": "a"} if admin.site._registry[model].search_fields else {}
    )
    assert changelist.status_code == 200
    assert SECRET_ADRESSE not in changelist.content.decode()
    row = model.objects.first()
    assert row or model in {Campagne, Commune, Epci, Public, ReglageTheme}, "rien à ouvrir"
    if row:
        assert client.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200


@pytest.mark.ignore_template_errors
def test_account_list_holds_no_email_address(monde):
    page = monde.client("admin").get(reverse("admin:structures_user_changelist")).content.decode()
    assert "@example.org" not in page


@pytest.mark.ignore_template_errors
def test_fiche_is_edited_and_its_history_kept(monde):
    fiche = monde.public.fiche
    address = reverse("admin:structures_competence_change", args=[fiche.pk])
    page = monde.client("admin").get(address)
    form = page.context["adminform"].form
    data = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    data = {name: str(value) if not isinstance(value, list) else value for name, value in data.items()}
    data |= {"objectifs": "Objectifs corrigés", "zone_eligibilite": "[]", "champs": "{}"}
    data |= {"permanences-TOTAL_FORMS": "0", "permanences-INITIAL_FORMS": "0"}
    response = monde.client("admin").post(address, data)
    assert response.status_code == 302, response.context["errors"]
    fiche = Competence.objects.get(pk=fiche.pk)
    assert fiche.objectifs == "Objectifs corrigés"
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
