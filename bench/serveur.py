"""Servers and databases to measure: gunicorn on the loopback, temporary databases of both engines."""

import contextlib
import gzip
import http.client
import os
import socket
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg
from psycopg import sql

RACINE = Path(__file__).resolve().parent.parent
HOTE = "bench.example.org"
# What a browser sends, and what a reverse proxy adds.
ENTETES = {"Host": HOTE, "X-Forwarded-Proto": "https", "Accept": "text/html", "Accept-Encoding": "gzip"}
DEMARRAGE_S = 60


class BancError(Exception):
    """A measure could not be made; the message is a French sentence."""


@dataclass
class Mesures:
    """What was measured of one address on one server: seconds per request, seconds of processor in all."""

    durees: list = field(default_factory=list)
    cpu: float = 0.0
    cpu_base: float = 0.0
    octets: list = field(default_factory=list)

    def add(self, other):
        self.durees += other.durees
        self.octets += other.octets
        self.cpu += other.cpu
        self.cpu_base += other.cpu_base

    def summary(self):
        """Return figures for a table, in milliseconds and kilobytes."""
        return {
            "requetes": len(self.durees),
            "mediane_ms": round(statistics.median(self.durees) * 1000, 3),
            "p95_ms": round(statistics.quantiles(self.durees, n=20, method="inclusive")[-1] * 1000, 3),
            "cpu_ms": round(self.cpu / len(self.durees) * 1000, 3),
            "cpu_base_ms": round(self.cpu_base / len(self.durees) * 1000, 3),
            "ko_transferes": round(statistics.mean(self.octets) / 1000, 1),
        }


class Serveur:
    """gunicorn with two workers, as in production. ``base``: the address of its PostgreSQL database, if any.

    With one worker, what a process does at its first request can be told from what it does later.
    """

    def __init__(self, application, environnement, base=None, workers=2):
        self.base = base
        self.port = free_port()
        # Kept open between two rounds: a new connection might reach a worker that was not warmed up.
        options = ["--workers", str(workers), "--threads", "4", "--keep-alive", "300", "--log-level", "error"]
        self.processus = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{self.port}", *options],
            cwd=RACINE,
            env=environnement,
        )
        self.connexion = None

    def __enter__(self):
        try:
            self.wait_until_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *raised):
        if self.connexion:
            self.connexion.close()
        self.processus.terminate()
        try:
            self.processus.wait(15)
        except subprocess.TimeoutExpired:
            self.processus.kill()
            self.processus.wait()

    def wait_until_ready(self):
        limit = time.monotonic() + DEMARRAGE_S
        while time.monotonic() < limit:
            if self.processus.poll() is not None:
                raise BancError("Le serveur à mesurer s’est arrêté au démarrage (voir ci-dessus).")
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.1)
        raise BancError(f"Le serveur à mesurer ne répond pas après {DEMARRAGE_S} secondes.")

    def get(self, adresse):
        """Ask for an address on the connection that is kept open; return the body. Anything but 200 is an error."""
        for attempt in (1, 2):
            if self.connexion is None:
                self.connexion = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                self.connexion.request("GET", adresse, headers=ENTETES)
                reponse = self.connexion.getresponse()
                corps = reponse.read()
                break
            except (http.client.RemoteDisconnected, ConnectionError):
                # The server may close a connection that has been idle: one new attempt.
                self.connexion.close()
                self.connexion = None
                if attempt == 2:
                    raise
        if reponse.status != 200:
            raise BancError(f"{adresse} répond {reponse.status} au lieu de 200.")
        return corps

    def measure(self, adresses, mesures, nombre):
        """Ask ``nombre`` times for ``adresses`` in turn, and add what it cost to ``mesures``."""
        workers, backends = self.list_workers(), self.list_backends()
        cpu, cpu_base = cpu_seconds(workers), cpu_seconds(backends)
        for rang in range(nombre):
            debut = time.perf_counter()
            corps = self.get(adresses[rang % len(adresses)])
            mesures.durees.append(time.perf_counter() - debut)
            mesures.octets.append(len(corps))
        mesures.cpu += cpu_seconds(workers) - cpu
        mesures.cpu_base += cpu_seconds(backends) - cpu_base

    def read(self, adresse):
        """Ask for a page; return (its HTML, how long it took in seconds)."""
        debut = time.perf_counter()
        corps = self.get(adresse)
        duree = time.perf_counter() - debut
        return (gzip.decompress(corps) if corps[:2] == b"\x1f\x8b" else corps).decode(), duree

    def list_workers(self):
        return psutil.Process(self.processus.pid).children(recursive=True)

    def memory(self):
        """Return what the largest worker holds in memory, in megabytes."""
        return round(max(worker.memory_info().rss for worker in self.list_workers()) / 1e6)

    def list_backends(self):
        """Return the processes of PostgreSQL that serve this server, when they run on this machine."""
        if not self.base:
            return []
        with psycopg.connect(self.base) as connexion:
            rows = connexion.execute(
                "SELECT pid FROM pg_stat_activity"
                " WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
            ).fetchall()
        found = []
        for (pid,) in rows:
            with contextlib.suppress(psutil.Error):
                processus = psutil.Process(pid)
                if "postgres" in processus.name():
                    found.append(processus)
        return found


