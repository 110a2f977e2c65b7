"""Generated territories: plausible, valid, the same rows for the same seed on both engines."""

import re
from collections import Counter
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from structures.generation import compute_empreinte
from structures.generation_textes import a, de, load_lexique, set_spaces
from structures.horaires import valider_horaires
from structures.models import (
    Annexe,
    Commune,
    Competence,
    Contact,
    Lieu,
    PeriodeExceptionnelle,
    Permanence,
    Structure,
    Territoire,
    Theme,
)
from structures.referentiels import vocabulaire
from structures.texte import fold
from tests import fabriques

JOUR = date(2026, 3, 1)
MODELS = (Territoire, Structure, Lieu, Competence, Permanence, Contact, PeriodeExceptionnelle, Annexe)
# Written after the first run: the same on SQLite and PostgreSQL. It changes with the generator and its sentences only.
EMPREINTE_200 = "649b8484ed86e6d776986de28da8011b20de56fe8cc27752be4cd27ca049f82f"


@pytest.fixture
def communes(db):
    """A département of a hundred communes under four EPCI, inserted in no order."""
    epcis = [
        fabriques.EpciFactory(code=f"20000000{n}", nom=f"CC de l’Essai {n}", nature="CC") for n in range(4)
    ]
    departement = fabriques.DepartementFactory()
    numbers = sorted(range(1, 101), key=lambda number: number * 37 % 101)
    communes = [
        fabriques.CommuneFactory(
            code=f"69{number:03d}",
            nom=f"{('Ville', 'Éguilles', 'Le Mans')[number % 3]} {number}",
            departement=departement,
            epci=epcis[number % 4],
            population=round(1.15**number),
            latitude=None if number == 7 else 45 + number / 100,
            longitude=None if number == 7 else 4 + number / 100,
        )
        for number in numbers
    ]
    for commune in communes:
        fabriques.CodePostalFactory(code=f"69{int(commune.code[2:]) * 10:03d}"[:5], commune=commune)
    return communes


def generate(fiches=200, seed=7, slug="essai", **options):
    call_command("generer_territoire", fiches=fiches, seed=seed, slug=slug, date=JOUR, verbosity=0, **options)
    return Territoire.objects.get(slug=slug)


def count_rows():
    return {model.__name__: model.objects.count() for model in MODELS}


def test_same_seed_gives_the_same_rows_on_both_engines(communes):
    first = compute_empreinte(generate())
    second = compute_empreinte(generate(remplacer=True))
    assert first == second == EMPREINTE_200


def test_other_seed_gives_other_rows(communes):
    assert compute_empreinte(generate()) != compute_empreinte(generate(seed=8, remplacer=True))


def test_every_row_is_valid(communes):
    generate(fiches=80)
    for model in MODELS:
        for row in model.objects.all():
            row.full_clean()


def test_every_kind_of_structure_has_valid_hours_themes_and_networks():
    lexique = load_lexique()
    for patterns in lexique.horaires.values():
        for pattern in patterns:
            valider_horaires(pattern)
    assert sum(map(len, lexique.horaires.values())) >= 60
    assert len(lexique.genres) >= 30
    for genre in lexique.genres:
        assert set(genre["themes"]) <= lexique.themes.keys()
        assert set(genre["reseaux"]) <= vocabulaire("reseaux_porteurs").keys()
        assert set(genre["horaires"]) <= lexique.horaires.keys()
    for codes in lexique.publics.values():
        assert set(codes) <= vocabulaire("publics").keys()


def test_number_of_fiches_is_exact_and_all_themes_are_there(communes):
    generate(fiches=60)
    assert Competence.objects.count() == 60
    assert set(Competence.objects.values_list("theme__slug", flat=True)) == set(load_lexique().themes)


def test_one_fiche_is_a_territory_too(communes):
    generate(fiches=1)
    assert Competence.objects.count() == 1


def test_territories_are_nested_communes_under_epci_under_departement(communes):
    root = generate(fiches=1200)
    assert root.niveau == "departement"
    for territoire in Territoire.objects.select_related("parent"):
        assert (
            territoire.chemin == f"{territoire.parent.chemin if territoire.parent else '/'}{territoire.pk}/"
        )
    levels = Counter(Territoire.objects.values_list("niveau", flat=True))
    assert levels == {"departement": 1, "epci": 4, "commune": 8}
    largest = [commune.code for commune in sorted(communes, key=lambda commune: -commune.population)[:8]]
    kept = Territoire.objects.filter(niveau="commune").values_list("code_officiel", flat=True)
    assert sorted(kept) == sorted(largest)


