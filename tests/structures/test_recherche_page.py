"""The search page as its reader sees it: one state in one address, the same with and without htmx."""

import re

import pytest
from django.urls import reverse

from tests import fabriques
from tests.conftest import SECRET_ADRESSE, SECRET_CONTACT, SECRET_PROCEDURE

ADDRESS = "/recherche/"
BAD = {
    "vide": "q=&theme=&page=",
    "une lettre": "q=a",
    "dix mille": "q=" + "a" * 10_000,
    "dix mille mots": "q=" + "ab+" * 5_000,
    "guillemet": "q=%22",
    "guillemets": 'q="aide',
    "étoile": "q=*",
    "préfixe": "q=aid*",
    "near": "q=NEAR(aide+sociale)",
    "tiret": "q=-aide",
    "deux-points": "q=titre:aide",
    "sql": "q=';+DROP+TABLE+structures_competence;--",
    "parenthèses": "q=((((",
    "emoji": "q=%F0%9F%8F%A0",
    "arabe": "q=%D9%85%D8%B3%D8%A7%D8%B9%D8%AF%D8%A9",
    "nul": "q=%00&theme=%00&page=%00",
    "octets": "q=%ff%fe&commune=%ff",
    "inconnus": "theme=nul&commune=rien&rayon=rien&public=vide&frais=rien&accueil=rien&langue=rien&accessibilite=rien"
    "&mobilisable=rien&ouvert=rien&sans_attente=rien&champ-rien=rien&champ-=",
    "page 0": "page=0",
    "page énorme": "page=1000000000",
    "page négative": "page=-3",
    "page texte": "page=abc",
    "répété": "&".join(["frais=gratuit"] * 900),
}


@pytest.fixture
def client(monde):
    return monde.client("anonyme")


def get(client, query="", **headers):
    response = client.get(f"{ADDRESS}?{query}", headers=headers)
    assert response.status_code == 200
    return response


def part(html, identifier):
    """Return the element of a page that has this id, as written."""
    begin = html.index(re.search(rf'<(\w+)[^>]* id="{identifier}"', html)[0])
    tag = re.match(r"<(\w+)", html[begin:])[1]
    depth = 0
    for found in re.finditer(rf"<(/?){tag}\b", html[begin:]):
        depth += -1 if found[1] else 1
        if not depth:
            return html[begin : begin + found.start()]
    raise AssertionError(identifier)


@pytest.mark.parametrize("query", BAD.values(), ids=BAD.keys())
def test_bad_input_gets_a_normal_page(client, query):
    html = get(client, query).content.decode()
    assert "<h1" in html
    assert part(html, "choix")
    get(client, query, hx_request="true")
    assert client.get(f"{reverse('structures:recherche_suggestions')}?{query}").status_code == 200


def test_bad_input_in_filters_does_not_empty_the_page(client):
    html = get(client, BAD["inconnus"]).content.decode()
    assert "Refuge de Ouverte" in html
    assert "laissés de côté" in html


@pytest.mark.parametrize(
    "query", ["", "q=refuge", "q=zzzz", "frais=gratuit&theme=hebergement-essai", "page=9"]
)
def test_fragment_is_what_the_page_holds(client, query):
    page = get(client, query).content.decode()
    response = get(client, query, hx_request="true")
    fragment = response.content.decode()
    assert "<html" not in fragment
    for identifier in ("annonce", "choix", "resultats"):
        assert part(fragment, identifier) == part(page, identifier)
    assert re.search(r"<title>.*</title>", fragment)[0] == re.search(r"<title>.*</title>", page)[0]
    assert "HX-Request" in response["Vary"]
    assert "HX-Request" in get(client, query)["Vary"]


def test_swapped_address_is_clean(client):
    response = get(client, "q=refuge&theme=&commune=&rayon=&frais=gratuit", hx_request="true")
    assert response["HX-Push-Url"] == "/recherche/?q=refuge&frais=gratuit"


