"""Rules that the database itself holds, whatever writes to it."""

from datetime import UTC, date, datetime

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
from structures.texte import fold
from tests import fabriques
from tests.recherche import find

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
        (
            fabriques.CompetenceFactory,
            {"suspension_debut": date(2026, 2, 1), "suspension_fin": date(2026, 1, 1)},
        ),
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
        (fabriques.StructureFactory, {"source_id": "1"}),
        (fabriques.StructureFactory, {"source": "essai"}),
        (fabriques.CompetenceFactory, {"source_id": "1"}),
        (fabriques.CompetenceFactory, {"source": "essai"}),
        (fabriques.CampagneFactory, {"close_le": datetime(2026, 1, 1, tzinfo=UTC)}),
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
    refused(
        lambda: Structure.objects.create(territoire=structure.territoire, nom=structure.nom, slug="autre")
    )
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


def test_territory_read_earlier_writes_nothing_back_that_is_worked_out():
    departement, other = fabriques.TerritoireFactory(), fabriques.TerritoireFactory()
    epci = fabriques.TerritoireFactory(parent=departement)
    commune = fabriques.TerritoireFactory(parent=epci)
    early = Territoire.objects.get(pk=commune.pk)
    assert early.parent.parent == departement  # read, and kept
    epci.parent = other
    epci.save()
    Territoire.objects.filter(pk=commune.pk).update(vocabulaire_version=7)
    early.nom = "Nouveau nom"
    early.save()
    stored = Territoire.objects.get(pk=commune.pk)
    assert (stored.nom, stored.vocabulaire_version) == ("Nouveau nom", 7)
    assert stored.ancestor_ids == early.ancestor_ids == [other.pk, epci.pk, commune.pk]


def test_territory_read_in_part_is_saved():
    commune = fabriques.TerritoireFactory(charte="Nous nous engageons.")
    partial = Territoire.objects.defer("charte", "presentation").get(pk=commune.pk)
    partial.nom = "Nouveau nom"
    partial.save()
    commune.refresh_from_db()
    assert (commune.nom, commune.charte) == ("Nouveau nom", "Nous nous engageons.")


def test_territory_that_cannot_be_placed_is_not_saved(monkeypatch):
    def fail(self):
        raise RuntimeError("interrupted")

    monkeypatch.setattr(Territoire, "place", fail)
    with pytest.raises(RuntimeError):
        Territoire.objects.create(nom="Inachevé", slug="inacheve", niveau="commune")
    assert not Territoire.objects.filter(slug="inacheve").exists()


def test_territory_without_a_path_contains_no_other():
    commune = fabriques.TerritoireFactory()
    fabriques.TerritoireFactory()
    commune.chemin = ""
    assert list(Territoire.objects.descendants_of(commune)) == [commune]
    assert not Territoire.objects.descendants_of(commune, include_self=False).exists()
    assert not Territoire.objects.descendants_of(Territoire()).exists()


@pytest.mark.parametrize("texte", ["Épicerie", "epicerie", "ÉPICERIE ŒUVRE", "oeuvre", "l'été", "l’ete"])
def test_titles_are_searched_without_accents_nor_case(texte):
    fiche = fabriques.CompetenceFactory(nom="ÉPICERIE de l’Été, Œuvre")
    fabriques.CompetenceFactory()
    assert find(texte) == [fiche.pk]


def test_search_key_follows_the_title_whatever_writes_it():
    fiche = fabriques.CompetenceFactory()
    assert fiche.cle_tri == ""
    Competence.objects.update_or_create(pk=fiche.pk, defaults={"nom": "Été"})
    fiche.refresh_from_db()
    assert fiche.cle_tri == "ete"
    other = fabriques.CompetenceFactory.build(
        structure=fiche.structure, theme=fabriques.ThemeFactory(), nom="Œil"
    )
    Competence.objects.bulk_create([other])
    assert Competence.objects.get(nom="Œil").cle_tri == "oeil"


@pytest.mark.parametrize(
    "make, field, key",
    [
        (fabriques.StructureFactory, "nom", "cle_tri"),
        (fabriques.AnnexeFactory, "nom", "cle_tri"),
        (fabriques.CompetenceFactory, "nom", "cle_tri"),
        (fabriques.SigleFactory, "sigle", "cle_tri"),
        (fabriques.CommuneFactory, "nom", "nom_plie"),
    ],
)
def test_folded_name_never_outgrows_its_column(make, field, key):
    row = make()
    texte = "ﷺ" * row._meta.get_field(field).max_length  # one character, eighteen once folded
    setattr(row, field, texte)
    row.save()
    row.refresh_from_db()
    column = row._meta.get_field(key).max_length
    assert len(fold(texte)) > column
    assert getattr(row, key) == fold(texte)[:column]


