"""Everyday words and those of the field, read from ``fixtures/synonymes.toml``.

They are a file and not rows: they belong to the language, not to a territory, and readers never see them.
"""

import tomllib
from functools import lru_cache

from django.conf import settings

FICHIER = settings.BASE_DIR / "fixtures" / "synonymes.toml"
CLES = {"mots", "vers"}
MAX_LETTRES = 80


class SynonymesError(Exception):
    """The file cannot be used; the message is a French sentence that names the file and the group."""


@lru_cache(maxsize=8)
def load_synonymes(path=FICHIER):
    """Return the groups of the file: a tuple of (mots, vers), tuples of words and phrases as they are written.

    Who types one of ``mots`` also looks for ``vers``. In a group whose words are worth one another, ``vers`` is
    ``mots``. Raises SynonymesError.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SynonymesError(f"{path.name} : le fichier ne peut pas être lu.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SynonymesError(f"{path.name} : le fichier est mal écrit ({error}).") from error
    unknown = sorted(data.keys() - {"groupe"})
    if unknown:
        raise SynonymesError(f"{path.name} : « {unknown[0]} » est inconnu, seul [[groupe]] est attendu.")
    groupes = data.get("groupe", [])
    if not isinstance(groupes, list):
        raise SynonymesError(f"{path.name} : un groupe s’écrit [[groupe]], avec deux crochets.")
    return tuple(read_groupe(groupe, f"{path.name}, groupe {rang}") for rang, groupe in enumerate(groupes, 1))


def read_groupe(groupe, here):
    """Return (mots, vers) of one group. ``here`` says where it is, for errors."""
    if not isinstance(groupe, dict):
        raise SynonymesError(f"{here} : un groupe s’écrit [[groupe]], avec deux crochets.")
    unknown = sorted(groupe.keys() - CLES)
    if unknown:
        raise SynonymesError(f"{here} : « {unknown[0]} » est inconnu ; un groupe a « mots » et « vers ».")
    mots = read_mots(groupe, "mots", here)
    vers = read_mots(groupe, "vers", here) if "vers" in groupe else mots
    if vers is mots and len(mots) < 2:
        raise SynonymesError(f"{here} : il faut au moins deux « mots », ou des « vers ».")
    return mots, vers


def read_mots(groupe, cle, here):
    """Return a list of words as a tuple; each is a text, written once."""
    mots = groupe.get(cle)
    if not isinstance(mots, list) or not mots:
        raise SynonymesError(f"{here} : « {cle} » doit être une liste de mots entre guillemets.")
    for mot in mots:
        if not isinstance(mot, str) or not mot.strip() or len(mot) > MAX_LETTRES:
            raise SynonymesError(
                f"{here} : dans « {cle} », chaque mot est un texte de 1 à {MAX_LETTRES} caractères."
            )
    twice = [mot for rang, mot in enumerate(mots) if mot in mots[:rang]]
    if twice:
        raise SynonymesError(f"{here} : « {twice[0]} » est écrit deux fois dans « {cle} ».")
    return tuple(mots)
