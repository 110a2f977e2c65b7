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
    Expression,
    Journee,
    Regle,
    composer,
    lire,
)

NOTE_BRUTE = "notation OpenStreetMap, trop particulière pour être mise en phrases"
SEMAINE = range(7)

# A selector of dates, with the weekdays counted in the month that go with it.
Cle = tuple[str, tuple[str, ...]]
# A kind of day: the selectors that hold, and the holidays that it is (`("PH", 0)`, `("SH", 0)`, eves…).
Selecteurs = frozenset[Cle]
Ferie = tuple[str, int]


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
    try:
        if expression is None:
            raise SansMotsError(texte)
        return tuple(_Table(expression).lignes())
    except SansMotsError:
        return (Ligne(jours="", heures=texte, precision=NOTE_BRUTE),)


class _Table:
    def __init__(self, expression: Expression):
        self.regles, self.repli = _sans_repli(expression.regles)
        self.cles = list(dict.fromkeys(_cle(r) for r in self.regles if _cle(r) != ("", ())))
        self.feries = list(dict.fromkeys(f for r in self.regles for f in r.feries))
        # Kinds of days that exist, each with its weekdays.
        self.sortes = _sortes(tuple(self.cles))
        self.propres = {cle: self._propre(cle) for cle in self.cles}
        self._verifier()

    def lignes(self) -> list[Ligne]:
        lignes: list[Ligne] = []
        ordinaire: Selecteurs = frozenset()
        if ordinaire in self.sortes:
            lignes += self._semaine(ordinaire, "")
        for cle in self.cles:
            if self._particulier(self.propres[cle]):
                lignes += self._semaine(self.propres[cle], *_libelle(cle), isolee=dates_isolees(cle[0]))
        for ferie in self.feries:
            lignes += self._jours_feries(ferie)
        if self.repli:
            # What the other rules leave closed, holidays included, is what the fallback fills.
            reste = precision_en_mots(self.repli.statut, self.repli.commentaire) or plage_en_mots(0, JOURNEE)
            lignes = [replace(ligne, heures=reste) if ligne.heures == "fermé" else ligne for ligne in lignes]
            lignes.append(Ligne("Le reste du temps", reste))
        return lignes

    # --- Evaluation of a kind of day

    def valeur(self, jour: int, selecteurs: Selecteurs, feries: frozenset[Ferie] = frozenset()) -> Journee:
        return composer(regle for regle in self.regles if _vaut(regle, jour, selecteurs, feries))

    def _propre(self, cle: Cle) -> Selecteurs:
        """What holds on the days of that selector and of as few others as possible."""
        sortes = [selecteurs for selecteurs in self.sortes if cle in selecteurs]
        if not sortes:
            raise SansMotsError(cle)
        return frozenset.intersection(*sortes)

    def _verifier(self) -> None:
        """Refuse a table in which two lines would speak of one day and not say the same."""
        ordinaire: Selecteurs = frozenset()
        feries = [frozenset(), *(frozenset((ferie,)) for ferie in self.feries)]
        for selecteurs, jours in self.sortes.items():
            for jour, ferie in product(jours, feries):
                _verifier_rencontre(
                    self.valeur(jour, selecteurs, ferie),
                    [self.valeur(jour, self.propres[cle], ferie) for cle in selecteurs],
                    self.valeur(jour, ordinaire, ferie),
                )
            for jour, (ferie, autre) in product(jours, combinations(feries[1:], 2)):
                _verifier_rencontre(
                    self.valeur(jour, selecteurs, ferie | autre),
                    [self.valeur(jour, selecteurs, ferie), self.valeur(jour, selecteurs, autre)],
                    self.valeur(jour, selecteurs),
                )
        for cle, propre in self.propres.items():
            if propre not in self.sortes:
                raise SansMotsError(cle)

    # --- Lines

    def _particulier(self, selecteurs: Selecteurs) -> bool:
        """Whether these days differ from the others by more than their holidays (`Jul-Aug PH off`)."""
        ordinaire: Selecteurs = frozenset()
        jours = self.sortes[selecteurs]
        return any(self.valeur(jour, selecteurs) != self.valeur(jour, ordinaire) for jour in jours)

    def _semaine(
        self, selecteurs: Selecteurs, periode: str, jours_dits: str = "", *, isolee: bool = False
    ) -> list[Ligne]:
        """The week of one kind of day.

        `jours_dits`: its days in words when the selector names them; `isolee`: it names single dates.
        """
        jours = sorted(self.sortes[selecteurs])
        valeurs = {jour: self.valeur(jour, selecteurs) for jour in jours}
        if len(set(valeurs.values())) == 1 and (
            jours_dits or isolee or (periode and len(jours) < len(SEMAINE))
        ):
            return _lignes(jours_dits, valeurs[jours[0]], periode, fermee=True)
        if jours_dits:
            # Ranks in the month whose hours differ from one weekday to the other.
            raise SansMotsError(jours_dits)
        fermee = bool(periode) and not any(v.creneaux for v in valeurs.values())
        if fermee:
            return _lignes("", valeurs[jours[0]], periode, fermee=True)
        return [
            ligne
            for valeur, groupe in _grouper(valeurs)
            for ligne in _lignes(_jours_en_mots(groupe), valeur, periode, fermee=valeur.fermeture)
        ]

    def _jours_feries(self, ferie: Ferie) -> list[Ligne]:
        nom = _nom_ferie(ferie)
        effets = {selecteurs: self._effet(selecteurs, ferie) for selecteurs in self._contextes()}
        if len({_identite(effet) for effet in effets.values()}) == 1:
            return self._lignes_ferie(next(iter(effets.values())), nom, "")
        ordinaire = effets.get(frozenset())
        sauf = [
            self._periode(s) for s, effet in effets.items() if s and effet is None and ordinaire is not None
        ]
        lignes = self._lignes_ferie(ordinaire, nom, "", sauf)
        for selecteurs, effet in effets.items():
            if selecteurs and effet is not None and _identite(effet) != _identite(ordinaire):
                lignes += self._lignes_ferie(effet, nom, self._periode(selecteurs))
        return lignes

    def _contextes(self) -> Iterable[Selecteurs]:
        ordinaire: Selecteurs = frozenset()
        return [s for s in dict.fromkeys((ordinaire, *self.propres.values())) if s in self.sortes]

    def _periode(self, selecteurs: Selecteurs) -> str:
        cle = next(cle for cle, propre in self.propres.items() if propre == selecteurs)
        return ", ".join(filter(None, _libelle(cle)))

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

    def _lignes_ferie(
        self, effet: dict[int, Journee] | None, nom: str, periode: str, sauf: Iterable[str] = ()
    ) -> list[Ligne]:
        if effet is None:
            return []
        note = f"sauf {', '.join(_minuscule(p) for p in sauf)}" if sauf else ""
        groupes = _grouper(effet)
        uniforme = len(groupes) == 1 and len(effet) in (1, len(SEMAINE))
        return [
            ligne
            for valeur, jours in groupes
            for ligne in _lignes(
                nom if uniforme else f"{nom} ({_minuscule(_jours_en_mots(jours))})",
                valeur,
                periode,
                fermee=True,
                note=note,
            )
        ]


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


def _verifier_rencontre(ensemble: Journee, seuls: list[Journee], base: Journee) -> None:
    """Where several lines hold on one day, a reader takes « fermé » if one says so, else the one that differs."""
    if any(not seul.creneaux and (seul.fermeture or base.creneaux) for seul in seuls):
        attendu = {()}
    else:
        attendu = {seul.creneaux for seul in seuls if seul.creneaux != base.creneaux} or {base.creneaux}
    if attendu != {ensemble.creneaux}:
        raise SansMotsError(ensemble)


# --- Words --------------------------------------------------------------------------------------------------


def _lignes(
    jours: str, valeur: Journee, periode: str, *, fermee: bool = False, note: str = ""
) -> list[Ligne]:
    """Lines for one value: one per comment; a closed day gives a line only when it is worth saying."""
    if not valeur.creneaux:
        precision = ", ".join(filter(None, (valeur.commentaire, note)))
        return [Ligne(jours, "fermé", precision, periode)] if fermee else []
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