def test_going_on_typing_does_not_fill_the_history(client):
    former = {"hx_request": "true", "hx_current_url": "https://testserver/recherche/?q=ref"}
    assert get(client, "q=refuge", **former)["HX-Replace-Url"] == "/recherche/?q=refuge"
    assert get(client, "q=autre", **former)["HX-Push-Url"] == "/recherche/?q=autre"
    assert get(client, "q=ref&frais=gratuit", **former)["HX-Push-Url"] == "/recherche/?q=ref&frais=gratuit"


def test_each_filter_in_use_is_a_chip_that_removes_it(client):
    html = get(client, "q=refuge&frais=gratuit&langue=ar").content.decode()
    assert 'class="choisi" href="/recherche/?q=refuge&amp;langue=ar"' in html
    assert 'class="choisi" href="/recherche/?q=refuge&amp;frais=gratuit"' in html
    assert '<a class="choisi choisi--tout" href="/recherche/?q=refuge">Tout enlever</a>' in html


def test_distance_goes_with_its_commune_and_fields_with_their_theme(monde, client):
    fabriques.CommuneFactory(code="69266", nom="Villeurbanne")
    fabriques.ChampFactory(theme=monde.public.theme, code="urgence", type="oui-non", filtrable=True)
    html = get(client, "theme=hebergement-essai&commune=69266&rayon=5&champ-urgence=oui").content.decode()
    assert 'class="choisi" href="/recherche/?commune=69266&amp;rayon=5"' in html
    assert 'class="choisi" href="/recherche/?theme=hebergement-essai&amp;champ-urgence=oui"' in html


def test_boxes_are_ticked_as_the_address_says_and_counted(monde, client):
    fabriques.CompetenceFactory(
        structure=monde.public.structure, frais="gratuit", theme=fabriques.ThemeFactory()
    )
    html = part(get(client, "frais=gratuit").content.decode(), "choix")
    assert re.search(r'name="frais" value="gratuit" id="frais-gratuit" checked>', html)
    assert re.search(r'<span>Gratuit</span> <span class="nb">\((\d+)\)', html)


def test_a_box_that_is_ticked_stays_even_when_nothing_has_it(client):
    assert 'value="ka" id="langue-ka" checked' in get(client, "langue=ka").content.decode()


def test_no_result_says_what_else_to_try(monde, client):
    annexe = fabriques.AnnexeFactory(territoire=monde.public.territoire, nom="Ressourcerie zzyzx")
    html = get(client, "q=zzyzx").content.decode()
    assert "Aucune fiche ne répond" in html
    assert f'/annexes/#annexe-{annexe.pk}">Ressourcerie zzyzx' in html
    # What was looked for is written there already.
    assert f'href="{reverse("structures:besoin_create")}?q=zzyzx"' in html
    assert reverse("structures:theme_detail", args=["hebergement-essai"]) in part(html, "resultats")


def test_no_result_for_filters_says_what_the_words_find(client):
    html = get(client, "q=refuge&langue=ka").content.decode()
    assert '<a href="/recherche/?q=refuge">La même recherche sans filtre</a>' in html


def test_misspelt_word_is_corrected_and_told(client):
    html = get(client, "q=refuje").content.decode()
    assert "Refuge de Ouverte" in html
    assert "vous avez écrit « refuje »" in html


def test_words_that_no_fiche_has_together_are_told(monde, client):
    fabriques.StructureFactory(territoire=monde.public.territoire, nom="Médiathèque")
    other = fabriques.StructureFactory(territoire=monde.public.territoire, nom="Ludothèque municipale")
    fabriques.CompetenceFactory(structure=other, theme=fabriques.ThemeFactory(nom="Jouets"))
    html = get(client, "q=refuge+ludotheque").content.decode()
    assert "celles qui en ont une partie" in html


def test_what_is_typed_is_escaped(client):
    html = get(client, "q=%3Cscript%3Ealert(1)%3C/script%3E&commune=%22%3E%3Cb%3E").content.decode()
    assert "<script>alert" not in html
    assert '"><b>' not in html


