"""The measures measure what they say: pages that exist, limits that are told."""

import threading
import time

import psutil
import pytest
from django.core.management import call_command

from bench import enregistrements, pages, profil, questions, recherche
from bench.adresses import list_adresses
from bench.bases import GRAINE
from bench.executer import main, make_table
from bench.serveur import Mesures, cpu_seconds, name_database
from structures.models import Competence, FicheIndexee
from tests import fabriques


@pytest.fixture
def territoire_bench(settings, db):
    settings.TERRITOIRE_PAR_DEFAUT = "bench"
    for number in range(1, 5):
        fabriques.CommuneFactory(code=f"6900{number}", nom=f"Ville {number}")
    call_command("generer_territoire", fiches=60, seed=GRAINE, slug="bench", verbosity=0)


def test_measured_addresses_are_pages_that_anybody_reads(client, territoire_bench):
    adresses = list_adresses()
    assert adresses.keys() == pages.LIBELLES.keys() - {"nue"}
    for page, chosen in adresses.items():
        assert chosen, page
        for adresse in chosen:
            assert client.get(adresse).status_code == 200, adresse


def test_measured_searches_are_all_different_and_answered(client, territoire_bench):
    found = questions.list_questions()
    assert found.keys() == recherche.LIBELLES.keys() - {"nue", "gardees"}
    assert len(found["connues"]) == questions.CONNUES
    assert len(found["nouvelles"]) == questions.NOUVELLES >= 40
    once = [adresse for name in ("connues", "nouvelles") for _, adresse, _ in found[name]]
    once += [adresse for name in ("suggestions", "suggestions_nouvelles") for _, adresse, _ in found[name]]
    assert len(once) == len(set(once))
    assert {sorte for sorte, _, _ in found["nouvelles"]} == questions.SORTES.keys()
    for group in found.values():
        for _, adresse, _ in group[:20]:
            assert client.get(adresse).status_code == 200, adresse


def test_number_of_cards_told_is_that_of_the_page(client, territoire_bench):
    found = questions.list_questions()
    for _, adresse, cartes in found["pleines"][:3] + found["connues"][:8]:
        assert len(client.get(adresse).context["cartes"]) == cartes, adresse
    assert all(cartes == 20 for _, _, cartes in found["pleines"])


def test_searches_are_the_same_for_the_same_territory(territoire_bench):
    assert questions.list_questions() == questions.list_questions()


def test_fiche_that_is_marked_is_found_by_the_mark(client, territoire_bench):
    mark, other = recherche.draw_marks()[:2]
    adresse = enregistrements.mark_fiche(mark)["adresse"]
    assert adresse in client.get(f"/recherche/?q={mark}").content.decode()
    assert adresse not in client.get(f"/recherche/?q={other}").content.decode()


def test_save_without_index_leaves_the_index_as_it_is(territoire_bench):
    fiche = Competence.objects.select_related("structure", "theme").first()
    before = FicheIndexee.objects.get(pk=fiche.pk).version
    enregistrements.time_save(fiche, indexed=False)
    assert FicheIndexee.objects.get(pk=fiche.pk).version == before
    enregistrements.time_save(fiche, indexed=True)
    assert FicheIndexee.objects.get(pk=fiche.pk).version > before


def test_every_part_of_the_profile_is_a_function():
    for names in profil.ETAPES.values():
        for name in names:
            _, _, function = profil.find_function(name)
            assert callable(function) or callable(function.func), name
    assert callable(profil.find_pattern().callback)


def test_time_of_a_part_is_counted_once():
    horloge = profil.Horloge()

    def wait(seconds):
        time.sleep(seconds)

    inner = horloge.wrap("dedans", wait)
    horloge.wrap("dehors", lambda: (wait(0.01), inner(0.05)))()
    assert horloge.totals["dedans"] >= 0.05
    assert 0.01 <= horloge.totals["dehors"] < 0.05


PAGE = {"mesure": "page", "moteur": "sqlite", "page": "connues", "ratio_cpu": 1.0, "ratio_p95": 1.0}
INDEX = {"mesure": "index", "moteur": "sqlite", "fiches": 20_000, "rapport": 2.0}
PROCESSUS = {"mesure": "processus", "moteur": "sqlite", "fiches": 60, "demandes": 1}


