"""The home page: one search box, the tabs, what changed lately."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.utils import timezone

from structures.recherche import Demande, chercher
from structures.views.listes import present_page
from structures.vocabulaires import load_vocabulaire

RECENT = 6


@login_not_required
def accueil(request):
    if not request.territoire:
        return (
            redirect("account_login")
            if request.user.is_anonymous
            else render(request, "structures/vide.html")
        )
    now = timezone.localtime()
    vocabulaire = load_vocabulaire(request.droits, request.territoire)
    fiches = chercher(Demande(), request.droits, request.territoire, vocabulaire, now, request.version)
    counts = fiches.count_themes()
    return render(
        request,
        "structures/accueil.html",
        {
            "onglets_comptes": [(onglet, counts.get(onglet.pk, 0)) for onglet in vocabulaire.onglets],
            "recentes": present_page(request, fiches.list_recentes(RECENT), vocabulaire),
        },
    )
