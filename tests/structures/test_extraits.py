"""The extract under a result: where the words are, escaped, never what the reader may not read."""

import pytest
from django.utils.safestring import SafeString

from structures.droits import load_droits, public_droits
from structures.recherche.analyse import racines
from structures.recherche.extraits import LARGEUR, MAX_TEXTE, make_extraits, read_textes
from tests.conftest import SECRET_ADRESSE, SECRET_PROCEDURE


def extract(texte, words, *others):
    return make_extraits({1: [texte, *others]}, frozenset(racines(words))).get(1)


def test_words_are_marked_by_their_root_accents_and_case_aside():
    found = extract("Garder les enfants à la Crèche, et les crèches d’entreprise.", "creche")
    assert found == "Garder les enfants à la <mark>Crèche</mark>, et les <mark>crèches</mark> d’entreprise."
    assert isinstance(found, SafeString)


def test_only_the_word_is_marked_not_what_is_stuck_to_it():
    assert extract("Demande d’hébergement.", "hebergement") == "Demande d’<mark>hébergement</mark>."


def test_text_is_escaped():
    found = extract("<script>alert('aide')</script> & aide", "aide")
    assert "<script>" not in found
    assert "&amp; <mark>aide</mark>" in found


def test_no_word_no_extract():
    assert extract("Rien de tel ici.", "creche") is None
    assert make_extraits({1: ["aide"]}, frozenset()) == {}


def test_long_text_is_cut_between_words_around_the_words():
    text = f"{'avant ' * 100}une crèche parentale {'apres ' * 100}"
    found = extract(text, "creche")
    plain = found.replace("<mark>", "").replace("</mark>", "")
    assert found.startswith("… avant")
    assert found.endswith("apres …")
    assert "<mark>crèche</mark>" in found
    assert len(plain) <= LARGEUR + 4


def test_window_is_the_one_with_the_most_words():
    text = f"aide {'loin ' * 80} aide alimentaire {'loin ' * 80}"
    assert "<mark>aide</mark> <mark>alimentaire</mark>" in extract(text, "aide alimentaire")


def test_text_with_the_most_words_is_preferred():
    assert "alimentaire" in extract("Une aide.", "aide alimentaire", "Aide alimentaire et vêtements.")


def test_nothing_is_read_beyond_the_limit():
    assert extract("mot " * MAX_TEXTE + "crèche", "creche") is None


@pytest.mark.parametrize(
    ("persona", "seen"), [("anonyme", False), ("coordinateur_autre_territoire", False), ("membre", True)]
)
def test_what_is_for_partners_is_in_no_other_extract(monde, persona, seen):
    user = monde.personae[persona]
    droits = load_droits(user) if user else public_droits()
    texts = " ".join(read_textes([monde.public.fiche.pk], droits)[monde.public.fiche.pk])
    assert (SECRET_PROCEDURE in texts) is seen
    assert ("limites entre partenaires" in texts) is seen
    assert SECRET_ADRESSE not in texts


def test_one_query_for_all(monde, django_assert_num_queries):
    droits = public_droits()
    with django_assert_num_queries(1):
        read_textes([monde.public.fiche.pk, monde.prive.fiche.pk], droits)
    with django_assert_num_queries(0):
        assert read_textes([], droits) == {}
