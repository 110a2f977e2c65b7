"""What typed words are looked for as: each word, or phrase of the glossary, becomes a group of alternatives."""

from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from structures.recherche.analyse import decouper, is_vide, racine

MAX_GROUPES = 12
MAX_DEBUTS = 60
MAX_CORRECTIONS = 3
# Edits that are forgiven, by number of letters; a swap of two letters is one (OSA distance).
UNE_FAUTE, DEUX_FAUTES = 4, 8
# What an alternative is worth beside the word itself.
VALEURS = {"mot": 1.0, "debut": 0.85, "synonyme": 0.7, "correction": 0.75}


@dataclass(frozen=True)
class Groupe:
    """One typed word or phrase: {way: alternatives}, an alternative being a tuple of roots that follow one another."""

    mot: str
    voies: tuple
    lus: tuple = ()

    @property
    def racines(self):
        return {root for _, alternatives in self.voies for roots in alternatives for root in roots}


@dataclass(frozen=True)
class Requete:
    groupes: tuple
    inconnus: tuple

    @property
    def racines(self):
        return frozenset().union(*(groupe.racines for groupe in self.groupes))


def read_requete(texte, registre, lexique, *, partner, en_cours):
    """Return the Requete of what was typed.

    ``partner``: whether words that only partners read may complete or correct what is typed.
    """
    mots = list(dict.fromkeys(decouper(texte)))
    kept = [mot for mot in mots if not is_vide(mot)]
    if en_cours and mots and is_vide(mots[-1]) and not kept:
        kept = mots[-1:]
    kept = kept[:MAX_GROUPES]
    groupes, inconnus, rang = [], [], 0
    while rang < len(kept):
        cle = find_phrase(kept, rang, lexique)
        last = rang + len(cle) == len(kept)
        mot = " ".join(kept[rang : rang + len(cle)])
        groupe = make_groupe(mot, cle, registre, lexique, partner=partner, debut=last and en_cours)
        groupes.append(groupe) if groupe.voies else inconnus.append(mot)
        rang += len(cle)
    return Requete(tuple(groupes), tuple(inconnus))


def find_phrase(mots, rang, lexique):
    """Return the roots of the longest phrase of the glossary that begins at ``rang``; else the root of the word."""
    roots = [racine(mot) for mot in mots[rang : rang + lexique.longueur]]
    for length in range(len(roots), 1, -1):
        if tuple(roots[:length]) in lexique.equivalents:
            return tuple(roots[:length])
    return tuple(roots[:1])


def make_groupe(mot, cle, registre, lexique, *, partner, debut):
    known = registre.racines if partner else registre.racines_publiques
    voies, lus = [], ()
    if all(root in known for root in cle):
        voies.append(("mot", (cle,)))
    if debut and len(cle) == 1:
        begun = {racine(word) for word in registre.words_from(mot, partner, MAX_DEBUTS)} - {cle[0]}
        if begun:
            voies.append(("debut", tuple((root,) for root in sorted(begun))))
    equivalents = [
        other for other in lexique.equivalents.get(cle, ()) if all(root in known for root in other)
    ]
    if equivalents:
        voies.append(("synonyme", tuple(equivalents)))
    if not voies and len(cle) == 1:
        lus = correct(mot, registre, lexique, partner)
        found = dict.fromkeys((racine(word),) for word in lus if racine(word) in known)
        if found:
            voies.append(("correction", tuple(found)))
        means = [
            other
            for word in lus
            for other in lexique.equivalents.get((racine(word),), ())
            if all(root in known for root in other)
        ]
        if means:
            voies.append(("synonyme", tuple(dict.fromkeys(means))))
    return Groupe(mot, tuple(voies), lus if voies else ())


def correct(mot, registre, lexique, partner):
    """Return the known words nearest to a word that nothing holds; none when it is short or far from all."""
    allowed = 2 if len(mot) >= DEUX_FAUTES else 1 if len(mot) >= UNE_FAUTE else 0
    if not allowed or mot.isdigit():
        return ()
    key = "correction", mot, partner, id(lexique)
    return registre.derive(key, find_nearest, mot, registre, lexique, partner, allowed)


def find_nearest(mot, registre, lexique, partner, allowed):
    choices = registre.mots if partner else registre.mots_publics
    near = {}
    for words in (choices, lexique.mots):
        found = process.extract(mot, words, scorer=OSA.distance, score_cutoff=allowed, limit=40)
        near |= {word: distance for word, distance, _ in found if len(word) >= UNE_FAUTE - 1}
    if not near:
        return ()
    best = min(near.values())

    def rank(word):
        # People seldom miss the first letter; a doubled or dropped letter is likelier than another one.
        return near[word], word[0] != mot[0], abs(len(word) - len(mot)) != 1, word

    nearest = sorted((word for word in near if near[word] == best), key=rank)
    same_start = [word for word in nearest if word[0] == mot[0]]
    return tuple((same_start or nearest)[:MAX_CORRECTIONS])
