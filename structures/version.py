"""The version of what processes keep in memory: one row, read at each request, changed with what it stands for.

Below the models, which change it: no import of them here.
"""

import secrets

from django.db import connection

TABLE = "structures_version"
READ = f"SELECT numero, jeton FROM {TABLE} WHERE id = 1"  # noqa: S608 - a name of ours
CHANGE = (
    f"INSERT INTO {TABLE} (id, numero, jeton, precedent) VALUES (1, 1, %s, 0) ON CONFLICT (id)"  # noqa: S608
    f" DO UPDATE SET numero = {TABLE}.numero + 1, jeton = excluded.jeton, precedent = {TABLE}.jeton"
    " RETURNING numero, jeton, precedent"
)


def read_version():
    """Return (number, token) in one query; zeros before anything was written."""
    with connection.cursor() as cursor:
        cursor.execute(READ)
        return cursor.fetchone() or (0, 0)


def draw_jeton():
    """Return a token that was never used: at random, since a counter repeats itself after a rollback. Never 0."""
    return 1 + secrets.randbits(62)


def touch_version():
    """Change the version; return its number, its token and the token before.

    Other writers wait here until this transaction ends.
    """
    with connection.cursor() as cursor:
        cursor.execute(CHANGE, [draw_jeton()])
        return cursor.fetchone()
