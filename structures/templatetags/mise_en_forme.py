"""``{% load mise_en_forme %}``: plain text as HTML, each acronym explained where a page uses it first."""

from django import template
from django.utils.safestring import SafeString
from django.utils.text import slugify

from repertoire.templatetags.habillage import sigle as draw_sigle
from structures.contexte import repertoire
from structures.mise_en_forme import Glossaire

register = template.Library()

MEMORY = "structures.glossaire"


@register.simple_tag(takes_context=True)
def texte(context, valeur: str) -> SafeString:
    """Write a plain text field: paragraphs, lists, acronyms explained.

    A page reads the territory's ``sigles`` from its context; a printed sheet brings its own ``glossaire``.
    """
    return find_glossaire(context).write_text(valeur or "")


@register.simple_tag(takes_context=True)
def ligne(context, valeur: str) -> SafeString:
    """Write a text that stands in a line (a condition, a precision): acronyms explained, no paragraph."""
    return find_glossaire(context).write_line(valeur or "")


def find_glossaire(context) -> Glossaire:
    """Return the Glossaire of the page that is being drawn, the same in all that it includes.

    ``render_context`` gives each included template its own level: the first one belongs to the whole page.
    """
    if glossaire := context.get("glossaire"):
        return glossaire
    memory = context.render_context.dicts[0]
    if MEMORY not in memory:
        sigles = context.get("sigles")
        if sigles is None:  # a template included with « only » does not inherit from context processors
            request = getattr(context, "request", None)
            sigles = repertoire(request)["sigles"] if request else {}
        memory[MEMORY] = Glossaire(sigles, explain, bouton=True)
    return memory[MEMORY]


def explain(mot: str, sigle) -> SafeString:
    return draw_sigle(mot, f"sigle-{slugify(sigle.sigle) or sigle.pk}", sigle.signification, sigle.phrase)
