"""The printed sheets of a fiche and of a structure: what they hold, from what a reader may see.

Paper is handed on, photographed, left on a desk. So a confidential address is on no sheet, whoever prints it, and a
sheet that holds anything for partners only says so at the top of its page.
"""

from dataclasses import replace
from datetime import date

from django.conf import settings
from django.utils import timezone
from django.utils.html import format_html

from repertoire.palette import COULEUR_PAR_DEFAUT, COULEURS
from repertoire.pdf import DENSITES, render_pdf
from structures.affichage import FicheVue, LieuVue, StructureVue, format_day
from structures.mise_en_forme import Glossaire

PUBLIC = "public"
ICONES_DISPONIBILITE = {
    "suspendue": "pause-circle",
    "complet": "slash-circle",
    "attente": "hourglass-split",
    "places": "check-circle",
}
# Characters in a line of the text, and of the margin beside it.
LARGEUR_TEXTE = 60
LARGEUR_MARGE = 31


def render_fiche(vue: FicheVue, *, territoire, sigles, jour: date | None = None, pour_personne=False) -> bytes:
    """Return the sheet of a fiche as PDF.

    ``sigles`` maps an acronym to its Sigle. ``jour``: the day that is printed on it, today by default.
    ``pour_personne`` leaves out what is for partners only: the sheet can then be handed over.
    """
    fiche = vue.competence
    contacts, reserved = split_contacts(vue.contacts, pour_personne)
    procedure = vue.procedure if not (pour_personne and vue.procedure_reservee) else ""
    by_person = not vue.mobilisable_par or "usagers" in vue.mobilisable_par
    context = common_context(vue, territoire, sigles, jour) | {
        "fiche": fiche,
        "titre": f"{vue.structure.nom} — {fiche.nom or vue.theme.nom}",
        "sous_titre": fiche.nom,
        "theme": vue.theme,
        "couleur": vue.theme.couleur if vue.theme.couleur in COULEURS else COULEUR_PAR_DEFAUT,
        "lieux": [prepare_lieu(lieu) for lieu in vue.lieux],
        "contacts": contacts,
        "contacts_reserves": reserved,
        "venir_par": vue.modes_mobilisation if by_person else (),
        "sur_orientation": not by_person,
        "orienter": "" if vue.procedure_reservee else procedure,
        "orienter_par": vue.modes_mobilisation if not by_person else (),
        "orienter_reserve": procedure if vue.procedure_reservee else "",
        "pratique": list_pratique(vue),
        "icone_disponibilite": ICONES_DISPONIBILITE.get(vue.disponibilite.etat, ""),
    }
    context["reserve"] = bool(vue.reservee or context["orienter_reserve"] or reserved)
    return render_pdf("pdf/fiche.html", context | choose_sides(context), densites=DENSITES)


def render_structure(vue: StructureVue, *, territoire, sigles, jour: date | None = None, pour_personne=False) -> bytes:
    """Return the sheet of a structure as PDF: who it is, where, what it does. Same arguments as ``render_fiche``."""
    contacts, reserved = split_contacts(vue.contacts, pour_personne)
    fiches = [fiche for fiche in vue.fiches if not (pour_personne and fiche.reservee)]
    partner = vue.partenaire and not pour_personne
    context = common_context(vue, territoire, sigles, jour) | {
        "titre": vue.structure.nom,
        "couleur": COULEUR_PAR_DEFAUT,
        "lieux": [prepare_lieu(lieu) for lieu in vue.lieux],
        "fiches": [(fiche, list_own_hours(fiche, vue.lieux)) for fiche in fiches],
        "contacts": contacts,
        "contacts_reserves": reserved,
        "attentes": vue.attentes if partner else "",
        "limites": vue.limites if partner else "",
    }
    partner_part = reserved or context["attentes"] or context["limites"]
    context["reserve"] = bool(partner_part or any(fiche.reservee for fiche in fiches))
    return render_pdf("pdf/structure.html", context, densites=DENSITES)


def split_contacts(contacts, pour_personne):
    """Return the contacts for everybody, then those that are not (none on a sheet that is handed over)."""
    public = [contact for contact in contacts if contact.visibilite == PUBLIC]
    return public, [] if pour_personne else [contact for contact in contacts if contact.visibilite != PUBLIC]


