"""The card of a fiche in a list: written with the fiche, read in one query, presented for one reader in microseconds.

A card is stored as JSON in ``FicheIndexee.carte``, for every reader at once: what depends on who reads, on the
territory's words and on the moment is decided by ``present_carte``, from these keys (an empty value is left out):

====  =======================================================================================================
pk    the fiche
s, n  name of the structure; own title of the fiche
u     slugs of the structure and of the theme
t     territory of the structure
o     theme: pk, name, colour and pictogram when written; used when the reader's territory does not show it
r     who may come, one line; else ``p``, codes of publics
c     conditions, one line
f     cost, one line
a     ways of receiving people, codes
w, d  availability (code of Disponibilite); usual wait in days
z     suspension: first day, last day or ""
fin   last day of the fiche
m, k  last change; last confirmation
x     1 when partners alone read the fiche
y     1 when a professional has to send people there
l     places, in the order of the fiche
====  =======================================================================================================

A place holds ``c`` commune, ``d`` code of the département, ``h`` hours, ``b`` hours of the place when ``h`` are the
fiche's own, ``e`` exceptional periods (``structures.ouvertures``), ``x`` 1 when its address is confidential, ``t``
territory of the structure that hosts the fiche, when it is another one. A place of a host that is not published is
left out: nobody reads it.

No telephone: the number to call is that of a contact first (``FicheVue.find_means``), and a card that knew the
place's alone would send people to another one.
"""

import json
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from django.db import connection
from django.urls import get_script_prefix, reverse
from django.utils import timezone
from django.utils.html import conditional_escape

from structures import horaires
from structures.affichage import (
    Disponibilite,
    Fraicheur,
    format_day,
    say_fraicheur,
    say_places,
    say_suspension,
)
from structures.models import Competence, FicheIndexee
from structures.models.structure import Statut
from structures.ouvertures import (
    Ouverture,
    departement_of_territoire,
    opening_rank,
    present_ouverture,
    read_departement,
    read_etat,
    read_periodes,
    write_periodes,
)
from structures.vocabulaires import Onglet

MAX_RESUME = 220
MAX_CONDITIONS = 120
MAX_PRECISION = 40
# A place may still be on the day before, and the night of the day before that may not be over.
STILL_NEEDED = timedelta(days=3)
TABLE = FicheIndexee._meta.db_table
UNKNOWN = Disponibilite("", "", "", None)


class Carte(NamedTuple):
    """A fiche in a list, as a reader may see it, in words. Equal cards look the same: it is the key of what is drawn.

    ``titre`` names it alone, ``nom`` is its own title ("" when it has none). ``extrait`` is safe HTML that replaces
    ``resume``. ``raisons``: why it is a result, in sentences. ``fin``: its last day, when it has one.
    """

    pk: int
    nom: str
    url: str
    structure: str
    theme: Onglet
    commune: str
    distance: str
    ouverture: Ouverture | None
    disponibilite: Disponibilite
    frais: str
    conditions: str
    a_distance: bool
    sur_orientation: bool
    fin: str
    fraicheur: Fraicheur
    date_maj: date
    reservee: bool
    resume: str
    extrait: str
    raisons: tuple

    @property
    def titre(self):
        return self.nom or f"{self.theme.nom} — {self.structure}"


