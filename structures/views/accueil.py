"""The home page: one search box, the tabs, what changed lately."""

from django.contrib.auth.decorators import login_not_required
from django.db.models import Count
from django.shortcuts import redirect, render
from django.utils import timezone

from structures.models import Competence
from structures.vocabulaires import load_vocabulaire

RECENT = 6


@login_not_required
def accueil(request):
    if not request.territoire:
        return redirect("account_login") if request.user.is_anonymous else render(request, "structures/vide.html")
    vocabulaire = load_vocabulaire(request.droits, request.territoire)
    fiches = Competence.objects.visible_to(request.droits, timezone.localdate()).within(
        request.droits.scope_of(request.territoire)
    )
    counts = dict(fiches.order_by().values_list("theme_id").annotate(Count("pk")))
    recent = fiches.select_related("structure", "theme").order_by("-date_maj", "-pk")[:RECENT]
    return render(
        request,
        "structures/accueil.html",
        {
            "onglets_comptes": [
                (onglet, sum(counts.get(theme.pk, 0) for theme in (onglet, *onglet.sous_themes)))
                for onglet in vocabulaire.onglets
            ],
            "recentes": [
                {"fiche": fiche, "theme": vocabulaire.themes.get(fiche.theme_id, fiche.theme)} for fiche in recent
            ],
        },
    )
