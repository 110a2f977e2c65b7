"""Official geography: loaded whole and fast, twice without harm, or not at all."""

import gzip
import shutil
import time

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from structures.models import CodePostal, Commune, Departement, Epci, Region
from structures.texte import fold

PUBLISHED = settings.BASE_DIR / "fixtures" / "geographie"
FILES = {
    "regions.csv": "code,nom,zone\n84,Auvergne-Rhône-Alpes,metro\n",
    "departements.csv": "code,nom,region,zone\n69,Rhône,84,metro\n",
    "epci.csv": (
        "code,nom,type\n200046977,Métropole de Lyon,METLYON\n"
        '200036473,"CA ""Saintes - Grandes Rives, L\'Agglo""",CA\n'
    ),
    "communes.csv": (
        "code,nom,type,departement,region,epci,codes_postaux,population,lat,lon\n"
        "69034,Caluire-et-Cuire,COM,69,84,200046977,69300,43187,45.79748,4.85145\n"
        "69123,Lyon,COM,69,84,200046977,69001 69002,516092,45.7549,4.8364\n"
        "69381,Lyon 1er Arrondissement,ARM,69,84,,69001,29000,,\n"
        "97601,Œuilly-Étang,COM,69,84,999999999,97630,\\N,,\n"
    ),
}


@pytest.fixture
def dossier(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def load(dossier):
    call_command("charger_geographie", dossier=dossier, verbosity=0)


def count_rows():
    return [model.objects.count() for model in (Region, Departement, Epci, Commune, CodePostal)]


@pytest.mark.django_db
def test_files_become_rows(dossier):
    load(dossier)
    assert count_rows() == [1, 1, 2, 4, 5]
    commune = Commune.objects.get(pk="69034")
    assert (commune.departement_id, commune.epci_id, commune.population) == ("69", "200046977", 43187)
    assert (commune.latitude, commune.longitude) == (45.79748, 4.85145)
    assert Epci.objects.get(pk="200036473").nom == 'CA "Saintes - Grandes Rives, L\'Agglo"'
    lyon = CodePostal.objects.filter(commune="69123").order_by("code")
    assert [code.code for code in lyon] == ["69001", "69002"]


@pytest.mark.django_db
def test_unknown_figures_stay_unknown(dossier):
    load(dossier)
    commune = Commune.objects.get(pk="97601")
    assert commune.population == 0
    assert commune.latitude is None
    assert commune.longitude is None
    assert commune.epci is None  # an EPCI that is not in epci.csv


@pytest.mark.django_db
def test_names_are_folded_for_search(dossier):
    load(dossier)
    assert not Commune.objects.filter(nom_plie__startswith=fold("oeuilly etang")).exists()
    assert Commune.objects.get(nom_plie__startswith=fold("OEUILLY-é")).pk == "97601"


@pytest.mark.django_db
def test_files_may_be_compressed(dossier):
    text = (dossier / "communes.csv").read_bytes()
    (dossier / "communes.csv").unlink()
    (dossier / "communes.csv.gz").write_bytes(gzip.compress(text))
    load(dossier)
    assert Commune.objects.count() == 4


@pytest.mark.django_db
def test_second_loading_writes_nothing(dossier, django_assert_max_num_queries):
    load(dossier)
    before = count_rows()
    with django_assert_max_num_queries(8) as queries:
        load(dossier)
    assert count_rows() == before
    assert not [
        query for query in queries.captured_queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))
    ]


@pytest.mark.django_db
def test_what_changed_is_updated(dossier):
    load(dossier)
    communes = dossier / "communes.csv"
    communes.write_text(
        communes.read_text()
        .replace("43187", "44000")
        .replace("69001 69002", "69002 69003")
        .replace("Lyon,", "Lyonne,")
    )
    load(dossier)
    assert Commune.objects.get(pk="69034").population == 44000
    assert Commune.objects.get(pk="69123").nom_plie == "lyonne"
    assert set(CodePostal.objects.filter(commune="69123").values_list("code", flat=True)) == {
        "69002",
        "69003",
    }


@pytest.mark.django_db
def test_commune_that_left_the_files_stays(dossier):
    load(dossier)
    communes = dossier / "communes.csv"
    communes.write_text(
        "".join(
            line for line in communes.read_text().splitlines(keepends=True) if not line.startswith("69381")
        )
    )
    load(dossier)
    assert Commune.objects.filter(pk="69381").exists()
    assert CodePostal.objects.filter(commune="69381").exists()


