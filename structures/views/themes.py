"""A theme tab: its fiches, by sub-theme, and the annexes next door."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.utils import timezone

from structures.models import Annexe, Competence
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
    fiches = Competence.objects.visible_to(request.droits, timezone.localdate(), within=scope).filter(
        theme__in=ids
    )
    fiches = fiches.order_by("structure__cle_tri", "theme__ordre", "pk")
    page = paginate(request, fiches.values_list("pk", flat=True))
    annexes = Annexe.objects.filter(themes__in=ids, territoire__in=scope).distinct()
    return render(
        request,
        "structures/theme_detail.html",
        {
            "theme": theme,
            "onglet": next((o for o in vocabulaire.onglets if theme in (o, *o.sous_themes)), theme),
            "page": page,
            "cartes": present_page(request, page, vocabulaire),
            "annexes": annexes,
        },
    )
