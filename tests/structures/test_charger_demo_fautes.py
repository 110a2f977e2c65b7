"""A broken row of the demo: nothing is loaded, and the file, the row, the field and the mending are told."""

from copy import deepcopy
from pathlib import Path

import pytest

from structures.chargement import Chargement, ChargementError, writable_fields
from structures.demonstration import GENRES
from structures.models import Annexe, Champ, Competence, Membre, Public, Sigle, Structure, Territoire, Theme
from tests.structures.test_charger_demo import STRUCTURE, commune, count_rows, files, load, replace

__all__ = ["commune", "files"]  # fixtures, shared with the tests of the loading

BROKEN = {
    STRUCTURE: [
        ('theme = "logement"', 'theme = "logment"', "fiche logment", "theme", "« logement »"),
        ('lieu = "Dortoir"', 'lieu = "Grenier"', "permanence Grenier", "lieu", "lieu de cette structure"),
        ('"aidants"]', '"martiens"]', "fiche urgence", "publics", "martiens"),
        ('["fr", "ar"]', '["fr", "klingon"]', "fiche urgence", "langues", "klingon"),
        ("places = 12", 'places = "douze"', "fiche logement", "champs", "un nombre"),
        ('["Femmes"]', '["Enfants"]', "fiche logement", "champs", "Hommes, Femmes"),
        ("places = 12", "lits = 12", "fiche logement", "champs", "lits"),
        ('frais = "gratuit"', 'frais = "offert"', "fiche urgence", "frais", "offert"),
        ('frais = "gratuit"', 'tarif = "gratuit"', "fiche urgence", "tarif", "n’existe pas"),
        ('"piece-identite"', '"piece-didentite"', "fiche urgence", "documents", "piece-identite"),
        (
            'suspension_debut = "J+1"',
            'suspension_debut = "demain"',
            "fiche urgence",
            "suspension_debut",
            "demain",
        ),
        (
            'suspension_debut = "J+1"',
            'suspension_debut = "J+900"',
            "fiche urgence",
            "",
            "fin de la suspension",
        ),
        ("18:00-08:00", "18h-8h", "lieu Dortoir", "horaires_accueil", "09:00"),
        ("69034", "69999", "lieu Dortoir", "code_insee", "69999"),
        ('verifie_le = "J-10"\n', "", "lieu Dortoir", "accessibilite", "date de la visite"),
        ('nom = "Bureau"', 'nom = "Bureau"\nprincipal = true', "lieu Bureau", "", "principal"),
        ('nom = "Bureau"', 'nom = "Dortoir"', "lieu Dortoir", "", "deux fois"),
        ('debut = "J+5"', 'debut = "J+15"', "période fermeture 1", "", "avant le début"),
        ('nature = "fermeture"', 'nature = "horaires"', "période horaires 1", "", "horaires"),
        ('telephone = "06 39 98 10 02"\n', "", "contact Veilleur", "", "téléphone ou un courriel"),
        ('fiche = "urgence"', 'fiche = "sante"', "contact Veilleur", "fiche", "thème d’une fiche"),
        ("06 39 98 10 02", "06 12 34 56 78", "asile-de-nuit", "telephone", "fiction"),
        ("le 04 65 71 10 01 le", "le 04 78 12 34 56 le", "asile-de-nuit", "description", "fiction"),
        (
            'telephone = "04 65 71 10 01"',
            'telephone = "+41 44 668 18 00"',
            "asile-de-nuit",
            "telephone",
            "fiction",
        ),
        ("accueil@asile.example.org", "accueil@asile.fr", "asile-de-nuit", "courriel", "example.org"),
        ("https://asile.example.org", "https://asile.fr/", "asile-de-nuit", "site_web", "example.org"),
        ("https://asile.example.org", "asile", "structure asile-de-nuit", "site_web", "complète"),
        ('["chrs"]', '["chers"]', "structure asile-de-nuit", "reseaux_porteurs", "chers"),
        ('nom = "Asile de nuit"', 'siret = "12345678901234"', "structure asile-de-nuit", "siret", "SIRET"),
        ('nom = "Asile de nuit"\n', "", "structure asile-de-nuit", "nom", "vide"),
        ('slug = "asile-de-nuit"', 'slug = "asile"', "structure asile", "slug", "nom du fichier"),
        ('territoire = "ville"', 'territoire = "vile"', "asile-de-nuit", "territoire", "« ville »"),
        ("[[contact]]", "[[contacts]]", "asile-de-nuit", "contacts", "« contact »"),
        ("[structure]", "[structur", "", "", "ligne 1"),
    ],
    "commun/themes.toml": [
        ('couleur = "sapin"', 'couleur = "sapine"', "thème logement", "couleur", "sapine"),
        ("louer-un-logement", "louer", "thème logement", "thematiques", "louer"),
        ('parent = "logement"', 'parent = "maison"', "thème urgence", "parent", "maison"),
        ('options = ["Hommes", "Femmes"]', "", "champ composition", "options", "vide"),
        ('code = "places"', 'code = "nb_places"', "champ nb_places", "code", "traits d’union"),
    ],
    "commun/publics.toml": [
        ('equivalent = "jeunes"', 'equivalent = "jeune"', "public jeunes", "equivalent", "national"),
    ],
    "commun/sigles.toml": [
        ('["impayé de loyer"]', '"impayé"', "sigle FSL", "synonymes", "liste"),
        ('sigle = "FSL"', 'sigle = "FSL"\nterritoire = "ville"', "sigle FSL", "territoire", "commun"),
    ],
    "demo/sigles.toml": [
        ('territoire = "ville"', 'territoire = "cité"', "sigle MDR", "territoire", "cité"),
    ],
    "demo/territoires.toml": [
        ('parent = "rhone"', 'parent = "rhône"', "territoire ville", "parent", "« rhone »"),
        ('niveau = "commune"', 'niveau = "hameau"', "territoire ville", "niveau", "hameau"),
    ],
    "demo/annexes.toml": [
        ('["logement"]', '["loge"]', "annexe Épicerie voisine", "themes", "loge"),
        ("04 65 71 97 05", "04 78 97 05 05", "annexe Épicerie voisine", "telephone", "fiction"),
    ],
    "demo/comptes.toml": [
        ("passerelle-verte", "azerty", "compte referente@", "mot_de_passe", "12"),
        ("@repertoire.example.org", "@gmail.com", "compte referente@", "email", "example.org"),
        ('"asile-de-nuit"', '"asile-de-jour"', "membre asile-de-jour", "structure", "asile-de-nuit"),
        ('"referent"', '"chef"', "membre asile-de-nuit", "role", "chef"),
        ('["ville"]', '["village"]', "compte referente@", "coordonne", "village"),
    ],
}


