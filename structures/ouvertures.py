"""Whether a place is open now, kept in memory between requests: what lists and the search ask for thousands of places.

Working out a state costs 100 to 1,000 times more than reading it here, and few hours are distinct: many places keep
office hours. A state is kept until something may change it (``EtatOuverture.valable_jusqua``), the end of the day of
the place at the latest.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from structures import horaires
from structures.models import PeriodeExceptionnelle, Territoire

CLOSING_SOON = timedelta(minutes=30)
RANKS = {"ouvert": 0, "sur_rendez_vous": 1, "ferme": 2, "inconnu": 3}
KINDS = {"ouvert": "ouvert", "ferme": "ferme", "sur_rendez_vous": "rendez-vous", "inconnu": "inconnu"}

# About 1.5 KB each. Distinct hours are tens to hundreds; exceptional periods make some more.
MAX_STATES = 8192
_states: dict = {}
# Whether a place is open, without what comes next: ten times quicker to work out.
_open: dict = {}


@dataclass(frozen=True)
class Ouverture:
    """Whether a place is open now. ``etat``: ouvert, bientot-ferme, ferme, exceptionnel, rendez-vous, inconnu."""

    etat: str
    libelle: str


def present_ouverture(etat, now) -> Ouverture:
    """Put a state of opening in words, and name it for the look of it."""
    kind = KINDS[etat.statut]
    if kind == "ouvert" and etat.jusqua and etat.jusqua - now <= CLOSING_SOON:
        kind = "bientot-ferme"
    elif kind == "ferme" and etat.en_fermeture:
        kind = "exceptionnel"
    return Ouverture(kind, horaires.phrase(etat, now))


def opening_rank(etat):
    """Return what sorts places: the open ones, then those by appointment, then the one that opens soonest."""
    soonest = etat.prochaine_ouverture
    return RANKS[etat.statut], soonest.timestamp() if soonest else float("inf")


def departement_of(lieu, territoires):
    """Return the code of the département where a place is: it decides the time zone and the public holidays.

    From its commune, else its postal code, else the territory that publishes it; "" when nothing tells.
    ``territoires``: the tree of Droits, by id.
    """
    return read_departement(lieu) or departement_of_territoire(lieu.structure.territoire_id, territoires)


def read_departement(lieu):
    """Return the code that the address of a place tells, "" when it tells none."""
    if lieu.code_departement or not lieu.code_postal:
        return lieu.code_departement
    return lieu.code_postal[:3] if lieu.code_postal[:2] in {"97", "98"} else lieu.code_postal[:2]


def departement_of_territoire(territoire_id, territoires):
    """Return the code of the département that a territory is or lies in, "" when it is in none."""
    for pk in reversed(territoires[territoire_id].ancestor_ids):
        territoire = territoires.get(pk)
        if territoire and territoire.niveau == Territoire.Niveau.DEPARTEMENT:
            return territoire.code_officiel
    return ""


def write_periodes(periodes, competence_id, *, since: date):
    """Return what the exceptional periods of a place change for a fiche: rows to store as JSON.

    Left out: those that ended before ``since``, those of other fiches, and messages, which open and close nothing.
    A row is [first day, last day or None, nature, hours, whether it is the fiche's own, reason of a closure].
    """
    return [
        [
            periode.debut.isoformat(),
            periode.fin.isoformat() if periode.fin else None,
            periode.nature,
            periode.horaires,
            periode.competence_id is not None,
            periode.message if periode.nature == horaires.FERMETURE else "",
        ]
        for periode in periodes
        if periode.nature != PeriodeExceptionnelle.Nature.MESSAGE
        and periode.competence_id in (None, competence_id)
        and (periode.fin is None or periode.fin >= since)
    ]


def read_periodes(rows, *, hidden=False):
    """Return stored rows as ``read_etat`` takes them.

    ``hidden``: the place is confidential and this reader is not told where. What people write can tell it.
    """
    return tuple(tuple(row[:5] if hidden else row) for row in rows)


def read_etat(hours, base, departement, periodes, now: datetime) -> horaires.EtatOuverture:
    """Return the state of a place at an aware instant, from memory when it is known.

    ``hours`` and ``base`` are those of ``horaires.etat`` (``base``: None but for a fiche's own hours),
    ``periodes`` what ``read_periodes`` returns: tuples, of which the reason may be left out. The messages of the day
    are not in this state.
    """
    key = hours, base, departement, periodes
    known = _states.get(key)
    if known and known[0] <= now < known[1].valable_jusqua:
        return known[1]
    etat = horaires.etat(
        hours, a=now, departement=departement, periodes=[make_periode(row) for row in periodes], base=base
    )
    if len(_states) >= MAX_STATES:
        # The whole at once: it fills again in one request, and no order has to be kept at each reading.
        _states.clear()
    _states[key] = now, etat
    return etat


def is_open(hours, base, departement, periodes, now: datetime) -> bool:
    """Tell whether a place is open at an aware instant. Same arguments as ``read_etat``."""
    key = hours, base, departement, periodes
    known = _open.get(key)
    if known and known[0] <= now < known[1]:
        return known[2]
    found, until = horaires.est_ouvert(
        hours, a=now, departement=departement, periodes=[make_periode(row) for row in periodes], base=base
    )
    if len(_open) >= MAX_STATES:
        _open.clear()
    _open[key] = now, until, found
    return found


def forget_etats():
    """Empty the memory."""
    _states.clear()
    _open.clear()


def make_periode(row):
    begin, end, nature, hours, own, *message = row
    return horaires.Periode(
        date.fromisoformat(begin),
        date.fromisoformat(end) if end else None,
        nature,
        hours,
        *message,
        # Whose it is does not matter, once those of other fiches are left out.
        competence_id=1 if own else None,
    )
