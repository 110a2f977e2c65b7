"""The printed sheets: what they say, to whom, on how many pages, and whether software can read them aloud."""

import io
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import cv2
import numpy
import page as page_validation
import pdfua
import pypdf
import pypdfium2
import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone

from repertoire import pdf
from structures import impression
from structures.affichage import present_fiche, present_structure
from structures.droits import load_droits
from structures.models import Competence, Contact
from structures.vocabulaires import load_vocabulaire
from tests import fabriques
from tests.conftest import SECRET_ADRESSE, SECRET_CONTACT, SECRET_PROCEDURE

JOUR = date(2026, 3, 1)
INTERDIT = "Réservé aux partenaires — ne pas remettre à la personne"


def words(content):
    """Return the text of a PDF on one line, no-break spaces made plain."""
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    return " ".join(text.replace("\u00a0", " ").split())


def squeezed(content):
    """Return the text of a PDF without any white space: what a line break may cut is found all the same."""
    return words(content).replace(" ", "")


def height_of(content, text):
    """Return how high a text stands on the first page, in points from its bottom."""
    textpage = pypdfium2.PdfDocument(content)[0].get_textpage()
    index, count = textpage.search(text).get_next()
    textpage.count_rects(index, count)
    return textpage.get_rect(0)[3]


def count_pages(content):
    return len(pypdf.PdfReader(io.BytesIO(content)).pages)


def find_failures(content):
    report = page_validation.validate_pdf_bytes(content, profile="ua1")
    failures = [f"{failure.rule_id} : {failure.message}" for failure in report.failures]
    findings = pdfua.validate(io.BytesIO(content)).findings
    return failures + [f"{f.rule_id} : {f.message}" for f in findings if f.severity.name != "INFO"]


def decode_qr(content):
    image = pypdfium2.PdfDocument(content)[0].render(scale=3).to_numpy()
    text, _corners, _code = cv2.QRCodeDetector().detectAndDecode(numpy.ascontiguousarray(image[:, :, :3]))
    return text


def present(fiche, user=None):
    """Return the FicheVue, and the arguments to print it, as the view makes them."""
    droits = load_droits(user or AnonymousUser())
    territoire = fiche.structure.territoire
    vocabulaire = load_vocabulaire(droits, territoire)
    permanences = fiche.permanences.select_related("lieu__structure").prefetch_related("lieu__periodes")
    contacts = list(Contact.objects.filter(structure=fiche.structure).visible_to(droits))
    vue = present_fiche(fiche, permanences, droits, vocabulaire, now=timezone.localtime(), contacts=contacts)
    return vue, {"territoire": territoire, "sigles": vocabulaire.sigles, "jour": JOUR}


@pytest.fixture
def fiche(db):
    """An ordinary fiche, every field filled in."""
    territoire = fabriques.TerritoireFactory(nom="Caluire-et-Cuire")
    fabriques.CommuneFactory()
    structure = fabriques.StructureFactory(
        territoire=territoire, nom="Mission de quartier", telephone="+33465711234", complete=True
    )
    theme = fabriques.ThemeFactory(nom="Insertion professionnelle", couleur="canard", pictogramme="briefcase")
    fiche = fabriques.CompetenceFactory(
        structure=structure,
        theme=theme,
        complete=True,
        permanence=None,
        objectifs="Trouver un emploi, avec la CAF et le QQAP.",
        conditions_acces="- habiter la commune\n- avoir 16 ans",
    )
    lieu = fabriques.LieuFactory(
        structure=structure,
        nom="Accueil du centre",
        adresse="12 place des Essais",
        acces="Bus 33, arrêt Hôtel de Ville",
        telephone="",
        horaires_accueil="Mo-Fr 09:00-12:00; PH off",
        accessible=True,
    )
    fabriques.PermanenceFactory(competence=fiche, lieu=lieu, horaires_accueil="")
    # The number to call is that of the fiche’s own contact, when it has one.
    Contact.objects.filter(competence=fiche).update(telephone="+33465711234")
    fabriques.PeriodeFactory(lieu=lieu)
    fabriques.SigleFactory(sigle="QQAP", signification="quartier d’essai")
    return fiche


@pytest.fixture
def sheet(fiche):
    vue, arguments = present(fiche)
    return impression.render_fiche(vue, **arguments)


