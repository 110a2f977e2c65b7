"""What a person does, in a real browser: from the home page to the sheet on paper."""

import re

import pytest
from playwright.sync_api import expect

PHONE = {"width": 360, "height": 740}


def test_social_worker_goes_from_tab_to_printed_fiche(page):
    page.goto("/")
    page.get_by_role("link", name=re.compile("^Insertion professionnelle")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Insertion professionnelle")
    page.get_by_role("article").get_by_role("link", name=re.compile("Mission Locale")).first.click()
    for section in ("Objectifs", "Public", "Conditions d’accès", "Déroulement", "Lieu et horaires"):
        expect(page.get_by_role("heading", name=section, exact=True)).to_be_visible()
    address = page.get_by_role("link", name="Imprimer la fiche").get_attribute("href")
    response = page.request.get(address)
    assert response.headers["content-type"] == "application/pdf"
    assert response.body().startswith(b"%PDF-")


def test_search_box_finds_a_structure_by_its_name_without_accents(page):
    page.goto("/")
    page.get_by_role("main").get_by_label("Que cherchez-vous ?").fill("mediatheque")
    page.keyboard.press("Enter")
    expect(page.get_by_role("article").first).to_contain_text("Médiathèque")


def test_phone_reaches_a_fiche_and_its_call_link(page):
    page.set_viewport_size(PHONE)
    page.goto("/structures/mission-locale/insertion-professionnelle/")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]
    expect(page.locator('a[href^="tel:+33"]').first).to_be_visible()


@pytest.mark.parametrize("how", ["hover", "focus", "click"])
def test_acronym_is_explained_in_place(page, how):
    page.goto("/structures/mdr/aide-ponctuelle-urgence/")
    word = page.locator(".sigle__mot").first
    note = page.locator(".sigle__bulle").first
    expect(note).to_be_hidden()
    getattr(word, how)()
    expect(note).to_be_visible()


def test_keyboard_alone_goes_to_the_content_then_to_a_tab(page):
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Aller au contenu")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_pages_work_without_javascript(browser, base_url):
    context = browser.new_context(java_script_enabled=False, base_url=base_url)
    page = context.new_page()
    page.goto("/")
    page.get_by_role("link", name=re.compile("^Logement")).click()
    page.get_by_role("article").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Lieu et horaires")).to_be_visible()
    context.close()


def test_member_logs_in_with_password_and_sees_partner_contacts(page, log_in):
    log_in("accueil")
    page.goto("/structures/mission-locale/")
    expect(page.get_by_text("Entre partenaires").first).to_be_visible()


def test_member_logs_in_with_a_code_sent_by_email(page, demonstration):
    page.goto("/comptes/login/")
    page.get_by_role("link", name="Recevoir un code par courriel").click()
    page.get_by_label("Courriel").fill(demonstration.comptes["benevole"])
    page.get_by_role("main").get_by_role("button").first.click()
    newest = max((demonstration.var / "courriels").iterdir(), key=lambda path: path.stat().st_mtime)
    code = re.search(r"^\s*([A-Z0-9]{3,}-?[A-Z0-9]{3,})\s*$", newest.read_text(), re.MULTILINE)
    page.get_by_role("main").get_by_role("textbox").first.fill(code.group(1))
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_text("Compte", exact=True)).to_be_visible()


def test_wrong_password_is_said_in_french_and_the_address_is_kept(page):
    page.goto("/comptes/login/")
    page.get_by_label("Courriel").fill("accueil@repertoire.example.org")
    page.get_by_label("Mot de passe").fill("pas celui-là")
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("main")).to_contain_text("mot de passe")
    expect(page.get_by_label("Courriel")).to_have_value("accueil@repertoire.example.org")


def test_unknown_address_proposes_what_it_seemed_to_ask_for(page):
    response = page.goto("/structures/mision-locale/")
    assert response.status == 404
    expect(page.get_by_role("link", name="Mission Locale")).to_be_visible()
