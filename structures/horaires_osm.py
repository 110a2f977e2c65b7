"""Opening hours in OpenStreetMap syntax: reading them, and what one day holds.

The grammar, and the calendar of date selectors (months, weeks, « 2nd Tuesday », Easter), are those of the
`opening_hours` package. Four things are ours, because the package does otherwise (version 2.1):

- public holidays: it knows one calendar for all of France, and takes `PH Mo-Fr` (holidays that fall on a weekday)
  for `PH,Mo-Fr` (holidays and weekdays). Here a `PH` is looked up in `jours_feries` for the day that is asked;
- nights: it cuts `22:00-06:00; Sa off` at midnight on Friday. In the specification a rule belongs to the day on
  which a slot starts, and the night from Friday to Saturday lasts until 6 o'clock;
- fallback rules: `Mo-Fr 09:00-12:00 || "sur rendez-vous"` holds for every minute that the rules before leave
  closed, not only for the days that they leave out;
- months of a given year: it ends `2026 Jul-Aug` on 1 August. They are handed to it as dates.

School holidays (`SH`) have no calendar here: callers ask for a day twice, in and out of them, and compare.

Specification: https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification
"""

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property, lru_cache

from opening_hours import OpeningHours, ParserError, State

from structures.jours_feries import est_ferie, jours_feries

OUVERT = "ouvert"
FERME = "ferme"
INCONNU = "inconnu"
SUR_RENDEZ_VOUS = "sur_rendez_vous"

# When two slots of different kinds cover the same minute, the one that lets a person in wins.
PRIORITES = (OUVERT, SUR_RENDEZ_VOUS, INCONNU)

JOURNEE = 24 * 60
HORIZON = timedelta(days=3653)
ESSAIS = 800
FERIE = ("PH", 0)
JOURS_OSM = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MOIS_OSM = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class HorairesError(ValueError):
    """The text is not an expression that we can evaluate."""


@dataclass(frozen=True, slots=True)
class Creneau:
    """A slot, in minutes after midnight of the day on which it starts (the end may exceed 24 × 60)."""

    debut: int
    fin: int
    statut: str = OUVERT
    commentaire: str = ""

    def __sub__(self, autre: "Creneau") -> list["Creneau"]:
        if autre.fin <= self.debut or self.fin <= autre.debut:
            return [self]
        morceaux = ((self.debut, autre.debut), (autre.fin, self.fin))
        return [Creneau(d, f, self.statut, self.commentaire) for d, f in morceaux if d < f]


def plage(debut: int, fin: int) -> str:
    """Hours as they are written in an expression: « 22:00-06:00 »."""
    fin = fin - JOURNEE if fin > JOURNEE else fin
    return f"{debut // 60:02}:{debut % 60:02}-{fin // 60:02}:{fin % 60:02}"


@dataclass(frozen=True, slots=True)
class Journee:
    """What the rules say of the slots that start on one day."""

    creneaux: tuple[Creneau, ...] = ()
    # A rule said « fermé » in so many words (`Su off`), with its comment.
    fermeture: bool = False
    commentaire: str = ""
    # The hours of the place are others that day, and leave nothing of these: all of them are in doubt.
    modifiee: bool = False


