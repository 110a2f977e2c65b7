"""What may be kept of the words that somebody typed: ordinary words and those of the répertoire, never a name.

People type what is in front of them: « logement Mme Benali 06 12 34 56 78 ». A word is kept because it is known, not
because nothing was found against it. Known are the words that a French dictionary writes without a capital, those of
the glossary, themes and publics, and those of the names of published structures. Words that only the text of a fiche
holds are not: « demander Mme Benali » is text of a fiche. Names of persons go first, with the word on either side of
them: « Marie Petit » is no request for something small. A word too many is lost now and then; the other way round, a
name would be kept.
"""

import gzip
import re
from functools import cache

from django.conf import settings

from structures.models import Mot, Structure
from structures.recherche.analyse import decouper, is_vide, racine
from structures.referentiels import vocabulaire
from structures.texte import fold

DOSSIER = settings.BASE_DIR / "fixtures" / "francais"
VOCABULAIRES = (
    "thematiques",
    "publics",
    "modes_accueil",
    "frais",
    "langues",
    "documents",
    "familles_handicap",
)
# Beyond, unknown words are not looked for among the structures: nobody types so many, a machine does.
MAX_INCONNUS = 200
MAX_STRUCTURES = 200

COURRIEL = re.compile(r"\S+@\S*|\bhttps?:\S+|\bwww\.\S+")
VOIES = "rue|avenue|av|boulevard|bd|bld|impasse|chemin|allee|quai|square|montee|faubourg"
# « 12 rue des Lilas », « rue des Lilas », « 3 place Bellecour »; not « vivre à la rue », « une place en crèche ».
ADRESSE = re.compile(
    rf"\b\d+\s*(?:bis|ter|quater)?\b[\s,]*(?:{VOIES}|place|route|cours|voie|villa|residence|lotissement)\b[^,;\n]*"
    rf"|\b(?:{VOIES})\s+(?:de|du|des|d|la|le|les|l)\b[^,;\n]*"
)
MONSIEUR = re.compile(r"(?<![\w.])m\.(?!\w)")
CIVILITES = {"mr", "mme", "mlle", "monsieur", "madame", "mademoiselle", "dr", "docteur", "maitre", "veuve"}
PARTICULES = {"de", "du", "des", "d", "la", "le", "les", "l", "ben", "el", "al", "van", "von", "da", "dos"}


@cache
def read_mots():
    """Return the roots of ordinary words, one a line.

    Looked up as they are, in half a megabyte and a fifth of a millisecond: a set of them takes ten times as much
    memory in each process, for a task that nobody waits for.
    """
    return b"\n" + gzip.decompress((DOSSIER / "mots.txt.gz").read_bytes()) + b"\n"


@cache
def read_noms():
    return frozenset((DOSSIER / "noms.txt").read_text(encoding="utf-8").split())


@cache
def read_referentiels():
    """Return the roots of the words of the national vocabularies."""
    labels = (label for name in VOCABULAIRES for label in vocabulaire(name).values())
    return frozenset(racine(mot) for label in labels for mot in decouper(label))


def is_ordinaire(mot):
    """Tell whether a folded word is in the dictionary without a capital, in any of its forms."""
    return mot.isascii() and mot.isalpha() and b"\n%b\n" % racine(mot).encode() in read_mots()


def split_requete(texte, sigles=frozenset()):
    """Return the folded words of what was typed, in order, without numbers, addresses nor persons.

    ``sigles``: the acronyms that the glossary explains; GRETA, ADIL or SAAD are then not the names that they also are.
    """
    texte = ADRESSE.sub(" ", COURRIEL.sub(" ", fold(texte)))
    mots = decouper(MONSIEUR.sub(" mr ", texte))
    noms = read_noms() - sigles
    banned = set()
    for rank, mot in enumerate(mots):
        if mot in CIVILITES:
            banned |= {rank, find_neighbour(mots, rank, 1)}
        elif mot in noms:
            banned |= {rank, find_neighbour(mots, rank, -1), find_neighbour(mots, rank, 1)}
    return [
        mot
        for rank, mot in enumerate(mots)
        if rank not in banned and len(mot) > 1 and not is_vide(mot) and not any(c.isdigit() for c in mot)
    ]


def find_neighbour(mots, rank, step):
    """Return the rank of the word beside ``rank`` that is no particle (« Marie de la Fontaine »)."""
    rank += step
    while 0 <= rank < len(mots) and mots[rank] in PARTICULES:
        rank += step
    return rank


def list_connus(mots, glossaire):
    """Return those of a set of folded words that may be kept. ``glossaire``: the words of the répertoire, folded."""
    referentiels = read_referentiels()
    own = {racine(mot) for mot in glossaire}
    known = {mot for mot in mots if racine(mot) in own or racine(mot) in referentiels or is_ordinaire(mot)}
    return known | list_structures(sorted(mots - known)[:MAX_INCONNUS])


def list_structures(mots):
    """Return those of ``mots`` that are in the name of a published structure, and that everybody reads somewhere."""
    found = set()
    for mot in Mot.objects.filter(mot__in=mots, public=True).values_list("mot", flat=True):
        names = Structure.objects.filter(statut="publiee", cle_tri__contains=mot)
        if any(mot in decouper(name) for name in names.values_list("cle_tri", flat=True)[:MAX_STRUCTURES]):
            found.add(mot)
    return found