def test_pages_keep_the_state(monde, client):
    for rank in range(25):
        fabriques.CompetenceFactory(
            structure=fabriques.StructureFactory(
                territoire=monde.public.territoire, nom=f"Maison commune {rank}"
            ),
            theme=monde.public.theme,
            frais="gratuit",
        )
    html = get(client, "q=maison&frais=gratuit").content.decode()
    assert 'rel="next" href="/recherche/?q=maison&amp;frais=gratuit&amp;page=2"' in html
    last = get(client, "q=maison&frais=gratuit&page=1000000000").content.decode()
    assert "Page 2 sur 2" in last
    assert 'rel="prev" href="/recherche/?q=maison&amp;frais=gratuit"' in last


@pytest.mark.parametrize(
    "words", [SECRET_ADRESSE, SECRET_CONTACT, SECRET_PROCEDURE, "limites entre partenaires"]
)
def test_what_one_may_not_read_is_neither_found_nor_suggested(client, words):
    html = get(client, f"q={words}").content.decode()
    assert part(html, "resultats").count(words) <= 1  # what was typed, in the title
    assert "<mark>" not in html
    assert words not in client.get(reverse("structures:recherche_suggestions"), {"q": words}).content.decode()


def suggest(client, q):
    response = client.get(reverse("structures:recherche_suggestions"), {"q": q})
    assert response.status_code == 200
    return response


def test_suggestions_are_options_in_named_groups(client):
    html = suggest(client, "refu").content.decode()
    assert 'role="group" aria-label="Structures"' in html
    assert 'role="option" tabindex="-1" href="/structures/refuge-ouverte/"' in html
    assert "Fermee" not in html


def test_suggestions_know_themes_and_acronyms(client):
    assert 'aria-label="Thèmes"' in suggest(client, "heberg").content.decode()
    assert "ZZAP" in suggest(client, "zza").content.decode()


@pytest.mark.parametrize("q", ["", " ", "r", "\x00"])
def test_one_letter_suggests_nothing(client, q):
    assert "option" not in suggest(client, q).content.decode()


def test_suggestions_are_kept_shortly_by_the_reader_alone(monde, client):
    cached = suggest(client, "refuge")["Cache-Control"]
    assert "private" in cached
    assert "max-age=30" in cached
    assert "no-store" in suggest(monde.client("membre"), "refuge")["Cache-Control"]


def test_search_only_reads(client):
    for address in (ADDRESS, reverse("structures:recherche_suggestions")):
        assert client.post(address, {"q": "refuge"}).status_code == 405


def test_correction_is_shown_as_the_fiches_write_it(client, monde):
    structure = fabriques.StructureFactory(nom="Crèche des Tilleuls", territoire=monde.public.territoire)
    fabriques.CompetenceFactory(structure=structure)
    page = client.get("/recherche/?q=crehce").text
    assert "<strong>crèche</strong>" in page
    assert re.search(r"«\s*crèche\s*», le mot le plus proche", page)


def test_address_that_is_none_in_a_header_is_an_ordinary_page(client):
    get(client, "q=refuge", **{"HX-Request": "true", "HX-Current-URL": "http://[bad/"})


def test_field_that_two_sub_themes_have_is_one_filter_whose_count_holds(client, monde):
    onglet = fabriques.ThemeFactory(slug="onglet-essai")
    for rank in range(2):
        theme = fabriques.ThemeFactory(parent=onglet)
        fabriques.ChampFactory(
            theme=theme,
            code="public",
            libelle="Qui est accueilli",
            type="choix",
            options=["Couples"],
            filtrable=True,
        )
        structure = fabriques.StructureFactory(territoire=monde.public.territoire, nom=f"Toit {rank}")
        fabriques.CompetenceFactory(structure=structure, theme=theme, champs={"public": "Couples"})
    page = get(client, "theme=onglet-essai").text
    assert page.count("Qui est accueilli") == 1
    assert page.count('name="champ-public"') == 1
    assert re.search(r"<span>Couples</span>\s*<span class=\"nb\">\(2\)", page)
    assert "2 fiches" in get(client, "theme=onglet-essai&champ-public=Couples").text


def test_words_that_say_nothing_are_told(client):
    assert "trop courants" in get(client, "q=sera").text
    assert "trop courants" not in get(client, "q=refuge").text
