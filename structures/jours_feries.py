"""Public holidays of France, by place.

The calendar itself (movable feasts, years in which a day was abolished or restored) is the one of the
`holidays` package. What is ours is the choice of the zone from a département code, and what counts there:

- everywhere: the eleven days of article L3133-1 of the code du travail;
- Alsace and Moselle: Good Friday and 26 December as well (article L3134-13). The law grants Good Friday only in
  communes that have a Protestant temple or a mixed church; no public list says which have one, and most do, so
  the départements 57, 67 and 68 are taken as having both days;
- Guadeloupe, Guyane, Martinique, Mayotte, La Réunion, Saint-Barthélemy, Saint-Martin: the day of the abolition
  of slavery (article L3422-2; decree 83-1003). Days that are only customary there (Mi-Carême, Good Friday,
  21 July…) are not public holidays by law: a place that closes says so as an exceptional closure;
- Nouvelle-Calédonie, Polynésie française, Wallis-et-Futuna, Saint-Pierre-et-Miquelon: what the package knows of
  their own labour law.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType

import holidays

METROPOLE = "metropole"

ZONES_PAR_DEPARTEMENT = {
    "57": "moselle",
    "67": "alsace",
    "68": "alsace",
    "971": "guadeloupe",
    "972": "martinique",
    "973": "guyane",
    "974": "la-reunion",
    "975": "saint-pierre-et-miquelon",
    "976": "mayotte",
    "977": "saint-barthelemy",
    "978": "saint-martin",
    "986": "wallis-et-futuna",
    "987": "polynesie-francaise",
    "988": "nouvelle-caledonie",
}

# Zone -> subdivision of holidays.France.
SUBDIVISIONS = {
    METROPOLE: None,
    "moselle": "57",
    "alsace": "6AE",
    "guadeloupe": "971",
    "martinique": "972",
    "guyane": "973",
    "la-reunion": "974",
    "saint-pierre-et-miquelon": "PM",
    "mayotte": "976",
    "saint-barthelemy": "BL",
    "saint-martin": "MF",
    "wallis-et-futuna": "WF",
    "polynesie-francaise": "PF",
    "nouvelle-caledonie": "NC",
}

# Zones where the package also lists customary days: only the eleven and the abolition of slavery are kept.
ABOLITION = "Abolition de l'esclavage"
ZONES_ABOLITION = {
    "guadeloupe",
    "martinique",
    "guyane",
    "la-reunion",
    "mayotte",
    "saint-barthelemy",
    "saint-martin",
}


def zone_feries(code_departement: str) -> str:
    """Zone of public holidays for a département or collectivity code ("69", "2A", "974", "987").

    An unknown or empty code gives the metropolitan calendar, which is the one common to all.
    """
    return ZONES_PAR_DEPARTEMENT.get((code_departement or "").strip().upper(), METROPOLE)


@lru_cache(maxsize=256)
def jours_feries(annee: int, zone: str = METROPOLE) -> Mapping[date, str]:
    """Public holidays of one year in one zone, in order: {date: French name}.

    KeyError when the zone is none of those returned by `zone_feries`.
    """
    nationaux = holidays.country_holidays("FR", years=annee, language="fr")
    locaux = holidays.country_holidays("FR", subdiv=SUBDIVISIONS[zone], years=annee, language="fr")
    return MappingProxyType(
        {
            jour: _nom(nom)
            for jour, nom in sorted(locaux.items())
            if zone not in ZONES_ABOLITION or jour in nationaux or ABOLITION in nom
        }
    )


def nom_ferie(jour: date, zone: str = METROPOLE) -> str:
    """French name of the public holiday on that day in that zone, "" on an ordinary day."""
    return jours_feries(jour.year, zone).get(jour, "")


def est_ferie(jour: date, zone: str = METROPOLE) -> bool:
    """Whether that day is a public holiday in that zone."""
    return jour in jours_feries(jour.year, zone)


def _nom(nom: str) -> str:
    # Two feasts on one day (Ascension on 1 May 2008) come joined by "; " from the package.
    return nom.replace("; ", " et ").replace("'", "’")
