"""What typed words are looked for as: each word, or phrase of the glossary, becomes a group of alternatives."""

from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from structures.recherche.analyse import TRAIT_UNION, decouper, is_vide, racine
from structures.recherche.moteurs import NIVEAUX, PUBLICS
from structures.texte import fold

MAX_GROUPES = 12
MAX_DEBUTS = 60
MAX_CORRECTIONS = 3
MAX_PROCHES = 12
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


def read_requete(texte, registre, lexique, *, visibles, partenaires, en_cours):
    """Return the Requete of what was typed.

    ``visibles``: the fiches that the reader may read; ``partenaires``: those read as a partner.
    """
    lecteur = Lecteur(registre, lexique, visibles, partenaires)
    mots = list(dict.fromkeys(decouper(lecteur.write_in_one(texte))))
    kept = [mot for mot in mots if not is_vide(mot)]
    if not kept:
        # « AS », « ça » while typing: words that say nothing, unless the glossary knows them.
        kept = [mot for mot in mots if en_cours or (racine(mot),) in lexique.equivalents]
    kept = kept[:MAX_GROUPES]
    groupes, inconnus, rang = [], [], 0
    while rang < len(kept):
        cle, lus = lecteur.find_phrase(kept[rang : rang + lexique.longueur])
        last = rang + len(cle) == len(kept)
        mot = " ".join(kept[rang : rang + len(cle)])
        groupe = lecteur.make_groupe(mot, cle, lus, debut=last and en_cours)
        groupes.append(groupe) if groupe.voies else inconnus.append(mot)
        rang += len(cle)
    return Requete(tuple(groupes), tuple(inconnus))


class Lecteur:
    """Reads words for one reader: what is known to partners only completes and corrects nothing for others."""

    def __init__(self, registre, lexique, visibles, partenaires):
        self.registre, self.lexique = registre, lexique
        self.visibles, self.partenaires, self.partner = visibles, partenaires, bool(partenaires)
        self.racines = registre.racines if self.partner else registre.racines_publiques

    def is_known(self, roots):
        """Tell whether fiches hold all these roots; figures are not kept among known words."""
        return all(root in self.racines or root.isdigit() for root in roots)

    def write_in_one(self, texte):
        """Write in one the words with a hyphen that fiches hold so: « co-voiturage » when they say « covoiturage »."""

        def join(found):
            mots = decouper(found[0])
            apart = all(is_vide(mot) or racine(mot) in self.racines for mot in mots)
            return found[0] if apart or racine("".join(mots)) not in self.racines else "".join(mots)

        return TRAIT_UNION.sub(join, fold(texte)) if "-" in texte else texte

    def find_phrase(self, mots):
        """Return (roots, corrections) of the longest phrase of the glossary that these words begin with.

        Else those of the first word alone, to be corrected later if need be.
        """
        read = [self.read_mot(mot) for mot in mots] if len(mots) > 1 else []
        for length in range(len(read), 1, -1):
            cle = tuple(root for root, _ in read[:length])
            if cle in self.lexique.equivalents:
                return cle, tuple(lu for _, lu in read[:length] if lu)
        return (racine(mots[0]),), ()

    def read_mot(self, mot):
        """Return the root of a word, or of the word nearest to it when nothing holds it, and that word."""
        root = racine(mot)
        if root in self.racines or mot in self.lexique.mots:
            return root, ""
        lus = self.correct(mot)
        return (racine(lus[0]), lus[0]) if lus else (root, "")

    def make_groupe(self, mot, cle, lus, *, debut):
        voies = []
        if self.is_known(cle):
            voies.append(("correction" if lus else "mot", (cle,)))
        if debut and len(cle) == 1:
            words = self.registre.words_from(mot, self.partner, MAX_DEBUTS)
            if begun := {racine(word) for word in words} - {cle[0]}:
                voies.append(("debut", tuple((root,) for root in sorted(begun))))
        if means := self.list_equivalents(cle):
            voies.append(("synonyme", means))
        if not voies and len(cle) == 1:
            lus = self.correct(mot)
            roots = dict.fromkeys((racine(word),) for word in lus if self.is_known([racine(word)]))
            if roots:
                voies.append(("correction", tuple(roots)))
            means = (other for word in lus for other in self.list_equivalents((racine(word),)))
            if means := tuple(dict.fromkeys(means)):
                voies.append(("synonyme", means))
        return Groupe(mot, tuple(voies), lus if voies else ())

    def list_equivalents(self, cle):
        return tuple(other for other in self.lexique.equivalents.get(cle, ()) if self.is_known(other))

    def correct(self, mot):
        """Return the known words nearest to a word that nothing holds; none when it is short or far from all."""
        allowed = 2 if len(mot) >= DEUX_FAUTES else 1 if len(mot) >= UNE_FAUTE else 0
        if not allowed or mot.isdigit():
            return ()
        key = "correction", mot, self.partner, self.lexique
        words = self.registre.mots if self.partner else self.registre.mots_publics
        known = self.registre.derive(key, find_nearest, mot, words, self.lexique.mots, allowed)
        read = self.keep_read([word for word, _ in known])
        near = [(word, edits) for word, edits in known if word in read]
        nearest = [word for word, edits in near if edits == near[0][1]]
        same_start = [word for word in nearest if word[0] == mot[0]]
        return tuple((same_start or nearest)[:MAX_CORRECTIONS])

    def keep_read(self, words):
        """Return the words that this reader reads somewhere, or in the glossary: a correction says them."""
        niveaux = NIVEAUX if self.partner else PUBLICS
        asked = [(niveau, ((racine(word),),)) for word in words for niveau in niveaux]
        found, kept = iter(self.registre.postings(asked)), set()
        for word in words:
            masques = dict(zip(niveaux, found, strict=False))
            masques["reserve"] = masques.get("reserve", 0) & self.partenaires
            if word in self.lexique.mots or any(masque & self.visibles for masque in masques.values()):
                kept.add(word)
        return kept


def find_nearest(mot, words, others, allowed):
    """Return the words, of these or of the others, that are few edits away: [(word, edits)], best first."""
    near = {}
    for choices in (words, others):
        found = process.extract(mot, choices, scorer=OSA.distance, score_cutoff=allowed, limit=40)
        near |= {word: distance for word, distance, _ in found if len(word) >= UNE_FAUTE - 1}

    def rank(item):
        # People seldom miss the first letter; a doubled or dropped letter is likelier than another one.
        word, distance = item
        return distance, word[0] != mot[0], abs(len(word) - len(mot)) != 1, word

    return sorted(near.items(), key=rank)[:MAX_PROCHES]