@pytest.mark.parametrize(
    "name, old, new, row, field, sentence",
    [(name, *case) for name, cases in BROKEN.items() for case in cases],
)
def test_broken_row_loads_nothing_and_is_named(files, name, old, new, row, field, sentence):
    replace(files, name, old, new)
    before = count_rows()
    with pytest.raises(ChargementError) as refused:
        load(files)
    assert count_rows() == before
    faults = refused.value.fautes
    named = [f for f in faults if row in str(f.endroit) and f.champ == field and sentence in f.phrase]
    assert named, [str(fault) for fault in faults]
    assert named[0].endroit.fichier.endswith(Path(name).name)
    assert "Rien n’a été chargé" in str(refused.value)


def test_all_broken_rows_are_told_at_once(files):
    replace(files, STRUCTURE, "18:00-08:00", "18h-8h")
    replace(files, STRUCTURE, '["fr", "ar"]', '["klingon"]')
    replace(files, "demo/annexes.toml", '["logement"]', '["loge"]')
    with pytest.raises(ChargementError) as refused:
        load(files)
    assert {fault.champ for fault in refused.value.fautes} == {"horaires_accueil", "langues", "themes"}


def test_broken_structure_does_not_hide_its_broken_fiche(files):
    replace(files, STRUCTURE, '["chrs"]', '["chers"]')
    replace(files, STRUCTURE, '["fr", "ar"]', '["klingon"]')
    with pytest.raises(ChargementError) as refused:
        load(files)
    assert [fault.champ for fault in refused.value.fautes] == ["reseaux_porteurs", "langues"]


