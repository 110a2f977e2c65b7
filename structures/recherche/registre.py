"""What each process keeps in memory of the index: who may read a fiche, and the traits that filters ask.

Traits are sets of fiches (``masques``), so that all the counts of a page take less than a millisecond whatever the
size, without a query. The memory follows the version of the database (``structures.version``): after a change, only
the rows written since are read.
"""

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from math import cos, hypot, radians
from threading import Lock

from django.db import connection

from structures.models import FicheIndexee, Mot
from structures.ouvertures import is_open
from structures.recherche.masques import iter_positions, list_positions, make_masque
from structures.recherche.moteurs import get_moteur

COLUMNS = (
    "fiche_id", "retiree", "territoire_id", "theme_id", "reservee", "debut", "fin", "date_maj",
    "cle_tri", "traits",
)  # fmt: skip
FACETTES = (
    "public",
    "frais",
    "accueil",
    "langue",
    "mobilisable",
    "accessibilite",
    "commune",
    "sans_attente",
)
POUR_TOUS = "tous-publics"
MAX_DERIVES = 400
MAX_TROUVES = 3000
OCTETS_TROUVES = 40_000_000  # at most, per process, for the sets of fiches of the words asked last
MAX_DISTANCES = 24
# What typed words find weighs some forty sets of fiches.
OCTETS_LECTURES = 40_000_000
MIN_LECTURES, MAX_LECTURES = 24, 500
KM_PAR_DEGRE = 111.195  # of latitude, on a sphere of 6,371 km
RAYON_MAX = 50


@dataclass(frozen=True, slots=True)
class Ligne:
    """A fiche in memory. ``cles``: the sets that it is in; ``dates``: from, to, when it is not always in force."""

    fiche_id: int
    cle_tri: str
    cles: tuple
    dates: tuple
    points: tuple
    date_maj: date | None


