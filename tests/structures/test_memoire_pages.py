"""Pages that everybody reads are kept for a minute, and never those of somebody."""

import gzip

import pytest
from django.test import Client

from structures.recherche.comptage import tampon
from structures.views import memoire
from structures.views.memoire import PAGES

ADRESSE = "/recherche/?q=refuge"


def count_queries(client, django_assert_max_num_queries, most):
    with django_assert_max_num_queries(most):
        return client.get(ADRESSE).content


def test_same_search_is_drawn_once(monde, django_assert_max_num_queries):
    first = Client().get(ADRESSE).content
    # The version that tells whether anything changed.
    assert count_queries(Client(), django_assert_max_num_queries, 1) == first


def test_change_is_seen_at_once(monde):
    assert "Refuge de Ouverte" in Client().get(ADRESSE).text
    monde.public.structure.nom = "Refuge des Tilleuls"
    monde.public.structure.save()
    assert "Refuge des Tilleuls" in Client().get(ADRESSE).text


def test_each_search_is_counted(monde):
    for _ in range(3):
        Client().get(ADRESSE)
    assert len(tampon.waiting) == 3


@pytest.mark.parametrize("persona", ["membre", "admin"])
def test_page_of_somebody_is_not_kept(monde, persona):
    monde.client(persona).get(ADRESSE)
    assert not PAGES.pages


@pytest.mark.parametrize("cookie", ["sessionid", "messages"])
def test_page_of_a_browser_with_a_session_or_a_message_is_not_kept(monde, cookie):
    Client().get(ADRESSE)
    client = Client()
    client.cookies[cookie] = "x"
    PAGES.clear()
    client.get(ADRESSE)
    assert not PAGES.pages


def test_fragment_is_not_served_for_the_page_nor_the_page_for_the_fragment(monde):
    page = Client().get(ADRESSE).text
    fragment = Client().get(ADRESSE, headers={"HX-Request": "true"}).text
    assert "<html" in page
    assert "<html" not in fragment
    back = Client().get(ADRESSE, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"}).text
    assert "<html" in back


def test_opening_times_are_drawn_again_at_the_next_minute(monde, time_machine):
    time_machine.move_to("2026-03-02T08:59:30+01:00", tick=False)
    Client().get(ADRESSE)
    time_machine.move_to("2026-03-02T09:00:10+01:00", tick=False)
    Client().get(ADRESSE)
    assert len(PAGES.pages) == 2


def test_memory_is_bounded(monde, monkeypatch):
    monkeypatch.setattr(memoire, "MAX_PAGES", 5)
    for rank in range(9):
        Client().get(f"/recherche/?q=mot{rank}")
    assert len(PAGES.pages) == 5


def test_page_compressed_beforehand_is_the_page(monde):
    plain = Client().get(ADRESSE)
    packed = Client().get(ADRESSE, headers={"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    assert gzip.decompress(packed.content) == plain.content


def test_page_of_somebody_hides_its_length(monde):
    """Compressed as one goes, with random bytes: what it holds of its reader cannot be guessed from its length."""
    lengths = {
        len(monde.client("membre").get(ADRESSE, headers={"Accept-Encoding": "gzip"}).content)
        for _ in range(6)
    }
    assert len(lengths) > 1
