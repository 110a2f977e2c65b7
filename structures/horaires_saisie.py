"""Opening hours as people type them: what is refused, the sentence that says why, and what was probably meant."""

import re
import unicodedata
from itertools import pairwise

from django.core.exceptions import ValidationError

from structures.horaires_osm import (
    FERME,
    JOURNEE,
    OUVERT,
    Expression,
    HorairesError,
    Regle,
    analyser,
    dit_journee_entiere,
    plage,
    sans_commentaires,
)

LONGUEUR_MAXIMALE = 1000
EXEMPLE = "Par exemple : Mo-Fr 09:00-12:00,14:00-17:00; Sa 09:00-12:00; PH off"

# A slot over midnight longer than this is two hours typed the wrong way round: 12:00-09:00 lasts 21 hours,
# a night shelter (17:00-09:00) sixteen.
NUIT_MAXIMALE = 16 * 60

CODES_JOURS = (
    "Mo (lundi), Tu (mardi), We (mercredi), Th (jeudi), Fr (vendredi), Sa (samedi), Su (dimanche), "
    "PH (jours fériés), SH (vacances scolaires)"
)
CODES_MOIS = "Jan, Feb, Mar, Apr, May, Jun, Jul, Aug, Sep, Oct, Nov, Dec"

_JOURS = {
    "Mo": "lundis?|lun|lu",
    "Tu": "mardis?|ma",
    "We": "mercredis?|mer|me",
    "Th": "jeudis?|jeu|je",
    "Fr": "vendredis?|ven|ve",
    "Sa": "samedis?|sam",
    "Su": "dimanches?|dim|di",
}
_MOIS = {
    "Jan": "janvier|janv",
    "Feb": "février|fevrier|févr|fevr|fév",
    "Mar": "mars",
    "Apr": "avril|avr",
    "May": "mai",
    "Jun": "juin",
    "Jul": "juillet|juil",
    "Aug": "août|aout",
    "Sep": "septembre|sept",
    "Oct": "octobre",
    "Nov": "novembre",
    "Dec": "décembre|decembre|déc",
}
_MOT_JOUR = re.compile(rf"\b({'|'.join(_JOURS.values())})\b\.?", re.IGNORECASE)
_MOT_MOIS = re.compile(rf"\b({'|'.join(_MOIS.values())})\b\.?", re.IGNORECASE)
_CODES = re.compile(
    r"(?:Mo|Tu|We|Th|Fr|Sa|Su|PH|SH|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)+"
    r"|week|easter|days?|off|closed|open|unknown",
    re.IGNORECASE,
)


def valider_horaires(texte: str) -> None:
    """Refuse hours that cannot be computed, or that surely do not say what was meant.

    `texte` is an expression in OpenStreetMap syntax; empty is allowed (hours not known). Raises ValidationError
    (code « horaires ») with a French sentence that names the wrong part and gives an example.
    """
    texte = "" if texte is None else str(texte)
    if not texte.strip():
        return
    if len(texte) > LONGUEUR_MAXIMALE:
        longueur = f"{len(texte):,}".replace(",", "\u202f")
        raise _refus(f"Ces horaires sont trop longs ({longueur} caractères, 1\u202f000 au plus).")
    probleme = _probleme(texte)
    if not probleme:
        return
    proposition = _proposition(texte)
    raise _refus(f"{probleme} Vouliez-vous écrire : {proposition} ?" if proposition else probleme)


def _refus(phrase: str) -> ValidationError:
    return ValidationError(f"{phrase} {EXEMPLE}", code="horaires")


def _probleme(texte: str) -> str:
    """The French sentence that says what is wrong, "" when nothing is."""
    try:
        expression = analyser(texte)
    except HorairesError as erreur:
        if erreur.__cause__ is None:
            return _hors_de_portee(str(erreur))
        return _diagnostic(texte, str(erreur.__cause__))
    return next(filter(None, (controle(expression, texte) for controle in _CONTROLES)), "")


def _cite(extrait: str) -> str:
    extrait = extrait.strip()
    return f"« {extrait[:40]}{'…' if len(extrait) > 40 else ''} »"


def _hors_de_portee(regle: str) -> str:
    if re.search("sunrise|sunset|dawn|dusk", regle):
        return "Le lever et le coucher du soleil ne sont pas calculés : donnez des heures."
    if re.search(r"\d\+", regle):
        return f"{_cite(regle)} ne dit pas l’heure de fin : remplacez le « + » par une heure."
    if re.search(r":\d\d/", regle):
        return f"{_cite(regle)} donne une répétition : écrivez chaque créneau."
    return f"{_cite(regle)} n’est pas pris en charge."


# --- What the grammar accepts, and nobody means -------------------------------------------------------------


