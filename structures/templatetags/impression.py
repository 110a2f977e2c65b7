"""``{% load impression %}``: what the printed sheets draw with."""

from django import template

from repertoire.pdf import icone_svg, qr_svg
from structures.affichage import format_day

register = template.Library()

register.simple_tag(icone_svg, name="icone_pdf")
register.simple_tag(qr_svg, name="qr")
register.filter("jour", format_day)


@register.filter
def adresse_courte(url: str) -> str:
    """Write a web address as one reads it aloud: « example.org/page »."""
    return url.partition("://")[2].removeprefix("www.").rstrip("/") or url


@register.filter
def coupures(adresse: str) -> str:
    """Let a long address break after « @ » and « / ».

    WeasyPrint leaves zero-width spaces out of what one copies. An element there would take the link out of the tags.
    """
    return adresse.replace("@", "@\N{ZERO WIDTH SPACE}").replace("/", "/\N{ZERO WIDTH SPACE}")
