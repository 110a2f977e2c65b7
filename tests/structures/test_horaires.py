"""Opening hours: the table of cases (tests/donnees/horaires.csv), and what must hold for any text."""

import csv
import re
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from opening_hours import OpeningHours

from structures.horaires import Periode, est_ouvert, etat, fuseau, phrase, prochains_jours
from structures.horaires_mots import sans_redite

TABLE = Path(__file__).parents[1] / "donnees" / "horaires.csv"
CAS = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))
ORDINAIRE = "Mo-Fr 09:00-12:00,14:00-17:00; Sa 09:00-12:00; PH off"
LUNDI = datetime.fromisoformat("2026-11-23T10:00+01:00")
PERIODE = re.compile(r"(\w+)( de la fiche)? (\S{10})\.\.(\S{10})?(?: \{(.*?)\})?(?: (.*))?")


def lire_periodes(texte):
    """« fermeture 2026-08-01..2026-08-24 congés / horaires de la fiche 2026-12-24..2026-12-24 {09:00-12:00} »."""
    return tuple(
        Periode(
            nature=trouve[1],
            debut=date.fromisoformat(trouve[3]),
            fin=date.fromisoformat(trouve[4]) if trouve[4] else None,
            horaires=trouve[5] or "",
            message=trouve[6] or "",
            competence_id=1 if trouve[2] else None,
        )
        for trouve in (PERIODE.fullmatch(morceau) for morceau in texte.split(" / ") if morceau)
    )


def avec_espaces(texte):
    return texte.replace("\u2060", "").replace("\u00a0", " ")


@pytest.mark.parametrize("cas", CAS, ids=[cas["cas"] for cas in CAS])
def test_open_at_an_instant_is_what_the_state_says_until_it_changes(cas):
    a = datetime.fromisoformat(cas["instant"])
    arguments = {
        "departement": cas["departement"],
        "periodes": lire_periodes(cas["periodes"] or ""),
        "base": cas["base"] or None,
    }
    ouvert, valable = est_ouvert(cas["horaires"], a=a, **arguments)
    for instant in (a, a + (valable - a) / 2, valable - timedelta(minutes=1)):
        if instant >= a:
            assert ouvert == (etat(cas["horaires"], a=instant, **arguments).statut == "ouvert")


@pytest.mark.parametrize("cas", CAS, ids=[cas["cas"] for cas in CAS])
def test_case_of_the_table(cas):
    a = datetime.fromisoformat(cas["instant"])
    reponse = etat(
        cas["horaires"],
        a=a,
        departement=cas["departement"],
        periodes=lire_periodes(cas["periodes"]),
        base=cas["base"] or None,
    )
    assert (reponse.statut, avec_espaces(phrase(reponse, a))) == (cas["statut"], cas["phrase"])


def test_the_table_is_large_and_its_cases_are_distinct():
    assert len(CAS) >= 80
    assert len({cas["cas"] for cas in CAS}) == len(CAS)
    assert {cas["statut"] for cas in CAS} == {"ouvert", "ferme", "inconnu", "sur_rendez_vous"}


# --- The state


def test_times_are_in_the_zone_of_the_place():
    reponse = etat(ORDINAIRE, a=LUNDI, departement="974")
    assert reponse.prochaine_ouverture.isoformat() == "2026-11-23T14:00:00+04:00"
    assert reponse.jour == date(2026, 11, 23)


def test_opening_after_a_change_of_clocks_has_the_new_offset():
    reponse = etat("Su 09:00-12:00", a=datetime.fromisoformat("2026-03-28T10:00+01:00"), departement="69")
    assert reponse.prochaine_ouverture.isoformat() == "2026-03-29T09:00:00+02:00"


def test_second_passage_of_an_hour_closes_in_the_future():
    a = datetime.fromisoformat("2026-10-25T02:15+01:00")
    assert etat("01:00-02:30", a=a, departement="69").jusqua.isoformat() == "2026-10-25T02:30:00+01:00"


