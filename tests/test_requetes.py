"""Every page costs the same number of queries at 1 and at 20 rows, and never more than 8."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from structures import droits
from tests import fabriques

MAX_QUERIES = 8
PAGES = {
    "accueil": ("structures:accueil", {}),
    "recherche": ("structures:recherche", {}),
    "theme": ("structures:theme_detail", {"slug": "hebergement-essai"}),
    "structures": ("structures:structure_list", {}),
    "structure": ("structures:structure_detail", {"slug": "refuge-ouverte"}),
    "structure.pdf": ("structures:structure_pdf", {"slug": "refuge-ouverte"}),
    "fiche": ("structures:competence_detail", {"slug": "refuge-ouverte", "theme": "hebergement-essai"}),
    "fiche.pdf": ("structures:competence_pdf", {"slug": "refuge-ouverte", "theme": "hebergement-essai"}),
    "annexes": ("structures:annexe_list", {}),
    "besoin": ("structures:besoin_create", {}),
    "sigles": ("structures:sigle_list", {}),
    "charte": ("structures:charte", {}),
}


def count(client, address):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in queries.captured_queries]


def grow(monde, rows):
    """Add ``rows`` of everything that a page can list."""
    themes = fabriques.ThemeFactory.create_batch(rows)
    territoire, structure = monde.public.territoire, monde.public.structure
    for theme in themes:
        other = fabriques.StructureFactory(territoire=territoire)
        fiche = fabriques.CompetenceFactory(structure=other, theme=monde.public.theme)
        lieu = fabriques.LieuFactory(structure=other)
        fabriques.PermanenceFactory(competence=fiche, lieu=lieu)
        fabriques.PeriodeFactory(lieu=lieu)
        own = fabriques.CompetenceFactory(structure=structure, theme=theme)
        place = fabriques.LieuFactory(structure=structure)
        fabriques.PermanenceFactory(competence=own, lieu=place)
        fabriques.PermanenceFactory(competence=monde.public.fiche, lieu=place)
        fabriques.PeriodeFactory(lieu=place)
        fabriques.ContactFactory(structure=structure)
        fabriques.AnnexeFactory(territoire=territoire, themes=[monde.public.theme])
        fabriques.SigleFactory(territoire=None)


@pytest.mark.parametrize("persona", ["anonyme", "referent", "coordinateur"])
@pytest.mark.parametrize("name", PAGES)
def test_constant_and_small(monde, monkeypatch, name, persona):
    url_name, arguments = PAGES[name]
    address = reverse(url_name, kwargs=arguments)
    client = monde.client(persona)
    # What is kept in memory is read again each minute: none ends in the middle of a count.
    monkeypatch.setattr(droits, "read_minute", lambda: 0)
    # The first request of a process reads the words of the territory, then keeps them in memory.
    client.get(address)
    few = count(client, address)
    grow(monde, 20)
    client.get(address)
    many = count(client, address)
    assert len(few) == len(many), "\n".join(many)
    assert len(many) <= MAX_QUERIES, "\n".join(many)


SEARCHES = [
    "",
    "q=refuge",
    "q=refuje",
    "q=refuge&theme=hebergement-essai&frais=gratuit&ouvert=1",
    "q=refuge&commune=69266&rayon=10",
    "q=rien+de+tel",
]
MAX_SEARCH_QUERIES = 6


@pytest.mark.parametrize("persona", ["anonyme", "referent"])
@pytest.mark.parametrize("query", SEARCHES)
def test_search_asks_little(monde, query, persona):
    fabriques.CommuneFactory(code="69266", nom="Villeurbanne")
    grow(monde, 20)
    client = monde.client(persona)
    address = f"{reverse('structures:recherche')}?{query}"
    client.get(address)
    asked = count(client, address)
    assert len(asked) <= MAX_SEARCH_QUERIES, "\n".join(asked)


@pytest.mark.parametrize("persona", ["anonyme", "referent"])
def test_suggestions_ask_little(monde, persona):
    grow(monde, 20)
    client = monde.client(persona)
    address = f"{reverse('structures:recherche_suggestions')}?q=refu"
    client.get(address)
    asked = count(client, address)
    assert len(asked) <= MAX_SEARCH_QUERIES, "\n".join(asked)