# --- what is on it


def test_sheet_holds_all_one_needs_to_go_there(sheet, fiche):
    text = words(sheet)
    for expected in (
        "Mission de quartier",
        "Insertion professionnelle",
        "04 65 71 12 34",
        "12 place des Essais",
        "69300 Caluire-et-Cuire",
        "Bus 33, arrêt Hôtel de Ville",
        "Du lundi au vendredi 9 h – 12 h",
        "Jours fériés fermé",
        "Congés annuels",
        "Pièce d’identité ou titre de séjour",
        "Carte d’étudiant",
        "Payant. Deux euros par séance.",
        "français, arabe",
        "Se présenter à l’accueil le matin.",
        "Appeler la référente avec l’accord de la personne.",
        "Moteur accessible (déclaré par la structure)",
        "Non renseignée : auditif, mental, visuel",
        "Places disponibles",
        "Imprimé le 1er mars 2026",
        "Confirmée le",
    ):
        assert expected in text


def test_sections_come_in_the_order_of_the_seed(sheet):
    text = words(sheet)
    titles = ("Objectifs", "Public", "Conditions d’accès", "Déroulement", "Lieu et horaires")
    positions = [text.index(title) for title in titles]
    assert positions == sorted(positions)


def test_acronyms_of_the_text_are_explained_at_the_foot(sheet):
    assert "QQAP : quartier d’essai" in words(sheet)


def test_acronym_that_does_not_occur_is_not_listed(fiche):
    fabriques.SigleFactory(sigle="ABSENT", signification="jamais écrit")
    vue, arguments = present(fiche)
    assert "jamais écrit" not in words(impression.render_fiche(vue, **arguments))


def test_unknown_is_said_and_never_taken_for_closed_or_open_to_all(db):
    fiche = fabriques.CompetenceFactory()
    lieu = fabriques.LieuFactory(structure=fiche.structure, sans_horaires=True)
    fabriques.PermanenceFactory(competence=fiche, lieu=lieu, horaires_accueil="")
    vue, arguments = present(fiche)
    text = words(impression.render_fiche(vue, **arguments))
    assert "Horaires non renseignés : téléphoner avant de venir." in text
    assert "Public Non renseigné" in text
    assert "Coût Non renseigné" in text
    assert "fermé" not in text
    assert "Tous publics" not in text


def test_suspension_is_said(db):
    fiche = fabriques.CompetenceFactory(suspendue=True)
    vue, arguments = present(fiche)
    text = words(impression.render_fiche(vue, **arguments))
    assert "Suspendue jusqu’au" in text
    assert "Travaux dans les locaux" in text


def test_sheet_says_when_nobody_comes_alone(db):
    fiche = fabriques.CompetenceFactory(
        mobilisable_par=["professionnels"], modes_mobilisation=["envoyer-un-courriel"]
    )
    vue, arguments = present(fiche)
    text = words(impression.render_fiche(vue, **arguments))
    assert "Comment venir Sur orientation d’un professionnel." in text
    assert "Comment orienter quelqu’un Envoyer un courriel" in text


def test_qr_code_leads_back_to_the_fiche(sheet, fiche):
    address = f"{settings.SITE_URL}{fiche.get_absolute_url()}"
    assert decode_qr(sheet) == address
    assert address.removeprefix("https://").rstrip("/") in squeezed(sheet)


def test_structure_sheet_holds_its_fiches_places_and_qr_code(fiche):
    vue, arguments = present_whole_structure(fiche.structure)
    content = impression.render_structure(vue, **arguments)
    text = words(content)
    for expected in (
        "Une structure d’essai.",
        "Insertion professionnelle",
        "Familles de la commune.",
        "12 place des Essais",
        "Du lundi au vendredi 9 h – 12 h",
        "04 65 71 12 34",
    ):
        assert expected in text
    assert "Prévenir quand un rendez-vous" not in text
    assert decode_qr(content) == f"{settings.SITE_URL}{fiche.structure.get_absolute_url()}"


