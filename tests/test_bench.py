"""The measures measure what they say: pages that exist, limits that are told."""

import pytest
from django.core.management import call_command

from bench import pages
from bench.adresses import list_adresses
from bench.executer import main, make_table
from bench.serveur import Mesures, name_database
from tests import fabriques


@pytest.mark.django_db
def test_measured_addresses_are_pages_that_anybody_reads(client):
    for number in range(1, 5):
        fabriques.CommuneFactory(code=f"6900{number}", nom=f"Ville {number}")
    call_command("generer_territoire", fiches=60, seed=pages.GRAINE, slug="bench", verbosity=0)
    adresses = list_adresses()
    assert adresses.keys() == pages.LIBELLES.keys() - {"nue"}
    for page, chosen in adresses.items():
        assert chosen, page
        for adresse in chosen:
            assert client.get(adresse).status_code == 200, adresse


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
