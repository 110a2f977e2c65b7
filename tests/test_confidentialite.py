"""What is confidential stays so: every public page, sheet and result of the demonstration is read and searched."""

import html
import io
import re
from collections import deque
from urllib.parse import urljoin, urlsplit

import pypdf
import pytest
from django.core.management import call_command
from django.test import Client

from structures.models import Competence, Contact, Lieu, Structure, Territoire
from structures.validateurs import format_telephone

SKIPPED = ("/comptes/", "/admin/", "/static/")


@pytest.fixture
def demonstration(db, django_db_blocker):
    call_command("charger_geographie", verbosity=0)
    call_command("charger_demo", verbosity=0)


def secrets():
    """Yield what nobody outside may read, as (what it is, the text to look for)."""
    for lieu in Lieu.objects.filter(adresse_confidentielle=True):
        for value in (lieu.adresse, lieu.complement_adresse, lieu.acces, str(lieu.latitude or "")):
            if value:
                yield f"adresse de {lieu}", value.splitlines()[0]
    for contact in Contact.objects.exclude(visibilite="public"):
        means = (contact.nom, contact.courriel, contact.telephone and format_telephone(contact.telephone))
        yield from ((f"contact {contact.pk}", value) for value in means if value)
    for structure in Structure.objects.exclude(attentes="", limites=""):
        for value in (structure.attentes, structure.limites):
            if value:
                yield f"partenariat de {structure}", value.splitlines()[0]
    for fiche in Competence.objects.filter(mobilisation_visibilite="partenaires").exclude(
        mobilisation_precisions=""
    ):
        yield f"procédure de {fiche}", fiche.mobilisation_precisions.splitlines()[0]
    for fiche in Competence.objects.filter(mobilisation_visibilite="partenaires").exclude(
        lien_mobilisation=""
    ):
        yield f"lien de {fiche}", fiche.lien_mobilisation
    for fiche in Competence.objects.exclude(visibilite="public"):
        yield f"fiche {fiche}", fiche.objectifs.splitlines()[0]
    for structure in Structure.objects.filter(territoire__acces=Territoire.Acces.PARTENAIRES):
        yield f"structure {structure}", structure.nom


def readable_text(response):
    """Return what a person reads of an answer, on one line: a PDF's text, or a page's text and attributes."""
    if response["Content-Type"] == "application/pdf":
        text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(response.content)).pages)
    else:
        text = html.unescape(
            re.sub(r"</?(span|button|abbr|b|p|li|ul|br|a)\b[^>]*>", "", response.content.decode())
        )
    return fold_space(text)


def fold_space(text):
    return re.sub(r"[\s\u00a0\u202f\u00ad-]+", "", text)


def walk(client, starts):
    """Yield (address, answer) for every address of the site that can be reached by links from ``starts``."""
    seen, waiting = set(starts), deque(starts)
    while waiting:
        address = waiting.popleft()
        response = client.get(address)
        yield address, response
        if not response.get("Content-Type", "").startswith("text/html"):
            continue
        for link in re.findall(r'\s(?:href|action)="([^"]+)"', response.content.decode()):
            parts = urlsplit(urljoin(f"http://testserver{address}", html.unescape(link)))
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            known = parts.netloc == "testserver" and not parts.path.startswith(SKIPPED)
            if known and target not in seen:
                seen.add(target)
                waiting.append(target)


def test_nothing_confidential_on_any_public_page_or_sheet(demonstration):
    planted = [(what, fold_space(text)) for what, text in secrets()]
    assert len(planted) > 100
    # What is public elsewhere (a shared switchboard, a sentence that two fiches share) proves no leak.
    client = Client()
    searches = [
        f"/recherche/?q={word}" for word in ("abri", "refuge", "passage", "confidentiel", "partenaire")
    ]
    names = [structure.get_absolute_url() for structure in Structure.objects.all()]
    fiches = [fiche.get_absolute_url() for fiche in Competence.objects.select_related("structure", "theme")]
    pages, leaks = 0, []
    for address, response in walk(client, ["/", *searches, *names, *fiches]):
        assert response.status_code in {200, 302, 404}, address
        if response.status_code == 200:
            pages += 1
            text = readable_text(response)
            leaks += [(address, what) for what, mark in planted if mark in text]
    assert leaks == []
    assert pages > 350


def test_sheets_of_partners_never_carry_a_confidential_address(demonstration, django_user_model):
    """A sheet is paper: it is left on tables. The address is told by telephone, even to partners."""
    client = Client()
    client.force_login(django_user_model.objects.get(email="coordination@repertoire.example.org"))
    lieu = Lieu.objects.get(structure__slug="le-passage", adresse_confidentielle=True)
    page = client.get("/structures/le-passage/")
    assert fold_space(lieu.adresse) in readable_text(page)
    sheets = re.findall(r'href="([^"]+\.pdf[^"]*)"', page.content.decode())
    assert len(sheets) >= 2
    for address in sheets:
        assert fold_space(lieu.adresse) not in readable_text(client.get(html.unescape(address)))


def test_lists_never_tell_the_town_of_a_confidential_place(demonstration, django_user_model):
    client = Client()
    client.force_login(django_user_model.objects.get(email="coordination@repertoire.example.org"))
    lieu = Lieu.objects.get(structure__slug="le-passage", adresse_confidentielle=True)
    for address in ("/themes/logement/", "/recherche/?q=passage", "/", "/structures/"):
        assert fold_space(lieu.commune) not in readable_text(client.get(address))
