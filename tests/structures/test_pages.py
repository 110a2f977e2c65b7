"""What pages show: the right things, in the right order, whatever the address holds."""

from datetime import timedelta

import pytest
from django.utils import timezone

from structures.models import Territoire
from tests import fabriques

pytestmark = pytest.mark.django_db

HOSTILE = [
    "",
    "a",
    "é" * 10_000,
    "' OR 1=1 --",
    '"*NEAR-:^',
    "%_\\",
    "\x00",
    "🙂🙂",
    "مرحبا",
    "<script>alert(1)</script>",
    "{{ q }}",
]


def read(monde, address, persona="anonyme"):
    response = monde.client(persona).get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_home_counts_the_fiches_that_this_reader_may_read(monde):
    fabriques.CompetenceFactory(
        structure=monde.public.structure, theme=fabriques.ThemeFactory(nom="Secret"), partenaires=True
    )
    tabs = {
        persona: {
            onglet.nom: nombre
            for onglet, nombre in monde.client(persona).get("/?territoire=ouverte").context["onglets_comptes"]
        }
        for persona in ("anonyme", "membre")
    }
    assert (tabs["anonyme"]["Hébergement d’essai"], tabs["anonyme"]["Secret"]) == (1, 0)
    assert (tabs["membre"]["Hébergement d’essai"], tabs["membre"]["Secret"]) == (1, 1)


def test_home_shows_the_latest_changes_first(monde):
    for days in (30, 1, 10):
        fabriques.CompetenceFactory(
            structure__territoire=monde.public.territoire,
            structure__nom=f"Changée il y a {days} jours",
            date_maj=timezone.localdate() - timedelta(days=days),
            theme=monde.public.theme,
        )
    page = read(monde, "/?territoire=ouverte")
    order = [page.index(f"Changée il y a {days} jours") for days in (1, 10, 30)]
    assert order == sorted(order)


def test_sub_theme_counts_in_its_tab_and_has_its_own_page(monde):
    child = fabriques.ThemeFactory(nom="Sous-thème", slug="sous-theme", parent=monde.public.theme)
    fiche = fabriques.CompetenceFactory(structure=monde.public.structure, theme=child)
    assert fiche.get_absolute_url() in read(
        monde, monde.public.theme.get_absolute_url() + "?territoire=ouverte"
    )
    page = read(monde, "/themes/sous-theme/?territoire=ouverte")
    assert fiche.get_absolute_url() in page
    assert monde.public.fiche.get_absolute_url() not in page


def test_territory_renames_reorders_and_hides_themes(monde):
    other = fabriques.ThemeFactory(nom="Second", slug="second", ordre=1000)
    hidden = fabriques.ThemeFactory(nom="Caché", slug="cache-ici")
    fabriques.ReglageThemeFactory(theme=other, territoire=monde.public.territoire, nom="Renommé ici", ordre=0)
    fabriques.ReglageThemeFactory(theme=hidden, territoire=monde.public.territoire, masque=True)
    names = [
        onglet.nom
        for onglet, _ in monde.client("anonyme").get("/?territoire=ouverte").context["onglets_comptes"]
    ]
    assert names[0] == "Renommé ici"
    assert "Caché" not in names
    assert monde.client("anonyme").get("/themes/cache-ici/?territoire=ouverte").status_code == 404


def test_fiche_of_a_hidden_theme_stays_without_a_dead_link(monde):
    fabriques.ReglageThemeFactory(theme=monde.public.theme, territoire=monde.public.territoire, masque=True)
    page = read(monde, monde.public.fiche.get_absolute_url() + "?territoire=ouverte")
    assert monde.public.theme.get_absolute_url() not in page


def test_a_change_of_words_is_seen_at_once(monde):
    client = monde.client("anonyme")
    assert "Tout neuf" not in client.get("/?territoire=ouverte").content.decode()
    fabriques.ThemeFactory(nom="Tout neuf")
    assert "Tout neuf" in client.get("/?territoire=ouverte").content.decode()


def test_index_files_accents_under_their_letter(monde):
    for nom in ("Écrivain public", "Eau vive", "Zébulon", "3 petits tours"):
        fabriques.StructureFactory(territoire=monde.public.territoire, nom=nom)
    page = read(monde, "/structures/?territoire=ouverte&lettre=e")
    assert page.index("Eau vive") < page.index("Écrivain public")
    assert "Zébulon" not in page
    assert "3 petits tours" in read(monde, "/structures/?territoire=ouverte")


