"""The palette is readable in both modes, and the style sheet is the palette."""

import re
import tomllib
from dataclasses import asdict
from pathlib import Path

import pytest
import tinycss2

from repertoire import palette

ROOT = Path(palette.__file__).resolve().parent.parent
CSS = ROOT / "static" / "css" / "couleurs.css"
MODES = ("clair", "sombre")


def luminance(couleur):
    """Return the relative luminance of ``#rrggbb`` (WCAG 2.2, definition of « relative luminance »)."""
    canaux = [int(couleur[rang : rang + 2], 16) / 255 for rang in (1, 3, 5)]
    rouge, vert, bleu = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in canaux)
    return 0.2126 * rouge + 0.7152 * vert + 0.0722 * bleu


def contrast(une, autre):
    """Return the contrast ratio, 1 to 21 (WCAG 2.2, definition of « contrast ratio »)."""
    sombre, claire = sorted((luminance(une), luminance(autre)))
    return (claire + 0.05) / (sombre + 0.05)


def read_css():
    """Return the custom properties that ``couleurs.css`` gives: {mode: {hue or None: {property: value}}}.

    Read with a CSS parser, not from the generator, so that a mistake of the generator shows.
    """
    lues = {"clair": {}, "systeme": {}, "choisi": {}}

    def walk(rules, mode):
        for rule in rules:
            if rule.type == "at-rule" and rule.content is not None:
                prelude = tinycss2.serialize(rule.prelude)
                inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
                walk(inner, "systeme" if "prefers-color-scheme" in prelude else mode)
            elif rule.type == "qualified-rule":
                read_rule(rule, mode)

    def read_rule(rule, mode):
        for selecteur in tinycss2.serialize(rule.prelude).split(","):
            teinte = re.search(r'\[data-couleur="([a-z]+)"\]', selecteur)
            portee = "choisi" if '[data-bs-theme="dark"]' in selecteur else mode
            declarations = tinycss2.parse_blocks_contents(rule.content, skip_whitespace=True)
            valeurs = lues[portee].setdefault(teinte[1] if teinte else None, {})
            valeurs.update({d.name: tinycss2.serialize(d.value).strip() for d in declarations})

    texte = CSS.read_text(encoding="utf-8")
    walk(tinycss2.parse_stylesheet(texte, skip_comments=True, skip_whitespace=True), "clair")
    return lues


def shades(mode, nom):
    teinte = getattr(palette.COULEURS[nom], mode)
    return {f"--c-{role.replace('_', '-')}": valeur for role, valeur in asdict(teinte).items()}


def neutrals(mode):
    return {role: valeurs[MODES.index(mode)] for role, valeurs in palette.NEUTRES.items()}


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)
    assert contrast("#ffffff", "#777777") == contrast("#777777", "#ffffff")


def test_style_sheet_is_the_one_of_the_palette():
    assert CSS.read_text(encoding="utf-8") == palette.rendre_css()


@pytest.mark.parametrize(
    ("portee", "mode"), [("clair", "clair"), ("systeme", "sombre"), ("choisi", "sombre")]
)
def test_style_sheet_gives_every_hue_in_every_mode(portee, mode):
    lues = read_css()[portee]
    assert set(lues) == {None, *palette.COULEURS}
    for nom in palette.COULEURS:
        assert lues[nom] == shades(mode, nom)
    attendus = {f"--{role.replace('_', '-')}": valeur for role, valeur in neutrals(mode).items()}
    assert lues[None] == attendus | shades(mode, palette.COULEUR_PAR_DEFAUT) | {
        "color-scheme": "light" if mode == "clair" else "dark"
    }


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("nom", palette.COULEURS)
def test_hue_is_readable(nom, mode):
    teinte, neutres = getattr(palette.COULEURS[nom], mode), neutrals(mode)
    for fond in (teinte.fond, neutres["papier"], neutres["bureau"], neutres["creux"]):
        assert contrast(teinte.texte, fond) >= 4.5
        assert contrast(teinte.trait, fond) >= 3
        assert contrast(teinte.solide, fond) >= 3
    assert contrast(teinte.sur_solide, teinte.solide) >= 4.5
    for role in ("encre", "encre_douce", "lien"):
        assert contrast(neutres[role], teinte.fond) >= 4.5
    assert contrast(neutres["focus"], teinte.fond) >= 3
    assert contrast(neutres["trait_fort"], teinte.fond) >= 3


@pytest.mark.parametrize("mode", MODES)
def test_ink_is_readable_on_every_ground(mode):
    neutres = neutrals(mode)
    for fond in ("papier", "bureau", "creux"):
        assert contrast(neutres["encre"], neutres[fond]) >= 7
        assert contrast(neutres["encre_douce"], neutres[fond]) >= 4.5
        assert contrast(neutres["lien"], neutres[fond]) >= 4.5
        assert contrast(neutres["trait_fort"], neutres[fond]) >= 3
        assert contrast(neutres["focus"], neutres[fond]) >= 3
        assert contrast(neutres["accent"], neutres[fond]) >= 3
    assert contrast(neutres["sur_accent"], neutres["accent"]) >= 4.5


def test_hues_differ_from_one_another():
    for mode in MODES:
        solides = [getattr(couleur, mode).solide for couleur in palette.COULEURS.values()]
        assert len(set(solides)) == len(solides)


def test_default_themes_wear_known_and_distinct_hues():
    themes = tomllib.loads((ROOT / "fixtures" / "themes.toml").read_text(encoding="utf-8"))["theme"]
    tabs = [theme for theme in themes if not theme.get("parent")]
    assert {theme["couleur"] for theme in themes if "couleur" in theme} <= set(palette.COULEURS)
    assert {theme["pictogramme"] for theme in themes if "pictogramme" in theme} <= set(palette.PICTOGRAMMES)
    assert len({theme["couleur"] for theme in tabs}) == len(tabs)
