"""The card of a fiche in a list: what each reader is shown, from the index or the fiche; what is open, in memory."""

import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.safestring import mark_safe

from structures import horaires, ouvertures
from structures.affichage import present_fiche
from structures.cartes import load_cartes, make_carte, present_carte, say_distance, write_carte
from structures.droits import load_droits, public_droits
from structures.models import Competence, FicheIndexee
from structures.views.listes import read_cartes
from structures.vocabulaires import load_vocabulaire
from tests import fabriques
from tests.conftest import PERSONAE, SECRET_ADRESSE, SECRET_CONTACT, SECRET_PROCEDURE

PARIS = ZoneInfo("Europe/Paris")
MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=PARIS)
TODAY = MONDAY.date()


@pytest.fixture(autouse=True)
def no_memory():
    ouvertures.forget_etats()


def droits_of(monde, persona):
    user = monde.personae[persona]
    return load_droits(user) if user else public_droits()


def reload_fiche(fiche):
    return Competence.objects.select_related("structure", "theme").get(pk=fiche.pk)


def places_of(fiche):
    return fiche.permanences.select_related("lieu__structure").prefetch_related("lieu__periodes")


def index(fiche, today=TODAY):
    """Store the card of a fiche as the indexer does."""
    fiche = reload_fiche(fiche)
    carte = write_carte(fiche, places_of(fiche), today)
    FicheIndexee.objects.update_or_create(
        fiche_id=fiche.pk, defaults={"version": 1, "retiree": False, "carte": carte}
    )
    return load_cartes([fiche.pk])[fiche.pk]


def show(fiche, droits, now=MONDAY, **options):
    """Return the card as read from the index; made from the fiche, it is the same."""
    fiche, vocabulaire = reload_fiche(fiche), load_vocabulaire(droits, None)
    stored = present_carte(index(fiche, now.date()), droits, vocabulaire, now)
    assert stored == make_carte(fiche, places_of(fiche), droits, vocabulaire, now=now)
    return (
        stored
        if not options
        else present_carte(load_cartes([fiche.pk])[fiche.pk], droits, vocabulaire, now, **options)
    )


def draw(*cartes, **options):
    return render_to_string("includes/cartes.html", {"cartes": cartes, "niveau": 2} | options)


# --- What a card says


@pytest.mark.django_db
def test_card_says_what_the_fiche_says(monde):
    """The card and the fiche read the same rows in two ways: they must not contradict each other."""
    droits, now = droits_of(monde, "membre"), timezone.localtime()
    vocabulaire = load_vocabulaire(droits, None)
    fiches = [
        fabriques.CompetenceFactory(structure=monde.public.structure, **{trait: True})
        for trait in ("complete", "suspendue", "partenaires")
    ]
    for fiche in (monde.public.fiche, *fiches):
        fiche = reload_fiche(fiche)
        vue = present_fiche(fiche, places_of(fiche), droits, vocabulaire, now=now)
        carte = show(fiche, droits, now)
        for name in ("titre", "url", "commune", "ouverture", "sur_orientation", "fraicheur", "reservee"):
            assert getattr(carte, name) == getattr(vue, name), name
        assert (carte.theme.pk, carte.theme.nom) == (vue.theme.pk, vue.theme.nom)
        assert carte.structure == vue.structure.nom
        assert (carte.disponibilite.etat, carte.disponibilite.libelle) == (
            vue.disponibilite.etat,
            vue.disponibilite.libelle,
        )
        assert carte.frais.startswith(vue.frais)


