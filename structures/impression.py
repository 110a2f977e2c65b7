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
from repertoire.pdf import render_pdf
from structures.affichage import FicheVue, LieuVue, StructureVue, format_day
from structures.mise_en_forme import Glossaire
from structures.mise_en_page import Partie, list_densities, plan

PUBLIC = "public"
FERME = "fermé"
ICONES_DISPONIBILITE = {
    "suspendue": "pause-circle",
    "complet": "slash-circle",
    "attente": "hourglass-split",
    "places": "check-circle",
}


def render_fiche(
    vue: FicheVue, *, territoire, sigles, jour: date | None = None, pour_partenaires=False
) -> bytes:
    """Return the sheet of a fiche as PDF.

    ``sigles`` maps an acronym to its Sigle. ``jour``: the day that is printed on it, today by default.
    A sheet is handed over: what is for partners only is left out, whoever prints it, unless ``pour_partenaires``.
    """
    fiche = vue.competence
    contacts, reserved = split_contacts(vue.contacts, pour_partenaires)
    procedure = vue.procedure if pour_partenaires or not vue.procedure_reservee else ""
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
        "lien": vue.lien if pour_partenaires or not vue.procedure_reservee else "",
        "orienter": "" if vue.procedure_reservee else procedure,
        "orienter_par": vue.modes_mobilisation if not by_person else (),
        "orienter_reserve": procedure if vue.procedure_reservee else "",
        "pratique": list_pratique(vue),
        "champs_reserves": vue.champs_reserves if pour_partenaires else (),
        "accessibilite": list_accessibilite(vue.lieux),
        "icone_disponibilite": ICONES_DISPONIBILITE.get(vue.disponibilite.etat, ""),
    }
    context["reserve"] = bool(
        vue.reservee or context["orienter_reserve"] or context["champs_reserves"] or reserved
    )
    context |= arrange_fiche(context)
    return render_pdf("pdf/fiche.html", context, densites=context["densites"])


def render_structure(
    vue: StructureVue, *, territoire, sigles, jour: date | None = None, pour_partenaires=False
) -> bytes:
    """Return the sheet of a structure as PDF: who it is, where, what it does. Same arguments as ``render_fiche``."""
    contacts, reserved = split_contacts(vue.contacts, pour_partenaires)
    fiches = [fiche for fiche in vue.fiches if pour_partenaires or not fiche.reservee]
    partner = vue.partenaire and pour_partenaires
    context = common_context(vue, territoire, sigles, jour) | {
        "titre": vue.structure.nom,
        "couleur": COULEUR_PAR_DEFAUT,
        "lieux": [prepare_lieu(lieu) for lieu in vue.lieux],
        "accessibilite": list_accessibilite(vue.lieux),
        "fiches": [(fiche, list_own_hours(fiche, vue.lieux)) for fiche in fiches],
        "contacts": contacts,
        "contacts_reserves": reserved,
        "attentes": vue.attentes if partner else "",
        "limites": vue.limites if partner else "",
    }
    partner_part = reserved or context["attentes"] or context["limites"]
    context["reserve"] = bool(partner_part or any(fiche.reservee for fiche in fiches))
    context |= arrange_structure(context)
    return render_pdf("pdf/structure.html", context, densites=context["densites"])


def split_contacts(contacts, pour_partenaires):
    """Return the contacts for everybody, then those that are not (none on a sheet that is handed over)."""
    public = [contact for contact in contacts if contact.visibilite == PUBLIC]
    return public, [c for c in contacts if c.visibilite != PUBLIC] if pour_partenaires else []


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
    told = ("adresse", "complement_adresse", "code_postal", "commune", "acces", "precisions")
    hidden = dict.fromkeys(told, "") | {"annonces": ()}
    return replace(lieu, adresse_cachee=True, latitude=None, longitude=None, **hidden)


def list_pratique(vue: FicheVue):
    """Return the short facts of a fiche as (label, text). What is not filled in is said for the cost only."""
    fiche = vue.competence
    frais = ". ".join(part for part in (vue.frais, fiche.frais_precisions) if part)
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
    """Return (place, lines) where a fiche has hours of its own; the others, and closures, are told with the places."""
    common = {lieu.pk: lieu.horaires for lieu in lieux}
    own = [lieu for lieu in fiche.lieux if lieu.horaires != common.get(lieu.pk)]
    return [(lieu.nom, [ligne for ligne in lieu.horaires if ligne.heures != FERME]) for lieu in own]


