"""What is proposed while one types: fiches, structures, themes, acronyms that the reader may read."""

from django.urls import reverse
from django.utils import timezone

from structures.cartes import load_cartes
from structures.recherche.analyse import decouper, is_vide
from structures.recherche.demande import Demande, Suggestion
from structures.recherche.resultats import chercher
from structures.texte import fold

MAX_FICHES = 5
MAX_STRUCTURES = 3
MAX_THEMES = 3
MAX_SIGLES = 2
LUES = 12
MIN_LETTRES = 2


def suggerer(texte, droits, territoire, vocabulaire, version=None, a=None):
    """Return the proposals for what is being typed, themes first; nothing under two letters."""
    mots = [mot for mot in decouper(texte) if not is_vide(mot)] or decouper(texte)
    if sum(map(len, mots)) < MIN_LETTRES:
        return []
    return [
        *suggest_themes(mots, vocabulaire),
        *suggest_fiches(texte, mots, droits, territoire, vocabulaire, version, a or timezone.localtime()),
        *suggest_sigles(texte, vocabulaire),
    ]


def begin_words(mots, texte):
    """Tell whether each typed word begins a word of a text (folded)."""
    words = decouper(texte)
    return all(any(word.startswith(mot) for word in words) for mot in mots)


def suggest_themes(mots, vocabulaire):
    found = [theme for theme in vocabulaire.themes.values() if begin_words(mots, theme.nom)]
    return [Suggestion("theme", theme.nom, "", theme.url) for theme in found[:MAX_THEMES]]


def suggest_sigles(texte, vocabulaire):
    typed = fold(texte)
    found = [sigle for sigle in vocabulaire.sigles.values() if sigle.cle_tri.startswith(typed)]
    found.sort(key=lambda sigle: len(sigle.cle_tri))
    page = reverse("structures:sigle_list")
    return [
        Suggestion("sigle", sigle.sigle, sigle.signification, f"{page}#sigle-{sigle.pk}")
        for sigle in found[:MAX_SIGLES]
    ]


def suggest_fiches(texte, mots, droits, territoire, vocabulaire, version, a):
    """Propose the structures whose name holds the words, once each, and the fiches that the words lead to."""
    demande = Demande(texte=texte, en_cours=True, titres=True)
    resultats = chercher(demande, droits, territoire, vocabulaire, a, version)
    if resultats.lecture is None or not all(resultats.lecture.unions):
        return []
    ids = [trouvaille.fiche_id for trouvaille in resultats.lire(0, min(LUES, resultats.entieres))]
    cartes = load_cartes(ids)
    structures, fiches = {}, []
    for pk in ids:
        if pk not in cartes:
            continue
        carte = cartes[pk]
        slug, theme_slug = carte["u"]
        if begin_words(mots, carte["s"]):
            url = reverse("structures:structure_detail", args=[slug])
            structures.setdefault(slug, Suggestion("structure", carte["s"], "", url))
            continue
        theme = vocabulaire.themes.get(carte["o"][0])
        nom = theme.nom if theme else carte["o"][1]
        url = reverse("structures:competence_detail", args=[slug, theme_slug])
        fiches.append(Suggestion("fiche", carte.get("n") or nom, carte["s"], url))
    return [*list(structures.values())[:MAX_STRUCTURES], *fiches[:MAX_FICHES]]