@pytest.mark.django_db
def test_card_tells_for_whom_at_what_cost_on_which_conditions(monde):
    fiche = fabriques.CompetenceFactory(
        structure=monde.public.structure,
        publics_precisions="- Jeunes de 16 à 25 ans\n- Sans diplôme",
        conditions_acces="- Habiter la commune\n\n- Être inscrit à France Travail",
        frais="payant",
        frais_precisions="3 € le repas.\nGratuit pour les enfants.",
        mobilisable_par=["professionnels"],
        modes_accueil=["a-distance"],
        fin=date(2026, 3, 31),
    )
    carte = show(fiche, droits_of(monde, "anonyme"))
    assert carte.resume == "Jeunes de 16 à 25 ans"
    assert carte.conditions == "Habiter la commune · Être inscrit à France Travail"
    assert carte.frais == "Payant · 3 € le repas"
    assert carte.fin == "Jusqu’au 31 mars 2026"
    assert carte.sur_orientation
    assert carte.a_distance
    html = draw(carte)
    for said in (
        "Jeunes de 16",
        "Habiter la commune",
        "3 € le repas",
        "Sur orientation",
        "À distance",
        "31 mars",
    ):
        assert said in html


@pytest.mark.django_db
def test_long_texts_are_cut_and_a_long_cost_is_left_to_the_fiche(monde):
    fiche = fabriques.CompetenceFactory(
        structure=monde.public.structure,
        publics_precisions="1\u00a0mot " * 400,
        conditions_acces="règle " * 400,
        frais="payant",
        frais_precisions="selon le quotient familial de la caisse d’allocations familiales",
    )
    carte = show(fiche, droits_of(monde, "anonyme"))
    assert len(carte.resume) <= 220
    assert len(carte.conditions) <= 120
    assert carte.resume.endswith("1\u00a0mot…")
    assert carte.frais == "Payant"


@pytest.mark.django_db
def test_conditions_stand_for_the_public_when_nothing_else_tells_it(monde):
    fiche = fabriques.CompetenceFactory(
        structure=monde.public.structure,
        publics=[],
        publics_precisions="",
        conditions_acces="Habiter la commune.",
    )
    carte = show(fiche, droits_of(monde, "anonyme"))
    assert (carte.resume, carte.conditions) == ("Habiter la commune.", "")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "begin, end, on, suspended",
    [
        (date(2026, 3, 2), None, MONDAY, True),
        (date(2026, 3, 3), None, MONDAY, False),
        (date(2026, 2, 1), date(2026, 3, 2), MONDAY, True),
        (date(2026, 2, 1), date(2026, 3, 1), MONDAY, False),
    ],
)
def test_suspension_begins_and_ends_by_itself(monde, begin, end, on, suspended):
    fiche = fabriques.CompetenceFactory(
        structure=monde.public.structure, suspension_debut=begin, suspension_fin=end, disponibilite="places"
    )
    carte = show(fiche, droits_of(monde, "anonyme"), on)
    assert carte.disponibilite.etat == ("suspendue" if suspended else "places")


@pytest.mark.django_db
def test_freshness_follows_the_clock(monde):
    fiche = fabriques.CompetenceFactory(structure=monde.public.structure, confirme_le=date(2026, 3, 1))
    droits = droits_of(monde, "anonyme")
    assert show(fiche, droits).fraicheur.etat == "a-jour"
    assert show(fiche, droits, MONDAY + timedelta(days=2000)).fraicheur.etat == "a-verifier"


@pytest.mark.django_db
def test_theme_hidden_since_keeps_its_name_on_the_card(monde):
    hidden = fabriques.ThemeFactory(nom="Ancien thème", couleur="azur", retire=True)
    fiche = fabriques.CompetenceFactory(structure=monde.public.structure, theme=hidden)
    theme = show(fiche, droits_of(monde, "anonyme")).theme
    assert (theme.pk, theme.nom, theme.couleur) == (hidden.pk, "Ancien thème", "azur")


@pytest.mark.parametrize(
    "km, words",
    [
        (0.0, "à moins de 100 m"),
        (0.82, "à 800 m"),
        (0.96, "à 1,0 km"),
        (1.23, "à 1,2 km"),
        (9.96, "à 10 km"),
        (14.4, "à 14 km"),
    ],
)
def test_distance_in_words(km, words):
    assert say_distance(km).replace("\u00a0", " ") == words