def test_naive_instant_is_refused():
    with pytest.raises(ValueError, match="fuseau"):
        etat(ORDINAIRE, a=datetime(2026, 11, 23), departement="69")  # noqa: DTZ001


def test_message_of_every_period_of_the_day_is_told():
    periodes = (
        Periode(date(2026, 11, 23), date(2026, 11, 27), message="travaux"),
        Periode(date(2026, 11, 1), None, nature="message", message="Entrée par la cour"),
        Periode(date(2026, 11, 24), None, nature="message", message="demain"),
    )
    reponse = etat(ORDINAIRE, a=LUNDI, departement="69", periodes=periodes)
    assert reponse.message == "travaux · Entrée par la cour"


def test_long_reason_stays_out_of_the_line():
    motif = "Nous déménageons au 12 rue de la République, deuxième étage, porte de gauche."
    periodes = (Periode(date(2026, 11, 23), date(2026, 11, 27), message=motif),)
    reponse = etat(ORDINAIRE, a=LUNDI, departement="69", periodes=periodes)
    assert phrase(reponse, LUNDI) == "Fermé jusqu’au 27 novembre inclus"
    assert reponse.message == motif


def test_any_object_with_the_attributes_is_a_period():
    periode = SimpleNamespace(
        debut=date(2026, 11, 23), fin=None, nature="fermeture", horaires="", message="travaux"
    )
    assert etat(ORDINAIRE, a=LUNDI, departement="69", periodes=[periode]).statut == "ferme"


def test_closure_until_the_last_date_there_is():
    periodes = (Periode(date(2026, 1, 1), date.max),)
    reponse = etat(ORDINAIRE, a=LUNDI, departement="69", periodes=periodes)
    assert (reponse.fermeture_fin, reponse.prochaine_ouverture) == (date.max, None)


def test_comment_of_the_slot_and_of_the_closed_day():
    horaires = 'Mo 09:00-12:00 "sonner à l’interphone"; Tu off "permanence au 115"'
    assert etat(horaires, a=LUNDI, departement="69").commentaire == "sonner à l’interphone"
    mardi = etat(horaires, a=LUNDI + timedelta(days=1), departement="69")
    assert (mardi.statut, mardi.commentaire) == ("ferme", "permanence au 115")


def test_holiday_is_named_even_when_open():
    noel = datetime.fromisoformat("2026-12-25T10:00+01:00")
    assert etat("24/7", a=noel, departement="69").ferie == "Noël"


def test_hours_are_written_with_non_breaking_spaces():
    reponse = etat("Mo-Fr 08:30-12:30", a=LUNDI, departement="69")
    assert phrase(reponse, LUNDI) == "Ouvert maintenant, jusqu’à 12\u00a0h\u00a030"
    jour = prochains_jours("Mo-Fr 08:30-12:30", a=LUNDI, departement="69", jours=1)[0]
    assert jour.heures == "8\u00a0h\u00a030\u00a0–\u2060\u00a012\u00a0h\u00a030"


@pytest.mark.parametrize(
    ("code", "zone"),
    [
        ("69", "Europe/Paris"),
        ("2A", "Europe/Paris"),
        ("", "Europe/Paris"),
        ("971", "America/Guadeloupe"),
        ("972", "America/Martinique"),
        ("973", "America/Cayenne"),
        ("974", "Indian/Reunion"),
        ("975", "America/Miquelon"),
        ("976", "Indian/Mayotte"),
        ("977", "America/St_Barthelemy"),
        ("978", "America/Marigot"),
        ("986", "Pacific/Wallis"),
        ("987", "Pacific/Tahiti"),
        ("988", "Pacific/Noumea"),
    ],
)
def test_time_zone_of_a_departement(code, zone):
    assert fuseau(code).key == zone