def test_large_communes_have_more_structures(communes):
    generate(fiches=1200)
    counts = Counter(
        Structure.objects.filter(territoire__niveau="commune").values_list("territoire__nom", flat=True)
    )
    assert counts["Éguilles 100"] > 1.4 * counts["Ville 93"] > 0


def test_everything_that_can_be_shown_is_there(communes):
    generate(fiches=1500)
    assert Lieu.objects.filter(adresse_confidentielle=True).exists()
    assert Lieu.objects.filter(horaires_accueil="").exists()
    assert Competence.objects.filter(suspension_debut__isnull=False).exists()
    assert Competence.objects.filter(visibilite="partenaires").exists()
    assert Competence.objects.filter(confirme_le__isnull=True).exists()
    assert Permanence.objects.exclude(horaires_accueil="").exists()
    assert Territoire.objects.filter(acces="partenaires").exists()
    assert set(Competence.objects.values_list("disponibilite", flat=True)) == {
        "",
        "places",
        "attente",
        "complet",
    }
    assert set(Contact.objects.values_list("visibilite", flat=True)) == {
        "public",
        "partenaires",
        "coordination",
    }
    assert set(PeriodeExceptionnelle.objects.values_list("nature", flat=True)) == {
        "fermeture",
        "horaires",
        "message",
    }
    assert Annexe.objects.filter(themes__isnull=False).exists()


def test_text_is_long_and_varied_enough_to_search_in(communes):
    generate(fiches=1500)
    words, lengths = set(), []
    for fiche in Competence.objects.all():
        text = " ".join(
            [fiche.objectifs, fiche.publics_precisions, fiche.conditions_acces, fiche.deroulement]
        )
        lengths.append(len(text.split()))
        words |= set(re.findall(r"\w{3,}", fold(text)))
    for structure in Structure.objects.all():
        words |= set(re.findall(r"\w{3,}", fold(f"{structure.nom} {structure.description}")))
    for lieu in Lieu.objects.all():
        words |= set(re.findall(r"\w{3,}", fold(lieu.adresse)))
    assert len(words) > 2000  # and thousands more from the streets, with all the communes
    assert 50 < sum(lengths) / len(lengths) < 150
    assert Competence.objects.values("deroulement").distinct().count() > 1400


def test_nothing_can_ring_or_reach_anybody(communes):
    generate(fiches=600)
    fiction = re.compile(r"^(\+33(46571|19900|26191|35301|53649|63998)\d{4})?$")
    for model in (Structure, Lieu, Contact, Annexe):
        for telephone, courriel in model.objects.values_list("telephone", "courriel"):
            assert fiction.match(telephone)
            assert not courriel or courriel.endswith(".example.org")
    assert all(
        site.endswith(".example.org/")
        for site in Structure.objects.exclude(site_web="").values_list("site_web", flat=True)
    )


def test_no_text_shows_a_slot_or_an_alternative(communes):
    generate(fiches=600)
    fields = ("objectifs", "publics_precisions", "conditions_acces", "deroulement", "mobilisation_precisions")
    texts = [text for row in Competence.objects.values_list(*fields, "venir_precisions") for text in row]
    texts += [
        text
        for row in Structure.objects.values_list("nom", "description", "attentes", "limites")
        for text in row
    ]
    texts += [
        text
        for row in Lieu.objects.values_list("nom", "adresse", "acces", "complement_adresse")
        for text in row
    ]
    for text in texts:
        assert not re.search(r"[\[\]{}|]|  | [:;!?»]|'", text), text


def test_no_history_is_written(communes):
    generate()
    for model in (Territoire, Structure, Lieu, Competence, Contact):
        assert not model.history.exists()


def test_common_themes_are_loaded_when_missing_and_left_alone_otherwise(communes):
    generate(fiches=10)
    theme = Theme.objects.get(slug="sante")
    theme.nom = "La santé"
    theme.save()
    generate(fiches=10, slug="autre")
    assert Theme.objects.get(slug="sante").nom == "La santé"