# --- Who reads what


@pytest.mark.django_db
@pytest.mark.parametrize("persona", PERSONAE)
def test_confidential_place_is_never_told_on_a_card(monde, persona):
    monde.public.lieu.commune, monde.public.lieu.code_insee = "Cachette-sur-Rhône", "69034"
    monde.public.lieu.save()
    carte = show(monde.public.fiche, droits_of(monde, persona), distance=0.4)
    assert carte.commune == carte.distance == ""
    html = draw(carte)
    for secret in ("Cachette", SECRET_ADRESSE, SECRET_CONTACT, SECRET_PROCEDURE):
        assert secret not in html


@pytest.mark.django_db
@pytest.mark.parametrize(
    "persona, told", [("anonyme", False), ("coordinateur_autre_territoire", False), ("membre", True)]
)
def test_reason_of_a_closure_at_a_confidential_place_is_for_partners(monde, persona, told):
    fabriques.PeriodeFactory(
        lieu=monde.public.lieu,
        nature="fermeture",
        debut=date(2026, 3, 1),
        fin=date(2026, 3, 9),
        message="dégât au 17",
    )
    ouverture = show(monde.public.fiche, droits_of(monde, persona)).ouverture
    assert ouverture.etat == "exceptionnel"
    assert ("dégât" in ouverture.libelle) is told


@pytest.mark.django_db
def test_partner_fiche_is_marked(monde):
    fiche = fabriques.CompetenceFactory(structure=monde.public.structure, partenaires=True)
    html = draw(show(fiche, droits_of(monde, "membre")))
    assert "carte--reservee" in html
    assert "Partenaires" in html


@pytest.mark.django_db
@pytest.mark.parametrize("persona, read", [("anonyme", False), ("membre", False), ("admin", True)])
def test_place_at_a_partner_of_an_unreadable_territory_is_left_out(monde, persona, read):
    host = fabriques.LieuFactory(
        structure=monde.prive.structure, nom="Chez l’autre", commune="Loin", code_insee=""
    )
    fiche = fabriques.CompetenceFactory(structure=monde.public.structure)
    fabriques.PermanenceFactory(competence=fiche, lieu=host)
    carte = show(fiche, droits_of(monde, persona))
    assert (carte.commune, carte.ouverture is not None) == (("Loin", True) if read else ("", False))


@pytest.mark.django_db
def test_place_at_a_partner_that_is_not_published_is_not_even_written(monde):
    other = fabriques.StructureFactory(territoire=monde.public.territoire, statut="archivee")
    fiche = fabriques.CompetenceFactory(structure=monde.public.structure)
    fabriques.PermanenceFactory(competence=fiche, lieu=fabriques.LieuFactory(structure=other))
    assert "l" not in index(fiche)


# --- How it is drawn


@pytest.mark.django_db
def test_extract_is_highlighted_and_everything_else_is_escaped(monde):
    fiche = fabriques.CompetenceFactory(
        structure=monde.public.structure, nom="<b>Titre</b>", publics_precisions="<i>"
    )
    droits = droits_of(monde, "anonyme")
    html = draw(show(fiche, droits, extrait=mark_safe("les <mark>colis</mark>"), raisons=("<u>motif</u>",)))
    assert "les <mark>colis</mark>" in html
    assert "Pourquoi ce résultat" in html
    assert "<b>" not in html
    assert "<u>" not in html
    plain = draw(show(fiche, droits, extrait="les <mark>colis</mark>"))
    assert "<mark>" not in plain
    assert "Pourquoi" not in plain
    assert "&lt;i&gt;" in draw(show(fiche, droits))


