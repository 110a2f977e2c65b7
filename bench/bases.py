"""Databases to measure: generated territories of both engines, each made once for all the measures of a run."""

import contextlib
import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.serveur import BancError, find_postgresql, make_environment, manage, run, temporary_database

GRAINE = 20_260_301


@dataclass(frozen=True)
class Base:
    """A database that holds a generated territory. ``adresse``: as DATABASE_URL gives it."""

    moteur: str
    fiches: int
    adresse: str
    environnement: dict

    @property
    def postgresql(self):
        """Its address when its processes are others than those of the server; None for SQLite."""
        return self.adresse if self.moteur == "postgresql" else None

    def ask(self, module, *arguments):
        """Run a module of the bench in this database; return what it answers, read from JSON."""
        said = run([sys.executable, "-m", module, *map(str, arguments)], self.environnement)
        try:
            return json.loads(said)
        except ValueError as error:
            raise BancError(f"« {module} » a répondu autre chose que du JSON :\n{said[:500]}") from error


class Bases:
    """Makes the databases that are asked for, in a folder, and drops them at the end (``pile``)."""

    def __init__(self, dossier, pile, say):
        self.dossier, self.pile, self.say = Path(dossier), pile, say
        self.postgresql = None
        self.known, self.modeles = {}, {}

    def is_ready(self, moteur):
        """Tell whether an engine answers; say it when it does not."""
        if moteur == "sqlite" or self.postgresql:
            return True
        self.postgresql = find_postgresql()
        if not self.postgresql:
            self.say(
                "PostgreSQL ne répond pas, ou n’y laisse pas créer de base : mesuré sur SQLite seulement."
            )
        return bool(self.postgresql)

    def find(self, moteur, taille):
        """Return the Base of a size on an engine that is ready, generated at the first call."""
        if (moteur, taille) not in self.known:
            self.known[moteur, taille] = self.generate(moteur, taille)
        return self.known[moteur, taille]

    def generate(self, moteur, taille):
        modele = self.find_modele(moteur)
        self.say(f"Territoire de {taille} fiches ({moteur})")
        adresse = self.create(self.pile, moteur, taille, modele)
        environnement = make_environment(self.dossier, adresse)
        manage(environnement, "generer_territoire", "--fiches", taille, "--seed", GRAINE, "--slug", "bench")
        self.settle(moteur, adresse)
        return Base(moteur, taille, adresse, environnement)

    def find_modele(self, moteur):
        """Return the address of the database that holds what does not depend on the size."""
        if moteur not in self.modeles:
            self.say(f"Communes et vocabulaire ({moteur})")
            self.modeles[moteur] = self.create(self.pile, moteur, "modele")
            prepare(make_environment(self.dossier, self.modeles[moteur]))
        return self.modeles[moteur]

    @contextlib.contextmanager
    def copy(self, base):
        """Yield a copy of a Base that nobody reads at this moment, to be written in."""
        with contextlib.ExitStack() as pile:
            adresse = self.create(pile, base.moteur, f"{base.fiches}_copie", base.adresse)
            self.settle(base.moteur, adresse)
            yield Base(base.moteur, base.fiches, adresse, make_environment(self.dossier, adresse))

    def create(self, pile, moteur, nom, modele=None):
        """Return the address of a new database, a copy of the one at ``modele`` when there is one."""
        if moteur == "postgresql":
            return pile.enter_context(temporary_database(self.postgresql, f"repertoire_bench_{nom}", modele))
        fichier = self.dossier / f"{nom}.sqlite3"
        pile.callback(remove_sqlite, fichier)
        if modele:
            copy_sqlite(Path(modele.removeprefix("sqlite:///")), fichier)
        return f"sqlite:///{fichier}"

    def settle(self, moteur, adresse):
        """Do at once what autovacuum does within a minute in production."""
        if moteur == "postgresql":
            with psycopg.connect(adresse, autocommit=True) as connexion:
                connexion.execute("VACUUM ANALYZE")


def copy_sqlite(source, copie):
    # The last writes may still be in the journal beside the database.
    for suffix in ("", "-wal"):
        if Path(f"{source}{suffix}").exists():
            shutil.copyfile(f"{source}{suffix}", f"{copie}{suffix}")


def remove_sqlite(fichier):
    for suffix in ("", "-wal", "-shm"):
        Path(f"{fichier}{suffix}").unlink(missing_ok=True)


def prepare(environnement):
    """Fill a new database with what does not depend on the size, and collect the static files once."""
    manage(environnement, "migrate", "--verbosity", "0")
    manage(environnement, "charger_geographie", "--verbosity", "0")
    manage(environnement, "charger_vocabulaire", "--verbosity", "0")
    if not (Path(environnement["REPERTOIRE_VAR"]) / "statiques").exists():
        manage(environnement, "collectstatic", "--noinput", "--verbosity", "0")
