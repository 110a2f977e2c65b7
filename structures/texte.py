"""Folding of text: one spelling for comparing and sorting, the same on both database engines."""

import re
import unicodedata

# Characters that decomposition leaves alone but that readers type as two letters.
LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ł": "l", "’": "'", "‘": "'"})
# Latin accents, once decomposed; the marks of other scripts are rarer, and looked for one by one.
ACCENTS = re.compile(r"[\u0300-\u036f]+")


def fold(texte):
    """Return ``texte`` in lower case without accents nor ligatures, white space folded.

    Databases disagree on « É » (SQLite sorts bytes, PostgreSQL follows its locale): sorting and prefix search
    therefore use this form, computed once at each save.
    """
    if texte.isascii():
        return " ".join(texte.casefold().split())
    folded = ACCENTS.sub("", unicodedata.normalize("NFKD", texte.casefold().translate(LIGATURES)))
    if not folded.isascii():
        folded = "".join(c for c in folded if not unicodedata.combining(c))
    return " ".join(folded.split())
