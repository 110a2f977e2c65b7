"""What one may not read is not found by it: neither counted, nor completed, nor corrected, nor suggested."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from structures.droits import load_droits
from structures.models import Competence, Mot
from structures.recherche.lecture import Lecture
from tests import fabriques
from tests.conftest import PERSONAE, SECRET_ADRESSE, SECRET_CONTACT, SECRET_PROCEDURE
from tests.recherche import find, search, suggest

PARTNERS = ("membre", "membre_autre_structure", "referent", "coordinateur")
STRANGERS = ("anonyme", "coordinateur_autre_territoire")


@pytest.fixture
def make(monde):
    """Write a fiche of the public territory that says « Xylographie »."""

    def make(*, structure=None, **said):
        structure = structure or fabriques.StructureFactory(territoire=monde.public.territoire)
        return fabriques.CompetenceFactory(
            structure=structure, **{"theme": monde.public.theme, "objectifs": "Xylographie."} | said
        )

    return make


def seen(monde, persona, texte, **options):
    """Return the ids found by a persona, after checking that counts and corrections say nothing more."""
    user = monde.personae[persona]
    resultats = search(texte, user=user, **options)
    found = [trouvaille.fiche_id for trouvaille in resultats.lire(0, resultats.total)]
    assert len(found) == resultats.total
    if not found:
        assert not any(resultats.facettes.values())
        assert (resultats.corrections, resultats.sans_filtres, resultats.autour) == ((), 0, ())
    return found


def check_secret(monde, mot, fiche, *, readers, strangers):
    """Check that a word leads readers, and nobody else, to a fiche: whole, begun, misspelt, or while typing."""
    wrong = mot[:4] + mot[5:]
    for persona in readers:
        assert fiche.pk in seen(monde, persona, mot), persona
        assert fiche.pk in seen(monde, persona, mot[:-2], en_cours=True), persona
        assert fiche.pk in seen(monde, persona, wrong), persona
    for persona in strangers:
        for typed, en_cours in ((mot, False), (mot[:-2], True), (wrong, False)):
            assert seen(monde, persona, typed, en_cours=en_cours) == [], (persona, typed)
        resultats = search(f"{mot} {wrong} refuge", user=monde.personae[persona])
        assert mot not in str(resultats.corrections).lower()
        assert mot not in str(
            [trouvaille.raisons for trouvaille in resultats.lire(0, 99) if trouvaille.fiche_id == fiche.pk]
        )
        assert suggest(mot, user=monde.personae[persona]) == []


def test_partner_only_fiche(monde, make):
    fiche = make(visibilite="partenaires")
    check_secret(monde, "xylographie", fiche, readers=PARTNERS, strangers=STRANGERS)


def test_fiche_of_a_partner_only_territory(monde, make):
    fiche = make(structure=monde.prive.structure, theme=fabriques.ThemeFactory())
    strangers = [persona for persona in PERSONAE if persona not in {"coordinateur_autre_territoire", "admin"}]
    readers = ["coordinateur_autre_territoire", "admin"]
    check_secret(monde, "xylographie", fiche, readers=readers, strangers=strangers)


@pytest.mark.parametrize("field", ["adresse", "complement_adresse", "commune", "acces"])
def test_confidential_place(monde, field):
    lieu, fiche = monde.public.lieu, monde.public.fiche
    setattr(lieu, field, "Xylographie")
    lieu.save()
    check_secret(monde, "xylographie", fiche, readers=PARTNERS, strangers=STRANGERS)


def test_what_a_fiche_says_of_a_confidential_place(monde):
    monde.public.fiche.permanences.update(precisions="Xylographie au fond de la cour")
    check_secret(monde, "xylographie", monde.public.fiche, readers=PARTNERS, strangers=STRANGERS)


@pytest.mark.parametrize("field", ["attentes", "limites"])
def test_what_partners_tell_one_another(monde, field):
    setattr(monde.public.structure, field, "Xylographie.")
    monde.public.structure.save()
    check_secret(monde, "xylographie", monde.public.fiche, readers=PARTNERS, strangers=STRANGERS)


def test_reserved_procedure(monde):
    monde.public.fiche.mobilisation_precisions = "Xylographie."
    monde.public.fiche.save()
    check_secret(monde, "xylographie", monde.public.fiche, readers=PARTNERS, strangers=STRANGERS)


def test_reserved_field_of_a_theme(monde):
    champ = fabriques.ChampFactory(
        theme=monde.public.theme, code="moment", type="choix", options=["Xylographie"], filtrable=True,
        reserve_partenaires=True,
    )  # fmt: skip
    fiche = monde.public.fiche
    fiche.champs = {"moment": "Xylographie"}
    fiche.save()
    check_secret(monde, "xylographie", fiche, readers=PARTNERS, strangers=STRANGERS)
    for persona in (*PARTNERS, *STRANGERS):
        resultats = search(user=monde.personae[persona], themes=(fiche.theme_id,))
        counted = resultats.facettes.get(f"champ:{champ.pk}", {})
        assert counted == ({"Xylographie": 1} if persona in PARTNERS else {})
        found = find(user=monde.personae[persona], champs={champ.pk: ("Xylographie",)})
        assert found == ([fiche.pk] if persona in PARTNERS else [])


def test_contact_for_partners(monde):
    fabriques.ContactFactory(structure=monde.public.structure, nom="Xylographie", partenaires=True)
    check_secret(monde, "xylographie", monde.public.fiche, readers=PARTNERS, strangers=STRANGERS)


def test_contact_for_the_coordination_is_found_by_nobody(monde):
    fabriques.ContactFactory(structure=monde.public.structure, nom="Xylographie", coordination=True)
    check_secret(monde, "xylographie", monde.public.fiche, readers=(), strangers=PERSONAE)
    assert not Mot.objects.filter(mot="xylographie").exists()


def test_name_that_a_partner_only_territory_gives_to_a_common_theme(monde):
    fabriques.ReglageThemeFactory(
        theme=monde.public.theme, territoire=monde.prive.territoire, nom="Xylographie"
    )
    assert seen(monde, "anonyme", "xylographie") == []
    neighbour = monde.personae["coordinateur_autre_territoire"]
    assert find("xylographie", user=neighbour, territoire=monde.prive.territoire) == [monde.prive.fiche.pk]


@pytest.mark.parametrize(
    "said",
    [
        {"statut": "brouillon"},
        {"statut": "archivee"},
        {"debut": timezone.localdate() + timedelta(days=1)},
        {"fin": timezone.localdate() - timedelta(days=1)},
    ],
    ids=["brouillon", "archivee", "a venir", "finie"],
)
def test_fiche_that_is_not_in_force_is_found_by_nobody(monde, make, said):
    check_secret(monde, "xylographie", make(**said), readers=(), strangers=PERSONAE)


@pytest.mark.parametrize("statut", ["brouillon", "archivee"])
def test_fiche_of_a_structure_that_is_not_published_is_found_by_nobody(monde, make, statut):
    fiche = make()
    fiche.structure.statut = statut
    fiche.structure.save()
    check_secret(monde, "xylographie", fiche, readers=(), strangers=PERSONAE)


def test_fiche_is_found_from_its_first_day_to_its_last(monde, make):
    now = timezone.localtime()
    day = now.date()
    fiche = make(debut=day + timedelta(days=2), fin=day + timedelta(days=4))
    found = [find("xylographie", a=now + timedelta(days=delta)) == [fiche.pk] for delta in range(7)]
    assert found == [False, False, True, True, True, False, False]


def test_place_of_a_partner_of_another_territory(monde):
    """Shown to who reads that territory, which everybody does not."""
    lieu = fabriques.LieuFactory(structure=monde.prive.structure, nom="Accueil", adresse="Xylographie")
    fabriques.PermanenceFactory(competence=monde.public.fiche, lieu=lieu)
    assert seen(monde, "anonyme", "xylographie") == []


@pytest.mark.parametrize("persona", [*PARTNERS, *STRANGERS])
def test_no_filter_tells_where_a_confidential_place_is(monde, persona):
    """Not even to partners, who read it on the fiche: lists are read over the shoulder, and printed."""
    commune = fabriques.CommuneFactory()
    lieu = monde.public.lieu
    lieu.code_insee, lieu.latitude, lieu.longitude = commune.pk, commune.latitude, commune.longitude
    lieu.save()
    user = monde.personae[persona]
    assert search(user=user).facettes["commune"] == {}
    assert find(user=user, communes=(commune.pk,)) == []
    assert find(user=user, communes=(commune.pk,), rayon=20) == []
    far = fabriques.CommuneFactory(code="69266", nom="Villeurbanne", latitude=45.77, longitude=4.88)
    assert search(user=user, communes=(far.pk,)).autour == ()


# Corrections, completions


def test_correction_names_only_words_that_the_reader_may_read(monde, make):
    """Two words are as near: one of them is written where this reader reads nothing."""
    make(objectifs="Kervelec.", structure=monde.prive.structure, theme=fabriques.ThemeFactory())
    public = make(objectifs="Kervelet.")
    resultats = search("kervelex")
    assert [t.fiche_id for t in resultats.lire(0, 9)] == [public.pk]
    assert [correction.lus for correction in resultats.corrections] == [("kervelet",)]
    assert "kervelec" not in str(resultats.lire(0, 9))


def test_partner_is_not_told_the_reserved_words_of_others(monde, make):
    """Being a partner somewhere opens nothing elsewhere."""
    monde.prive.structure.attentes = "Kervelec."
    monde.prive.structure.save()
    public = make(objectifs="Kervelet.")
    resultats = search("kervelex", user=monde.personae["membre"])
    assert [t.fiche_id for t in resultats.lire(0, 9)] == [public.pk]
    assert [correction.lus for correction in resultats.corrections] == [("kervelet",)]


def test_suggestions_name_nothing_that_may_not_be_read(monde, make):
    make(nom="Atelier Xylographie", visibilite="partenaires")
    make(nom="Atelier Xylographie", structure=monde.prive.structure, theme=fabriques.ThemeFactory())
    fabriques.SigleFactory(
        sigle="XYL", signification="Xylographie", territoire=monde.prive.territoire, synonymes=[]
    )
    fabriques.ThemeFactory(nom="Xylothèque", territoire=monde.prive.territoire)
    assert suggest("xyl", territoire=monde.public.territoire) == []
    labels = [
        item.libelle
        for item in suggest("xyl", user=monde.personae["membre"], territoire=monde.public.territoire)
    ]
    assert labels == ["Atelier Xylographie"]


# In general


def list_words():
    return list(Mot.objects.order_by("mot").values_list("mot", flat=True))


@pytest.fixture
def varied(monde, make):
    """Fiches of all the kinds that some may read and others not."""
    make(visibilite="partenaires", nom="Réservée")
    make(statut="brouillon", nom="Brouillon")
    make(nom="Demain", debut=timezone.localdate() + timedelta(days=1))
    make(nom="Finie", fin=timezone.localdate() - timedelta(days=1))
    make(structure=monde.prive.structure, theme=fabriques.ThemeFactory(), nom="Voisine")
    make(structure=monde.prive.structure, theme=fabriques.ThemeFactory(), visibilite="partenaires")
    above = fabriques.StructureFactory(territoire=monde.public.territoire.parent, nom="Au-dessus")
    make(structure=above)
    return monde


@pytest.mark.parametrize(
    ("persona", "place"),
    [
        *((persona, "") for persona in PERSONAE),
        ("anonyme", "public"),
        ("anonyme", "prive"),
        ("membre", "public"),
        ("membre", "prive"),
        ("coordinateur_autre_territoire", "public"),
    ],
)
def test_every_word_finds_only_fiches_that_its_reader_may_read(varied, persona, place):
    user = varied.personae[persona]
    territoire = getattr(varied, place).territoire if place else None
    droits = load_droits(user or AnonymousUser())
    within = droits.scope_of(territoire) if territoire else None
    readable = Competence.objects.visible_to(droits, timezone.localdate(), within)
    readable = set(readable.values_list("pk", flat=True))
    assert set(find(user=user, territoire=territoire)) == readable
    for mot in list_words():
        for typed, en_cours in ((mot, False), (mot[:3], True)):
            resultats = search(typed, user=user, territoire=territoire, en_cours=en_cours)
            found = {trouvaille.fiche_id for trouvaille in resultats.lire(0, 999)}
            assert found <= readable, typed
            assert sum(resultats.facettes["theme"].values()) <= len(readable)
            levels = {raison.niveau for t in resultats.lire(0, 999) for raison in t.raisons}
            assert persona != "anonyme" or "reserve" not in levels


@pytest.mark.parametrize("persona", PERSONAE)
@pytest.mark.parametrize("secret", [SECRET_ADRESSE, SECRET_CONTACT, SECRET_PROCEDURE])
def test_marks_of_the_small_world(monde, persona, secret):
    expected = set()
    if persona in {*PARTNERS, "admin"}:
        expected.add(monde.public.fiche.pk)
    if persona in {"coordinateur_autre_territoire", "admin"}:
        expected.add(monde.prive.fiche.pk)
    assert set(seen(monde, persona, secret)) == expected


def test_readers_of_different_rights_are_not_given_the_memory_of_one_another(monde):
    """What words find is kept by rights: who asks second is answered for themselves."""
    fabriques.ContactFactory(structure=monde.public.structure, nom="Xylographie", partenaires=True)
    for persona in ("membre", "anonyme", "coordinateur_autre_territoire", "membre", "anonyme"):
        assert bool(seen(monde, persona, "xylographie")) == (persona == "membre")
    assert isinstance(search("xylographie").lecture, Lecture)