@dataclass(frozen=True, eq=False)
class Regle:
    """One rule of an expression, cut into its selectors."""

    operateur: str
    dates: str
    jours: tuple[str, ...]
    feries: tuple[tuple[str, int], ...]
    # `PH Mo-Fr`: holidays that fall on those weekdays; otherwise holidays and those weekdays.
    intersection: bool
    plages: tuple[tuple[int, int], ...]
    statut: str
    commentaire: str

    @cached_property
    def semaine(self) -> frozenset[int] | None:
        """Weekdays (0 = Monday) when they are plain, None when one is counted in the month (`Tu[2]`)."""
        indices = set()
        for jour in self.jours:
            if "[" in jour:
                return None
            premier, dernier = JOURS_OSM.index(jour[:2]), JOURS_OSM.index(jour[-2:])
            indices.update((premier + pas) % 7 for pas in range((dernier - premier) % 7 + 1))
        return frozenset(indices)

    @cached_property
    def selecteur(self) -> str:
        """Days of the rule as they are written: « Jul-Aug Mo-Fr », « PH », « 24/7 »."""
        feries = [genre + (f" {decalage:+d} days" if decalage else "") for genre, decalage in self.feries]
        jours = (" " if self.intersection else ",").join(
            filter(None, (",".join(feries), ",".join(self.jours)))
        )
        return f"{self.dates} {jours}".strip() or "24/7"

    def __str__(self):
        plages = ",".join(plage(debut, fin) for debut, fin in self.plages)
        selecteur = "" if plages and self.selecteur == "24/7" else self.selecteur
        return " ".join(filter(None, (selecteur, plages, "off" if self.statut == FERME else "")))

    @cached_property
    def ordinaux(self) -> tuple[str, ...]:
        """Weekdays counted in the month (`Tu[2]`), () when all are plain."""
        return self.jours if self.semaine is None else ()

    @cached_property
    def date_seule(self) -> bool:
        """Whether it names single dates (`Dec 25`, `easter +1 day`), neither spans nor weeks."""
        return bool(_DATES_SEULES.fullmatch(self.dates))

    @cached_property
    def journee_entiere(self) -> bool:
        return not self.plages

    @cached_property
    def creneaux(self) -> tuple[Creneau, ...]:
        plages = self.plages or ((0, JOURNEE),)
        return tuple(Creneau(debut, fin, self.statut, self.commentaire) for debut, fin in sorted(plages))

    @cached_property
    def _selecteur_dates(self) -> OpeningHours | None:
        return OpeningHours(self.dates) if self.dates else None

    @cached_property
    def _selecteur_jours(self) -> OpeningHours:
        return OpeningHours(",".join(self.jours))

    def vaut(self, jour: date, zone: str, vacances: bool) -> bool:
        """Whether the rule applies to slots that start on that day; `vacances`: is it in school holidays."""
        if not self.feries:
            bon_jour = self._tombe(jour)
        elif not self.jours:
            bon_jour = self._chome(jour, zone, vacances)
        elif self.intersection:
            bon_jour = self._tombe(jour) and self._chome(jour, zone, vacances)
        else:
            bon_jour = self._tombe(jour) or self._chome(jour, zone, vacances)
        return bon_jour and (self._selecteur_dates is None or _tient(self._selecteur_dates, jour))

    def _tombe(self, jour: date) -> bool:
        if not self.jours:
            return True
        if self.semaine is not None:
            return jour.weekday() in self.semaine
        return _tient(self._selecteur_jours, jour)

    def _chome(self, jour: date, zone: str, vacances: bool) -> bool:
        return any(
            vacances if genre == "SH" else est_ferie(jour - timedelta(days=decalage), zone)
            for genre, decalage in self.feries
        )

    def candidat(self, jour: date, zone: str, vacances: bool) -> date | None:
        """First day, from that one on, on which the rule may apply; None within `HORIZON`.

        May name a day on which it does not apply in the end (callers ask again); never skips one.
        """
        candidats = []
        if not self.feries or (self.jours and not self.intersection):
            candidats.append(_premier_jour(self._selecteur, jour))
        if self.feries:
            candidats.append(self._prochain_ferie(jour, zone))
        if vacances and ("SH", 0) in self.feries:
            candidats.append(_premier_jour(self._selecteur_dates, jour))
        return min((c for c in candidats if c), default=None)

    @cached_property
    def _selecteur(self) -> OpeningHours | None:
        selecteur = " ".join(filter(None, (self.dates, ",".join(self.jours))))
        return OpeningHours(selecteur) if selecteur else None

    def _prochain_ferie(self, jour: date, zone: str) -> date | None:
        dates = (
            ferie + timedelta(days=decalage)
            for annee in (jour.year, jour.year + 1)
            for ferie in jours_feries(annee, zone)
            for genre, decalage in self.feries
            if genre == "PH"
        )
        return min((d for d in dates if d >= jour), default=None)