def _heure_impossible(_expression: Expression | None, texte: str) -> str:
    for heure, minute in re.findall(r"(?<![\d:])(\d{1,3}):(\d{2})(?!\d)", sans_commentaires(texte)):
        if int(minute) > 59 or int(heure) * 60 + int(minute) > JOURNEE:
            return (
                f"{_cite(f'{heure}:{minute}')} n’est pas une heure ; "
                "après minuit on repart de 00:00 (22:00-01:00)."
            )
    return ""


def _date_impossible(expression: Expression, _texte: str) -> str:
    for regle in expression.regles:
        for date in re.findall(r"Feb 30|(?:Feb|Apr|Jun|Sep|Nov) 31", regle.dates):
            return f"{_cite(date)} n’existe pas."
    return ""


def _fin_avant_debut(expression: Expression, _texte: str) -> str:
    for regle in expression.regles:
        for debut, fin in regle.plages:
            if fin > JOURNEE and fin - debut > NUIT_MAXIMALE:
                return (
                    f"{_cite(plage(debut, fin))} finit avant de commencer ; une nuit s’écrit 22:00-06:00, "
                    "une journée entière 00:00-24:00."
                )
    return ""


def _chevauchement(expression: Expression, _texte: str) -> str:
    for regle in expression.regles:
        plages = sorted(regle.plages)
        for (debut, fin), (debut_suivant, fin_suivant) in pairwise(plages):
            if debut_suivant < fin:
                return f"{_cite(plage(debut, fin))} et {_cite(plage(debut_suivant, fin_suivant))} se chevauchent."
    return ""


def _sans_heures(expression: Expression, texte: str) -> str:
    if dit_journee_entiere(texte):
        return ""
    for regle in expression.regles:
        if regle.statut == OUVERT and regle.journee_entiere and not regle.commentaire:
            return (
                f"{_cite(regle.selecteur)} est sans heures : ajoutez-les, ou écrivez 00:00-24:00 pour 24 h/24. "
                "Dans une liste de jours, pas d’espace après la virgule (Mo,Tu)."
            )
    return ""


def _regle_perdue(expression: Expression, _texte: str) -> str:
    regles = expression.regles
    for rang, regle in enumerate(regles):
        for suivante in regles[rang + 1 :]:
            if suivante.operateur == ";" and suivante.statut != FERME and _efface(suivante, regle):
                avant, apres = _cite(str(regle)), _cite(str(suivante))
                if regle.feries:
                    return (
                        f"{avant} vient trop tôt, {apres} l’efface : "
                        "mettez les jours fériés et les vacances à la fin."
                    )
                return (
                    f"{apres} remplace {avant} au lieu de s’y ajouter : "
                    "mettez entre les deux une virgule et une espace, pas un point-virgule."
                )
    return ""


def _efface(suivante: Regle, regle: Regle) -> bool:
    """Whether the later rule leaves nothing of an earlier one, on plain weekdays."""
    if suivante.feries or suivante.dates or suivante.ordinaux:
        return suivante.selecteur == regle.selecteur
    if regle.feries:
        return not regle.dates
    return not regle.dates and not regle.ordinaux and _semaine(regle) <= _semaine(suivante)


def _semaine(regle: Regle) -> frozenset[int]:
    return regle.semaine or frozenset(range(7))


def _matin_perdu(expression: Expression, _texte: str) -> str:
    """`Mo-Fr 09:00-12:30; Tu,Th 13:30-17:30`: the mornings of Tuesday and Thursday are gone."""
    trouve = _a_ajouter(expression)
    if not trouve:
        return ""
    regle, suivante = (str(expression.regles[rang]) for rang in trouve)
    return (
        f"{_cite(suivante)} remplace {_cite(regle)} ces jours-là au lieu de s’y ajouter : mettez entre les deux "
        "une virgule et une espace, pas un point-virgule, ou retirez ces jours de la première règle."
    )


def _a_ajouter(expression: Expression) -> tuple[int, int] | None:
    """A plain rule and, further on, one that replaces it on some of its days at other hours; None if there is none."""
    regles = expression.regles
    for rang, suivante in enumerate(regles):
        if suivante.operateur != ";" or not _simple(suivante):
            continue
        touchees = [
            (r, regle)
            for r, regle in enumerate(regles[:rang])
            if (not regle.dates or regle.dates == suivante.dates)
            and (regle.jours or not regle.feries)
            and (regle.ordinaux or _semaine(regle) & _semaine(suivante))
        ]
        if not all(
            _simple(regle) and regle.dates == suivante.dates and not _se_touchent(regle, suivante)
            for _, regle in touchees
        ):
            continue
        for r, regle in touchees:
            if _semaine(suivante) <= _semaine(regle):
                return r, rang
    return None


