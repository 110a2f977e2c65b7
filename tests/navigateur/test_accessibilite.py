"""axe-core on every page, light and dark, phone and desk; weight of the first load; nothing from elsewhere."""

from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

PAGES = {
    "accueil": "/",
    "recherche": "/recherche/?q=centre",
    "recherche-vide": "/recherche/?q=zzzzzz",
    "besoin": "/recherche/besoin/",
    "theme": "/themes/logement/",
    "sous-theme": "/themes/hebergement-urgence/",
    "structures": "/structures/",
    "lettre": "/structures/?lettre=c",
    "structure": "/structures/centre-social-et-culturel/",
    "structure-abri": "/structures/le-passage/",
    "fiche": "/structures/mdr/aide-ponctuelle-urgence/",
    "fiche-complete": "/structures/service-enfance-et-petite-enfance/garde-d-enfants/",
    "annexes": "/annexes/",
    "sigles": "/sigles/",
    "charte": "/charte/",
    "introuvable": "/structures/nulle-part/",
    "connexion": "/comptes/login/",
    "code": "/comptes/login/code/",
    "mot-de-passe": "/comptes/password/reset/",
}
LOGGED_IN = {
    "structure-partenaire": "/structures/mission-locale/",
    "fiche-partenaire": "/structures/mdr/suivi-social/",
    "changer": "/comptes/password/change/",
    "courriels": "/comptes/email/",
    "double": "/comptes/2fa/",
}
STANDARD = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}
KIB = 1024


def violations(page):
    found = Axe().run(page, options=STANDARD).response["violations"]
    return [(v["id"], [node["target"] for node in v["nodes"]][:5]) for v in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_no_violation_on_public_pages(browser, base_url, width, scheme):
    context = browser.new_context(
        base_url=base_url, viewport={"width": width, "height": 900}, color_scheme=scheme
    )
    page = context.new_page()
    found = {}
    for name, address in PAGES.items():
        page.goto(address)
        if problems := violations(page):
            found[name] = problems
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found[f"{name} déborde"] = width
    context.close()
    assert found == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_no_violation_when_logged_in(page, log_in, width, scheme):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    log_in("accueil")
    found = {}
    for name, address in LOGGED_IN.items():
        page.goto(address)
        if problems := violations(page):
            found[name] = problems
    assert found == {}


@pytest.mark.parametrize("name", PAGES)
def test_first_load_is_light_and_asks_nobody_else(browser, base_url, name):
    """At most 150 KiB on the wire for a first visit, nothing from another host, nothing refused by the CSP."""
    context = browser.new_context(base_url=base_url)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    received, hosts, refused = [], set(), []
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.on(
        "console",
        lambda message: refused.append(message.text) if "Content Security" in message.text else None,
    )
    page.goto(PAGES[name], wait_until="networkidle")
    context.close()
    assert sum(received) <= 150 * KIB
    assert hosts == {urlsplit(base_url).netloc}
    assert refused == []