def _tient(selecteur: OpeningHours, jour: date) -> bool:
    return selecteur.is_open(datetime.combine(jour, time(12)))


def _premier_jour(selecteur: OpeningHours | None, jour: date) -> date | None:
    """First day, from that one on, that a selector of dates holds; None within `HORIZON`."""
    if selecteur is None:
        return jour
    depuis = datetime.combine(jour, time())
    for debut, _, etat, _ in selecteur.intervals(depuis, depuis + HORIZON):
        if etat == State.OPEN:
            return max(debut.date(), jour)
    return None


@dataclass(frozen=True, eq=False)
class Expression:
    """A whole expression, ready to be asked about a day."""

    texte: str
    regles: tuple[Regle, ...]

    @cached_property
    def cite_feries(self) -> bool:
        return any(genre == "PH" for regle in self.regles for genre, _ in regle.feries)

    @cached_property
    def cite_vacances(self) -> bool:
        return any(genre == "SH" for regle in self.regles for genre, _ in regle.feries)

    @cached_property
    def permanent(self) -> bool:
        """`24/7`: open without any condition."""
        regle = self.regles[0]
        return (
            len(self.regles) == 1
            and regle.statut == OUVERT
            and not (regle.plages or regle.dates or regle.jours or regle.feries)
        )

    @cached_property
    def jamais(self) -> bool:
        """Closed without any condition, by its last rule (`off`) or for want of a rule that opens."""
        derniere = self.regles[-1]
        sans_condition = not (derniere.plages or derniere.dates or derniere.jours or derniere.feries)
        return all(r.statut == FERME for r in self.regles) or (derniere.statut == FERME and sans_condition)

    def candidat(self, jour: date, zone: str, vacances: bool) -> date | None:
        """First day, from that one on, on which a slot may start; None within `HORIZON`."""
        dates = (regle.candidat(jour, zone, vacances) for regle in self.regles if regle.statut != FERME)
        return min((d for d in dates if d), default=None)


# --- What one day holds ---------------------------------------------------------------------------------


@lru_cache(maxsize=65536)
def journee(expression: Expression, jour: date, zone: str, vacances: bool = False) -> Journee:
    """Slots that start on that day in that zone of public holidays, in or out of school holidays."""
    return composer(regle for regle in expression.regles if regle.vaut(jour, zone, vacances))


@lru_cache(maxsize=65536)
def prochain_jour(
    expression: Expression, jour: date, zone: str, vacances: bool, statuts: frozenset[str]
) -> date | None:
    """First day, from that one on, with a slot of one of those kinds that starts on it.

    None when there is none within `HORIZON`, or after `ESSAIS` days that rules open and later rules close.
    """
    if expression.jamais:
        return None
    limite = jour + HORIZON
    for _ in range(ESSAIS):
        if any(c.statut in statuts for c in journee(expression, jour, zone, vacances).creneaux):
            return jour
        jour = expression.candidat(jour + timedelta(days=1), zone, vacances)
        if jour is None or jour > limite:
            return None
    return None


def composer(regles: Iterable[Regle]) -> Journee:
    """Combine the rules that apply to one day, in their order.

    `;` replaces what came before, `,` adds to it, `||` fills what is left closed. A closed rule with hours only
    takes these away, whatever its separator (specification, « rule_modifier:closed »).
    """
    creneaux: list[Creneau] = []
    fermeture, commentaire = False, ""
    for regle in regles:
        if regle.statut == FERME:
            creneaux = [] if regle.journee_entiere else retirer(creneaux, regle.creneaux)
            fermeture, commentaire = True, regle.commentaire
        elif regle.operateur == "||":
            creneaux += retirer(regle.creneaux, creneaux)
        elif regle.operateur == ",":
            creneaux = [*retirer(creneaux, regle.creneaux), *regle.creneaux]
        else:
            creneaux = list(regle.creneaux)
            fermeture, commentaire = False, ""
    return Journee(fusionner(creneaux), fermeture and not creneaux, "" if creneaux else commentaire)


