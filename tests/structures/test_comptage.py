"""Searches are counted; what was typed is not kept, nor who typed it."""

import logging
from datetime import date, timedelta
from threading import Event

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.db import IntegrityError, OperationalError, connection, transaction

from structures.models import CompteRecherche, JourTermes, Mot, Sigle, TermesCherches
from structures.recherche import comptage
from structures.recherche.comptage import Tampon, compter, note, purge, tampon, write_recherches
from structures.recherche.demande import Demande
from structures.recherche.nettoyage import list_connus, split_requete
from tests import fabriques

LUNDI = date(2026, 3, 16)


def jour(rank):
    return LUNDI + timedelta(days=rank)


def search(territoire, texte, day, total=0, **filtres):
    """Search and write, as a process does some seconds later."""
    note(Demande(texte=texte, **filtres), total, territoire.pk, day)
    tampon.write()


def everything_stored():
    """Every value of every row of the application, in one text."""
    rows = (
        str(list(model.objects.values_list())) for model in apps.get_app_config("structures").get_models()
    )
    return " ".join(rows)


@pytest.fixture
def territoire(db):
    return fabriques.TerritoireFactory()


def keep(texte, glossaire=frozenset(), sigles=frozenset()):
    mots = split_requete(texte, sigles)
    known = list_connus(set(mots), glossaire)
    return " ".join(mot for mot in mots if mot in known)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "typed, kept",
    [
        ("garde d’enfants le soir", "garde enfants soir"),
        ("Dyslexie", "dyslexie"),
        ("hébergements d'urgence", "hebergements urgence"),
        ("logement Mme Benali 06 12 34 56 78", "logement"),
        ("logement pour M. Boulanger", "logement"),
        ("Marie Petit", ""),
        ("PETIT Nicolas", ""),
        ("aide Fatoumata de la Fontaine", ""),
        ("Jean-Pierre", ""),
        ("zidounet hébergement", "hebergement"),
        ("aide 1 85 05 78 006 084 36", "aide"),
        ("RSA né le 12/03/1980", ""),
        ("jean.dupont@example.org addiction", "addiction"),
        ("https://example.org/dossier repas", "repas"),
        ("colis 12 bis, rue des Lilas", "colis"),
        ("avenue du Général Leclerc", ""),
        ("vivre à la rue", "vivre rue"),
        ("une place en crèche", "place creche"),
        ("France Travail", "france travail"),
        ("maladie d’Alzheimer", "maladie alzheimer"),
        ("'; DROP TABLE x; -- \" * NEAR(", "drop table"),
        ("مرحبا 😀 \x00", ""),
        ("x" * 10_000, ""),
    ],
)
def test_words_kept_of_what_is_typed(typed, kept):
    assert keep(typed) == kept


@pytest.mark.django_db
def test_acronyms_of_the_glossary_are_words_even_when_they_are_first_names():
    assert keep("saad") == ""
    assert keep("SAAD", {"saad"}, {"saad"}) == "saad"
    assert keep("Ahmed Saad", {"saad"}, {"saad"}) == ""


@pytest.mark.django_db
def test_proper_noun_is_kept_from_the_name_of_a_structure_not_from_the_text_of_a_fiche():
    fabriques.StructureFactory(nom="Relais Quetzal")
    for mot in ("quetzal", "zorglub"):
        Mot.objects.update_or_create(mot=mot, defaults={"racine": mot, "public": True, "version": 1})
    assert keep("quetzal zorglub") == "quetzal"


def test_nothing_typed_is_stored_before_the_third_day(territoire):
    for rank in (0, 0, 1, 1):
        search(territoire, "poussette jumeaux", jour(rank))
    stored = everything_stored()
    assert "pousset" not in stored
    assert "jumeau" not in stored
    row = TermesCherches.objects.get()
    assert (row.termes, row.jours, row.premier_jour, row.dernier_jour) == ("", 2, jour(0), jour(1))
    assert JourTermes.objects.count() == 0


