"""Redo the pictures of the guides from a served demonstration: `.venv/bin/python docs/images/refaire.py URL`.

They show the accounts and the invented data of `make demo`. What is open is true at that instant: served on a weekday
morning, the pictures say more. Serve with SITE_URL=http://repertoire.example.org, which is printed on the sheets.
"""

import io
import os
import shutil
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

DOSSIER = Path(__file__).resolve().parent
COMPTES = DOSSIER.parent.parent / "fixtures" / "caluire" / "comptes.toml"
POIDS_MAXIMAL = 150 * 1024
TELEPHONE = {"viewport": {"width": 360, "height": 720}, "device_scale_factor": 2, "has_touch": True}
BUREAU = {"viewport": {"width": 1280, "height": 860}}
LARGEUR_FEUILLE = 900  # pixels: the sheet stays readable, and lighter than the limit
OPTIONS_CHROMIUM = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",
]

FICHE = "/structures/mission-locale/insertion-professionnelle/"
FEUILLE = "/structures/les-veilleuses/garde-d-enfants/fiche.pdf"
REFUGE = "/structures/le-passage/"


@dataclass(frozen=True)
class Vue:
    """One picture. ``partie``: the element that is taken alone; ``depuis``: the one that the window starts at."""

    nom: str
    adresse: str
    ecran: dict
    compte: str = ""
    partie: str = ""
    depuis: str = ""


VUES = [
    Vue("accueil-telephone", "/", TELEPHONE),
    Vue("fiche-telephone", FICHE, TELEPHONE),
    Vue("connexion-telephone", "/comptes/login/", TELEPHONE),
    Vue("adresse-public", REFUGE, TELEPHONE, partie=".lieu:has-text('Adresse non communiquée')"),
    Vue(
        "adresse-partenaire", REFUGE, TELEPHONE, "accueil", partie=".lieu:has-text('Adresse confidentielle')"
    ),
    Vue("onglet-bureau", "/themes/garde-d-enfants/", BUREAU, "accueil"),
    Vue("fiche-bureau", FICHE, BUREAU, "accueil"),
    Vue("orienter-bureau", FICHE, BUREAU, "accueil", partie="section.reserve"),
    Vue("structure-referent", "/structures/mission-locale/", BUREAU, "referent"),
    Vue("feuille-a-remettre", FEUILLE, BUREAU),
    Vue("feuille-partenaires", f"{FICHE}fiche.pdf?pour=partenaires", BUREAU, "accueil"),
    Vue("admin-lieu", "/admin/structures/lieu/?q=mission", BUREAU, "admin", depuis=".field-horaires_accueil"),
]


def main(url: str) -> None:
    comptes = tomllib.loads(COMPTES.read_text(encoding="utf-8"))
    courriels = {compte["email"].split("@")[0]: compte["email"] for compte in comptes["compte"]}
    with sync_playwright() as playwright:
        navigateur = launch_chromium(playwright)
        for vue in VUES:
            page = open_page(navigateur, url, vue.ecran)
            if vue.compte:
                log_in(page, courriels[vue.compte], comptes["mot_de_passe"])
            poids = write_png(vue.nom, take(page, vue))
            sys.stdout.write(f"{vue.nom}.png : {poids // 1024} Kio\n")
            page.context.close()
        navigateur.close()


def launch_chromium(playwright) -> Browser:
    """Start Debian's Chromium, the one of the tests: Playwright's own download is not used."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        sys.exit("Chromium manque : « make test » l’installe.")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return playwright.chromium.launch(executable_path=chromium, args=[*OPTIONS_CHROMIUM, *sandbox])


def open_page(navigateur: Browser, url: str, ecran: dict) -> Page:
    contexte = navigateur.new_context(
        **ecran,
        base_url=url,
        locale="fr-FR",
        timezone_id="Europe/Paris",
        color_scheme="light",
        reduced_motion="reduce",
    )
    return contexte.new_page()


def log_in(page: Page, courriel: str, mot_de_passe: str) -> None:
    page.goto("/comptes/login/")
    page.get_by_label("Courriel").fill(courriel)
    page.get_by_label("Mot de passe").fill(mot_de_passe)
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url("**/")


def take(page: Page, vue: Vue) -> Image.Image:
    """Return the picture of a page, of a part of it, or of the first page of a PDF."""
    if ".pdf" in vue.adresse:
        return draw_sheet(page.request.get(vue.adresse))
    reponse = page.goto(vue.adresse)
    if vue.adresse.startswith("/admin/"):
        page.locator("#result_list tbody th a").first.click()
    elif not reponse.ok:
        sys.exit(f"{vue.adresse} répond {reponse.status} : la démonstration est-elle chargée ?")
    page.evaluate("document.fonts.ready")
    if vue.partie:
        return Image.open(io.BytesIO(page.locator(vue.partie).first.screenshot()))
    if vue.depuis:
        page.locator(vue.depuis).first.evaluate("element => element.scrollIntoView({block: 'start'})")
    return Image.open(io.BytesIO(page.screenshot()))


def draw_sheet(reponse) -> Image.Image:
    if not reponse.ok:
        sys.exit(f"{reponse.url} répond {reponse.status} : la démonstration est-elle chargée ?")
    document = pypdfium2.PdfDocument(reponse.body())
    feuille = document[0]
    return feuille.render(scale=LARGEUR_FEUILLE / feuille.get_width()).to_pil()


def write_png(nom: str, image: Image.Image) -> int:
    """Write a picture in as many colours as its weight allows, and return that weight in bytes."""
    for couleurs in (128, 64, 32, 16):
        contenu = io.BytesIO()
        reduite = image.convert("RGB").quantize(couleurs, dither=Image.Dither.NONE)
        reduite.save(contenu, "PNG", optimize=True)
        if contenu.tell() <= POIDS_MAXIMAL:
            (DOSSIER / f"{nom}.png").write_bytes(contenu.getvalue())
            return contenu.tell()
    sys.exit(f"{nom}.png dépasse {POIDS_MAXIMAL // 1024} Kio, même en seize couleurs.")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Usage : .venv/bin/python docs/images/refaire.py http://localhost:8000")
    main(sys.argv[1])
