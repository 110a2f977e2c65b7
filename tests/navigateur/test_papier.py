"""A page printed from the browser: nothing for partners only, few sheets, none for the foot of the page alone."""

import io

import pypdf
from playwright.sync_api import expect


def print_page(page, address):
    """Return the text of each sheet that the browser prints of a page."""
    page.goto(address)
    reader = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    return [sheet.extract_text() for sheet in reader.pages]


def test_printed_page_leaves_out_what_is_for_partners_only(page, log_in):
    log_in("accueil")
    page.goto("/structures/mission-locale/")
    reserved = page.locator(".reserve, .contact--reserve")
    assert reserved.count()
    expect(reserved.first).to_be_visible()
    page.emulate_media(media="print")
    for block in reserved.all():
        expect(block).to_be_hidden()


def test_confidential_address_is_not_printed_from_the_page_of_a_partner(page, log_in):
    log_in("accueil")
    sheets = " ".join(" ".join(print_page(page, "/structures/le-passage/")).split())
    assert "Adresse non communiquée" in sheets
    assert "Adresse confidentielle" not in sheets


def test_a_fiche_takes_two_sheets_and_the_glossary_two_columns(page):
    for address in (
        "/structures/mdr/aide-ponctuelle-urgence/",
        "/structures/mission-locale/insertion-professionnelle/",
    ):
        sheets = print_page(page, address)
        assert len(sheets) <= 2
        assert min(len(sheet) for sheet in sheets) > 300
    page.goto("/sigles/")
    page.emulate_media(media="print")
    assert page.locator(".lettres").evaluate("node => getComputedStyle(node).columnCount") == "2"


def test_phone_reads_what_the_fiche_is_for_before_the_papers_to_bring(page):
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/structures/service-enfance-et-petite-enfance/garde-d-enfants/")
    order = [
        page.locator(".puce--instant").first,
        page.locator(".appel"),
        page.locator(".ligne--ou"),
        page.get_by_role("heading", name="Objectifs"),
        page.get_by_role("heading", name="Lieu et horaires"),
        page.get_by_role("heading", name="À apporter"),
    ]
    heights = [place.bounding_box()["y"] for place in order]
    assert heights == sorted(heights)
