"""Plain text made into paragraphs, lists and explained acronyms."""

import re

import pytest
from django.template import Context, RequestContext, Template
from django.utils.html import escape
from hypothesis import given
from hypothesis import strategies as st

from structures.mise_en_forme import Glossaire, Segment, blocs, decoupe_sigles
from structures.models import Sigle

GLOSSAIRE = ("CCAS", "CAS", "RSA", "CMU", "A.M.E", "115", "Restos du cœur", "France Travail", "L’Escale")


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("", []),
        (" \n\n ", []),
        ("Un.", [("p", "Un.")]),
        ("Un.\nSuite.\n\nDeux.", [("p", "Un.\nSuite."), ("p", "Deux.")]),
        ("- un\n- deux", [("ul", ["un", "deux"])]),
        ("Avec\u00a0:\n- un\n- deux\nFin.", [("p", "Avec\u00a0:"), ("ul", ["un", "deux"]), ("p", "Fin.")]),
        ("- un\n\n- deux", [("ul", ["un", "deux"])]),
        ("- un\n  suite\n- deux", [("ul", ["un suite", "deux"])]),
        ("- un\n\n  à part", [("ul", ["un"]), ("p", "à part")]),
        ("• un\r\n*\tdeux\r\n– trois", [("ul", ["un", "deux", "trois"])]),
        ("-5 °C\n--\n-", [("p", "-5 °C\n--\n-")]),
        ("9 h - 12 h", [("p", "9 h - 12 h")]),
        ("a\x00b\x0bc", [("p", "abc")]),
    ],
)
def test_blocs(texte, attendu):
    assert blocs(texte) == attendu


@given(st.text(alphabet=st.sampled_from("ab -•\n\t")))
def test_no_word_is_lost(texte):
    kept = " ".join(part if kind == "p" else " ".join(part) for kind, part in blocs(texte))
    assert kept.count("a") == texte.count("a")
    assert kept.count("b") == texte.count("b")


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("Le CCAS.", ["CCAS"]),
        ("les CCAS, les RSAs", ["CCAS", "RSA"]),
        ("CCASX, xCCAS, rsa, Rsa", []),
        ("l’RSA, d'CMU, (RSA), RSA/CMU, RSA-CMU", ["RSA", "CMU", "RSA", "RSA", "CMU", "RSA", "CMU"]),
        ("CMU-c, ex-CMU", ["CMU"]),
        ("les restos\u00a0du Cœur, France\ntravail", ["Restos du cœur", "France Travail"]),
        ("l'escale, L’ESCALE", ["L’Escale", "L’Escale"]),
        ("A.M.E.", ["A.M.E"]),
        ("Appelez le 115. Pas le 1150 ni le 0115.", ["115"]),
        ("https://example.org/RSA/ www.RSA.fr RSA@example.org jean.RSA@example.org RSA.example.org/CMU", []),
        ("RSA. Ensuite, RSA…", ["RSA", "RSA"]),
        ("", []),
    ],
)
def test_acronyms_are_found_as_whole_words_outside_addresses(texte, attendu):
    segments = decoupe_sigles(texte, GLOSSAIRE)
    assert [segment.sigle for segment in segments if segment.sigle] == attendu
    assert "".join(segment.texte for segment in segments) == texte


def test_empty_glossary_finds_nothing():
    assert decoupe_sigles("Le RSA", {}) == [Segment("Le RSA")]


def test_expression_characters_in_a_key_are_taken_literally():
    assert [s.sigle for s in decoupe_sigles("C++ et [A*", ("C++", "[A*"))] == ["C++", "", "[A*"]


@given(st.text(), st.lists(st.text(min_size=1, max_size=8), max_size=6))
def test_text_is_never_changed_by_cutting(texte, cles):
    assert "".join(segment.texte for segment in decoupe_sigles(texte, cles)) == texte


def make_sigle(mot):
    return Sigle(sigle=mot, signification=f"sens de {mot}", phrase="En clair.", cle_tri=mot.lower())


SIGLES = {mot: make_sigle(mot) for mot in ("RSA", "CMU")}


def test_only_the_first_occurrence_is_explained():
    glossaire = Glossaire(SIGLES, lambda mot, sigle: f"[{mot}={sigle.signification}]")
    assert glossaire.write_text("RSA et RSA\n- CMU, RSA") == (
        "<p>[RSA=sens de RSA] et RSA</p><ul><li>[CMU=sens de CMU], RSA</li></ul>"
    )
    assert [sigle.sigle for sigle in glossaire.sorted_rencontres()] == ["CMU", "RSA"]


@given(st.text(alphabet=st.sampled_from("<>&\"' RSA\n-")))
def test_html_is_escaped(texte):
    html = Glossaire(SIGLES, lambda mot, _sigle: mot).write_line(texte)
    assert html.replace("<br>", "\n") == escape(texte)


def render(source, **context):
    return Template("{% load mise_en_forme %}" + source).render(Context(context))


def test_tag_explains_with_the_component_of_the_site():
    html = render("{% texte t %}", t="Le RSA & co\nsuite", sigles=SIGLES)
    assert html.startswith("<p>Le <span")
    assert "sens de RSA" in html
    assert "En clair." in html
    assert "&amp; co<br>suite</p>" in html


@pytest.mark.parametrize(
    ("texte", "tenu"),
    [
        ("Le RSA.", "[RSA]."),
        ("(l’RSA\u00a0; suite)", "l’[RSA]\u00a0;"),
        ("«\u00a0RSA\u00a0», dit-on", "«\u00a0[RSA]\u00a0»,"),
        ("RSA/CMU-C", "[RSA]/"),
    ],
)
def test_punctuation_stays_with_the_button_that_explains(texte, tenu):
    glossaire = Glossaire({"RSA": SIGLES["RSA"]}, lambda mot, _sigle: f"[{mot}]", bouton=True)
    html = glossaire.write_line(texte)
    assert f'<span class="insecable">{tenu}</span>' in html
    assert re.sub(r"<[^>]*>|[\[\]]", "", html) == texte


def test_memory_is_that_of_the_page_includes_too():
    inner = Template("{% load mise_en_forme %}{% ligne t %}")
    page = Template(
        "{% load mise_en_forme %}{% include i %}|{% include i with t=t sigles=sigles only %}|{% texte t %}"
    )
    first, second, third = page.render(Context({"i": inner, "t": "RSA", "sigles": SIGLES})).split("|")
    assert "sens de RSA" in first
    assert (second, third) == ("RSA", "<p>RSA</p>")


def test_include_with_only_still_knows_the_acronyms_of_the_territory(monde):
    request = monde.client("anonyme").get("/").wsgi_request
    page = Template("{% include i with t=t only %}")
    inner = Template("{% load mise_en_forme %}{% ligne t %}")
    html = page.render(RequestContext(request, {"i": inner, "t": "Le ZZAP"}))
    assert "Zone d’essai des sigles expliqués" in html


def test_empty_values_give_nothing():
    assert render("{% texte a %}{% ligne b %}", a="", b=None) == ""
