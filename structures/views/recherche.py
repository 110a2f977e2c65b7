"""The search page and the suggestions while typing."""

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from urllib.parse import parse_qs, urlsplit

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from structures.cartes import present_carte
from structures.facettes import make_facettes, make_puces, make_rayons
from structures.filtres import MAX_TEXTE, FichesFilter, name_communes
from structures.models import Annexe
from structures.recherche import Demande, suggerer
from structures.recherche.analyse import racines
from structures.recherche.comptage import compter
from structures.recherche.extraits import make_extraits, read_textes, spell
from structures.texte import fold
from structures.views.acces import get_territoire
from structures.views.listes import PER_PAGE, read_cartes
from structures.views.memoire import PAGES, compress, make_key, serve
from structures.vocabulaires import load_vocabulaire

MAX_ANNEXES = 5
MAX_EXTRAITS = 5000  # half a kilobyte each
MIN_SUGGESTION = 2
GENRES = {"fiche": "Fiches", "structure": "Structures", "theme": "Thèmes", "sigle": "Sigles"}
NIVEAUX = {
    "titre": "dans son titre ou le nom de la structure",
    "theme": "dans son thème, son public ou un sigle",
    "texte": "dans le texte de la fiche",
    "autour": "dans la présentation de la structure ou ses lieux",
    "reserve": "dans ce qui est réservé aux partenaires",
}


@require_safe
@login_not_required
@vary_on_headers("HX-Request")
def recherche(request):
    territoire, now = get_territoire(request), timezone.localtime()
    # Going back, htmx asks for the whole page.
    fragment = bool(request.htmx and not request.htmx.history_restore_request)
    key = make_key(request, now, fragment)
    page = PAGES.read(key, lambda: draw_page(request, territoire, now, fragment))
    typing = fragment and is_still_typing(request.htmx.current_url, page.demande.texte)
    if not typing:
        compter(request, page.demande, page.total, page.inconnus)
    response = serve(request, page.contenu, page.compresse if key else None)
    if fragment:
        response["HX-Replace-Url" if typing else "HX-Push-Url"] = page.adresse
    return response


@dataclass(frozen=True, slots=True)
class Page:
    """A page of results as drawn (or the fragment of it), and what is counted of the search."""

    contenu: bytes
    compresse: bytes
    demande: Demande
    total: int
    inconnus: tuple
    adresse: str


def draw_page(request, territoire, now, fragment):
    """Search, and draw what was found."""
    filtre = FichesFilter(
        request.GET,
        droits=request.droits,
        territoire=territoire,
        vocabulaire=load_vocabulaire(request.droits, territoire),
        a=now,
        version=request.version,
    )
    page = Paginator(filtre.qs, PER_PAGE).get_page(filtre.page)
    total = page.paginator.count
    cartes, corrections = present_results(page, filtre)
    context = describe_search(filtre) | {
        "page": page,
        "precedente": page.has_previous() and filtre.build_url(page=page.number - 1),
        "suivante": page.has_next() and filtre.build_url(page=page.number + 1),
        "cartes": cartes,
        "corrections": corrections,
        "annexes": () if total else find_annexes(filtre),
    }
    template = "structures/recherche.html#fragment" if fragment else "structures/recherche.html"
    contenu = render_to_string(template, context, request).encode()
    compresse = compress(contenu) if request.user.is_anonymous else b""
    adresse = filtre.build_url(page=page.number)
    return Page(contenu, compresse, filtre.demande, total, filtre.qs.inconnus, adresse)


def describe_search(filtre):
    """Return what the page says of the search: filters, chips, corrections, other searches to try."""
    resultats = filtre.qs
    facettes, autres = make_facettes(filtre)
    return {
        "q": filtre.texte,
        "filtre": filtre,
        "resultats": resultats,
        "facettes": facettes,
        "autres_facettes": autres,
        "autres_ouvertes": any(f.nom in dict(filtre.parametres) for f in autres),
        "rayons": make_rayons(filtre),
        "communes": filtre.demande.communes,
        "commune": ", ".join(name_communes(filtre.demande.communes[:1]).values()),
        "compte": say_count(resultats.total),
        "entieres": say_entieres(resultats),
        "trop_courants": bool(filtre.texte) and resultats.lecture is None,
        "ordre": say_order(filtre.demande),
        "puces": make_puces(filtre),
        "sans_filtres": filtre.build_url(()),
        "orthographes": [
            (mot, filtre.build_url(texte=replace_word(filtre.texte, correction.mot, mot)))
            for correction in resultats.corrections
            for mot in correction.lus
        ],
        "autour": [
            (km, count, filtre.build_url([*(p for p in filtre.parametres if p[0] != "rayon"), ("rayon", km)]))
            for km, count in resultats.autour
        ],
    }


