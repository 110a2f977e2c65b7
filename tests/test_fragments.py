"""What is kept in memory, or drawn, for many readers: changes are seen at once, and nobody's own is shown to others."""

import pytest
from django.db import transaction
from django.test import Client

from structures.droits import load_droits, public_droits, read_public_droits
from structures.models import Coordination, Membre, Territoire, Theme, Version
from structures.version import TABLE, draw_jeton, read_version, touch_version
from tests import fabriques

PAGE = "/charte/?territoire=ouverte"


@pytest.fixture
def open_world(monde):
    """The small world, read once by the public: all is in memory."""
    Client().get(PAGE)
    return monde


def read(client, address=PAGE):
    return client.get(address).content.decode()


def reload(territoire):
    return Territoire.objects.get(pk=territoire.pk)


def test_name_of_the_table_is_that_of_the_model():
    assert Version._meta.db_table == TABLE


@pytest.mark.django_db
def test_version_is_never_zero_once_written():
    assert read_version() == (0, 0)
    touch_version()
    first = read_version()
    touch_version()
    second = read_version()
    assert (first[0], second[0]) == (1, 2)
    assert len({0, first[1], second[1], draw_jeton()}) == 4


WRITES = {
    "save": lambda t: (setattr(t, "nom", "Rebaptisée"), t.save()),
    "save of one field": lambda t: (setattr(t, "nom", "Rebaptisée"), t.save(update_fields=["nom"])),
    "update": lambda t: Territoire.objects.filter(pk=t.pk).update(nom="Rebaptisée"),
    "bulk_update": lambda t: (setattr(t, "nom", "Rebaptisée"), Territoire.objects.bulk_update([t], ["nom"])),
    "update of children": lambda t: t.parent.enfants.filter(pk=t.pk).update(nom="Rebaptisée"),
}


@pytest.mark.parametrize("write", WRITES)
def test_new_name_of_a_territory_is_seen_at_once(open_world, write):
    client = Client()
    assert ">Ouverte<" in read(client)
    WRITES[write](reload(open_world.public.territoire))
    page = read(client)
    assert ">Rebaptisée<" in page
    assert ">Ouverte<" not in page


def test_territory_turned_partner_only_then_public_again(open_world):
    territoire = reload(open_world.public.territoire)
    for acces, status in (("partenaires", 404), ("public", 200)):
        territoire.acces = acces
        territoire.save()
        assert Client().get(PAGE).status_code == status


def test_territory_that_moves_changes_what_contains_it(open_world):
    elsewhere = fabriques.TerritoireFactory()
    territoire = reload(open_world.public.territoire)
    territoire.parent = elsewhere
    territoire.save()
    stored = public_droits().territoires[territoire.pk]
    assert stored.ancestor_ids == [elsewhere.pk, territoire.pk]
    assert elsewhere.pk in public_droits().scope_of(stored)


def test_new_and_deleted_territories_are_known_at_once(open_world):
    one = fabriques.TerritoireFactory()
    many = Territoire.objects.bulk_create(
        Territoire(nom=f"Lot {n}", slug=f"lot-{n}", niveau="commune", chemin=f"/{n}/") for n in (8001, 8002)
    )
    assert {one.pk, *(t.pk for t in many)} <= set(public_droits().territoires)
    reload(one).delete()
    Territoire.objects.filter(slug__startswith="lot-").delete()
    assert not {one.pk, *(t.pk for t in many)} & set(public_droits().territoires)


def test_membership_and_coordination_are_read_at_each_request(open_world):
    user = open_world.personae["membre"]
    territoire = open_world.public.territoire.pk
    assert territoire in load_droits(user).territoires_membre
    Membre.objects.filter(user=user).update(parti_le="2026-01-01")
    assert territoire not in load_droits(user).territoires_lus - public_droits().territoires_lus
    assert load_droits(user).territoires_partenaires == frozenset()
    Coordination.objects.bulk_create([Coordination(user=user, territoire=open_world.prive.territoire)])
    assert open_world.prive.territoire.pk in load_droits(user).territoires_coordonnes
    open_world.prive.structure.save()
    fabriques.MembreFactory(user=user, structure=open_world.prive.structure)
    assert load_droits(user).territoires_membre == {open_world.prive.territoire.pk}
    type(open_world.prive.structure).objects.filter(pk=open_world.prive.structure.pk).update(
        statut="archivee"
    )
    assert load_droits(user).territoires_membre == frozenset()


