"""The borders of the project: which app imports which, what templates may hold, migrations that follow models."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.views import defaults
from django.views.csrf import csrf_failure

ROOT = Path(settings.BASE_DIR)
# One arrow: parcours → structures → repertoire. The list of addresses alone may import every app.
FORBIDDEN = {"repertoire": {"structures", "parcours"}, "structures": {"parcours"}}
EXCEPTIONS = {"repertoire/urls.py"}


def imported_modules(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("app", FORBIDDEN)
def test_import_arrow(app):
    wrong = [
        f"{path.relative_to(ROOT)} → {module}"
        for path in (ROOT / app).rglob("*.py")
        if str(path.relative_to(ROOT)) not in EXCEPTIONS
        for module in imported_modules(path)
        if module.split(".")[0] in FORBIDDEN[app] | {"tests", "bench"}
    ]
    assert wrong == []


def test_templates_hold_no_inline_script_nor_style():
    """The CSP would refuse them. PDF sheets are not pages."""
    events = "click|change|submit|load|input|error|focus|blur|key[a-z]+|mouse[a-z]+"
    inline = re.compile(
        rf"""<script(?![^>]*\b(?:src=|type="application/json"))|\sstyle=|\son(?:{events})=|<style""",
        re.IGNORECASE,
    )
    wrong = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "templates").rglob("*.html")
        if "pdf" not in path.parts and inline.search(path.read_text(encoding="utf-8"))
    ]
    assert wrong == []


# What reads the page's own context: the territory, the reader, the messages, the tabs.
READS_THE_PAGE = {"marque.html", "messages.html", "onglets.html", "urgences.html"}


def test_every_include_says_which_arguments_it_takes():
    opening = re.compile(r"^(\{% load [^%]+%\}\s*)?(\{#|\{% comment)")
    wrong = [
        path.name
        for path in (ROOT / "templates" / "includes").glob("*.html")
        if not opening.match(path.read_text(encoding="utf-8"))
    ]
    assert wrong == []


def test_includes_see_only_their_arguments():
    call = re.compile(r'\{% include "includes/([a-z_]+\.html)"([^%]*)%\}')
    wrong = [
        f"{path.relative_to(ROOT)} : {name}"
        for path in (ROOT / "templates").rglob("*.html")
        for name, arguments in call.findall(path.read_text(encoding="utf-8"))
        if name not in READS_THE_PAGE and not arguments.rstrip().endswith("only")
    ]
    assert wrong == []


@pytest.mark.django_db
def test_migrations_follow_models():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize(
    "render, code, title",
    [
        (lambda request: defaults.server_error(request), 500, "Panne"),
        (lambda request: defaults.bad_request(request, ValueError()), 400, "Demande incomprise"),
        (lambda request: csrf_failure(request), 403, "Formulaire expiré"),
    ],
)
def test_bare_error_pages_need_neither_database_nor_context(rf, render, code, title):
    response = render(rf.get("/"))
    assert response.status_code == code
    assert f"<title>{title} — Répertoire</title>" in response.content.decode()
    assert 'href="/"' in response.content.decode()