def test_words_are_counted_from_their_third_day_on(territoire):
    for rank in (0, 3):
        search(territoire, "poussette jumeaux", jour(rank))
    search(territoire, "Jumeaux : POUSSETTES ?", jour(9), total=0)
    search(territoire, "poussette jumeau", jour(9), total=4)
    search(territoire, "poussette jumeaux", jour(10), total=4)
    row = TermesCherches.objects.get()
    assert (row.termes, row.jours) == ("jumeaux poussettes", 4)
    counted = row.par_jour.order_by("jour").values_list("jour", "nombre", "sans_resultat")
    assert list(counted) == [(jour(9), 2, 1), (jour(10), 1, 0)]


def test_the_same_words_are_another_hash_elsewhere(territoire):
    search(territoire, "poussette", jour(0))
    search(fabriques.TerritoireFactory(), "poussette", jour(0))
    first, second = TermesCherches.objects.all()
    assert first.empreinte != second.empreinte


def test_hash_needs_the_secret_key(territoire, settings):
    before = comptage.hash_termes(1, ("poussette",))
    settings.SECRET_KEY = "une autre clé"
    assert comptage.hash_termes(1, ("poussette",)) != before


def test_the_database_refuses_words_before_three_days(territoire):
    row = TermesCherches(
        empreinte="x", territoire=territoire, premier_jour=LUNDI, dernier_jour=LUNDI, jours=2, termes="mot"
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.parametrize(
    "typed, traces",
    [
        ("logement Mme Benali", ["benali"]),
        ("Marie Dupont 06 12 34 56 78 aide", ["marie", "dupont", "0612", "06 12", "12 34"]),
        ("aide 1 85 05 78 006 084 36", ["185", "1 85", "006"]),
        ("karim.benali@example.org", ["karim", "benali"]),
        ("12 rue des Lilas repas", ["lilas"]),
    ],
)
def test_names_and_numbers_are_never_stored_nor_logged(territoire, typed, traces, caplog):
    caplog.set_level(logging.DEBUG)
    before = everything_stored().casefold()
    for rank in range(5):
        search(territoire, typed, jour(rank))
    written = everything_stored().casefold().replace(before, "") + caplog.text.casefold()
    words = " ".join(TermesCherches.objects.values_list("termes", flat=True))
    assert [trace for trace in traces if trace in words or (trace.isalpha() and trace in written)] == []
    assert CompteRecherche.objects.filter(mesure="recherche", valeur="mots").count() == 5


def test_long_requests_are_counted_word_by_word(territoire):
    for rank in range(3):
        search(territoire, "femme enceinte violences hébergement animaux", jour(rank))
    kept = set(TermesCherches.objects.values_list("termes", flat=True))
    assert kept == {"femme", "enceinte", "violences", "hebergement", "animaux"}


def test_words_that_no_fiche_holds_are_not_found_whatever_the_others_find(territoire):
    for rank in range(3):
        note(Demande(texte="dyslexie enfant"), 12, territoire.pk, jour(rank), ("Dyslexie",))
        tampon.write()
    assert JourTermes.objects.values_list("nombre", "sans_resultat").get() == (1, 1)
    assert not CompteRecherche.objects.filter(mesure="sans-resultat").exists()


def test_figures_of_a_day(territoire):
    theme, other = fabriques.ThemeFactory(), fabriques.ThemeFactory()
    public = fabriques.PublicFactory()
    search(territoire, "repas", LUNDI, total=3, themes=(theme.pk,), ouvert=True)
    search(territoire, "repas", LUNDI, total=0, themes=(theme.pk, other.pk))
    search(territoire, "", LUNDI, total=0, publics=(public.code,), frais=("gratuit",), rayon=10)
    search(territoire, "  ", LUNDI, total=9)
    figures = {(c.mesure, c.valeur): c.nombre for c in CompteRecherche.objects.filter(jour=LUNDI)}
    assert figures == {
        ("recherche", "mots"): 2,
        ("recherche", "filtres"): 1,
        ("sans-resultat", "mots"): 1,
        ("sans-resultat", "filtres"): 1,
        ("theme", str(theme.pk)): 2,
        ("theme", str(other.pk)): 1,
        ("ouvert", "oui"): 1,
        ("public", public.code): 1,
        ("frais", "gratuit"): 1,
        ("rayon", "oui"): 1,
    }


def test_values_that_are_not_ours_are_not_kept(territoire):
    """An address is typed by whoever wants: a name could be the value of a filter."""
    typed = ("jean-dupont",)
    search(
        territoire,
        "",
        LUNDI,
        themes=typed,
        communes=typed,
        publics=typed,
        frais=typed,
        accueil=typed,
        langues=typed,
        accessibilite=typed,
        mobilisable=typed,
        champs={"jean-dupont": typed},
    )
    assert "dupont" not in everything_stored()
    assert set(CompteRecherche.objects.values_list("mesure", flat=True)) == {"recherche", "sans-resultat"}


def test_a_theme_field_is_counted_without_what_was_typed(territoire):
    champ = fabriques.ChampFactory()
    search(territoire, "", LUNDI, champs={champ.pk: ("jean dupont",)})
    assert CompteRecherche.objects.filter(mesure="champ", valeur=str(champ.pk)).exists()
    assert "dupont" not in everything_stored()


@pytest.fixture
def ask(rf, territoire):
    def ask(address="/recherche/?q=repas", demande=None, method="get", **headers):
        request = getattr(rf, method)(address, headers=headers)
        request.territoire, request.user = territoire, AnonymousUser()
        compter(request, demande or Demande(texte="repas"), 3)
        return len(tampon.waiting)

    return ask


def test_full_searches_count(ask):
    assert ask() == 1
    assert ask("/recherche/?q=repas&page=1") == 2
    assert ask(**{"HX-Request": "true", "HX-Trigger": "filtres"}) == 3


@pytest.mark.parametrize(
    "options",
    [
        {"address": "/recherche/?q=repas&page=2"},
        {"address": "/recherche/?q=repas&page=zzz"},
        {"demande": Demande(texte="rep", en_cours=True)},
        {"demande": Demande()},
        {"method": "head"},
        {"HX-Request": "true", "HX-Trigger-Name": "q"},
        {"HX-Request": "true", "HX-History-Restore-Request": "true"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"User-Agent": "Mozilla/5.0 (compatible; Examplebot/2.1)"},
    ],
)
def test_the_rest_does_not_count(ask, options):
    assert ask(**options) == 0


def test_the_page_counts_and_changes_nothing_meanwhile(monde, client):
    client.get("/recherche/?q=refuge")
    tampon.write()
    client.get("/recherche/?q=refuge&page=2")
    client.get("/recherche/")
    assert not tampon.waiting
    first = client.get("/recherche/?q=zzzzzz")
    assert not CompteRecherche.objects.filter(mesure="sans-resultat").exists()
    assert client.get("/recherche/?q=zzzzzz").content == first.content
    tampon.write()
    figures = CompteRecherche.objects.filter(territoire=monde.public.territoire)
    assert dict(figures.values_list("mesure", "nombre")) == {"recherche": 3, "sans-resultat": 2}


def test_noting_asks_nothing_of_the_database(ask, django_assert_num_queries):
    with django_assert_num_queries(0):
        ask()


def test_writing_costs_the_same_for_one_search_and_for_many(territoire, django_assert_max_num_queries):
    for rank in range(100):
        note(Demande(texte="repas chaud", themes=(rank,)), 1, territoire.pk, LUNDI)
    with django_assert_max_num_queries(12):
        tampon.write()
    assert CompteRecherche.objects.get(mesure="recherche").nombre == 100


def test_search_of_a_machine_does_not_make_the_writing_long(territoire, django_assert_max_num_queries):
    for rank in range(1_000):
        note(Demande(texte=f"zzq{'abcdefghij'[rank % 10] * (rank // 10 + 1)}"), 0, territoire.pk, LUNDI)
    with django_assert_max_num_queries(12):
        tampon.write()


def test_busy_database_is_asked_again_later(territoire, monkeypatch, caplog):
    def refuse(recherches):
        raise OperationalError("database is locked: benali")

    note(Demande(texte="benali"), 0, territoire.pk, LUNDI)
    with monkeypatch.context() as patch:
        patch.setattr(comptage, "write_recherches", refuse)
        tampon.write()
    assert CompteRecherche.objects.count() == 0
    tampon.write()
    assert CompteRecherche.objects.filter(mesure="recherche").get().nombre == 1
    assert "OperationalError" in caplog.text
    assert "benali" not in caplog.text


def test_unforeseen_error_is_told_without_what_was_typed(territoire, monkeypatch, caplog):
    def fail(recherches):
        raise KeyError("benali")

    monkeypatch.setattr(comptage, "write_recherches", fail)
    note(Demande(texte="benali"), 0, territoire.pk, LUNDI)
    tampon.write()
    assert "KeyError" in caplog.text
    assert "benali" not in caplog.text
    assert "benali" not in repr(comptage.Recherche(1, LUNDI, "benali", (), False))


def test_memory_is_bounded(territoire, monkeypatch):
    waiting = Tampon()
    for rank in range(comptage.MAX_ATTENTE + 10):
        waiting.add(rank)
    assert len(waiting.waiting) == comptage.MAX_ATTENTE
    assert waiting.waiting[0] == 10


def test_what_waits_is_written_by_a_thread_of_its_own(settings, monkeypatch):
    settings.COMPTAGE_DELAI = 0.01
    written, done = [], Event()

    def receive(recherches):
        written.extend(recherches)
        done.set()

    monkeypatch.setattr(comptage, "write_recherches", receive)
    monkeypatch.setattr(comptage.atexit, "register", lambda function: None)
    waiting = Tampon()
    waiting.add("une recherche")
    timer = waiting.timer
    assert timer.daemon
    assert done.wait(5)
    timer.join(5)
    assert written == ["une recherche"]
    assert waiting.timer is None


def test_vanished_territory_does_not_stop_the_others(territoire):
    gone = fabriques.TerritoireFactory()
    pk = gone.pk
    gone.delete()
    note(Demande(texte="repas"), 1, pk, LUNDI)
    search(territoire, "repas", LUNDI)
    assert CompteRecherche.objects.filter(mesure="recherche").get().territoire == territoire
    assert TermesCherches.objects.get().territoire == territoire


def test_purge(territoire):
    for rank in range(3):
        search(territoire, "poussette", jour(rank))
    search(territoire, "brouette", jour(0))
    assert purge(jour(60)) == {"empreintes": 0, "jours": 0, "mots": 0, "figures": 0}
    assert purge(jour(61))["empreintes"] == 1
    assert TermesCherches.objects.get().termes == "poussette"
    search(territoire, "poussette", jour(300))
    gone = purge(jour(2) + comptage.OUBLI_MOTS + timedelta(days=1))
    assert gone["jours"] == 1
    assert TermesCherches.objects.get().par_jour.get().jour == jour(300)
    purge(jour(301) + comptage.OUBLI_MOTS)
    assert not TermesCherches.objects.exists()
    assert not JourTermes.objects.exists()
    assert not CompteRecherche.objects.exists()


def test_purge_command(territoire, capsys):
    search(territoire, "poussette", LUNDI - timedelta(days=3_000))
    call_command("purger_recherches")
    assert "1 empreintes" in capsys.readouterr().out
    assert not TermesCherches.objects.exists()


def test_word_of_the_glossary_is_known(territoire):
    Sigle.objects.create(sigle="ZZQK", signification="Zone", synonymes=["zgloub"])
    for rank in range(3):
        search(territoire, "zgloub", jour(rank))
    assert TermesCherches.objects.get().termes == "zgloub"


def test_one_process_after_another_adds_up(territoire):
    """A second buffer finds the rows of the first one: statements add, they do not replace."""
    for _ in range(3):
        write_recherches([comptage.Recherche(territoire.pk, LUNDI, "repas", (), True)])
    assert CompteRecherche.objects.get().nombre == 3
    assert TermesCherches.objects.get().jours == 1
    assert connection.in_atomic_block
