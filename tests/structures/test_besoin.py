"""Reporting a need: open to everybody, kept from numbers of persons and from floods."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from structures.models import Suggestion
from tests import fabriques

PAGE = "structures:besoin_create"
BESOIN = "Une garde d’enfants après 20 h, ouverte le dimanche."


def send(client, **data):
    return client.post(reverse(PAGE), {"texte": BESOIN} | data)


def test_need_reaches_the_coordination(monde, client):
    response = client.post(
        reverse(PAGE), {"texte": BESOIN, "commune": "Villeneuve", "courriel": "a@example.org"}, follow=True
    )
    assert "Merci. La coordination du répertoire lira ce besoin." in response.content.decode()
    besoin = Suggestion.objects.get()
    assert (besoin.territoire, besoin.structure, besoin.auteur) == (monde.public.territoire, None, None)
    assert (besoin.texte, besoin.courriel) == (BESOIN, "a@example.org")
    assert besoin.propositions == {"commune": "Villeneuve"}
    assert besoin.etat == "en-attente"
    besoin.full_clean()


def test_words_alone_are_enough(monde, client):
    assert send(client).status_code == 302
    assert Suggestion.objects.get().propositions == {}


def test_author_is_known_when_logged_in(monde):
    send(monde.client("membre"))
    assert Suggestion.objects.get().auteur == monde.personae["membre"]


def test_territory_is_the_one_being_read(monde):
    client = monde.client("coordinateur_autre_territoire")
    client.get("/?territoire=fermee")
    send(client)
    assert Suggestion.objects.get().territoire == monde.prive.territoire


def test_nothing_is_open_without_a_readable_territory(monde, client):
    monde.public.territoire.acces = "partenaires"
    monde.public.territoire.save()
    assert client.get(reverse(PAGE)).status_code == 404
    assert send(client).status_code == 404


@pytest.mark.parametrize(
    "typed",
    [
        "1 85 05 78 006 084 36",
        "185057800608436",
        "2 85 05 2A 006 084 36",
        "185 05 78 006 084",
        "06 12 34 56 78",
        "0612345678",
        "06.12.34.56.78",
        "06-12-34-56-78",
        "06\N{NO-BREAK SPACE}12\N{NO-BREAK SPACE}34\N{NO-BREAK SPACE}56\N{NO-BREAK SPACE}78",
        "+33 6 12 34 56 78",
        "+33 (0)6 12 34 56 78",
        "0033612345678",
        "+41 44 668 18 00",
    ],
)
def test_numbers_of_persons_are_refused_and_nothing_is_lost(monde, client, typed):
    for name in ("texte", "commune"):
        data = {"texte": BESOIN, "commune": "Villeneuve", "courriel": "a@example.org"}
        data[name] = f"{data[name]} {typed} merci"
        response = send(client, **data)
        page = response.content.decode()
        assert response.status_code == 200
        assert "Ne donnez pas de numéro" in page
        assert f'id="id_{name}_error"' in page
        for value in data.values():
            assert value in page
    assert not Suggestion.objects.exists()


@pytest.mark.parametrize(
    "typed",
    [
        "le 115 ne répond pas",
        "3919",
        "SIRET 732 829 320 00074",
        "24 places pour 2026-2027",
        "69300",
        "de 18 à 25 ans",
    ],
)
def test_numbers_that_are_nobody_s_are_accepted(monde, client, typed):
    assert send(client, texte=typed).status_code == 302


@pytest.mark.parametrize(
    "data",
    [
        {"texte": ""},
        {"texte": "   "},
        {"texte": "x" * 1_001},
        {"texte": "nul \x00 octet"},
        {"commune": "x" * 101},
        {"courriel": "pas une adresse"},
        {"courriel": f"{'x' * 300}@example.org"},
    ],
)
def test_bad_input_is_told_at_its_field(monde, client, data):
    response = send(client, **data)
    assert response.status_code == 200
    assert f'id="id_{next(iter(data))}_error"' in response.content.decode()
    assert not Suggestion.objects.exists()


def test_what_was_searched_begins_the_sentence(monde, client):
    page = client.get(reverse(PAGE), {"q": "garde <b>de nuit\x00"}).content.decode()
    assert "garde &lt;b&gt;de nuit</textarea>" in page


def test_floods_are_stopped_and_nothing_is_lost(monde, client):
    for _ in range(10):
        assert send(client).status_code == 302
    response = send(client, texte="Le onzième besoin.")
    assert response.status_code == 429
    page = response.content.decode()
    assert "Trop d’envois" in page
    assert "Le onzième besoin." in page
    assert Suggestion.objects.count() == 10
    assert client.post(reverse(PAGE), {"texte": "ailleurs"}, REMOTE_ADDR="203.0.113.9").status_code == 302


def test_mistakes_are_not_counted_as_sendings(monde, client):
    for _ in range(15):
        send(client, texte="")
    assert send(client).status_code == 302


def test_address_is_not_kept_in_clear(monde, client):
    client.post(reverse(PAGE), {"texte": BESOIN}, REMOTE_ADDR="203.0.113.9")
    assert [key for key in cache._cache if "besoin" in key]
    assert "203.0.113.9" not in str(cache._cache)
    assert "203.0.113.9" not in str(Suggestion.objects.values())


def test_limits_on_login_still_hold():
    from allauth.account import app_settings

    assert "login_failed" in app_settings.RATE_LIMITS
    assert app_settings.RATE_LIMITS["besoin"]


def test_other_methods_are_refused(monde, client):
    assert client.put(reverse(PAGE)).status_code == 405


@pytest.mark.ignore_template_errors
def test_coordination_reads_it_in_the_administration(monde, client):
    send(client, commune="Villeneuve")
    admin = monde.client("admin")
    assert (
        "structure manquante" in admin.get(reverse("admin:structures_suggestion_changelist")).content.decode()
    )
    page = admin.get(reverse("admin:structures_suggestion_change", args=[Suggestion.objects.get().pk]))
    assert "Villeneuve" in page.content.decode()


def test_factory_of_a_missing_structure_is_a_need(db):
    assert fabriques.SuggestionFactory(manquante=True).structure is None
