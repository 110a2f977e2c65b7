"""Folding of text: one spelling for comparing and sorting, the same on both database engines."""

import unicodedata

# Characters that decomposition leaves alone but that readers type as two letters.
LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ł": "l", "’": "'", "‘": "'"})


def fold(texte):
    """Return ``texte`` in lower case without accents nor ligatures, white space folded.

    Databases disagree on « É » (SQLite sorts bytes, PostgreSQL follows its locale): sorting and prefix search
    therefore use this form, computed once at each save.
    """
    decomposed = unicodedata.normalize("NFKD", texte.casefold().translate(LIGATURES))
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())