BROKEN = {
    "a number that is none": (
        "communes.csv",
        "43187",
        "beaucoup",
        "ligne 2, colonne « population » : « beaucoup »",
    ),
    "a negative number": ("communes.csv", "43187", "-3", "ligne 2, colonne « population »"),
    "a code of no shape": ("communes.csv", "69123,", "6912,", "ligne 3, colonne « code » : « 6912 »"),
    "a code twice": (
        "communes.csv",
        "69123,",
        "69034,",
        "ligne 3, colonne « code » : le code « 69034 » est déjà pris",
    ),
    "an unknown département": (
        "communes.csv",
        "COM,69,84,200046977,69300",
        "COM,68,84,200046977,69300",
        "ligne 2, colonne « departement » : le code « 68 »",
    ),
    "an unknown région": (
        "departements.csv",
        ",84,",
        ",85,",
        "departements.csv, ligne 2, colonne « region » : le code « 85 »",
    ),
    "a malformed EPCI": (
        "communes.csv",
        "69,84,200046977,69300",
        "69,84,2000,69300",
        "ligne 2, colonne « epci » : « 2000 »",
    ),
    "a malformed postal code": (
        "communes.csv",
        "69001 69002",
        "69001 6900",
        "ligne 3, colonne « codes_postaux » : « 6900 »",
    ),
    "a kind that does not exist": (
        "communes.csv",
        "Lyon,COM",
        "Lyon,VIL",
        "ligne 3, colonne « type » : « VIL »",
    ),
    "half a position": ("communes.csv", "45.7549,4.8364", "45.7549,", "ligne 3, colonne « lon »"),
    "a position off the globe": ("communes.csv", "45.7549,", "145.7549,", "ligne 3, colonne « lat »"),
    "not a number at all": ("communes.csv", "45.7549,", "nan,", "ligne 3, colonne « lat »"),
    "a missing name": ("communes.csv", ",Lyon,", ", ,", "ligne 3, colonne « nom » : la valeur manque."),
    "a name too long": ("epci.csv", "Métropole de Lyon", "M" * 201, "epci.csv, ligne 2, colonne « nom »"),
    "a column too few": (
        "communes.csv",
        "516092,45.7549,4.8364",
        "516092,45.7549",
        "communes.csv, ligne 3 : 10 colonnes",
    ),
    "a header without a column": (
        "communes.csv",
        "population,lat",
        "habitants,lat",
        "communes.csv, ligne 1 : la colonne « population » manque.",
    ),
    "a quote in the wrong place": ("epci.csv", '"CA ', '"CA "x', "epci.csv, ligne 3 : les guillemets"),
}


@pytest.mark.parametrize("name, before, after, sentence", BROKEN.values(), ids=BROKEN.keys())
@pytest.mark.django_db
def test_broken_row_is_named_and_nothing_is_loaded(dossier, name, before, after, sentence):
    path = dossier / name
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1))
    with pytest.raises(CommandError) as error:
        load(dossier)
    assert sentence in str(error.value)
    assert str(error.value).endswith("Rien n’a été chargé.")
    assert count_rows() == [0, 0, 0, 0, 0]


@pytest.mark.django_db
def test_missing_or_damaged_file_is_named(dossier):
    (dossier / "epci.csv").write_bytes(b"code,nom,type\n200046977,M\xe9tropole,METLYON\n")
    with pytest.raises(CommandError, match=r"epci\.csv ne peut pas être lu"):
        load(dossier)
    (dossier / "epci.csv").unlink()
    with pytest.raises(CommandError, match=r"Le fichier epci\.csv"):
        load(dossier)
    (dossier / "epci.csv.gz").write_bytes(b"not gzip")
    with pytest.raises(CommandError, match=r"epci\.csv\.gz ne peut pas être lu"):
        load(dossier)


@pytest.mark.django_db
def test_published_files_load_within_bounds(tmp_path):
    shutil.copytree(PUBLISHED, tmp_path / "geographie")
    begin = time.process_time()
    load(tmp_path / "geographie")
    # Processor time of this process: the elapsed time of a shared machine says nothing. Measured: 3 s.
    assert time.process_time() - begin < 12
    assert count_rows()[3] == 34_920
    assert Commune.objects.get(pk="75056").nom == "Paris"
    assert CodePostal.objects.filter(commune="75056").count() == 21
