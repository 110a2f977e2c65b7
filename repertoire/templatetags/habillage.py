"""What templates draw with: icons, telephone numbers, explained acronyms (a builtin library: no ``load``)."""

from functools import lru_cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from repertoire.palette import PICTOGRAMME_PAR_DEFAUT, TOUTES_LES_ICONES
from repertoire.telephones import format_telephone, link_telephone

register = template.Library()

SPRITE = "vendor/bootstrap-icons-1.13.2/sprite.svg"


@lru_cache(maxsize=1024)
def draw_icon(nom: str, titre: str) -> SafeString:
    """Draw an icon once per process: pages hold a hundred, and the address of the sprite does not change."""
    sprite = static(SPRITE)
    if nom not in TOUTES_LES_ICONES:
        nom = PICTOGRAMME_PAR_DEFAUT  # a pictogram kept in the database may have left the list since
    if titre:
        return format_html(
            '<svg class="icone" role="img" aria-label="{}"><use href="{}#{}"></use></svg>', titre, sprite, nom
        )
    return format_html('<svg class="icone" aria-hidden="true"><use href="{}#{}"></use></svg>', sprite, nom)


@register.simple_tag
def icone(nom: str, titre: str = "") -> SafeString:
    """Draw an icon of ``static/icones/liste.txt``: decorative, or named by ``titre`` if it stands alone."""
    return draw_icon(nom, titre)


telephone = register.filter("telephone", format_telephone)
lien_telephone = register.filter("lien_telephone", link_telephone)


@register.simple_tag
def sigle(mot: str, ancre: str, signification: str, phrase: str = "") -> SafeString:
    """Draw an acronym with its explanation, read on hover, focus and tap, without a script.

    ``ancre`` is the id of the note, unique in the page; ``phrase`` is the plain sentence under the meaning.
    """
    return format_html(
        '<span class="sigle">'
        '<button type="button" class="sigle__mot" popovertarget="{}" aria-describedby="{}">'
        "<abbr>{}</abbr></button>"
        '<span class="sigle__bulle" id="{}" popover><b>{}</b>{}</span></span>',
        ancre,
        ancre,
        mot,
        ancre,
        signification,
        phrase and f" {phrase}",
    )