@pytest.mark.parametrize(
    "row, broken",
    [
        (PAGE | {"fiches": 60, "ratio_cpu": 15.0}, 0),
        (PAGE | {"fiches": 60, "ratio_cpu": 15.1}, 1),
        (PAGE | {"fiches": 1_000, "ratio_cpu": 15.1, "page": "nouvelles"}, 1),
        (PAGE | {"fiches": 20_000, "ratio_cpu": 20.0}, 0),
        (PAGE | {"fiches": 20_000, "ratio_cpu": 20.1, "page": "pleines"}, 1),
        (PAGE | {"fiches": 150_000, "ratio_cpu": 30.0}, 0),
        (PAGE | {"fiches": 150_000, "ratio_cpu": 30.1}, 1),
        (PAGE | {"fiches": 500_000, "ratio_cpu": 30.1}, 1),
        (PAGE | {"fiches": 60, "ratio_p95": 99.0}, 0),
        (PAGE | {"fiches": 60, "ratio_cpu": 99.0, "ratio_p95": 99.0, "page": "gardees"}, 0),
        (PAGE | {"fiches": 20_000, "ratio_p95": 5.0, "page": "suggestions"}, 0),
        (PAGE | {"fiches": 20_000, "ratio_p95": 5.1, "page": "suggestions"}, 1),
        (PAGE | {"fiches": 20_000, "ratio_p95": 5.1, "page": "suggestions_nouvelles"}, 1),
        (PAGE | {"fiches": 150_000, "ratio_p95": 5.1, "page": "suggestions"}, 0),
        ({"mesure": "page", "moteur": "sqlite", "page": "nue", "fiches": 0}, 0),
        (PAGE | {"mesure": "sorte", "fiches": 60, "ratio_cpu": 99.0}, 0),
        (INDEX, 0),
        (INDEX | {"rapport": 2.01}, 1),
        (PROCESSUS, 0),
        (PROCESSUS | {"demandes": 2}, 1),
    ],
)
def test_limits_of_the_search(row, broken):
    sentences = recherche.find_broken_limits([row])
    assert len(sentences) == broken
    assert all("(sqlite)" in sentence for sentence in sentences)


def test_tables_of_the_search_tell_its_limits():
    rows = [PAGE | {"fiches": 20_000}, PAGE | {"mesure": "sorte", "sorte": "faute", "fiches": 60}, INDEX]
    tables = {title: (columns, lines) for title, columns, lines in recherche.present(rows)}
    assert tables.keys() == {"", "L’index"}  # kinds of searches go with the profile
    columns, [line] = tables[""]
    assert dict(zip(columns, line, strict=True))["Limite"] == "≤ 20 (processeur)"


def test_new_searches_are_asked_once_and_the_others_in_whole_rounds():
    asked = {60: [["un mot", "/", 0]] * 40, 1_000: [["un mot", "/", 0]] * 60}
    assert len(recherche.list_rounds("nouvelles", asked, 200)) * questions.PAR_TOUR == 40
    assert len(recherche.list_rounds("connues", asked, 190)) * questions.PAR_TOUR == 200
    assert len(recherche.list_rounds("connues", asked, 2)) * questions.PAR_TOUR == 40


def test_processor_time_is_that_of_all_threads_even_ended():
    def work():
        end = time.thread_time() + 0.05
        while time.thread_time() < end:
            pass

    before = cpu_seconds([psutil.Process()])
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert cpu_seconds([psutil.Process()]) - before >= 0.04


@pytest.mark.parametrize("page, ratio, broken", [("theme", 2.01, 1), ("theme", 2.0, 0), ("sigles", 9.0, 0)])
def test_limit_holds_for_the_pages_that_it_names(page, ratio, broken):
    row = {"moteur": "sqlite", "fiches": 20_000, "page": page, "ratio_taille": ratio}
    sentences = pages.find_broken_limits([row, row | {"fiches": 60, "ratio_taille": 0}], 60)
    assert len(sentences) == broken
    assert all("20000 fiches (sqlite)" in sentence for sentence in sentences)


def test_figures_are_medians_in_milliseconds():
    mesures = Mesures(
        durees=[0.001] * 10 + [0.003] * 9 + [0.1], cpu=0.04, cpu_base=0.02, octets=[1000, 3000] * 10
    )
    assert mesures.summary() == {
        "requetes": 20,
        "mediane_ms": 2.0,
        "p95_ms": 7.85,
        "cpu_ms": 2.0,
        "cpu_base_ms": 1.0,
        "ko_transferes": 2.0,
    }


def test_table_is_markdown_with_french_numbers():
    assert make_table(["Page", "ms"], [["Accueil", 1.5], ["Thème", 20_000]]) == (
        "| Page | ms |\n| --- | --- |\n| Accueil | 1,5 |\n| Thème | 20000 |"
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["inconnu"],
        ["--tailles", "beaucoup"],
        ["--tailles", "0"],
        ["--requetes", "1"],
        ["--moteurs", "oracle"],
    ],
)
def test_absurd_options_are_refused(arguments, capsys):
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    assert arguments[-1] in capsys.readouterr().err


@pytest.mark.parametrize(
    "address, other",
    [
        ("postgresql:///postgres", "postgresql:///essai"),
        ("postgres://u:p@hote:5433/base?sslmode=require", "postgres://u:p@hote:5433/essai?sslmode=require"),
    ],
)
def test_other_database_of_the_same_server_is_named(address, other):
    assert name_database(address, "essai") == other
