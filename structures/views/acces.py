"""Getters: the first line of each view. They carry the right, and answer 404 to what may not be known."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from structures.models import Competence, Structure


def get_territoire(request):
    """Return the répertoire being read. 404 when none is readable (a partner-only installation, read by nobody)."""
    if not request.territoire:
        raise Http404("aucun répertoire n’est ouvert à ce lecteur")
    return request.territoire


def get_territoire_coordonne(request):
    """Return the répertoire being read, for one of its coordinators or an administrator; 404 for anybody else."""
    territoire = get_territoire(request)
    if territoire.pk not in request.droits.territoires_coordonnes:
        raise Http404("ce répertoire est coordonné par d’autres")
    return territoire


def get_structure(request, slug) -> Structure:
    """Return a published structure of a territory that the reader may read."""
    return get_object_or_404(Structure.objects.visible_to(request.droits), slug=slug)


def get_theme(request, slug, vocabulaire):
    """Return the Onglet that the territory shows under ``slug``; a retired or hidden theme is unknown."""
    for onglet in vocabulaire.themes.values():
        if onglet.slug == slug:
            return onglet
    raise Http404("thème inconnu")


def list_fiches(request, structure_slug):
    """Return the fiches of a structure that the reader may read, in the order of tabs, in one query."""
    return list(
        Competence.objects.visible_to(request.droits, timezone.localdate())
        .filter(structure__slug=structure_slug)
        .select_related("structure", "theme", "confirme_par")
        .order_by("theme__ordre", "theme__nom")
    )


def get_fiche(request, slug, theme) -> tuple[Competence, list[Competence]]:
    """Return one fiche and all those of the structure."""
    fiches = list_fiches(request, slug)
    for fiche in fiches:
        if fiche.theme.slug == theme:
            return fiche, fiches
    raise Http404("pas de fiche sous ce thème")