def present_whole_structure(structure, user=None):
    droits = load_droits(user or AnonymousUser())
    vocabulaire = load_vocabulaire(droits, structure.territoire)
    now = timezone.localtime()
    fiches = [
        present_fiche(fiche, fiche.permanences.all(), droits, vocabulaire, now=now)
        for fiche in Competence.objects.filter(structure=structure).select_related("theme", "structure")
    ]
    contacts = Contact.objects.filter(structure=structure).visible_to(droits)
    vue = present_structure(structure, fiches, structure.lieux.all(), contacts, droits, now=now)
    return vue, {"territoire": structure.territoire, "sigles": vocabulaire.sigles, "jour": JOUR}


def test_own_hours_of_a_fiche_are_on_the_structure_sheet(fiche):
    fiche.permanences.update(horaires_accueil="Tu 14:00-17:00; PH off")
    vue, arguments = present_whole_structure(fiche.structure)
    assert "Accueil du centre : Mardi 14 h – 17 h" in words(impression.render_structure(vue, **arguments))


# --- who may read what


@pytest.mark.parametrize("name", ["competence_pdf", "structure_pdf"])
def test_anonymous_sheet_holds_nothing_reserved(monde, name):
    text = words(monde.client("anonyme").get(sheet_address(monde, name)).content)
    for secret in (SECRET_ADRESSE, SECRET_CONTACT, SECRET_PROCEDURE, "entre partenaires", INTERDIT):
        assert secret not in text
    assert "Contact public" in text


@pytest.mark.parametrize("name", ["competence_pdf", "structure_pdf"])
def test_a_sheet_is_handed_over_and_holds_nothing_reserved_even_printed_by_a_partner(monde, name):
    text = words(monde.client("membre").get(sheet_address(monde, name)).content)
    for secret in (SECRET_ADRESSE, SECRET_CONTACT, SECRET_PROCEDURE, "entre partenaires", INTERDIT):
        assert secret not in text
    assert "Contact public" in text


@pytest.mark.parametrize("name", ["competence_pdf", "structure_pdf"])
def test_partner_sheet_says_at_the_top_that_it_is_not_to_be_handed_over(monde, name):
    content = monde.client("membre").get(sheet_address(monde, name), {"pour": "partenaires"}).content
    assert SECRET_CONTACT in words(content)
    assert height_of(content, INTERDIT) > height_of(content, "Contact public")
    assert height_of(content, INTERDIT) > height_of(content, SECRET_CONTACT)


@pytest.mark.parametrize("name", ["competence_pdf", "structure_pdf"])
def test_asking_for_the_partners_sheet_gives_no_right(monde, name):
    for persona in ("anonyme", "coordinateur_autre_territoire"):
        content = monde.client(persona).get(sheet_address(monde, name), {"pour": "partenaires"}).content
        assert SECRET_CONTACT not in words(content)
        assert SECRET_PROCEDURE not in words(content)


def test_confidential_address_is_printed_for_nobody(monde):
    for persona in ("membre", "referent", "coordinateur", "admin"):
        for name in ("competence_pdf", "structure_pdf"):
            address = sheet_address(monde, name)
            text = words(monde.client(persona).get(address, {"pour": "partenaires"}).content)
            assert SECRET_ADRESSE not in text
            assert "Adresse non communiquée, pour la sécurité des personnes accueillies." in text
            assert "Téléphonez : on vous dira comment venir." in text


def test_structure_sheet_to_hand_over_leaves_partner_fiches_out(monde):
    fabriques.CompetenceFactory(structure=monde.public.structure, nom="Fiche entre nous", partenaires=True)
    vue, arguments = present_whole_structure(monde.public.structure, monde.personae["membre"])
    assert "Fiche entre nous" in words(impression.render_structure(vue, **arguments, pour_partenaires=True))
    assert "Fiche entre nous" not in words(impression.render_structure(vue, **arguments))


def sheet_address(monde, name):
    slugs = [monde.public.structure.slug, monde.public.theme.slug]
    return reverse(f"structures:{name}", args=slugs[: 2 if name == "competence_pdf" else 1])


# --- pages


def test_ordinary_fiche_keeps_to_one_page_without_page_numbers(sheet):
    assert count_pages(sheet) == 1
    assert "page 1" not in words(sheet)


