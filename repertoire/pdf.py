"""From a print template to a tagged PDF: WeasyPrint, our own fonts and style sheets, and no network.

Fonts and style sheets are read once per process. Rendering is serialised by a lock: Pango's font map is not made for
several threads, and the work holds Python's lock anyway, so threads would gain nothing.
"""

import atexit
import logging
import os
import re
from collections.abc import Sequence
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from threading import Lock
from urllib.parse import unquote, urlsplit

import segno
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from weasyprint import CSS, HTML, Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

from repertoire.palette import PICTOGRAMME_PAR_DEFAUT, TOUTES_LES_ICONES
from repertoire.templatetags.habillage import SPRITE

# PDF/UA-1 (ISO 14289-1): tagged, with a language and a title that viewers show.
VARIANTE = "pdf/ua-1"
FEUILLES = ("css/couleurs.css", "css/pdf.css")
ICONES = SPRITE.replace("sprite.svg", "icons")
# From the most generous to the tightest, as classes of <html>: the last one still is 9 pt.
DENSITES = ("", "serre", "dense")
# Both sides of a sheet of paper.
PAGES_AU_PLUS = 2

QR_MARGE = 4  # modules of white around the code, as ISO 18004 wants

# What they say of our own CSS and fonts is read in tests, not in the log of a site.
for name in ("weasyprint", "fontTools"):
    logging.getLogger(name).setLevel(logging.ERROR)

# fontTools writes the time in the fonts that it cuts out: fixed, so that the same sheet is the same bytes.
os.environ.setdefault("SOURCE_DATE_EPOCH", "0")

rendering = Lock()


class StaticFetcher(URLFetcher):
    """Read our static files, and inline SVG; refuse the network and every other file."""

    def __init__(self):
        super().__init__(allowed_protocols=("file", "data"), allow_redirects=False)

    def fetch(self, url, headers=None):
        parts = urlsplit(url)
        is_file = (
            parts.scheme == "file" and not parts.netloc
        )  # a host name would be looked for on the network
        if is_file:
            path = Path(unquote(parts.path)).resolve()
            allowed = any(path.is_relative_to(root) for root in static_roots())
        else:
            allowed = url.startswith("data:image/svg+xml")
        if not allowed:
            raise ValueError(f"Refusé : {url[:200]} n’est pas un de nos fichiers statiques.")
        return super().fetch(url, headers)


FETCHER = StaticFetcher()


@cache
def static_roots() -> tuple[Path, ...]:
    """Return the folders that hold static files: those of the project and of its applications."""
    storages = (
        storage for finder in finders.get_finders() for storage in getattr(finder, "storages", {}).values()
    )
    return tuple(Path(storage.location).resolve() for storage in storages)


@cache
def fonts() -> FontConfiguration:
    """Return this process's fonts. Kept for ever: WeasyPrint unpacks them to a folder of its own, gone at exit."""
    atexit.register(fonts.cache_clear)
    return FontConfiguration()


@cache
def load_stylesheet(name: str) -> CSS:
    """Return a static style sheet, parsed."""
    return CSS(filename=find_static(name), url_fetcher=FETCHER, font_config=fonts())


def find_static(name: str) -> str:
    path = finders.find(name)
    if path is None:
        raise FileNotFoundError(f"Il manque le fichier statique {name}.")
    return path


def render_pdf(template: str, context: dict, *, densites: Sequence[str] = ()) -> bytes:
    """Render a print template as a PDF/UA-1 file, the same bytes for the same content.

    ``densites``: those at which the sheet may fit on one page, tried in order. When none does, its pages are numbered
    (class « numerotee »); three are tightened into two when they can be, both sides of a sheet of paper.
    """
    html = render_to_string(template, context)
    with rendering:
        for densite in densites:
            document = lay_out(html, densite)
            if len(document.pages) == 1:
                return document.write_pdf(pdf_variant=VARIANTE)
        generous = lay_out(html, "numerotee")
        if len(generous.pages) != PAGES_AU_PLUS + 1:
            return generous.write_pdf(pdf_variant=VARIANTE)
        for densite in DENSITES[1:]:
            document = lay_out(html, f"{densite} numerotee")
            if len(document.pages) <= PAGES_AU_PLUS:
                return document.write_pdf(pdf_variant=VARIANTE)
        return generous.write_pdf(pdf_variant=VARIANTE)


def lay_out(html: str, classes: str) -> Document:
    """Cut a document into pages; ``classes`` are given to its <html>, which the templates write without any."""
    parsed = HTML(string=html, url_fetcher=FETCHER)
    parsed.etree_element.set("class", classes)
    if "numerotee" in classes:
        bring_forward_margin(parsed.etree_element)
    stylesheets = [load_stylesheet(name) for name in FEUILLES]
    return parsed.render(font_config=fonts(), stylesheets=stylesheets, pdf_variant=VARIANTE)


def bring_forward_margin(root):
    """Put the margin of a sheet before its text: over several pages, where to go and whom to call are on the first."""
    for columns in root.iterfind(".//main/.."):
        margin = columns.find("aside")
        if margin is not None:
            columns.remove(margin)
            columns.insert(0, margin)


@lru_cache(maxsize=1024)
def qr_svg(url: str, titre: str = "") -> SafeString:
    """Return the QR code of an address as inline SVG, with the quiet zone and a title for those who do not see it.

    Level M: 15 % of the code may be stained or folded, which a sheet in a pocket is.
    """
    out = BytesIO()
    code = segno.make(url, error="m", micro=False)
    code.save(
        out,
        kind="svg",
        border=QR_MARGE,
        xmldecl=False,
        omitsize=True,
        title=titre or f"Code QR : {url}",
        nl=False,
    )
    return mark_safe(out.getvalue().decode())  # noqa: S308 (segno escapes the title; the rest is a path)


@lru_cache(maxsize=1024)
def icone_svg(nom: str, titre: str, encre: str = "#14161c") -> SafeString:
    """Return a vendored icon as inline SVG, in the colour ``encre`` (WeasyPrint does not pass the text's on to it).

    In a tagged PDF each drawing has a name: ``titre`` is what it stands for.
    """
    if nom not in TOUTES_LES_ICONES:
        nom = PICTOGRAMME_PAR_DEFAUT
    svg = Path(find_static(f"{ICONES}/{nom}.svg")).read_text(encoding="utf-8")
    body = re.search(r"<svg[^>]*>(.*)</svg>", svg, re.DOTALL)[1].strip()
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" class="icone" viewBox="0 0 16 16" fill="{}"><title>{}</title>{}</svg>',
        encre,
        titre,
        mark_safe(body),  # noqa: S308 (a vendored file)
    )
