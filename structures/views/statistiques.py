"""What is searched in the territory, for its coordination: a page, and the same as a table to download."""

import csv

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from structures.recherche.statistiques import PERIODES, read_statistiques
from structures.views.acces import get_territoire_coordonne
from structures.vocabulaires import load_vocabulaire

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"  # without it, spreadsheets read accents as something else


def read_periode(request):
    """Return the period asked, 30 days when it is none that we know."""
    asked = request.GET.get("periode", "")
    return asked if asked in PERIODES else "30"


def statistiques(request):
    territoire = get_territoire_coordonne(request)
    periode = read_periode(request)
    vocabulaire = load_vocabulaire(request.droits, territoire)
    figures = read_statistiques(territoire, periode, timezone.localdate(), vocabulaire)
    return render(
        request,
        "structures/statistiques.html",
        {"statistiques": figures, "periode": periode, "periodes": PERIODES},
    )


def statistiques_csv(request):
    territoire = get_territoire_coordonne(request)
    vocabulaire = load_vocabulaire(request.droits, territoire)
    figures = read_statistiques(
        territoire, read_periode(request), timezone.localdate(), vocabulaire, limite=None
    )
    response = HttpResponse(BOM, content_type="text/csv; charset=utf-8")
    name = f"recherches-{territoire.slug}-{figures.debut:%Y-%m-%d}-{figures.fin:%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    csv.writer(response, delimiter=";").writerows(list_rows(figures))
    return response


def list_rows(figures):
    """Yield the lines of the file; a value is told with how many times, how many without result, on how many days."""
    yield "table", "valeur", "nombre", "sans résultat", "jours"
    yield "recherches", "avec des mots", figures.avec_mots, "", ""
    yield "recherches", "filtres seuls", figures.filtres_seuls, "", ""
    yield "recherches", "sans résultat", figures.sans_resultat, "", ""
    yield "besoins", "signalés, en attente", figures.besoins, "", ""
    for termes in figures.termes:
        yield "mots", termes.termes, termes.nombre, termes.sans_resultat, termes.jours
    for filtre in figures.filtres:
        label = f"{filtre.nom} : {filtre.valeur}" if filtre.valeur else filtre.nom
        yield "filtres", protect(label), filtre.nombre, "", ""


def protect(label):
    """Keep a name that begins as a formula does from being worked out by a spreadsheet."""
    return f"'{label}" if label[:1] in "=+-@\t\r" else label
