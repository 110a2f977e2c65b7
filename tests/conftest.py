"""What every test stands on: strict templates, a small world with its personae, a real browser."""

from dataclasses import dataclass
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from structures.affichage import name_territories
from structures.droits import read_public_droits
from structures.recherche.comptage import tampon
from structures.views.memoire import PAGES
from structures.vocabulaires import read_vocabulaire
from tests import fabriques

# Marks planted in what the public must never read: tests look for them in every page, PDF and result.
SECRET_ADRESSE = "17 impasse du Marqueur Secret"
SECRET_CONTACT = "Marquerite Cachottier"
SECRET_PROCEDURE = "procédure marquée confidentielle"

PERSONAE = (
    "anonyme",
    "membre",
    "membre_autre_structure",
    "referent",
    "coordinateur",
    "coordinateur_autre_territoire",
    "admin",
)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Let PostgreSQL drop the test database: a thread that a test started may have left its connection open."""
    yield
    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
        connection.close()


@pytest.fixture(autouse=True)
def strict_settings(settings):
    """Plain static files (the manifest is the deployment's), fast passwords, mail kept in memory."""
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.WHITENOISE_AUTOREFRESH = True  # nothing was collected
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.SITE_URL = "https://repertoire.example.org"
    settings.COMPTAGE_DELAI = None  # a test writes what was counted when it wants to


@pytest.fixture(autouse=True)
def empty_memories(strict_settings):
    """Forget what processes keep in memory: ids are used again from one test to the next."""
    cache.clear()
    read_public_droits.cache_clear()
    read_vocabulaire.cache_clear()
    name_territories.cache_clear()
    tampon.waiting.clear()
    PAGES.clear()


@dataclass
class Monde:
    """A public territory and a partner-only one next door, each with what may and may not be read."""

    public: SimpleNamespace
    prive: SimpleNamespace
    personae: dict

    def client(self, persona):
        """Return a test client logged in as a persona."""
        client = Client()
        if user := self.personae[persona]:
            client.force_login(user)
        return client


def make_territory(parent, nom, acces, theme):
    territoire = fabriques.TerritoireFactory(nom=nom, slug=nom.lower(), parent=parent, acces=acces)
    structure = fabriques.StructureFactory(
        territoire=territoire,
        nom=f"Refuge de {nom}",
        slug=f"refuge-{nom.lower()}",
        attentes="attentes entre partenaires",
        limites="limites entre partenaires",
    )
    lieu = fabriques.LieuFactory(
        structure=structure, nom="Mise à l’abri", adresse=SECRET_ADRESSE, adresse_confidentielle=True
    )
    fiche = fabriques.CompetenceFactory(
        structure=structure,
        theme=theme,
        mobilisation_precisions=SECRET_PROCEDURE,
        mobilisation_visibilite="partenaires",
    )
    fabriques.PermanenceFactory(competence=fiche, lieu=lieu)
    fabriques.ContactFactory(structure=structure, nom=SECRET_CONTACT, visibilite="partenaires")
    fabriques.ContactFactory(structure=structure, nom="Contact public", visibilite="public")
    fabriques.ContactFactory(structure=structure, nom="Contact coordination", visibilite="coordination")
    annexe = fabriques.AnnexeFactory(territoire=territoire, themes=[theme])
    return SimpleNamespace(
        territoire=territoire, structure=structure, lieu=lieu, fiche=fiche, annexe=annexe, theme=theme
    )


@pytest.fixture
def monde(db):
    """The small world on which rights are tried."""
    departement = fabriques.TerritoireFactory(nom="Departement", slug="departement", ouvert=False)
    theme = fabriques.ThemeFactory(nom="Hébergement d’essai", slug="hebergement-essai")
    public = make_territory(departement, "Ouverte", "public", theme)
    prive = make_territory(departement, "Fermee", "partenaires", theme)
    autre = fabriques.StructureFactory(
        territoire=public.territoire, nom="Autre partenaire", slug="autre-partenaire"
    )
    fabriques.SigleFactory(sigle="ZZAP", signification="Zone d’essai des sigles expliqués", territoire=None)
    member = fabriques.MembreFactory(structure=public.structure).user
    other = fabriques.MembreFactory(structure=autre).user
    referent = fabriques.MembreFactory(structure=public.structure, role="referent").user
    coordinator = fabriques.CoordinationFactory(territoire=public.territoire).user
    neighbour = fabriques.CoordinationFactory(territoire=prive.territoire).user
    admin = fabriques.UserFactory(is_staff=True, is_superuser=True)
    return Monde(
        public,
        prive,
        dict(zip(PERSONAE, (None, member, other, referent, coordinator, neighbour, admin), strict=True)),
    )