def common_context(vue, territoire, sigles, jour):
    """Return what both sheets hold: address of the page, dates, glossary."""
    url = f"{settings.SITE_URL}{vue.url}"
    return {
        "vue": vue,
        "structure": vue.structure,
        "repertoire": f"Répertoire · {territoire.nom}" if territoire else "Répertoire",
        "url": url,
        "url_courte": url.partition("://")[2].rstrip("/"),
        "imprime_le": format_day(jour or timezone.localdate()),
        "glossaire": Glossaire(sigles, underline),
    }


def underline(mot, _sigle):
    """Draw the first occurrence of an acronym; its meaning is at the foot of the sheet."""
    return format_html("<abbr>{}</abbr>", mot)


def prepare_lieu(lieu: LieuVue) -> LieuVue:
    """Return a place as a sheet may hold it: without its address when it is confidential, even for partners."""
    if not lieu.adresse_confidentielle:
        return lieu
    hidden = dict.fromkeys(("adresse", "complement_adresse", "code_postal", "commune", "acces"), "")
    return replace(lieu, adresse_cachee=True, latitude=None, longitude=None, **hidden)


def list_pratique(vue: FicheVue):
    """Return the short facts of a fiche as (label, text). What is not filled in is said for the cost only."""
    fiche = vue.competence
    frais = "\n".join(part for part in (vue.frais, fiche.frais_precisions) if part)
    rows = [
        ("Coût", frais or "Non renseigné"),
        ("Langues", ", ".join(vue.langues)),
        ("Accueil", ", ".join(vue.modes_accueil)),
        ("Secteur", ", ".join(vue.zone)),
        *vue.champs,
        ("Période", describe_validity(fiche.debut, fiche.fin)),
    ]
    return [(label, value) for label, value in rows if value]


def describe_validity(debut: date | None, fin: date | None) -> str:
    if debut and fin:
        return f"du {format_day(debut)} au {format_day(fin)} inclus"
    if debut:
        return f"à partir du {format_day(debut)}"
    return f"jusqu’au {format_day(fin)} inclus" if fin else ""


def list_own_hours(fiche: FicheVue, lieux):
    """Return the places where a fiche has hours of its own: the other hours are told with the places."""
    common = {lieu.pk: lieu.horaires for lieu in lieux}
    return [prepare_lieu(lieu) for lieu in fiche.lieux if lieu.horaires and lieu.horaires != common.get(lieu.pk)]


def choose_sides(context):
    """Tell which of the movable parts go beside the text: those that keep both columns of about the same height.

    Heights are guessed, in lines: a second layout only to measure them would cost 100 ms.
    """
    fiche, structure = context["fiche"], context["structure"]
    texts = (fiche.objectifs, fiche.publics_precisions, fiche.conditions_acces, fiche.deroulement)
    texts += (fiche.venir_precisions, context["orienter"])
    left = sum(2 + count_lines(texte, LARGEUR_TEXTE) for texte in texts if texte) + 3 + len(context["vue"].documents)
    right = 3 + 2 * sum(bool(value) for value in (structure.telephone, structure.courriel, structure.site_web))
    right += sum(guess_height(lieu) for lieu in context["lieux"])
    sides = {}
    for name, height in (("contacts", 1 + 4 * len(context["contacts"])), ("pratique", 2 + len(context["pratique"]))):
        sides[f"{name}_en_marge"] = beside = right + height <= left + height / 2
        right, left = (right + height, left) if beside else (right, left + height)
    return sides


def guess_height(lieu):
    """Return the height of a place beside the text, in lines."""
    texts = (lieu.nom, lieu.adresse, lieu.complement_adresse, lieu.acces, lieu.precisions, *lieu.annonces)
    rows = (f"{ligne.periode} {ligne.jours} {ligne.heures} {ligne.precision}" for ligne in lieu.horaires)
    return 5 + sum(count_lines(texte, LARGEUR_MARGE) for texte in (*texts, *rows) if texte)


def count_lines(texte, width):
    return sum(1 + len(paragraph) // width for paragraph in texte.splitlines())