def _simple(regle: Regle) -> bool:
    """Open on weekdays at given hours, and nothing else is said."""
    return (
        regle.statut == OUVERT
        and bool(regle.plages)
        and not (regle.commentaire or regle.feries or regle.ordinaux)
    )


def _se_touchent(regle: Regle, autre: Regle) -> bool:
    return any(c.debut < a.fin and a.debut < c.fin for c in regle.creneaux for a in autre.creneaux)


_CONTROLES = (
    _heure_impossible,
    _date_impossible,
    _fin_avant_debut,
    _chevauchement,
    _sans_heures,
    _regle_perdue,
    _matin_perdu,
)


# --- What the grammar refuses -------------------------------------------------------------------------------

# In this order: the first that is found in the text (comments left out) is told.
_FAUTES = (
    (r"[“”«»„]", 'Un commentaire se met entre guillemets droits : "sur rendez-vous".'),
    (r"<[^>]*>?", "{} : une balise n’a rien à faire dans des horaires."),
    (r"\b\d{1,2}(?::\d\d)?\s*[ap]\.?m\b", "{} : les heures vont de 00:00 à 24:00, sans « am » ni « pm »."),
    (r"\b\d{1,2}\s*[hH]\s*(?:\d\d)?(?!\w)", "{} : une heure s’écrit 09:00, avec deux-points et sans « h »."),
    (r"\b\d{1,2}\.\d\d\b", "{} : une heure s’écrit 09:00, avec deux-points."),
    (r"\bf[ée]ri[ée]s?\b", "{} : les jours fériés s’écrivent PH (« PH off » : fermé les jours fériés)."),
    (r"\bferm[ée](?:e|s|es)?\b", "{} : « fermé » s’écrit off (« Su off »)."),
    (r"\b(?:vacances|scolaires?)\b", "{} : les vacances scolaires s’écrivent SH."),
    (
        r"\b(?:rdv|rendez[- ]vous)\b",
        '{} : un commentaire se met entre guillemets droits : "sur rendez-vous".',
    ),
    (r"[–—‑−]", "{} : employez le trait d’union du clavier (-)."),
    (r"[,;]\s*$|^\s*[,;]|[,;]\s*[,;]", "Il y a une virgule ou un point-virgule de trop."),
    (r"\w \s*-|-\s+\w", "Pas d’espace autour du trait d’union : Mo-Fr, 09:00-12:00."),
    (r"\s{2,}", "Une seule espace entre les jours et les heures."),
    (
        r"\[[^\]]*\]?",
        "{} : le rang dans le mois va de [1] à [5], ou [-1] pour le dernier (Tu[2] : 2e mardi).",
    ),
    (r"\bweek\s*\S*", "{} : les semaines vont de 1 à 53 (week 1-53/2 : semaines impaires)."),
    (r"(?i)\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*\s+\d+", "{} n’est pas une date."),
    (r"\b(?:19|20)\d\d-(?:19|20)\d\d", "{} : l’année de fin précède celle de début."),
    (r"(?<![\d:])\d{1,2}-\d{1,2}(?![\d:])", "{} : une heure s’écrit 09:00, avec les minutes."),
)


def _diagnostic(texte: str, message: str) -> str:
    """Sentence on a text that the grammar refuses; `message` is that of the parser, with its position."""
    syntaxe = sans_commentaires(texte)
    if any(unicodedata.category(c) == "Cc" for c in texte.strip()):
        return "Les horaires tiennent sur une seule ligne, les règles séparées par « ; »."
    if syntaxe.count('"') % 2:
        return 'Il manque un guillemet droit (") au début ou à la fin du commentaire.'
    if faute := _heure_impossible(None, texte):
        return faute
    if mot := _MOT_JOUR.search(syntaxe):
        return f"{_cite(mot[0])} : les jours s’écrivent avec les codes d’OpenStreetMap, {CODES_JOURS}."
    if mot := _MOT_MOIS.search(syntaxe):
        return f"{_cite(mot[0])} : les mois s’écrivent {CODES_MOIS}."
    inconnu = _premier_inconnu(syntaxe)
    for motif, phrase in _FAUTES:
        trouve = re.search(motif, syntaxe)
        if trouve:
            return phrase.format(_cite(trouve[0]))
    return f"{_cite(inconnu or _reste(texte, message))} n’est pas compris."


def _premier_inconnu(syntaxe: str) -> str:
    for mot in re.findall(r"[^\W\d_]+|[^\w\s.,;:|\"()\[\]/+-]+", syntaxe):
        if not _CODES.fullmatch(mot):
            return mot
    return ""


def _reste(texte: str, message: str) -> str:
    position = re.search(r"--> 1:(\d+)", message)
    return texte.strip()[int(position[1]) - 1 if position else 0 :] or texte


