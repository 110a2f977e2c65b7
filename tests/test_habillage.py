"""What templates draw with exists, is vendored with its licence, keeps to the CSP and to the weight of a first load."""

import re
from pathlib import Path

import brotli
import django_htmx
import pytest
from django.template import Context, Template

from repertoire import palette
from repertoire.templatetags import habillage

RACINE = Path(palette.__file__).resolve().parent.parent
VENDOR = RACINE / "static" / "vendor"
GABARITS = sorted((RACINE / "templates").rglob("*.html"))
FIRST_LOAD = 150_000  # bytes, compressed
PAGE = 10_000  # of which the HTML of the heaviest page


def render(source, **context):
    return Template(source).render(Context(context))


def test_every_icon_is_vendored_alone_and_in_the_sprite():
    dossier = RACINE / "static" / Path(habillage.SPRITE).parent
    sprite = (RACINE / "static" / habillage.SPRITE).read_text(encoding="utf-8")
    assert set(re.findall(r'<symbol id="([^"]+)"', sprite)) == set(palette.TOUTES_LES_ICONES)
    assert {chemin.stem for chemin in (dossier / "icons").iterdir()} == set(palette.TOUTES_LES_ICONES)


@pytest.mark.parametrize(
    "gabarit", GABARITS, ids=lambda chemin: str(chemin.relative_to(RACINE / "templates"))
)
def test_template_draws_known_icons_and_keeps_to_the_csp(gabarit):
    source = gabarit.read_text(encoding="utf-8")
    assert set(re.findall(r'\{% icone "([^"]+)"', source)) <= set(palette.TOUTES_LES_ICONES)
    assert not re.search(r"<[^>]*\s(style|on[a-z]+)=", source)
    assert "<style" not in source
    for ouverture in re.findall(r"<script[^>]*>", source):
        assert " src=" in ouverture or 'type="application/json"' in ouverture


def test_every_vendored_path_that_is_named_exists():
    sources = [*GABARITS, *(RACINE / "static" / "css").glob("*.css"), *(RACINE / "repertoire").rglob("*.py")]
    nommes = {
        chemin
        for source in sources
        for chemin in re.findall(r"vendor/[\w.@/-]+\.\w+", source.read_text(encoding="utf-8"))
    }
    assert nommes
    for chemin in nommes:
        assert (RACINE / "static" / chemin).is_file(), chemin


def test_every_vendored_folder_says_its_version_and_licence():
    for dossier in VENDOR.iterdir():
        paquet, version = (dossier / "VERSION").read_text(encoding="utf-8").split()
        assert dossier.name.endswith(f"-{version}")
        assert "/" in paquet or dossier.name == f"{paquet}-{version}"
        assert (dossier / "LICENSE").stat().st_size > 500


def test_first_load_is_light():
    def weigh(chemin):
        contenu = chemin.read_bytes()
        # As browsers receive it over HTTPS; the typeface is compressed already.
        return len(contenu) if chemin.suffix == ".woff2" else len(brotli.compress(contenu))

    statiques = RACINE / "static"
    gabarit = (RACINE / "templates" / "base.html").read_text(encoding="utf-8")
    charges = {statiques / chemin for chemin in re.findall(r"static '([^']+\.(?:css|js|woff2))'", gabarit)}
    assert {chemin.suffix for chemin in charges} == {".css", ".js", ".woff2"}
    # What those call in turn: both halves of the typeface, the icons, and htmx where lists are filtered.
    charges |= {*VENDOR.glob("*/*.woff2"), statiques / habillage.SPRITE}
    charges.add(Path(django_htmx.__file__).parent / "static" / "django_htmx" / "htmx-2.min.js")
    assert sum(weigh(chemin) for chemin in charges) <= FIRST_LOAD - PAGE


def test_icon_alone_is_named_and_beside_words_is_silent():
    assert 'aria-hidden="true"' in render('{% icone "telephone" %}')
    nommee = render('{% icone "telephone" titre %}', titre='Téléphone "direct"')
    assert 'role="img" aria-label="Téléphone &quot;direct&quot;"' in nommee
    assert "aria-hidden" not in nommee


def test_pictogram_that_left_the_list_is_replaced():
    assert f"#{palette.PICTOGRAMME_PAR_DEFAUT}" in render("{% icone nom %}", nom="disparu")


@pytest.mark.parametrize(
    ("numero", "lu", "lien"),
    [
        ("+33465711234", "04 65 71 12 34", "tel:+33-4-65-71-12-34"),
        ("04 65 71 12 34", "04 65 71 12 34", "tel:+33-4-65-71-12-34"),
        ("+262262161234", "02 62 16 12 34", "tel:+262-262-16-12-34"),
        ("115", "115", "tel:115"),
        ("3919", "39 19", "tel:3919"),
        ("1044", "10 44", "tel:1044"),
        ("116006", "116 006", "tel:116006"),
        ("116117", "116 117", "tel:116117"),
        ("118712", "118 712", "tel:118712"),
        ("+590590123456", "05 90 12 34 56", "tel:+590-590-12-34-56"),
        ("+594594123456", "05 94 12 34 56", "tel:+594-594-12-34-56"),
        ("+596596123456", "05 96 12 34 56", "tel:+596-596-12-34-56"),
        ("+508411234", "05 08 41 12 34", "tel:+508-41-12-34"),
        ("+687261234", "26 12 34", "tel:+687-26-12-34"),
        ("+68940123456", "40 12 34 56", "tel:+689-40-12-34-56"),
        ("+41223456789", "+41 22 345 67 89", "tel:+41-22-345-67-89"),
        ("à venir", "à venir", "tel:"),
    ],
)
def test_telephone_is_written_in_pairs_and_dialled_from_abroad(numero, lu, lien):
    assert habillage.telephone(numero).replace("\N{NO-BREAK SPACE}", " ") == lu
    assert habillage.lien_telephone(numero) == lien


def test_acronym_is_explained_without_a_script_and_escaped():
    html = render('{% sigle mot "s1" sens phrase %}', mot="C<F", sens="Caisse", phrase="Elle <aide>.")
    assert 'popovertarget="s1"' in html
    assert 'aria-describedby="s1"' in html
    assert 'id="s1" popover' in html
    assert "C&lt;F" in html
    assert "<b>Caisse</b> Elle &lt;aide&gt;." in html
