"""The colours and pictograms of the répertoire: the single source for screen, paper and the choice lists.

``python -m repertoire.palette > static/css/couleurs.css`` rewrites the CSS from here (a test compares them,
and computes every contrast). A theme stores the *names*: ``couleur="corail"``, ``pictogramme="house-heart"``.

The shades were drawn in OKLCH, at one lightness per role whatever the hue, so that no onglet shouts louder
than another; they are kept as sRGB because neither WeasyPrint nor older browsers read OKLCH.
"""

import sys
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

ICONES = Path(__file__).resolve().parent.parent / "static" / "icones" / "liste.txt"
COULEUR_PAR_DEFAUT = "ardoise"
PICTOGRAMME_PAR_DEFAUT = "bookmark"


@dataclass(frozen=True, slots=True)
class Teinte:
    """The five roles of a hue in one mode, as ``#rrggbb``.

    ``texte`` reads on ``fond`` and on the paper (≥ 4.5:1); ``trait`` is seen against both (≥ 3:1);
    ``sur_solide`` reads on ``solide`` (≥ 4.5:1).
    """

    fond: str
    trait: str
    texte: str
    solide: str
    sur_solide: str


@dataclass(frozen=True, slots=True)
class Couleur:
    """One named hue: its label in French, its light and its dark version. Paper uses the light one."""

    libelle: str
    clair: Teinte
    sombre: Teinte


COULEURS: dict[str, Couleur] = {
    "corail": Couleur(
        "Corail",
        Teinte("#feebe8", "#ca564b", "#6d1c17", "#bb342c", "#ffffff"),
        Teinte("#401f1b", "#da6d61", "#fed2cb", "#ffa194", "#210d0b"),
    ),
    "brique": Couleur(
        "Brique",
        Teinte("#feebe6", "#b56854", "#602c1e", "#88341e", "#ffffff"),
        Teinte("#3a241e", "#c57d69", "#fad5ca", "#f2a995", "#1d100c"),
    ),
    "chataigne": Couleur(
        "Châtaigne",
        Teinte("#f9eee6", "#9f765b", "#523623", "#6c4122", "#ffffff"),
        Teinte("#33271f", "#b0896f", "#eddacd", "#dcb59b", "#19120d"),
    ),
    "ambre": Couleur(
        "Ambre",
        Teinte("#ffedda", "#b26f03", "#573401", "#935a03", "#ffffff"),
        Teinte("#3a250c", "#c68125", "#fad7b4", "#f3ad5d", "#1d1104"),
    ),
    "miel": Couleur(
        "Miel",
        Teinte("#f8f0d9", "#9a7d03", "#4b3b02", "#786101", "#ffffff"),
        Teinte("#32290d", "#ad8f2a", "#ebdeb5", "#d8bb61", "#191304"),
    ),
    "olive": Couleur(
        "Olive",
        Teinte("#eef3e0", "#7b883b", "#3a4205", "#535f02", "#ffffff"),
        Teinte("#282d18", "#8d9a54", "#dbe3c2", "#b8c682", "#131509"),
    ),
    "sauge": Couleur(
        "Sauge",
        Teinte("#eaf3eb", "#698a6d", "#2d4430", "#486e4d", "#ffffff"),
        Teinte("#232d24", "#7c9c80", "#d4e3d5", "#a8c7ab", "#101610"),
    ),
    "sapin": Couleur(
        "Sapin",
        Teinte("#e1f6ea", "#379469", "#014a2e", "#026943", "#ffffff"),
        Teinte("#183024", "#54a57d", "#c4e8d3", "#83d1a8", "#091710"),
    ),
    "canard": Couleur(
        "Bleu canard",
        Teinte("#dcf6f7", "#0a9298", "#00464a", "#036569", "#ffffff"),
        Teinte("#0f3032", "#2ba5ab", "#bbe8ea", "#67d1d6", "#041718"),
    ),
    "azur": Couleur(
        "Azur",
        Teinte("#e4f2fe", "#2687c7", "#024166", "#0369a1", "#ffffff"),
        Teinte("#142d3f", "#479ad6", "#c2e3fe", "#7dc6fe", "#071520"),
    ),
    "outremer": Couleur(
        "Outremer",
        Teinte("#e9f1ff", "#4d7dd8", "#193978", "#0f43a9", "#ffffff"),
        Teinte("#1c2a44", "#6290e6", "#cddffe", "#9abeff", "#0b1423"),
    ),
    "indigo": Couleur(
        "Indigo",
        Teinte("#edefff", "#7574cf", "#363372", "#4940a5", "#ffffff"),
        Teinte("#262741", "#8787dd", "#d8dbfe", "#b3b6ff", "#121222"),
    ),
    "violette": Couleur(
        "Violette",
        Teinte("#f3ecff", "#9268c6", "#492b6c", "#6c38a2", "#ffffff"),
        Teinte("#2f243e", "#a37dd4", "#e5d5ff", "#ceaaff", "#171020"),
    ),
    "prune": Couleur(
        "Prune",
        Teinte("#fbeaf9", "#a567a0", "#552b52", "#722d6d", "#ffffff"),
        Teinte("#352333", "#b67bb0", "#f1d3ed", "#e2a7dc", "#1a1019"),
    ),
    "framboise": Couleur(
        "Framboise",
        Teinte("#ffeaee", "#c75372", "#6b1a34", "#9f1449", "#ffffff"),
        Teinte("#3f1e26", "#d76a85", "#fed0d8", "#fe9db2", "#210d11"),
    ),
    "ardoise": Couleur(
        "Ardoise",
        Teinte("#ecf1f6", "#708296", "#323e4c", "#465a6f", "#ffffff"),
        Teinte("#252b30", "#8394a7", "#d7dfe8", "#afc0d2", "#111417"),
    ),
}

