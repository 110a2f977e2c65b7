"""Print searches to measure in a generated territory, as JSON: ``python -m bench.questions``.

Drawn from the words of fiches that anybody reads, always the same for the same territory: words as people type them,
typos, acronyms, beginnings, places, filters. Each group of searches uses words that no group before it used, as far
as the territory has enough of them: the words of ``nouvelles`` are then unknown to a server that was asked the others.
"""

import json
import os
import random
import re
import sys
from collections import Counter
from urllib.parse import urlencode

import django

GRAINE = 20_260_302
LUES = 600  # fiches that words are drawn from
CONNUES, NOUVELLES, PLEINES = 40, 60, 20
MOT = re.compile(r"[^\W\d_]{4,}")
# A round of twenty searches.
SORTES = {
    "un mot": 3,
    "deux mots": 4,
    "trois mots": 2,
    "nom": 2,
    "faute": 2,
    "sigle": 1,
    "début": 1,
    "lieu": 1,
    "filtre": 2,
    "page": 1,
    "filtres seuls": 1,
}
PAR_TOUR = sum(SORTES.values())


class Tirage:
    """Draws searches: (kind, {parameter: value}), none of them twice."""

    def __init__(self, fiches, sigles, publics):
        self.rng = random.Random(GRAINE)
        self.fiches, self.sigles, self.publics = fiches, sigles, publics
        self.used, self.asked = set(), set()

    def draw_words(self, count, least=4):
        """Return words of one fiche, at least so long, those that no search used first."""
        best = []
        for _ in range(30):
            fiche = self.rng.choice(self.fiches)
            mots = [mot for mot in fiche["mots"] if len(mot) >= least]
            self.rng.shuffle(mots)
            mots = sorted(mots, key=self.used.__contains__)[:count]
            fresh = sum(mot not in self.used for mot in mots)
            if not best or fresh > best[0]:
                best = [fresh, fiche, mots]
            if fresh == count:
                break
        _, fiche, mots = best
        self.used.update(mots)
        return fiche, mots

    def draw(self, sorte):
        """Return the parameters of a search that was not drawn before."""
        for _ in range(200):
            parametres = self.make(sorte)
            key = tuple(sorted(parametres.items()))
            if key not in self.asked:
                self.asked.add(key)
                return parametres
        raise SystemExit(f"Le territoire n’a pas de quoi tirer une autre recherche : {sorte}.")

    def make(self, sorte):
        words = {"deux mots": 2, "trois mots": 3}.get(sorte, 1)
        fiche, mots = self.draw_words(words, least=6 if sorte in {"faute", "début"} else 4)
        texte = " ".join(mots)
        match sorte:
            case "nom":
                fiche = self.rng.choice(self.fiches)
                return {"q": " ".join(fiche["structure"].split()[: self.rng.randint(2, 4)])}
            case "faute":
                return {"q": self.misspell(texte)}
            case "sigle":
                # There are few of them: the word beside makes the search another one.
                return {"q": f"{self.rng.choice(self.sigles)} {texte}"}
            case "début":
                return {"q": texte[: self.rng.randint(4, 5)]}
            case "lieu":
                return {"q": texte, "commune": fiche["commune"], "rayon": "10"}
            case "filtre":
                name = self.rng.choice(["theme", "public", "frais", "ouvert"])
                return {"q": texte, name: self.draw_filtre(name, fiche)}
            case "page":
                return {"q": fiche["theme_nom"] + " " + texte, "page": "2"}
            case "filtres seuls":
                two = self.rng.sample(["theme", "public", "commune", "sans_attente", "frais"], 3)
                return {name: self.draw_filtre(name, fiche) for name in two}
        return {"q": texte}

    def draw_filtre(self, name, fiche):
        match name:
            case "public":
                return self.rng.choice(self.publics)
            case "frais":
                return self.rng.choice(["gratuit", "payant"])
            case "ouvert" | "sans_attente":
                return "1"
        return fiche[name]

    def misspell(self, mot):
        """Return a word with a letter dropped, doubled, swapped or replaced."""
        rang = self.rng.randrange(1, len(mot) - 2)
        debut, one, two, fin = mot[:rang], mot[rang], mot[rang + 1], mot[rang + 2 :]
        return debut + self.rng.choice([two, one * 2 + two, two + one, "e" + two]) + fin