@pytest.mark.parametrize(
    "type, value",
    [
        ("nombre", float("nan")),
        ("nombre", float("inf")),
        ("nombre", True),
        ("nombre", [1]),
        ("nombre", {}),
        ("texte", {"a": 1}),
        ("texte", 5),
        ("oui-non", 1),
        ("choix", [{}]),
        ("choix", {}),
        ("choix-multiples", [{}]),
        ("choix-multiples", [["Matin"]]),
        ("choix-multiples", "Matin"),
        ("date", [1]),
        ("date", 20260101),
    ],
)
def test_value_of_another_type_is_refused(type, value):  # noqa: A002 - the name of the field
    champ = fabriques.ChampFactory.build(type=type, options=["Matin", "Soir"])
    with pytest.raises(ValidationError, match="attend"):
        champ.check_value(value)


def test_choice_with_broken_options_refuses_any_value():
    champ = fabriques.ChampFactory.build(type="choix", options=5)
    with pytest.raises(ValidationError, match="un choix parmi"):
        champ.check_value("Matin")


@pytest.mark.parametrize("options", [5, None, {}, "Matin", [5], [[1]], [""]])
def test_options_of_another_type_are_refused(options):
    champ = fabriques.ChampFactory(type="choix", options=["Matin"])
    champ.options = options
    with pytest.raises(ValidationError) as refused:
        champ.full_clean()
    assert "options" in refused.value.message_dict


def test_field_of_a_theme_changes_type_only_when_every_value_still_fits():
    champ = fabriques.ChampFactory(type="choix", options=["10", "20"])
    fiches = [
        fabriques.CompetenceFactory(theme=champ.theme, champs={champ.code: value}) for value in ("10", "20")
    ]
    fabriques.CompetenceFactory(theme=champ.theme)
    champ.type, champ.options = "nombre", []
    with pytest.raises(ValidationError, match="2 fiches ont une valeur qui ne conviendrait plus") as refused:
        champ.full_clean()
    assert "type" in refused.value.message_dict
    champ.type, champ.options = "choix", ["10"]
    with pytest.raises(ValidationError, match="1 fiche a une valeur") as refused:
        champ.full_clean()
    assert "options" in refused.value.message_dict
    champ.type = "texte"
    champ.full_clean()
    Competence.objects.filter(pk__in=[fiche.pk for fiche in fiches]).update(champs={})
    champ.type = "nombre"
    champ.full_clean()


def test_period_of_a_fiche_is_at_a_place_where_it_is_held():
    permanence = fabriques.PermanenceFactory()
    elsewhere = fabriques.LieuFactory(structure=permanence.competence.structure)
    periode = fabriques.PeriodeFactory(lieu=permanence.lieu, competence=permanence.competence)
    periode.full_clean()
    periode.lieu = elsewhere
    with pytest.raises(ValidationError, match="pas de permanence dans ce lieu") as refused:
        periode.full_clean()
    assert list(refused.value.message_dict) == ["competence"]


def test_suggestion_is_about_a_fiche_of_its_structure():
    fiche = fabriques.CompetenceFactory()
    fabriques.SuggestionFactory(structure=fiche.structure, competence=fiche).full_clean()
    for structure in (fabriques.StructureFactory(), None):
        suggestion = fabriques.SuggestionFactory.build(
            territoire=fiche.structure.territoire, structure=structure, competence=fiche
        )
        with pytest.raises(ValidationError, match="autre structure"):
            suggestion.full_clean()


def test_source_without_identifier_is_said():
    structure = fabriques.StructureFactory()
    structure.source = "essai"
    with pytest.raises(ValidationError, match="vont ensemble"):
        structure.full_clean()


def test_log_in_writes_no_history_and_a_right_that_is_given_does(client):
    user = fabriques.UserFactory()
    client.force_login(user)
    user.refresh_from_db()
    assert user.last_login
    assert user.history.count() == 1
    user.is_staff = True
    user.save()
    assert user.history.count() == 2
    assert not {"password", "last_login"} & {field.name for field in user.history.model._meta.fields}


@pytest.mark.parametrize(
    "make",
    [
        fabriques.MembreFactory,
        fabriques.CoordinationFactory,
        fabriques.ChampFactory,
        fabriques.PublicFactory,
        fabriques.ReglageThemeFactory,
        fabriques.UserFactory,
    ],
)
def test_rights_and_vocabulary_keep_their_history(make):
    row = make()
    pk = row.pk
    row.save()
    row.delete()
    assert list(type(row).history.filter(id=pk).values_list("history_type", flat=True)) == ["-", "~", "+"]
