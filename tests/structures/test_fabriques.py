"""Everything that the factories make is valid, whatever the trait: tests stand on it."""

import inspect

import pytest
from factory.django import DjangoModelFactory

from structures import models
from tests import fabriques

FACTORIES = [
    item
    for item in vars(fabriques).values()
    if inspect.isclass(item) and issubclass(item, DjangoModelFactory) and item is not DjangoModelFactory
]
CASES = [(factory, None) for factory in FACTORIES] + [
    (factory, trait) for factory in FACTORIES for trait in factory._meta.parameters
]


@pytest.mark.parametrize(
    "factory, trait", CASES, ids=[f"{factory.__name__}-{trait or 'sans-option'}" for factory, trait in CASES]
)
@pytest.mark.django_db
def test_factory_makes_valid_rows(factory, trait):
    row = factory(**({trait: True} if trait else {}))
    row.refresh_from_db()
    row.full_clean()


def test_every_model_has_a_factory():
    made = {factory._meta.model.__name__ for factory in FACTORIES}
    written_by_the_search = {
        "CompteRecherche",
        "FicheIndexee",
        "JourTermes",
        "Mot",
        "TermesCherches",
        "Version",
    }
    assert made == set(models.__all__) - {"Statut", "Visibilite"} - written_by_the_search


@pytest.mark.django_db
def test_user_factory_gives_a_verified_address_and_a_known_password():
    user = fabriques.UserFactory()
    assert user.check_password(fabriques.MOT_DE_PASSE)
    assert user.emailaddress_set.get().verified


@pytest.mark.django_db
def test_complete_fiche_has_a_place_and_a_contact_of_its_own_structure():
    fiche = fabriques.CompetenceFactory(complete=True)
    assert fiche.lieux.get().structure == fiche.structure
    assert fiche.contacts.get().structure == fiche.structure