def test_acronyms_are_explained_once_where_they_appear(monde):
    monde.public.fiche.objectifs = "Avec le ZZAP, puis encore le ZZAP. Jamais ZZAPER."
    monde.public.fiche.save()
    page = read(monde, monde.public.fiche.get_absolute_url())
    assert page.count("Zone d’essai des sigles expliqués") == 1


def test_what_people_type_is_text(monde):
    monde.public.fiche.objectifs = "<script>alert(1)</script>\n- <b>gras</b>"
    monde.public.fiche.save()
    page = read(monde, monde.public.fiche.get_absolute_url())
    assert "<script>alert" not in page
    assert "&lt;b&gt;gras&lt;/b&gt;" in page


def test_not_filled_in_is_said_as_such(monde):
    fiche = fabriques.CompetenceFactory(structure=monde.public.structure, theme=fabriques.ThemeFactory())
    lieu = fabriques.LieuFactory(structure=monde.public.structure, horaires_accueil="")
    fabriques.PermanenceFactory(competence=fiche, lieu=lieu)
    page = read(monde, fiche.get_absolute_url())
    assert "Non renseigné" in page
    assert "Horaires non renseignés" in page
    assert "Tous publics" not in page


def test_suspended_and_full_are_said(monde):
    suspended = fabriques.CompetenceFactory(
        structure=monde.public.structure, theme=fabriques.ThemeFactory(), suspendue=True
    )
    full = fabriques.CompetenceFactory(
        structure=monde.public.structure,
        theme=fabriques.ThemeFactory(),
        disponibilite="complet",
        delai_attente_jours=180,
    )
    assert suspended.suspension_motif in read(monde, suspended.get_absolute_url())
    assert "environ 6 mois" in read(monde, full.get_absolute_url())


def test_fiche_begins_and_ends_on_its_days(monde):
    today = timezone.localdate()
    fiche = monde.public.fiche
    for debut, fin, expected in (
        (today, today, 200),
        (today + timedelta(days=1), None, 404),
        (None, today - timedelta(days=1), 404),
    ):
        fiche.debut, fiche.fin = debut, fin
        fiche.save()
        assert monde.client("anonyme").get(fiche.get_absolute_url()).status_code == expected


@pytest.mark.parametrize("query", HOSTILE)
def test_hostile_searches_are_ordinary_pages(monde, query):
    response = monde.client("anonyme").get("/recherche/", {"q": query})
    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()


@pytest.mark.parametrize("page", ["0", "-1", "1000000000", "abc", ""])
@pytest.mark.parametrize("address", ["/recherche/", "/structures/", "/themes/hebergement-essai/"])
def test_any_page_number_is_an_ordinary_page(monde, address, page):
    assert monde.client("anonyme").get(address, {"page": page}).status_code == 200


@pytest.mark.parametrize("territoire", ["inconnu", "fermee", "departement", "<b>", "\x00"])
def test_unknown_or_forbidden_territory_in_the_address_is_a_404(monde, territoire):
    for address in ("/", monde.public.fiche.get_absolute_url()):
        assert monde.client("anonyme").get(address, {"territoire": territoire}).status_code == 404


def test_empty_territory_in_the_address_is_the_usual_one(monde):
    assert monde.client("anonyme").get("/?territoire=").context["territoire"].slug == "ouverte"


def test_browser_remembers_the_territory_that_it_chose(monde):
    client = monde.client("admin")
    assert client.get("/", {"territoire": "fermee"}).context["territoire"].slug == "fermee"
    assert client.get("/").context["territoire"].slug == "fermee"


def test_only_partner_territories_ask_to_log_in(monde):
    Territoire.objects.update(acces="partenaires")
    response = monde.client("anonyme").get("/")
    assert (response.status_code, response["Location"]) == (302, "/comptes/login/")


def test_account_without_structure_is_told_what_to_do(monde):
    Territoire.objects.update(acces="partenaires")
    client = monde.client("anonyme")
    client.force_login(fabriques.UserFactory())
    assert "rattaché à aucune structure" in client.get("/").content.decode()


def test_unknown_slug_is_a_404_that_searches(monde):
    response = monde.client("anonyme").get("/structures/refuge-ouvert/")
    assert response.status_code == 404
    assert monde.public.structure.get_absolute_url() in response.content.decode()
    assert "Refuge de Fermee" not in response.content.decode()


def test_health_says_nothing_more_than_ok(monde):
    assert monde.client("anonyme").get("/sante/").json() == {"etat": "ok"}
