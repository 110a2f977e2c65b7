"""What people type is refused with a sentence that says how to mend it, at the right field."""

import pytest
from django.core.exceptions import ValidationError
from django.forms import modelform_factory

from structures import validateurs
from structures.models import Competence, Contact, Lieu, Structure
from structures.models.campagne import validate_relances
from structures.models.lieu import validate_accessibilite
from tests import fabriques

GARBAGE = ["abc", "12", "0" * 40, "<script>", "'; DROP TABLE", "☎️", "\x00", "numéro"]


@pytest.mark.parametrize(
    "typed, stored, shown",
    [
        ("04 65 71 12 34", "+33465711234", "04 65 71 12 34"),
        ("0465711234", "+33465711234", "04 65 71 12 34"),
        ("04.65.71.12.34", "+33465711234", "04 65 71 12 34"),
        ("+33 4 65 71 12 34", "+33465711234", "04 65 71 12 34"),
        ("0033 4 65 71 12 34", "+33465711234", "04 65 71 12 34"),
        ("06\u00a039\u00a098\u00a012\u00a034", "+33639981234", "06 39 98 12 34"),
        ("115", "115", "115"),
        ("3919", "3919", "39 19"),
        ("39 19", "3919", "39 19"),
        ("116 006", "116006", "116 006"),
        ("118 712", "118712", "118 712"),
        ("0262 16 12 34", "+262262161234", "02 62 16 12 34"),
        ("+41 44 668 18 00", "+41446681800", "+41 44 668 18 00"),
    ],
)
def test_telephone_as_people_write_it(typed, stored, shown):
    assert validateurs.normalize_telephone(typed) == stored
    assert validateurs.format_telephone(stored).replace("\N{NO-BREAK SPACE}", " ") == shown


@pytest.mark.parametrize(
    "stored",
    [
        "+33465711234",
        "+33639981234",
        "+262262161234",
        "+262639011234",
        "+590590123456",
        "+508411234",
        "+687261234",
        "+68940123456",
        "+41446681800",
        "115",
        "3919",
        "116006",
    ],
)
def test_telephone_shown_in_a_form_is_sent_back_unchanged(stored):
    shown = Structure._meta.get_field("telephone").formfield().prepare_value(stored)
    assert validateurs.normalize_telephone(shown) == stored


@pytest.mark.parametrize("typed", GARBAGE)
def test_not_a_telephone(typed):
    with pytest.raises(ValidationError, match="n’est pas un numéro de téléphone"):
        validateurs.normalize_telephone(typed)


@pytest.mark.parametrize("typed", [*GARBAGE, "12345678901234", "7328290550001"])
def test_not_a_siret(typed):
    with pytest.raises(ValidationError, match="14 chiffres"):
        validateurs.validate_siret(typed)


@pytest.mark.parametrize("typed", [*GARBAGE, "6903", "2C001", "69034\n"])
def test_not_a_commune_code(typed):
    with pytest.raises(ValidationError, match="69034"):
        validateurs.validate_code_insee(typed)


@pytest.mark.parametrize(
    "codes",
    [["lyon"], ["69 034"], [12], ["1" * 12], ["69034\n"], [[]], [None], [{}], 5, None, {}, "69"],
)
def test_not_a_zone(codes):
    with pytest.raises(ValidationError, match=r"codes? de territoire"):
        validateurs.validate_zone_eligibilite(codes)


def test_zone_accepts_every_official_level():
    validateurs.validate_zone_eligibilite(["69034", "2A004", "200046977", "69", "974", "france"])


@pytest.mark.django_db
@pytest.mark.parametrize(
    "field, typed, sentence",
    [
        ("telephone", "zéro quatre", "n’est pas un numéro"),
        ("siret", "123", "14 chiffres"),
        ("site_web", "exemple", "https://"),
        ("courriel", "pas-un-courriel", "courriel"),
    ],
)
def test_structure_form_says_it_at_the_field_and_keeps_what_was_typed(field, typed, sentence):
    structure = fabriques.StructureFactory()
    fields = ["nom", "slug", "territoire", "statut", "telephone", "siret", "site_web", "courriel"]
    form_class = modelform_factory(Structure, fields=fields)
    data = {
        "nom": structure.nom,
        "slug": structure.slug,
        "territoire": structure.territoire_id,
        "statut": "publiee",
    }
    form = form_class(data | {field: typed}, instance=structure)
    assert list(form.errors) == [field]
    assert sentence in form.errors[field][0]
    assert typed in str(form[field])


