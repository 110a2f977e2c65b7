"""The index follows what is written, by one row or by many, in the transaction that writes it."""

import pytest
from django.db import connection, transaction
from django.urls import reverse

from structures.models import (
    Champ,
    Competence,
    Contact,
    FicheIndexee,
    Lieu,
    Mot,
    PeriodeExceptionnelle,
    Permanence,
    Public,
    ReglageTheme,
    Structure,
    Theme,
)
from structures.recherche.analyse import racines
from structures.recherche.indexation import is_complete, rebuild_index, together
from structures.recherche.moteurs import NIVEAUX, get_moteur
from structures.version import read_version
from tests import fabriques
from tests.recherche import Hasard, find

pytestmark = pytest.mark.django_db

TEXTES = {
    "sqlite": f"SELECT rowid, {', '.join(NIVEAUX)} FROM structures_texte",
    "postgresql": "SELECT fiche_id, lexemes::text FROM structures_texte",
}


def read_index():
    """Return all that the index says of published fiches, but for the version."""
    fields = [field.attname for field in FicheIndexee._meta.concrete_fields if field.attname != "version"]
    rows = {row[0]: row for row in FicheIndexee.objects.filter(retiree=False).values_list(*fields)}
    with connection.cursor() as cursor:
        cursor.execute(TEXTES[connection.vendor])
        postings = {pk: tuple(textes) for pk, *textes in cursor.fetchall()}
    return rows, postings


def check_index():
    """Compare the index with the one that is made anew."""
    followed, words = read_index(), set(Mot.objects.values_list("mot", "racine"))
    publics = set(Mot.objects.filter(public=True).values_list("mot", flat=True))
    assert is_complete()
    rebuild_index()
    assert read_index() == followed
    # No word is taken away before the index is made anew: one that nothing holds finds nothing.
    assert set(Mot.objects.values_list("mot", "racine")) <= words
    assert set(Mot.objects.filter(public=True).values_list("mot", flat=True)) <= publics


def holders(mot, niveau=None):
    """Return the ids of the fiches that hold a word somewhere, for whoever reads them."""
    questions = [(name, (tuple(racines(mot)),)) for name in NIVEAUX if niveau in (None, name)]
    return {pk for ids in get_moteur().find(questions) for pk in ids}


@pytest.fixture
def fiche(db):
    fabriques.PublicFactory(code="familles", libelle="Foyers")
    fiche = fabriques.CompetenceFactory(complete=True, nom="Atelier vélo")
    fabriques.ContactFactory(structure=fiche.structure, nom="Zénobie", public=True)
    return fiche


# One row


def test_saved_fiche_is_found(fiche):
    assert holders("vélo") == {fiche.pk}
    fiche.nom = "Atelier couture"
    fiche.save()
    assert (holders("vélo"), holders("couture")) == (set(), {fiche.pk})
    check_index()


def test_deleted_fiche_is_found_no_more(fiche):
    fiche.delete()
    assert holders("vélo") == set()
    assert find() == []
    check_index()


@pytest.mark.parametrize("statut", ["brouillon", "archivee"])
def test_only_published_fiches_are_indexed(fiche, statut):
    fiche.statut = statut
    fiche.save()
    assert holders("vélo") == set()
    assert not FicheIndexee.objects.filter(retiree=False).exists()
    fiche.statut = "publiee"
    fiche.save()
    assert holders("vélo") == {fiche.pk}
    check_index()


@pytest.mark.parametrize("statut", ["brouillon", "archivee"])
def test_fiches_leave_with_their_structure(fiche, statut):
    fiche.structure.statut = statut
    fiche.structure.save()
    assert holders("vélo") == set()
    check_index()


def test_renamed_structure(fiche):
    fiche.structure.nom = "Quincaillerie solidaire"
    fiche.structure.save()
    assert holders("quincaillerie", "titre") == {fiche.pk}
    check_index()