# --- What was probably meant --------------------------------------------------------------------------------

_CODE = "(?:Mo|Tu|We|Th|Fr|Sa|Su|PH|SH|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"

_TRADUCTIONS = (
    (r"[\r\n]+", "; "),
    (r"[“„«]\s*|\s*[”»]", '"'),
    (r"[–—‑−→]", "-"),
    (r"[\u00a0\u202f\t ]+", " "),
    (r"(?i)\b24 ?h? ?/ ?24(?: ?h)?\b(?:,? ?(?:et )?7 ?j? ?/ ?7\b(?: ?j)?)?", "24/7"),
    (r"(?i)\b7 ?j ?/ ?7\b|\btous les jours\b", "Mo-Su"),
    (r"(?i)[,;(]?\s*\b(?:sauf|hors)\s+(?:les\s+)?jours?\s+f[ée]ri[ée]s?\)?", "; PH off"),
    (r"(?i)[,;(]?\s*\b(?:sauf|hors)\s+(?:les\s+)?vacances\s+scolaires\)?", "; SH off"),
    (r"(?i)\b(?:les\s+)?jours?\s+f[ée]ri[ée]s?\b|\bf[ée]ri[ée]s?\b", "PH"),
    (r"(?i)\b(?:pendant\s+)?(?:les\s+)?vacances\s+scolaires\b", "SH"),
    (r"(?i)\b(?:est\s+)?ferm[ée](?:e|s|es)?\b", "off"),
    (r'(?i)"?\b(?:uniquement )?sur (?:rdv|rendez[- ]vous)\b"?', '"sur rendez-vous"'),
    *((rf"(?i)\b(?:le |les )?(?:{mots})\b\.?", code) for code, mots in (_JOURS | _MOIS).items()),
    (r"(?i)\b1er\b", "1"),
    (rf"(?<![\d:])(\d{{1,2}}) ({'|'.join(_MOIS)})\b", r"\2 \1"),
    (r"(?i)\bmidi\b", "12:00"),
    (r"(?i)\bminuit\b", "24:00"),
    (r"(?i)\b(\d{1,2}) ?(?:h|heures?) ?(\d\d)\b", r"\1:\2"),
    (r"(?i)\b(\d{1,2}) ?(?:h|heures?)(?!\w)", r"\1:00"),
    (r"\b(\d{1,2})\.(\d\d)\b", r"\1:\2"),
    (r"(?<![\d:\[-])\b(\d{1,2}) ?- ?(\d{1,2})\b(?![:\d\]/])", r"\1:00-\2:00"),
    (r"(?i)\b(?:de|du|des|le|les|ouvert)\s+", ""),
    (r"(?i)\s*(?:\b(?:au|jusqu[’']à)\b|(?<!\w)à(?!\w)|-)\s*", "-"),
    (r"(?i)\s*(?:\bet\b|&|/(?!7))\s*", ","),
    (rf"({_CODE}) ?: ?", r"\1 "),
    (rf" ?: ?(?={_CODE})", " "),
    (r"\s*,\s*", ","),
    (r"\s*;\s*", "; "),
    (rf"(^|; )off ({_CODE}(?:[-,]{_CODE})*)", r"\1\2 off"),
    (rf"(\d\d:\d\d|off|\")[, ]+(?={_CODE})", r"\1; "),
    (rf"({_CODE}) (?={_CODE})", r"\1,"),
    (r"(\d\d:\d\d) (?=\d)", r"\1,"),
    (r"\b(\d):(\d\d)", r"0\1:\2"),
    (r"\s+", " "),
    (r"^[\s,;.]+|[\s,;.]+$", ""),
)


def _proposition(texte: str) -> str:
    """What the text probably means, in OpenStreetMap syntax; "" unless it then passes every check."""
    essai = texte
    for motif, remplacement in _TRADUCTIONS:
        essai = re.sub(motif, remplacement, essai)
    essai = _par_virgules(essai)
    return essai if essai != texte and not _probleme(essai) else ""


def _par_virgules(texte: str) -> str:
    """The text with a comma before each rule that was surely meant to be added to an earlier one."""
    while '"' not in texte:
        try:
            expression = analyser(texte)
        except HorairesError:
            return texte
        trouve = _a_ajouter(expression)
        if not trouve:
            return texte
        rang = sum(regle.operateur == ";" for regle in expression.regles[: trouve[1] + 1]) - 1
        morceaux = re.split(r"\s*;\s*", texte.strip())
        if not 0 < rang < len(morceaux):
            return texte
        texte = ", ".join(("; ".join(morceaux[:rang]), "; ".join(morceaux[rang:])))
    return texte