def test_new_name_of_a_theme_is_seen_at_once(open_world):
    assert "Hébergement d’essai" in read(Client())
    theme = Theme.objects.get(pk=open_world.public.theme.pk)
    theme.nom = "Toit d’essai"
    theme.save()
    assert "Toit d’essai" in read(Client())
    assert "Hébergement d’essai" not in read(Client())
    Theme.objects.bulk_create([Theme(nom="Venu par lot", slug="venu-par-lot")])
    assert "Venu par lot" in read(Client())


def test_change_that_is_rolled_back_leaves_nothing_in_memory(open_world):
    before = read_version()
    with transaction.atomic():
        territoire = reload(open_world.public.territoire)
        territoire.nom, territoire.acces = "Jamais", "partenaires"
        territoire.save()
        theme = Theme.objects.get(pk=open_world.public.theme.pk)
        theme.nom = "Jamais non plus"
        theme.save()
        # Read in the middle of what will be undone: kept under a token that never comes again.
        assert Client().get(PAGE).status_code == 404
        assert "Jamais non plus" in read(open_world.client("membre"))
        transaction.set_rollback(True)
    assert read_version() == before
    for client in (Client(), open_world.client("membre")):
        page = read(client)
        assert ">Ouverte<" in page
        assert "Jamais" not in page


def test_second_request_reads_no_territory_again(open_world, django_assert_num_queries):
    kept = public_droits()
    with django_assert_num_queries(1):
        assert public_droits() is kept


def test_nothing_is_kept_before_anything_was_written(open_world):
    Version.objects.all().delete()
    read_public_droits.cache_clear()
    assert public_droits() is not public_droits()
    assert load_droits(open_world.personae["membre"]).territoires_membre == {open_world.public.territoire.pk}


def test_what_everybody_shares_is_not_changed_in_place(open_world):
    shared = public_droits().territoires[open_world.public.territoire.pk]
    shared.contact_coordination = "autre@example.org"
    with pytest.raises(RuntimeError, match="read it again"):
        shared.save()
    assert reload(shared).contact_coordination != "autre@example.org"


def test_menu_that_is_kept_is_not_shown_to_who_may_not_read_it(open_world):
    """The private répertoire is in the menu of its coordinator only, whoever came first."""
    for persona in ("coordinateur_autre_territoire", "anonyme", "membre", "admin", "anonyme"):
        page = read(open_world.client(persona))
        allowed = persona in {"coordinateur_autre_territoire", "admin"}
        assert ("?territoire=fermee" in page) == allowed, persona
        assert ("Se déconnecter" in page) == (persona != "anonyme")
        assert ("Connexion" in page) == (persona == "anonyme")


def test_part_that_is_kept_says_the_page_and_the_territory_being_read(open_world):
    Territoire.objects.filter(pk=open_world.prive.territoire.pk).update(acces="public")
    for address, current in (
        (PAGE, ""),
        ("/sigles/?territoire=ouverte", '/sigles/" aria-current="page"'),
        ("/annexes/?territoire=ouverte", '/annexes/" aria-current="page"'),
        ("/sigles/?territoire=fermee", '/sigles/" aria-current="page"'),
    ) * 2:
        page = read(Client(), address)
        menu = page[page.index('id="menu"') : page.index("</header>")]
        assert menu.count('aria-current="page"') == bool(current)
        assert current in menu
        slug = address.split("=")[1]
        assert f'?territoire={slug}" aria-current="true"' in menu
        assert f'<span class="marque__lieu">{slug.capitalize()}</span>' in page


def test_tab_of_the_theme_being_read_is_marked(open_world):
    theme = open_world.public.theme.get_absolute_url()
    for _ in range(2):
        assert f'href="{theme}"' in read(Client(), PAGE)
        tabs = read(Client(), theme + "?territoire=ouverte")
        tabs = tabs[tabs.index('id="onglets"') : tabs.index("<main")]
        assert tabs.count('aria-current="true"') == 1
        tabs = read(Client(), PAGE)
        assert "aria-current" not in tabs[tabs.index('id="onglets"') : tabs.index("<main")]


def test_address_printed_on_paper_is_that_of_the_request(open_world):
    for address in (PAGE, "/sigles/?territoire=ouverte"):
        assert f"http://testserver{address}. Les horaires" in read(Client(), address)