def test_structure_moved_to_another_territory(fiche):
    fiche.structure.territoire = fabriques.TerritoireFactory(nom="Ailleurs")
    fiche.structure.save()
    assert FicheIndexee.objects.get(pk=fiche.pk).territoire_id == fiche.structure.territoire_id
    check_index()


def test_deleted_structure_takes_its_fiches_along(fiche):
    fiche.structure.delete()
    assert holders("vélo") == set()
    check_index()


def test_place_added_changed_and_deleted(fiche):
    lieu = fabriques.LieuFactory(structure=fiche.structure, nom="La Verrière")
    assert holders("verrière") == set()
    permanence = fabriques.PermanenceFactory(competence=fiche, lieu=lieu, precisions="au sous-sol")
    assert holders("verrière") == holders("sous-sol", "autour") == {fiche.pk}
    lieu.acces = "Arrêt Cathédrale"
    lieu.save()
    assert holders("cathédrale", "autour") == {fiche.pk}
    lieu.adresse_confidentielle = True
    lieu.save()
    assert (holders("cathédrale", "autour"), holders("cathédrale", "reserve")) == (set(), {fiche.pk})
    check_index()
    permanence.delete()
    assert holders("verrière") == set()
    fabriques.PermanenceFactory(competence=fiche, lieu=lieu)
    lieu.delete()
    assert holders("verrière") == set()
    check_index()


def test_place_of_another_partner(fiche):
    """Read as long as its host is published: the fiche follows the host too."""
    host = fabriques.StructureFactory(territoire=fiche.structure.territoire)
    lieu = fabriques.LieuFactory(structure=host, nom="La Verrière")
    fabriques.PermanenceFactory(competence=fiche, lieu=lieu)
    assert holders("verrière", "autour") == {fiche.pk}
    host.statut = "archivee"
    host.save()
    assert holders("verrière") == set()
    check_index()
    host.statut = "publiee"
    host.save()
    host.delete()
    assert holders("verrière") == set()
    check_index()


def test_permanence_moved_from_one_fiche_to_another(fiche):
    other = fabriques.CompetenceFactory(structure=fiche.structure)
    lieu = fabriques.LieuFactory(structure=fiche.structure, nom="La Verrière")
    permanence = fabriques.PermanenceFactory(competence=fiche, lieu=lieu)
    permanence.competence = other
    permanence.save()
    assert holders("verrière") == {other.pk}
    check_index()


def test_places_taken_away_through_the_fiche(fiche):
    lieu = fiche.lieux.get()
    lieu.nom = "La Verrière"
    lieu.save()
    fiche.lieux.set([])
    assert holders("verrière") == set()
    check_index()


def test_exceptional_period_is_known_to_the_filter_on_what_is_open(fiche):
    lieu = fiche.permanences.get().lieu
    periode = fabriques.PeriodeFactory(lieu=lieu)
    check_index()
    assert FicheIndexee.objects.get(pk=fiche.pk).traits["lieux"][0][3]
    periode.delete()
    assert not FicheIndexee.objects.get(pk=fiche.pk).traits["lieux"][0][3]
    check_index()


def test_contact_changes_hands(fiche):
    assert holders("Zénobie") == {fiche.pk}
    contact = Contact.objects.get(nom="Zénobie")
    other = fabriques.CompetenceFactory()
    contact.structure = other.structure
    contact.save()
    assert holders("Zénobie") == {other.pk}
    contact.visibilite = "partenaires"
    contact.save()
    assert (holders("Zénobie", "autour"), holders("Zénobie", "reserve")) == (set(), {other.pk})
    contact.visibilite = "coordination"
    contact.save()
    assert holders("Zénobie") == set()
    contact.visibilite = "public"
    contact.save()
    contact.delete()
    assert holders("Zénobie") == set()
    check_index()


def test_contact_of_one_fiche_is_not_one_of_the_others(fiche):
    other = fabriques.CompetenceFactory(structure=fiche.structure)
    fabriques.ContactFactory(structure=fiche.structure, competence=other, nom="Barnabé", public=True)
    assert holders("Barnabé") == {other.pk}
    check_index()


