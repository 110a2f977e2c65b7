"""Rules that the database itself holds, whatever writes to it."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from structures.models import (
    Competence,
    Contact,
    Lieu,
    Membre,
    PeriodeExceptionnelle,
    Structure,
    Territoire,
    User,
)
from tests import fabriques

pytestmark = pytest.mark.django_db


def refused(action):
    with pytest.raises(IntegrityError), transaction.atomic():
        action()


@pytest.mark.parametrize(
    "make, change",
    [
        (fabriques.StructureFactory, {"siret": "123"}),
        (fabriques.StructureFactory, {"statut": "inventé"}),
        (fabriques.LieuFactory, {"latitude": 45.0, "longitude": None}),
        (fabriques.LieuFactory, {"latitude": 95.0, "longitude": 4.0}),
        (fabriques.CompetenceFactory, {"debut": date(2026, 2, 1), "fin": date(2026, 1, 1)}),
        (fabriques.CompetenceFactory, {"suspension_fin": date(2026, 1, 1)}),
        (fabriques.CompetenceFactory, {"suspension_debut": date(2026, 2, 1), "suspension_fin": date(2026, 1, 1)}),
        (fabriques.CompetenceFactory, {"delai_attente_jours": 9999}),
        (fabriques.CompetenceFactory, {"frais": "cher"}),
        (fabriques.CompetenceFactory, {"visibilite": "coordination"}),
        (fabriques.PeriodeFactory, {"debut": date(2026, 2, 1), "fin": date(2026, 1, 1)}),
        (fabriques.PeriodeFactory, {"nature": "horaires", "horaires": ""}),
        (fabriques.PeriodeFactory, {"nature": "message", "message": ""}),
        (fabriques.ContactFactory, {"telephone": "", "courriel": ""}),
        (fabriques.ContactFactory, {"nom": "", "fonction": ""}),
        (fabriques.ContactFactory, {"visibilite": "ailleurs"}),
        (fabriques.MembreFactory, {"role": "chef"}),
        (fabriques.TerritoireFactory, {"retention_mois": 60}),
        (fabriques.SuggestionFactory, {"etat": "acceptee"}),
        (fabriques.SuggestionFactory, {"texte": ""}),
        (fabriques.SollicitationFactory, {"reponse": "confirmee"}),
    ],
)
def test_check_constraints(make, change):
    row = make()
    refused(lambda: type(row).objects.filter(pk=row.pk).update(**change))


def test_a_structure_has_one_main_place_and_distinct_place_names():
    structure = fabriques.StructureFactory()
    fabriques.LieuFactory(structure=structure, principal=True, nom="Ici")
    refused(lambda: Lieu.objects.create(structure=structure, principal=True, nom="Là"))
    refused(lambda: Lieu.objects.create(structure=structure, nom="Ici"))


def test_one_fiche_per_structure_and_theme():
    fiche = fabriques.CompetenceFactory()
    refused(lambda: Competence.objects.create(structure=fiche.structure, theme=fiche.theme))


def test_one_name_per_territory_and_one_source_identifier():
    structure = fabriques.StructureFactory(source="essai", source_id="1")
    refused(lambda: Structure.objects.create(territoire=structure.territoire, nom=structure.nom, slug="autre"))
    refused(
        lambda: Structure.objects.create(
            territoire=structure.territoire, nom="Autre", slug="autre", source="essai", source_id="1"
        )
    )


def test_one_account_per_address_whatever_the_case():
    fabriques.UserFactory(email="camille@example.org")
    refused(lambda: User.objects.create(email="Camille@Example.org"))


def test_one_membership_per_structure():
    membre = fabriques.MembreFactory()
    refused(lambda: Membre.objects.create(user=membre.user, structure=membre.structure))


def test_a_theme_with_fiches_cannot_be_deleted():
    fiche = fabriques.CompetenceFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        fiche.theme.delete()


def test_messages_of_constraints_are_french_sentences():
    for model in (Contact, Competence, Lieu, PeriodeExceptionnelle, Structure):
        for constraint in model._meta.constraints:
            assert "violation" not in str(constraint.violation_error_message)
            assert str(constraint.violation_error_message).endswith(".")


def test_territory_tree_follows_a_move():
    departement = fabriques.TerritoireFactory()
    epci = fabriques.TerritoireFactory(parent=departement)
    commune = fabriques.TerritoireFactory(parent=epci)
    other = fabriques.TerritoireFactory()
    epci.parent = other
    epci.save()
    commune.refresh_from_db()
    assert commune.ancestor_ids == [other.pk, epci.pk, commune.pk]
    assert list(Territoire.objects.descendants_of(other, include_self=False)) == [epci, commune]
    assert list(Territoire.objects.ancestors_of(commune)) == [other, epci, commune]


def test_territory_cannot_contain_itself():
    departement = fabriques.TerritoireFactory()
    commune = fabriques.TerritoireFactory(parent=departement)
    departement.parent = commune
    with pytest.raises(ValidationError, match="déjà englobé"):
        departement.full_clean()


def test_sub_theme_is_not_divided():
    parent = fabriques.ThemeFactory()
    child = fabriques.ThemeFactory(parent=parent)
    with pytest.raises(ValidationError, match="ne se divise pas"):
        fabriques.ThemeFactory.build(parent=child).full_clean()


def test_theme_fields_are_typed():
    fiche = fabriques.CompetenceFactory()
    fabriques.ChampFactory(theme=fiche.theme, code="places", libelle="Places", type="nombre")
    fiche.champs = {"places": "douze"}
    with pytest.raises(ValidationError, match="attend un nombre"):
        fiche.full_clean()
    fiche.champs = {"inconnu": 1}
    with pytest.raises(ValidationError, match="pas de champ"):
        fiche.full_clean()
    fiche.champs = {"places": 12}
    fiche.full_clean()


def test_unknown_public_is_refused():
    fiche = fabriques.CompetenceFactory(publics=["martiens"])
    with pytest.raises(ValidationError, match="martiens"):
        fiche.full_clean()