def present_results(page, filtre):
    """Return the Cartes of a page of results with their extracts, and the corrections as written there: two queries.

    A correction is (typed, nearest words): known words are folded, but people write « crèche ».
    """
    found = list(page)
    ids = [trouvaille.fiche_id for trouvaille in found]
    formes = filtre.qs.formes
    extraits = recall_extraits(ids, filtre) if formes else {}
    written = {data["pk"]: data for data in read_cartes(ids)}
    names = (f"{data['s']} {data.get('n', '')} {data['o'][1]}" for data in written.values())
    nearest = {lu for correction in filtre.qs.corrections for lu in correction.lus}
    textes = read_textes(ids, filtre.droits) if nearest else {}
    spelled = spell(nearest, [*names, *chain.from_iterable(textes.values())])
    corrections = [
        (correction.mot, [spelled.get(lu, lu) for lu in correction.lus])
        for correction in filtre.qs.corrections
    ]
    cartes = [
        present_carte(
            written[trouvaille.fiche_id],
            filtre.droits,
            filtre.vocabulaire,
            filtre.a,
            distance=trouvaille.distance,
            extrait=extraits.get(trouvaille.fiche_id, ""),
            raisons=tuple(say_raison(spell_raison(raison, spelled)) for raison in trouvaille.raisons),
        )
        for trouvaille in found
        if trouvaille.fiche_id in written
    ]
    return cartes, corrections


def recall_extraits(ids, filtre):
    """Return the extracts of these fiches, from memory for those drawn for the same words since the last change."""
    known, formes = filtre.qs.registre.extraits, filtre.qs.formes
    partner = frozenset(filtre.droits.territoires_partenaires)
    missing = [pk for pk in ids if (pk, formes, partner) not in known]
    if missing:
        drawn = make_extraits(read_textes(missing, filtre.droits), formes)
        if len(known) > MAX_EXTRAITS:
            known.clear()
        known.update(((pk, formes, partner), drawn.get(pk, "")) for pk in missing)
    return {pk: known.get((pk, formes, partner), "") for pk in ids}


def spell_raison(raison, spelled):
    """Return a Raison whose correction is written as the fiches do."""
    if not raison.forme or not spelled:
        return raison
    return replace(raison, forme=", ".join(spelled.get(mot, mot) for mot in raison.forme.split(", ")))


def say_count(count):
    number = f"{count:,}".replace(",", "\u202f")
    return f"{number} fiche{'s' if count > 1 else ''}" if count else "Aucune fiche"


def say_entieres(resultats):
    """Say how many results have all the words, when some have but a part of them."""
    count = resultats.entieres
    if not count or count == resultats.total:
        return ""
    return (
        "La première fiche a tous ces mots"
        if count == 1
        else f"Les {count} premières fiches ont tous ces mots"
    )


def say_order(demande):
    """Say in a sentence in what order the results are."""
    steps = ["par pertinence"] if demande.texte else []
    steps += ["celles de ce public d’abord"] if demande.publics else []
    steps += ["de la plus proche à la plus lointaine"] if demande.communes else []
    return f"Classées {', puis '.join([*steps, 'par nom'])}."


def replace_word(texte, mot, other):
    """Return what was typed with another word in the place of one (folded)."""
    return " ".join(other if fold(word) == mot else word for word in texte.split())


@lru_cache(maxsize=4096)
def say_raison(raison):
    """Say in a sentence why a fiche is a result: what was typed, what was found, where."""
    where = NIVEAUX.get(raison.niveau, "dans la fiche")
    how = {
        "debut": f"Un mot qui commence par « {raison.mot} » est",
        "synonyme": f"Un mot voisin de « {raison.mot} » est",
        "correction": f"« {raison.forme or raison.mot} », le mot le plus proche de « {raison.mot} », est",
    }
    return f"{how.get(raison.par, f'« {raison.mot} » est')} {where}."


def find_annexes(filtre):
    """Return the annexes around here that hold some of the words, those that hold the most first: one query."""
    asked = set(racines(filtre.texte))
    if not asked:
        return ()
    found = []
    for annexe in Annexe.objects.filter(territoire__in=filtre.droits.scope_of(filtre.territoire)).only(
        "nom", "description", "commune"
    ):
        count = len(asked.intersection(racines(f"{annexe.nom} {annexe.description} {annexe.commune}")))
        if count:
            found.append((count, annexe))
    return [annexe for _, annexe in sorted(found, key=lambda item: -item[0])[:MAX_ANNEXES]]


def is_still_typing(current, texte):
    """Tell whether a search goes on from the one at address ``current``: going back skips the letters between."""
    try:
        former = " ".join(parse_qs(urlsplit(current or "").query).get("q", [""])[0].split())
    except ValueError:  # an address that is none
        return False
    return former != texte and (former.startswith(texte) or texte.startswith(former)) and bool(former)


@require_safe
@login_not_required
@cache_control(private=True, max_age=30)
def suggestions(request):
    """Answer the options of the search field, as HTML. The words typed are written nowhere."""
    territoire, now = get_territoire(request), timezone.localtime()
    key = make_key(request, now)
    return HttpResponse(PAGES.read(key, lambda: draw_suggestions(request, territoire, now)))


def draw_suggestions(request, territoire, now):
    texte = " ".join(request.GET.get("q", "").replace("\x00", " ")[:MAX_TEXTE].split())
    groups = {}
    if len(texte) >= MIN_SUGGESTION:
        vocabulaire = load_vocabulaire(request.droits, territoire)
        for suggestion in suggerer(texte, request.droits, territoire, vocabulaire, request.version, now):
            groups.setdefault(GENRES.get(suggestion.genre, suggestion.genre), []).append(suggestion)
    return render_to_string("structures/suggestions.html", {"groupes": list(groups.items())}, request)
