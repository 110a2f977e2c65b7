"""Pages of reference: annexes, acronyms, charter, state of health, unknown addresses."""

from difflib import get_close_matches

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from structures.horaires import en_mots
from structures.models import Annexe, Sigle, Structure, Territoire
from structures.texte import fold
from structures.views.acces import get_territoire
from structures.vocabulaires import load_vocabulaire

MAX_NEAR = 500


@login_not_required
def annexe_list(request):
    territoire = get_territoire(request)
    annexes = [
        {
            "annexe": annexe,
            "themes": {theme.pk for theme in annexe.themes.all()},
            "horaires": en_mots(annexe.horaires_accueil),
        }
        for annexe in Annexe.objects.filter(
            territoire__in=request.droits.scope_of(territoire)
        ).prefetch_related("themes")
    ]
    by_theme, seen = [], set()
    for onglet in load_vocabulaire(request.droits, territoire).onglets:
        ids = {onglet.pk, *(sous_theme.pk for sous_theme in onglet.sous_themes)}
        found = [annexe for annexe in annexes if annexe["themes"] & ids]
        if found:
            # An annexe under two tabs is written twice; its anchor is the first one.
            by_theme.append(
                (onglet, [annexe | {"premiere": annexe["annexe"].pk not in seen} for annexe in found])
            )
            seen |= {annexe["annexe"].pk for annexe in found}
    return render(request, "structures/annexe_list.html", {"annexes_par_theme": by_theme})


@login_not_required
def sigle_list(request):
    territoire = get_territoire(request)
    explained: list[Sigle] = sorted(
        load_vocabulaire(request.droits, territoire).sigles.values(), key=lambda sigle: sigle.cle_tri
    )
    return render(request, "structures/sigle_list.html", {"glossaire": explained})


@login_not_required
def charte(request):
    get_territoire(request)
    territoire = Territoire.objects.get(pk=request.territoire.pk)
    return render(
        request, "structures/charte.html", {"charte": territoire.charte, "version": territoire.charte_version}
    )


@login_not_required
@never_cache
def sante(request):
    """Tell a supervisor that the process answers and that the database does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"etat": "ok"})


@login_not_required
def robots(request):
    """Tell search engines what is of no use to them: accounts, administration, endless searches."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in ("/admin/", "/comptes/", "/recherche/"))]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")


@login_not_required
def page_not_found(request, exception):
    """The 404 page: it searches for what the address seemed to ask for, among what this reader may read."""
    slug = [part for part in request.path.split("/") if part][-1:] or [""]
    words = fold(slug[0].replace("-", " ").replace("\x00", "").removesuffix(".pdf"))[:80]
    suggestions = []
    if words and request.territoire:
        readable = Structure.objects.visible_to(request.droits).filter(
            territoire__in=request.droits.scope_of(request.territoire)
        )
        # The whole first word leads straight to the name; its first letters, to a name that was misspelt.
        first = words.split()[0]
        same = readable.filter(cle_tri__contains=first).values_list("cle_tri", flat=True)[:MAX_NEAR]
        alike = readable.filter(cle_tri__startswith=first[:2]).values_list("cle_tri", flat=True)[:MAX_NEAR]
        near = get_close_matches(words, {*same, *alike}, n=5, cutoff=0.4)
        suggestions = list(readable.filter(cle_tri__in=near))
    return render(
        request,
        "404.html",
        {"q": words, "suggestions": [(s.nom, s.get_absolute_url()) for s in suggestions]},
        status=404,
    )
