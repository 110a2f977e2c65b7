"""Searches are counted without personal data: what is noted of a search, when it is written, how long it is kept.

The view notes (``compter``): a few microseconds, no query. What was noted waits in the memory of the process, and a
thread of its own writes it a few seconds later: one short transaction for all the searches of these seconds, for which
no reader waits, on an engine that has a single writer too. What a process that is killed had not written is lost: these
are statistics. Counting changes nothing of what an address answers: a search stays a GET, kept and repeated at will.

What was typed is written nowhere. Its words are cleaned (``nettoyage``), then a keyed hash of them waits for two other
days: from the third one on, the words of that day are kept in clear. The key comes from SECRET_KEY, which is not in
the database nor in its copies; who holds both could still try ordinary words one by one, hence the 60 days.
"""

import atexit
import logging
import re
from collections import Counter, deque
from dataclasses import dataclass
from datetime import date, timedelta
from threading import Lock, Timer

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from structures.models import (
    Champ,
    Commune,
    Competence,
    CompteRecherche,
    JourTermes,
    Public,
    Sigle,
    TermesCherches,
    Territoire,
    Theme,
)
from structures.models.comptage import MIN_JOURS
from structures.recherche.analyse import decouper, racine
from structures.recherche.nettoyage import list_connus, split_requete
from structures.referentiels import vocabulaire
from structures.texte import fold

logger = logging.getLogger(__name__)

MAX_ATTENTE = 2_000
# More words than this, together, begin to tell a story: each is then counted alone.
MAX_ENSEMBLE = 3
MAX_MOTS = 12
OUBLI_EMPREINTES = timedelta(days=60)
OUBLI_MOTS = timedelta(days=396)  # 13 months

ROBOTS = re.compile(r"bot\b|crawl|spider|slurp|python-|curl|wget|headless", re.IGNORECASE)
# Filters that have one value.
DRAPEAUX = ("ouvert", "sans_attente")
# Name of a filter in addresses, attribute of Demande.
FILTRES = {
    "theme": "themes",
    "commune": "communes",
    "public": "publics",
    "frais": "frais",
    "accueil": "accueil",
    "langue": "langues",
    "accessibilite": "accessibilite",
    "mobilisable": "mobilisable",
}
COMPTER = (
    "INSERT INTO {table} (territoire_id, jour, mesure, valeur, nombre) VALUES (%s, %s, %s, %s, %s)"
    " ON CONFLICT (territoire_id, jour, mesure, valeur) DO UPDATE SET nombre = {table}.nombre + excluded.nombre"
)
COMPTER_TERMES = (
    "INSERT INTO {table} (termes_id, jour, nombre, sans_resultat) VALUES (%s, %s, %s, %s)"
    " ON CONFLICT (termes_id, jour) DO UPDATE SET nombre = {table}.nombre + excluded.nombre,"
    " sans_resultat = {table}.sans_resultat + excluded.sans_resultat"
)


@dataclass(frozen=True)
class Recherche:
    """A search that waits in memory to be counted. ``texte``, as typed, never leaves it."""

    territoire_id: int
    jour: date
    texte: str
    filtres: tuple
    trouve: bool
    inconnus: frozenset = frozenset()

    def __repr__(self):
        return f"<Recherche {self.jour}>"  # what is printed of it by mistake says nothing


class Tampon:
    """What waits to be written. Beyond ``MAX_ATTENTE`` searches, the oldest are given up."""

    def __init__(self):
        self.lock = Lock()
        self.waiting = deque(maxlen=MAX_ATTENTE)
        self.timer = None
        self.at_exit = False

    def add(self, recherche):
        with self.lock:
            self.waiting.append(recherche)
            if settings.COMPTAGE_DELAI and self.timer is None:
                self.start_timer()

    def start_timer(self):
        self.timer = Timer(settings.COMPTAGE_DELAI, self.write_apart)
        self.timer.daemon = True  # it does not keep a process that stops: what remains is written at exit
        self.timer.start()
        if not self.at_exit:
            self.at_exit = True
            atexit.register(self.write)

    def write_apart(self):
        """Write from the timer's thread, which has a connection of its own to give back."""
        try:
            self.write()
        finally:
            connection.close()

    def write(self):
        """Write what waits. A database that is too busy is asked again later; nothing is ever raised."""
        with self.lock:
            self.timer = None
            recherches = list(self.waiting)
            self.waiting.clear()
        try:
            write_recherches(recherches)
        except OperationalError as error:
            logger.warning("Recherches comptées plus tard : %s", type(error).__name__)
            with self.lock:
                self.waiting.extendleft(reversed(recherches[: MAX_ATTENTE - len(self.waiting)]))
        except Exception as error:  # its own message could quote what was typed
            logger.error("Recherches non comptées : %s", type(error).__name__)


