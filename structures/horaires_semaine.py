"""Opening hours as a table that people read: « Du lundi au vendredi, 9 h – 12 h ».

An expression is a list of rules in which later ones replace or complete earlier ones; read one by one, they deceive
(`Mo-Fr 09:00-12:00; We 14:00-17:00` is closed on Wednesday morning). So the rules are evaluated for each kind of day
that they tell apart (weekday, season, rank in the month, week, public or school holiday), and the results are written.
Where two kinds of day meet and the table would not say which one wins, no table is written at all: the text is shown
as it is. Wrong hours are worse than ugly ones.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import combinations, product

from structures.horaires_dates import SansMotsError, dates_en_mots, dates_isolees, ordinaux_en_mots
from structures.horaires_mots import JOURS, NB, creneaux_en_mots, plage_en_mots, precision_en_mots
from structures.horaires_osm import (
    FERME,
    INCONNU,
    JOURNEE,
    SUR_RENDEZ_VOUS,
    Creneau,
    Expression,
    Journee,
    Regle,
    composer,
    lire,
)

NOTE_BRUTE = "notation OpenStreetMap, trop particulière pour être mise en phrases"
NOTE_ILLISIBLE = "texte tel que reçu, à vérifier"
SEMAINE = range(7)

# A selector of dates, with the weekdays counted in the month that go with it.
Cle = tuple[str, tuple[str, ...]]
# A kind of day: the selectors that hold, and the holidays that it is (`("PH", 0)`, `("SH", 0)`, eves…).
Selecteurs = frozenset[Cle]
Ferie = tuple[str, int]
ORDINAIRE: Selecteurs = frozenset()

# Holidays of different kinds (eve, day after, school…) in one expression, past which their meetings are too many.
FERIES_MAXIMUM = 4


@dataclass(frozen=True)
class Ligne:
    """One line: when in the year (often empty), which days, which hours, and what is particular."""

    jours: str
    heures: str
    precision: str = ""
    periode: str = ""

    def __str__(self):
        quand = ", ".join(
            filter(None, (self.periode, self.jours and _minuscule(self.jours, bool(self.periode))))
        )
        texte = f"{quand}{NB}: {self.heures}" if quand else self.heures
        return f"{texte} ({self.precision})" if self.precision else texte


@lru_cache(maxsize=2048)
def en_mots(horaires: str) -> tuple[Ligne, ...]:
    """Hours in OpenStreetMap syntax as lines in plain French.

    Empty for an empty text. One line that holds the text itself, with a note, when it cannot be told faithfully.
    """
    texte = (horaires or "").strip()
    if not texte:
        return ()
    expression = lire(texte)
    if expression is None:
        return (Ligne(jours="", heures=texte, precision=NOTE_ILLISIBLE),)
    try:
        return tuple(_Table(expression).lignes())
    except SansMotsError:
        return (Ligne(jours="", heures=texte, precision=NOTE_BRUTE),)


@dataclass(frozen=True)
class _Enonce:
    """What lines say, and of which days: a kind of day (empty: any), some weekdays, perhaps a holiday."""

    lignes: tuple[Ligne, ...]
    creneaux: tuple[Creneau, ...]
    jours: frozenset[int]
    selecteurs: Selecteurs = frozenset()
    ferie: Ferie | None = None
    sauf: tuple[Selecteurs, ...] = ()

    @property
    def particulier(self) -> bool:
        return bool(self.selecteurs or self.ferie)

    def parle_de(self, jour: int, selecteurs: Selecteurs, feries: frozenset[Ferie]) -> bool:
        return (
            jour in self.jours
            and self.selecteurs <= selecteurs
            and (self.ferie is None or self.ferie in feries)
            and not any(exclus <= selecteurs for exclus in self.sauf)
        )


class _Table:
    def __init__(self, expression: Expression):
        self.regles, self.repli = _sans_repli(expression.regles)
        self.cles = list(dict.fromkeys(_cle(r) for r in self.regles if _cle(r) != ("", ())))
        self.feries = list(dict.fromkeys(f for r in self.regles for f in r.feries))
        # Kinds of days that exist, each with its weekdays.
        self.sortes = _sortes(tuple(self.cles))
        self.propres = {cle: self._propre(cle) for cle in self.cles}

    def lignes(self) -> list[Ligne]:
        """The lines; SansMotsError when a reader of them would be wrong about any day."""
        enonces: list[_Enonce] = []
        if ORDINAIRE in self.sortes:
            enonces += self._semaine(ORDINAIRE, "")
        for cle in self.cles:
            if self._change(self.propres[cle]):
                enonces += self._semaine(self.propres[cle], *_libelle(cle), isolee=dates_isolees(cle[0]))
        for ferie in self.feries:
            enonces += self._jours_feries(ferie)
        self._relire(enonces)
        lignes = [ligne for enonce in enonces for ligne in enonce.lignes] or [
            _lignes("Tous les jours", Journee())[0]
        ]
        if self.repli:
            # What the other rules leave closed, holidays included, is what the fallback fills.
            reste = precision_en_mots(self.repli.statut, self.repli.commentaire) or plage_en_mots(0, JOURNEE)
            lignes = [replace(ligne, heures=reste) if ligne.heures == "fermé" else ligne for ligne in lignes]
            lignes.append(Ligne("Le reste du temps", reste))
        return lignes

    # --- Kinds of days

    def valeur(self, jour: int, selecteurs: Selecteurs, feries: frozenset[Ferie] = frozenset()) -> Journee:
        return composer(regle for regle in self.regles if _vaut(regle, jour, selecteurs, feries))

    def _propre(self, cle: Cle) -> Selecteurs:
        """What holds on the days of that selector and of as few others as possible."""
        sortes = [selecteurs for selecteurs in self.sortes if cle in selecteurs]
        propre = frozenset.intersection(*sortes) if sortes else None
        if propre not in self.sortes:
            raise SansMotsError(cle)
        return propre

    def _change(self, selecteurs: Selecteurs) -> bool:
        """Whether these days differ from the others by more than their holidays (`Jul-Aug PH off`)."""
        jours = self.sortes[selecteurs]
        return any(self.valeur(jour, selecteurs) != self.valeur(jour, ORDINAIRE) for jour in jours)

    def _relire(self, enonces: list[_Enonce]) -> None:
        """Read the lines for every kind of day there is, and compare with what the rules make of it."""
        if len(self.feries) > FERIES_MAXIMUM:
            raise SansMotsError(self.feries)
        ensembles = [
            frozenset(ensemble)
            for taille in range(len(self.feries) + 1)
            for ensemble in combinations(self.feries, taille)
        ]
        for selecteurs, jours in self.sortes.items():
            for jour, feries in product(jours, ensembles):
                tenus = [enonce for enonce in enonces if enonce.parle_de(jour, selecteurs, feries)]
                if _lu(tenus) != {self.valeur(jour, selecteurs, feries).creneaux}:
                    raise SansMotsError(selecteurs)

    # --- Lines

    def _semaine(
        self, selecteurs: Selecteurs, periode: str, jours_dits: str = "", *, isolee: bool = False
    ) -> list[_Enonce]:
        """The week of one kind of day.

        `jours_dits`: its days in words when the selector names them; `isolee`: it names single dates.
        """
        jours = self.sortes[selecteurs]
        if periode.startswith("Semaine") and ORDINAIRE in self.sortes:
            # A season has a timetable of its own, told whole; an alternate week only adds to the ordinary one.
            jours = {j for j in jours if self.valeur(j, selecteurs) != self.valeur(j, ORDINAIRE)}
        valeurs = {jour: self.valeur(jour, selecteurs) for jour in sorted(jours)}
        une_valeur = len(set(valeurs.values())) == 1
        if jours_dits and not une_valeur:
            # Ranks in the month whose hours differ from one weekday to the other.
            raise SansMotsError(jours_dits)
        quelques_dates = periode and len(self.sortes[selecteurs]) < len(SEMAINE)
        sans_jours = une_valeur and (jours_dits or isolee or quelques_dates)
        jamais = (
            periode
            and jours == self.sortes[selecteurs]
            and not any(valeur.creneaux for valeur in valeurs.values())
        )
        if sans_jours or jamais:
            groupes = [(next(iter(valeurs.values())), jours_dits, jours)]
        else:
            groupes = [(v, _jours_en_mots(groupe), frozenset(groupe)) for v, groupe in _grouper(valeurs)]
        return [
            _Enonce(tuple(_lignes(mots, valeur, periode)), valeur.creneaux, frozenset(groupe), selecteurs)
            for valeur, mots, groupe in groupes
            # A closed day is worth a line when a rule says so, or when the whole period is closed.
            if valeur.creneaux or valeur.fermeture or jamais
        ]

    def _jours_feries(self, ferie: Ferie) -> list[_Enonce]:
        effets = {
            selecteurs: self._effet(selecteurs, ferie)
            for selecteurs in dict.fromkeys((ORDINAIRE, *self.propres.values()))
            if selecteurs in self.sortes
        }
        if len({_identite(effet) for effet in effets.values()}) == 1:
            contexte, effet = next(iter(effets.items()))
            return self._enonces_ferie(effet, ferie, tous=len(self.sortes[contexte]))
        ordinaire = effets.get(ORDINAIRE)
        sauf = []
        if ordinaire is not None:
            sauf = [s for s, effet in effets.items() if s and effet is None and self._differe(s, ordinaire)]
        enonces = self._enonces_ferie(ordinaire, ferie, sauf=sauf)
        for selecteurs, effet in effets.items():
            if selecteurs and _identite(effet) != _identite(ordinaire):
                enonces += self._enonces_ferie(effet, ferie, selecteurs)
        return enonces

    def _differe(self, selecteurs: Selecteurs, effet: dict[int, Journee]) -> bool:
        """Whether the hours of that kind of day are others than those that the holiday has elsewhere."""
        valeurs = {valeur.creneaux for valeur in effet.values()}
        return any(self.valeur(jour, selecteurs).creneaux not in valeurs for jour in self.sortes[selecteurs])

    def _periode(self, selecteurs: Selecteurs) -> str:
        cle = next((cle for cle, propre in self.propres.items() if propre == selecteurs), ("", ()))
        periode, jours = _libelle(cle)
        return ", ".join(filter(None, (periode, _minuscule(jours, bool(periode)))))

    def _effet(self, selecteurs: Selecteurs, ferie: Ferie) -> dict[int, Journee] | None:
        """What the holiday makes of each weekday of that kind; None when it changes nothing.

        All the weekdays when it makes the same of all, otherwise those that it changes.
        """
        avec = {j: self.valeur(j, selecteurs, frozenset((ferie,))) for j in sorted(self.sortes[selecteurs])}
        change = {j: v for j, v in avec.items() if v.creneaux != self.valeur(j, selecteurs).creneaux}
        if len({v.creneaux for v in avec.values()}) > 1:
            return change or None
        # Nothing changes, but it is said: closed on days that were closed already, open like every day of the year.
        dite = all(v.fermeture for v in avec.values()) or (not self.cles and avec[0].creneaux)
        return avec if change or dite else None

    def _enonces_ferie(
        self,
        effet: dict[int, Journee] | None,
        ferie: Ferie,
        selecteurs: Selecteurs = frozenset(),
        *,
        sauf: Iterable[Selecteurs] = (),
        tous: int | None = None,
    ) -> list[_Enonce]:
        """Lines for a holiday; `tous`: how many weekdays there are to tell apart."""
        if effet is None:
            return []
        tous = tous or len(self.sortes[selecteurs])
        nom = _nom_ferie(ferie)
        exclus = [_minuscule(self._periode(s)) for s in sauf]
        if any("," in exclu for exclu in exclus):
            raise SansMotsError(exclus)
        note = f"sauf {' et '.join(exclus)}" if exclus else ""
        groupes = _grouper(effet)
        uniforme = len(groupes) == 1 and len(effet) == tous
        enonces = []
        for valeur, jours in groupes:
            mots = nom if uniforme else f"{nom} ({_minuscule(_jours_en_mots(jours))})"
            lignes = tuple(_lignes(mots, valeur, self._periode(selecteurs), note))
            enonces.append(_Enonce(lignes, valeur.creneaux, frozenset(jours), selecteurs, ferie, tuple(sauf)))
        return enonces


def _lu(enonces: list[_Enonce]) -> set[tuple[Creneau, ...]]:
    """What a reader makes of the lines that speak of one day; more than one answer when they contradict each other.

    A line that says « fermé » wins, then a holiday, then a period, where they differ from the ordinary week.
    """
    particuliers = [enonce for enonce in enonces if enonce.particulier]
    if any(not enonce.creneaux for enonce in particuliers):
        return {()}
    ordinaire = next((enonce.creneaux for enonce in enonces if not enonce.particulier), ())
    feries = {enonce.creneaux for enonce in particuliers if enonce.ferie} - {ordinaire}
    periodes = {enonce.creneaux for enonce in particuliers if not enonce.ferie} - {ordinaire}
    return feries or periodes or {ordinaire}


def _identite(effet: dict[int, Journee] | None):
    """What makes two effects the same for a reader: one value for all days, whatever these days are."""
    if effet is None:
        return None
    valeurs = {valeur.creneaux for valeur in effet.values()}
    return valeurs.pop() if len(valeurs) == 1 else tuple((j, v.creneaux) for j, v in effet.items())


def _sans_repli(regles: tuple[Regle, ...]) -> tuple[tuple[Regle, ...], Regle | None]:
    replis = [regle for regle in regles if regle.operateur == "||"]
    if not replis:
        return regles, None
    dernier = regles[-1]
    if len(replis) > 1 or dernier.operateur != "||" or _cle(dernier) != ("", ()):
        raise SansMotsError(str(dernier))
    if dernier.jours or dernier.feries or dernier.plages:
        raise SansMotsError(str(dernier))
    return regles[:-1], dernier if dernier.statut != FERME else None


def _cle(regle: Regle) -> Cle:
    return regle.dates, regle.ordinaux


def _vaut(regle: Regle, jour: int, selecteurs: Selecteurs, feries: frozenset[Ferie]) -> bool:
    if _cle(regle) != ("", ()) and _cle(regle) not in selecteurs:
        return False
    tombe = regle.semaine is None or not regle.jours or jour in regle.semaine
    chome = any(ferie in feries for ferie in regle.feries)
    if not regle.feries:
        return tombe
    if not regle.jours:
        return chome
    if regle.semaine is None:
        raise SansMotsError(str(regle))
    return (tombe and chome) if regle.intersection else (tombe or chome)


@lru_cache(maxsize=1024)
def _sortes(cles: tuple[Cle, ...]) -> dict[Selecteurs, frozenset[int]]:
    """Which selectors meet on real days, and on which weekdays: seen over the years that they name and a few more."""
    sortes: dict[Selecteurs, set[int]] = {}
    if not cles:
        return {frozenset(): frozenset(SEMAINE)}
    annees = [int(a) for cle in cles for a in re.findall(r"\d{4}", cle[0]) if a != "9999"]
    # Six years hold every weekday for every date, leap years and weeks 53 included.
    premiere, derniere = min([2024, *annees]) - 1, max([2032, *annees]) + 1
    if derniere - premiere > 50:
        raise SansMotsError(cles)
    regles = {cle: Regle(";", cle[0], cle[1], (), False, (), "", "") for cle in cles}
    jour, fin = date(premiere, 1, 1), date(derniere, 12, 31)
    while jour <= fin:
        tenus = frozenset(cle for cle, regle in regles.items() if regle.vaut(jour, "", False))
        sortes.setdefault(tenus, set()).add(jour.weekday())
        jour += timedelta(days=1)
    return {tenus: frozenset(jours) for tenus, jours in sortes.items()}


# --- Words --------------------------------------------------------------------------------------------------


def _lignes(jours: str, valeur: Journee, periode: str = "", note: str = "") -> list[Ligne]:
    """Lines for one value: one per comment, or « fermé »."""
    if not valeur.creneaux:
        return [Ligne(jours, "fermé", ", ".join(filter(None, (valeur.commentaire, note))), periode)]
    lignes = []
    for statut, commentaire in dict.fromkeys((c.statut, c.commentaire) for c in valeur.creneaux):
        creneaux = tuple(c for c in valeur.creneaux if (c.statut, c.commentaire) == (statut, commentaire))
        precision = precision_en_mots(statut, commentaire)
        heures = ", ".join(plage_en_mots(c.debut, c.fin) for c in creneaux)
        if precision and statut in (INCONNU, SUR_RENDEZ_VOUS) and heures == plage_en_mots(0, JOURNEE):
            # A comment that stands for hours: « Sur rendez-vous ».
            heures, precision = creneaux_en_mots(creneaux), ""
        lignes.append(Ligne(jours, heures, ", ".join(filter(None, (precision, note))), periode))
    return lignes


def _grouper(valeurs: dict[int, Journee]) -> list[tuple[Journee, list[int]]]:
    groupes: dict[Journee, list[int]] = {}
    for jour, valeur in valeurs.items():
        groupes.setdefault(valeur, []).append(jour)
    return list(groupes.items())


def _jours_en_mots(jours: list[int]) -> str:
    """Weekdays, runs of three or more joined: « Lundi, du mercredi au vendredi »."""
    if len(jours) == len(SEMAINE):
        return "Tous les jours"
    suites: list[list[int]] = []
    for jour in sorted(jours):
        if suites and suites[-1][-1] == jour - 1:
            suites[-1].append(jour)
        else:
            suites.append([jour])
    morceaux = [
        m
        for suite in suites
        for m in (
            [f"du {JOURS[suite[0]]} au {JOURS[suite[-1]]}"] if len(suite) > 2 else [JOURS[j] for j in suite]
        )
    ]
    return _majuscule(", ".join(morceaux))


def _nom_ferie(ferie: Ferie) -> str:
    noms = {
        ("PH", 0): "Jours fériés",
        ("PH", -1): "Veilles de jours fériés",
        ("PH", 1): "Lendemains de jours fériés",
        ("SH", 0): "Vacances scolaires",
    }
    if ferie not in noms:
        raise SansMotsError(ferie)
    return noms[ferie]


def _libelle(cle: Cle) -> tuple[str, str]:
    """A selector in words: when in the year, and which ranks in the month."""
    dates, ordinaux = cle
    periode = _majuscule(dates_en_mots(dates)) if dates else ""
    return periode, _majuscule(ordinaux_en_mots(ordinaux)) if ordinaux else ""


def _majuscule(texte: str) -> str:
    return texte[:1].upper() + texte[1:]


def _minuscule(texte: str, applique: bool = True) -> str:
    return texte[:1].lower() + texte[1:] if applique else texte
