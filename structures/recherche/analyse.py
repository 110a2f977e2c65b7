"""One analysis of text for what is indexed and for what is typed, on both engines.

Fold, split, drop the words that say nothing, keep the root. Accents go before the root is taken: the French stemmers
treat « securite » and « sécurité » differently.
"""

import re
from functools import lru_cache
from threading import Lock

import Stemmer

from structures.texte import fold

MOT = re.compile(r"[^\W_]+")
# « C.A.F. », « R.S.A » are written with dots and searched without.
POINTS = re.compile(r"\b(?:[^\W\d_]\.){2,}[^\W\d_]?\b|\b(?:[^\W\d_]\.){2,}")
TRAIT_UNION = re.compile(r"[^\W_]+(?:[-'][^\W_]+)+")
MAX_LETTRES = 40
# Words of three letters are acronyms as often as words: they are kept as they are, but for the plural.
MIN_RACINE = 4

# What is written everywhere, and what people say around what they look for.
MOTS_VIDES = frozenset(
    """
    a ai aie ainsi aller alors apres as au aucun aucune aujourd aussi autre autres aux avait avec avez
    avoir avons ayant beaucoup besoin bien bonjour c ca car ce ceci cela celle celles celui cependant
    certain certaine certaines certains ces cet cette ceux chaque cherche chercher cherchons chez ci comme
    comment comprend comprends contre d dans de depuis des dois doit donc dont du elle elles en encore
    entre es est et etaient etait etant etes etre eu eux faire fais fait faites faut hui il ils j je jusqu
    l la laquelle le lequel les lesquelles lesquels leur leurs lors lorsque lui m ma madame mais me meme
    memes merci mes mme moi moins mon monsieur mr n ne ni non nos notre nous obtenir on ont ou par parce
    parmi pas pendant peu peut peuvent plait plus plusieurs pour pourquoi pourrait prend prendre prends
    puis puisque qu quand que quel quelle quelles quelqu quelque quelques quels qui quoi rien s sa sais
    sait se selon sera serait ses si sinon soi soit sommes son sont souhaite souhaitent sous stp suis sur
    svp t ta te tel telle telles tels tes toi ton tous tout toute toutes tres trop trouver tu un une
    urgent urgente va vais venir vers veulent veut veux voici voila voir vos votre voudrais voudrait vous
    vraiment y
    """.split()
)

# Not « aide », whoever is looked for: « aidants » are a public of their own.
ENTIERS = frozenset({"aidant", "aidants"})

# One stemmer is not safe between threads; its own memory is off, lru_cache is quicker.
STEMMER = Stemmer.Stemmer("french", 0)
VERROU = Lock()


def decouper(texte):
    """Return the folded words of a text, in order, stop words included.

    A word with a hyphen or an apostrophe gives its parts; « C.A.F. » gives « caf ».
    """
    folded = fold(POINTS.sub(lambda found: found[0].replace(".", ""), texte))
    return [mot[:MAX_LETTRES] for mot in MOT.findall(folded)]


@lru_cache(maxsize=65_536)
def racine(mot):
    """Return the root of a folded word: « gardes », « garder » and « garde » have the same."""
    if len(mot) < MIN_RACINE or not mot.isascii() or not mot.isalpha():
        return mot
    if mot in ENTIERS:
        return mot.removesuffix("s")
    with VERROU:
        found = STEMMER.stemWord(mot)
    if len(found) < MIN_RACINE:
        # « café » would be « caf », « mère » « mer », « père » « per ».
        return mot[:-1] if mot[-1] in "sx" else mot
    # « travail » and « travailler » (travaill).
    if len(found) > MIN_RACINE and found[-1] == found[-2]:
        found = found[:-1]
    return found


def is_vide(mot):
    """Tell whether a folded word says nothing by itself."""
    return mot in MOTS_VIDES


def racines(texte):
    """Return the roots of a text, in order, without stop words."""
    return [racine(mot) for mot in decouper(texte) if mot not in MOTS_VIDES]


def mots_joints(texte):
    """Return the hyphenated words of a text written in one, folded: « co-voiturage » is typed « covoiturage »."""
    if "-" not in texte:
        return []
    found = (mot for mot in TRAIT_UNION.findall(fold(texte)) if "-" in mot)
    return [re.sub(r"[-']", "", mot)[:MAX_LETTRES] for mot in found]
