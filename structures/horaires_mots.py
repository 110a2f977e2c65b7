"""Opening hours in plain French: hours, dates, and the one line that says whether a place is open."""

import re
from datetime import UTC, date, datetime, timedelta
from textwrap import shorten

from structures.horaires_osm import FERME, INCONNU, JOURNEE, OUVERT, SUR_RENDEZ_VOUS, Creneau

# Non-breaking space: « 8 h 30 » stays on one line.
NB = "\u00a0"
# Between two hours. A line may break after a dash even before a non-breaking space, not before a word joiner.
TIRET = f"{NB}–\u2060{NB}"

# Begins with a small letter inside a sentence, with a capital one when it is the whole of it.
HORAIRES_MODIFIES = f"à vérifier{NB}: horaires modifiés ce jour-là"

JOURS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MOIS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)

BIENTOT = timedelta(minutes=30)
# A closing time in the small hours needs no « demain » when it is this near.
NUIT = timedelta(hours=12)
# A longer reason is told by the page beside the line, not inside it.
MOTIF_COURT = 60


def heure(minutes: int) -> str:
    """Minutes after midnight as a time of day: « 8 h 30 », « 0 h » (also for 24:00)."""
    heures, reste = divmod(minutes % JOURNEE, 60)
    return f"{heures}{NB}h{NB}{reste:02}" if reste else f"{heures}{NB}h"


def plage_en_mots(debut: int, fin: int) -> str:
    """A slot in minutes after midnight: « 8 h 30 – 12 h », « 20 h – minuit », « 22 h – 6 h (le lendemain) »."""
    if debut == 0 and fin == JOURNEE:
        return f"24{NB}h/24"
    lendemain = " (le lendemain)" if fin > JOURNEE else ""
    return f"{heure(debut)}{TIRET}{'minuit' if fin == JOURNEE else heure(fin)}{lendemain}"


def creneaux_en_mots(creneaux: tuple[Creneau, ...]) -> str:
    """The slots of one day, with what is particular to each; « fermé » when there is none."""
    morceaux = []
    for creneau in creneaux:
        precision = precision_en_mots(creneau.statut, creneau.commentaire)
        if precision and (creneau.debut, creneau.fin) == (0, JOURNEE):
            morceaux.append(precision)
        else:
            heures = plage_en_mots(creneau.debut, creneau.fin)
            morceaux.append(f"{heures} ({precision})" if precision else heures)
    return ", ".join(morceaux) or "fermé"


def precision_en_mots(statut: str, commentaire: str) -> str:
    """What a slot says beside its hours: its comment, « à confirmer » when it is not sure."""
    if statut == INCONNU:
        return f"{commentaire}, à confirmer" if commentaire else "à confirmer"
    return commentaire


def quantieme(jour: date, annee: bool = False) -> str:
    """« 1er août », « 24 août », with the year if asked."""
    numero = "1er" if jour.day == 1 else str(jour.day)
    return f"{numero} {MOIS[jour.month - 1]}" + (f" {jour.year}" if annee else "")


def jour_en_mots(jour: date, annee: bool = False) -> str:
    """« lundi 23 novembre », with the year if asked."""
    return f"{JOURS[jour.weekday()]} {quantieme(jour, annee)}"


def phrase(etat, a: datetime) -> str:
    """The line a person reads: « Fermé · ouvre lundi à 9 h ».

    `etat` is what `structures.horaires.etat` answers for the aware instant `a`.
    """
    if etat.raison == "modifies":
        return _majuscule(HORAIRES_MODIFIES)
    statut = etat.statut_ordinaire or etat.statut
    corps = {OUVERT: _ouvert, FERME: _ferme, SUR_RENDEZ_VOUS: _sur_rendez_vous, INCONNU: _inconnu}[statut](
        etat, a
    )
    return f"{corps} · {etat.a_verifier}" if etat.a_verifier else corps


def _ouvert(etat, a: datetime) -> str:
    if etat.jusqua is None:
        return f"Ouvert 24{NB}h/24{_mots(etat.commentaire)}"
    # Through UTC: two local times of one zone are subtracted as the clock shows them, wrong on the days it changes.
    if etat.jusqua.astimezone(UTC) - a.astimezone(UTC) <= BIENTOT:
        return f"Ferme bientôt{_mots(etat.commentaire)}, à {_heure_de_fin(etat.jusqua)}"
    return f"Ouvert maintenant{_mots(etat.commentaire)}, {_jusqua(etat, a)}"


def _sur_rendez_vous(etat, a: datetime) -> str:
    condition = _majuscule(_condition(etat.commentaire))
    if etat.prochaine_ouverture and etat.prochaine_sur_rendez_vous:
        return f"{condition} · prochaine fois {_quand(etat)}"
    if etat.prochaine_ouverture:
        return f"{condition} · {_ouvre(etat)}"
    return f"{condition}, {_jusqua(etat, a)}" if etat.jusqua else condition


