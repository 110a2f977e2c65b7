"""Writing the index: in the transaction that saves a fiche, or whole.

Models call ``update_index`` with the ids of the fiches that a change touches. ``together`` gathers those of several
changes (a form with its places), so that each fiche is indexed once.
"""

import json
from collections import defaultdict
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace

from django.db import connection, transaction
from django.utils import timezone

from structures.cartes import write_carte
from structures.models import (
    Champ,
    Commune,
    Competence,
    FicheIndexee,
    Mot,
    Public,
    ReglageTheme,
    Statut,
    Territoire,
    Theme,
)
from structures.recherche.analyse import racine
from structures.recherche.documents import Contexte, write_document, write_traits
from structures.recherche.moteurs import get_moteur
from structures.recherche.sources import load_sources
from structures.version import touch_version

BATCH = 500
COLUMNS = tuple(item.column for item in FicheIndexee._meta.concrete_fields)
UPSERT = (
    f"INSERT INTO {FicheIndexee._meta.db_table} ({', '.join(COLUMNS)}) VALUES ({', '.join(['%s'] * len(COLUMNS))})"
    f" ON CONFLICT (fiche_id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in COLUMNS[1:])}"
)
GATHERED = ContextVar("fiches to index", default=None)
TABLE_MOTS = Mot._meta.db_table
UPSERT_MOT = (
    f"INSERT INTO {TABLE_MOTS} (mot, racine, public, version) VALUES (%s, %s, %s, %s)"
    " ON CONFLICT (mot) DO UPDATE SET public = excluded.public, version = excluded.version"
)


@contextmanager
def together():
    """Index the fiches of several changes at the end, once each, in one transaction with them."""
    if GATHERED.get() is not None:
        yield
        return
    with transaction.atomic():
        token = GATHERED.set(set())
        try:
            yield
            gathered = GATHERED.get()
        finally:
            GATHERED.reset(token)
        update_index(gathered)


def update_index(ids):
    """Bring the index up to date for these fiches: those that are no longer published leave it."""
    ids = set(ids)
    if not ids:
        return
    gathered = GATHERED.get()
    if gathered is not None:
        gathered |= ids
        return
    if not connection.in_atomic_block:
        with transaction.atomic():
            update_index(ids)
        return
    version, jeton, precedent = touch_version()
    contexte = CONTEXTE.read(jeton, precedent)
    write_fiches(sorted(ids), version, contexte, CONTEXTE.mots)


@transaction.atomic
def rebuild_index(progress=None):
    """Write the whole index anew; ``progress`` is called with the number of fiches done. Return how many there are."""
    version, *_ = touch_version()
    FicheIndexee.objects.all().delete()
    Mot.objects.all().delete()
    get_moteur().clear()
    ids = list(published().order_by("pk").values_list("pk", flat=True))
    contexte, known = load_contexte(), {}
    CONTEXTE.forget()
    for begin in range(0, len(ids), BATCH):
        write_fiches(ids[begin : begin + BATCH], version, contexte, known, whole=True)
        if progress:
            progress(min(begin + BATCH, len(ids)))
    get_moteur().optimize()
    return len(ids)


def is_complete():
    """Tell whether the published fiches are those of the index (not whether what it says of them is right)."""
    indexed = FicheIndexee.objects.filter(retiree=False).values_list("pk", flat=True)
    return set(indexed) == set(published().order_by().values_list("pk", flat=True))


def published():
    return Competence.objects.filter(statut=Statut.PUBLIEE, structure__statut=Statut.PUBLIEE)


def load_contexte():
    """Read what is common to the fiches."""
    champs, names, reserved = defaultdict(list), defaultdict(list), defaultdict(list)
    for champ in Champ.objects.all():
        champs[champ.theme_id].append(champ)
    given = ReglageTheme.objects.exclude(nom="").order_by("pk")
    for theme, nom, acces in given.values_list("theme_id", "nom", "territoire__acces"):
        (names if acces == Territoire.Acces.PUBLIC else reserved)[theme].append(nom)
    themes = {theme.pk: theme for theme in Theme.objects.select_related("parent")}
    publics = dict(Public.objects.values_list("code", "libelle"))
    prives = Territoire.objects.filter(acces=Territoire.Acces.PARTENAIRES).values_list("pk", flat=True)
    today = timezone.localdate()
    return Contexte(publics, themes, dict(champs), dict(names), dict(reserved), frozenset(prives), today)