def retirer(creneaux: Iterable[Creneau], autres: Iterable[Creneau]) -> list[Creneau]:
    """What is left of the slots once the others are taken away."""
    reste = list(creneaux)
    for autre in autres:
        reste = [morceau for creneau in reste for morceau in creneau - autre]
    return reste


def croiser(creneaux: Iterable[Creneau], autres: Iterable[Creneau]) -> tuple[Creneau, ...]:
    """What both hold: the words of the first are kept, and the kind that lets a person in less easily."""
    resultat = []
    for creneau in creneaux:
        for autre in autres:
            debut, fin = max(creneau.debut, autre.debut), min(creneau.fin, autre.fin)
            if debut < fin:
                statut = max(creneau.statut, autre.statut, key=PRIORITES.index)
                commentaire = creneau.commentaire or autre.commentaire
                if statut != creneau.statut and autre.commentaire:
                    commentaire = autre.commentaire
                resultat.append(Creneau(debut, fin, statut, commentaire))
    return fusionner(resultat)


@lru_cache(maxsize=4096)
def heriter_fermetures(expression: Expression, base: Expression) -> Expression:
    """Hours that do not mention public holidays, with the closures that the base hours have for them.

    A rule of the hours for one date (`Dec 25 10:00-12:00`) stays the last word.
    """
    fermetures = tuple(
        replace(regle, operateur=";", feries=(FERIE,), jours=regle.jours if regle.intersection else ())
        for regle in base.regles
        if regle.statut == FERME and FERIE in regle.feries
    )
    if expression.cite_feries or expression.permanent or not fermetures:
        return expression
    rang = len(expression.regles)
    while rang and expression.regles[rang - 1].date_seule:
        rang -= 1
    return Expression(expression.texte, expression.regles[:rang] + fermetures + expression.regles[rang:])


def fusionner(creneaux: Iterable[Creneau]) -> tuple[Creneau, ...]:
    """Slots in order, those that touch or overlap and say the same joined."""
    resultat: list[Creneau] = []
    for creneau in sorted(creneaux, key=lambda c: (c.debut, c.fin)):
        dernier = resultat[-1] if resultat else None
        if (
            dernier
            and creneau.debut <= dernier.fin
            and (creneau.statut, creneau.commentaire) == (dernier.statut, dernier.commentaire)
        ):
            fin = max(dernier.fin, creneau.fin)
            resultat[-1] = Creneau(dernier.debut, fin, dernier.statut, dernier.commentaire)
        else:
            resultat.append(creneau)
    return tuple(resultat)


# --- Reading ----------------------------------------------------------------------------------------------

_MOIS = f"(?:{'|'.join(MOIS_OSM)})"
_WD = f"(?:{'|'.join(JOURS_OSM)})"
_ANNEES = r"\d{4}(?:-\d{4}(?:/\d+)?)?(?:,\d{4}(?:-\d{4}(?:/\d+)?)?)*"
_DECALAGE = rf"(?:[+-]{_WD})?(?: [+-]?\d+ days?)?"
_DATE = rf"(?:\d{{4}} )?(?:{_MOIS} (?:\d{{1,2}}|{_WD}\[-?\d\])|easter){_DECALAGE}"
_MOIS_JOURS = rf"(?:{_DATE}(?:-{_DATE})?|(?:\d{{4}})?{_MOIS}(?:-{_MOIS})?)"
_DATES_SEULES = re.compile(rf"{_DATE}(?:,{_DATE})*")
_SEMAINES = r"week\d\d(?:-\d\d(?:/\d+)?)?(?:,\d\d(?:-\d\d(?:/\d+)?)?)*"
_FERIE = r"(?:PH(?: -?\d+ days)?|SH)"
_JOUR = rf"(?:{_WD}(?:-{_WD}|(?:\[-?\d(?:,-?\d)*\](?: [+-]\d+ days?)?)?)|{_FERIE})"
_PLAGE = r"\d\d:\d\d-\d\d:\d\d"