def list_accessibilite(lieux):
    """Return, place by place, (name, [(family, what is known)], families of which nothing is known).

    Unknown is said, on paper too. A place that stands alone is not named.
    """
    groups = []
    for lieu in lieux:
        known = [f for f in lieu.accessibilite if f.niveau != "inconnu"]
        rows = [(f.code.capitalize(), describe_accessibilite(f)) for f in known]
        unknown = ", ".join(f.code for f in lieu.accessibilite if f.niveau == "inconnu")
        groups.append((lieu.nom if len(lieux) > 1 else "", rows, unknown))
    return groups


def describe_accessibilite(famille):
    """Write what is known of a family: « accessible (vérifié sur place le 15 mars 2026). Rampe côté cour »."""
    known = f"{famille.libelle} ({famille.source})" if famille.source else famille.libelle
    return (
        f"{known}. {famille.precisions[:1].upper()}{famille.precisions[1:]}" if famille.precisions else known
    )


def arrange_fiche(context):
    """Return the plan of a fiche: the width of its columns, the side of each movable part, densities to try."""
    fiche = context["fiche"]
    texts = [
        fiche.objectifs,
        fiche.conditions_acces,
        fiche.deroulement,
        fiche.venir_precisions,
        context["orienter"],
    ]
    parts = [Partie((texte,)) for texte in texts if texte]
    parts.append(Partie((", ".join(context["vue"].publics), fiche.publics_precisions)))
    if context["vue"].documents:
        parts.append(Partie(context["vue"].documents))
    margin = [
        list_means(context["structure"]),
        *(Partie(list_place_texts(lieu)) for lieu in context["lieux"]),
    ]
    movable = {
        "contacts_en_marge": list_contacts(context),
        "pratique_en_marge": Partie(tuple(f"{label} {value}" for label, value in context["pratique"])),
        "accessibilite_en_marge": list_accessibilite_texts(context),
    }
    arranged = plan(parts, margin, movable)
    bands = int(context["reserve"]) + bool(context["vue"].disponibilite.etat)
    frame = frame_reserved(context, (context["orienter_reserve"],))
    return {**arranged, "densites": list_densities(arranged["hauteur"], bandeaux=bands, cadre=frame)}


def arrange_structure(context):
    """Return the plan of a structure, as ``arrange_fiche`` does."""
    parts = [Partie((context["structure"].description,))]
    for fiche, own_hours in context["fiches"]:
        hours = tuple(f"{name} {ligne}" for name, lines in own_hours for ligne in lines)
        parts.append(Partie((f"{fiche.theme.nom} {fiche.competence.nom}", fiche.resume, *hours), titres=0))
    places = [Partie(list_place_texts(lieu)) for lieu in context["lieux"]]
    margin = [list_means(context["structure"]), *places, list_contacts(context)]
    arranged = plan(parts, margin, {"accessibilite_en_marge": list_accessibilite_texts(context)})
    frame = frame_reserved(context, (context["attentes"], context["limites"]))
    return {
        **arranged,
        "densites": list_densities(arranged["hauteur"], bandeaux=int(context["reserve"]), cadre=frame),
    }


def frame_reserved(context, texts):
    """Return what is framed for partners at the foot of a sheet, or None."""
    lines = [" ".join((c.nom, c.fonction, c.telephone, c.courriel)) for c in context["contacts_reserves"]]
    return Partie((*texts, *lines)) if lines or any(texts) else None


def list_means(structure):
    return Partie((structure.telephone, structure.courriel, structure.site_web))


def list_contacts(context):
    return Partie(
        tuple(text for c in context["contacts"] for text in (c.nom, c.fonction, c.telephone, c.courriel))
    )


def list_accessibilite_texts(context):
    texts = []
    for name, rows, unknown in context["accessibilite"]:
        texts += [name, *(f"{family} {known}" for family, known in rows), unknown]
    return Partie(tuple(texts))


def list_place_texts(lieu):
    """Return the lines that a place takes on a sheet, without its accessibility."""
    rows = (f"{ligne.periode} {ligne.jours} {ligne.heures} {ligne.precision}" for ligne in lieu.horaires)
    town = f"{lieu.code_postal} {lieu.commune}"
    texts = (lieu.nom, lieu.adresse, lieu.complement_adresse, town, lieu.telephone, lieu.courriel, lieu.acces)
    return (*texts, *rows, lieu.precisions, *lieu.annonces)