tampon = Tampon()


def compter(request, demande, total, inconnus=()):
    """Note a search that a page has just answered.

    ``total``: the number of fiches found; ``inconnus``: the words typed that no fiche holds, even when others did.
    """
    if request.territoire and is_counted(request, demande):
        note(demande, total, request.territoire.pk, timezone.localdate(), inconnus)


def note(demande, total, territoire_id, jour, inconnus=()):
    """Note a search of a day: it waits in memory."""
    recherche = Recherche(
        territoire_id, jour, demande.texte, list_filtres(demande), total > 0, frozenset(map(fold, inconnus))
    )
    if recherche.texte.strip() or recherche.filtres:
        tampon.add(recherche)


def is_counted(request, demande):
    """Tell whether a request is somebody's full search.

    Neither a following page, nor words still being typed (htmx says which field asked), nor a page that a browser
    reads ahead or restores, nor a robot. Nobody is followed: who searches twice is counted twice.
    """
    headers = request.headers
    return (
        request.method == "GET"
        and not demande.en_cours
        and request.GET.get("page", "1") in {"", "1"}
        and headers.get("HX-Trigger-Name") != "q"
        and "HX-History-Restore-Request" not in headers
        and "prefetch" not in headers.get("Sec-Purpose", headers.get("Purpose", ""))
        and not ROBOTS.search(headers.get("User-Agent", ""))
    )


def list_filtres(demande):
    """Return the filters in use as (name, value); of a theme's own field, its id only: values may be typed."""
    chosen = [(name, str(value)) for name, attr in FILTRES.items() for value in getattr(demande, attr)]
    chosen += [(name, "oui") for name in DRAPEAUX if getattr(demande, name)]
    if demande.rayon:
        chosen.append(("rayon", "oui"))
    return (*chosen, *(("champ", str(pk)) for pk in demande.champs))


def write_recherches(recherches):
    """Count searches: all that is read is read first, then one transaction writes."""
    here = set(Territoire.objects.values_list("pk", flat=True)) if recherches else ()
    recherches = [recherche for recherche in recherches if recherche.territoire_id in here]
    if not recherches:
        return
    codes = list_codes(recherches)
    figures, groups = Counter(), {}
    sigles, glossaire = read_glossaire()
    split = {texte: split_requete(texte, sigles) for texte in {recherche.texte for recherche in recherches}}
    known = list_connus({mot for mots in split.values() for mot in mots}, glossaire)
    for recherche in recherches:
        key = recherche.territoire_id, recherche.jour
        nature = "mots" if recherche.texte.strip() else "filtres"
        figures[*key, CompteRecherche.RECHERCHE, nature] += 1
        if not recherche.trouve:
            figures[*key, CompteRecherche.SANS_RESULTAT, nature] += 1
        figures.update((*key, *filtre) for filtre in recherche.filtres if filtre in codes)
        for termes in group_termes([mot for mot in split[recherche.texte] if mot in known]):
            group = groups.setdefault((*key, hash_termes(recherche.territoire_id, termes)), [termes, 0, 0])
            group[1] += 1
            group[2] += not recherche.trouve or not recherche.inconnus.isdisjoint(termes)
    with transaction.atomic():
        # In a constant order: two processes that count the same values wait for each other, and never both ways.
        run_many(COMPTER, CompteRecherche, [(*key, figures[key]) for key in sorted(figures)])
        run_many(COMPTER_TERMES, JourTermes, list(write_termes(groups)))


def run_many(statement, model, rows):
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(statement.format(table=model._meta.db_table), rows)


