"""Where the parts of a sheet go: two columns of about the same height, so that an ordinary fiche keeps to one page.

Heights are guessed in lines of text. Laying out each arrangement to measure it would cost 100 ms apiece; guessing
them all costs about one, and puts many more of the demo's fiches on one page than a fixed margin does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

# Widths in millimetres of the text (left) and of the tinted margin (right, without its padding), by CSS class.
LARGEURS = {
    "marge-etroite": (111, 57),
    "marge-moyenne": (101, 67),
    "marge-large": (91, 77),
    "marge-tres-large": (82, 86),
}
LARGEUR_CADRE = 174
# Millimetres of a character at the ordinary size.
LARGEUR_CARACTERE = 1.85
# What a heading, and the gap before the next part, take.
LIGNES_TITRE = 1.9
LIGNES_PARAGRAPHE = 0.2
# Under the header, in millimetres: the page, a band over its whole width, the frame of the partners' part.
HAUTEUR_UTILE = 237
HAUTEUR_BANDEAU = 8
HAUTEUR_CADRE = 5
# Millimetres of a guessed line, by density of repertoire/pdf.py: the least seen on the fiches of the demo.
HAUTEUR_LIGNE = {"": 4.35, "serre": 3.9, "dense": 3.0}
# Lines that an arrangement must spare before the usual one is left for it.
HABITUDE = 1.0


@dataclass(frozen=True)
class Partie:
    """A part of a sheet: its texts, one per paragraph or line; ``titres``: headings, its own included."""

    textes: tuple[str, ...]
    titres: int = 1

    def height(self, width: float) -> float:
        """Return its height in lines, in a column of ``width`` millimetres."""
        per_line = width / LARGEUR_CARACTERE
        rows = [row for texte in self.textes for row in texte.splitlines() if row.strip()]
        return self.titres * LIGNES_TITRE + sum(
            1 + int(len(row) / per_line) + LIGNES_PARAGRAPHE for row in rows
        )


def plan(texte: Sequence[Partie], marge: Sequence[Partie], mobiles: Mapping[str, Partie]) -> dict:
    """Return ``{"largeurs": CSS class, "hauteur": lines, name of a movable part: whether it goes to the margin}``.

    ``mobiles`` are usually in the margin.
    """
    best, least = {}, float("inf")
    for rank, (name, (left_width, right_width)) in enumerate(LARGEURS.items()):
        left = sum(partie.height(left_width) for partie in texte)
        right = sum(partie.height(right_width) for partie in marge)
        for sides in product((True, False), repeat=len(mobiles)):
            lefts = sum(
                part.height(left_width)
                for part, side in zip(mobiles.values(), sides, strict=True)
                if not side
            )
            rights = sum(
                part.height(right_width) for part, side in zip(mobiles.values(), sides, strict=True) if side
            )
            height = max(left + lefts, right + rights)
            cost = height + HABITUDE * (rank + sides.count(False)) / 2
            if cost < least:
                least = cost
                best = {"largeurs": name, "hauteur": height, **dict(zip(mobiles, sides, strict=True))}
    return best


def list_densities(height: float, *, bandeaux: int, cadre: Partie | None) -> list[str]:
    """Return the densities at which a sheet may keep to one page: laying out the others would be for nothing.

    ``height``: of the columns, in lines. ``bandeaux``: bands above them. ``cadre``: what is framed below, if anything.
    """
    lines = height + (cadre.height(LARGEUR_CADRE) if cadre else 0)
    frame = HAUTEUR_CADRE if cadre else 0
    left = HAUTEUR_UTILE - bandeaux * HAUTEUR_BANDEAU - frame
    return [densite for densite, line in HAUTEUR_LIGNE.items() if lines * line <= left]