def test_very_long_text_is_saved_and_found_by_its_beginning(fiche):
    fiche.objectifs = "Quincaillerie " + " ".join(f"mot{rank}" for rank in range(120_000))
    fiche.save()
    assert holders("quincaillerie") == holders("mot9000") == {fiche.pk}
    check_index()


# What fiches are read with


def test_renamed_theme_and_its_parent(fiche):
    parent = fabriques.ThemeFactory(nom="Déplacements")
    fiche.theme.parent = parent
    fiche.theme.nom = "Bicyclette"
    fiche.theme.save()
    assert holders("bicyclette", "titre") == holders("déplacements", "theme") == {fiche.pk}
    parent.nom = "Transports"
    parent.save()
    assert (holders("déplacements"), holders("transports", "theme")) == (set(), {fiche.pk})
    check_index()


def test_theme_named_otherwise_by_a_territory(fiche):
    reglage = fabriques.ReglageThemeFactory(
        theme=fiche.theme, territoire=fiche.structure.territoire, nom="Cyclisme"
    )
    assert holders("cyclisme", "theme") == {fiche.pk}
    reglage.nom = "Pédalage"
    reglage.save()
    assert (holders("cyclisme"), holders("pédalage", "theme")) == (set(), {fiche.pk})
    reglage.delete()
    assert holders("pédalage") == set()
    check_index()


def test_field_of_a_theme_renamed_reserved_and_deleted(fiche):
    champ = fabriques.ChampFactory(theme=fiche.theme, code="moment", libelle="Créneau", choix=True)
    fiche.champs = {"moment": "Matin"}
    fiche.save()
    assert holders("créneau", "texte") == holders("matin", "texte") == {fiche.pk}
    champ.reserve_partenaires = True
    champ.save()
    assert (holders("créneau", "texte"), holders("créneau", "reserve")) == (set(), {fiche.pk})
    champ.delete()
    assert holders("créneau") == set()
    assert f"champ:{champ.pk}" not in FicheIndexee.objects.get(pk=fiche.pk).traits
    check_index()


def test_renamed_public(fiche):
    public = Public.objects.get(code="familles")
    public.libelle = "Tribus"
    public.save()
    assert holders("tribus", "theme") == {fiche.pk}
    check_index()


# Several rows at once


