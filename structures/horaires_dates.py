"""Selectors of dates in French: « du 15 juin au 15 septembre », « semaines paires », « 2e mardi du mois »."""

import re

from structures.horaires_mots import JOURS, MOIS
from structures.horaires_osm import JOURS_OSM, MOIS_OSM


class SansMotsError(ValueError):
    """The selector is of a kind for which there are no words here."""


_RANGS = {"1": "1er", "2": "2e", "3": "3e", "4": "4e", "5": "5e", "-1": "dernier", "-2": "avant-dernier"}


def ordinaux_en_mots(ordinaux: tuple[str, ...]) -> str:
    """Weekdays counted in the month (`("Mo[1,3]",)`): « 1er et 3e lundis du mois ». SansMotsError past the usual."""
    morceaux = []
    for ordinal in ordinaux:
        trouve = re.fullmatch(r"(\w\w)\[([-\d,]+)\]", ordinal)
        rangs = [_RANGS.get(rang) for rang in trouve[2].split(",")] if trouve else [None]
        if None in rangs:
            raise SansMotsError(ordinal)
        pluriel = "s" if len(rangs) > 1 else ""
        morceaux.append(f"{_et(rangs)} {JOURS[JOURS_OSM.index(trouve[1])]}{pluriel}")
    return f"{_et(morceaux)} du mois"


def dates_en_mots(dates: str) -> str:
    """Years, months, dates and weeks (`week02-52/2`): « semaines paires ». SansMotsError past the usual."""
    trouve = re.fullmatch(
        r"(?P<annees>[\d,/-]+?(?=[A-Z ]|$)(?! [A-Z]))?(?P<mois>.*?)? ?(?P<semaines>week[\d,/-]+)?", dates
    )
    morceaux = []
    if trouve["semaines"]:
        morceaux.append(_semaines_en_mots(trouve["semaines"].removeprefix("week")))
    if trouve["mois"]:
        morceaux.append(_mois_en_mots(trouve["mois"].split(",")))
    if trouve["annees"]:
        morceaux.append(_annees_en_mots(trouve["annees"]))
    return ", ".join(morceaux)


def _annees_en_mots(annees: str) -> str:
    if re.fullmatch(r"\d{4}(?:,\d{4})*", annees):
        return f"en {_et(annees.split(','))}"
    trouve = re.fullmatch(r"(\d{4})-(\d{4})", annees)
    if not trouve:
        raise SansMotsError(annees)
    return f"à partir de {trouve[1]}" if trouve[2] == "9999" else f"de {trouve[1]} à {trouve[2]}"


def _semaines_en_mots(semaines: str) -> str:
    if semaines in ("02-52/2", "02-53/2"):
        return "semaines paires"
    if semaines == "01-53/2":
        return "semaines impaires"
    numeros = []
    for morceau in semaines.split(","):
        trouve = re.fullmatch(r"(\d\d)(?:-(\d\d))?", morceau)
        if not trouve:
            raise SansMotsError(semaines)
        numeros.append(f"{int(trouve[1])} à {int(trouve[2])}" if trouve[2] else str(int(trouve[1])))
    return (
        f"semaine {numeros[0]}" if len(numeros) == 1 and " " not in numeros[0] else f"semaines {_et(numeros)}"
    )


def _mois_en_mots(mois: list[str]) -> str:
    seuls = [MOIS_OSM.index(m) for m in mois if m in MOIS_OSM]
    if len(seuls) == len(mois):
        return f"en {_et([MOIS[m] for m in seuls])}"
    return _et([_intervalle_en_mots(m) for m in mois])


def _intervalle_en_mots(intervalle: str) -> str:
    """« Jul-Aug », « Jun 15-Sep 15 », « 2026 Dec 20-2027 Jan 5 », « easter +1 day »…"""
    trouve = re.fullmatch(rf"({'|'.join(MOIS_OSM)})-({'|'.join(MOIS_OSM)})", intervalle)
    if trouve:
        premier, dernier = (MOIS_OSM.index(m) for m in trouve.groups())
        if dernier == 1:
            return f"{_de(MOIS[premier])} à {MOIS[dernier]}"
        fin = 30 if dernier in (3, 5, 8, 10) else 31
        return f"du 1er {MOIS[premier]} au {fin} {MOIS[dernier]}"
    if intervalle in MOIS_OSM:
        return f"en {MOIS[MOIS_OSM.index(intervalle)]}"
    bornes = [_date_en_mots(borne) for borne in re.split(r"-(?=\d{4} |[A-Z]|easter)", intervalle)]
    if len(bornes) == 1:
        return f"le {bornes[0]}"
    debut, fin = bornes
    if fin == "31 décembre 9999":
        return f"à partir du {debut}"
    return f"du {_sans_fin_commune(debut, fin)} au {fin}"


def _sans_fin_commune(debut: str, fin: str) -> str:
    """« 1er » for « 1er août 2026 » before « 15 août 2026 »: what both dates end with is said once."""
    mots, mots_fin = debut.split(), fin.split()
    chiffres = [int(re.match(r"\d*", mots[0])[0] or 0) for mots in (mots, mots_fin)]
    while len(mots) > 1 and len(mots_fin) > 1 and mots[-1] == mots_fin[-1]:
        mots.pop()
        mots_fin.pop()
    # From 20 to 10 December is nearly a whole year: there both months are told.
    return debut if len(mots) == 1 and chiffres[0] > chiffres[1] else " ".join(mots)


def dates_isolees(dates: str) -> bool:
    """Whether the selector names single dates (« le 24 décembre »), which fall on any weekday."""
    return bool(dates) and not re.search(rf"(?:{'|'.join(MOIS_OSM)})(?:[ ,-]?$|[-,]| week)|-|week", dates)


_PAQUES = {
    -2: "vendredi saint",
    0: "dimanche de Pâques",
    1: "lundi de Pâques",
    39: "jeudi de l’Ascension",
    49: "dimanche de Pentecôte",
    50: "lundi de Pentecôte",
}


def _date_en_mots(texte: str) -> str:
    """One date without its article: « 24 décembre », « lundi de Pâques », « 1er lundi de janvier »."""
    annee, reste = re.fullmatch(r"(?:(\d{4}) )?(.*)", texte).groups()
    annee = f" {annee}" if annee else ""
    if trouve := re.fullmatch(r"easter(?: ([+-]\d+) days?)?", reste):
        decalage = int(trouve[1] or 0)
        if decalage not in _PAQUES:
            raise SansMotsError(texte)
        return _PAQUES[decalage] + annee
    if trouve := re.fullmatch(r"([A-Z][a-z]{2}) (\d+)", reste):
        jour = "1er" if trouve[2] == "1" else trouve[2]
        return f"{jour} {MOIS[MOIS_OSM.index(trouve[1])]}{annee}"
    if trouve := re.fullmatch(r"([A-Z][a-z]{2}) (\w\w)\[(-?\d)\]", reste):
        rang, mois = _RANGS.get(trouve[3]), MOIS[MOIS_OSM.index(trouve[1])]
        if rang:
            return f"{rang} {JOURS[JOURS_OSM.index(trouve[2])]} {_de(mois)}{annee}"
    raise SansMotsError(texte)


def _de(mot: str) -> str:
    return f"d’{mot}" if mot[0] in "ao" else f"de {mot}"


def _et(mots: list[str]) -> str:
    return mots[0] if len(mots) == 1 else f"{', '.join(mots[:-1])} et {mots[-1]}"