def test_same_number_in_two_structures_is_refused(files):
    text = (files / STRUCTURE).read_text(encoding="utf-8").replace("Asile de nuit", "Asile de jour")
    text = text.replace("asile-de-nuit", "asile-de-jour")
    (files / "demo/structures/asile-de-jour.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ChargementError, match="est déjà dans"):
        load(files)


def test_missing_file_is_named(files):
    (files / "demo/annexes.toml").unlink()
    with pytest.raises(ChargementError, match=r"annexes\.toml : ce fichier manque"):
        load(files)


def test_broken_row_on_a_second_loading_changes_nothing(files):
    load(files)
    before = count_rows()
    replace(files, STRUCTURE, "Dormir au chaud.", "Dormir et souffler.")
    replace(files, "demo/annexes.toml", '["logement"]', '["loge"]')
    with pytest.raises(ChargementError):
        load(files)
    assert count_rows() == before
    assert Competence.objects.get(theme__slug="urgence").objectifs == "Dormir au chaud."


GARBAGE = [5, None, "", "x" * 5000, [], [[1]], {}]
# The name of each block, the path that leads to it, and the fields that a file may give it beside its columns.
BLOCS = {
    "structure": ("asile-de-nuit.toml", ["structure"], Structure, {"territoire"}),
    "lieu": ("asile-de-nuit.toml", ["lieu", 0], GENRES["lieu"][0], GENRES["lieu"][1]),
    "periode": ("asile-de-nuit.toml", ["lieu", 0, "periode", 0], *GENRES["periode"]),
    "fiche": ("asile-de-nuit.toml", ["fiche", 0], *GENRES["fiche"]),
    "permanence": ("asile-de-nuit.toml", ["fiche", 0, "permanence", 0], *GENRES["permanence"]),
    "contact": ("asile-de-nuit.toml", ["contact", 0], *GENRES["contact"]),
    "annexe": ("annexes.toml", ["annexe", 0], Annexe, {"territoire", "themes"}),
    "territoire": ("territoires.toml", ["territoire", 1], Territoire, {"parent"}),
    "thème": ("themes.toml", ["theme", 1], Theme, {"parent", "champ"}),
    "sigle": ("commun/sigles.toml", ["sigle", 0], Sigle, {"territoire"}),
    "membre": ("comptes.toml", ["compte", 0, "membre", 0], Membre, {"structure"}),
}
KEYS = {
    "slug",
    "nom",
    "theme",
    "lieu",
    "fiche",
    "structure",
    "parent",
    "fonction",
    "nature",
    "visibilite",
    "sigle",
}


def inject(monkeypatch, name, path, changes):
    """Give a block of one file other values than those written there, such as TOML could not all write."""
    read = Chargement.read

    def read_changed(self, file):
        data, endroit = read(self, file)
        if str(file).endswith(name):
            data = deepcopy(data)
            block = data
            for step in path:
                block = block[step]
            block.update(changes)
        return data, endroit

    monkeypatch.setattr(Chargement, "read", read_changed)


def load_or_refuse(files):
    """Load; return the faults that were told, None when there was none."""
    try:
        load(files)
    except ChargementError as error:
        return error.fautes
    return None


@pytest.mark.parametrize("value", GARBAGE, ids=lambda value: repr(value)[:12])
@pytest.mark.parametrize("bloc", BLOCS)
def test_value_of_any_type_is_told_or_loaded_but_never_breaks_the_loading(files, monkeypatch, bloc, value):
    """First every field at once, so that each is told; then the keys alone, by which rows refer to one another."""
    name, path, model, others = BLOCS[bloc]
    names = {*writable_fields(model), *others}
    before = count_rows()
    for changes in (dict.fromkeys(names, value), *({key: value} for key in sorted(names & KEYS))):
        with monkeypatch.context() as patch:
            inject(patch, name, path, changes)
            faults = load_or_refuse(files)
        if faults is None:
            assert len(changes) == 1, "every field cannot be right"
            before = count_rows()
        else:
            assert count_rows() == before
            assert any(name.endswith(Path(fault.endroit.fichier).name) for fault in faults), faults


@pytest.mark.parametrize(
    "bloc, field, value, sentence",
    [
        ("fiche", "publics", 5, "Une liste est attendue"),
        ("fiche", "publics", [[1]], "Une liste de textes"),
        ("fiche", "documents", 5, "Une liste est attendue"),
        ("fiche", "zone_eligibilite", {}, "Une liste est attendue"),
        ("fiche", "champs", [], "dictionnaire"),
        ("fiche", "frais", 5, "un texte entre guillemets"),
        ("fiche", "delai_attente_jours", "5", "un nombre entier"),
        ("fiche", "debut", 5, "une date"),
        ("fiche", "theme", 5, "un thème"),
        ("lieu", "principal", "oui", "true ou false"),
        ("lieu", "latitude", float("nan"), "un nombre"),
        ("lieu", "accessibilite", [], "dictionnaire"),
        ("lieu", "horaires_accueil", [[1]], "un texte entre guillemets"),
        ("contact", "fiche", [], "le thème d’une fiche"),
        ("contact", "telephone", None, "un texte entre guillemets"),
        ("structure", "siret", 73282932000074, "un texte entre guillemets"),
        ("structure", "site_web", "https://[", "complète"),
        ("periode", "message", {}, "un texte entre guillemets"),
        ("annexe", "themes", 5, "une liste de textes"),
        ("membre", "structure", 5, "une structure de la démonstration"),
    ],
)
def test_value_of_another_type_is_told_at_its_field(files, monkeypatch, bloc, field, value, sentence):
    name, path, _, _ = BLOCS[bloc]
    inject(monkeypatch, name, path, {field: value})
    with pytest.raises(ChargementError) as refused:
        load(files)
    told = [fault for fault in refused.value.fautes if fault.champ == field and sentence in fault.phrase]
    assert told, str(refused.value)
    assert bloc in str(told[0].endroit) or bloc == "periode"


@pytest.mark.parametrize(
    "field, value", [("coordonne", 5), ("coordonne", [[1]]), ("admin", "oui"), ("membre", 5)]
)
def test_account_with_a_value_of_another_type_is_told(files, monkeypatch, field, value):
    inject(monkeypatch, "comptes.toml", ["compte", 0], {field: value})
    with pytest.raises(ChargementError, match=f"comptes.toml › compte .* › {field} : on attend"):
        load(files)


def test_public_and_field_changed_by_somebody_are_left_alone(files):
    load(files)
    public, champ = Public.objects.get(code="jeunes"), Champ.objects.get(code="places")
    for row in (public, champ):
        row.libelle = "Dit autrement"
        row.save()
    assert len(load(files).laisses) == 2
    for row in (public, champ):
        row.refresh_from_db()
        assert row.libelle == "Dit autrement"
    load(files, remettre=True)
    public.refresh_from_db()
    assert public.libelle == "Jeunes"


def test_fiche_that_leaves_while_a_contact_still_names_it_is_told(files):
    load(files)
    replace(files, STRUCTURE, 'theme = "urgence"', 'theme = "urgences"')
    with pytest.raises(ChargementError) as refused:
        load(files)
    assert {fault.champ for fault in refused.value.fautes} == {"theme", "fiche"}