def _inconnu(etat, _a: datetime) -> str:
    if etat.raison == "non_renseigne":
        return "Horaires non renseignés"
    if etat.raison == "illisible":
        return "Horaires à vérifier"
    return f"Ouverture à confirmer{_mots(etat.commentaire)}"


def _ferme(etat, _a: datetime) -> str:
    motif = _motif(sans_redite(etat.fermeture_motif))
    if etat.en_fermeture and etat.fermeture_fin is None:
        return f"Fermé jusqu’à nouvel ordre{motif}"
    if etat.en_fermeture and etat.fermeture_fin != etat.jour:
        fin = quantieme(etat.fermeture_fin, annee=etat.fermeture_fin.year != etat.jour.year)
        return f"Fermé jusqu’au {fin} inclus{motif}"
    if etat.en_fermeture:
        debut = f"Fermé aujourd’hui{motif}"
    elif etat.ferie and etat.ferme_aujourdhui:
        debut = f"Fermé aujourd’hui{_motif(etat.ferie)}"
    else:
        debut = "Fermé"
    return f"{debut} · {_ouvre(etat)}" if etat.prochaine_ouverture else debut


def jour_relatif(jour: date, depuis: date) -> str:
    """A day to come as people name it: « aujourd’hui », « demain », « lundi », « lundi 30 novembre »."""
    ecart = (jour - depuis).days
    if ecart == 0:
        return "aujourd’hui"
    if ecart == 1:
        return "demain"
    if ecart <= 6:
        return JOURS[jour.weekday()]
    return jour_en_mots(jour, annee=jour.year != depuis.year)


def _quand(etat) -> str:
    ouverture = etat.prochaine_ouverture
    return f"{jour_relatif(ouverture.date(), etat.jour)} à {heure(ouverture.hour * 60 + ouverture.minute)}"


def _ouvre(etat) -> str:
    commentaire = etat.prochaine_precision
    if etat.prochaine_sur_rendez_vous:
        commentaire = _condition(commentaire)
    return f"ouvre {_quand(etat)}{_mots(commentaire)}"


def _jusqua(etat, a: datetime) -> str:
    fin = etat.jusqua
    minuit = not (fin.hour or fin.minute)
    ecart = (fin.date() - etat.jour).days - minuit
    proche = not minuit and ecart == 1 and fin.astimezone(UTC) - a.astimezone(UTC) <= NUIT
    if ecart == 0 or proche:
        return f"jusqu’à {_heure_de_fin(fin)}"
    quand = "demain" if ecart == 1 else JOURS[(fin.weekday() - minuit) % 7]
    return f"jusqu’à {quand} {_heure_de_fin(fin)}"


def _heure_de_fin(fin: datetime) -> str:
    minutes = fin.hour * 60 + fin.minute
    return heure(minutes) if minutes else "minuit"


_REDITE = re.compile(r"(?:fermée?s?|fermeture)\b[^:]*:\s*", re.IGNORECASE)
_FERME_POUR = re.compile(r"fermée?s?\s+(?=(?:pour|en raison|à cause|suite|pendant|durant)\b)", re.IGNORECASE)
_FERME = re.compile(r"fermée?s?\b", re.IGNORECASE)


def sans_redite(motif: str) -> str:
    """The reason of a closure without the « Fermé » that it opens with: « Fermé toute la journée : travaux »."""
    motif = _REDITE.sub("", motif.strip(), count=1) if _REDITE.match(motif.strip()) else motif.strip()
    motif = _FERME_POUR.sub("", motif, count=1) if _FERME_POUR.match(motif) else motif
    return "" if _FERME.match(motif) else motif


def _condition(commentaire: str) -> str:
    """« sur inscription », « sur rendez-vous au 04 78… »: what is asked of who wants to come."""
    if not commentaire or "appointment" in commentaire.lower():
        return "sur rendez-vous"
    if len(commentaire) <= MOTIF_COURT:
        # « sur RDV », like the rest of the page.
        return re.sub(r"\brdv\b", "rendez-vous", commentaire, flags=re.IGNORECASE)
    trouve = re.search(
        r"\bsur\s+(?:inscription|convocation|orientation|invitation)", commentaire, re.IGNORECASE
    )
    return trouve[0].lower() if trouve else "sur rendez-vous"


def _mots(commentaire: str) -> str:
    """What a slot says beside its hours, in brackets; a long one is cut, for it may tell that one cannot walk in."""
    return f" ({shorten(commentaire, MOTIF_COURT, placeholder='…')})" if commentaire else ""


def _majuscule(texte: str) -> str:
    return texte[:1].upper() + texte[1:]


def _motif(motif: str) -> str:
    return f" ({motif})" if motif and len(motif) <= MOTIF_COURT else ""
