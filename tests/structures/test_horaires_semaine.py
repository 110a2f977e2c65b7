"""Opening hours in words: what is written, and that a reader of it knows when to come."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from structures.horaires import en_mots
from structures.horaires_mots import TIRET
from structures.horaires_osm import journee, lire
from structures.jours_feries import est_ferie

BRUT = "(notation OpenStreetMap, trop particulière pour être mise en phrases)"

MOTS = {
    "": [],
    "Mo-Fr 09:00-12:00": ["Du lundi au vendredi : 9 h – 12 h"],
    "Mo,Tu,Th 08:30-12:00,13:30-17:00": ["Lundi, mardi, jeudi : 8 h 30 – 12 h, 13 h 30 – 17 h"],
    "Sa 10:00-12:00": ["Samedi : 10 h – 12 h"],
    "Sa-Mo 10:00-12:00": ["Lundi, samedi, dimanche : 10 h – 12 h"],
    "10:00-12:00": ["Tous les jours : 10 h – 12 h"],
    "24/7": ["Tous les jours : 24 h/24"],
    "24/7; PH off": ["Tous les jours : 24 h/24", "Jours fériés : fermé"],
    "off": ["Tous les jours : fermé"],
    'off "déménagement"': ["Tous les jours : fermé (déménagement)"],
    # Later rules replace or complete earlier ones.
    "Mo-Fr 09:00-12:00; We 14:00-17:00": [
        "Lundi, mardi, jeudi, vendredi : 9 h – 12 h",
        "Mercredi : 14 h – 17 h",
    ],
    "Mo-Fr 09:00-12:00, We 14:00-17:00": [
        "Lundi, mardi, jeudi, vendredi : 9 h – 12 h",
        "Mercredi : 9 h – 12 h, 14 h – 17 h",
    ],
    "Mo-Fr 09:00-17:00; Tu 12:00-14:00 off": [
        "Lundi, du mercredi au vendredi : 9 h – 17 h",
        "Mardi : 9 h – 12 h, 14 h – 17 h",
    ],
    "Mo-Fr 09:00-12:00; Su off": ["Du lundi au vendredi : 9 h – 12 h", "Dimanche : fermé"],
    # Nights.
    "Mo-Su 22:00-06:00": ["Tous les jours : 22 h – 6 h (le lendemain)"],
    "Fr 20:00-24:00": ["Vendredi : 20 h – minuit"],
    "Mo 00:00-06:30": ["Lundi : 0 h – 6 h 30"],
    # Public and school holidays.
    "Mo-Fr 09:00-12:00; PH off": ["Du lundi au vendredi : 9 h – 12 h", "Jours fériés : fermé"],
    "Mo-Fr,PH 09:00-12:00": ["Du lundi au vendredi : 9 h – 12 h", "Jours fériés : 9 h – 12 h"],
    "Mo-Su,PH 09:00-12:00": ["Tous les jours : 9 h – 12 h", "Jours fériés : 9 h – 12 h"],
    "Mo-Fr 09:00-12:00; Su,PH off": [
        "Du lundi au vendredi : 9 h – 12 h",
        "Dimanche : fermé",
        "Jours fériés : fermé",
    ],
    "Mo-Sa 09:00-12:00; PH Mo-Fr off": [
        "Du lundi au samedi : 9 h – 12 h",
        "Jours fériés (du lundi au vendredi) : fermé",
    ],
    "Mo-Fr 09:00-12:00; PH 10:00-11:00": ["Du lundi au vendredi : 9 h – 12 h", "Jours fériés : 10 h – 11 h"],
    "Mo-Fr 09:00-17:00; PH -1 day 09:00-12:00; PH off": [
        "Du lundi au vendredi : 9 h – 17 h",
        "Veilles de jours fériés : 9 h – 12 h",
        "Jours fériés : fermé",
    ],
    "Mo-Fr 09:00-12:00; Jul-Aug PH off": [
        "Du lundi au vendredi : 9 h – 12 h",
        "Du 1er juillet au 31 août, jours fériés : fermé",
    ],
    'Mo-Fr 09:00-12:00; PH off "appeler le 115"': [
        "Du lundi au vendredi : 9 h – 12 h",
        "Jours fériés : fermé (appeler le 115)",
    ],
    "Mo-Fr 09:00-17:00; SH off": ["Du lundi au vendredi : 9 h – 17 h", "Vacances scolaires : fermé"],
    "Mo-Fr 09:00-17:00; SH Mo-Fr 09:00-12:00; PH off": [
        "Du lundi au vendredi : 9 h – 17 h",
        "Vacances scolaires (du lundi au vendredi) : 9 h – 12 h",
        "Jours fériés : fermé",
    ],
    # Seasons and dates.
    "Mo-Fr 09:00-18:00; Jul-Aug Mo-Fr 09:00-12:00": [
        "Du lundi au vendredi : 9 h – 18 h",
        "Du 1er juillet au 31 août, du lundi au vendredi : 9 h – 12 h",
    ],
    "Mo-Sa 09:00-18:00; Jul-Aug Mo-Fr 09:00-12:00": [
        "Du lundi au samedi : 9 h – 18 h",
        "Du 1er juillet au 31 août, du lundi au vendredi : 9 h – 12 h",
        "Du 1er juillet au 31 août, samedi : 9 h – 18 h",
    ],
    "Mo-Fr 09:00-12:00; Aug off": ["Du lundi au vendredi : 9 h – 12 h", "En août : fermé"],
    "Mo-Fr 09:00-12:00; Aug 1-15 off": ["Du lundi au vendredi : 9 h – 12 h", "Du 1er au 15 août : fermé"],
    "Jul-Aug Mo-Fr 08:00-12:00; Aug 1-15 off": [
        "Du 1er juillet au 31 août, du lundi au vendredi : 8 h – 12 h",
        "Du 1er au 15 août : fermé",
    ],
    "Jun 15-Sep 15 10:00-18:00": ["Du 15 juin au 15 septembre, tous les jours : 10 h – 18 h"],
    "Nov-Feb Mo 10:00-12:00": ["De novembre à février, lundi : 10 h – 12 h"],
    "Jan,Mar Mo 09:00-12:00": ["En janvier et mars, lundi : 9 h – 12 h"],
    "Mo-Fr 09:00-12:00; 2026 Dec 20-2027 Jan 05 off": [
        "Du lundi au vendredi : 9 h – 12 h",
        "Du 20 décembre 2026 au 5 janvier 2027 : fermé",
    ],
    "2026 Jul-Aug 10:00-12:00": ["Du 1er juillet au 31 août 2026, tous les jours : 10 h – 12 h"],
    "Mo-Fr 09:00-17:00; Dec 24 09:00-12:00": [
        "Du lundi au vendredi : 9 h – 17 h",
        "Le 24 décembre : 9 h – 12 h",
    ],
    "Mo-Fr 09:00-17:00; Dec 24,Dec 31 off": [
        "Du lundi au vendredi : 9 h – 17 h",
        "Le 24 décembre et le 31 décembre : fermé",
    ],
    "Mo-Fr 09:00-12:00; easter +1 day off": [
        "Du lundi au vendredi : 9 h – 12 h",
        "Le lundi de Pâques : fermé",
    ],
    "Mar Su[-1]-Oct Su[-1] Mo 10:00-12:00": [
        "Du dernier dimanche de mars au dernier dimanche d’octobre, lundi : 10 h – 12 h"
    ],
    "2026 Mo 09:00-12:00": ["En 2026, lundi : 9 h – 12 h"],
    "2026-2027 Mo 09:00-12:00": ["De 2026 à 2027, lundi : 9 h – 12 h"],
    "2026 Nov 01+ Mo 10:00-12:00": ["À partir du 1er novembre 2026, lundi : 10 h – 12 h"],
    # Weeks, ranks in the month.
    "week 2-52/2 Mo 09:00-12:00": ["Semaines paires, lundi : 9 h – 12 h"],
    "week 1-53/2 Mo 09:00-12:00; week 2-52/2 Mo 14:00-17:00; PH off": [
        "Semaines impaires, lundi : 9 h – 12 h",
        "Semaines paires, lundi : 14 h – 17 h",
        "Jours fériés : fermé",
    ],
    "week 10-20 Mo 09:00-12:00": ["Semaines 10 à 20, lundi : 9 h – 12 h"],
    "week 1,3,5 Mo 09:00-12:00": ["Semaines 1, 3 et 5, lundi : 9 h – 12 h"],
    "Tu[2] 10:00-12:00": ["2e mardi du mois : 10 h – 12 h"],
    "Mo[1,3] 14:00-16:00": ["1er et 3e lundis du mois : 14 h – 16 h"],
    "Fr[-1] 14:00-16:00": ["Dernier vendredi du mois : 14 h – 16 h"],
    "Mo-Fr 09:00-12:00; Tu[2] 14:00-17:00; Aug off": [
        "Du lundi au vendredi : 9 h – 12 h",
        "2e mardi du mois : 14 h – 17 h",
        "En août : fermé",
    ],
    "Mo-Fr 09:00-12:00, Sa[1] 09:00-11:00; PH off": [
        "Du lundi au vendredi : 9 h – 12 h",
        "1er samedi du mois : 9 h – 11 h",
        "Jours fériés : fermé",
    ],
    # By appointment, not sure.
    'Mo-Fr 09:00-12:00 "sur rendez-vous"': ["Du lundi au vendredi : 9 h – 12 h (sur rendez-vous)"],
    '"sur rendez-vous"': ["Tous les jours : sur rendez-vous"],
    'Mo 09:00-12:00 "sans rendez-vous", Mo 14:00-17:00 "sur rendez-vous"': [
        "Lundi : 9 h – 12 h (sans rendez-vous)",
        "Lundi : 14 h – 17 h (sur rendez-vous)",
    ],
    'Mo-Fr 09:00-12:00 || "sur rendez-vous"': [
        "Du lundi au vendredi : 9 h – 12 h",
        "Le reste du temps : sur rendez-vous",
    ],
    'Mo-Fr 09:00-12:00; PH off || "sur rendez-vous"': [
        "Du lundi au vendredi : 9 h – 12 h",
        "Jours fériés : sur rendez-vous",
        "Le reste du temps : sur rendez-vous",
    ],
    "Mo-Fr 09:00-12:00 unknown": ["Du lundi au vendredi : 9 h – 12 h (à confirmer)"],
    'Mo-Fr "le matin"': ["Du lundi au vendredi : le matin, à confirmer"],
    # Two lines would contradict each other on some day: the text itself, rather than wrong words.
    "Mo-Fr 09:00-12:00; Jul-Aug Mo-Fr 09:00-11:00; Tu[2] 14:00-17:00": [
        f"Mo-Fr 09:00-12:00; Jul-Aug Mo-Fr 09:00-11:00; Tu[2] 14:00-17:00 {BRUT}"
    ],
    "Mo-Fr 09:00-12:00; PH off; Jul-Aug Mo-Fr 08:00-11:00": [
        "Du lundi au vendredi : 9 h – 12 h",
        "Du 1er juillet au 31 août, du lundi au vendredi : 8 h – 11 h",
        "Jours fériés : fermé (sauf du 1er juillet au 31 août)",
    ],
    "We 15:00-18:00; week 1-53/2 Tu 18:30-20:30; PH off": [
        "Mercredi : 15 h – 18 h",
        "Semaines impaires, mardi : 18 h 30 – 20 h 30",
        "Jours fériés : fermé",
    ],
    "Mo-Fr 09:00-12:00; week 2-52/2 Fr off": [
        "Du lundi au vendredi : 9 h – 12 h",
        "Semaines paires, vendredi : fermé",
    ],
    "Mo-Fr 09:00-12:00; week 30-33 off": ["Du lundi au vendredi : 9 h – 12 h", "Semaines 30 à 33 : fermé"],
    "sunrise-sunset": ["sunrise-sunset (texte tel que reçu, à vérifier)"],
    "Tu[2] +1 day 10:00-12:00": [f"Tu[2] +1 day 10:00-12:00 {BRUT}"],
    "mardi et jeudi, le matin": ["mardi et jeudi, le matin (texte tel que reçu, à vérifier)"],
}


def avec_espaces(texte):
    return texte.replace(TIRET, " – ").replace("\u00a0", " ")


@pytest.mark.parametrize("horaires", MOTS)
def test_in_words(horaires):
    assert [avec_espaces(str(ligne)) for ligne in en_mots(horaires)] == MOTS[horaires]


def test_the_parts_of_a_line():
    horaires = 'Mo-Fr 09:00-12:00; Jul-Aug Mo-Fr 08:30-12:00 "sur rendez-vous"'
    _, ete = en_mots(horaires)
    assert (ete.periode, ete.jours, ete.heures, ete.precision) == (
        "Du 1er juillet au 31 août",
        "Du lundi au vendredi",
        f"8\u00a0h\u00a030{TIRET}12\u00a0h",
        "sur rendez-vous",
    )


# --- A reader who knows nothing but French

JOURS = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]
PERIODES = {
    "Du 1er juillet au 31 août": lambda jour: jour.month in (7, 8),
    "En août": lambda jour: jour.month == 8,
    "Du 15 juin au 15 septembre": lambda jour: (6, 15) <= (jour.month, jour.day) <= (9, 15),
    "Semaines paires": lambda jour: jour.isocalendar().week % 2 == 0,
    "Semaines impaires": lambda jour: jour.isocalendar().week % 2 == 1,
    "En 2027": lambda jour: jour.year == 2027,
    "Le 24 décembre": lambda jour: (jour.month, jour.day) == (12, 24),
}
RANGS = {
    "2e mardi du mois": lambda jour: jour.weekday() == 1 and 8 <= jour.day <= 14,
    "Dernier vendredi du mois": lambda jour: (
        jour.weekday() == 4 and (jour + timedelta(days=7)).month != jour.month
    ),
    "1er et 3e lundis du mois": lambda jour: jour.weekday() == 0 and (jour.day <= 7 or 15 <= jour.day <= 21),
}


def jours_lus(texte):
    """Weekdays named by « Lundi, du mercredi au vendredi »."""
    texte = texte.lower()
    if texte == "tous les jours" or not texte:
        return set(range(7))
    lus = set()
    for morceau in texte.split(", "):
        trouve = re.fullmatch(r"du (\w+) au (\w+)", morceau)
        premier, dernier = (JOURS.index(j) for j in (trouve.groups() if trouve else (morceau, morceau)))
        lus |= set(range(premier, dernier + 1))
    return lus


def heures_lues(texte):
    if texte == "fermé":
        return ()
    if texte == "24 h/24":
        return ((0, 1440),)
    plages = []
    for plage in texte.split(", "):
        debut, fin = (
            1440
            if borne == "minuit"
            else sum(int(n) * f for n, f in zip(re.findall(r"\d+", borne), (60, 1), strict=False))
            for borne in plage.split(" – ")
        )
        plages.append((debut, fin))
    return tuple(plages)


RANG_DANS_UN_MOIS = re.compile(r"le (2e mardi|dernier vendredi) (?:de |d’)(juillet|août|décembre)")


def tient(dit, jour):
    """Whether the day is one of « Du 1er juillet au 31 août, 2e mardi du mois »: all conditions together."""
    connus = {texte.lower(): test for texte, test in (PERIODES | RANGS).items()}
    for condition in dit.lower().split(", "):
        trouve = RANG_DANS_UN_MOIS.fullmatch(condition)
        if trouve:
            mois = {"juillet": 7, "août": 8, "décembre": 12}[trouve[2]]
            bon = jour.month == mois and connus[f"{trouve[1]} du mois"](jour)
        else:
            bon = connus[condition](jour)
        if not bon:
            return False
    return True


def lire_le_tableau(lignes, jour, zone):
    """Hours of a day as a person gathers them: « fermé » wins, else the holiday, else the season, else the week."""
    trouves = {"ferie": [], "periode": [], "semaine": []}
    for ligne in lignes:
        if ligne.periode and not tient(ligne.periode, jour):
            continue
        ferie = re.fullmatch(r"[Jj]ours fériés(?: \((.*)\))?", ligne.jours)
        if ligne.jours in RANGS:
            concerne, genre = RANGS[ligne.jours](jour), "periode"
        elif ferie:
            exclus = [dit for dit in (PERIODES | RANGS) if dit.lower() in ligne.precision]
            exclus += [trouve[0] for trouve in RANG_DANS_UN_MOIS.finditer(ligne.precision)]
            concerne = (
                est_ferie(jour, zone)
                and jour.weekday() in jours_lus(ferie[1] or "")
                and not any(tient(dit, jour) for dit in exclus)
            )
            genre = "ferie"
        else:
            concerne = jour.weekday() in jours_lus(ligne.jours)
            genre = "periode" if ligne.periode else "semaine"
        if concerne:
            trouves[genre].append(heures_lues(avec_espaces(ligne.heures)))
    particuliers = trouves["ferie"] + trouves["periode"]
    if () in particuliers:
        return {()}
    ordinaire = trouves["semaine"] or [()]
    # A season is a whole week: on its days that are not listed, its closed days are those of the week.
    for genre in ("ferie", "periode"):
        differents = {heures for heures in trouves[genre] if heures != ordinaire[0]}
        if differents:
            return differents
    return set(trouves["ferie"] or trouves["periode"] or ordinaire)


HEURES = st.sampled_from(
    ["09:00-12:00", "14:00-17:00", "09:00-12:00,13:30-17:00", "10:00-11:30", "20:00-24:00"]
)
SELECTEURS = st.sampled_from(
    ["", "Mo-Fr", "We", "Sa,Su", "Mo,We-Fr", "Tu[2]", "Fr[-1]", "Mo[1,3]", "PH", "PH Mo-Fr", "Mo-Sa,PH"]
)
DATES = st.sampled_from(
    ["", "", "", "Jul-Aug", "Aug", "Jun 15-Sep 15", "week 2-52/2", "week 1-53/2", "2027", "Dec 24"]
)


@st.composite
def regles(draw):
    morceaux = (draw(DATES), draw(SELECTEURS), draw(HEURES | st.just("off")))
    return " ".join(filter(None, morceaux))


@settings(deadline=None, max_examples=150)
@given(regles(), st.lists(st.tuples(st.sampled_from(["; ", ", "]), regles()), max_size=3))
def test_a_reader_of_the_words_comes_at_the_right_time(premiere, suite):
    horaires = premiere + "".join(separateur + regle for separateur, regle in suite)
    lignes = en_mots(horaires)
    if BRUT[1:-1] in lignes[0].precision:
        return
    expression = lire(horaires)
    jour = date(2026, 1, 1)
    while jour < date(2028, 1, 1):
        vrai = tuple((c.debut, c.fin) for c in journee(expression, jour, "metropole").creneaux)
        assert lire_le_tableau(lignes, jour, "metropole") == {vrai}, (
            horaires,
            jour,
            [str(x) for x in lignes],
        )
        jour += timedelta(days=1)


@settings(deadline=None, max_examples=150)
@given(st.text(max_size=60) | st.text(alphabet='MoTuFrPHSH0123456789:-;, "[]|/+JanDecweekoff', max_size=60))
def test_any_text_has_words(texte):
    lignes = en_mots(texte)
    assert bool(lignes) == bool(texte.strip())
    assert all(ligne.heures for ligne in lignes)