def start_bare(bases):
    """Return the server of the bare view."""
    return Serveur("bench.vue_nue:application", make_environment(bases.dossier, ""))


def cpu_seconds(processus):
    """Return the processor time used so far by processes, their threads included, those that ended too.

    Linux counts it in nanoseconds, and gives each process a clock that others may read (``clock_getcpuclockid``);
    elsewhere in hundredths of a second, too coarse for one page but not for hundreds.
    """
    total = 0.0
    for un in processus:
        if sys.platform == "linux":
            total += time.clock_gettime(~un.pid << 3 | 2)
        else:
            times = un.cpu_times()
            total += times.user + times.system
    return total


def free_port():
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        return prise.getsockname()[1]


def make_environment(dossier, base):
    """Return the variables of an installation as in production, whose files are all in ``dossier``."""
    left_out = {"DEBUG", "EMAIL_URL", "ALLOWED_HOSTS", "DJANGO_SETTINGS_MODULE"}
    return {name: value for name, value in os.environ.items() if name not in left_out} | {
        "DATABASE_URL": base,
        "PYTHONPATH": str(RACINE),
        "PYTHONDONTWRITEBYTECODE": "1",
        "REPERTOIRE_VAR": str(dossier),
        "SECRET_KEY": "bench-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
        "SITE_URL": f"https://{HOTE}",
        "TERRITOIRE_PAR_DEFAUT": "bench",
    }


def manage(environnement, *arguments):
    """Run a command of the project; show what it said if it fails."""
    run([sys.executable, "manage.py", *map(str, arguments)], environnement)


def run(commande, environnement):
    fini = subprocess.run(
        commande, cwd=RACINE, env=environnement, capture_output=True, text=True, check=False
    )
    if fini.returncode:
        raise BancError(f"« {' '.join(commande[1:])} » a échoué :\n{fini.stdout}{fini.stderr}")
    return fini.stdout


def find_postgresql():
    """Return the address of a PostgreSQL server where a database may be created, or None."""
    candidats = ["postgresql:///postgres", "postgresql://127.0.0.1:5432/postgres"]
    donnee = os.environ.get("DATABASE_URL", "")
    if donnee.startswith(("postgres://", "postgresql://")):
        candidats.insert(0, name_database(donnee, "postgres"))
    for candidat in candidats:
        with contextlib.suppress(psycopg.Error), psycopg.connect(candidat, connect_timeout=3) as connexion:
            peut_creer = connexion.execute(
                "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
            ).fetchone()[0]
            if peut_creer:
                return candidat
    return None


def name_database(adresse, nom):
    """Return the address of another database of the same server (urlunsplit would lose an empty host)."""
    debut, _, reglages = adresse.partition("?")
    return debut.rpartition("/")[0] + f"/{nom}" + (f"?{reglages}" if reglages else "")


@contextlib.contextmanager
def temporary_database(serveur, nom, modele=None):
    """Create a PostgreSQL database, yield its address, drop it. ``modele``: the address of the one to copy."""
    nom = f"{nom}_{os.getpid()}"
    creation = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(nom))
    if modele:
        creation += sql.SQL(" TEMPLATE {}").format(sql.Identifier(urlsplit(modele).path.lstrip("/")))
    with psycopg.connect(serveur, autocommit=True) as connexion:
        connexion.execute(creation)
    try:
        yield name_database(serveur, nom)
    finally:
        with psycopg.connect(serveur, autocommit=True) as connexion:
            connexion.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(nom)))
