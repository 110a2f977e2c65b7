"""What is indexed of a fiche: its words by level, and the traits that filters ask.

Everything readable in the fiche, its structure, its theme, its places is there once; what partners alone read is at a
level of its own. What only the coordination reads is nowhere.
"""

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from structures.cartes import STILL_NEEDED
from structures.models import Competence, Statut, Visibilite
from structures.ouvertures import read_departement, write_periodes
from structures.recherche.analyse import MOTS_VIDES, decouper, mots_joints, racine
from structures.recherche.moteurs import NIVEAUX, PUBLICS
from structures.referentiels import vocabulaire

MIN_MOT, MAX_MOT = 2, 40
# By level: a ``tsvector`` holds at most 1 MB. Nobody writes twenty pages in a fiche, but pastes may.
MAX_RACINES = 10_000
# Municipal arrondissements are looked for under their commune too (INSEE, code officiel géographique).
VILLES_A_ARRONDISSEMENTS = {"75056": (75101, 75120), "69123": (69381, 69389), "13055": (13201, 13216)}


@dataclass(frozen=True)
class Contexte:
    """What is common to all fiches: public labels, themes with their parents, their fields, the names given to them
    by territories that all may read, and by the others.

    ``prives``: the territories that partners alone read. ``communes``: where those are whose places have no position of
    their own, for the batch being written. ``aujourdhui``: exceptional periods that are over are left out.
    """

    publics: dict
    themes: dict
    champs: dict
    noms_themes: dict
    noms_reserves: dict
    prives: frozenset
    aujourdhui: date
    communes: dict = field(default_factory=dict)


@dataclass
class Document:
    """The roots of a fiche by level, in order, and its words as people write them, folded."""

    racines: dict
    mots_publics: set
    mots_reserves: set


def write_document(fiche, permanences, contacts, contexte):
    """Return the Document of a fiche. No query: all that is asked comes loaded."""
    textes = {niveau: list(filter(None, parts)) for niveau, parts in list_textes(fiche, contexte).items()}
    reserve = textes["reserve"]
    add_places(textes, fiche, permanences, contexte)
    for contact in contacts:
        said = f"{contact.nom} {contact.fonction}"
        if contact.visibilite == Visibilite.PUBLIC:
            textes["autour"].append(said)
        elif contact.visibilite == Visibilite.PARTENAIRES:
            reserve.append(said)
    document = Document({niveau: [] for niveau in NIVEAUX}, set(), set())
    for niveau in NIVEAUX:
        mots = document.mots_publics if niveau in PUBLICS else document.mots_reserves
        for texte in textes[niveau]:
            racines, known = analyse(texte)
            document.racines[niveau] += racines
            mots |= known
        del document.racines[niveau][MAX_RACINES:]
    if fiche.visibilite != Visibilite.PUBLIC:
        document.mots_reserves |= document.mots_publics
        document.mots_publics = set()
    return document


@lru_cache(maxsize=4096)
def analyse(texte):
    """Return the roots of a text, in order, and its words.

    Kept in memory: labels and what a structure says come back with each of its fiches, and at each change of one.
    """
    found, mots = [], set()
    for mot in (*decouper(texte), *mots_joints(texte)):
        if mot in MOTS_VIDES:
            continue
        found.append(racine(mot))
        if MIN_MOT <= len(mot) <= MAX_MOT and not mot.isdigit():
            mots.add(mot)
    return tuple(found), frozenset(mots)


def list_textes(fiche, contexte):
    """Return what a fiche and its structure say, by level."""
    structure, theme = fiche.structure, fiche.theme
    themes = [theme, theme.parent] if theme.parent_id else [theme]
    reserved = fiche.mobilisation_visibilite != Visibilite.PUBLIC
    procedure = [fiche.mobilisation_precisions, *labels("modes_mobilisation", fiche.modes_mobilisation)]
    return {
        # A fiche without a title of its own is called by its theme.
        "titre": [fiche.nom, structure.nom, theme.nom],
        "theme": [
            *(nom for one in themes for nom in (one.nom, *contexte.noms_themes.get(one.pk, ()))),
            theme.description,
            *(contexte.publics.get(code, code) for code in fiche.publics),
            *labels("langues", [code for code in fiche.langues if code != "fr"]),
        ],
        "texte": [
            fiche.objectifs,
            fiche.publics_precisions,
            fiche.conditions_acces,
            fiche.deroulement,
            fiche.frais_precisions,
            fiche.get_frais_display(),
            fiche.venir_precisions,
            fiche.disponibilite_precisions,
            *labels("modes_accueil", fiche.modes_accueil),
            *([] if reserved else procedure),
            *say_champs(fiche, contexte, reserved=False),
        ],
        # What is the same for many fiches, papers to bring as much as national headings, leads to none of them first.
        "autour": [
            structure.description,
            *labels("reseaux_porteurs", structure.reseaux_porteurs),
            *labels("documents", fiche.documents),
            *labels("thematiques", theme.thematiques),
        ],
        "reserve": [
            structure.attentes,
            structure.limites,
            *(nom for one in themes for nom in contexte.noms_reserves.get(one.pk, ())),
            *(procedure if reserved else []),
            *say_champs(fiche, contexte, reserved=True),
        ],
    }


