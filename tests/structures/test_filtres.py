"""What an address asks is read with patience: what is known is kept, what is not is told, nothing fails."""

import pytest
from django.http import QueryDict
from django.utils import timezone

from structures.droits import load_droits, public_droits
from structures.filtres import MAX_TEXTE, MAX_VALEURS, FichesFilter, name_communes
from structures.vocabulaires import load_vocabulaire
from tests import fabriques


def read(monde, address, persona="anonyme"):
    user = monde.personae[persona]
    droits, territoire = load_droits(user) if user else public_droits(), monde.public.territoire
    return FichesFilter(
        QueryDict(address),
        droits=droits,
        territoire=territoire,
        vocabulaire=load_vocabulaire(droits, territoire),
        a=timezone.localtime(),
    )


@pytest.fixture
def communes(db):
    rhone, nord = fabriques.DepartementFactory(code="69"), fabriques.DepartementFactory(code="59")
    rows = [
        ("69266", "Villeurbanne", rhone, 150_000),
        ("69202", "Sainte-Foy-lès-Lyon", rhone, 20_000),
        ("59001", "Saint-Rémy", nord, 900_000),
        ("69001", "Saint-Rémy", rhone, 10),
    ]
    for code, nom, departement, population in rows:
        fabriques.CommuneFactory(code=code, nom=nom, departement=departement, population=population)


def test_every_parameter_reaches_the_search(monde, communes):
    demande = read(
        monde,
        "q=aide&theme=hebergement-essai&commune=69266&rayon=5&frais=gratuit&frais=payant&accueil=a-distance"
        "&langue=ar&accessibilite=moteur&mobilisable=usagers&ouvert=1&sans_attente=oui",
    ).demande
    assert demande.texte == "aide"
    assert demande.themes == (monde.public.theme.pk,)
    assert (demande.communes, demande.rayon) == (("69266",), 5)
    assert demande.frais == ("gratuit", "payant")
    assert (demande.accueil, demande.langues) == (("a-distance",), ("ar",))
    assert (demande.accessibilite, demande.mobilisable) == (("moteur",), ("usagers",))
    assert demande.ouvert
    assert demande.sans_attente


@pytest.mark.parametrize("typed", ["Villeurbanne", "VILLEURBANNE", " villeurbanne "])
def test_commune_by_its_name(monde, communes, typed):
    assert read(monde, f"commune={typed}").demande.communes == ("69266",)


@pytest.mark.parametrize("typed", ["sainte foy les lyon", "Ste-Foy-lès-Lyon", "Sainte Foy"])
def test_commune_by_a_name_typed_as_people_do(monde, communes, typed):
    assert read(monde, f"commune={typed}").demande.communes == ("69202",)


def test_namesake_of_the_territory_comes_before_a_larger_one(monde, communes):
    monde.public.territoire.code_officiel = "69001"
    monde.public.territoire.save()
    assert read(monde, "commune=Saint-Rémy").demande.communes == ("69001",)


def test_distance_without_a_commune_is_left_out(monde):
    filtre = read(monde, "rayon=10")
    assert filtre.demande.rayon == 0
    assert filtre.parametres == []


@pytest.mark.parametrize(
    "address",
    [
        "theme=inconnu",
        "commune=Nulle-Part",
        "commune=00000",
        "rayon=7",
        "public=martien",
        "frais=cher",
        "langue=xx",
        "ouvert=peut-etre",
        "champ-age=3",
        "theme=%F0%9F%98%80",
    ],
)
def test_unknown_value_is_left_aside_and_told(monde, address):
    filtre = read(monde, address)
    assert filtre.parametres == []
    assert filtre.demande == read(monde, "").demande
    (note,) = filtre.remarques
    assert note.startswith("Filtre inconnu, laissé de côté : «")


def test_known_values_stay_beside_an_unknown_one(monde):
    filtre = read(monde, "frais=gratuit&frais=cher")
    assert filtre.demande.frais == ("gratuit",)
    assert "« cher »" in filtre.remarques[0]


def test_parameters_of_others_are_ignored_in_silence(monde):
    assert read(monde, "utm_source=lettre&fbclid=1").remarques == []


def test_long_text_is_cut_and_told(monde):
    filtre = read(monde, f"q={'a' * 10_000}")
    assert len(filtre.demande.texte) == MAX_TEXTE
    assert "200 premiers" in filtre.remarques[0]


def test_null_bytes_are_dropped(monde):
    filtre = read(monde, "q=aide%00alimentaire&commune=%00&theme=%00")
    assert filtre.demande.texte == "aide alimentaire"
    assert filtre.parametres == []


def test_values_beyond_reason_are_not_read(monde):
    address = "&".join(f"langue={rank}" for rank in range(10_00))
    assert len(read(monde, address).cleaned["langue"]) == MAX_VALEURS


def test_address_has_one_order_and_no_empty_parameter(monde, communes):
    filtre = read(
        monde, "page=3&sans_attente=&langue=ar&theme=&frais=gratuit&commune=Villeurbanne&q=+aide++sociale"
    )
    assert filtre.build_url() == "/recherche/?q=aide+sociale&commune=69266&frais=gratuit&langue=ar"
    assert filtre.build_url(page=3).endswith("&page=3")
    assert filtre.build_url((), texte="") == "/recherche/"


def test_address_keeps_the_territory_that_it_names(monde):
    assert read(monde, "q=a&territoire=ouverte").build_url() == "/recherche/?q=a&territoire=ouverte"


@pytest.mark.parametrize(
    ("asked", "page"),
    [("", 1), ("0", 1), ("-5", 1), ("deux", 1), ("2", 2), ("1e9", 1), ("9" * 5000, 1_000_000), ("٣", 3)],
)
def test_page_is_the_nearest(monde, asked, page):
    assert read(monde, f"page={asked}").page == page


@pytest.fixture
def champs(monde):
    theme = monde.public.theme
    fabriques.ChampFactory(theme=theme, code="urgence", type="oui-non", filtrable=True)
    fabriques.ChampFactory(theme=theme, code="type", type="choix", options=["nuit", "jour"], filtrable=True)
    fabriques.ChampFactory(theme=theme, code="muet", type="oui-non", filtrable=False)
    fabriques.ChampFactory(
        theme=theme, code="interne", type="oui-non", filtrable=True, reserve_partenaires=True
    )


def names(filtre):
    return [champ.code for champ in filtre.champs_du_theme]


def test_extra_fields_come_with_their_theme(monde, champs):
    assert names(read(monde, "")) == []
    assert set(names(read(monde, "theme=hebergement-essai"))) == {"urgence", "type"}


def test_extra_fields_kept_for_partners_are_for_partners(monde, champs):
    address = "theme=hebergement-essai&champ-interne=oui"
    assert read(monde, address).demande.champs == {}
    assert read(monde, address).remarques
    assert len(read(monde, address, "membre").demande.champs) == 1
    assert read(monde, address, "membre").remarques == []


def test_extra_field_takes_its_own_values_only(monde, champs):
    known = read(monde, "theme=hebergement-essai&champ-type=nuit&champ-urgence=oui")
    assert sorted(known.demande.champs.values()) == [("nuit",), ("oui",)]
    for address in ("champ-type=midi", "champ-urgence=non", "champ-muet=oui"):
        assert read(monde, f"theme=hebergement-essai&{address}").demande.champs == {}


def test_names_of_communes_are_read_once(communes, django_assert_num_queries):
    name_communes(["69266"])
    with django_assert_num_queries(0):
        assert name_communes(["69266"]) == {"69266": "Villeurbanne"}
