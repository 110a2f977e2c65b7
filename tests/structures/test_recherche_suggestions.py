"""What is proposed while one types: names and titles, themes, acronyms, and where each leads."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import fabriques
from tests.recherche import suggest

pytestmark = pytest.mark.django_db


@pytest.fixture
def territoire(db):
    return fabriques.TerritoireFactory(nom="Essai")


@pytest.fixture
def theme(db):
    return fabriques.ThemeFactory(nom="Ferronnerie d’art")


@pytest.fixture
def structure(territoire):
    return fabriques.StructureFactory(nom="Quincaillerie solidaire", territoire=territoire)


@pytest.fixture
def fiche(structure, theme):
    return fabriques.CompetenceFactory(structure=structure, theme=theme, nom="Vitraux et lanternes")


def tell(texte, **options):
    return [(item.genre, item.libelle) for item in suggest(texte, **options)]


@pytest.mark.parametrize(
    "typed", ["quinc", "QUINCAILLERIE", "quinc soli", "solidaire quin", "quincaillerie solidaire"]
)
def test_structure_is_proposed_once_by_the_beginning_of_its_words(fiche, structure, typed):
    fabriques.CompetenceFactory(structure=structure)
    assert tell(typed) == [("structure", "Quincaillerie solidaire")]
    assert suggest(typed)[0].url == structure.get_absolute_url()


@pytest.mark.parametrize("typed", ["vitr", "lant vitraux", "VITRAUX et", "vitraux et lanternes"])
def test_fiche_is_proposed_by_its_title(fiche, typed):
    [item] = suggest(typed)
    assert (item.genre, item.libelle, item.precision) == (
        "fiche",
        "Vitraux et lanternes",
        "Quincaillerie solidaire",
    )
    assert item.url == fiche.get_absolute_url()


def test_fiche_without_a_title_is_named_by_its_theme(structure, theme):
    fiche = fabriques.CompetenceFactory(structure=structure, theme=theme)
    themes, fiches = suggest("ferron")
    assert (themes.genre, themes.libelle, themes.url) == ("theme", theme.nom, theme.get_absolute_url())
    assert (fiches.genre, fiches.libelle, fiches.url) == ("fiche", theme.nom, fiche.get_absolute_url())


def test_themes_come_first_then_structures_fiches_and_acronyms(territoire, theme):
    structure = fabriques.StructureFactory(nom="Ferronniers réunis", territoire=territoire)
    fabriques.CompetenceFactory(structure=structure)
    other = fabriques.StructureFactory(nom="Atelier", territoire=territoire)
    fabriques.CompetenceFactory(structure=other, nom="Ferronnerie du soir")
    fabriques.SigleFactory(sigle="FERRO", signification="Fédération des ferronniers")
    assert [genre for genre, _ in tell("ferro")] == ["theme", "structure", "fiche", "sigle"]


def test_acronym_leads_to_its_explanation(db):
    sigle = fabriques.SigleFactory(sigle="ZQF", signification="Zone de quincaillerie fédérée")
    [item] = suggest("zq")
    assert (item.genre, item.libelle, item.precision) == ("sigle", "ZQF", "Zone de quincaillerie fédérée")
    assert item.url == f"{reverse('structures:sigle_list')}#sigle-{sigle.pk}"


def test_misspelt_name_leads_to_its_fiche(fiche):
    [item] = suggest("quincailelrie")
    assert "Quincaillerie solidaire" in {item.libelle, item.precision}


def test_retired_and_hidden_themes_are_not_proposed(territoire):
    fabriques.ThemeFactory(nom="Ferblanterie", retire=True)
    hidden = fabriques.ThemeFactory(nom="Ferraille")
    fabriques.ReglageThemeFactory(theme=hidden, territoire=territoire, masque=True)
    renamed = fabriques.ThemeFactory(nom="Ferrures")
    fabriques.ReglageThemeFactory(theme=renamed, territoire=territoire, nom="Serrures")
    assert tell("ferr", territoire=territoire) == []
    assert tell("serr", territoire=territoire) == [("theme", "Serrures")]


@pytest.mark.parametrize(
    "typed", ["", " ", "v", "é", "'", "*", "👶", "\x00", '"', "zzzzzzzz", "a" * 10_000, "-", "(qu"]
)
def test_anything_may_be_typed(fiche, typed):
    assert isinstance(suggest(typed), list)


@pytest.mark.parametrize("typed", ["", "v", " v ", "q*"])
def test_nothing_is_proposed_under_two_letters(fiche, typed):
    assert suggest(typed) == []


def test_proposals_are_few(territoire, theme):
    for rank in range(12):
        fabriques.ThemeFactory(nom=f"Quilles {rank}")
        fabriques.SigleFactory(sigle=f"QUI{rank}")
        named = fabriques.StructureFactory(nom=f"Quincaille {rank}", territoire=territoire)
        fabriques.CompetenceFactory(structure=named, theme=theme)
        other = fabriques.StructureFactory(nom=f"Atelier {rank}", territoire=territoire)
        fabriques.CompetenceFactory(structure=other, theme=theme, nom=f"Quiproquo {rank}")
    found = [genre for genre, _ in tell("qui")]
    assert 0 < len(found) <= 13
    assert found.count("theme") <= 3
    assert found.count("structure") <= 3
    assert found.count("fiche") <= 5
    assert found.count("sigle") <= 2


def test_proposals_cost_few_queries(fiche, territoire):
    suggest("vitr")
    with CaptureQueriesContext(connection) as few:
        suggest("vitr")
    for rank in range(10):
        other = fabriques.StructureFactory(nom=f"Atelier {rank}", territoire=territoire)
        fabriques.CompetenceFactory(structure=other, nom=f"Vitrail {rank}")
    suggest("vitr")
    with CaptureQueriesContext(connection) as many:
        suggest("vitr")
    assert len(few) == len(many) <= 3
