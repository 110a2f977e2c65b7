"""The extract under a result: the part of its texts where the words that were looked for are.

Made in Python from the fiches that are shown, in one query. What only partners read is read for partners alone;
addresses are in no extract. Words are compared by their roots, as the index does, and remembered by each process: a
text costs a look-up per word, not an analysis.
"""

import re
from functools import lru_cache
from html import escape

from django.db import connection
from django.utils.safestring import SafeString, mark_safe

from structures.models import Competence, Structure, Visibilite
from structures.recherche.analyse import decouper, is_vide, racine
from structures.texte import fold

LARGEUR = 160
MAX_TEXTE = 4000
MAX_DEPARTS = 12
PORTEE = 20  # words: about three quarters of an extract
# What comes first is preferred when two texts hold as many of the words.
PUBLICS = (
    "c.objectifs",
    "c.publics_precisions",
    "c.conditions_acces",
    "c.deroulement",
    "c.frais_precisions",
    "c.venir_precisions",
    "s.description",
)
RESERVES = ("c.mobilisation_precisions", "s.attentes", "s.limites")
# Written out: the ORM takes longer to write this query (0.6 ms) than a database to answer it.
SELECT = (
    f"SELECT c.id, s.territoire_id, c.mobilisation_visibilite, {', '.join(PUBLICS + RESERVES)}"  # noqa: S608
    f" FROM {Competence._meta.db_table} c JOIN {Structure._meta.db_table} s ON s.id = c.structure_id"
    " WHERE c.id IN ({})"
)
FINS = ".!?·"
MOT = re.compile(r"[^\W_]+")
# Two characters for private use stand for the marks until the text is escaped, once.
OUVRE, FERME = "\ue000", "\ue001"


def read_textes(ids, droits):
    """Return {fiche id: its texts that this reader may read}, in one query."""
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(SELECT.format(", ".join(["%s"] * len(ids))), list(ids))
        rows = cursor.fetchall()
    found = {}
    for pk, territoire, visibilite, *textes in rows:
        publics, (procedure, *partenaires) = textes[: len(PUBLICS)], textes[len(PUBLICS) :]
        partner = territoire in droits.territoires_partenaires
        if partner or visibilite == Visibilite.PUBLIC:
            publics.append(procedure)
        found[pk] = publics + partenaires if partner else publics
    return found


def make_extraits(textes, formes) -> dict[int, SafeString]:
    """Return {fiche id: extract} of the fiches whose texts hold a word whose root is in ``formes``.

    ``textes``: {fiche id: list of plain texts}. The extract is HTML: the text escaped, the words in ``<mark>``.
    """
    if not formes:
        return {}
    # A list's dashes say nothing once it is on one line.
    split = {
        pk: [texte[:MAX_TEXTE].replace("\n- ", " · ").lstrip("- ").split() for texte in several if texte]
        for pk, several in textes.items()
    }
    words = {mot for several in split.values() for mots in several for mot in mots}
    hits = {mot: read_racines(mot) & formes for mot in words if not formes.isdisjoint(read_racines(mot))}
    extraits = {}
    for pk, several in split.items():
        best, most = None, 0
        for mots in several:
            if not hits.keys().isdisjoint(mots):
                count = len(set().union(*(hits[mot] for mot in mots if mot in hits)))
                if count > most:
                    best, most = mots, count
        if best:
            extraits[pk] = draw_extrait(best, hits, most)
    return extraits


def spell(mots, textes):
    """Return {folded word: as the texts write it} for those of ``mots`` that stand in them."""
    found = {}
    for texte in textes:
        for written in MOT.findall(texte):
            folded = fold(written)
            if folded in mots and folded not in found:
                found[folded] = written.lower()
        if len(found) == len(mots):
            break
    return found


@lru_cache(maxsize=65_536)
def read_racines(mot):
    """Return the roots of what stands between two spaces: « l’accueil-écoute, » has two."""
    return frozenset(racine(part) for part in decouper(mot) if not is_vide(part))


def draw_extrait(mots, hits, most):
    """Return the part of a text (its words) with the most of the words looked for, cut between words, marked."""
    begin, end = choose_window(mots, hits, most)
    drawn = " ".join([mark(mot, hits[mot]) if mot in hits else mot for mot in mots[begin:end]])
    drawn = escape(drawn).replace(OUVRE, "<mark>").replace(FERME, "</mark>")
    return mark_safe(f"{'… ' if begin else ''}{drawn}{' …' if end < len(mots) else ''}")  # noqa: S308 - escaped


def choose_window(mots, hits, most):
    """Return the (begin, end) of about ``LARGEUR`` characters: the whole text when it is short."""
    if sum(map(len, mots)) + len(mots) <= LARGEUR:
        return 0, len(mots)
    found = [rank for rank, mot in enumerate(mots) if mot in hits]
    first = found[0]
    if most > 1:

        def value(start):
            return len(set().union(*(hits[mots[rank]] for rank in found if start <= rank < start + PORTEE)))

        first = max(found[:MAX_DEPARTS], key=value)
    begin, before = first, 0
    # A little of what comes before, for the sentence to be understood: from where it begins, when it is near.
    while begin and before + len(mots[begin - 1]) < LARGEUR // 4:
        begin -= 1
        before += len(mots[begin]) + 1
        if begin and before > LARGEUR // 8 and mots[begin - 1][-1] in FINS:
            break
    end, width = first, before
    while end < len(mots) and (end == first or width + len(mots[end]) <= LARGEUR):
        width += len(mots[end]) + 1
        end += 1
    if end == len(mots):
        while begin and width + len(mots[begin - 1]) < LARGEUR:
            begin -= 1
            width += len(mots[begin]) + 1
    while begin < first and not any(map(str.isalnum, mots[begin])):
        begin += 1
    return begin, end


@lru_cache(maxsize=16_384)
def mark(mot, roots):
    """Mark, in what stands between two spaces, the parts that were looked for: « d’[hébergement], »."""
    return MOT.sub(
        lambda part: part[0] if roots.isdisjoint(read_racines(part[0])) else f"{OUVRE}{part[0]}{FERME}", mot
    )
