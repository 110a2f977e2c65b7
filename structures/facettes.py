"""How filters are shown: groups of boxes with their counts, and the chips of those in use.

Flat lists, made here in Python and walked once by the template: sixty boxes drawn by form widgets would cost more than
the search itself.
"""

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from structures.filtres import CHAMP, RAYONS, name_communes
from structures.models import Competence
from structures.referentiels import FAMILLES_HANDICAP, LANGUES, vocabulaire

SHOWN = 6
SHOWN_THEMES = 8
MAX_OPTIONS = 60
# A département has hundreds of communes: the others are typed.
MAX_COMMUNES = 24


@dataclass(frozen=True, slots=True)
class Option:
    """One box. ``nombre``: how many fiches it leaves, already written (templates localize numbers slowly)."""

    nom: str
    valeur: str
    libelle: str
    nombre: str
    coche: bool
    identifiant: str
    sous: bool = False


@dataclass(frozen=True, slots=True)
class Facette:
    """A group of boxes: those that are shown at once, and the others."""

    nom: str
    titre: str
    options: list
    autres: list


@dataclass(frozen=True, slots=True)
class Puce:
    """A filter in use, and the address of the same search without it."""

    libelle: str
    adresse: str


def make_options(name, counts, chosen, labels, shown=SHOWN, by_count=False, most=MAX_OPTIONS):
    """Return (shown, others): the values of ``labels`` that fiches have or that are chosen.

    ``counts``: {value: number}; ``labels``: {value: label}, in order; ``by_count``: the most frequent first;
    ``most``: at most so many in all.
    """
    values = [value for value in labels if value in counts or value in chosen]
    if by_count:
        values.sort(key=lambda value: (-counts.get(value, 0), labels[value]))
    values = values[:most] + [value for value in values[most:] if value in chosen]
    if len(values) > shown + 1:
        # A box that is ticked is never folded away.
        values.sort(key=lambda value: value not in chosen)
    options = [
        Option(name, value, labels[value], str(counts.get(value, 0)), value in chosen, f"{name}-{rank}")
        for value, rank in zip(values, map(write_id, values), strict=True)
    ]
    cut = shown if len(options) > shown + 1 else len(options)
    return options[:cut], options[cut:]


@lru_cache(maxsize=4096)
def write_id(value):
    """Return a value as an id may hold it: the same from one swap to the next, for the focus to stay."""
    return "".join(letter if letter.isalnum() else "-" for letter in value)


def make_facettes(filtre):
    """Return (first groups, others) of a FichesFilter."""
    counts, choix = filtre.resultats.facettes, filtre.choix

    def group(name, title, labels, **how):
        shown, others = make_options(name, counts.get(name, {}), choix[name], labels, **how)
        return Facette(name, title, shown, others)

    communes = name_communes([*counts.get("commune", ()), *choix["commune"]])
    first = [
        make_cases(filtre, counts),
        make_themes(filtre, counts.get("theme", {})),
        group("commune", "Commune", communes, by_count=True, most=MAX_COMMUNES),
        group("public", "Public", filtre.vocabulaire.publics, by_count=True),
        group("frais", "Coût", dict(Competence.Frais.choices)),
    ]
    others = [
        *make_champs(filtre, counts),
        group("accueil", "Accueil", vocabulaire("modes_accueil")),
        group("langue", "Langue parlée", LANGUES, by_count=True),
        group("accessibilite", "Accessibilité", FAMILLES_HANDICAP),
        group("mobilisable", "Qui peut solliciter", vocabulaire("mobilisable_par")),
    ]
    # The place can be typed even where no fiche says where it is.
    return [f for f in first if f.options or f.nom == "commune"], [f for f in others if f.options]


def make_cases(filtre, counts):
    """What one may ask of this very moment, on top."""
    options = [
        Option(
            name,
            "1",
            filtre.filters[name].label,
            str(counts.get(name, {}).get(True, 0)),
            bool(filtre.choix[name]),
            name,
        )
        for name in ("ouvert", "sans_attente")
    ]
    return Facette("", "En ce moment", options, [])