def write_carte(fiche: Competence, permanences, today: date | None = None) -> dict:
    """Return what the card of a fiche holds, for every reader: see the keys above. No query.

    ``fiche`` comes with ``structure`` and ``theme`` loaded, ``permanences`` with ``lieu``, its ``structure`` and its
    ``periodes``. ``today``: exceptional periods that are over are left out.
    """
    theme, since = fiche.theme, (today or timezone.localdate()) - STILL_NEEDED
    publics = first_line(fiche.publics_precisions)
    conditions = join_lines(fiche.conditions_acces)
    if not publics and not fiche.publics:
        # Nothing says for whom: the conditions do, and are not told twice.
        publics, conditions = first_line(fiche.conditions_acces), ""
    data = {
        "s": fiche.structure.nom,
        "n": fiche.nom,
        "u": [fiche.structure.slug, theme.slug],
        "t": fiche.structure.territoire_id,
        "o": [theme.pk, theme.nom, theme.couleur, theme.pictogramme],
        "r": cut(publics, MAX_RESUME),
        "p": [] if publics else list(fiche.publics),
        "c": cut(conditions, MAX_CONDITIONS),
        "f": write_frais(fiche),
        "a": list(fiche.modes_accueil),
        "w": fiche.disponibilite,
        "d": fiche.delai_attente_jours,
        "z": fiche.suspension_debut and [write_day(fiche.suspension_debut), write_day(fiche.suspension_fin)],
        "fin": write_day(fiche.fin),
        "m": write_day(fiche.date_maj),
        "k": write_day(fiche.confirme_le),
        "x": int(fiche.visibilite != "public"),
        "y": int(bool(fiche.mobilisable_par) and "usagers" not in fiche.mobilisable_par),
        "l": [
            write_place(permanence, fiche, since)
            for permanence in permanences
            if permanence.lieu.structure_id == fiche.structure_id
            or permanence.lieu.structure.statut == Statut.PUBLIEE
        ],
    }
    return {"pk": fiche.pk} | {key: value for key, value in data.items() if value}


def write_place(permanence, fiche, since):
    lieu = permanence.lieu
    own = permanence.horaires_accueil
    place = {
        "c": lieu.commune,
        "d": read_departement(lieu),
        "h": own or lieu.horaires_accueil,
        "e": write_periodes(lieu.periodes.all(), fiche.pk, since=since),
        "x": int(lieu.adresse_confidentielle),
        "t": lieu.structure.territoire_id if lieu.structure_id != fiche.structure_id else None,
    }
    # Empty hours of the place are not those of a fiche that has none of its own.
    base = {"b": lieu.horaires_accueil} if own else {}
    return {key: value for key, value in place.items() if value} | base


def write_frais(fiche):
    """Return the cost in one line: « Payant · 3 € le repas »; a long precision is left to the fiche."""
    precision = first_line(fiche.frais_precisions).rstrip(".")
    parts = fiche.get_frais_display(), precision if len(precision) <= MAX_PRECISION else ""
    return " · ".join(filter(None, parts))


def write_day(day):
    return day.isoformat() if day else ""


def first_line(texte):
    return next(iter(split_lines(texte)), "")


def join_lines(texte):
    """Put a text in one line, the items of a list parted by a dot; one sentence keeps its full stop."""
    lines = split_lines(texte)
    return " · ".join(line.rstrip(".") for line in lines) if len(lines) > 1 else "".join(lines)


def cut(texte, length):
    """Cut a line between two words, and what would hang before the ellipsis with it."""
    if len(texte) <= length:
        return texte
    # Not textwrap.shorten, which takes « 8 € » apart: a non-breaking space is a space for it.
    head = texte[: length - 1]
    return (head.rpartition(" ")[0] or head).rstrip(" ·,;:.") + "…"


def split_lines(texte):
    return [line for raw in texte.splitlines() if (line := raw.strip().lstrip("-–• "))]


def load_cartes(ids) -> dict:
    """Return ``{pk of a fiche: what write_carte wrote}`` for those that are indexed, in one query.

    The caller says which fiches this reader may read. Written as SQL: the ORM takes longer than the database here.
    """
    ids = list(ids)
    if not ids:
        return {}
    marks = ", ".join(["%s"] * len(ids))
    statement = f"SELECT fiche_id, carte FROM {TABLE} WHERE NOT retiree AND fiche_id IN ({marks})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, ids)
        return {pk: json.loads(carte) for pk, carte in cursor.fetchall() if carte != "{}"}


