"""What is written and what is typed come to the same roots, whatever the accents, the case and the punctuation."""

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from structures.recherche.analyse import (
    MAX_LETTRES,
    decouper,
    is_vide,
    mots_joints,
    racine,
    racines,
)
from structures.recherche.documents import analyse
from structures.recherche.lexique import make_cle

# Characters that break what is put together by hand: quotes, operators, marks, halves of pairs, white space.
CHARACTERS = st.characters() | st.sampled_from("'\"\\*:()-|&!<>^~.’œÆßİıéÉ \x00\n\u0301\u200d\ud800½²ﬁ")
TEXTS = st.text(CHARACTERS, max_size=80)


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("sécurité", "securite"),
        ("Hébergement", "HEBERGEMENT"),
        ("cœur", "coeur"),
        ("Ælia", "aelia"),
        ("ﬁnances", "finances"),
        ("garçon", "garcon"),
        ("Straße", "strasse"),
        ("l’aide d’urgence", "aide urgence"),
        ("l'aide", "l’aide"),
        ("garde-meuble", "garde meuble"),
        ("C.A.F.", "caf"),
        ("C.A.F", "caf"),
        ("R.S.A.", "RSA"),
        ("É.S.A.T.", "esat"),
        ("(entretien)", "entretien"),
        ("lait/couches", "lait couches"),
        ("enfants", "enfant"),
        ("gardes d’enfants", "garder un enfant"),
        ("travail", "travailler"),
        ("logements sociaux", "logement sociaux"),
        ("أَطْفال", "أطفال"),
        (unicodedata.normalize("NFD", "hébergé"), unicodedata.normalize("NFC", "hébergé")),
    ],
)
def test_same_roots(written, typed):
    assert racines(written) == racines(typed) != []


@pytest.mark.parametrize(
    ("one", "other"), [("garde", "gardien"), ("loger", "longer"), ("caf", "cap"), ("18", "180")]
)
def test_other_words_keep_other_roots(one, other):
    assert racines(one) != racines(other)


def test_stop_words_say_nothing():
    assert racines("Je cherche un logement pour les jeunes") == racines("logement jeunes")
    assert racines("de la pour les") == []
    assert decouper("de la") == ["de", "la"]


def test_full_stop_after_a_short_word_makes_no_acronym():
    assert decouper("Venir à 9 h. Sonner.") == ["venir", "a", "9", "h", "sonner"]
    assert decouper("M. Durand, au 3e.") == ["m", "durand", "au", "3e"]


def test_emoji_are_not_words():
    assert decouper("👶🏽 garde 🇫🇷 ❤️") == ["garde"]


def test_arabic_words_are_kept():
    """With or without vowels and hamza, which few people type."""
    assert decouper("حضانة الأطفال") == decouper("حضانة الاطفال") == ["حضانة", "الاطفال"]


def test_long_word_is_cut_where_it_is_indexed_and_where_it_is_typed():
    long = "z" * 5000
    assert racines(long) == racines(long + "z")
    assert [len(mot) for mot in decouper(long)] == [MAX_LETTRES]


def test_hyphenated_word_is_also_known_in_one():
    assert mots_joints("Du co-voiturage, un porte-à-porte, l’après-midi") == [
        "covoiturage",
        "porteaporte",
        "lapresmidi",
    ]
    assert mots_joints("du covoiturage") == []


def test_dates_and_intervals_do_not_hide_words():
    assert "juin" in decouper("du 3-juin-2026")
    assert decouper("9h-12h") == ["9h", "12h"]


def test_phrase_of_stop_words_keeps_them():
    """An acronym is given its own key even when it is a word that says nothing."""
    assert make_cle("de la") == ("de", "la")
    assert make_cle("maison de la") == (racine("maison"),)


@pytest.mark.parametrize("texte", ["a." * 20_000, "a-" * 20_000, "'-" * 20_000, "é" * 40_000, " " * 40_000])
def test_long_texts_are_read_in_time_that_grows_with_their_length(texte):
    for read in (decouper, racines, mots_joints):
        assert isinstance(read(texte), list)


@settings(deadline=None)
@given(TEXTS)
@example("'; DROP TABLE structures_texte; --")
@example('" OR "a" NEAR(b) *')
@example("\x00\ud800")
def test_roots_hold_only_letters_and_figures(texte):
    """So that they can be quoted as they are in the query languages of both engines."""
    found = [
        *racines(texte),
        *mots_joints(texte),
        *make_cle(texte),
        *analyse(texte)[0],
        *analyse(texte)[1],
    ]
    assert all(root and root.isalnum() and len(root) <= MAX_LETTRES for root in found)


@settings(deadline=None)
@given(TEXTS)
def test_what_is_typed_as_written_has_the_roots_that_were_indexed(texte):
    assert set(racines(texte)) <= set(analyse(texte)[0])


@settings(deadline=None)
@given(st.text(st.characters(categories=["Lu", "Ll"], max_codepoint=0x17F), max_size=30))
def test_case_changes_nothing(texte):
    assert decouper(texte.upper()) == decouper(texte.upper().lower())


@settings(deadline=None)
@given(TEXTS)
def test_words_of_the_vocabulary_have_roots_that_are_indexed(texte):
    """A completion or a correction leads somewhere: its root is one of those of the text."""
    roots, mots = analyse(texte)
    assert {racine(mot) for mot in mots} <= set(roots)
    assert not any(is_vide(mot) for mot in mots)
