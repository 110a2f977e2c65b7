"""Print where the time of a page of results goes, as JSON: ``python -m bench.profil questions.json``.

In one process, without a server: the parts of a page are timed by clocks put around the functions that make them, each
counted without those inside it; cProfile names the functions that take longest, in a pass of its own since it slows
down all that it measures.
"""

import cProfile
import json
import os
import pstats
import sys
import time
from collections import Counter
from functools import wraps
from importlib import import_module
from pathlib import Path
from threading import get_ident

import django

from bench.serveur import ENTETES, RACINE

TOURS = 5
FONCTIONS = 12
RESTE = "Intergiciels, compression, Django"
# What is timed: the part, its functions as « module:name » where they are called from.
ETAPES = {
    "Droits et territoire": (
        "structures.middleware:load_droits",
        "structures.middleware:choose_territoire",
        "structures.views.recherche:get_territoire",
    ),
    "Vocabulaire": ("structures.views.recherche:load_vocabulaire",),
    "Lecture de l’adresse": (
        "structures.filtres:FichesFilter.__init__",
        "structures.filtres:FichesFilter.demande",
    ),
    "Mise à jour du registre": ("structures.recherche.registre:Memoire.read",),
    "Mots": ("structures.recherche.resultats:Resultats.lecture",),
    "Ce que les filtres laissent": (
        "structures.recherche.resultats:Resultats.list_filtres",
        "structures.recherche.resultats:Resultats.visibles",
        "structures.recherche.resultats:Resultats.masque",
    ),
    "Ordre des résultats": ("structures.recherche.resultats:Resultats.lire",),
    "Nombres des facettes": ("structures.recherche.resultats:Resultats.facettes",),
    "Facettes et filtres en cours": (
        "structures.views.recherche:make_facettes",
        "structures.views.recherche:make_puces",
    ),
    "Cartes": ("structures.views.recherche:read_cartes", "structures.views.recherche:present_carte"),
    "Extraits": ("structures.views.recherche:read_textes", "structures.views.recherche:make_extraits"),
    "Comptage": ("structures.views.recherche:compter",),
    "Gabarit": ("structures.views.recherche:render_to_string",),
    "Base de données": ("django.db.backends.utils:CursorWrapper.execute",),
}
VUE = "Vue (le reste)"


class Horloge:
    """Adds up the time spent in each part, without that of the parts inside it."""

    def __init__(self):
        self.totals, self.stack = Counter(), []
        self.thread = get_ident()

    def wrap(self, etape, function):
        @wraps(function)
        def timed(*args, **kwargs):
            if get_ident() != self.thread:  # searches are counted by a thread of its own
                return function(*args, **kwargs)
            begin = time.perf_counter()
            self.stack.append(0.0)
            try:
                return function(*args, **kwargs)
            finally:
                spent = time.perf_counter() - begin
                self.totals[etape] += spent - self.stack.pop()
                if self.stack:
                    self.stack[-1] += spent

        return timed

    def install(self):
        """Put a clock around each function of ETAPES, and around the view."""
        for etape, names in ETAPES.items():
            for name in names:
                owner, attribute, function = find_function(name)
                if hasattr(function, "func"):  # cached_property
                    function.func = self.wrap(etape, function.func)
                else:
                    setattr(owner, attribute, self.wrap(etape, function))
        pattern = find_pattern()
        pattern.callback = self.wrap(VUE, pattern.callback)


def find_function(name):
    """Return (owner, attribute, function) of « module:name » or « module:Class.name »."""
    module, _, path = name.partition(":")
    owner, (*classes, attribute) = import_module(module), path.split(".")
    for classe in classes:
        owner = getattr(owner, classe)
    return owner, attribute, vars(owner)[attribute]


def find_pattern():
    from structures.urls import urlpatterns

    return next(pattern for pattern in urlpatterns if pattern.name == "recherche")


def make_reader():
    """Return a function that asks the application for an address, as a server would."""
    from django.core.wsgi import get_wsgi_application
    from django.test import RequestFactory

    application, factory = get_wsgi_application(), RequestFactory()
    headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in ENTETES.items()}

    def read(adresse):
        answered = []
        environ = factory.get(adresse, secure=True, **headers).environ
        response = application(environ, lambda status, _headers: answered.append(status))
        b"".join(response)
        response.close()
        if answered != ["200 OK"]:
            raise SystemExit(f"{adresse} répond {answered}.")

    return read


def time_parts(read, adresses, horloge):
    """Return {part: milliseconds per page}."""
    horloge.totals.clear()
    begin = time.perf_counter()
    for adresse in adresses:
        read(adresse)
    total = time.perf_counter() - begin
    parts = dict(horloge.totals) | {RESTE: total - sum(horloge.totals.values())}
    return {part: round(spent / len(adresses) * 1000, 3) for part, spent in parts.items()}


def list_functions(read, adresses):
    """Return [[function, milliseconds per page, calls per page], …], the longest first."""
    profile = cProfile.Profile()
    profile.enable()
    for adresse in adresses:
        read(adresse)
    profile.disable()
    stats = pstats.Stats(profile).stats
    longest = sorted(stats.items(), key=lambda item: -item[1][2])[:FONCTIONS]
    return [
        [name_function(*function), round(own / len(adresses) * 1000, 3), round(calls / len(adresses), 1)]
        for function, (_, calls, own, _, _) in longest
    ]


def name_function(fichier, _line, function):
    if fichier == "~":
        return function.strip("<>").partition(" at 0x")[0]
    path = Path(fichier)
    path = path.relative_to(RACINE) if path.is_relative_to(RACINE) else Path(*path.parts[-3:])
    return f"{path} {function}"


def profile_pages(questions):
    read = make_reader()
    known = [adresse for _, adresse, _ in questions["connues"]]
    again, more = (
        [f"{adresse}&essai={tour}" for tour in tours for adresse in known]
        for tours in (range(TOURS), range(TOURS, 2 * TOURS))
    )
    new = [adresse for _, adresse, _ in questions["nouvelles"]]
    for adresse in known:
        read(adresse)
    fonctions = list_functions(read, again)  # before the clocks, which it would count
    horloge = Horloge()
    horloge.install()
    return {
        "connues": time_parts(read, more, horloge),
        "nouvelles": time_parts(read, new, horloge),
        "fonctions": fonctions,
    }


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "repertoire.settings")
    django.setup()
    json.dump(profile_pages(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))), sys.stdout)
