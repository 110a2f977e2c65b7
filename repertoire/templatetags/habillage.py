"""What templates draw with: icons, telephone numbers, explained acronyms (a builtin library: no ``load``)."""

from functools import lru_cache

import phonenumbers
from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from repertoire.palette import PICTOGRAMME_PAR_DEFAUT, TOUTES_LES_ICONES

register = template.Library()

SPRITE = "vendor/bootstrap-icons-1.13.2/sprite.svg"
SHORT_NUMBER = 4  # « 115 », « 3919 »: dialled as they are, never grouped
FRENCH_CODES = {33, 262, 590, 594, 596}  # countries whose numbers have ten digits, said in pairs


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


@register.filter
def telephone(numero: str) -> str:
    """Write a number as it is read aloud: « 04 65 71 12 34 », unbreakable. Short numbers stay whole."""
    if len(numero) <= SHORT_NUMBER:
        return numero
    try:
        lu = phonenumbers.parse(numero, "FR")
    except phonenumbers.NumberParseException:
        return numero
    national = phonenumbers.format_number(lu, phonenumbers.PhoneNumberFormat.NATIONAL)
    if lu.country_code in FRENCH_CODES:
        # The library writes « 0262 16 12 34 » for La Réunion, which nobody says.
        chiffres = "".join(c for c in national if c.isdigit())
        national = " ".join(chiffres[rang : rang + 2] for rang in range(0, len(chiffres), 2))
    return national.replace(" ", "\N{NO-BREAK SPACE}")


@register.filter
def lien_telephone(numero: str) -> str:
    """Return the ``tel:`` address of a number, international so that it also dials from abroad."""
    if len(numero) <= SHORT_NUMBER:
        return f"tel:{numero}"
    try:
        lu = phonenumbers.parse(numero, "FR")
    except phonenumbers.NumberParseException:
        return f"tel:{''.join(c for c in numero if c.isdigit() or c == '+')}"
    return phonenumbers.format_number(lu, phonenumbers.PhoneNumberFormat.RFC3966)


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