def list_questions():
    """Return {group: [[kind, address, cards shown], …]}, and the addresses of suggestions."""
    fiches, sigles, publics = read_matter()
    tirage = Tirage(fiches, sigles, publics)
    sortes = [sorte for sorte, count in SORTES.items() for _ in range(count)]
    groups = {
        name: [(sorte, tirage.draw(sorte)) for _ in range(count // PAR_TOUR) for sorte in sortes]
        for name, count in (("connues", CONNUES), ("nouvelles", NOUVELLES))
    }
    found = {
        name: [[sorte, write_adresse(parametres), count_cartes(parametres)] for sorte, parametres in group]
        for name, group in groups.items()
    }
    found["pleines"] = list_pleines(fiches)
    for name, count in (("suggestions", CONNUES), ("suggestions_nouvelles", NOUVELLES)):
        found[name] = [["suggestion", write_suggestion(texte), 0] for texte in draw_beginnings(tirage, count)]
    return found


def read_matter():
    """Return (fiches to draw words from, acronyms, codes of publics)."""
    from django.utils import timezone

    from structures.droits import public_droits
    from structures.models import Competence, Sigle
    from structures.vocabulaires import load_vocabulaire

    droits = public_droits()
    root = droits.default_territoire
    visible = Competence.objects.visible_to(droits, timezone.localdate(), within=droits.scope_of(root))
    ids = list(visible.order_by("source_id").values_list("pk", flat=True))
    chosen = Competence.objects.filter(pk__in=ids[:: max(1, len(ids) // LUES)]).order_by("source_id")
    rows = chosen.select_related("structure", "theme").prefetch_related("permanences__lieu")
    sigles = list(Sigle.objects.order_by("sigle").values_list("sigle", flat=True).distinct())
    publics = sorted(load_vocabulaire(droits, root).publics)
    return [read_fiche(fiche) for fiche in rows], sigles, publics


def read_fiche(fiche):
    from structures.recherche.analyse import decouper, is_vide

    texte = f"{fiche.structure.nom} {fiche.theme.nom} {fiche.objectifs} {fiche.conditions_acces} {fiche.deroulement}"
    mots = [mot for mot in MOT.findall(texte.lower()) if not all(map(is_vide, decouper(mot)))]
    places = [p.lieu for p in fiche.permanences.all() if p.lieu.code_insee]
    return {
        "mots": sorted(set(mots)) or ["aide"],
        "structure": fiche.structure.nom,
        "theme": fiche.theme.slug,
        "theme_nom": fiche.theme.nom.split()[0],
        "commune": places[0].code_insee if places else "69123",
    }


def write_adresse(parametres):
    return f"/recherche/?{urlencode(parametres)}" if parametres else "/recherche/"


def write_suggestion(texte):
    return f"/recherche/suggestions/?{urlencode({'q': texte})}"


def count_cartes(parametres):
    """Return how many cards the page shows."""
    from django.http import QueryDict
    from django.utils import timezone

    from structures.droits import public_droits
    from structures.filtres import FichesFilter
    from structures.views.listes import PER_PAGE
    from structures.vocabulaires import load_vocabulaire

    droits = public_droits()
    root = droits.default_territoire
    filtre = FichesFilter(
        QueryDict(urlencode(parametres)),
        droits=droits,
        territoire=root,
        vocabulaire=load_vocabulaire(droits, root),
        a=timezone.localtime(),
    )
    total = filtre.resultats.total
    last = max(0, total - 1) // PER_PAGE
    begin = min(filtre.page - 1, last) * PER_PAGE
    return min(PER_PAGE, total - begin)


def list_pleines(fiches):
    """Return searches of one frequent word whose page is full; the page without words first."""
    frequent = Counter(mot for fiche in fiches for mot in fiche["mots"])
    ordered = sorted(frequent, key=lambda mot: (-frequent[mot], mot))
    found = [["sans mot", write_adresse({}), count_cartes({})]]
    for mot in ordered[: PLEINES * 3]:
        cartes = count_cartes({"q": mot})
        if cartes == 20 and len(found) < PLEINES:
            found.append(["un mot", write_adresse({"q": mot}), cartes])
    return found


def draw_beginnings(tirage, count):
    """Return what is in the field while people type: words of two letters and more, a second word begun."""
    found = []
    while len(found) < count:
        _, mots = tirage.draw_words(2, least=5)
        whole = " ".join(mots)
        for length in (3, 4, 5, len(mots[0]), len(mots[0]) + 3):
            texte = whole[:length]
            if texte not in tirage.asked and len(found) < count:
                tirage.asked.add(texte)
                found.append(texte)
    return found


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "repertoire.settings")
    django.setup()
    json.dump(list_questions(), sys.stdout)