def test_twenty_places_are_answered_in_less_than_five_milliseconds():
    textes = [cas["horaires"] for cas in CAS if cas["horaires"]][:: len(CAS) // 20][:20]
    periodes = (Periode(date(2026, 8, 1), date(2026, 8, 24)),)

    def repondre():
        debut = time.thread_time()
        for texte in textes:
            etat(texte, a=LUNDI, departement="974", periodes=periodes)
        return time.thread_time() - debut

    repondre()
    assert len(textes) == 20
    assert min(repondre() for _ in range(20)) < 0.005


# --- The coming days


def test_coming_days_at_the_end_of_the_year():
    a = datetime.fromisoformat("2026-12-24T10:00+01:00")
    periodes = (Periode(date(2026, 12, 28), date(2026, 12, 31), message="congés"),)
    jours = prochains_jours(ORDINAIRE, a=a, departement="69", periodes=periodes, jours=9)
    assert [(j.label, avec_espaces(j.heures), j.ferie, j.fermeture) for j in jours] == [
        ("jeudi 24 décembre", "9 h – 12 h, 14 h – 17 h", "", ""),
        ("vendredi 25 décembre", "fermé", "Noël", ""),
        ("samedi 26 décembre", "9 h – 12 h", "", ""),
        ("dimanche 27 décembre", "fermé", "", ""),
        ("lundi 28 décembre", "fermé", "", "congés"),
        ("mardi 29 décembre", "fermé", "", "congés"),
        ("mercredi 30 décembre", "fermé", "", "congés"),
        ("jeudi 31 décembre", "fermé", "", "congés"),
        ("vendredi 1er janvier", "fermé", "Jour de l’an", ""),
    ]
    assert [j.statut for j in jours[:3]] == ["ouvert", "ferme", "ouvert"]


def test_coming_days_begin_with_the_day_of_the_place():
    jours = prochains_jours("22:00-06:00", a=LUNDI, departement="987", jours=1)
    assert jours[0].label == "dimanche 22 novembre"
    assert [i.isoformat() for i in jours[0].creneaux[0]] == [
        "2026-11-22T22:00:00-10:00",
        "2026-11-23T06:00:00-10:00",
    ]
    assert avec_espaces(jours[0].heures) == "22 h – 6 h (le lendemain)"


def test_coming_days_of_unknown_hours():
    assert [j.heures for j in prochains_jours("", a=LUNDI, departement="69", jours=2)] == [
        "non renseigné"
    ] * 2
    jour = prochains_jours("fixme", a=LUNDI, departement="69", jours=1)[0]
    assert (jour.statut, jour.heures) == ("inconnu", "à vérifier")


def test_coming_day_that_hangs_on_school_holidays_says_so():
    lundi, *_, samedi = prochains_jours("Mo-Fr 09:00-12:00; SH off", a=LUNDI, departement="69", jours=6)
    assert (lundi.statut, lundi.commentaire) == ("inconnu", "à vérifier pendant les vacances scolaires")
    assert (samedi.statut, samedi.commentaire) == ("ferme", "")


def test_coming_days_tell_what_is_by_appointment():
    jour = prochains_jours('Mo 09:00-12:00 "sur rendez-vous"', a=LUNDI, departement="69", jours=1)[0]
    assert (jour.statut, avec_espaces(jour.heures)) == ("sur_rendez_vous", "9 h – 12 h (sur rendez-vous)")


# --- A fiche with hours of its own, at a place that changes its hours

PROPRES = 'Tu 14:00-17:00 "avec l’écrivain public"; Th 09:00-12:00 "sur rendez-vous"'
BASE = "Mo-Fr 09:00-12:00,14:00-17:00; PH off"
MATIN = (Periode(date(2026, 11, 23), date(2026, 11, 27), "horaires", "Mo-Fr 08:30-11:00"),)


def test_coming_days_of_a_fiche_are_within_the_hours_of_the_place():
    jours = prochains_jours(PROPRES, a=LUNDI, departement="69", periodes=MATIN, base=BASE, jours=5)
    assert [(j.statut, avec_espaces(j.heures), avec_espaces(j.commentaire)) for j in jours] == [
        ("ferme", "fermé", ""),
        (
            "inconnu",
            "14 h – 17 h (avec l’écrivain public, à confirmer)",
            "avec l’écrivain public · à vérifier : horaires modifiés ce jour-là",
        ),
        ("ferme", "fermé", ""),
        ("sur_rendez_vous", "9 h – 11 h (sur rendez-vous)", "sur rendez-vous"),
        ("ferme", "fermé", ""),
    ]


def test_hours_of_the_place_may_be_unknown():
    jeudi = datetime.fromisoformat("2026-11-26T10:00+01:00")
    reponse = etat(PROPRES, a=jeudi, departement="69", periodes=MATIN, base="")
    assert (reponse.statut, reponse.jusqua.hour) == ("sur_rendez_vous", 11)


def test_without_own_hours_other_hours_of_the_place_replace():
    mardi = datetime.fromisoformat("2026-11-24T15:00+01:00")
    assert etat(BASE, a=mardi, departement="69", periodes=MATIN).statut == "ferme"
    assert etat(PROPRES, a=mardi, departement="69", periodes=MATIN, base=BASE).raison == "modifies"


@pytest.mark.parametrize(
    ("message", "motif"),
    [
        ("Fermé toute la journée : formation", "formation"),
        ("Fermée : grève", "grève"),
        ("Fermeture exceptionnelle\u00a0: inondation", "inondation"),
        ("Fermé pour travaux", "pour travaux"),
        ("Fermé le 24 et le 31", ""),
        ("fermeture annuelle", "fermeture annuelle"),
        ("congés : réouverture lundi", "congés : réouverture lundi"),
        ("", ""),
    ],
)
def test_closure_is_not_told_twice(message, motif):
    assert sans_redite(message) == motif


# --- What holds for any hours

HEURES = st.integers(0, 23 * 4).map(lambda quart: f"{quart // 4:02}:{quart % 4 * 15:02}")
PLAGES = st.tuples(HEURES, HEURES).filter(lambda p: p[0] != p[1]).map("-".join)
SANS_NUIT = st.tuples(HEURES, HEURES).filter(lambda p: p[0] < p[1]).map("-".join)
JOURS = st.sampled_from(["", "Mo", "Mo-Fr", "Sa-Su", "We,Fr", "Tu[2]", "Fr[-1]", "Sa-Mo"])
FERIES = st.sampled_from(["PH", "Mo-Fr,PH", "PH Mo-Fr", "PH -1 day", "PH +1 day", "Sa,PH"])
DATES = st.sampled_from(
    [
        "",
        "Jul-Aug",
        "Dec 20-Jan 05",
        "week 2-52/2",
        "2026",
        "2026 Jul-Aug",
        "easter +1 day",
        "Nov 11",
        "2027-2028",
    ]
)
ETATS = st.sampled_from(["", "off", "unknown", '"sur rendez-vous"', 'off "congés"'])
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
DEPARTEMENTS = st.sampled_from(["69", "67", "971", "974", "987", "988"])


@st.composite
def regles(draw, jours=JOURS | FERIES, plages=PLAGES, etats=ETATS):
    morceaux = (draw(DATES), draw(jours), draw(plages), draw(etats))
    return " ".join(filter(None, morceaux))


@st.composite
def expressions(draw):
    texte = draw(regles())
    for regle in draw(st.lists(regles(), max_size=3)):
        texte += draw(st.sampled_from(["; ", ", ", " || "])) + regle
    return texte


JOUR = st.dates(date(2025, 12, 1), date(2028, 12, 31))
PERIODES = st.lists(
    st.builds(
        lambda debut, duree, nature, horaires: Periode(
            debut, None if duree is None else debut + timedelta(days=duree), nature, horaires, "message"
        ),
        JOUR,
        st.none() | st.integers(0, 500),
        st.sampled_from(["fermeture", "horaires", "message"]),
        regles() | st.just(""),
    ),
    max_size=3,
)


@settings(deadline=None, max_examples=150)
@given(expressions(), INSTANTS, DEPARTEMENTS, PERIODES)
def test_any_valid_hours_get_a_state_that_agrees_with_the_coming_days(texte, a, departement, periodes):
    reponse = etat(texte, a=a, departement=departement, periodes=periodes)
    assert phrase(reponse, a)
    local = a.astimezone(fuseau(departement))
    jours = prochains_jours(
        texte, a=a - timedelta(days=1), departement=departement, periodes=periodes, jours=2
    )
    horloge = local.replace(tzinfo=None)
    ouvert = any(
        debut.replace(tzinfo=None) <= horloge < fin.replace(tzinfo=None)
        for jour in jours
        for debut, fin in jour.creneaux
        if jour.statut != "inconnu" and (jour.date == local.date() or fin.date() > jour.date)
    )
    if not ouvert:
        entre_deux = reponse.statut == "sur_rendez_vous" and reponse.prochaine_sur_rendez_vous
        assert entre_deux or reponse.statut in ("ferme", "inconnu")
    elif all(jour.statut != "inconnu" for jour in jours):
        assert reponse.statut != "ferme"


@settings(deadline=None, max_examples=150)
@given(expressions(), INSTANTS, DEPARTEMENTS, PERIODES)
def test_what_is_announced_comes_true(texte, a, departement, periodes):
    """At the announced opening it is open and was not just before; at the announced end it no longer is."""
    reponse = etat(texte, a=a, departement=departement, periodes=periodes)

    def statut(instant):
        return etat(texte, a=instant, departement=departement, periodes=periodes).statut

    ouverture = reponse.prochaine_ouverture
    if ouverture:
        assert ouverture.astimezone(UTC) > a
        assert statut(ouverture) in ("ouvert", "sur_rendez_vous")
        assert statut(ouverture.astimezone(UTC) - timedelta(minutes=1)) != "ouvert"
    if reponse.jusqua:
        assert reponse.jusqua.astimezone(UTC) > a
        suivant = etat(texte, a=reponse.jusqua, departement=departement, periodes=periodes)
        assert suivant.statut != reponse.statut or suivant.prochaine_sur_rendez_vous
        assert statut(reponse.jusqua.astimezone(UTC) - timedelta(minutes=1)) == reponse.statut


@settings(deadline=None, max_examples=150)
@given(
    st.lists(
        regles(jours=JOURS, plages=SANS_NUIT, etats=st.sampled_from(["", "unknown"])), min_size=1, max_size=3
    ),
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31)),  # noqa: DTZ001
)
@example(["Mo-Fr 09:00-12:00", "Tu[2] 10:00-11:00"], datetime(2026, 11, 10, 10))  # noqa: DTZ001
def test_agrees_with_the_package_where_the_package_can_tell(suite, naif):
    """Without holidays, nights, fallbacks and months of a given year, the package alone must say the same."""
    texte = "; ".join(regle for regle in suite if "2026 Jul" not in regle) or "off"
    a = naif.replace(tzinfo=fuseau("69"))
    if a.astimezone(UTC).astimezone(a.tzinfo).replace(tzinfo=None) != naif:
        return  # an hour that the clock skips
    attendu = {"open": "ouvert", "closed": "ferme", "unknown": "inconnu"}[
        str(OpeningHours(texte).state(naif)[0])
    ]
    assert etat(texte, a=a, departement="69").statut == attendu


@settings(deadline=None, max_examples=150)
@given(
    st.text(max_size=60) | st.text(alphabet='MoTuFrPHSH0123456789:-;, "[]|/+JanDecweekoff', max_size=60),
    INSTANTS,
)
def test_any_text_gets_a_state(texte, a):
    reponse = etat(texte, a=a, departement="69")
    assert phrase(reponse, a)
    assert len(prochains_jours(texte, a=a, departement="69", jours=3)) == 3