# The paper, the ink and what both share, (light, dark). ``trait`` only decorates; ``trait_fort`` draws what
# must be seen (fields).
NEUTRES: dict[str, tuple[str, str]] = {
    "bureau": ("#f2ede3", "#11141c"),
    "papier": ("#fffefb", "#1a1e29"),
    "creux": ("#f8f4ec", "#222736"),
    "encre": ("#1a2238", "#f1ece2"),
    "encre_douce": ("#4b5268", "#bfbab0"),
    "trait": ("#ddd5c6", "#373d4d"),
    "trait_fort": ("#7d7466", "#8b90a0"),
    "lien": ("#1b4a94", "#a9c8ff"),
    "accent": ("#22315c", "#f0dfb8"),
    "sur_accent": ("#fffefb", "#1a1e29"),
    "focus": ("#0a58ca", "#ffd166"),
}


def lire_icones() -> dict[str, str]:
    """Return every vendored icon of ``liste.txt``, name → label (empty for those of the interface)."""
    icones = {}
    for ligne in ICONES.read_text(encoding="utf-8").splitlines():
        if ligne.strip() and not ligne.startswith("#"):
            nom, _, libelle = ligne.partition("|")
            icones[nom.strip()] = libelle.strip()
    return icones


TOUTES_LES_ICONES: dict[str, str] = lire_icones()
PICTOGRAMMES: dict[str, str] = {nom: libelle for nom, libelle in TOUTES_LES_ICONES.items() if libelle}


def choix_couleurs() -> list[tuple[str, str]]:
    """Return the choices of a colour field."""
    return [(nom, couleur.libelle) for nom, couleur in COULEURS.items()]


def choix_pictogrammes() -> list[tuple[str, str]]:
    """Return the choices of a pictogram field."""
    return list(PICTOGRAMMES.items())


def _declarations(valeurs: dict[str, str], prefixe: str) -> str:
    return " ".join(f"--{prefixe}{role.replace('_', '-')}: {valeur};" for role, valeur in valeurs.items())


def _regles(mode: str, portee: str) -> list[str]:
    """Return the rules of one mode; ``portee`` is the selector of the root element that wears it."""
    rang = 0 if mode == "clair" else 1
    neutres = {role: valeurs[rang] for role, valeurs in NEUTRES.items()}
    schema = "light" if mode == "clair" else "dark"
    regles = [f"{portee} {{ color-scheme: {schema}; {_declarations(neutres, '')} }}"]
    for nom, couleur in COULEURS.items():
        cible = f'[data-couleur="{nom}"]'
        # The default hue also sits on the root: a component without data-couleur still has its five roles.
        if nom == COULEUR_PAR_DEFAUT:
            cible = f"{portee}, {portee} {cible}" if portee != ":root" else f":root, {cible}"
        elif portee != ":root":
            cible = f"{portee} {cible}"
        regles.append(f"{cible} {{ {_declarations(asdict(getattr(couleur, mode)), 'c-')} }}")
    return regles


@cache
def rendre_css() -> str:
    """Return the text of ``static/css/couleurs.css``.

    Dark is confined to the screen (paper is always light) and written twice: for those whose system asks for
    it, unless they chose light here, and for those who chose dark here. CSS has no way to share a block
    between a media query and a selector in the browsers that people have.
    """
    systeme = ':root:not([data-bs-theme="light"])'
    lignes = [
        "/* Écrit par « python -m repertoire.palette » : ne pas modifier à la main. */",
        "@layer bootstrap, tokens, base, composants, pages, impression;",
        "@layer tokens {",
        *(f"  {regle}" for regle in _regles("clair", ":root")),
        "  @media screen and (prefers-color-scheme: dark) {",
        *(f"    {regle}" for regle in _regles("sombre", systeme)),
        "  }",
        "  @media screen {",
        *(f"    {regle}" for regle in _regles("sombre", ':root[data-bs-theme="dark"]')),
        "  }",
        "}",
    ]
    return "\n".join(lignes) + "\n"


if __name__ == "__main__":
    sys.stdout.write(rendre_css())
