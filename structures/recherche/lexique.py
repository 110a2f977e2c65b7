"""The words that mean the same: the glossary of a territory, and everyday words for those of the field.

A key is a tuple of roots, one per word: « restos », « revenu minimum ».
"""

from dataclasses import dataclass
from threading import Lock

from structures.recherche.analyse import decouper, is_vide, racine
from structures.recherche.synonymes import load_synonymes

MAX_MOTS = 5  # words in a key
MAX_EQUIVALENTS = 12


@dataclass(frozen=True, eq=False)
class Lexique:
    """What is kept in memory for one is kept under it, not under its id, which another may be given later.

    ``equivalents``: {key: keys that mean the same}; ``mots``: the words of all keys, folded."""

    equivalents: dict
    mots: frozenset
    longueur: int


def make_cle(texte):
    """Return the key of a word or phrase: its roots; a phrase of stop words alone keeps them."""
    mots = decouper(texte)
    kept = [mot for mot in mots if not is_vide(mot)] or mots
    return tuple(racine(mot) for mot in kept)


def make_lexique(sigles):
    """Make the Lexique of a territory from its acronyms ({sigle: Sigle})."""
    equivalents, mots = {}, set()

    def link(sources, targets):
        for source in sources:
            cle = make_cle(source)
            mots.update(mot for mot in decouper(source) if not is_vide(mot))
            if not cle or len(cle) > MAX_MOTS:
                continue
            known = equivalents.setdefault(cle, [])
            known += [
                other for other in map(make_cle, targets) if other and other != cle and other not in known
            ]

    for mots_de_tous, du_metier in load_synonymes():
        link(mots_de_tous, du_metier)
    for sigle in sigles.values():
        said = [sigle.sigle, sigle.signification, *sigle.synonymes]
        link(said, said)
    return Lexique(
        {cle: tuple(known[:MAX_EQUIVALENTS]) for cle, known in equivalents.items()},
        frozenset(mots),
        max(map(len, equivalents), default=1),
    )


class Memoire:
    """The Lexique of the vocabularies read last: a vocabulary is kept in memory itself, under its version."""

    SIZE = 16

    def __init__(self):
        self.known, self.verrou = {}, Lock()

    def read(self, vocabulaire):
        known = self.known.get(id(vocabulaire))
        if known is None:
            with self.verrou:
                if len(self.known) >= self.SIZE:
                    self.known = {}
                # The vocabulary is kept beside: its id is given to no other as long as it lives.
                known = self.known[id(vocabulaire)] = vocabulaire, make_lexique(vocabulaire.sigles)
        return known[1]


LEXIQUES = Memoire()