# One rule as the package prints it back: its own spacing leaves one reading only.
_REGLE = re.compile(
    r"(?:24/7)?"
    rf"(?P<annees>{_ANNEES}(?! (?:{_MOIS} |easter)))?"
    rf"(?P<mois>{_MOIS_JOURS}(?:,{_MOIS_JOURS})*)?"
    rf"(?: ?(?P<semaines>{_SEMAINES}))?"
    rf"(?: ?(?P<jours>{_JOUR}(?:,{_JOUR})*))?"
    rf"(?: ?(?P<plages>{_PLAGE}(?:,{_PLAGE})*))?"
    r"(?: ?(?P<statut>closed|unknown))?"
    r'(?: ?"(?P<commentaire>\d+)")?'
)
_COMMENTAIRE = re.compile(r'"([^"]*)"')
_SEPARATEUR = re.compile(r"(; | \|\| |, )")
# In the text as it was typed: a holiday and weekdays with a space between them.
_INTERSECTION = re.compile(
    rf"\b(?:PH|SH)(?: [+-]\d+ days?)?(,| ){_WD}\b|\b{_WD}(?:\[[^]]*\](?: [+-]\d+ days?)?)?(,| )(?:PH|SH)\b",
    re.IGNORECASE,
)
_JOURNEE_DITE = re.compile(r"24/7|\bopen\b|\b0?0:00-24:00", re.IGNORECASE)
_SANS_RENDEZ_VOUS = re.compile(
    r"\bsans\s+(?:prise\s+de\s+)?(?:rendez[- ]?vous|rdv|inscription|convocation|orientation|r[ée]servation)",
    re.IGNORECASE,
)
# One cannot walk in. « Inscriptions » alone is what people come for, not a condition.
_RENDEZ_VOUS = re.compile(
    r"\b(?:rendez[- ]?vous|rdv|appointment)\b"
    r"|\bsur\s+(?:pr[ée][- ]?)?(?:inscription|convocation|orientation|invitation|r[ée]servation)"
    r"|\b(?:inscription|orientation|convocation|r[ée]servation)s?\s+(?:\w+\s+)?"
    r"(?:obligatoire|pr[ée]alable|n[ée]cessaire|requise|au pr[ée]alable)"
    r"|^\s*(?:inscription|convocation|r[ée]servation)\s*$",
    re.IGNORECASE,
)


def sans_commentaires(texte: str) -> str:
    """The text with its quoted comments blanked, so that their words are not taken for syntax."""
    return _COMMENTAIRE.sub('""', texte)


def dit_journee_entiere(texte: str) -> bool:
    """Whether the text says in so many words that some rule lasts all day (the package prints no hours then)."""
    return bool(_JOURNEE_DITE.search(sans_commentaires(texte)))


@lru_cache(maxsize=4096)
def lire(texte: str) -> Expression | None:
    """The expression, None when it is empty or cannot be evaluated: hours are then unknown, never closed."""
    try:
        return analyser(texte)
    except HorairesError:
        return None


