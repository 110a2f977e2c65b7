"""Models of the shared reference data, one module per noun."""

from structures.models.annexe import Annexe
from structures.models.campagne import Campagne, Sollicitation
from structures.models.competence import Competence, Permanence
from structures.models.comptage import CompteRecherche, JourTermes, TermesCherches
from structures.models.compte import AcceptationCharte, Coordination, Membre, User
from structures.models.geographie import CodePostal, Commune, Departement, Epci, Region
from structures.models.lieu import Lieu, PeriodeExceptionnelle
from structures.models.recherche import FicheIndexee, Mot, Version
from structures.models.structure import Contact, Statut, Structure, Visibilite
from structures.models.suggestion import Suggestion
from structures.models.territoire import Territoire
from structures.models.vocabulaire import Champ, Public, ReglageTheme, Sigle, Theme

__all__ = [
    "AcceptationCharte",
    "Annexe",
    "Campagne",
    "Champ",
    "CodePostal",
    "Commune",
    "Competence",
    "CompteRecherche",
    "Contact",
    "Coordination",
    "Departement",
    "Epci",
    "FicheIndexee",
    "JourTermes",
    "Lieu",
    "Membre",
    "Mot",
    "PeriodeExceptionnelle",
    "Permanence",
    "Public",
    "Region",
    "ReglageTheme",
    "Sigle",
    "Sollicitation",
    "Statut",
    "Structure",
    "Suggestion",
    "TermesCherches",
    "Territoire",
    "Theme",
    "User",
    "Version",
    "Visibilite",
]
