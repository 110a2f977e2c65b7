"""The file of everyday words: read whole or refused with a sentence; it leads to words that are written somewhere."""

import json
import tomllib

import pytest
from django.conf import settings

from structures.recherche import analyse
from structures.recherche.synonymes import FICHIER, SynonymesError, load_synonymes
from structures.texte import fold

FIXTURES = settings.BASE_DIR / "fixtures"


@pytest.fixture
def fichier(tmp_path):
    """Return what writes a file of synonyms and gives its path."""

    def write(texte):
        path = tmp_path / "synonymes.toml"
        path.write_text(texte, encoding="utf-8")
        return path

    return write


def list_texts(value):
    """Return the texts of a TOML or JSON value, at any depth."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for item in value.values() for text in list_texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in list_texts(item)]
    return []


def write_roots(texte):
    return f" {' '.join(analyse.racines(texte))} "


def read_field_words():
    """Return all that the fixtures say in the field's words, as roots, each text on a line."""
    paths = [
        path for path in FIXTURES.rglob("*.toml") if path != FICHIER and path.parent.name != "generation"
    ]
    texts = [text for path in paths for text in list_texts(tomllib.loads(path.read_text(encoding="utf-8")))]
    texts += list_texts(json.loads((FIXTURES / "referentiels" / "data_inclusion_v1.json").read_text()))
    return "\n".join(map(write_roots, texts))


def test_groups_are_many_and_as_written():
    groupes = load_synonymes()
    assert len(groupes) >= 120
    by_word = {mot: vers for mots, vers in groupes for mot in mots}
    assert "aide alimentaire" in by_word["frigo vide"]
    assert "violences conjugales" in by_word["mari me tape"]


def test_file_is_read_once():
    assert load_synonymes() is load_synonymes()


def test_words_worth_one_another_lead_to_themselves(fichier):
    path = fichier('[[groupe]]\nmots = ["Vélo", "bicyclette"]\n')
    assert load_synonymes(path) == ((("Vélo", "bicyclette"), ("Vélo", "bicyclette")),)


def test_everyday_words_lead_one_way(fichier):
    path = fichier('[[groupe]]\nmots = ["manger"]\nvers = ["aide alimentaire"]\n')
    assert load_synonymes(path) == ((("manger",), ("aide alimentaire",)),)


def test_empty_file_has_no_group(fichier):
    assert load_synonymes(fichier("# rien\n")) == ()


@pytest.mark.parametrize(
    "texte, sentence",
    [
        ("[[groupe", "le fichier est mal écrit"),
        ('[[groupes]]\nmots = ["a", "b"]', "« groupes » est inconnu"),
        ('[groupe]\nmots = ["a", "b"]', "deux crochets"),
        ("groupe = [1]", "groupe 1 : un groupe s’écrit"),
        ('[[groupe]]\nmots = ["a", "b"]\nver = ["c"]', "« ver » est inconnu"),
        ('[[groupe]]\nvers = ["c"]', "« mots » doit être une liste"),
        ('[[groupe]]\nmots = "a"', "« mots » doit être une liste"),
        ('[[groupe]]\nmots = ["a"]\nvers = []', "« vers » doit être une liste"),
        ('[[groupe]]\nmots = ["a"]', "au moins deux « mots »"),
        ('[[groupe]]\nmots = ["a", 3]', "dans « mots », chaque mot est un texte"),
        ('[[groupe]]\nmots = ["a", " "]', "dans « mots », chaque mot est un texte"),
        (f'[[groupe]]\nmots = ["a", "{"b" * 81}"]', "1 à 80 caractères"),
        ('[[groupe]]\nmots = ["a", "b", "a"]', "« a » est écrit deux fois"),
        ('[[groupe]]\nmots = ["a", "b"]\n[[groupe]]\nmots = []', "groupe 2"),
    ],
)
def test_malformed_file_is_refused_with_a_sentence(fichier, texte, sentence):
    with pytest.raises(SynonymesError, match=sentence) as error:
        load_synonymes(fichier(texte))
    assert str(error.value).startswith("synonymes.toml")


def test_file_that_is_not_text_or_not_there_is_refused(tmp_path):
    path = tmp_path / "synonymes.toml"
    with pytest.raises(SynonymesError, match="ne peut pas être lu"):
        load_synonymes(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SynonymesError, match="est mal écrit"):
        load_synonymes(path)


def test_every_group_leads_to_words_that_are_written_somewhere():
    written = read_field_words()
    vers = {mot for mots, vers in load_synonymes() if vers is not mots for mot in vers}
    assert not [mot for mot in vers if write_roots(mot) not in written]


def test_no_word_is_only_stop_words():
    empty = [mot for mots, vers in load_synonymes() for mot in (*mots, *vers) if not analyse.racines(mot)]
    assert set(empty) <= {"AS"}


def test_no_everyday_word_stands_for_most_of_the_fiches():
    """« plus travailler » would be read « travailler »: a phrase must not shrink to a word of every fiche."""
    broad = {
        analyse.racine(fold(mot)) for mot in ("aide", "travail", "service", "accueil", "personne", "droit")
    }
    shrunk = [
        mot
        for mots, vers in load_synonymes()
        for mot in mots
        if vers is not mots and len(mot.split()) > 1 and set(analyse.racines(mot)) < broad
    ]
    assert not shrunk