class MemoireContexte:
    """The Contexte of the last change: read again only when another process, or something else, changed since.

    ``mots``: {word: whether everybody reads it} for those that are known to be written.
    """

    def __init__(self):
        self.kept, self.jeton, self.mots = None, 0, {}

    def read(self, jeton, precedent):
        """Return the Contexte at ``jeton``, drawn after ``precedent`` by this transaction, for a change of fiches."""
        if self.kept is None or self.jeton != precedent or self.kept.aujourdhui != timezone.localdate():
            self.kept, self.mots = load_contexte(), {}
        self.jeton = jeton
        return self.kept

    def forget(self):
        self.kept = None


CONTEXTE = MemoireContexte()


def locate(loaded, contexte):
    """Return ``contexte`` with the communes of the places that have no position of their own."""
    lost = {p.lieu.code_insee for _, held, _ in loaded for p in held if p.lieu.latitude is None} - {""}
    if not lost:
        return contexte
    communes = Commune.objects.filter(pk__in=lost, latitude__isnull=False).order_by()
    points = {code: point for code, *point in communes.values_list("pk", "latitude", "longitude")}
    return replace(contexte, communes=points)


def write_fiches(ids, version, contexte, known, whole=False):
    """Write the rows, the words and the roots of these fiches. ``known``, ``whole``: see ``write_mots``."""
    loaded = load_sources(ids, contexte.themes)
    contexte = locate(loaded, contexte)
    rows, documents, mots = [], {}, {}
    for fiche, permanences, contacts in loaded:
        document = write_document(fiche, permanences, contacts, contexte)
        documents[fiche.pk] = document.racines
        mots |= dict.fromkeys(document.mots_reserves - mots.keys(), False)
        mots |= dict.fromkeys(document.mots_publics, True)
        rows.append(make_row(fiche, permanences, contexte, version))
    gone = set(ids) - documents.keys()
    write_rows(rows + [make_gone(pk, version) for pk in gone])
    moteur = get_moteur()
    if gone:
        moteur.delete(gone)
    if documents:
        moteur.write(documents)
        write_mots(mots, version, known, whole)


def make_row(fiche, permanences, contexte, version):
    """Return the values of ``COLUMNS`` for a fiche."""
    structure = fiche.structure
    return (
        fiche.pk,
        version,
        False,
        structure.id,
        structure.territoire_id,
        fiche.theme_id,
        fiche.visibilite != "public",
        fiche.debut and fiche.debut.isoformat(),
        fiche.fin and fiche.fin.isoformat(),
        fiche.date_maj.isoformat(),
        # Structures in the order of names, the fiches of each in the order of tabs.
        f"{structure.cle_tri[:170]}\t{structure.id:012}\t{fiche.theme.ordre:05}",
        dump(write_traits(fiche, permanences, contexte)),
        dump(write_carte(fiche, permanences, contexte.aujourdhui)),
    )


def make_gone(pk, version):
    return pk, version, True, 0, 0, 0, False, None, None, None, "", "{}", "{}"


def dump(data):
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def write_rows(rows):
    """Write rows of FicheIndexee in place of what was there.

    As SQL: the same one for each fiche that is saved, and the ORM takes longer to write it than the database to run it.
    """
    with connection.cursor() as cursor:
        cursor.executemany(UPSERT, rows)


def write_mots(mots, version, known, whole=False):
    """Add the words that are not known yet. None is taken away: a word that nothing holds finds nothing.

    ``known``: {word: whether everybody reads it}, completed here; ``whole``: all that are written are in it.
    """
    if not whole:
        known |= read_mots([mot for mot in mots if mot not in known])
    new = {mot: public for mot, public in mots.items() if mot not in known or (public and not known[mot])}
    known |= new
    with connection.cursor() as cursor:
        cursor.executemany(UPSERT_MOT, [(mot, racine(mot), public, version) for mot, public in new.items()])


def read_mots(mots):
    """Return {word: whether everybody reads it} for those that are written already."""
    if not mots:
        return {}
    marks = ", ".join(["%s"] * len(mots))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT mot, public FROM {TABLE_MOTS} WHERE mot IN ({marks})", mots)
        return dict(cursor.fetchall())
