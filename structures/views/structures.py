"""The A–Z index of structures, and the page of one."""

from django.contrib.auth.decorators import login_not_required
from django.db.models import F, Prefetch, Q, Value
from django.db.models.functions import Coalesce, Substr
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from structures import impression
from structures.affichage import present_fiche, present_structure
from structures.cartes import make_carte
from structures.models import Competence, Contact, Lieu, Permanence, Structure
from structures.views.acces import get_structure, get_territoire, list_fiches
from structures.views.listes import paginate
from structures.vocabulaires import load_vocabulaire

PER_PAGE = 60


@login_not_required
def structure_list(request):
    territoire = get_territoire(request)
    scope = request.droits.scope_of(territoire)
    structures = Structure.objects.visible_to(request.droits).filter(territoire__in=scope)
    letters = sorted(structures.order_by().values_list(Substr("cle_tri", 1, 1), flat=True).distinct())
    letter = request.GET.get("lettre", "")[:1].lower()
    if letter in letters:
        structures = structures.filter(cle_tri__startswith=letter)
    fiches = (
        Competence.objects.visible_to(request.droits, timezone.localdate())
        .select_related("theme")
        .only("structure_id", "theme__nom", "theme__couleur", "theme__pictogramme")
    )
    page = paginate(
        request,
        structures.prefetch_related(
            Prefetch("competences", fiches.order_by("theme__ordre"), to_attr="fiches")
        ),
        PER_PAGE,
    )
    return render(
        request,
        "structures/structure_list.html",
        {"page": page, "letters": letters, "letter": letter if letter in letters else ""},
    )


@login_not_required
def structure_detail(request, slug):
    vue = read_structure(request, slug, make_carte)
    return render(request, "structures/structure_detail.html", {"vue": vue})


@login_not_required
def structure_pdf(request, slug):
    vue = read_structure(request, slug)
    return pdf_response(impression.render_structure(vue, **sheet_options(request)), slug)


def read_structure(request, slug, present=present_fiche):
    """Return the StructureVue of a structure for this reader; 404 when it may not be read.

    ``present``: makes its FicheVue or its Cartes.
    """
    structure = get_structure(request, slug)
    now = timezone.localtime()
    contacts = list(Contact.objects.filter(structure=structure).visible_to(request.droits))
    lieux, permanences = read_places(structure)
    fiches = [
        present(fiche, permanences.get(fiche.pk, ()), request.droits, vocabulaire_of(request), now=now)
        for fiche in list_fiches(request, slug)
    ]
    return present_structure(structure, fiches, lieux, contacts, request.droits, now=now)


def read_places(structure):
    """Return a structure's own places, and by fiche the permanences it holds there or at a partner's.

    One query for both (a place comes once per permanence), and one for the exceptional periods.
    """
    rows = (
        Lieu.objects.filter(
            Q(structure=structure)
            | Q(pk__in=Permanence.objects.filter(competence__structure=structure).values("lieu_id"))
        )
        .annotate(
            competence_id=F("permanences__competence_id"),
            horaires_propres=Coalesce("permanences__horaires_accueil", Value("")),
            precisions_propres=Coalesce("permanences__precisions", Value("")),
        )
        .select_related("structure")
        .prefetch_related("periodes")
        .order_by("-principal", "ordre", "pk", "permanences__ordre", "permanences__pk")
    )
    lieux, permanences = {}, {}
    for lieu in rows:
        if lieu.structure_id == structure.pk:
            lieux.setdefault(lieu.pk, lieu)
        permanence = Permanence(
            lieu=lieu, horaires_accueil=lieu.horaires_propres, precisions=lieu.precisions_propres
        )
        permanences.setdefault(lieu.competence_id, []).append(permanence)
    return list(lieux.values()), permanences


def vocabulaire_of(request):
    return load_vocabulaire(request.droits, request.territoire or None)


def sheet_options(request):
    """Return what a sheet needs of the request. ``?pour=partenaires``: with what a partner reads and keeps."""
    return {
        "territoire": request.territoire,
        "sigles": vocabulaire_of(request).sigles,
        "pour_partenaires": request.GET.get("pour") == "partenaires",
    }


def pdf_response(content, name):
    """Return a PDF to open in the browser, under a name that says what it is. Never kept by shared caches."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response["Cache-Control"] = "private, no-cache"
    return response