@pytest.mark.django_db
def test_what_the_page_says_is_not_said_again(monde):
    fiche = fabriques.CompetenceFactory(
        structure=monde.public.structure, theme=fabriques.ThemeFactory(nom="Repas")
    )
    carte = show(fiche, droits_of(monde, "anonyme"))
    assert "carte__onglet" in draw(carte)
    assert "carte__onglet" not in draw(carte, theme_lu=fiche.theme_id)
    assert monde.public.structure.nom not in draw(carte, dans_structure=True)


@pytest.mark.django_db
def test_drawn_card_follows_what_it_shows(monde):
    """Cards are kept as drawn: a change of anything shown must show."""
    fiche, droits = monde.public.fiche, droits_of(monde, "anonyme")
    draw(show(fiche, droits))
    Competence.objects.filter(pk=fiche.pk).update(nom="Nouveau titre")
    assert "Nouveau titre" in draw(show(fiche, droits))


# --- How it is read


@pytest.mark.django_db
def test_one_query_when_indexed_whatever_the_number(monde, django_assert_num_queries):
    fiches = fabriques.CompetenceFactory.create_batch(5, structure=monde.public.structure)
    ids = [fiche.pk for fiche in fiches]
    for fiche in fiches:
        index(fiche)
    with django_assert_num_queries(1):
        assert [data["pk"] for data in read_cartes(reversed(ids))] == ids[::-1]
    with django_assert_num_queries(0):
        assert read_cartes([]) == []


@pytest.mark.django_db
def test_fiche_that_is_not_indexed_is_still_listed(monde):
    ids = []
    for fiche in fabriques.CompetenceFactory.create_batch(4, structure=monde.public.structure):
        fabriques.PermanenceFactory(
            competence=fiche, lieu=fabriques.LieuFactory(structure=monde.public.structure)
        )
        ids.append(fiche.pk)
    FicheIndexee.objects.filter(fiche_id__in=ids).delete()

    def count(some):
        with CaptureQueriesContext(connection) as queries:
            assert [data["pk"] for data in read_cartes(some)] == some
        return len(queries)

    assert count(ids[:1]) == count(ids) <= 4
    index(monde.public.fiche)
    FicheIndexee.objects.filter(fiche_id=monde.public.fiche.pk).update(retiree=True)
    assert load_cartes([monde.public.fiche.pk]) == {}
    assert read_cartes([ids[0], monde.public.fiche.pk, 10**9])[1]["pk"] == monde.public.fiche.pk


@pytest.mark.django_db
def test_a_card_is_small_and_survives_json(monde):
    fiche = fabriques.CompetenceFactory(structure=monde.public.structure, complete=True)
    data = write_carte(reload_fiche(fiche), places_of(fiche))
    assert json.loads(json.dumps(data)) == data
    assert len(json.dumps(data, ensure_ascii=False).encode()) < 1200


# --- What is open, in memory


def read(hours, now, periodes=(), departement="69", base=None):
    """Return the state from memory, after checking that it is what is worked out afresh."""
    etat = ouvertures.read_etat(hours, base, departement, periodes, now)
    fresh = horaires.etat(
        hours, a=now, departement=departement, periodes=map(ouvertures.make_periode, periodes), base=base
    )
    assert etat == fresh, now.isoformat()
    return etat


HOURS = (
    "Mo-Fr 09:00-12:00,14:00-17:00; PH off",
    'Mo-Fr 09:00-10:30 "accueil",10:30-12:00 "entretiens",14:00-17:00 unknown "à confirmer"; Sa 22:00-04:30',
    'Mo 09:00-12:00 || "sur rendez-vous"',
    "Mo-Fr 09:00-12:00; SH Mo-Fr 10:00-11:00",
    "24/7",
    "Mo-Su 01:30-02:45,22:00-26:15",
    "illisible du tout",
    "",
)
OTHER_HOURS = ("2026-03-28", "2026-03-30", "horaires", "Mo-Su 10:00-11:00", False, "")


