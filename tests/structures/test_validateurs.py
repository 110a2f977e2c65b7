"""What people type is refused with a sentence that says how to mend it, at the right field."""

import pytest
from django.core.exceptions import ValidationError
from django.forms import modelform_factory

from structures import validateurs
from structures.models import Contact, Lieu, Structure
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
        ("+41 44 668 18 00", "+41446681800", "+41 44 668 18 00"),
    ],
)
def test_telephone_as_people_write_it(typed, stored, shown):
    assert validateurs.normalize_telephone(typed) == stored
    assert validateurs.format_telephone(stored) == shown


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


@pytest.mark.parametrize("codes", [["lyon"], ["69 034"], [12], ["1" * 12], ["69034\n"]])
def test_not_a_zone(codes):
    with pytest.raises(ValidationError, match="code de territoire"):
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
    form_class = modelform_factory(Structure, fields=["nom", "slug", "territoire", "statut", "telephone", "siret", "site_web", "courriel"])
    data = {"nom": structure.nom, "slug": structure.slug, "territoire": structure.territoire_id, "statut": "publiee"}
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