def test_existing_territory_is_not_overwritten(communes):
    generate(fiches=10)
    before = count_rows()
    with pytest.raises(CommandError, match="existe déjà"):
        generate(fiches=10)
    assert count_rows() == before


def test_replacing_removes_everything_that_hung_on_it(communes):
    generate(fiches=300)
    structure = Structure.objects.filter(competences__isnull=False).first()
    fiche = structure.competences.first()
    fabriques.MembreFactory(structure=structure)
    fabriques.SuggestionFactory(structure=structure, competence=fiche)
    fabriques.SollicitationFactory(
        structure=structure, campagne__territoire=structure.territoire, competences=[fiche]
    )
    fabriques.CoordinationFactory(territoire=structure.territoire)
    local = fabriques.ThemeFactory(territoire=structure.territoire)
    fabriques.CompetenceFactory(structure=structure, theme=local)
    generate(fiches=20, remplacer=True)
    assert Competence.objects.count() == 20
    assert not Theme.objects.filter(pk=local.pk).exists()
    assert not Structure.history.filter(history_type="-").exists()


def test_two_generated_territories_live_side_by_side(communes):
    first = generate(fiches=200)
    empreinte = compute_empreinte(first)
    generate(fiches=200, slug="voisin")
    generate(fiches=50, slug="voisin", remplacer=True)
    assert compute_empreinte(first) == empreinte
    assert Competence.objects.count() == 250


def test_real_territory_is_never_replaced(communes):
    structure = fabriques.StructureFactory(territoire=fabriques.TerritoireFactory(slug="vrai"))
    with pytest.raises(CommandError, match="n’a pas été généré"):
        generate(slug="vrai", remplacer=True)
    assert Structure.objects.filter(pk=structure.pk).exists()


def test_generated_territory_that_received_real_structures_is_not_replaced(communes):
    root = generate(fiches=10)
    structure = fabriques.StructureFactory(territoire=root)
    with pytest.raises(CommandError, match="n’a pas été généré"):
        generate(fiches=10, remplacer=True)
    assert Structure.objects.filter(pk=structure.pk).exists()


@pytest.mark.parametrize(
    "options, sentence",
    [
        ({"fiches": 0}, "--fiches : 0 n’est pas entre"),
        ({"fiches": -5}, "--fiches : -5 n’est pas entre"),
        ({"fiches": 1_000_001}, "--fiches : 1000001 n’est pas entre"),
        ({"fiches": "beaucoup"}, "--fiches : « beaucoup » n’est pas un nombre entier"),
        ({"fiches": "1e3"}, "« 1e3 » n’est pas un nombre entier"),
        ({"seed": "1.5"}, "--seed : « 1.5 » n’est pas un nombre entier"),
        ({"seed": "hasard"}, "--seed : « hasard » n’est pas un nombre entier"),
        ({"slug": "Ça va"}, "--slug"),
        ({"slug": "a" * 41}, "--slug"),
        ({"date": "31/12/2026"}, "--date : « 31/12/2026 »"),
    ],
)
def test_absurd_input_is_refused_in_french(communes, options, sentence):
    with pytest.raises(CommandError) as error:
        call_command("generer_territoire", verbosity=0, **options)
    assert sentence in str(error.value)
    assert not Territoire.objects.exists()


@pytest.mark.django_db
def test_missing_communes_are_said():
    with pytest.raises(CommandError, match=r"Lancez d’abord : manage\.py charger_geographie"):
        generate()
    assert not Commune.objects.exists()


@pytest.mark.parametrize(
    "nom, with_de, with_a",
    [
        ("Lyon", "de Lyon", "à Lyon"),
        ("Annecy", "d’Annecy", "à Annecy"),
        ("Étampes", "d’Étampes", "à Étampes"),
        ("Le Mans", "du Mans", "au Mans"),
        ("Les Abymes", "des Abymes", "aux Abymes"),
        ("La Rochelle", "de La Rochelle", "à La Rochelle"),
    ],
)
def test_names_of_communes_are_declined(nom, with_de, with_a):
    assert (de(nom), a(nom)) == (with_de, with_a)


def test_spaces_of_french_typography_are_set():
    assert set_spaces("Attention : « l'heure » ; 9 h, {n} euros !") == (
        "Attention\u00a0: «\u00a0l’heure\u00a0»\u00a0; 9\u00a0h, {n}\u00a0euros\u00a0!"
    )