def analyser(texte: str) -> Expression:
    """Read an expression.

    HorairesError when the grammar refuses it (its cause is then the package's ParserError), or when it uses what a
    clock and a calendar cannot tell: sunrise, open end, repetition (no cause; the message is the rule).
    """
    texte = (texte or "").strip()
    try:
        canonique = str(OpeningHours(texte))
    except ParserError as erreur:
        raise HorairesError(texte) from erreur
    syntaxe = sans_commentaires(texte)
    commentaires: list[str] = []

    def masquer(trouve: re.Match) -> str:
        commentaires.append(trouve[1])
        return f'"{len(commentaires) - 1}"'

    # One entry per list that holds both holidays and weekdays, in order.
    intersections = iter([" " in (m[1] or m[2]) for m in _INTERSECTION.finditer(syntaxe)])
    morceaux = ["; ", *_SEPARATEUR.split(_COMMENTAIRE.sub(masquer, canonique))]
    journee_dite = dit_journee_entiere(texte)
    regles = tuple(
        _lire_regle(operateur.strip(), corps, commentaires, intersections, journee_dite)
        for operateur, corps in zip(morceaux[::2], morceaux[1::2], strict=True)
    )
    return Expression(texte, regles)


def _lire_regle(operateur, corps, commentaires, intersections, journee_dite) -> Regle:
    trouve = _REGLE.fullmatch(corps)
    if not trouve:
        raise HorairesError(corps)
    commentaire = commentaires[int(trouve["commentaire"])] if trouve["commentaire"] else ""
    # The lists of weekdays, and those of counts in the month (`Tu[1,3]`), both use a comma.
    elements = re.findall(_JOUR, trouve["jours"] or "")
    jours = tuple(e for e in elements if not e.startswith(("PH", "SH")))
    feries = tuple(
        (e[:2], int(e.split()[1]) if " " in e else 0) for e in elements if e.startswith(("PH", "SH"))
    )
    plages = tuple(_lire_plage(plage) for plage in (trouve["plages"] or "").split(",") if plage)
    # A year that is printed without a space belongs to the first month: « 2026Jul-Aug ».
    mois = ",".join(_dater(m) for m in f"{trouve['annees'] or ''}{trouve['mois'] or ''}".split(","))
    dates = " ".join(filter(None, (mois, trouve["semaines"])))
    regle = Regle(
        operateur=operateur,
        dates=dates,
        jours=jours,
        feries=feries,
        intersection=bool(jours and feries and next(intersections, False)),
        plages=plages,
        statut=_statut(trouve["statut"], commentaire, bool(plages) or journee_dite),
        commentaire=commentaire,
    )
    _verifier_selecteurs(regle)
    return regle


def _dater(mois: str) -> str:
    """`2026Jul-Aug` as dates; anything else unchanged."""
    trouve = re.fullmatch(rf"(\d{{4}})({_MOIS})(?:-({_MOIS}))?", mois)
    if not trouve:
        return mois
    annee, premier, dernier = int(trouve[1]), trouve[2], trouve[3] or trouve[2]
    annee_fin = annee + (MOIS_OSM.index(dernier) < MOIS_OSM.index(premier))
    jours = calendar.monthrange(annee_fin, MOIS_OSM.index(dernier) + 1)[1]
    return f"{annee} {premier} 1-{annee_fin} {dernier} {jours}"


def _lire_plage(plage: str) -> tuple[int, int]:
    debut, fin = (int(h[:2]) * 60 + int(h[3:]) for h in plage.split("-"))
    return debut, fin if fin > debut else fin + JOURNEE


def _statut(modificateur: str | None, commentaire: str, heures_dites: bool) -> str:
    if modificateur == "closed":
        return FERME
    if _RENDEZ_VOUS.search(_SANS_RENDEZ_VOUS.sub("", commentaire)):
        return SUR_RENDEZ_VOUS
    if modificateur == "unknown" or (commentaire and not heures_dites):
        # A comment alone gives no hours: the specification makes it « unknown ».
        return INCONNU
    return OUVERT


def _verifier_selecteurs(regle: Regle) -> None:
    # Each selector is handed back to the package by itself: it must be read there as it was in its rule.
    for selecteur in (regle.dates, ",".join(regle.jours)):
        if selecteur:
            try:
                relu = str(OpeningHours(selecteur))
            except ParserError as erreur:
                raise HorairesError(selecteur) from erreur
            if relu != selecteur:
                raise HorairesError(selecteur)
