"""A real server with the demonstration territory, as « make demo » runs it, and a real Chromium."""

import os
import shutil
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

import psycopg
import pytest
from psycopg import sql

# Playwright's synchronous interface keeps an event loop running in the process: Django would then refuse the
# database to every test that the same worker runs next.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 60


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.navigateur)


@dataclass(frozen=True)
class Demonstration:
    """The running demonstration: its address, the files it writes, its accounts by the first part of the e-mail."""

    url: str
    var: Path
    comptes: dict
    mot_de_passe: str


def free_port():
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        return prise.getsockname()[1]


@pytest.fixture(scope="session")
def own_database(worker_id):
    """Yield the DATABASE_URL of the server's own database: none on SQLite, a new one on PostgreSQL."""
    given = os.environ.get("DATABASE_URL", "")
    if not given.startswith("postgres"):
        yield ""
        return
    server, _, database = given.partition("?")[0].rpartition("/")
    name = f"test_{database}_navigateur_{worker_id}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        create = sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(sql.Identifier(name))
        connection.execute(drop)
        connection.execute(create)
        yield f"{server}/{name}"
        connection.execute(drop)


@pytest.fixture(scope="session")
def worker_id(request):
    return getattr(request.config, "workerinput", {}).get("workerid", "seul")


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory, own_database):
    """Start the demonstration in a folder of its own; stop it at the end of the tests."""
    var, port = tmp_path_factory.mktemp("demonstration"), free_port()
    environment = os.environ | {
        "REPERTOIRE_VAR": str(var),
        "SITE_URL": f"http://localhost:{port}",
        "SECRET_KEY": "clé d’essai " * 5,
        "DEBUG": "0",
    }
    environment.pop("DATABASE_URL", None)
    if own_database:
        environment["DATABASE_URL"] = own_database
    for command in (
        ["migrate", "--verbosity=0"],
        ["charger_geographie"],
        ["charger_demo"],
        ["collectstatic", "--noinput", "--verbosity=0"],
    ):
        subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
    bind = ["--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "4", "--log-level", "warning"]
    with subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "repertoire.wsgi:application", *bind], cwd=ROOT, env=environment
    ) as server:
        try:
            wait_for(f"http://127.0.0.1:{port}/sante/", server)
            comptes = tomllib.loads(
                (ROOT / "fixtures" / "caluire" / "comptes.toml").read_text(encoding="utf-8")
            )
            yield Demonstration(
                f"http://localhost:{port}",
                var,
                {compte["email"].split("@")[0]: compte["email"] for compte in comptes["compte"]},
                comptes["mot_de_passe"],
            )
        finally:
            server.terminate()


def wait_for(url, server):
    limit = time.monotonic() + START_SECONDS
    while time.monotonic() < limit:
        assert server.poll() is None, "le serveur s’est arrêté"
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise AssertionError("le serveur ne répond pas")


@pytest.fixture(scope="session")
def base_url(demonstration):
    return demonstration.url


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Debian's Chromium, which the set-up installs: Playwright's own download is not used."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert chromium, "Chromium manque : « make test » l’installe"
    quiet = [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
    ]
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return browser_type_launch_args | {
        "executable_path": chromium,
        "args": [*quiet, *sandbox, "--disable-gpu"],
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return browser_context_args | {"locale": "fr-FR", "timezone_id": "Europe/Paris"}


@pytest.fixture
def log_in(page, demonstration):
    """Return a function that logs a persona in by e-mail and password, through the form."""

    def log_in(persona):
        page.goto("/comptes/login/")
        page.get_by_label("Courriel").fill(demonstration.comptes[persona])
        page.get_by_label("Mot de passe").fill(demonstration.mot_de_passe)
        page.get_by_role("button", name="Se connecter").click()
        page.wait_for_url("**/")
        return page

    return log_in
