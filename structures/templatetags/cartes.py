"""``{% load cartes %}``: the cards of a list. What lists show again and again is drawn once, as icons are.

Everything that is shown is in the key, so nothing has to be forgotten when a fiche changes.
"""

from functools import lru_cache

from django import template
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag(takes_context=True)
def carte_fiche(context, carte) -> SafeString:
    """Draw a Carte in a list that says its ``niveau``, ``theme_lu`` and ``dans_structure``."""
    return draw_carte(carte, context["niveau"], context.get("theme_lu"), context.get("dans_structure", False))


# About 3 KB each.
@lru_cache(maxsize=2048)
def draw_carte(carte, niveau, theme_lu, dans_structure) -> SafeString:
    """Return the HTML of a card. From memory: 3 µs; drawn: 60."""
    theme = carte.theme
    above = theme.nom if dans_structure else carte.structure
    return render(
        "carte_fiche",
        {
            "url": carte.url,
            "nom": carte.nom,
            "structure": carte.structure,
            # What the title does not say: whose fiche it is, and where.
            "sous_titre": " · ".join(filter(None, (carte.nom and above, carte.commune, carte.distance))),
            "theme_nom": theme.nom,
            "couleur": theme.couleur,
            "pictogramme": theme.pictogramme,
            "theme_affiche": theme.pk != theme_lu,
            "reservee": carte.reservee,
            "resume": carte.extrait or carte.resume,
            "conditions": carte.conditions,
            "puces": draw_puces(carte),
            "raisons": carte.raisons,
            "niveau": str(niveau),  # numbers are localised: slower
            "dans_structure": dans_structure,
        },
    )


def draw_puces(carte) -> SafeString:
    """Draw the small facts of a Carte: places, open now, who may come, cost, end, freshness."""
    drawn = []
    if carte.disponibilite.etat:
        drawn.append(draw("puce_disponibilite", "disponibilite", carte.disponibilite))
    if carte.ouverture and carte.disponibilite.etat != "suspendue":
        drawn.append(draw("puce_ouverture", "ouverture", carte.ouverture))
    facts = (
        (carte.a_distance, "laptop", "À distance"),
        (carte.sur_orientation, "signpost-2", "Sur orientation"),
        (carte.frais, "currency-euro", carte.frais),
        (carte.fin, "calendar-event", carte.fin),
        (carte.reservee, "lock", "Partenaires"),
    )
    drawn += [draw("puce", "puce", (icone, libelle)) for shown, icone, libelle in facts if shown]
    drawn.append(draw("fraicheur", "fraicheur", carte.fraicheur))
    return mark_safe("".join(drawn))  # noqa: S308 (each comes from a template)


@lru_cache(maxsize=4096)
def draw(name, argument, value) -> SafeString:
    """Return an included template as drawn for one value: a list shows 80 facts of a few dozen kinds."""
    return render(name, {argument: value})


def render(name, arguments) -> SafeString:
    return mark_safe(get_template(f"includes/{name}.html").render(arguments).strip())  # noqa: S308
