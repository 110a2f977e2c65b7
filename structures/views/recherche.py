"""The search page: structures and fiches by name and title."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.utils import timezone

from structures.models import Competence
from structures.views.acces import get_territoire
from structures.views.listes import paginate, present_page, with_places
from structures.vocabulaires import load_vocabulaire

MAX_QUERY = 200


@login_not_required
def recherche(request):
    territoire = get_territoire(request)
    vocabulaire = load_vocabulaire(request.droits, territoire)
    q = request.GET.get("q", "").replace("\x00", "").strip()[:MAX_QUERY]
    fiches = Competence.objects.visible_to(
        request.droits, timezone.localdate(), within=request.droits.scope_of(territoire)
    ).search_titles(q, vocabulaire)
    page = paginate(request, with_places(fiches))
    return render(
        request,
        "structures/recherche.html",
        {"q": q, "page": page, "fiches": present_page(request, page, vocabulaire)},
    )
