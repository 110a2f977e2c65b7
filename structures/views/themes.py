"""A theme tab: its fiches, by sub-theme, and the annexes next door."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.utils import timezone

from structures.models import Annexe
from structures.recherche import Demande, chercher
from structures.views.acces import get_territoire, get_theme
from structures.views.listes import paginate, present_page
from structures.vocabulaires import load_vocabulaire


@login_not_required
def theme_detail(request, slug):
    territoire = get_territoire(request)
    vocabulaire = load_vocabulaire(request.droits, territoire)
    theme = get_theme(request, slug, vocabulaire)
    ids = [theme.pk, *(sous_theme.pk for sous_theme in theme.sous_themes)]
    scope = request.droits.scope_of(territoire)
    demande = Demande(themes=(theme.pk,))
    fiches = chercher(demande, request.droits, territoire, vocabulaire, timezone.localtime(), request.version)
    page = paginate(request, fiches)
    annexes = Annexe.objects.filter(themes__in=ids, territoire__in=scope).distinct()
    return render(
        request,
        "structures/theme_detail.html",
        {
            "theme": theme,
            "onglet": next((o for o in vocabulaire.onglets if theme in (o, *o.sous_themes)), theme),
            "page": page,
            "cartes": present_page(request, [fiche.fiche_id for fiche in page], vocabulaire),
            "annexes": annexes,
        },
    )
