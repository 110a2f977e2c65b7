"""Sentences, names and addresses of the generated territories, drawn from ``fixtures/generation``.

A sentence is written once with its alternatives (« [Appeler|Écrire] le {jour} ») and drawn anew each time: a few
hundred of them give texts of realistic length and of several thousand distinct words, without copying anybody's.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache

from django.conf import settings

DOSSIER = settings.BASE_DIR / "fixtures" / "generation"
ALTERNATIVE = re.compile(r"\[([^\]]*)\]")
SLOT = re.compile(r"\{(\w+)\}")
VOWEL = re.compile(r"^[AÀÂEÉÈÊIÎOÔUYHaeiouyh]")
JOURS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi")
HEURES = ("8 h 30", "9 h", "9 h 30", "10 h", "10 h 30", "13 h 30", "14 h", "14 h 30", "16 h", "17 h")


def set_spaces(texte):
    """Put the no-break spaces of French typography, and curly apostrophes."""
    texte = re.sub(r" (?=[:;!?»%])", "\u00a0", texte.replace("'", "’"))
    texte = re.sub(r"(?<=[\d}]) (?=h\b|euros\b)", "\u00a0", texte)
    return texte.replace("« ", "«\u00a0")


@dataclass(frozen=True)
class Lexique:
    """What ``fixtures/generation`` holds. Sentences are tuples of texts and of tuples of alternatives."""

    prenoms: tuple
    noms: tuple
    lieux_dits: tuple
    enseignes: tuple
    types_voies: tuple
    noms_voies: tuple
    general: dict
    themes: dict
    publics: dict
    champs: dict
    genres: tuple
    horaires: dict


@cache
def load_lexique():
    mots = read_toml("mots.toml")
    textes = read_toml("textes.toml")
    genres = read_toml("genres.toml")
    for genre in genres["genre"]:
        for key in ("noms", "presentation"):
            genre[key] = parse_all(genre[key])
    return Lexique(
        prenoms=tuple(mots["prenoms"].split()),
        noms=tuple(mots["noms"].split()),
        lieux_dits=split_words(mots["lieux_dits"]),
        enseignes=split_words(mots["enseignes"]),
        types_voies=split_words(mots["types_voies"]),
        noms_voies=split_words(mots["noms_voies"]),
        general={key: parse_all(phrases) for key, phrases in textes["general"].items()},
        themes={
            slug: {key: parse_all(phrases) for key, phrases in parts.items()}
            for slug, parts in textes["theme"].items()
        },
        publics=textes["publics"],
        champs={
            code: parse_phrase(set_spaces(value)) if isinstance(value, str) else value
            for code, value in textes["champs"].items()
        },
        genres=tuple(genres["genre"]),
        horaires=genres["horaires"],
    )


def read_toml(nom):
    return tomllib.loads((DOSSIER / nom).read_text(encoding="utf-8"))


def split_words(texte):
    return tuple(word.strip() for line in texte.split("\n") for word in line.split("|") if word.strip())


def parse_all(phrases):
    return tuple(parse_phrase(set_spaces(phrase)) for phrase in phrases)


def parse_phrase(phrase):
    """Return the pieces of a sentence: a text, or a tuple of texts of which one is drawn."""
    pieces = ALTERNATIVE.split(phrase)
    return tuple(tuple(piece.split("|")) if rank % 2 else piece for rank, piece in enumerate(pieces) if piece)


def de(nom):
    """« Annecy » → « d’Annecy », « Le Mans » → « du Mans », « Lyon » → « de Lyon »."""
    for article, contracted in (("Le ", "du "), ("Les ", "des ")):
        if nom.startswith(article):
            return contracted + nom.removeprefix(article)
    return f"d’{nom}" if VOWEL.match(nom) else f"de {nom}"


def a(nom):
    """« Annecy » → « à Annecy », « Le Mans » → « au Mans »."""
    for article, contracted in (("Le ", "au "), ("Les ", "aux ")):
        if nom.startswith(article):
            return contracted + nom.removeprefix(article)
    return f"à {nom}"


class Plume:
    """Draws names and texts with one random generator: same draws, same texts, on any machine.

    ``communes`` are the names that streets may bear (« rue de Bapaume »).
    """

    def __init__(self, rng, departement, communes):
        self.rng = rng
        self.lexique = load_lexique()
        self.communes = communes
        self.words = {"departement": set_spaces(departement)}
        self.slots = {
            "personne": self.draw_person,
            "patronyme": lambda: self.pick(self.lexique.noms),
            "voie": self.draw_voie,
            "enseigne": lambda: self.pick(self.lexique.enseignes),
            "dit": self.draw_dit,
            "jour": lambda: self.pick(JOURS),
            "heure": lambda: set_spaces(self.pick(HEURES)),
            "n": lambda: str(self.between(2, 12)),
            "semaines": lambda: str(self.between(2, 8)),
            "mois": lambda: str(self.between(2, 12)),
            "age": lambda: str(self.between(14, 21)),
            "euros": lambda: str(self.between(2, 40) * 20),
            "annee": lambda: str(self.between(1972, 2023)),
        }

    def fork(self, rng):
        """Return a Plume that draws from another generator, and leaves this one where it is."""
        return Plume(rng, self.words["departement"], self.communes)

    def pick(self, values):
        return values[int(self.rng.random() * len(values))]

    def between(self, low, high):
        return low + int(self.rng.random() * (high - low + 1))

    def chance(self, probability):
        return self.rng.random() < probability

    def some(self, values, low, high):
        """Return ``low`` to ``high`` distinct values, in their own order."""
        count = min(self.between(low, high), len(values))
        kept = set(self.rng.sample(range(len(values)), count))
        return [value for rank, value in enumerate(values) if rank in kept]

    def settle(self, commune, epci):
        """Speak from now on of this commune and of its EPCI (names)."""
        commune = set_spaces(commune)
        self.words |= {
            "commune": commune,
            "de_commune": de(commune),
            "a_commune": a(commune),
            "epci": set_spaces(epci),
        }

    def draw(self, phrase):
        """Return a sentence with its alternatives drawn and its slots filled."""
        texte = "".join(piece if isinstance(piece, str) else self.pick(piece) for piece in phrase)
        return SLOT.sub(self.fill, texte) if "{" in texte else texte

    def fill(self, slot):
        name = slot[1]
        return self.slots[name]() if name in self.slots else self.words[name]

    def draw_one(self, phrases):
        return self.draw(self.pick(phrases))

    def draw_some(self, phrases, low, high):
        return [self.draw(phrase) for phrase in self.some(phrases, low, high)]

    def draw_person(self):
        return f"{self.pick(self.lexique.prenoms)} {self.pick(self.lexique.noms)}"

    def draw_dit(self):
        """Return what a place is called after: a place name, or somebody."""
        if self.chance(0.6):
            return self.pick(self.lexique.lieux_dits)
        return self.draw_person().replace(" ", "-")

    def draw_voie(self):
        """Return what a street is called after: words, somebody, or a commune (thousands of distinct words)."""
        kind = self.rng.random()
        if kind < 0.45:
            return self.pick(self.lexique.noms_voies)
        if kind < 0.7:
            return self.draw_person().replace(" ", "-")
        return de(set_spaces(self.pick(self.communes)))

    def draw_adresse(self):
        numero = f"{self.between(1, 180)}{self.pick((' bis', '', '', '', '', '', '', ''))}"
        return f"{numero} {self.pick(self.lexique.types_voies)} {self.draw_voie()}"
