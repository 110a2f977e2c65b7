"""What is typed finds the fiches that hold it, the best first, and says honestly how."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from structures.cartes import load_cartes
from structures.recherche import lecture
from structures.recherche.demande import Correction
from tests import fabriques
from tests.recherche import find, find_names, search

pytestmark = pytest.mark.django_db


@pytest.fixture
def territoire(db):
    return fabriques.TerritoireFactory(nom="Essai")


@pytest.fixture
def theme(db):
    return fabriques.ThemeFactory(nom="Divers", description="")


@pytest.fixture
def add(territoire, theme):
    """Write a fiche: the name of its structure, what this one says of itself, then the fields of the fiche."""

    def make(structure, *, description="", **said):
        structure = fabriques.StructureFactory(territoire=territoire, nom=structure, description=description)
        return fabriques.CompetenceFactory(structure=structure, **{"theme": theme, "objectifs": ""} | said)

    return make


@pytest.fixture(params=[4000, 0], ids=["fiche par fiche", "par ensembles"])
def par_fiche(request, monkeypatch):
    """Both ways of scoring: large sets of results are scored at once."""
    monkeypatch.setattr(lecture, "PAR_FICHE", request.param)
    return request.param


# Words


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Hébergement", "hebergement"),
        ("hebergement", "HÉBERGEMENT"),
        ("œnologie", "oenologie"),
        ("oenologie", "ŒNOLOGIE"),
        ("l’informatique", "informatique"),
        ("informatique", "l'informatique"),
        ("ferronneries", "ferronnerie"),
        ("ferronnerie", "ferronneries"),
        ("marqueterie-ébénisterie", "ébénisterie"),
        ("co-voiturage", "co-voiturage"),
        ("Z.Q.F.", "zqf"),
        ("ZQF", "z.q.f."),
        ("أَطْفال", "أطفال"),
        ("q" * 60, "q" * 60),
    ],
)
def test_fiche_is_found_however_its_word_is_written(add, written, typed):
    fiche = add("Bleue", objectifs=f"On y fait {written} le mardi.")
    add("Verte", objectifs="On y fait autre chose.")
    resultats = search(typed)
    assert [trouvaille.fiche_id for trouvaille in resultats.lire(0, 9)] == [fiche.pk]
    assert (resultats.corrections, resultats.inconnus, resultats.elargi) == ((), (), False)


def test_hyphenated_word_is_found_in_one(add):
    fiche = add("Bleue", objectifs="Du co-voiturage vers la gare.")
    resultats = search("covoiturage")
    assert [trouvaille.fiche_id for trouvaille in resultats.lire(0, 9)] == [fiche.pk]
    assert resultats.corrections == ()


def test_word_in_one_is_found_with_a_hyphen(add):
    fiche = add("Bleue", objectifs="Du covoiturage vers la gare.")
    assert find("co-voiturage") == [fiche.pk]


@pytest.mark.parametrize(
    "typed", ["ferronnerie vitrail", "vitrail ferronnerie", "du vitrail et de la FERRONNERIE"]
)
def test_words_in_any_order(add, typed):
    fiche = add("Bleue", nom="Vitrail", objectifs="Et ferronnerie.")
    assert find(typed) == [fiche.pk]


def test_word_that_is_still_typed_is_a_beginning(add):
    fiche = add("Bleue", objectifs="Ferronnerie et vitrail.")
    assert find("vitrail ferr", en_cours=True) == [fiche.pk]
    assert find("vitrail ferr") == [fiche.pk]  # of the other word alone
    assert search("ferr").total == 0
    assert search("ferr", en_cours=True).lire(0, 1)[0].raisons[0].par == "debut"


@pytest.mark.parametrize(
    "typed",
    [
        "feronnerie",
        "ferronerie",
        "ferronnreie",
        "ferronnerei",
        "fferronnerie",
        "ferronmerie",
        "ferrnnrie",
        "FERONERIE",
    ],
)
def test_one_or_two_mistakes_are_forgiven_and_told(add, typed):
    fiche = add("Bleue", objectifs="Ferronnerie.")
    resultats = search(typed)
    assert [trouvaille.fiche_id for trouvaille in resultats.lire(0, 9)] == [fiche.pk]
    assert resultats.corrections == (Correction(typed.lower(), ("ferronnerie",)),)
    assert resultats.lire(0, 1)[0].raisons[0].par == "correction"


@pytest.mark.parametrize("typed", ["Kervelec", "kerveleck", "kevrelec", "kervélec", "Kervele"])
def test_proper_names_are_forgiven_one_mistake(add, typed):
    fiche = add("Maison Kervelec")
    assert find(typed) == [fiche.pk]


def test_swapped_letters_of_a_short_word_are_one_mistake(add):
    fiche = add("Bleue", objectifs="Judo.")
    assert find("juod") == [fiche.pk]
    assert find("jvdx") == []


def test_known_word_is_not_corrected(add):
    add("Bleue", objectifs="Vitrail.")
    other = add("Verte", objectifs="Vitrage.")
    resultats = search("vitrage")
    assert [trouvaille.fiche_id for trouvaille in resultats.lire(0, 9)] == [other.pk]
    assert resultats.corrections == ()


def test_figures_are_not_corrected(add):
    add("Bleue", objectifs="Ouvert depuis 1998, bus 33.")
    assert search("1999").inconnus == ("1999",)
    assert find("1998") != []


# The glossary of the territory


@pytest.fixture
def sigle(db):
    return fabriques.SigleFactory(
        sigle="ZQF", signification="Zone de quincaillerie fédérée", synonymes=["clouterie", "vis et boulons"]
    )


@pytest.mark.parametrize(
    "typed",
    [
        "ZQF",
        "z.q.f.",
        "zone de quincaillerie fédérée",
        "clouterie",
        "vis et boulons",
        "Quincaillerie fédérée zqf",
    ],
)
@pytest.mark.parametrize(
    "written", ["ZQF", "la zone de quincaillerie fédérée", "une clouterie", "vis et boulons"]
)
def test_acronym_meaning_and_everyday_words_find_one_another(add, sigle, typed, written):
    fiche = add("Bleue", objectifs=f"Nous tenons {written}.")
    assert find(typed) == [fiche.pk]


def test_synonym_of_several_words_is_a_phrase(add, sigle):
    fiche = add("Bleue", objectifs="On y trie vis et boulons.")
    add("Verte", objectifs="Des boulons, puis une vis.")
    resultats = search("clouterie")
    assert [trouvaille.fiche_id for trouvaille in resultats.lire(0, 9)] == [fiche.pk]
    assert resultats.lire(0, 1)[0].raisons[0].par == "synonyme"
    assert resultats.corrections == ()


def test_misspelt_everyday_word_leads_to_the_acronym(add, sigle):
    fiche = add("Bleue", objectifs="Nous tenons la ZQF.")
    assert find("clouttrie") == [fiche.pk]


def test_glossary_is_that_of_the_territory(add, territoire):
    autre = fabriques.TerritoireFactory(nom="Autre")
    fabriques.SigleFactory(territoire=autre, sigle="ZQF", signification="Clouterie", synonymes=[])
    fiche = add("Bleue", objectifs="Clouterie.")
    assert find("zqf", territoire=territoire) == []
    fabriques.SigleFactory(territoire=territoire, sigle="ZQF", signification="Clouterie", synonymes=[])
    assert find("zqf", territoire=territoire) == [fiche.pk]


def test_word_itself_comes_before_its_synonym(add, sigle):
    synonym = add("Bleue", objectifs="Clouterie.")
    itself = add("Verte", objectifs="ZQF.")
    assert find("ZQF") == [itself.pk, synonym.pk]


# What is said when words do not find all


def test_one_word_too_many_is_left_aside_and_told(add):
    fiche = add("Bleue", objectifs="Vitrail et ferronnerie.")
    add("Verte", objectifs="Poterie.")
    resultats = search("vitrail ferronnerie poterie")
    assert resultats.lire(0, 1)[0].fiche_id == fiche.pk
    assert resultats.elargi
    assert resultats.entieres == 0
    assert resultats.inconnus == ()


def test_unknown_word_among_others_is_told(add):
    fiche = add("Bleue", objectifs="Vitrail.")
    resultats = search("vitrail xylographique")
    assert [trouvaille.fiche_id for trouvaille in resultats.lire(0, 9)] == [fiche.pk]
    assert resultats.inconnus == ("xylographique",)
    assert not resultats.elargi


def test_unknown_word_alone_finds_nothing(add):
    add("Bleue", objectifs="Vitrail.")
    resultats = search("xylographique")
    assert (resultats.total, resultats.lire(0, 20), resultats.inconnus) == (0, [], ("xylographique",))
    assert (resultats.corrections, resultats.sans_filtres, resultats.autour) == ((), 0, ())
    assert resultats.facettes["theme"] == {}


@pytest.mark.parametrize("typed", ["", "   ", "de la pour", "je cherche", '!?*"', "👶", "\x00"])
def test_nothing_to_look_for_finds_everything(add, typed):
    fiches = [add("Bleue"), add("Verte")]
    resultats = search(typed)
    assert [trouvaille.fiche_id for trouvaille in resultats.lire(0, 9)] == [fiche.pk for fiche in fiches]
    assert (resultats.inconnus, resultats.elargi, resultats.lecture) == ((), False, None)


@pytest.mark.parametrize(
    "typed",
    [
        '"',
        "vitrail NEAR poterie",
        "titre:vitrail",
        "-vitrail",
        "vitr*",
        "'; --",
        "(",
        "vitrail & | !",
        "{titre} : vitrail",
        "\ud800 vitrail",
        "a" * 10_000,
        "a " * 5000,
        "z.q." * 2500,
        "vitrail " * 1250,
    ],
)
def test_operators_are_not_operators(add, typed):
    add("Bleue", objectifs="Vitrail.")
    resultats = search(typed)
    assert len(resultats.lire(0, 20)) == resultats.total <= 1
    assert resultats.facettes


def test_filters_that_leave_nothing_are_told(add):
    add("Bleue", objectifs="Vitrail.", frais="gratuit")
    resultats = search("vitrail", frais=("payant",))
    assert (resultats.total, resultats.sans_filtres) == (0, 1)
    assert resultats.facettes["frais"] == {"gratuit": 1}


# Order


def test_title_then_theme_then_text_then_surroundings(add, par_fiche):
    surroundings = add("A1", description="Vitrail.")
    texte = add("A2", objectifs="Vitrail.")
    # The theme is told in the title of fiches that have none: the public is not.
    fabriques.PublicFactory(code="vitraillistes", libelle="Vitrail")
    about = add("A3", publics=["vitraillistes"])
    titre = add("A4", nom="Vitrail")
    structure = add("Vitrail")
    assert find("vitrail") == [titre.pk, structure.pk, about.pk, texte.pk, surroundings.pk]


def test_level_of_each_result_is_told(add):
    add("Vitrail")
    add("A", objectifs="Vitrail.")
    add("B", description="Vitrail.")
    raisons = [trouvaille.raisons[0] for trouvaille in search("vitrail").lire(0, 9)]
    assert [(raison.mot, raison.niveau, raison.par) for raison in raisons] == [
        ("vitrail", "titre", "mot"),
        ("vitrail", "texte", "mot"),
        ("vitrail", "autour", "mot"),
    ]


def test_rare_word_counts_more_than_common_one(add, par_fiche):
    for rank in range(9):
        add(f"A{rank}", objectifs="Poterie.")
    rare = add("Z", objectifs="Vitrail et terre.", nom="")
    common = add("Y", objectifs="Poterie et terre.", nom="")
    found = find("terre poterie vitrail")
    assert found.index(rare.pk) < found.index(common.pk)


def test_equal_fiches_come_in_the_order_of_names(add, par_fiche):
    for nom in ("Éole", "zèbre", "Abricot", "École", "île"):
        add(nom, objectifs="Vitrail.")
    assert find_names("vitrail") == find_names("") == ["abricot", "ecole", "eole", "ile", "zebre"]


def test_fiches_of_a_structure_come_in_the_order_of_themes(territoire):
    structure = fabriques.StructureFactory(territoire=territoire)
    fiches = [
        fabriques.CompetenceFactory(structure=structure, theme__ordre=ordre, objectifs="Vitrail.")
        for ordre in (30, 4, 100)
    ]
    assert find("vitrail") == [fiches[1].pk, fiches[0].pk, fiches[2].pk]


def test_words_unknown_to_the_reader_do_not_hide_the_others(add, par_fiche):
    """Fiches that this reader does not read hold them: nothing in the index tells them from rare ones."""
    prive = fabriques.StructureFactory(territoire=fabriques.TerritoireFactory(partenaires=True))
    fabriques.CompetenceFactory(structure=prive, objectifs="Xylophone ukulélé banjo.")
    fiches = [add("A", objectifs="Vitrail."), add("B", objectifs="Vitrail.")]
    resultats = search("xylophone ukulélé banjo vitrail")
    assert [trouvaille.fiche_id for trouvaille in resultats.lire(0, 9)] == [fiche.pk for fiche in fiches]
    assert resultats.inconnus == ("xylophone", "ukulele", "banjo")


def test_rare_words_that_no_result_holds_do_not_hide_the_others(add, par_fiche):
    """The rarest words are in fiches that hold too few of the words to be results."""
    for nom in ("Xylophone", "Ukulélé", "Banjo"):
        add(nom)
    common = [add(f"A{rank}", objectifs="Vitrail poterie ferronnerie.") for rank in range(6)]
    found = find("xylophone ukulélé banjo vitrail poterie ferronnerie")
    assert found[:6] == [fiche.pk for fiche in common]


def test_public_asked_for_comes_before_what_is_for_all(add, par_fiche):
    for code in ("tous-publics", "jeunes"):
        fabriques.PublicFactory(code=code)
    for_all = add("A", objectifs="Vitrail.", publics=["tous-publics"])
    meant = add("B", objectifs="Vitrail.", publics=["jeunes"])
    add("C", objectifs="Vitrail.")
    assert find("vitrail", publics=("jeunes",)) == [meant.pk, for_all.pk]
    assert find("", publics=("jeunes",)) == [meant.pk, for_all.pk]


def test_nearest_comes_first_among_equals(add, par_fiche):
    commune = fabriques.CommuneFactory()
    far, near = add("A", objectifs="Vitrail."), add("B", objectifs="Vitrail.")
    for fiche, step in ((far, 0.05), (near, 0.01)):
        lieu = fabriques.LieuFactory(
            structure=fiche.structure, latitude=commune.latitude + step, longitude=commune.longitude
        )
        fabriques.PermanenceFactory(competence=fiche, lieu=lieu)
    titled = add("C", nom="Vitrail")
    lieu = fabriques.LieuFactory(
        structure=titled.structure, latitude=commune.latitude + 0.07, longitude=commune.longitude
    )
    fabriques.PermanenceFactory(competence=titled, lieu=lieu)
    asked = {"communes": (commune.pk,), "rayon": 10}
    assert find("vitrail", **asked) == [titled.pk, near.pk, far.pk]
    assert find("", **asked) == [near.pk, far.pk, titled.pk]
    distances = [trouvaille.distance for trouvaille in search("", **asked).lire(0, 3)]
    assert distances == pytest.approx([1.11, 5.56, 7.78], abs=0.02)


@pytest.mark.parametrize("texte", ["", "vitrail", "vitrail poterie"])
@pytest.mark.parametrize("choices", [{}, {"publics": ("jeunes",)}], ids=["tous", "public"])
def test_pages_hold_each_result_once(add, par_fiche, texte, choices):
    fabriques.PublicFactory(code="jeunes")
    fabriques.PublicFactory(code="tous-publics")
    for rank in range(37):
        add(
            f"S{rank * 17 % 37:02}",
            objectifs="Vitrail." if rank % 3 else "Vitrail et poterie.",
            nom="Vitrail" if rank % 5 == 0 else "",
            publics=["jeunes"] if rank % 4 else ["tous-publics"],
        )
    total = search(texte, **choices).total
    everything = find(texte, **choices)
    assert len(set(everything)) == len(everything) == total > 0
    for size in (1, 7, 20):
        pages = [
            [trouvaille.fiche_id for trouvaille in search(texte, **choices).lire(begin, begin + size)]
            for begin in range(0, total, size)
        ]
        assert [pk for page in pages for pk in page] == everything
    assert search(texte, **choices).lire(total, total + 20) == []
    assert [trouvaille.fiche_id for trouvaille in search(texte, **choices)[3:9]] == everything[3:9]


def test_both_ways_of_scoring_give_the_same_order_to_one_word(add, monkeypatch):
    for rank in range(20):
        add(
            f"S{rank * 7 % 20:02}",
            nom="Vitrail" if rank % 3 == 0 else "",
            objectifs="" if rank % 3 == 0 else "Vitrail.",
        )
    each = find("vitrail")
    monkeypatch.setattr(lecture, "PAR_FICHE", 0)
    fabriques.CompetenceFactory()  # what was read is forgotten
    assert find("vitrail") == each


# Cost


def test_search_costs_few_queries_whatever_its_size(add):
    def ask():
        resultats = search("vitrail", publics=("jeunes",), frais=("gratuit",))
        cartes = load_cartes([trouvaille.fiche_id for trouvaille in resultats.lire(0, 20)])
        assert len(cartes) == min(resultats.total, 20)
        assert resultats.facettes

    def count():
        ask()
        with CaptureQueriesContext(connection) as queries:
            ask()
        return len(queries)

    fabriques.PublicFactory(code="jeunes")
    options = {"objectifs": "Vitrail.", "publics": ["jeunes"], "frais": "gratuit"}
    add("A", **options)
    few = count()
    for rank in range(30):
        add(f"B{rank}", **options)
    # The version, with the rights of the reader and with the search; the cards.
    assert few == count() <= 3