def say_champs(fiche, contexte, *, reserved):
    """Return the theme's own fields in words: « Accueil en urgence possible », « Type : micro-crèche »."""
    said = []
    for champ in contexte.champs.get(fiche.theme_id, ()):
        value = fiche.champs.get(champ.code)
        if value in (None, "", [], False) or champ.reserve_partenaires != reserved:
            continue
        if champ.type in {champ.Type.NOMBRE, champ.Type.DATE}:
            continue  # « 3 » and « 2026 » lead nowhere
        values = value if isinstance(value, list) else [] if value is True else [value]
        said.append(" ".join([champ.libelle, *map(str, values)]))
    return said


def add_places(textes, fiche, permanences, contexte):
    """Add the places of a fiche: a confidential address, and what is said of it, are for partners."""
    for permanence in permanences:
        lieu = permanence.lieu
        textes["autour"].append(lieu.nom)
        hidden = is_place_reserved(lieu, fiche.structure, contexte)
        textes["reserve" if hidden else "autour"] += filter(
            None, (lieu.adresse, lieu.complement_adresse, lieu.commune, lieu.acces, permanence.precisions)
        )


def is_place_reserved(lieu, structure, contexte):
    """Tell whether a place is kept from who is not a partner: confidential, or at a host that partners alone read."""
    host = lieu.structure
    if lieu.adresse_confidentielle:
        return True
    return host.territoire_id != structure.territoire_id and host.territoire_id in contexte.prives


def is_place_indexed(lieu, structure):
    return lieu.structure_id == structure.id or lieu.structure.statut == Statut.PUBLIEE


def labels(name, codes):
    known = vocabulaire(name)
    return [known.get(code, code) for code in codes]


def write_traits(fiche, permanences, contexte):
    """Return what filters ask of a fiche, as JSON.

    Where a confidential place is, nobody is told by a filter: lists are read over the shoulder, and printed.
    ``champ``: {id of Champ: values}; ``lieux``: [hours, those of the place when the fiche has its own, département,
    exceptional periods] for « ouvert maintenant »; ``points``: [latitude, longitude].
    """
    traits = {
        "public": list(fiche.publics),
        "frais": [fiche.frais] if fiche.frais else [],
        "accueil": list(fiche.modes_accueil),
        "langue": list(fiche.langues),
        "mobilisable": list(fiche.mobilisable_par),
        "accessibilite": [],
        "commune": [],
        "points": [],
        "lieux": [],
    }
    if fiche.disponibilite == Competence.Disponibilite.PLACES:
        traits["sans_attente"] = [True]
    if fiche.suspension_debut:
        end = fiche.suspension_fin and fiche.suspension_fin.isoformat()
        traits["suspension"] = [fiche.suspension_debut.isoformat(), end]
    for champ in contexte.champs.get(fiche.theme_id, ()):
        if champ.filtrable and (values := list_values(champ, fiche.champs.get(champ.code))):
            traits[f"champ:{champ.pk}"] = values
    for permanence in permanences:
        add_place_traits(traits, fiche, permanence, contexte)
    return {key: list_once(value) for key, value in traits.items() if value}


def list_values(champ, value):
    """Return the values under which a theme's own field is filtered; numbers and texts are not."""
    if champ.type == champ.Type.OUI_NON:
        return ["oui"] if value is True else []
    if champ.type == champ.Type.CHOIX:
        return [value] if isinstance(value, str) and value else []
    if champ.type == champ.Type.CHOIX_MULTIPLES:
        return [item for item in value or [] if isinstance(item, str)]
    return []


def add_place_traits(traits, fiche, permanence, contexte):
    lieu = permanence.lieu
    if not is_place_reserved(lieu, fiche.structure, contexte):
        if lieu.code_insee:
            traits["commune"] += [lieu.code_insee, *find_ville(lieu.code_insee)]
        point = (lieu.latitude, lieu.longitude) if lieu.latitude is not None else None
        if point := point or contexte.communes.get(lieu.code_insee):
            traits["points"].append([round(point[0], 4), round(point[1], 4)])
    for famille, etat in lieu.accessibilite.items():
        if etat.get("niveau") == "oui":
            traits["accessibilite"].append(famille)
    own = permanence.horaires_accueil
    # Without the reasons of closures: they are for who may read the place.
    periodes = [
        row[:5]
        for row in write_periodes(lieu.periodes.all(), fiche.pk, since=contexte.aujourdhui - STILL_NEEDED)
    ]
    if hours := own or lieu.horaires_accueil:
        base = lieu.horaires_accueil if own else None
        traits["lieux"].append([hours, base, read_departement(lieu), periodes])


@lru_cache(maxsize=512)
def find_ville(code):
    """Return the commune of a municipal arrondissement, as a list of no or one INSEE code."""
    if not code.isdigit():
        return []
    return [ville for ville, (first, last) in VILLES_A_ARRONDISSEMENTS.items() if first <= int(code) <= last]


def list_once(values):
    """Return the values once each, in order; they may be lists."""
    found = []
    for value in values:
        if value not in found:
            found.append(value)
    return found