def fill(fiche, sentences):
    """Lengthen every part of a fiche, and end each one with a word of its own."""
    body = "Une phrase de longueur moyenne pour remplir la feuille. " * sentences
    for name in ("objectifs", "publics_precisions", "conditions_acces", "deroulement", "venir_precisions"):
        setattr(fiche, name, f"{body}\n- {body}fin-de-{name.replace('_', '-')}")
    fiche.mobilisation_precisions = f"{body}fin-de-mobilisation"
    fiche.lieux.update(acces=f"{body}fin-de-acces")
    return fiche


MARKS = (
    "objectifs",
    "publics-precisions",
    "conditions-acces",
    "deroulement",
    "venir-precisions",
    "mobilisation",
    "acces",
)


@pytest.mark.parametrize("sentences", [1, 2, 3, 4, 6, 9])
def test_nothing_is_lost_whatever_the_length(fiche, sentences):
    """WeasyPrint drops what overflows from two floats when nothing follows them: the sheet must not."""
    vue, arguments = present(fill(fiche, sentences))
    text = squeezed(impression.render_fiche(vue, **arguments))
    assert [mark for mark in MARKS if f"fin-de-{mark}" not in text] == []
    assert "12placedesEssais" in text
    assert "Deuxeurosparséance" in text


def test_giant_fiche_has_numbered_pages_that_pass_the_validators(fiche):
    for _ in range(3):
        lieu = fabriques.LieuFactory(structure=fiche.structure)
        fabriques.PermanenceFactory(competence=fiche, lieu=lieu)
    vue, arguments = present(fill(fiche, 6))
    content = impression.render_fiche(vue, **arguments)
    pages = count_pages(content)
    assert pages >= 2
    assert f"page {pages} sur {pages}" in words(content)
    assert find_failures(content) == []


def test_what_one_needs_to_go_there_is_on_the_first_of_several_pages(fiche):
    fill(fiche, 9)
    fiche.lieux.update(acces="Bus 33, arrêt Hôtel de Ville")
    vue, arguments = present(fiche)
    content = impression.render_fiche(vue, **arguments)
    assert count_pages(content) > 1
    first = first_page(content)
    for expected in ("0465711234", "12placedesEssais", "Bus33", "Dulundiauvendredi9h–12h"):
        assert expected in first


def test_structure_of_many_fiches_says_first_where_it_is_and_how_to_call(fiche):
    for rank in range(14):
        fabriques.CompetenceFactory(
            structure=fiche.structure,
            nom=f"Atelier {rank}",
            publics_precisions="Pour les habitants de la commune. " * 6,
        )
    vue, arguments = present_whole_structure(fiche.structure)
    content = impression.render_structure(vue, **arguments)
    assert count_pages(content) > 1
    first = first_page(content)
    for expected in ("0465711234", "12placedesEssais", "Dulundiauvendredi9h–12h"):
        assert expected in first
    assert find_failures(content) == []


def first_page(content):
    text = pypdf.PdfReader(io.BytesIO(content)).pages[0].extract_text()
    return "".join(text.replace("\u200b", "").split())


def test_slightly_long_fiche_is_tightened_to_one_page(fiche):
    """The text shrinks before a second page begins, never below 9 points."""
    vue, arguments = present(fill(fiche, 2))
    content = impression.render_fiche(vue, **arguments)
    assert count_pages(content) == 1
    assert min(list_text_sizes(content)) >= 8.99


def list_text_sizes(content):
    """Return the size of each character of a PDF, in points."""
    textpage = pypdfium2.PdfDocument(content)[0].get_textpage()
    sizes = (pypdfium2.raw.FPDFText_GetFontSize(textpage, i) for i in range(textpage.count_chars()))
    return [size for size in sizes if size > 1]  # invented characters (line ends) have none


@pytest.mark.parametrize(
    "nom", ["جمعية الأمل", "Les Amis 🎈 d’Ève", "Łódź & Cie <b>", "Anticonstitutionnellement" * 6]
)
def test_any_name_is_printed_inside_the_page(fiche, nom):
    fiche.structure.nom = fiche.nom = nom
    vue, arguments = present(fiche)
    content = impression.render_fiche(vue, **arguments)
    document = pypdfium2.PdfDocument(content)
    width, _height = document[0].get_size()
    textpage = document[0].get_textpage()
    assert max(textpage.get_rect(i)[2] for i in range(textpage.count_rects())) < width
    assert pypdf.PdfReader(io.BytesIO(content)).metadata.title == f"{nom} — {nom}"


