"""Addresses of the répertoire. They are printed on paper: they do not change."""

from django.urls import path

from structures.views import accueil, besoins, competences, pages, recherche, statistiques, structures, themes

app_name = "structures"

urlpatterns = [
    path("", accueil.accueil, name="accueil"),
    path("recherche/", recherche.recherche, name="recherche"),
    path("recherche/suggestions/", recherche.suggestions, name="recherche_suggestions"),
    path("recherche/besoin/", besoins.besoin_create, name="besoin_create"),
    path("coordination/statistiques/", statistiques.statistiques, name="statistiques"),
    path("coordination/statistiques.csv", statistiques.statistiques_csv, name="statistiques_csv"),
    path("themes/<slug:slug>/", themes.theme_detail, name="theme_detail"),
    path("structures/", structures.structure_list, name="structure_list"),
    path("structures/<slug:slug>/", structures.structure_detail, name="structure_detail"),
    path("structures/<slug:slug>/fiche.pdf", structures.structure_pdf, name="structure_pdf"),
    path("structures/<slug:slug>/<slug:theme>/", competences.competence_detail, name="competence_detail"),
    path("structures/<slug:slug>/<slug:theme>/fiche.pdf", competences.competence_pdf, name="competence_pdf"),
    path("annexes/", pages.annexe_list, name="annexe_list"),
    path("sigles/", pages.sigle_list, name="sigle_list"),
    path("charte/", pages.charte, name="charte"),
    path("sante/", pages.sante, name="sante"),
    path("robots.txt", pages.robots, name="robots"),
]
