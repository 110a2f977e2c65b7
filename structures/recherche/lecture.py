"""What the typed words find among what a reader may read, best first, before any filter.

Kept in memory per words and reader's rights until the index changes: choosing a filter or turning a page asks the same
words again.
"""

from collections import Counter
from functools import reduce
from math import log
from operator import and_, or_

from structures.recherche.masques import iter_positions
from structures.recherche.moteurs import NIVEAUX
from structures.recherche.requete import VALEURS

# What a word found at a level is worth; each further level where it stands adds a part of its own.
POIDS = {"titre": 8.0, "theme": 5.0, "texte": 2.5, "autour": 1.0, "reserve": 2.0}
REDITE = 0.2
# Up to this many results, scores are worked out fiche by fiche; beyond, set by set, on the rarest words only.
PAR_FICHE = 4000
GROUPES_CLASSES = 3
# With fewer fiches than this that have all the words, those that have most of them are given too.
PEU = 5
# Scores closer than this part of the best are not told apart: public, distance and name decide.
FINESSE = 64


class Lecture:
    """The typed words (a Requete), and what they find.

    ``masque``: the set of fiches; ``entieres``: those that have all the words that something holds; ``classes``: all as
    sets of equal relevance, best first. When few fiches have all the words, those that have the most of them follow:
    people tell a story (« garder mon bébé la nuit »), and a word too many would leave one odd fiche.
    """

    def __init__(self, requete, registre, visibles, partenaires, niveaux=NIVEAUX):
        self.requete = requete
        self.niveaux = read_niveaux(requete, registre, visibles, partenaires, niveaux)
        self.unions = [reduce(or_, (masque for *_, masque in classes), 0) for classes in self.niveaux]
        # A word that few fiches hold tells more.
        count = max(visibles.bit_count(), 1)
        self.rares = [log(1 + count / max(union.bit_count(), 1)) for union in self.unions]
        known = [union for union in self.unions if union]
        self.entieres = reduce(and_, known, visibles) if known else 0
        most = find_most(known, visibles) if len(known) > 1 and self.entieres.bit_count() < PEU else 0
        parts = self.entieres, most & ~self.entieres
        self.masque = self.entieres | most
        self.classes = tuple(classe for part in parts if part for classe in self.rank(part))

    def rank(self, found):
        """Return ``found`` as sets of equal relevance, best first."""
        scores = self.score_each(found) if found.bit_count() <= PAR_FICHE else self.score_sets(found)
        # None of the rarest words may be in any of them.
        best = max(scores) or 1
        rounded = Counter()
        for score, masque in scores.items():
            rounded[round(score * FINESSE / best)] |= masque
        return tuple(rounded[score] for score in sorted(rounded, reverse=True))

    def score_each(self, found):
        """Return {score: set of fiches}, each fiche scored by itself."""
        best, more = Counter(), Counter()
        for classes, rare in zip(self.niveaux, self.rares, strict=True):
            left = found
            for value, _, _, masque in classes:
                here = masque & found
                for position in iter_positions(here & left):
                    best[position] += value * rare
                for position in iter_positions(here & ~left):
                    more[position] += value * rare
                left &= ~masque
        scores = {}
        for position, score in best.items():
            score += REDITE * more[position]
            scores[score] = scores.get(score, 0) | 1 << position
        return scores

    def score_sets(self, found):
        """Return {score: set of fiches}: all the fiches found at the same levels at once."""
        # A word that finds nothing looks like the rarest: it tells nothing apart.
        telling = [pair for pair in zip(self.rares, self.niveaux, strict=True) if pair[1]]
        sets = {0.0: found}
        for rare, classes in sorted(telling, key=lambda pair: -pair[0])[:GROUPES_CLASSES]:
            parts = Counter()
            for score, masque in sets.items():
                for value, _, _, words in classes:
                    if here := masque & words:
                        parts[score + value * rare] |= here
                        masque &= ~words
                if masque:
                    parts[score] |= masque
            sets = parts
        return sets

    def explain(self, position):
        """Yield (group, level, way) for each group that finds the fiche at a position, at its best."""
        for groupe, classes in zip(self.requete.groupes, self.niveaux, strict=True):
            for _, niveau, voie, masque in classes:
                if masque >> position & 1:
                    yield groupe, niveau, voie
                    break


def read_niveaux(requete, registre, visibles, partenaires, lus):
    """Return what each group finds: [[(value, level, way, set of fiches), …], …], best first."""
    if not partenaires:
        lus = [niveau for niveau in lus if niveau != "reserve"]
    asked = [
        (niveau, alternatives)
        for groupe in requete.groupes
        for _, alternatives in groupe.voies
        for niveau in lus
    ]
    found = iter(registre.postings(asked))
    groups = []
    for groupe in requete.groupes:
        classes = []
        for voie, _ in groupe.voies:
            for niveau in lus:
                masque = next(found) & visibles
                if niveau == "reserve":
                    masque &= partenaires
                if masque:
                    classes.append((POIDS[niveau] * VALEURS[voie], niveau, voie, masque))
        groups.append(sorted(classes, key=lambda classe: -classe[0]))
    return groups


def find_most(unions, visibles):
    """Return the fiches that hold at least half of the words; else all that hold one."""
    by_count = [visibles] + [0] * len(unions)
    for union in unions:
        for count in range(len(unions), 0, -1):
            by_count[count] |= by_count[count - 1] & union
    return by_count[(len(unions) + 1) // 2] or by_count[1]