# --- the file


def test_sheets_pass_the_pdf_ua_validators(fiche):
    admin = fabriques.UserFactory(admin=True)
    vue, arguments = present(fiche, admin)
    assert find_failures(impression.render_fiche(vue, **arguments)) == []
    vue, arguments = present_whole_structure(fiche.structure, admin)
    assert find_failures(impression.render_structure(vue, **arguments)) == []


def test_validators_see_what_is_wrong():
    """Without a language nor a title, both must complain: a check that cannot fail proves nothing."""
    untitled = pdf.HTML(string="<p>Essai").render(font_config=pdf.fonts()).write_pdf()
    assert find_failures(untitled) != []


def test_file_has_language_title_and_author(sheet):
    reader = pypdf.PdfReader(io.BytesIO(sheet))
    assert reader.trailer["/Root"]["/Lang"] == "fr"
    assert reader.metadata.title == "Mission de quartier — Insertion professionnelle"
    assert reader.metadata.author == "Répertoire · Caluire-et-Cuire"


def test_fonts_are_embedded_and_ours(sheet):
    fonts = pypdf.PdfReader(io.BytesIO(sheet)).pages[0]["/Resources"]["/Font"].values()
    descendants = [font.get_object()["/DescendantFonts"][0].get_object() for font in fonts]
    assert descendants
    for font in descendants:
        assert "Atkinson" in font["/BaseFont"]
        assert "/FontFile2" in font["/FontDescriptor"]


def test_same_sheet_is_the_same_bytes(fiche, sheet):
    vue, arguments = present(fiche)
    assert impression.render_fiche(vue, **arguments) == sheet


def test_printing_asks_nothing_of_the_database(fiche, django_assert_num_queries):
    vue, arguments = present(fiche)
    with django_assert_num_queries(0):
        impression.render_fiche(vue, **arguments)


def test_several_threads_may_print_at_once(fiche, sheet):
    vue, arguments = present(fiche)
    with ThreadPoolExecutor(3) as pool:
        sheets = list(pool.map(lambda _: impression.render_fiche(vue, **arguments), range(3)))
    assert sheets == [sheet] * 3


# --- no network


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/a.png",
        "https://example.org/a.css",
        "ftp://example.org/a",
        "file:///etc/passwd",
        f"file://{settings.BASE_DIR}/static/../repertoire/settings.py",
        f"file://{settings.BASE_DIR}/static/%2e%2e/repertoire/settings.py",
        f"file://example.org{settings.BASE_DIR}/static/css/pdf.css",
        "data:text/html,<p>x",
        "static/css/pdf.css",
    ],
)
def test_fetcher_refuses_what_is_not_ours(url):
    with pytest.raises(ValueError, match="Refusé"):
        pdf.FETCHER.fetch(url)


def test_fetcher_reads_our_static_files():
    with closing(pdf.FETCHER.fetch(f"file://{settings.BASE_DIR}/static/css/pdf.css")) as response:
        assert b"@font-face" in response.read()
    with closing(pdf.FETCHER.fetch("data:image/svg+xml,<svg/>")) as response:
        assert response.read() == b"<svg/>"


def test_missing_icon_or_file_is_not_a_crash_but_a_sentence():
    assert "<title>Thème</title>" in pdf.icone_svg("icone-disparue", "Thème")
    with pytest.raises(FileNotFoundError, match="css/absent"):
        pdf.find_static("css/absent.css")


def test_titles_of_drawings_are_escaped():
    assert "<title>&lt;b&gt;</title>" in pdf.icone_svg("bookmark", "<b>")
    assert "<title>a &amp; b</title>" in pdf.qr_svg("https://example.org/", "a & b")


def test_sheet_without_territory_still_prints(fiche):
    vue, arguments = present(fiche)
    arguments["territoire"] = None
    reader = pypdf.PdfReader(io.BytesIO(impression.render_fiche(vue, **arguments)))
    assert reader.metadata.author == "Répertoire"


def test_unknown_colour_falls_back(fiche):
    vue, arguments = present(fiche)
    theme = SimpleNamespace(nom="Thème", couleur="disparue", pictogramme="disparu")
    vue = replace(vue, theme=theme)
    assert count_pages(impression.render_fiche(vue, **arguments)) == 1