class Registre:
    """The index in memory, at one version."""

    def __init__(self, numero, jeton):
        self.numero, self.jeton = numero, jeton
        self.lignes, self.positions, self.masques = [], {}, {}
        self.mots_publics, self.mots = [], []
        self.racines_publiques, self.racines = frozenset(), frozenset()
        self.trouves, self.derives, self.eloignements, self.lectures = {}, {}, {}, {}
        # For who draws results: what was drawn of these fiches, as long as none changes.
        self.extraits = {}
        self.ordonne, self.minute = True, (None, 0)

    # Reading

    def load(self):
        """Read all."""
        rows = (
            FicheIndexee.objects.filter(retiree=False).order_by("cle_tri", "fiche_id").values_list(*COLUMNS)
        )
        groups = defaultdict(list)
        for row in rows.iterator(chunk_size=5000):
            ligne = make_ligne(row)
            position = len(self.lignes)
            self.positions[ligne.fiche_id] = position
            self.lignes.append(ligne)
            for cle in ligne.cles:
                groups[cle].append(position)
        size = len(self.lignes)
        self.masques = {cle: make_masque(positions, size) for cle, positions in groups.items()}
        # Engines do not sort alike: names are folded, but « tab » and « - » are not letters.
        self.ordonne = all(a.cle_tri <= b.cle_tri for a, b in zip(self.lignes, self.lignes[1:], strict=False))
        self.load_mots(Mot.objects.values_list("mot", "racine", "public"))
        return self

    def load_mots(self, rows):
        publics, mots = set(self.mots_publics), set(self.mots)
        racines_publiques, racines = set(self.racines_publiques), set(self.racines)
        for mot, racine, public in rows:
            mots.add(mot)
            racines.add(racine)
            if public:
                publics.add(mot)
                racines_publiques.add(racine)
        self.mots_publics, self.mots = sorted(publics), sorted(mots)
        self.racines_publiques, self.racines = frozenset(racines_publiques), frozenset(racines)

    def follow(self, numero, jeton):
        """Return the Registre of a later version: what was written since is read, what was worked out forgotten.

        A copy: other threads are reading this one. When nothing older is left, the index was made anew, without a trace
        of what it no longer holds: it is read whole.
        """
        found = Registre(numero, jeton)
        if not FicheIndexee.objects.filter(version__lte=self.numero).exists():
            return found.load()
        found.lignes, found.positions = list(self.lignes), dict(self.positions)
        found.masques, found.ordonne = dict(self.masques), self.ordonne
        found.mots_publics, found.mots = self.mots_publics, self.mots
        found.racines_publiques, found.racines = self.racines_publiques, self.racines
        for row in FicheIndexee.objects.filter(version__gt=self.numero).values_list(*COLUMNS):
            found.replace(row)
        mots = list(Mot.objects.filter(version__gt=self.numero).values_list("mot", "racine", "public"))
        if mots:
            found.load_mots(mots)
        return found

    def replace(self, row):
        """Put a fiche in the place of what was known of it; take it out when it is no longer published."""
        fiche_id, retiree = row[0], row[1]
        position = self.positions.get(fiche_id)
        if position is not None:
            for cle in self.lignes[position].cles:
                self.masques[cle] &= ~(1 << position)
        if retiree:
            return
        ligne = make_ligne(row)
        if position is None:
            position = self.positions[fiche_id] = len(self.lignes)
            self.lignes.append(ligne)
            self.ordonne = False
        else:
            self.ordonne &= self.lignes[position].cle_tri == ligne.cle_tri
            self.lignes[position] = ligne
        for cle in ligne.cles:
            self.masques[cle] = self.masques.get(cle, 0) | 1 << position

    # Sets

    def derive(self, key, make, *arguments):
        """Return what ``make`` works out, kept until the index changes."""
        known = self.derives.get(key)
        if known is None:
            if len(self.derives) >= MAX_DERIVES:
                self.derives = {}
            known = self.derives[key] = make(*arguments)
        return known

    def masque(self, facette, valeur):
        return self.masques.get((facette, valeur), 0)

    def union(self, facette, valeurs):
        found = 0
        for valeur in valeurs:
            found |= self.masques.get((facette, valeur), 0)
        return found

    def count(self, facette, base):
        """Return {value: number of fiches of ``base``} for the values that some have."""
        values = self.derive(("valeurs", facette), self.list_valeurs, facette)
        return {valeur: count for valeur, masque in values if (count := (base & masque).bit_count())}

    def list_valeurs(self, facette):
        # What is for all is for each public too.
        for_all = self.masque("public", POUR_TOUS) if facette == "public" else 0
        return [
            (valeur, masque | for_all) for (name, valeur), masque in self.masques.items() if name == facette
        ]

    def partenaires(self, droits):
        """The fiches whose partner-only part this reader may read."""
        ids = frozenset(droits.territoires_partenaires)
        return self.derive(("partenaires", ids), self.union, "territoire", ids)

    def visibles(self, droits, scope, jour):
        """The fiches that a reader may read on a day among those of ``scope`` (ids of territories; None: all)."""
        publics, partners = frozenset(droits.territoires_publics), frozenset(droits.territoires_partenaires)
        if scope is not None:
            publics, partners = publics & scope, partners & scope
        return self.derive(("visibles", publics, partners, jour), self.find_visibles, publics, partners, jour)

    def find_visibles(self, publics, partners, jour):
        found = self.union("territoire", publics)
        found &= ~self.masque("reservee", True)
        found |= self.union("territoire", partners)
        out = 0
        for position in iter_positions(self.masque("datee", True)):
            debut, fin = self.lignes[position].dates
            if (debut and debut > jour) or (fin and fin < jour):
                out |= 1 << position
        return found & ~out

    def suspendues(self, jour):
        return self.derive(("suspendues", jour), self.find_suspendues, jour.isoformat())

    def find_suspendues(self, jour):
        found = 0
        for (facette, valeur), masque in self.masques.items():
            if facette == "suspension" and valeur[0] <= jour and (valeur[1] is None or jour <= valeur[1]):
                found |= masque
        return found

    def ouvertes(self, now):
        """The fiches of which a place is open at this minute, the suspended ones left out."""
        minute = now.replace(second=0, microsecond=0)
        if self.minute[0] != minute:
            self.minute = minute, self.find_ouvertes(minute)
        return self.minute[1]

    def find_ouvertes(self, now):
        # Far exceptional periods change nothing today: without them, few hours are distinct.
        first, last = (now.date() + timedelta(days=days) for days in (-1, 1))
        near = first.isoformat(), last.isoformat()
        found = 0
        for (hours, base, departement, periodes), masque in self.derive("lieux", self.list_valeurs, "lieu"):
            here = tuple(row for row in periodes if row[0] <= near[1] and (not row[1] or row[1] >= near[0]))
            if masque and is_open(hours, base, departement, here, now):
                found |= masque
        return found & ~self.suspendues(now.date())

    def distances(self, latitude, longitude):
        """Return {position: km} of the fiches within ``RAYON_MAX`` of a point; confidential places are nowhere."""
        key = latitude, longitude
        known = self.eloignements.get(key)
        if known is None:
            if len(self.eloignements) >= MAX_DISTANCES:
                self.eloignements = {}
            known = self.eloignements[key] = self.find_distances(latitude, longitude)
        return known

    def find_distances(self, latitude, longitude):
        found, width = {}, KM_PAR_DEGRE * cos(radians(latitude))
        span_lat, span_lon = RAYON_MAX / KM_PAR_DEGRE, RAYON_MAX / max(width, 1)
        for position in iter_positions(self.masque("situee", True)):
            near = [
                hypot((lat - latitude) * KM_PAR_DEGRE, (lon - longitude) * width)
                for lat, lon in self.lignes[position].points
                if abs(lat - latitude) <= span_lat and abs(lon - longitude) <= span_lon
            ]
            if near and (km := min(near)) <= RAYON_MAX:
                found[position] = km
        return found

    # Words

    def postings(self, questions):
        """Return the set of fiches for each question (level, alternatives), asking the database what is not known."""
        unknown = [question for question in dict.fromkeys(questions) if question not in self.trouves]
        if unknown:
            size, positions = len(self.lignes), self.positions
            if len(self.trouves) > min(MAX_TROUVES, OCTETS_TROUVES // (size // 8 + 1)):
                self.trouves = {}
            for question, ids in zip(unknown, get_moteur().find(unknown), strict=True):
                known = [positions[pk] for pk in ids if pk in positions]
                self.trouves[question] = make_masque(known, size) if known else 0
        return [self.trouves.get(question, 0) for question in questions]

    def read_lecture(self, key, make):
        """Return what ``make`` reads of typed words, kept for the last ones asked."""
        if key in self.lectures:
            return self.lectures[key]
        if len(self.lectures) >= max(
            MIN_LECTURES, min(MAX_LECTURES, OCTETS_LECTURES // (5 * len(self.lignes) + 1))
        ):
            self.lectures = {}
        known = self.lectures[key] = make()
        return known

    def words_from(self, debut, partner, limit):
        """Return the known words that begin so, shortest first."""
        mots = self.mots if partner else self.mots_publics
        begin = bisect_left(mots, debut)
        end = bisect_left(mots, debut + "\U0010ffff", begin)
        return sorted(mots[begin:end], key=len)[:limit]

    # Order

    def first(self, masque, count):
        """Return the ``count`` first positions of a set in the order of names."""
        if self.ordonne:
            return list_positions(masque, count)
        rangs = self.derive("rangs", self.find_rangs)
        if masque.bit_count() * 8 < len(self.lignes):
            return sorted(iter_positions(masque), key=rangs.__getitem__)[:count]
        octets = masque.to_bytes((len(self.lignes) >> 3) + 1, "little")
        ordre, found = self.derive("ordre", self.find_ordre), []
        for position in ordre:
            if octets[position >> 3] >> (position & 7) & 1:
                found.append(position)
                if len(found) == count:
                    break
        return found

    def find_ordre(self):
        # By id at the same rank: positions are not the same in every process, and pages follow one another.
        lignes = self.lignes
        return sorted(
            range(len(lignes)), key=lambda position: (lignes[position].cle_tri, lignes[position].fiche_id)
        )

    def find_rangs(self):
        rangs = [0] * len(self.lignes)
        for rang, position in enumerate(self.derive("ordre", self.find_ordre)):
            rangs[position] = rang
        return rangs


def make_ligne(row):
    """Make a Ligne of a row of the index. Keys are shared between fiches: there are few of them."""
    fiche_id, _retiree, territoire_id, theme_id, reservee, debut, fin, maj, cle_tri, traits = row
    cles = [intern_cle("territoire", territoire_id), intern_cle("theme", theme_id)]
    if reservee:
        cles.append(intern_cle("reservee", True))
    if debut or fin:
        cles.append(intern_cle("datee", True))
    for facette, valeurs in traits.items():
        if facette in FACETTES or facette.startswith("champ:"):
            cles += [intern_cle(facette, valeur) for valeur in valeurs]
    if "suspension" in traits:
        cles.append(intern_cle("suspension", tuple(traits["suspension"])))
    for hours, base, departement, periodes in traits.get("lieux", ()):
        cles.append(intern_cle("lieu", (hours, base, departement, tuple(map(tuple, periodes)))))
    points = tuple(map(tuple, traits.get("points", ())))
    if points:
        cles.append(intern_cle("situee", True))
    dates = (debut, fin) if debut or fin else ()
    return Ligne(fiche_id, cle_tri, tuple(dict.fromkeys(cles)), dates, points, maj)


@lru_cache(maxsize=200_000)
def intern_cle(facette, valeur):
    return facette, valeur


class Memoire:
    """The Registre of this process."""

    def __init__(self):
        self.registre, self.sure, self.verrou = None, False, Lock()

    def read(self, version):
        """Return the Registre at a version, (number, token) as ``read_version`` gives it."""
        numero, jeton = version
        known = self.registre
        if known is not None and known.jeton == jeton:
            return known
        with self.verrou:
            known = self.registre
            if known is not None and known.jeton == jeton:
                return known
            # What an open transaction wrote may be undone: nothing is built upon it.
            open_transaction = connection.in_atomic_block
            if known is not None and self.sure and not open_transaction and numero > known.numero:
                self.registre = known.follow(numero, jeton)
            else:
                self.registre = Registre(numero, jeton).load()
            self.sure = not open_transaction
            return self.registre

    def clear(self):
        self.registre, self.sure = None, False


MEMOIRE = Memoire()