@pytest.mark.django_db
@pytest.mark.parametrize(
    "field, typed, sentence",
    [
        ("code_insee", "99999", "n’est celui d’aucune commune"),
        ("code_insee", "lyon", "5 caractères"),
        ("code_postal", "ABC", "5 chiffres"),
        ("horaires_accueil", "Lundi matin", "Mo-Fr"),
        ("horaires_accueil", "Mo 25:00-26:00", "Mo-Fr"),
    ],
)
def test_place_form_says_it_at_the_field(field, typed, sentence):
    lieu = fabriques.LieuFactory()
    form_class = modelform_factory(Lieu, fields=["nom", "code_insee", "code_postal", "horaires_accueil"])
    form = form_class({"nom": lieu.nom, field: typed}, instance=lieu)
    assert field in form.errors
    assert sentence in form.errors[field][0]


@pytest.mark.django_db
def test_contact_without_any_means_is_refused():
    contact = Contact(structure=fabriques.StructureFactory(), nom="Quelqu’un")
    with pytest.raises(ValidationError, match="téléphone ou un courriel"):
        contact.full_clean()


DECLARE = {"niveau": "oui", "source": "declaration"}


@pytest.mark.parametrize(
    "etat, sentence",
    [
        (5, "famille de handicap"),
        ({}, "un niveau"),
        (DECLARE | {"niveau": ["oui"]}, "un niveau"),
        (DECLARE | {"source": {}}, "une source"),
        (DECLARE | {"precisions": ["rampe"]}, "précisions sont un texte"),
        (DECLARE | {"precisions": None}, "précisions sont un texte"),
        (DECLARE | {"verifie_le": "hier"}, "2026-03-15"),
        (DECLARE | {"verifie_le": 20260315}, "2026-03-15"),
        (DECLARE | {"verifie_le": []}, "2026-03-15"),
        (DECLARE | {"source": "visite"}, "date de la visite"),
        (DECLARE | {"source": "visite", "verifie_le": ""}, "date de la visite"),
        (DECLARE | {"note": "x"}, "« note » n’existe pas"),
    ],
)
def test_not_an_accessibility(etat, sentence):
    with pytest.raises(ValidationError, match=sentence):
        validate_accessibilite({"moteur": etat})


@pytest.mark.parametrize(
    "more", [{}, {"verifie_le": ""}, {"verifie_le": "2026-03-15", "precisions": "Rampe"}]
)
def test_accessibility(more):
    validate_accessibilite({"moteur": DECLARE | more, "visuel": DECLARE})


@pytest.mark.parametrize("jours", [5, None, {}, "15", [0], [-1], [True], [1.5], ["15"], [[15]]])
def test_not_reminders(jours):
    with pytest.raises(ValidationError, match="nombres de jours"):
        validate_relances(jours)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "typed", ["732 829 320 00074", "732\u00a0829\u00a0320\u202f00074", "732.829.320-00074"]
)
def test_siret_is_typed_as_people_write_it(typed):
    structure = fabriques.StructureFactory()
    form = modelform_factory(Structure, fields=["siret"])({"siret": typed}, instance=structure)
    assert form.is_valid(), form.errors
    form.save()
    structure.refresh_from_db()
    assert structure.siret == "73282932000074"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "field",
    ["publics", "documents", "langues", "modes_accueil", "zone_eligibilite", "mobilisable_par", "champs"],
)
@pytest.mark.parametrize("value", [5, None, "x", "", {}, [], [[1]], [{}], [None], {"a": []}])
def test_collection_of_another_type_is_refused_at_its_field(field, value):
    fiche = fabriques.CompetenceFactory()
    setattr(fiche, field, value)
    if value == (getattr(Competence(), field)):
        fiche.full_clean()
        return
    with pytest.raises(ValidationError) as refused:
        fiche.full_clean()
    assert list(refused.value.message_dict) == [field]


@pytest.mark.django_db
def test_json_field_left_empty_in_a_form_is_an_empty_collection():
    fiche = fabriques.CompetenceFactory(zone_eligibilite=["69034"])
    form_class = modelform_factory(Competence, fields=["zone_eligibilite", "champs", "documents"])
    form = form_class({"zone_eligibilite": "", "champs": "", "documents": ""}, instance=fiche)
    assert form.is_valid(), form.errors
    fiche = form.save()
    fiche.refresh_from_db()
    assert (fiche.zone_eligibilite, fiche.champs, fiche.documents) == ([], {}, [])
