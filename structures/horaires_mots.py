"""Opening hours in plain French: hours, dates, and the one line that says whether a place is open."""

from datetime import UTC, date, datetime, timedelta

from structures.horaires_osm import FERME, INCONNU, JOURNEE, OUVERT, SUR_RENDEZ_VOUS, Creneau

# Non-breaking space: « 8 h 30 » and « 8 h 30 – 12 h » stay on one line.
NB = "\u00a0"

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
    return f"{heure(debut)}{NB}–{NB}{'minuit' if fin == JOURNEE else heure(fin)}{lendemain}"


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
    statut = etat.statut_ordinaire or etat.statut
    corps = {OUVERT: _ouvert, FERME: _ferme, SUR_RENDEZ_VOUS: _sur_rendez_vous, INCONNU: _inconnu}[statut](
        etat, a
    )
    return f"{corps} · {etat.a_verifier}" if etat.a_verifier else corps


def _ouvert(etat, a: datetime) -> str:
    if etat.jusqua is None:
        return f"Ouvert 24{NB}h/24"
    # Through UTC: two local times of one zone are subtracted as the clock shows them, wrong on the days it changes.
    if etat.jusqua.astimezone(UTC) - a.astimezone(UTC) <= BIENTOT:
        return f"Ferme bientôt, à {_heure_de_fin(etat.jusqua)}"
    return f"Ouvert maintenant, {_jusqua(etat, a)}"


def _sur_rendez_vous(etat, a: datetime) -> str:
    if etat.prochaine_ouverture:
        return f"Sur rendez-vous · {_ouvre(etat)}"
    return f"Sur rendez-vous, {_jusqua(etat, a)}" if etat.jusqua else "Sur rendez-vous"


def _inconnu(etat, _a: datetime) -> str:
    if etat.raison == "non_renseigne":
        return "Horaires non renseignés"
    if etat.raison == "illisible":
        return "Horaires à vérifier"
    return f"Ouverture à confirmer{_motif(etat.commentaire)}"


def _ferme(etat, _a: datetime) -> str:
    if etat.en_fermeture and etat.fermeture_fin is None:
        return f"Fermé jusqu’à nouvel ordre{_motif(etat.fermeture_motif)}"
    if etat.en_fermeture and etat.fermeture_fin != etat.jour:
        fin = quantieme(etat.fermeture_fin, annee=etat.fermeture_fin.year != etat.jour.year)
        return f"Fermé jusqu’au {fin} inclus{_motif(etat.fermeture_motif)}"
    if etat.en_fermeture:
        debut = f"Fermé aujourd’hui{_motif(etat.fermeture_motif)}"
    elif etat.ferie and etat.ferme_aujourdhui:
        debut = f"Fermé aujourd’hui{_motif(etat.ferie)}"
    else:
        debut = "Fermé"
    return f"{debut} · {_ouvre(etat)}" if etat.prochaine_ouverture else debut


def _ouvre(etat) -> str:
    ouverture = etat.prochaine_ouverture
    ecart = (ouverture.date() - etat.jour).days
    if ecart == 0:
        quand = "aujourd’hui"
    elif ecart == 1:
        quand = "demain"
    elif ecart <= 6:
        quand = JOURS[ouverture.weekday()]
    else:
        quand = jour_en_mots(ouverture.date(), annee=ouverture.year != etat.jour.year)
    rendez_vous = " (sur rendez-vous)" if etat.prochaine_sur_rendez_vous else ""
    return f"ouvre {quand} à {heure(ouverture.hour * 60 + ouverture.minute)}{rendez_vous}"


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


def _motif(motif: str) -> str:
    return f" ({motif})" if motif and len(motif) <= MOTIF_COURT else ""