@pytest.mark.parametrize("hours", HOURS)
@pytest.mark.parametrize(
    "start",
    [
        datetime(2026, 3, 2, 0, tzinfo=UTC),
        datetime(2026, 3, 28, 12, tzinfo=UTC),
        datetime(2026, 10, 24, 12, tzinfo=UTC),
    ],
    ids=["ordinaire", "heure-d-ete", "heure-d-hiver"],
)
def test_memory_never_outlives_the_truth(hours, start):
    """Walk 30 hours by steps of 11 minutes, over the nights when clocks change too."""
    for step in range(0, 30 * 60, 11):
        now = (start + timedelta(minutes=step)).astimezone(PARIS)
        read(hours, now)
        if "Mo-Fr" in hours:
            read(hours, now, (OTHER_HOURS,), base="Mo-Fr 08:00-18:00")


def test_state_changes_at_the_very_minute():
    hours = "Mo-Fr 09:00-12:00"
    states = [
        read(hours, MONDAY.replace(hour=hour, minute=minute, second=second)).statut
        for hour, minute, second in ((8, 59, 59), (9, 0, 0), (11, 59, 59), (12, 0, 0))
    ]
    assert states == ["ferme", "ouvert", "ouvert", "ferme"]


def test_state_is_worked_out_once(monkeypatch):
    calls = []
    for name in ("etat", "est_ouvert"):
        real = getattr(horaires, name)
        monkeypatch.setattr(
            horaires, name, lambda *args, real=real, **kwargs: calls.append(1) or real(*args, **kwargs)
        )
    for minute in range(0, 60, 5):
        now = MONDAY.replace(minute=minute)
        assert ouvertures.is_open("Mo-Fr 09:00-12:00", None, "69", (), now)
        assert ouvertures.read_etat("Mo-Fr 09:00-12:00", None, "69", (), now).statut == "ouvert"
    assert len(calls) == 2


def test_closure_begins_at_midnight():
    closure = ("2026-03-03", "2026-03-04", "fermeture", "", False, "congés")
    assert read("24/7", datetime(2026, 3, 2, 23, 59, tzinfo=PARIS), (closure,)).statut == "ouvert"
    assert read("24/7", datetime(2026, 3, 3, 0, 0, tzinfo=PARIS), (closure,)).en_fermeture
    assert read("24/7", datetime(2026, 3, 5, 0, 0, tzinfo=PARIS), (closure,)).statut == "ouvert"


def test_each_place_has_its_own_day():
    """At noon in Paris the day has just begun in Martinique, and their holidays differ."""
    hours = "Mo-Su 09:00-12:00; PH off"
    noon = datetime(2026, 5, 22, 15, tzinfo=PARIS)
    assert read(hours, noon, departement="972").ferie != read(hours, noon, departement="69").ferie


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(ouvertures, "MAX_STATES", 10)
    for hour in range(23):
        ouvertures.read_etat(f"Mo {hour:02}:00-{hour + 1:02}:00", None, "69", (), MONDAY)
        assert len(ouvertures._states) <= 10


@pytest.mark.django_db
def test_periods_that_are_over_those_of_other_fiches_and_messages_are_not_stored(monde):
    lieu, fiche = monde.public.lieu, monde.public.fiche
    other = fabriques.CompetenceFactory(structure=monde.public.structure)
    fabriques.PermanenceFactory(competence=other, lieu=lieu)
    today = date(2026, 3, 2)
    for options in (
        {"debut": date(2026, 2, 1), "fin": date(2026, 2, 5)},
        {"debut": date(2026, 3, 10), "fin": None, "competence": other},
        {"debut": date(2026, 3, 1), "fin": None, "nature": "message", "message": "Sonner"},
        {"debut": date(2026, 4, 1), "fin": date(2026, 4, 2), "message": "inventaire"},
    ):
        fabriques.PeriodeFactory(lieu=lieu, **options)
    data = write_carte(reload_fiche(fiche), places_of(fiche), today)
    assert data["l"][0]["e"] == [["2026-04-01", "2026-04-02", "fermeture", "", False, "inventaire"]]
