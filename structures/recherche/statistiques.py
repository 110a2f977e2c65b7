"""What the coordination reads of the searches of a territory: figures, words, filters. Never who, nor when in a day."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, F, Max, Sum

from structures.models import Champ, Commune, Competence, CompteRecherche, JourTermes, Suggestion
from structures.recherche.comptage import FILTRES
from structures.referentiels import vocabulaire

PERIODES = {"30": "30 jours", "90": "90 jours", "365": "un an"}
NOMS_FILTRES = {
    "theme": "Thème",
    "commune": "Commune",
    "rayon": "Autour de la commune",
    "public": "Public",
    "frais": "Coût",
    "accueil": "Accueil",
    "langue": "Langue",
    "accessibilite": "Accessibilité",
    "mobilisable": "Qui peut solliciter",
    "ouvert": "Ouvert maintenant",
    "sans_attente": "Sans attente",
    "champ": "Rubrique d’un thème",
}


@dataclass(frozen=True)
class Termes:
    """Words searched. ``nombre``: in the period; ``jours``: how many of its days; ``dernier``: the last one."""

    termes: str
    nombre: int
    sans_resultat: int
    jours: int
    dernier: object


@dataclass(frozen=True)
class Filtre:
    nom: str
    valeur: str
    nombre: int


@dataclass(frozen=True)
class Statistiques:
    """Figures of a period, both days included. ``besoins`` is now, whatever the period."""

    debut: object
    fin: object
    avec_mots: int
    filtres_seuls: int
    sans_resultat: int
    termes: tuple
    introuvables: tuple
    filtres: tuple
    besoins: int

    @property
    def recherches(self):
        return self.avec_mots + self.filtres_seuls

    @property
    def part_sans_resultat(self):
        """In hundredths, rounded; None when nothing was searched."""
        return round(100 * self.sans_resultat / self.recherches) if self.recherches else None


def read_statistiques(territoire, periode, aujourdhui, vocabulaire_territoire, *, limite=30):
    """Return the Statistiques of the days of ``periode`` (a key of PERIODES), today included.

    ``limite``: rows of each table; None for all.
    """
    debut = aujourdhui - timedelta(days=int(periode) - 1)
    within = {"jour__range": (debut, aujourdhui)}
    comptes = {
        (row["mesure"], row["valeur"]): row["total"]
        for row in CompteRecherche.objects.filter(territoire=territoire, **within)
        .values("mesure", "valeur")
        .annotate(total=Sum("nombre"))
    }
    figure = {key: comptes.pop(key, 0) for key in list_figures()}
    termes = JourTermes.objects.filter(termes__territoire=territoire, **within)
    missing = Suggestion.objects.filter(
        territoire=territoire, structure=None, etat=Suggestion.Etat.EN_ATTENTE
    )
    return Statistiques(
        debut=debut,
        fin=aujourdhui,
        avec_mots=figure[CompteRecherche.RECHERCHE, "mots"],
        filtres_seuls=figure[CompteRecherche.RECHERCHE, "filtres"],
        sans_resultat=sum(figure[CompteRecherche.SANS_RESULTAT, nature] for nature in ("mots", "filtres")),
        termes=list_termes(termes, "nombre", limite),
        introuvables=list_termes(termes.filter(sans_resultat__gt=0), "sans_resultat", limite),
        filtres=tuple(list_filtres(comptes, vocabulaire_territoire)[:limite]),
        besoins=missing.count(),
    )


def list_figures():
    return [
        (mesure, nature)
        for mesure in (CompteRecherche.RECHERCHE, CompteRecherche.SANS_RESULTAT)
        for nature in ("mots", "filtres")
    ]


def list_termes(rows, order, limite):
    """Return the words of ``rows``, those with most of ``order`` first."""
    found = (
        rows.values(mots=F("termes__termes"))
        .annotate(total=Sum("nombre"), sans=Sum("sans_resultat"), nb_jours=Count("jour"), dernier=Max("jour"))
        .order_by("-sans" if order == "sans_resultat" else "-total", "mots")[:limite]
    )
    return tuple(
        Termes(row["mots"], row["total"], row["sans"], row["nb_jours"], row["dernier"]) for row in found
    )


def list_filtres(comptes, vocabulaire_territoire):
    """Return the Filtre of each (name, value) counted, most used first; what no longer exists keeps its code."""
    labels = {
        "theme": {str(pk): theme.nom for pk, theme in vocabulaire_territoire.themes.items()},
        "public": vocabulaire_territoire.publics,
        "frais": dict(Competence.Frais.choices),
        "accueil": vocabulaire("modes_accueil"),
        "langue": vocabulaire("langues"),
        "accessibilite": vocabulaire("familles_handicap"),
        "mobilisable": vocabulaire("mobilisable_par"),
        "champ": {str(pk): libelle for pk, libelle in Champ.objects.values_list("pk", "libelle")},
    }
    communes = [value for name, value in comptes if name == "commune"]
    labels["commune"] = dict(Commune.objects.filter(pk__in=communes).values_list("code", "nom"))
    filtres = [
        Filtre(
            NOMS_FILTRES[name],
            labels[name].get(value, value) if name in FILTRES or name == "champ" else "",
            count,
        )
        for (name, value), count in comptes.items()
        if name in NOMS_FILTRES
    ]
    return sorted(filtres, key=lambda filtre: (-filtre.nombre, filtre.nom, filtre.valeur))
