"""The home page: one search box, the tabs, what changed lately."""

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db.models import Count
from django.shortcuts import redirect, render
from django.utils import timezone

from structures.cartes import present_carte
from structures.models import Competence
from structures.views.listes import read_cartes
from structures.vocabulaires import load_vocabulaire

RECENT = 6
# The counts and the latest changes of a territory are the same for all its public: read once a minute, not at each
# visit (20,000 fiches: 20 ms saved). Who changes a fiche sees it on the fiche at once.
MEMORY_SECONDS = 60


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
    counts, recent = read_summary(request.droits, request.territoire, now.date())
    return render(
        request,
        "structures/accueil.html",
        {
            "onglets_comptes": [
                (onglet, sum(counts.get(theme.pk, 0) for theme in (onglet, *onglet.sous_themes)))
                for onglet in vocabulaire.onglets
            ],
            "recentes": [present_carte(data, request.droits, vocabulaire, now) for data in recent],
        },
    )


def read_summary(droits, territoire, today):
    """Return the number of fiches by theme id, and the cards of the latest changed, that this reader may read here.

    Kept for a minute, apart for each set of rights: what a partner reads is not told to others.
    """
    scope = droits.scope_of(territoire)
    rights = frozenset(droits.territoires_publics & scope), frozenset(droits.territoires_partenaires & scope)
    key = f"accueil:{territoire.pk}:{today}:{hash(rights)}"
    if (known := cache.get(key)) is not None:
        return known
    fiches = Competence.objects.visible_to(droits, today, within=scope)
    counts = dict(fiches.order_by().values_list("theme_id").annotate(Count("pk")))
    recent = fiches.order_by("-date_maj", "-pk").values_list("pk", flat=True)
    found = counts, read_cartes(recent[:RECENT])
    cache.set(key, found, MEMORY_SECONDS)
    return found
