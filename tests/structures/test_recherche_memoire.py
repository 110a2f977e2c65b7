"""Each process remembers the index, and follows what the others write."""

import pytest
from django.db import connection, transaction

from structures.models import Competence
from structures.recherche.indexation import rebuild_index
from structures.recherche.registre import Memoire, Registre
from structures.version import read_version
from tests import fabriques
from tests.recherche import Hasard, find, search

pytestmark = pytest.mark.django_db


@pytest.fixture
def fiche(db):
    return fabriques.CompetenceFactory(complete=True, nom="Atelier vélo")


def describe(registre):
    """Return what a Registre knows, whatever the places that fiches have in it."""
    fiches = {}
    for position in registre.positions.values():
        ligne = registre.lignes[position]
        cles = frozenset(cle for cle, masque in registre.masques.items() if masque >> position & 1)
        if cles:
            fiches[ligne.fiche_id] = (cles, ligne.cle_tri, ligne.dates, ligne.points)
    everything = 0
    for masque in registre.masques.values():
        everything |= masque
    ordre = [
        registre.lignes[position].fiche_id for position in registre.first(everything, everything.bit_count())
    ]
    return fiches, ordre, registre.mots, registre.mots_publics, registre.racines, registre.racines_publiques


def check_memory(registre):
    """Bring a Registre up to date and compare it with one that is read whole; return it."""
    version = read_version()
    followed, loaded = registre.follow(*version), Registre(*version).load()
    assert describe(followed) == describe(loaded)
    return followed


@pytest.mark.parametrize("seed", range(4))
def test_memory_that_follows_is_the_one_that_is_read_whole(seed):
    hasard = Hasard(seed)
    registre = Registre(*read_version()).load()
    for _ in range(12):
        for _ in range(hasard.draw.randrange(1, 6)):
            hasard.step()
        registre = check_memory(registre)


def test_memory_follows_additions_changes_deletions_and_renames(fiche):
    registre = Registre(*read_version()).load()
    other = fabriques.CompetenceFactory(structure__nom="Aaa", nom="Premier de la liste")
    registre = check_memory(registre)
    assert [registre.lignes[position].fiche_id for position in registre.first(0b11, 2)] == [
        other.pk,
        fiche.pk,
    ]
    other.structure.nom = "Zzz"
    other.structure.save()
    registre = check_memory(registre)
    assert [registre.lignes[position].fiche_id for position in registre.first(0b11, 2)] == [
        fiche.pk,
        other.pk,
    ]
    fiche.delete()
    registre = check_memory(registre)
    other.statut = "archivee"
    other.save()
    registre = check_memory(registre)
    other.statut = "publiee"
    other.save()
    check_memory(registre)


def test_fiches_of_one_rank_keep_one_order_in_every_process():
    """The second page may come from another process than the first."""
    structure = fabriques.StructureFactory()
    fiches = [
        fabriques.CompetenceFactory(structure=structure, theme=fabriques.ThemeFactory(ordre=100))
        for _ in range(3)
    ]
    fiches[0].statut = "archivee"
    fiches[0].save()
    registre = Registre(*read_version()).load()
    fiches[0].statut = "publiee"
    fiches[0].save()
    check_memory(registre)


def test_memory_that_follows_forgets_what_a_rebuild_drops(fiche):
    """A fiche that was taken away past the models (SQL by hand), then the index made anew."""
    fabriques.CompetenceFactory()
    registre = Registre(*read_version()).load()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE structures_competence SET statut = 'archivee' WHERE id = %s", [fiche.pk])
    rebuild_index()
    check_memory(registre)


@pytest.mark.django_db(transaction=True)
def test_another_process_follows_what_is_committed():
    memoire = Memoire()
    first = fabriques.CompetenceFactory(nom="Atelier vélo")
    before = memoire.read(read_version())
    assert memoire.read(read_version()) is before
    second = fabriques.CompetenceFactory(nom="Atelier couture")
    after = memoire.read(read_version())
    assert after is not before
    assert set(after.positions) == {first.pk, second.pk}
    assert describe(after) == describe(Registre(*read_version()).load())
    with transaction.atomic():
        Competence.objects.all().delete()
        assert not describe(memoire.read(read_version()))[0]
        transaction.set_rollback(True)
    assert describe(memoire.read(read_version())) == describe(after)
    first.delete()
    assert set(describe(memoire.read(read_version()))[0]) == {second.pk}
    rebuild_index()
    assert describe(memoire.read(read_version()))[:2] == describe(Registre(*read_version()).load())[:2]
    Competence.objects.all().delete()


def test_search_before_anything_is_written():
    assert find() == []
    assert search("logement").inconnus == ("logement",)


def test_searching_again_asks_nothing_of_the_index(fiche, django_assert_num_queries):
    search("vélo").lire(0, 20)
    version = read_version()
    assert version != (0, 0)
    with django_assert_num_queries(2):  # the version with the rights of the reader, and that of the search
        assert search("vélo").total == 1
