"""Searching in a real browser: suggestions by keyboard, filters without reload, going back, no JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from tests.navigateur.test_accessibilite import violations

PHONE, DESK = 360, 1280


@pytest.fixture
def sheet(page):
    """Return a function that opens a search at a width, and says so in a variable that a reload would lose."""

    def sheet(address, width=DESK):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(address, wait_until="networkidle")
        page.evaluate("window.memeDocument = true")
        return page

    return sheet


def was_reloaded(page):
    return not page.evaluate("window.memeDocument === true")


def field(page):
    return page.get_by_role("main").get_by_role("combobox", name="Que cherchez-vous ?")


def count(page):
    return int(re.search(r"\d+", page.locator("#resultats .compte-fiches").inner_text())[0])


def tick(page, width, name):
    """Tick a box, in the column of a desk or the sheet of a phone; then go back to the results."""
    if width == PHONE:
        page.get_by_role("button", name=re.compile("^Filtrer")).click()
    page.get_by_role("checkbox", name=re.compile(name)).first.check()
    expect(page).to_have_url(re.compile(r"\?"))
    if width == PHONE:
        page.get_by_role("button", name=re.compile("^Voir : ")).click()


def test_typing_suggests_and_arrows_choose(page):
    page.goto("/", wait_until="networkidle")
    field(page).press_sequentially("mission", delay=30)
    options = page.get_by_role("option")
    expect(options.first).to_be_visible()
    expect(field(page)).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_text(re.compile("propositions?, flèches? pour choisir"))).to_be_attached()
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    chosen = options.first.get_attribute("id")
    expect(field(page)).to_have_attribute("aria-activedescendant", chosen)
    assert violations(page) == []
    address = options.first.get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address}")


def test_escape_closes_the_suggestions_and_keeps_the_words(page):
    page.goto("/", wait_until="networkidle")
    field(page).press_sequentially("mission", delay=30)
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    expect(field(page)).to_have_value("mission")
    expect(field(page)).to_be_focused()


def test_enter_searches_what_is_typed(page):
    page.goto("/", wait_until="networkidle")
    field(page).press_sequentially("mediatheque", delay=10)
    page.keyboard.press("Enter")
    page.wait_for_url("**/recherche/?q=mediatheque")
    expect(page.get_by_role("article").first).to_contain_text("Médiathèque")


def test_leaving_the_field_closes_the_suggestions(page):
    page.goto("/structures/", wait_until="networkidle")
    search = page.get_by_role("banner").get_by_role("combobox")
    search.press_sequentially("mission", delay=30)
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("option")).to_have_count(0)


def test_a_suggestion_can_be_clicked(page):
    page.goto("/structures/", wait_until="networkidle")
    page.get_by_role("banner").get_by_role("combobox").press_sequentially("mission", delay=30)
    option = page.get_by_role("option").first
    address = option.get_attribute("href")
    option.click()
    page.wait_for_url(f"**{address}")


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_filter_swaps_the_results_and_back_restores_them(sheet, width):
    page = sheet("/recherche/?q=aide", width)
    before = count(page)
    tick(page, width, "^Gratuit")
    expect(page).to_have_url(re.compile(r"\?q=aide&frais=gratuit$"))
    assert not was_reloaded(page)
    assert count(page) < before
    expect(page.locator("#annonce")).to_have_text(re.compile(f"^{count(page)} fiche"))
    expect(page.get_by_role("link", name=re.compile("Retirer le filtre Gratuit"))).to_be_visible()
    page.go_back()
    expect(page).to_have_url(re.compile(r"\?q=aide$"))
    expect(page.locator("#resultats .compte-fiches")).to_have_text(re.compile(f"^{before} "))
    expect(page.locator("input[name=frais][value=gratuit]")).not_to_be_checked()


def test_sheet_of_filters_stays_open_while_boxes_are_ticked(sheet):
    page = sheet("/recherche/?q=aide", PHONE)
    page.get_by_role("button", name=re.compile("^Filtrer")).click()
    page.get_by_role("checkbox", name=re.compile("^Gratuit")).check()
    expect(page).to_have_url(re.compile("frais=gratuit"))
    expect(page.get_by_role("checkbox", name=re.compile("^Gratuit"))).to_be_checked()
    expect(page.get_by_role("checkbox", name=re.compile("^Gratuit"))).to_be_focused()
    assert violations(page) == []
    page.get_by_role("button", name=re.compile("^Voir : ")).click()
    expect(page.get_by_role("button", name="Filtrer (1)")).to_be_visible()


def test_what_was_unfolded_stays_so(sheet):
    page = sheet("/recherche/")
    page.get_by_text("Plus de filtres").click()
    page.locator("#plus-de-filtres input").first.check()
    expect(page.locator(".choisi").first).to_be_visible()
    page.locator(".choisi").first.click()
    expect(page).to_have_url(re.compile(r"/recherche/$"))
    assert page.locator("#plus-de-filtres").evaluate("volet => volet.open")
    assert not was_reloaded(page)


def test_typing_on_the_results_page_swaps_them(sheet):
    page = sheet("/recherche/?q=aide")
    field(page).fill("médiathèque")
    expect(page.get_by_role("article").first).to_contain_text("Médiathèque")
    expect(page.get_by_role("heading", level=1)).to_have_text("« médiathèque »")
    expect(field(page)).to_be_focused()
    assert not was_reloaded(page)


def test_commune_is_typed_and_a_distance_chosen(sheet):
    page = sheet("/recherche/")
    page.get_by_label("Nom d’une commune").fill("villeurbanne")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=re.compile("Retirer le filtre Villeurbanne"))).to_be_visible()
    page.get_by_label("Autour de Villeurbanne").select_option("10")
    expect(page).to_have_url(re.compile(r"commune=69266&rayon=10$"))


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_everything_works_without_javascript(browser, base_url, width):
    context = browser.new_context(
        java_script_enabled=False, base_url=base_url, viewport={"width": width, "height": 900}
    )
    page = context.new_page()
    page.goto("/")
    page.get_by_role("main").get_by_role("searchbox").fill("aide")
    page.keyboard.press("Enter")
    before = count(page)
    if width == PHONE:
        page.get_by_role("button", name=re.compile("^Filtrer")).click()
    page.get_by_role("checkbox", name=re.compile("^Gratuit")).check()
    page.get_by_role("button", name="Appliquer").click()
    assert count(page) < before
    page.get_by_role("link", name=re.compile("Retirer le filtre Gratuit")).click()
    assert count(page) == before
    page.get_by_role("link", name="Suivante").click()
    expect(page.get_by_text("Page 2 sur")).to_be_visible()
    context.close()


def test_nothing_read_is_kept_by_the_browser(sheet):
    """A front-desk computer is shared: htmx keeps no copy of the pages, and going back asks the server."""
    page = sheet("/recherche/?q=aide")
    tick(page, DESK, "^Gratuit")
    expect(page).to_have_url(re.compile("frais=gratuit"))
    kept = page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
    assert "carte" not in kept
    assert "htmx-history-cache" not in kept
