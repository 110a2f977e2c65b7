"""The contract of the inverted index, on the engine in use: the suite is run on SQLite and on PostgreSQL."""

import pytest
from django.db import connection, transaction

from structures.recherche.moteurs import NIVEAUX, get_moteur

pytestmark = pytest.mark.django_db


def make_document(**niveaux):
    return {niveau: niveaux.get(niveau, "").split() for niveau in NIVEAUX}


@pytest.fixture
def moteur(db):
    found = get_moteur()
    found.write(
        {
            1: make_document(titre="gard enfant", theme="famill", texte="gard nuit"),
            2: make_document(titre="repas", texte="enfant gard", autour="plac gard", reserve="secret"),
            3: make_document(texte="gard malad enfant"),
        }
    )
    return found


def find(moteur, niveau, *alternatives):
    return sorted(moteur.find([(niveau, tuple(tuple(roots.split()) for roots in alternatives))])[0])


def test_roots_are_found_at_their_level_only(moteur):
    assert find(moteur, "titre", "gard") == [1]
    assert find(moteur, "texte", "gard") == [1, 2, 3]
    assert find(moteur, "autour", "gard") == [2]
    assert find(moteur, "reserve", "gard") == []
    assert find(moteur, "reserve", "secret") == [2]
    assert find(moteur, "theme", "famill") == [1]


def test_phrase_is_made_of_roots_that_follow_one_another(moteur):
    assert find(moteur, "texte", "enfant gard") == [2]
    assert find(moteur, "texte", "gard enfant") == []
    assert find(moteur, "texte", "gard malad enfant") == [3]


def test_one_alternative_is_enough(moteur):
    assert find(moteur, "texte", "nuit", "malad") == [1, 3]
    assert find(moteur, "texte", "rien", "enfant gard", "nuit") == [1, 2]


def test_part_of_a_root_finds_nothing(moteur):
    assert find(moteur, "texte", "gar") == []
    assert find(moteur, "texte", "garde") == []


def test_answers_come_in_the_order_of_questions(moteur):
    questions = [("titre", (("repas",),)), ("titre", (("inconnu",),)), ("titre", (("gard",),))]
    assert moteur.find(questions) == [[2], [], [1]]
    assert moteur.find([]) == []


def test_six_hundred_questions_at_once(moteur):
    questions = [("texte", (("nuit" if rank % 3 else f"rien{rank}",),)) for rank in range(600)]
    assert moteur.find(questions) == [[1] if rank % 3 else [] for rank in range(600)]


def test_sixty_alternatives_in_one_question(moteur):
    assert find(moteur, "texte", *(f"debut{rank}" for rank in range(60)), "malad") == [3]


def test_writing_again_replaces(moteur):
    moteur.write({1: make_document(titre="autr")})
    assert find(moteur, "titre", "gard") == []
    assert find(moteur, "texte", "nuit") == []
    assert find(moteur, "titre", "autr") == [1]


def test_deleted_document_is_found_no_more(moteur):
    moteur.delete([2, 99])
    assert find(moteur, "texte", "gard") == [1, 3]
    assert find(moteur, "titre", "repas") == []


def test_clear_forgets_all_and_optimize_changes_nothing(moteur):
    moteur.optimize()
    assert find(moteur, "texte", "gard") == [1, 2, 3]
    moteur.clear()
    assert find(moteur, "texte", "gard") == []


@pytest.mark.parametrize(
    "root",
    [
        "and",
        "or",
        "not",
        "near",
        "titre",
        "null",
        "0",
        "007",
        "1e5",
        "é",
        "ß",
        "حضانة",
        "子供",
        "a" * 40,
        "م" * 40,
    ],
)
def test_strange_roots_are_words_like_others(moteur, root):
    moteur.write({7: make_document(titre=root, texte=f"avant {root} apres")})
    assert find(moteur, "titre", root) == [7]
    assert find(moteur, "texte", f"avant {root}", f"{root} rien") == [7]
    assert find(moteur, "theme", root) == []


def test_empty_document_is_found_by_nothing(moteur):
    moteur.write({8: make_document()})
    assert all(8 not in found for found in moteur.find([(niveau, (("gard",),)) for niveau in NIVEAUX]))


def test_same_root_many_times_and_very_long_texts(moteur):
    long = " ".join(f"mot{rank}" for rank in range(18_000))
    moteur.write({9: make_document(texte="gard " * 2000 + long)})
    assert find(moteur, "texte", "mot0") == [9]
    assert find(moteur, "texte", "mot17999") == [9]
    assert find(moteur, "texte", "mot3 mot4") == [9]


def test_ids_of_any_size(moteur):
    moteur.write({2**40: make_document(titre="loin")})
    assert find(moteur, "titre", "loin") == [2**40]


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_leaves_no_root():
    moteur = get_moteur()
    moteur.write({1: make_document(titre="garde")})
    with transaction.atomic():
        moteur.write({1: make_document(titre="autre"), 2: make_document(titre="autre")})
        assert find(moteur, "titre", "autre") == [1, 2]
        transaction.set_rollback(True)
    assert find(moteur, "titre", "autre") == []
    assert find(moteur, "titre", "garde") == [1]
    moteur.clear()


def test_questions_are_asked_in_few_queries(moteur, django_assert_num_queries):
    with django_assert_num_queries(1):
        moteur.find([("texte", ((f"mot{rank}",),)) for rank in range(300)])
    assert connection.vendor in {"sqlite", "postgresql"}
