"""The fiche: what one structure does under one theme."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.utils import timezone

from structures import impression
from structures.affichage import present_fiche
from structures.models import Contact
from structures.views.acces import get_fiche
from structures.views.structures import pdf_response, sheet_options, vocabulaire_of


@login_not_required
def competence_detail(request, slug, theme):
    vue, autres = read_fiche(request, slug, theme)
    return render(request, "structures/competence_detail.html", {"vue": vue, "autres": autres})


@login_not_required
def competence_pdf(request, slug, theme):
    vue, _autres = read_fiche(request, slug, theme)
    return pdf_response(impression.render_fiche(vue, **sheet_options(request)), f"{slug}-{theme}")


def read_fiche(request, slug, theme):
    """Return the FicheVue that is asked for and the structure's other fiches; 404 when it may not be read."""
    fiche, fiches = get_fiche(request, slug, theme)
    vocabulaire = vocabulaire_of(request)
    permanences = fiche.permanences.select_related("lieu__structure").prefetch_related("lieu__periodes")
    contacts = [
        contact
        for contact in Contact.objects.filter(structure=fiche.structure_id).visible_to(request.droits)
        if contact.competence_id in (None, fiche.pk)
    ]
    # The fiche's own contacts come before those of the structure.
    contacts.sort(key=lambda contact: contact.competence_id is None)
    vue = present_fiche(
        fiche, permanences, request.droits, vocabulaire, now=timezone.localtime(), contacts=contacts
    )
    autres = [
        {"fiche": autre, "theme": vocabulaire.themes.get(autre.theme_id, autre.theme)}
        for autre in fiches
        if autre != fiche
    ]
    return vue, autres
