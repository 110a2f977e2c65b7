"""Is it open, until when, when next? Answered at read time, in the time zone of the place.

Hours come as text in OpenStreetMap syntax (`horaires_accueil`), exceptional periods as any objects with the attributes
of `Periode`. Nothing here reads the database or the clock: the instant is an argument.

Three rules hold throughout:

- hours that are not given, or that cannot be computed, are unknown, never closed;
- a slot belongs to the day on which it starts: a closure « from Saturday » leaves the night from Friday to Saturday
  untouched, and takes the one from Saturday to Sunday away;
- a doubt is told (`a_verifier`): hours that depend on school holidays, whose calendar is not known here, and hours that
  do not mention public holidays on such a day. The syntax says that the latter apply; who wrote them may not know.

What takes place somewhere (a fiche) may have hours of its own there. Other hours of the place then open or close the
door, they do not make it take place: they are intersected with its own, and a day of which nothing is left is in doubt.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from structures.horaires_mots import (
    HORAIRES_MODIFIES,
    NB,
    creneaux_en_mots,
    jour_en_mots,
    jour_relatif,
    phrase,
    sans_redite,
)
from structures.horaires_osm import (
    FERME,
    HORIZON,
    INCONNU,
    JOURNEE,
    OUVERT,
    PRIORITES,
    SUR_RENDEZ_VOUS,
    Creneau,
    Expression,
    Journee,
    croiser,
    heriter_fermetures,
    journee,
    lire,
    prochain_jour,
    retirer,
)
from structures.horaires_saisie import valider_horaires
from structures.horaires_semaine import Ligne, en_mots
from structures.jours_feries import est_ferie, nom_ferie, zone_feries

__all__ = [
    "EtatOuverture",
    "Jour",
    "Ligne",
    "Periode",
    "en_mots",
    "etat",
    "fuseau",
    "phrase",
    "prochains_jours",
    "valider_horaires",
]

FERMETURE = "fermeture"
HORAIRES = "horaires"

VERIFIER_VACANCES = "à vérifier pendant les vacances scolaires"

# Open for longer than this without a break: no closing time is told.
SANS_FIN = 8 * JOURNEE
# More public holidays than that do not follow each other.
FERIES_DE_SUITE = 4
SEMAINE = 7

_ACCUEIL = frozenset({OUVERT, SUR_RENDEZ_VOUS})
_PORTE_OUVERTE = frozenset({OUVERT})

# The collectivities that do not keep the time of Paris. The Marquesas and the Gambier islands (in 987) have their own
# offset, which a département code does not tell.
FUSEAUX = {
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "975": "America/Miquelon",
    "976": "Indian/Mayotte",
    "977": "America/St_Barthelemy",
    "978": "America/Marigot",
    "986": "Pacific/Wallis",
    "987": "Pacific/Tahiti",
    "988": "Pacific/Noumea",
}


@dataclass(frozen=True)
class Periode:
    """An exceptional period, both days included; no end: until further notice.

    `nature`: « fermeture » (closed), « horaires » (other hours, in `horaires`) or « message » (told, changes nothing).
    """

    debut: date
    fin: date | None = None
    nature: str = FERMETURE
    horaires: str = ""
    message: str = ""
    # The fiche that it is about; None: the whole place.
    competence_id: int | None = None


@dataclass(frozen=True)
class EtatOuverture:
    """What is known of a place at one instant. Times are aware, in the time zone of the place."""

    statut: str
    jour: date
    # End of this state; None when there is none in the coming week, or when it is not open.
    jusqua: datetime | None = None
    # Next time that somebody is received; None when open, or when there is none within ten years.
    prochaine_ouverture: datetime | None = None
    prochaine_sur_rendez_vous: bool = False
    # What the slot of that next time says beside its hours.
    prochaine_precision: str = ""
    commentaire: str = ""
    # What the exceptional periods of the day have to say.
    message: str = ""
    ferie: str = ""
    ferme_aujourdhui: bool = False
    en_fermeture: bool = False
    fermeture_fin: date | None = None
    fermeture_motif: str = ""
    # Why the state is unknown: « non_renseigne », « illisible », « a_confirmer », « vacances », « modifies ».
    raison: str = ""
    # When it hangs on school holidays: what it is outside them.
    statut_ordinaire: str = ""
    a_verifier: str = ""
    # Until when all this stays true, in UTC: the next slot or the next day. It says nothing of the place itself.
    valable_jusqua: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Jour:
    """One day of the coming days."""

    date: date
    label: str
    statut: str
    creneaux: tuple[tuple[datetime, datetime], ...]
    heures: str
    ferie: str = ""
    fermeture: str = ""
    message: str = ""
    commentaire: str = ""


def fuseau(code_departement: str) -> ZoneInfo:
    """Time zone of a département or collectivity; an unknown code keeps the time of Paris."""
    return ZoneInfo(FUSEAUX.get((code_departement or "").strip(), "Europe/Paris"))


def etat(
    horaires: str, *, a: datetime, departement: str, periodes: Iterable = (), base: str | None = None
) -> EtatOuverture:
    """State of a place at the aware instant `a`.

    `horaires` in OpenStreetMap syntax, `departement` its code (« 69 », « 974 »), `periodes` its exceptional periods.
    `base`: the hours of the place (« » when they are not known), when `horaires` are a fiche's own; None otherwise.
    Never raises for a text that cannot be read: the state is then « inconnu ».
    """
    _refuser_instant_naif(a)
    agenda = _Agenda(horaires, departement, tuple(periodes), base)
    reponse = agenda.etat(a)
    if not agenda.depend_des_vacances:
        return reponse
    pendant = _Agenda(horaires, departement, agenda.periodes, base, vacances=True).etat(a)
    valable = min(reponse.valable_jusqua, pendant.valable_jusqua)
    return replace(_comparer(reponse, pendant, a), valable_jusqua=valable)


def est_ouvert(
    horaires: str, *, a: datetime, departement: str, periodes: Iterable = (), base: str | None = None
) -> tuple[bool, datetime]:
    """Whether `etat` would say « ouvert », and until when that holds, without looking for the next opening.

    The arguments are those of `etat`. Looking for what comes next takes most of the time of a state.
    """
    _refuser_instant_naif(a)
    agenda = _Agenda(horaires, departement, tuple(periodes), base)
    ouvert, valable = agenda.ouvert(a)
    if agenda.depend_des_vacances:
        pendant = _Agenda(horaires, departement, agenda.periodes, base, vacances=True).ouvert(a)
        ouvert, valable = ouvert and pendant[0], min(valable, pendant[1])
    return ouvert, valable


def prochains_jours(
    horaires: str,
    *,
    a: datetime,
    departement: str,
    periodes: Iterable = (),
    base: str | None = None,
    jours: int = 14,
) -> list[Jour]:
    """The coming days, from the one that `a` is in at the place. A slot is listed on the day on which it starts.

    The arguments are those of `etat`.
    """
    _refuser_instant_naif(a)
    agenda = _Agenda(horaires, departement, tuple(periodes), base)
    pendant = _Agenda(horaires, departement, agenda.periodes, base, vacances=True)
    premier = a.astimezone(agenda.fuseau).date()
    resultat = []
    for rang in range(jours):
        date_ = premier + timedelta(days=rang)
        resultat.append(agenda.jour(date_, sur=agenda.heures_du(date_) == pendant.heures_du(date_)))
    return resultat


def _refuser_instant_naif(a: datetime) -> None:
    if a.tzinfo is None:
        raise ValueError("L’instant doit porter un fuseau horaire.")


def _comparer(hors: EtatOuverture, pendant: EtatOuverture, a: datetime) -> EtatOuverture:
    """The state when nobody knows whether these are school holidays, from both answers.

    The doubt is told when the line that a person reads would be another one.
    """
    if hors.raison == "modifies":
        return hors
    if hors.statut != pendant.statut:
        return replace(
            hors,
            statut=INCONNU,
            statut_ordinaire=hors.statut,
            raison="vacances",
            a_verifier=VERIFIER_VACANCES,
        )
    if phrase(hors, a) != phrase(pendant, a):
        return replace(hors, a_verifier=VERIFIER_VACANCES)
    return hors


class _Agenda:
    """The hours of one place with its exceptional periods, in or out of school holidays."""

    def __init__(
        self,
        horaires: str,
        departement: str,
        periodes: tuple,
        base: str | None = None,
        *,
        vacances: bool = False,
    ):
        self.texte = (horaires or "").strip()
        self.expression = lire(self.texte) if self.texte else None
        # Whether the hours are a fiche's own, at a place that has others.
        self.propres = base is not None
        self.base = lire(base.strip()) if base and base.strip() else None
        self.zone = zone_feries(departement)
        self.fuseau = fuseau(departement)
        self.periodes = periodes
        self.vacances = vacances

    @property
    def depend_des_vacances(self) -> bool:
        expressions = [self.expression, *(lire(p.horaires) for p in self.periodes if p.nature == HORAIRES)]
        return any(e is not None and e.cite_vacances for e in expressions)

    # --- One day

    def _periodes_du(self, jour: date) -> list:
        """Periods that hold that day, the ones that start last first."""
        periodes = [p for p in self.periodes if p.debut <= jour and (p.fin is None or jour <= p.fin)]
        return sorted(periodes, key=lambda p: p.debut, reverse=True)

    def exception(self, jour: date):
        """The period that rules that day: a closure before other hours, the one that starts last otherwise."""
        if not self.periodes:
            return None
        # Hours said of the fiche itself come before those of the whole place.
        periodes = sorted(self._periodes_du(jour), key=_du_lieu)
        return next(
            (p for nature in (FERMETURE, HORAIRES) for p in periodes if p.nature == nature),
            None,
        )

    def _croise(self, exception) -> bool:
        """Whether the period changes the hours of the place, around something that has hours of its own."""
        return self.propres and exception.nature == HORAIRES and _du_lieu(exception)

    def _expression_du(self, jour: date) -> tuple[str, Expression | None]:
        """What rules that day; for hours that a period only restricts, these hours."""
        exception = self.exception(jour)
        if exception is None or self._croise(exception):
            return self.texte, self.expression
        return (exception.horaires or "").strip(), self._expression_de(exception)

    def _expression_de(self, periode) -> Expression | None:
        """Hours of a period. What they replace still says whether holidays are off, when they do not."""
        texte = (periode.horaires or "").strip()
        expression = lire(texte) if texte else None
        if expression is None or self._vise_des_feries(periode):
            return expression
        sources = (self.base,) if self._croise(periode) else (self.expression, self.base)
        source = next((s for s in sources if s is not None and s.cite_feries), None)
        return heriter_fermetures(expression, source) if source else expression

    def _vise_des_feries(self, periode) -> bool:
        """Whether a period is made of public holidays only: its hours are then meant for them."""
        if periode.fin is None or (periode.fin - periode.debut).days >= FERIES_DE_SUITE:
            return False
        jours = range((periode.fin - periode.debut).days + 1)
        return all(est_ferie(periode.debut + timedelta(days=rang), self.zone) for rang in jours)

    def journee(self, jour: date) -> Journee | None:
        """Slots that start that day, None when they are not known."""
        exception = self.exception(jour)
        if exception is not None and exception.nature == FERMETURE:
            return Journee(fermeture=True)
        _, expression = self._expression_du(jour)
        du_jour = journee(expression, jour, self.zone, self.vacances) if expression else None
        if exception is None or not du_jour or not du_jour.creneaux or not self._croise(exception):
            return du_jour
        lieu = self._expression_de(exception)
        ouvertures = journee(lieu, jour, self.zone, self.vacances).creneaux if lieu else ()
        communs = croiser(du_jour.creneaux, ouvertures)
        if communs:
            return replace(du_jour, creneaux=communs)
        douteux = tuple(replace(creneau, statut=INCONNU) for creneau in du_jour.creneaux)
        return replace(du_jour, creneaux=douteux, modifiee=True)

    def heures_du(self, jour: date) -> tuple[Creneau, ...] | None:
        du_jour = self.journee(jour)
        return None if du_jour is None else du_jour.creneaux

    def creneaux(self, jour: date, jours: int) -> list[Creneau]:
        """Slots from the night before that day on, in minutes after its midnight, without overlap."""
        tous = []
        for rang in range(-1, jours):
            du_jour = self.journee(jour + timedelta(days=rang))
            if du_jour is not None:
                decalage = rang * JOURNEE
                tous += [
                    Creneau(c.debut + decalage, c.fin + decalage, c.statut, c.commentaire)
                    for c in du_jour.creneaux
                ]
        resultat: list[Creneau] = []
        for statut in PRIORITES:
            resultat += retirer((c for c in tous if c.statut == statut), tuple(resultat))
        return sorted(resultat, key=lambda c: c.debut)

    def jour(self, jour: date, *, sur: bool) -> Jour:
        """That day in words; `sur`: it is the same in and out of school holidays."""
        du_jour = self.journee(jour)
        exception = self.exception(jour)
        ferme = exception is not None and exception.nature == FERMETURE
        creneaux = du_jour.creneaux if du_jour else ()
        if du_jour is None:
            heures = "non renseigné" if not self._expression_du(jour)[0] else "à vérifier"
        else:
            heures = creneaux_en_mots(creneaux)
        commentaires = dict.fromkeys(filter(None, (c.commentaire for c in creneaux)))
        commentaire = " · ".join(commentaires) or (du_jour.commentaire if du_jour else "")
        doutes = (
            HORAIRES_MODIFIES if du_jour and du_jour.modifiee else "",
            "" if sur else VERIFIER_VACANCES,
        )
        commentaire = " · ".join(filter(None, (commentaire, *doutes)))
        return Jour(
            date=jour,
            label=jour_en_mots(jour),
            statut=_statut_du_jour(du_jour) if sur else INCONNU,
            creneaux=tuple((self._instant(jour, c.debut), self._instant(jour, c.fin)) for c in creneaux),
            heures=heures,
            ferie=nom_ferie(jour, self.zone),
            fermeture=(sans_redite(exception.message) or "fermeture exceptionnelle") if ferme else "",
            message=self._message(jour),
            commentaire=commentaire,
        )

    def _message(self, jour: date) -> str:
        messages = (p.message.strip() for p in self._periodes_du(jour) if p.message)
        return " · ".join(dict.fromkeys(messages))

    # --- One instant

    def etat(self, a: datetime) -> EtatOuverture:
        local = a.astimezone(self.fuseau)
        jour, minute = local.date(), local.hour * 60 + local.minute
        du_jour = self.journee(jour)
        creneaux = self.creneaux(jour, 2)
        actuel = next((c for c in creneaux if c.debut <= minute < c.fin), None)
        if actuel:
            statut, commentaire, raison = actuel.statut, actuel.commentaire, "a_confirmer"
        elif du_jour is None:
            texte, _ = self._expression_du(jour)
            statut, commentaire, raison = INCONNU, "", "illisible" if texte else "non_renseigne"
        else:
            statut, commentaire, raison = FERME, du_jour.commentaire, ""
        suite = None
        if statut != OUVERT:
            suite = self.prochaine(jour, minute, _PORTE_OUVERTE if statut == SUR_RENDEZ_VOUS else _ACCUEIL)
        modifie = ""
        if actuel:
            jour_en_cause = jour + timedelta(days=actuel.debut // JOURNEE)
            if statut == INCONNU and self.journee(jour_en_cause).modifiee:
                raison, modifie = "modifies", HORAIRES_MODIFIES
        else:
            jour_en_cause = suite[0] if suite else None
            if self._sur_rendez_vous_seulement(jour, minute, du_jour, suite):
                statut, commentaire = SUR_RENDEZ_VOUS, suite[1].commentaire
            modifie = self._modifie_avant(jour, minute, jour_en_cause)
        fermeture = self._fermeture(jour)
        if fermeture and fermeture["fermeture_fin"] != jour and not actuel:
            # The line tells how long the closure lasts, not what comes after it.
            modifie, jour_en_cause = "", None
        return EtatOuverture(
            statut=statut,
            jour=jour,
            jusqua=self._fin(jour, actuel, creneaux, local) if actuel else None,
            prochaine_ouverture=_apres(self._instant(suite[0], suite[1].debut), local) if suite else None,
            prochaine_sur_rendez_vous=bool(suite and suite[1].statut == SUR_RENDEZ_VOUS),
            prochaine_precision=suite[1].commentaire if suite else "",
            commentaire=commentaire,
            message=self._message(jour) if self.periodes else "",
            ferie=nom_ferie(jour, self.zone),
            ferme_aujourdhui=du_jour is not None and not du_jour.creneaux,
            raison=raison if statut == INCONNU else "",
            a_verifier=" · ".join(filter(None, (modifie, self._ferie_oublie(jour_en_cause)))),
            valable_jusqua=self._valable_jusqua(local, (*creneaux, *(du_jour.creneaux if du_jour else ()))),
            **fermeture,
        )

    def ouvert(self, a: datetime) -> tuple[bool, datetime]:
        local = a.astimezone(self.fuseau)
        minute, creneaux = local.hour * 60 + local.minute, self.creneaux(local.date(), 1)
        actuel = next((c for c in creneaux if c.debut <= minute < c.fin), None)
        du_jour = self.journee(local.date())
        bornes = (*creneaux, *(du_jour.creneaux if du_jour else ()))
        return actuel is not None and actuel.statut == OUVERT, self._valable_jusqua(local, bornes)

    def _valable_jusqua(self, local: datetime, creneaux: tuple[Creneau, ...]) -> datetime:
        """When the answer may change: at the next bound of a slot, or with the day."""
        minute = local.hour * 60 + local.minute
        bornes = (borne for creneau in creneaux for borne in (creneau.debut, creneau.fin))
        suivante = min((borne for borne in bornes if minute < borne < JOURNEE), default=JOURNEE)
        debut = local.astimezone(UTC).replace(second=0, microsecond=0)
        fin = debut + timedelta(minutes=suivante - minute)
        if fin.astimezone(self.fuseau).utcoffset() == local.utcoffset():
            return fin
        # The clock changes before: no slot tells when, but it does so on the hour.
        return debut.replace(minute=0) + timedelta(hours=1)

    def _sur_rendez_vous_seulement(self, jour: date, minute: int, du_jour: Journee | None, suite) -> bool:
        """Whether nobody is ever received without an appointment: between two slots that is not « closed »."""
        if not du_jour or du_jour.fermeture or not suite or suite[1].statut != SUR_RENDEZ_VOUS:
            return False
        return self.prochaine(jour, minute, _PORTE_OUVERTE) is None

    def _modifie_avant(self, jour: date, minute: int, fin: date | None) -> str:
        """Doubt on a day whose hours are modified, that comes before the announced opening."""
        if not self.propres or not self.periodes:
            return ""
        jours = min((fin - jour).days, SEMAINE) if fin else SEMAINE
        for rang in range(jours + 1):
            candidat = jour + timedelta(days=rang)
            du_jour = self.journee(candidat)
            if du_jour and du_jour.modifiee and (rang or du_jour.creneaux[-1].debut > minute):
                return f"à vérifier{NB}: horaires modifiés {jour_relatif(candidat, jour)}"
        return ""

    def _fin(self, jour: date, actuel: Creneau, creneaux: list[Creneau], local: datetime) -> datetime | None:
        fin = _fin_continue(actuel, creneaux)
        if fin >= JOURNEE * 2:
            fin = _fin_continue(actuel, self.creneaux(jour, SANS_FIN // JOURNEE))
        if fin >= SANS_FIN:
            return None
        return _apres(self._instant(jour, fin), local)

    def prochaine(self, jour: date, minute: int, statuts: frozenset[str]) -> tuple[date, Creneau] | None:
        """Next slot of one of those kinds that starts after that minute: its day, and the slot."""
        limite = jour + HORIZON
        courant = jour
        while courant is not None and courant <= limite:
            du_jour = self.journee(courant)
            if du_jour is None:
                return None
            for creneau in du_jour.creneaux:
                if creneau.statut in statuts and (courant > jour or creneau.debut > minute):
                    return courant, creneau
            courant = self._jour_suivant(courant, statuts)
        return None

    def _jour_suivant(self, jour: date, statuts: frozenset[str]) -> date | None:
        """Next day worth looking at: the first that has slots, or on which what rules the days changes."""
        exception = self.exception(jour)
        if exception is not None and exception.nature == FERMETURE:
            return _lendemain(exception.fin)
        demain = jour + timedelta(days=1)
        exception = self.exception(demain)
        _, expression = self._expression_du(demain)
        if expression is None or (exception is not None and exception.nature == FERMETURE):
            return demain
        bornes = [p.debut for p in self.periodes if p.debut > demain and p.nature in (FERMETURE, HORAIRES)]
        bornes.append(_lendemain(exception.fin) if exception is not None else None)
        bornes.append(prochain_jour(expression, demain, self.zone, self.vacances, statuts))
        return min((d for d in bornes if d), default=None)

    def _fermeture(self, jour: date) -> dict:
        """The closure of the day, if any: its reason, and its last day when others follow without a gap."""
        exception = self.exception(jour)
        if exception is None or exception.nature != FERMETURE:
            return {}
        fin = exception.fin
        while (demain := _lendemain(fin)) is not None:
            suivante = self.exception(demain)
            if suivante is None or suivante.nature != FERMETURE:
                break
            fin = suivante.fin
        return {"en_fermeture": True, "fermeture_fin": fin, "fermeture_motif": exception.message.strip()}

    def _ferie_oublie(self, jour: date | None) -> str:
        """Doubt on a public holiday that the hours of that day say nothing about."""
        ferie = nom_ferie(jour, self.zone) if jour else ""
        if not ferie:
            return ""
        exception = self.exception(jour)
        expressions = [self._expression_du(jour)[1]]
        if exception is not None:
            if exception.nature == FERMETURE or self._vise_des_feries(exception):
                return ""
            expressions.append(self._expression_de(exception))
        doute = any(e is not None and not e.cite_feries and not e.permanent for e in expressions)
        return f"à vérifier{NB}: jour férié ({ferie})" if doute else ""

    def _instant(self, jour: date, minutes: int) -> datetime:
        """Aware instant of a time on the clock; one that is skipped in spring is when the clock jumps over it."""
        naif = datetime.combine(jour, time()) + timedelta(minutes=minutes)
        while True:
            instant = naif.replace(tzinfo=self.fuseau)
            if instant.astimezone(UTC).astimezone(self.fuseau).replace(tzinfo=None) == naif:
                return instant
            naif += timedelta(minutes=1)


def _du_lieu(periode) -> bool:
    """Whether the period is about the whole place, not about one fiche."""
    return getattr(periode, "competence_id", None) is None


def _apres(instant: datetime, local: datetime) -> datetime:
    """On the night when clocks go back an hour comes twice: what is to come is the next one, not the past one."""
    return instant if instant.astimezone(UTC) > local.astimezone(UTC) else instant.replace(fold=1)


def _lendemain(jour: date | None) -> date | None:
    return None if jour is None or jour == date.max else jour + timedelta(days=1)


def _fin_continue(actuel: Creneau, creneaux: list[Creneau]) -> int:
    """End of the run of slots of the same kind that follow without a gap."""
    fin = actuel.fin
    for creneau in creneaux:
        if creneau.statut == actuel.statut and creneau.debut <= fin < creneau.fin:
            fin = creneau.fin
    return fin


def _statut_du_jour(du_jour: Journee | None) -> str:
    if du_jour is None:
        return INCONNU
    statuts = {c.statut for c in du_jour.creneaux}
    return next((statut for statut in PRIORITES if statut in statuts), FERME)
