"""Loading of the demo: all or nothing, every broken row named, nothing twice, nothing of others lost."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from structures.chargement import parse_day
from structures.demonstration import load_demonstration
from structures.models import (
    Annexe,
    Champ,
    Commune,
    Competence,
    Contact,
    Coordination,
    Lieu,
    Membre,
    PeriodeExceptionnelle,
    Permanence,
    Public,
    Sigle,
    Structure,
    Territoire,
    Theme,
    User,
)

JOUR = date(2026, 3, 15)
MODELS = (
    Annexe,
    Champ,
    Competence,
    Contact,
    Coordination,
    Lieu,
    Membre,
    PeriodeExceptionnelle,
    Permanence,
    Public,
    Sigle,
    Structure,
    Territoire,
    Theme,
    User,
)

PETITE_DEMO = Path(__file__).parent.parent / "donnees" / "petite_demo"
STRUCTURE = "demo/structures/asile-de-nuit.toml"


@pytest.fixture
def files(tmp_path):
    """A small demo in a folder of its own."""
    return shutil.copytree(PETITE_DEMO, tmp_path / "petite_demo")


@pytest.fixture(autouse=True)
def commune(db):
    return Commune.objects.create(code="69034", nom="Caluire-et-Cuire", nature="COM")


def load(folder, jour=JOUR, **options):
    return load_demonstration(jour, folder / "demo", folder / "commun", **options)


def replace(folder, name, old, new):
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def count_rows():
    """Return how many rows there are of each model, and of its history."""
    histories = [model.history.model for model in MODELS if hasattr(model, "history")]
    return {model.__name__: model.objects.count() for model in (*MODELS, *histories)}


def test_everything_is_loaded(files):
    load(files)
    fiche = Competence.objects.get(theme__slug="urgence")
    assert fiche.publics == ["jeunes", "aidants"]
    assert [permanence.lieu.nom for permanence in fiche.permanences.all()] == ["Dortoir"]
    assert [contact.fonction for contact in fiche.contacts.all()] == ["Veilleur"]
    assert Competence.objects.get(theme__slug="logement").champs == {"places": 12, "composition": ["Femmes"]}
    assert Structure.objects.get().telephone == "+33465711001"
    assert [theme.slug for theme in Annexe.objects.get().themes.all()] == ["logement"]
    assert Theme.objects.get(slug="urgence").parent.slug == "logement"
    assert Sigle.objects.get(sigle="MDR").territoire.slug == "ville"
    assert Public.objects.get(code="jeunes").libelle == "Jeunes"  # read from the national list
    assert Territoire.objects.get(slug="ville").parent.slug == "rhone"


def test_dates_are_counted_from_the_day_of_loading(files):
    load(files)
    structure = Structure.objects.get()
    assert (structure.date_maj, structure.confirme_le) == (JOUR - timedelta(30), JOUR - timedelta(400))
    periode = PeriodeExceptionnelle.objects.get()
    assert (periode.debut, periode.fin) == (JOUR + timedelta(5), JOUR + timedelta(9))
    assert Lieu.objects.get(nom="Dortoir").accessibilite["moteur"]["verifie_le"] == "2026-03-05"
    fiche = Competence.objects.get(theme__slug="urgence")
    assert (fiche.suspension_debut, fiche.suspension_fin) == (JOUR + timedelta(1), date(2026, 12, 31))
    assert fiche.date_maj == JOUR  # not written in the file


@pytest.mark.parametrize(
    "text, expected",
    [
        ("J", JOUR),
        ("J-0", JOUR),
        ("J+12", date(2026, 3, 27)),
        ("J-365", date(2025, 3, 15)),
        ("J - 3", "J - 3"),
        ("2026-01-01", "2026-01-01"),
        ("hier", "hier"),
        (date(2025, 1, 1), date(2025, 1, 1)),
    ],
)
def test_relative_date(text, expected):
    assert parse_day(text, JOUR) == expected


def test_second_loading_writes_nothing(files):
    load(files)
    before = count_rows()
    bilan = load(files).bilan
    assert count_rows() == before
    assert set(bilan) == {"inchangées"}


def test_next_day_moves_the_dates_and_no_more(files):
    load(files)
    before = count_rows()
    load(files, JOUR + timedelta(1))
    after = count_rows()
    assert Structure.objects.get().date_maj == JOUR - timedelta(29)
    assert after["HistoricalStructure"] == before["HistoricalStructure"] + 1
    assert after["HistoricalSigle"] == before["HistoricalSigle"]
    assert {name: n for name, n in after.items() if "Historical" not in name} == {
        name: n for name, n in before.items() if "Historical" not in name
    }


def test_change_in_a_file_is_followed(files):
    load(files)
    pk = Competence.objects.get(theme__slug="urgence").pk
    replace(files, STRUCTURE, 'objectifs = "Dormir au chaud."', 'objectifs = "Dormir et souffler."')
    assert load(files).bilan["modifiées"] == 1
    fiche = Competence.objects.get(theme__slug="urgence")
    assert (fiche.pk, fiche.objectifs) == (pk, "Dormir et souffler.")


def test_field_that_left_a_file_is_emptied(files):
    load(files)
    replace(files, STRUCTURE, 'frais = "gratuit"\n', "")
    load(files)
    assert Competence.objects.get(theme__slug="urgence").frais == ""


def test_rows_that_left_a_file_are_removed(files):
    load(files)
    path = files / STRUCTURE
    text = path.read_text(encoding="utf-8")
    contact = text[text.index('[[contact]]\nfonction = "Direction"') : text.index("[[fiche]]")]
    logement = text[text.rindex("[[fiche]]") :]
    path.write_text(text.replace(contact, "").replace(logement, ""), encoding="utf-8")
    assert load(files).bilan["retirées"] == 2
    assert [contact.fonction for contact in Contact.objects.all()] == ["Veilleur"]
    assert [fiche.theme.slug for fiche in Competence.objects.all()] == ["urgence"]
    assert load(files).laisses == []  # the removal is the loading's own, not a change by somebody


def test_main_place_moves_from_one_place_to_another(files):
    load(files)
    replace(files, STRUCTURE, "principal = true\n", "")
    replace(files, STRUCTURE, 'nom = "Bureau"', 'nom = "Bureau"\nprincipal = true')
    load(files)
    assert Lieu.objects.get(principal=True).nom == "Bureau"


def test_files_that_left_are_removed_with_what_they_held(files):
    load(files)
    (files / STRUCTURE).unlink()
    replace(
        files, "demo/comptes.toml", '[[compte.membre]]\nstructure = "asile-de-nuit"\nrole = "referent"\n', ""
    )
    (files / "demo/annexes.toml").write_text("")
    (files / "demo/sigles.toml").write_text("")
    load(files)
    assert not any(model.objects.exists() for model in (Structure, Lieu, Competence, Contact, Annexe, Membre))
    assert [sigle.sigle for sigle in Sigle.objects.all()] == ["FSL"]


def test_account_that_left_the_file_is_removed_and_no_other(files):
    load(files)
    other = User.objects.create_user("quelquun@autre.example.org")
    replace(files, "demo/comptes.toml", "referente@", "nouvelle@")
    load(files)
    assert set(User.objects.values_list("email", flat=True)) == {
        other.email,
        "nouvelle@repertoire.example.org",
    }


def test_structure_changed_by_somebody_is_left_alone(files):
    load(files)
    contact = Contact.objects.get(fonction="Veilleur")
    contact.fonction = "Veilleuse"
    contact.save()
    replace(files, STRUCTURE, "Dormir au chaud.", "Dormir et souffler.")
    chargement = load(files)
    assert len(chargement.laisses) == 1
    assert "asile-de-nuit" in chargement.laisses[0]
    assert Competence.objects.get(theme__slug="urgence").objectifs == "Dormir au chaud."
    assert set(Contact.objects.values_list("fonction", flat=True)) == {"Veilleuse", "Direction"}


def test_remettre_restores_what_somebody_changed(files):
    load(files)
    contact = Contact.objects.get(fonction="Veilleur")
    contact.fonction = "Veilleuse"
    contact.save()
    Structure.objects.get().competences.get(theme__slug="logement").delete()
    load(files, remettre=True)
    assert set(Contact.objects.values_list("fonction", flat=True)) == {"Veilleur", "Direction"}
    assert Competence.objects.count() == 2


def test_structure_of_others_under_the_same_slug_is_never_touched(files):
    territoire = Territoire.objects.create(slug="ailleurs", nom="Ailleurs", niveau="commune")
    structure = Structure.objects.create(
        slug="asile-de-nuit", nom="Un vrai partenaire", territoire=territoire
    )
    (files / "demo/comptes.toml").write_text("")
    load(files, remettre=True)
    structure.refresh_from_db()
    assert structure.nom == "Un vrai partenaire"
    assert not structure.competences.exists()


def test_theme_and_sigle_changed_by_somebody_are_left_alone(files):
    load(files)
    for instance, field in (
        (Theme.objects.get(slug="logement"), "nom"),
        (Sigle.objects.get(sigle="FSL"), "phrase"),
    ):
        setattr(instance, field, "Dit autrement")
        instance.save()
    assert len(load(files).laisses) == 2
    assert Theme.objects.get(slug="logement").nom == "Dit autrement"
    assert Sigle.objects.get(sigle="FSL").phrase == "Dit autrement"


def test_accounts_can_log_in(files, client):
    load(files)
    user = User.objects.get(email="referente@repertoire.example.org")
    assert client.login(username=user.email, password="passerelle-verte")
    assert user.emailaddress_set.get().verified
    assert user.emailaddress_set.get().primary
    assert user.membres.get().role == "referent"
    assert user.coordinations.get().territoire.slug == "ville"


def test_changed_password_is_put_back(files, client):
    load(files)
    user = User.objects.get(email="referente@repertoire.example.org")
    user.set_password("autre-mot-de-passe")
    user.save()
    load(files)
    assert client.login(username=user.email, password="passerelle-verte")


def test_command_refuses_with_exit_code_1(files):
    replace(files, STRUCTURE, "18:00-08:00", "18h-8h")
    with pytest.raises(CommandError, match="lieu Dortoir › horaires_accueil") as error:
        call_command("charger_demo", dossier=files / "demo")
    assert error.value.returncode == 1
    assert not Structure.objects.exists()


def test_command_wants_the_communes(files):
    Commune.objects.all().delete()
    with pytest.raises(CommandError, match="charger_geographie"):
        call_command("charger_demo", dossier=files / "demo")


@pytest.mark.parametrize(
    "site, refused",
    [
        ("http://localhost:8000", False),
        ("http://127.0.0.1:8000", False),
        ("https://repertoire.example.org", False),
        ("https://repertoire.caluire.fr", True),
        ("https://localhost.caluire.fr", True),
        ("https://faux-example.org", True),
    ],
)
def test_command_refuses_published_passwords_on_a_reachable_site(files, settings, site, refused):
    settings.SITE_URL = site
    (files / "demo/annexes.toml").unlink()  # the loading itself then stops here, with another sentence
    with pytest.raises(CommandError) as error:
        call_command("charger_demo", dossier=files / "demo")
    assert ("--comptes-publics" in str(error.value)) == refused


def test_command_refuses_a_malformed_date():
    with pytest.raises(CommandError, match="n’est pas une date"):
        call_command("charger_demo", "--date", "15/03/2026")


def test_vocabulary_alone_loads_no_territory():
    call_command("charger_vocabulaire", verbosity=0)
    before = count_rows()
    call_command("charger_vocabulaire", verbosity=0)
    assert count_rows() == before
    assert Theme.objects.filter(parent=None).count() == 12
    assert not any(model.objects.exists() for model in (Territoire, Structure, User))


def test_access_lists_only_accounts_that_exist(capsys, settings, tmp_path):
    settings.EMAIL_FILE_PATH = tmp_path / "courriels"
    call_command("afficher_acces")
    empty = capsys.readouterr().out
    assert settings.SITE_URL in empty
    assert "Aucun compte de démonstration" in empty
    assert str(tmp_path / "courriels") in empty
    user = User.objects.create_user("admin@repertoire.example.org", "passerelle-verte")
    changed = User.objects.create_user("referent@repertoire.example.org", "un-autre-mot-de-passe")
    call_command("afficher_acces")
    lines = {line.split()[-2]: line for line in capsys.readouterr().out.splitlines() if "@" in line}
    assert set(lines) <= {user.email, "(changé"}
    assert lines[user.email].endswith("passerelle-verte")
    assert changed.email in lines["(changé"]
