"""What is searched, for the coordination: figures, words, filters, and the same to download."""

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from structures.recherche.comptage import note, tampon
from structures.recherche.demande import Demande
from structures.views.statistiques import protect
from tests import fabriques

PAGE, FICHIER = "structures:statistiques", "structures:statistiques_csv"


def search(territoire, texte, days_ago, total=0, **filtres):
    note(
        Demande(texte=texte, **filtres), total, territoire.pk, timezone.localdate() - timedelta(days=days_ago)
    )
    tampon.write()


@pytest.fixture
def recherches(monde):
    territoire = monde.public.territoire
    for days_ago in (60, 5, 4, 3):
        search(territoire, "brouette", days_ago)
    for days_ago in (5, 4, 3, 2):
        search(territoire, "repas chaud", days_ago, total=3)
    search(territoire, "trottinette", 1)
    search(territoire, "", 1, total=2, themes=(monde.public.theme.pk,), ouvert=True)
    search(monde.prive.territoire, "sauna", 1)
    for days_ago in (3, 2, 1):
        search(monde.prive.territoire, "sauna", days_ago)
    return territoire


def read(client, name, periode="30"):
    response = client.get(reverse(name), {"periode": periode})
    assert response.status_code == 200
    return response.content.decode()


def test_page_of_thirty_days(monde, recherches):
    page = read(monde.client("coordinateur"), PAGE)
    assert "<strong>9</strong> recherches, dont 1 par les filtres seuls" in page
    assert "<strong>44 %</strong> n’ont rien trouvé (4)" in page
    assert "brouette" in page
    assert "repas chaud" in page
    assert monde.public.theme.nom in page
    assert "Ouvert maintenant" in page
    assert "trottinette" not in page  # one day only
    assert "sauna" not in page  # next door


def test_words_without_result_are_apart(monde, recherches):
    page = read(monde.client("coordinateur"), PAGE)
    unfound = page.split("titre-introuvables")[2].split("titre-mots")[0]
    assert "brouette" in unfound
    assert "repas" not in unfound


def test_longer_periods_hold_more(monde, recherches):
    assert "<strong>10</strong> recherches" in read(monde.client("coordinateur"), PAGE, "90")
    assert "<strong>10</strong> recherches" in read(monde.client("admin"), PAGE, "365")


@pytest.mark.parametrize("periode", ["", "0", "-1", "1e9", "année", "30\x00"])
def test_unknown_period_is_thirty_days(monde, recherches, periode):
    assert "<strong>9</strong> recherches" in read(monde.client("coordinateur"), PAGE, periode)


def test_empty_page(monde):
    page = read(monde.client("coordinateur"), PAGE)
    assert "<strong>0</strong> recherche" in page
    assert page.count("Rien à montrer") == 3


def test_waiting_needs_are_counted(monde):
    for etat in ("en-attente", "en-attente"):
        fabriques.SuggestionFactory(structure=None, territoire=monde.public.territoire, etat=etat)
    fabriques.SuggestionFactory(structure=None, territoire=monde.prive.territoire)
    fabriques.SuggestionFactory(structure=monde.public.structure)
    assert "<strong>2</strong> besoins signalés en attente" in read(monde.client("coordinateur"), PAGE)


def test_file_says_the_same(monde, recherches):
    response = monde.client("coordinateur").get(reverse(FICHIER), {"periode": "90"})
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert "recherches-ouverte-" in response["Content-Disposition"]
    assert response["Cache-Control"] == "private, no-store"
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))
    assert ["recherches", "avec des mots", "9", "", ""] in rows
    assert ["mots", "brouette", "2", "2", "2"] in rows
    assert ["mots", "repas chaud", "2", "0", "2"] in rows
    assert ["filtres", "Ouvert maintenant", "1", "", ""] in rows
    assert "trottinette" not in response.content.decode()


def test_a_label_is_never_a_formula():
    assert protect("=1+1") == "'=1+1"
    assert protect("Thème : Logement") == "Thème : Logement"


def test_link_is_in_the_menu_of_who_may_follow_it(monde):
    address = f'href="{reverse(PAGE)}"'
    for persona, seen in {"coordinateur": True, "admin": True, "referent": False, "anonyme": False}.items():
        assert (address in monde.client(persona).get("/").content.decode()) is seen


def test_same_queries_whatever_there_is(monde, recherches, django_assert_max_num_queries):
    client = monde.client("coordinateur")
    read(client, PAGE)
    for name in (PAGE, FICHIER):
        with django_assert_max_num_queries(9):
            read(client, name)