def write_termes(groups):
    """Bring the rows of the hashes up to date; yield what is counted of those that have had their three days.

    ``groups``: {(territory, day, hash): [words, searches, searches without result]}.
    """
    hashes = sorted({empreinte for _, _, empreinte in groups})
    stored = TermesCherches.objects.select_for_update().order_by("pk").in_bulk(hashes)
    counted = []
    for territoire_id, jour, empreinte in sorted(groups):
        termes, count, without = groups[territoire_id, jour, empreinte]
        row = stored.get(empreinte)
        if row is None:
            row = stored[empreinte] = TermesCherches(
                empreinte=empreinte, territoire_id=territoire_id, premier_jour=jour, dernier_jour=jour
            )
        elif jour > row.dernier_jour:
            row.jours += 1
            row.dernier_jour = jour
        if row.jours >= MIN_JOURS:
            row.termes = row.termes or " ".join(termes)
            counted.append((empreinte, jour, count, without))
    TermesCherches.objects.bulk_create(
        [stored[empreinte] for empreinte in hashes],
        update_conflicts=True,
        unique_fields=["empreinte"],
        update_fields=["dernier_jour", "jours", "termes"],
    )
    return counted


def group_termes(mots):
    """Return what is counted together of the words of a search, each as a tuple of words: all, or one by one."""
    by_root = {}
    for mot in mots:
        by_root.setdefault(racine(mot), mot)
    termes = tuple(by_root.values())
    if len(termes) <= MAX_ENSEMBLE:
        return [termes] if termes else []
    return [(terme,) for terme in termes[:MAX_MOTS]]


def hash_termes(territoire_id, termes):
    """Return the keyed hash of words, whatever their order and their endings; another in each territory."""
    roots = " ".join(sorted(racine(terme) for terme in termes))
    return salted_hmac(__name__, f"{territoire_id} {roots}", algorithm="sha256").hexdigest()[:32]


def read_glossaire():
    """Return the acronyms that the territories explain, and all the words that they chose, folded."""
    rows = list(Sigle.objects.values_list("sigle", "signification", "synonymes"))
    sigles = {fold(sigle) for sigle, _, _ in rows}
    textes = [*Theme.objects.values_list("nom", flat=True), *Public.objects.values_list("libelle", flat=True)]
    for sigle, signification, synonymes in rows:
        textes += [sigle, signification, *synonymes]
    return sigles, {mot for texte in textes for mot in decouper(texte)}


def list_codes(recherches):
    """Return those of the filters in use that are values that we know: an address can be typed by hand."""
    used = {filtre for recherche in recherches for filtre in recherche.filtres}
    asked = {name: {value for other, value in used if other == name} for name, _ in used}
    known = {
        "frais": Competence.Frais.values,
        "accueil": vocabulaire("modes_accueil"),
        "langue": vocabulaire("langues"),
        "accessibilite": vocabulaire("familles_handicap"),
        "mobilisable": vocabulaire("mobilisable_par"),
        "rayon": ("oui",),
        **dict.fromkeys(DRAPEAUX, ("oui",)),
    }
    tables = {
        "theme": Theme.objects.values_list("pk", flat=True),
        "commune": Commune.objects.filter(pk__in=asked.get("commune", ())).values_list("pk", flat=True),
        "public": Public.objects.values_list("code", flat=True),
        "champ": Champ.objects.values_list("pk", flat=True),
    }
    known |= {name: {str(code) for code in codes} for name, codes in tables.items() if name in asked}
    return {(name, value) for name, value in used if value in known[name]}


def purge(aujourdhui):
    """Forget what has not been searched for long. Returns how many rows went, by what they were."""
    termes = TermesCherches.objects.all()
    old = aujourdhui - OUBLI_MOTS
    return {
        "empreintes": termes.filter(termes="", dernier_jour__lt=aujourdhui - OUBLI_EMPREINTES).delete()[0],
        "jours": JourTermes.objects.filter(jour__lt=old).delete()[0],
        "mots": termes.exclude(termes="").filter(dernier_jour__lt=old).delete()[0],
        "figures": CompteRecherche.objects.filter(jour__lt=old).delete()[0],
    }