@pytest.mark.parametrize(
    ("model", "changes"),
    [
        (Competence, {"objectifs": "Pédalage"}),
        (Competence, {"statut": "archivee"}),
        (Structure, {"description": "Pédalage"}),
        (Structure, {"statut": "brouillon"}),
        (Lieu, {"acces": "Pédalage"}),
        (Lieu, {"adresse_confidentielle": True}),
        (Permanence, {"precisions": "Pédalage"}),
        (Contact, {"fonction": "Pédalage"}),
        (Contact, {"visibilite": "coordination"}),
        (PeriodeExceptionnelle, {"nature": "message"}),
        (Theme, {"description": "Pédalage"}),
        (ReglageTheme, {"nom": "Pédalage"}),
        (Champ, {"libelle": "Pédalage"}),
        (Public, {"libelle": "Pédalage"}),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else next(iter(value)),
)
def test_rows_changed_together_are_indexed(fiche, model, changes):
    grow(fiche)
    before = read_index()
    model.objects.filter(pk__gt=0).update(**changes)
    assert read_index() != before
    if "Pédalage" in changes.values():
        assert fiche.pk in holders("pédalage")
    check_index()


@pytest.mark.parametrize(
    "model",
    [Competence, Structure, Lieu, Permanence, Contact, PeriodeExceptionnelle, ReglageTheme, Champ, Public],
)
def test_rows_deleted_together_are_indexed(fiche, model):
    grow(fiche)
    before = read_index()
    model.objects.filter(pk__gt=0).delete()
    assert read_index() != before
    check_index()


@pytest.mark.parametrize("model", [ReglageTheme, Champ, Public])
def test_words_written_together_are_indexed(fiche, model):
    grow(fiche)
    rows = list(model.objects.all())
    model.objects.all().delete()
    model.objects.bulk_create(rows)
    check_index()


def grow(fiche):
    """Add a row of everything that a fiche is read with."""
    fabriques.PeriodeFactory(lieu=fiche.permanences.get().lieu)
    fabriques.ReglageThemeFactory(theme=fiche.theme, territoire=fiche.structure.territoire, nom="Cyclisme")
    fabriques.ChampFactory(theme=fiche.theme, code="moment", libelle="Créneau", choix=True)
    fiche.champs = {"moment": "Matin"}
    fiche.save()
    return fiche


def test_deleting_in_the_administration_updates_the_index(fiche, client):
    client.force_login(fabriques.UserFactory(admin=True))
    for name, model in (("lieu", Lieu), ("competence", Competence)):
        address = reverse(f"admin:structures_{name}_changelist")
        ids = list(model.objects.values_list("pk", flat=True))
        data = {"action": "delete_selected", "_selected_action": ids, "post": "yes"}
        assert client.post(address, data).status_code == 302
        assert not model.objects.exists()
        check_index()
    assert holders("vélo") == set()


def test_changes_made_together_are_indexed_at_the_end_once(fiche):
    numero, _ = read_version()
    with together():
        for rank in range(5):
            Contact.objects.filter(structure=fiche.structure).update(nom=f"Personne {rank}")
        fiche.structure.nom = "Quincaillerie"
        with together():
            fiche.structure.save()
        assert (holders("quincaillerie"), read_version()[0]) == (set(), numero)
    assert (holders("quincaillerie"), read_version()[0]) == ({fiche.pk}, numero + 1)
    check_index()


def test_changes_made_together_that_fail_leave_nothing(fiche):
    def change():
        with together():
            fiche.nom = "Quincaillerie"
            fiche.save()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change()
    assert holders("quincaillerie") == set()
    assert holders("vélo") == {fiche.pk}
    fiche.refresh_from_db()
    fiche.save()
    check_index()


# Any sequence of changes


@pytest.mark.parametrize("seed", range(6))
def test_after_any_changes_the_index_is_the_one_that_is_made_anew(seed):
    hasard = Hasard(seed)
    for _ in range(60):
        hasard.step()
    check_index()


# What is undone


def test_what_is_rolled_back_is_not_found(fiche):
    assert find("vélo") == [fiche.pk]
    with transaction.atomic():
        fiche.nom = "Quincaillerie"
        fiche.save()
        new = fabriques.CompetenceFactory(nom="Quincaillerie")
        assert set(find("quincaillerie")) == {fiche.pk, new.pk}
        transaction.set_rollback(True)
    assert find("quincaillerie") == []
    assert find("vélo") == [fiche.pk]
    assert find() == [fiche.pk]


def test_change_after_a_rollback_is_read_with_the_words_in_force(fiche):
    """The words of the field, kept between two changes, are not those of a change that was undone."""
    with transaction.atomic():
        fiche.theme.nom = "Bicyclette"
        fiche.theme.save()
        transaction.set_rollback(True)
    fiche = Competence.objects.get(pk=fiche.pk)
    fiche.objectifs = "Autre chose."
    fiche.save()
    assert holders("bicyclette") == set()
    check_index()


def test_place_at_a_host_that_opens_to_all_or_closes_is_found_by_all_or_not(db):
    region = fabriques.TerritoireFactory(ouvert=False)
    own, other = fabriques.TerritoireFactory(parent=region), fabriques.TerritoireFactory(parent=region)
    fiche = fabriques.CompetenceFactory(structure__territoire=own)
    lieu = fabriques.LieuFactory(structure__territoire=other, commune="Quimperlé", code_insee="29233")
    fabriques.PermanenceFactory(competence=fiche, lieu=lieu)

    def communes():
        return FicheIndexee.objects.get(pk=fiche.pk).traits.get("commune", [])

    assert communes() == ["29233"]
    other.acces = "partenaires"
    other.save()
    assert communes() == []
    type(other).objects.filter(pk=other.pk).update(acces="public")
    assert communes() == ["29233"]
