"""The inverted index: the roots of words, by fiche and by level. One interface, a kind per database engine.

The database is asked one thing only: which fiches hold these roots at this level. Everything else (what the words
mean, what may be read, what comes first) is decided in Python, so that both engines give the same results.
"""

from django.db import connection

# Where a root was found, the weightiest first. The last is read by partners only.
NIVEAUX = ("titre", "theme", "texte", "autour", "reserve")
PUBLICS = NIVEAUX[:4]
TABLE = "structures_texte"
BATCH = 400  # SQLite joins at most 500 SELECT


class Moteur:
    """What both engines have in common."""

    def find(self, questions):
        """Return, for each question, the ids of the fiches that answer it.

        ``questions``: list of (level, alternatives); an alternative is a tuple of roots that follow one another.
        """
        found = []
        for begin in range(0, len(questions), BATCH):
            found += self.find_batch(questions[begin : begin + BATCH])
        return found

    def find_batch(self, questions):
        raise NotImplementedError

    def write(self, documents):
        """Write the documents, {fiche id: {level: list of roots}}, in place of what was known of these fiches."""
        raise NotImplementedError

    def delete(self, ids):
        """Forget these fiches."""
        with connection.cursor() as cursor:
            cursor.executemany(f"DELETE FROM {TABLE} WHERE {self.cle} = %s", [(pk,) for pk in ids])

    def clear(self):
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {TABLE}")

    def optimize(self):
        """Put the index in order after much was written."""


class Sqlite(Moteur):
    """FTS5: a column per level, the ``ascii`` tokenizer (roots are separated by spaces, nothing more is needed)."""

    cle = "rowid"

    def find_batch(self, questions):
        # One text per question rather than one row per fiche: common words are read in half the time.
        sql = " UNION ALL ".join(
            f"SELECT {rank}, group_concat(rowid) FROM {TABLE} WHERE {TABLE} MATCH %s"
            for rank in range(len(questions))
        )
        found = [[] for _ in questions]
        with connection.cursor() as cursor:
            cursor.execute(sql, [self.express(*question) for question in questions])
            for rank, ids in cursor.fetchall():
                found[rank] = list(map(int, ids.split(","))) if ids else []
        return found

    def express(self, niveau, alternatives):
        return f"{{{niveau}}} : ({' OR '.join(quote(roots) for roots in alternatives)})"

    def write(self, documents):
        with connection.cursor() as cursor:
            cursor.executemany(
                f"REPLACE INTO {TABLE} (rowid, {', '.join(NIVEAUX)}) VALUES (%s, %s, %s, %s, %s, %s)",
                [
                    (pk, *(" ".join(niveaux[niveau]) for niveau in NIVEAUX))
                    for pk, niveaux in documents.items()
                ],
            )

    def optimize(self):
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {TABLE} ({TABLE}) VALUES ('optimize')")


class Postgresql(Moteur):
    """A ``tsvector`` made as a literal: the level is the first letter of each lexeme.

    Weights (A to D) would do, but GIN does not hold them: each row would have to be read again.
    """

    cle = "fiche_id"
    PREFIXES = dict(zip(NIVEAUX, "abcde", strict=True))
    MAX_POSITION = 16_000

    def find_batch(self, questions):
        # The function is in the migration that creates the table.
        sql = f"SELECT {', '.join(['structures_trouver(%s::tsquery)'] * len(questions))}"
        with connection.cursor() as cursor:
            cursor.execute(sql, [self.express(*question) for question in questions])
            return [ids or [] for ids in cursor.fetchone()]

    def express(self, niveau, alternatives):
        prefix = self.PREFIXES[niveau]
        return " | ".join(
            "(" + " <-> ".join(f"'{prefix}{root}'" for root in roots) + ")" for roots in alternatives
        )

    def write(self, documents):
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {TABLE} (fiche_id, lexemes) VALUES (%s, %s::tsvector)"
                " ON CONFLICT (fiche_id) DO UPDATE SET lexemes = excluded.lexemes",
                [(pk, self.make_lexemes(niveaux)) for pk, niveaux in documents.items()],
            )

    def make_lexemes(self, niveaux):
        """Return the literal of a ``tsvector``: 'agarde':1 'aenfant':2 … Levels do not follow one another."""
        lexemes = []
        for niveau in NIVEAUX:
            prefix = self.PREFIXES[niveau]
            lexemes += (
                f"'{prefix}{root}':{min(rank, self.MAX_POSITION)}"
                for rank, root in enumerate(niveaux[niveau], 1)
            )
        return " ".join(lexemes)

    def optimize(self):
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {TABLE}")


def quote(roots):
    return '"' + " ".join(roots) + '"'


def get_moteur():
    """Return the engine of the database in use."""
    return Sqlite() if connection.vendor == "sqlite" else Postgresql()
