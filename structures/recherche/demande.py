"""What is asked of the search, and what it answers."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Demande:
    """A search, once read and checked. Each tuple is a choice of values: one of them is enough; empty, all do.

    ``themes``: ids of themes (a tab brings its sub-themes by itself); ``communes``: INSEE codes; ``rayon``:
    kilometres around the first commune, 0 for the commune itself; ``accessibilite``: families of handicap;
    ``mobilisable``: who may ask for it; ``champs``: {id of a theme’s own field: values}; ``en_cours``: the last
    word is still being typed; ``titres``: only what fiches and structures are called is looked at.
    """

    texte: str = ""
    themes: tuple = ()
    communes: tuple = ()
    rayon: int = 0
    publics: tuple = ()
    frais: tuple = ()
    accueil: tuple = ()
    langues: tuple = ()
    accessibilite: tuple = ()
    mobilisable: tuple = ()
    ouvert: bool = False
    sans_attente: bool = False
    champs: dict = field(default_factory=dict)
    en_cours: bool = False
    titres: bool = False


@dataclass(frozen=True)
class Raison:
    """Why a fiche is a result: a word as typed, the form that was found, and where.

    ``niveau``: titre (title, structure), theme (theme, public, acronym), texte (what the fiche says), autour
    (structure's presentation, places), reserve (what partners alone read).
    ``par``: mot, debut (beginning of a word), synonyme, correction.
    """

    mot: str
    forme: str
    niveau: str
    par: str


@dataclass(frozen=True)
class Trouvaille:
    """One result: a fiche, how far it is (km, None when unknown or not asked), why it is here."""

    fiche_id: int
    distance: float | None = None
    raisons: tuple = ()


@dataclass(frozen=True)
class Correction:
    """A word that is not known, and the nearest known words that were looked for instead."""

    mot: str
    lus: tuple


@dataclass(frozen=True)
class Suggestion:
    """A proposal while typing. ``genre``: fiche, structure, theme, sigle."""

    genre: str
    libelle: str
    precision: str
    url: str