def make_themes(filtre, counts):
    """The tabs in their order; the sub-themes of those that are chosen, under them."""
    chosen = set(filtre.choix["theme"])
    options = []
    for onglet in filtre.vocabulaire.onglets:
        below = [
            Option(
                "theme",
                sous.slug,
                sous.nom,
                str(counts.get(sous.pk, 0)),
                sous.slug in chosen,
                f"theme-{sous.slug}",
                True,
            )
            for sous in onglet.sous_themes
            if sous.pk in counts or sous.slug in chosen
        ]
        ticked = onglet.slug in chosen
        opened = ticked or any(option.coche for option in below)
        if onglet.pk in counts or opened:
            number = str(counts.get(onglet.pk, 0))
            options.append(
                (
                    opened,
                    Option("theme", onglet.slug, onglet.nom, number, ticked, f"theme-{onglet.slug}"),
                    below,
                )
            )
    if len(options) > SHOWN_THEMES + 1:
        options.sort(key=lambda item: not item[0])
    cut = SHOWN_THEMES if len(options) > SHOWN_THEMES + 1 else len(options)
    flat = [
        [one for opened, option, below in part for one in (option, *(below if opened else ()))]
        for part in (options[:cut], options[cut:])
    ]
    return Facette("theme", "Thème", *flat)


def make_champs(filtre, counts):
    """One group for each extra field of the chosen themes; sub-themes that have the same one share its group."""
    groups = {}
    for champ in filtre.champs_du_theme:
        groups.setdefault(champ.code, []).append(champ)
    for code, champs in groups.items():
        name, numbers = CHAMP + code, Counter()
        for champ in champs:
            numbers.update(counts.get(f"champ:{champ.pk}", {}))
        values = [value for champ in champs for value in champ.options or ["oui"]]
        labels = {value: value[:1].upper() + value[1:] for value in values}
        shown, others = make_options(name, numbers, filtre.champs.get(name, ()), labels)
        yield Facette(name, champs[0].libelle, shown, others)


def make_puces(filtre):
    """Return the chips of the filters in use. A distance goes with its commune, extra fields with their theme."""
    pairs = filtre.parametres
    labels = label_values(filtre)
    puces = []
    for name, value in pairs:
        gone = {(name, value)}
        if name == "rayon":
            label = f"à {value} km"
        else:
            label = labels(name, value)
        if name == "theme":
            gone |= {pair for pair in pairs if pair[0].startswith(CHAMP)}
        if name == "commune" and len(filtre.choix["commune"]) == 1:
            gone |= {pair for pair in pairs if pair[0] == "rayon"}
        puces.append(Puce(label, filtre.build_url([pair for pair in pairs if pair not in gone])))
    return puces


def label_values(filtre):
    """Return a function (parameter, value) → label."""
    communes = name_communes(filtre.choix["commune"]) if filtre.choix["commune"] else {}
    champs = {CHAMP + champ.code: champ for champ in filtre.champs_du_theme}
    labels = {
        "theme": {onglet.slug: onglet.nom for onglet in filtre.themes},
        "commune": communes,
        "public": filtre.vocabulaire.publics,
        "frais": dict(Competence.Frais.choices),
        "accueil": vocabulaire("modes_accueil"),
        "langue": LANGUES,
        "accessibilite": FAMILLES_HANDICAP,
        "mobilisable": vocabulaire("mobilisable_par"),
        "ouvert": {"1": "Ouvert maintenant"},
        "sans_attente": {"1": "Sans attente"},
    }

    def label(name, value):
        if name in champs:
            return f"{champs[name].libelle} : {value}"
        return labels[name].get(value, value)

    return label


def make_rayons(filtre):
    """Return the distances to choose from, as (value, label, chosen)."""
    asked = filtre.demande.rayon
    return [
        ("", "dans la commune", not asked),
        *((str(km), f"à {km} km autour", km == asked) for km in RAYONS),
    ]