def present_carte(
    data, droits, vocabulaire, now: datetime, *, distance=None, extrait="", raisons=()
) -> Carte:
    """Make the Carte of a fiche for a reader, from what ``write_carte`` returned or ``load_cartes`` read.

    ``distance``: km, None when unknown. ``extrait``: safe HTML. ``raisons``: sentences.
    """
    read = data.get
    territoire = read("t")
    places = [
        place
        for place in read("l", ())
        if "t" not in place or place["t"] in droits.territoires_lus  # as affichage.is_place_read
    ]
    open_air = [place for place in places if "x" not in place]
    departement = departement_of_place(places[0], territoire, droits) if places else ""
    today = today_in(departement, now)
    pk, nom, couleur, pictogramme = data["o"]
    structure, slug = data["u"]
    disponibilite = present_disponibilite(data, today)
    return Carte(
        pk=data["pk"],
        nom=read("n", ""),
        url=address_of(get_script_prefix()).format(structure, slug),
        structure=data["s"],
        theme=vocabulaire.themes.get(pk) or Onglet(pk, slug, nom, "", couleur, pictogramme, 0),
        # A list is read over the shoulder and printed: no confidential place, even for partners.
        commune=", ".join(dict.fromkeys(place["c"] for place in open_air if "c" in place)),
        distance=say_distance(distance) if distance is not None and open_air else "",
        ouverture=present_place(places, territoire, droits, now) if places else None,
        disponibilite=disponibilite,
        frais=read("f", ""),
        conditions=read("c", ""),
        a_distance=read("a") == ["a-distance"],
        sur_orientation="y" in data,
        fin=say_end(data["fin"]) if "fin" in data else "",
        fraicheur=say_fraicheur(
            read_day(read("k")), droits.territoires[territoire].frequence_maj_mois, today
        ),
        date_maj=read_day(data["m"]),
        reservee="x" in data,
        resume=read("r") or ", ".join(vocabulaire.publics.get(code, code) for code in read("p", ())),
        extrait=conditional_escape(extrait) if extrait else "",
        raisons=tuple(raisons),
    )


def make_carte(fiche: Competence, permanences, droits, vocabulaire, *, now: datetime) -> Carte:
    """Make the Carte of a fiche from the fiche itself; same arguments as ``write_carte``."""
    return present_carte(write_carte(fiche, permanences, now.date()), droits, vocabulaire, now)


def present_place(places, territoire, droits, now):
    """Return the Ouverture of the place to speak of in a list: an open one first, else the one that opens soonest."""
    etats = []
    for place in places:
        host = place.get("t", territoire)
        hidden = "x" in place and host not in droits.territoires_partenaires
        departement = departement_of_place(place, territoire, droits)
        periodes = read_periodes(place["e"], hidden=hidden) if "e" in place else ()
        etats.append(read_etat(place.get("h", ""), place.get("b"), departement, periodes, now))
    return present_ouverture(etats[0] if len(etats) == 1 else min(etats, key=opening_rank), now)


def departement_of_place(place, territoire, droits):
    return place.get("d") or departement_of_territoire(place.get("t", territoire), droits.territoires)


def today_in(departement, now):
    return now.astimezone(horaires.fuseau(departement)).date()


def present_disponibilite(data, today) -> Disponibilite:
    if "z" in data:
        begin, end = data["z"]
        if begin <= today.isoformat() and (not end or today.isoformat() <= end):
            return make_suspension(end)
    return make_disponibilite(data["w"], data.get("d")) if "w" in data else UNKNOWN


@lru_cache(maxsize=1024)
def make_suspension(end):
    return Disponibilite("suspendue", say_suspension(read_day(end)), "", None)


@lru_cache(maxsize=1024)
def make_disponibilite(code, days):
    return Disponibilite(code, say_places(code, days), "", None)


@lru_cache(maxsize=1024)
def say_end(day):
    return f"Jusqu’au {format_day(read_day(day))}"


@lru_cache(maxsize=4096)
def read_day(day):
    return date.fromisoformat(day) if day else None


def say_distance(km):
    """Say how far a place is: « à moins de 100 m », « à 800 m », « à 1,2 km », « à 14 km »."""
    if km < 0.1:
        return "à moins de 100\u00a0m"
    if km < 0.95:
        return f"à {round(km * 10) * 100}\u00a0m"
    return f"à {f'{km:.1f}'.replace('.', ',') if km < 9.95 else round(km)}\u00a0km"


@lru_cache(maxsize=8)
def address_of(_prefix):
    """Return the address of a fiche, to fill with two slugs: looking it up for each card would cost more than it."""
    marks = "structure", "theme"
    address = reverse("structures:competence_detail", args=marks)
    return address.removesuffix("structure/theme/") + "{}/{}/"
