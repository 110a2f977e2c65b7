"""The table of rights: who reads what, from the QuerySets to the pages."""

import pytest

from structures.droits import load_droits, public_droits
from structures.models import Competence, Contact, Structure, Territoire
from tests import fabriques
from tests.conftest import PERSONAE, SECRET_ADRESSE, SECRET_CONTACT, SECRET_PROCEDURE

PARTNERS = {"membre", "membre_autre_structure", "referent", "coordinateur", "admin"}


@pytest.mark.parametrize("persona", PERSONAE)
def test_partner_only_part_of_a_public_territory(monde, persona):
    client = monde.client(persona)
    structure = client.get(monde.public.structure.get_absolute_url()).content.decode()
    fiche = client.get(monde.public.fiche.get_absolute_url()).content.decode()
    partner = persona in PARTNERS
    assert (SECRET_ADRESSE in structure, SECRET_ADRESSE in fiche) == (partner, partner)
    assert (SECRET_CONTACT in structure, SECRET_CONTACT in fiche) == (partner, partner)
    assert ("attentes entre partenaires" in structure) == partner
    assert ("limites entre partenaires" in structure) == partner
    assert (SECRET_PROCEDURE in fiche) == partner
    assert "Contact public" in structure
    assert ("Contact coordination" in structure) == (persona in {"referent", "coordinateur", "admin"})


@pytest.mark.parametrize("persona", PERSONAE)
def test_partner_only_territory_is_unknown_to_others(monde, persona):
    client = monde.client(persona)
    expected = 200 if persona in {"coordinateur_autre_territoire", "admin"} else 404
    assert client.get(monde.prive.structure.get_absolute_url()).status_code == expected
    assert client.get(monde.prive.fiche.get_absolute_url()).status_code == expected


def test_partner_only_fiche_of_a_public_territory(monde):
    theme = fabriques.ThemeFactory(slug="reserve")
    fiche = fabriques.CompetenceFactory(
        structure=monde.public.structure, theme=theme, visibilite="partenaires"
    )
    assert monde.client("anonyme").get(fiche.get_absolute_url()).status_code == 404
    assert monde.client("coordinateur_autre_territoire").get(fiche.get_absolute_url()).status_code == 404
    assert monde.client("membre_autre_structure").get(fiche.get_absolute_url()).status_code == 200


def test_who_left_loses_rights_at_once(monde):
    user = monde.personae["membre"]
    client = monde.client("membre")
    assert SECRET_CONTACT in client.get(monde.public.structure.get_absolute_url()).content.decode()
    user.membres.update(parti_le="2026-01-01")
    assert SECRET_CONTACT not in client.get(monde.public.structure.get_absolute_url()).content.decode()


def test_inactive_account_has_no_rights(monde):
    client = monde.client("membre")
    monde.personae["membre"].__class__.objects.filter(pk=monde.personae["membre"].pk).update(is_active=False)
    assert SECRET_CONTACT not in client.get(monde.public.structure.get_absolute_url()).content.decode()


def test_ancestor_publishes_for_its_descendants(monde):
    mdph = fabriques.StructureFactory(
        territoire=monde.public.territoire.parent, nom="MDPH d’essai", slug="mdph-essai"
    )
    fiche = fabriques.CompetenceFactory(structure=mdph, theme=monde.public.theme)
    page = monde.client("anonyme").get(monde.public.theme.get_absolute_url() + "?territoire=ouverte")
    assert fiche.get_absolute_url() in page.content.decode()


def test_sibling_territory_does_not_show_its_structures(monde):
    neighbour = fabriques.TerritoireFactory(parent=monde.public.territoire.parent, slug="voisine")
    structure = fabriques.StructureFactory(
        territoire=neighbour, nom="Chez la voisine", slug="chez-la-voisine"
    )
    fabriques.CompetenceFactory(structure=structure, theme=monde.public.theme)
    page = monde.client("anonyme").get(monde.public.theme.get_absolute_url() + "?territoire=ouverte")
    assert "Chez la voisine" not in page.content.decode()


def test_member_of_the_departement_is_partner_below(monde):
    structure = fabriques.StructureFactory(territoire=monde.public.territoire.parent, slug="mdr-essai")
    droits = load_droits(fabriques.MembreFactory(structure=structure).user)
    assert {monde.public.territoire.pk, monde.prive.territoire.pk} <= droits.territoires_partenaires


def test_rights_come_in_one_query(monde, django_assert_num_queries):
    public_droits()  # the first reader of a process reads the territories
    for persona in PERSONAE[1:]:
        with django_assert_num_queries(1):
            load_droits(monde.personae[persona])
    with django_assert_num_queries(1):
        public_droits()


def test_querysets_tell_the_same_as_pages(monde):
    from django.utils import timezone

    droits = public_droits()
    assert list(Structure.objects.visible_to(droits).filter(territoire=monde.prive.territoire)) == []
    fiches = Competence.objects.visible_to(droits, timezone.localdate())
    assert list(fiches) == [monde.public.fiche]
    assert {c.nom for c in Contact.objects.filter(structure=monde.public.structure).visible_to(droits)} == {
        "Contact public"
    }


def test_territory_turned_partner_only_closes_at_once(monde):
    client = monde.client("anonyme")
    assert client.get(monde.public.fiche.get_absolute_url()).status_code == 200
    Territoire.objects.filter(pk=monde.public.territoire.pk).update(acces="partenaires")
    assert client.get(monde.public.fiche.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("statut", ["brouillon", "archivee"])
def test_unpublished_is_unknown_even_to_partners(monde, statut):
    Competence.objects.filter(pk=monde.public.fiche.pk).update(statut=statut)
    assert monde.client("membre").get(monde.public.fiche.get_absolute_url()).status_code == 404
    Structure.objects.filter(pk=monde.public.structure.pk).update(statut=statut)
    assert monde.client("membre").get(monde.public.structure.get_absolute_url()).status_code == 404


def test_link_to_refer_somebody_follows_the_procedure(monde):
    monde.public.fiche.lien_mobilisation = "https://orientation-reservee.example.org"
    monde.public.fiche.save()
    for persona in ("anonyme", "membre"):
        page = monde.client(persona).get(monde.public.fiche.get_absolute_url()).content.decode()
        assert ("orientation-reservee" in page) == (persona == "membre")


def test_what_is_written_about_a_confidential_place_is_hidden_with_it(monde):
    monde.public.fiche.permanences.update(precisions=f"Sonner au {SECRET_ADRESSE}")
    fabriques.PeriodeFactory(lieu=monde.public.lieu, message=f"Entrée par le {SECRET_ADRESSE}")
    fabriques.PeriodeFactory(lieu=monde.public.lieu, nature="message", message=f"Travaux au {SECRET_ADRESSE}")
    for address in (monde.public.fiche.get_absolute_url(), monde.public.structure.get_absolute_url()):
        assert SECRET_ADRESSE not in monde.client("anonyme").get(address).content.decode()


@pytest.mark.parametrize("statut", ["brouillon", "archivee"])
def test_place_of_an_unpublished_host_is_not_shown(monde, statut):
    host = fabriques.StructureFactory(territoire=monde.public.territoire, statut=statut)
    lieu = fabriques.LieuFactory(structure=host, adresse="3 rue de l’Hôte")
    fabriques.PermanenceFactory(competence=monde.public.fiche, lieu=lieu)
    assert (
        "3 rue de l’Hôte"
        not in monde.client("membre").get(monde.public.fiche.get_absolute_url()).content.decode()
    )


def test_place_of_a_host_that_one_may_not_read_is_not_shown(monde):
    lieu = fabriques.LieuFactory(structure=monde.prive.structure, adresse="3 rue de l’Hôte")
    fabriques.PermanenceFactory(competence=monde.public.fiche, lieu=lieu)
    for persona, seen in (("anonyme", False), ("coordinateur_autre_territoire", True)):
        page = monde.client(persona).get(monde.public.fiche.get_absolute_url()).content.decode()
        assert ("3 rue de l’Hôte" in page) == seen


def test_partner_of_every_territory_reads_partner_fiches(monde):
    monde.public.fiche.visibilite = "partenaires"
    monde.public.fiche.save()
    assert monde.client("admin").get(monde.public.fiche.get_absolute_url()).status_code == 200
    assert monde.client("anonyme").get(monde.public.fiche.get_absolute_url()).status_code == 404


def test_what_a_partner_reads_is_not_kept_by_the_browser(monde):
    address = monde.public.fiche.get_absolute_url()
    assert monde.client("membre").get(address)["Cache-Control"] == "private, no-store"
    assert "no-store" not in monde.client("anonyme").get(address).get("Cache-Control", "")
    assert monde.client("membre").get(f"{address}fiche.pdf")["Cache-Control"] == "private, no-store"


def test_administration_is_entered_by_the_same_door(monde):
    response = monde.client("anonyme").get("/admin/login/")
    assert response.status_code == 302
    assert response["Location"].startswith("/comptes/login/")


def test_own_words_of_a_fiche_are_read_from_next_door(monde):
    fabriques.PublicFactory(
        code="gens-du-fleuve", libelle="Gens du fleuve", territoire=monde.public.territoire
    )
    fabriques.ChampFactory(
        theme=monde.public.theme, code="bateaux", libelle="Bateaux", territoire=monde.public.territoire
    )
    monde.public.fiche.publics, monde.public.fiche.champs = ["gens-du-fleuve"], {"bateaux": "deux"}
    monde.public.fiche.save()
    page = (
        monde.client("admin")
        .get(monde.public.fiche.get_absolute_url() + "?territoire=fermee")
        .content.decode()
    )
    assert "Gens du fleuve" in page
    assert "Bateaux" in page


def test_field_whose_type_changed_is_left_out_not_an_error(monde):
    champ = fabriques.ChampFactory(theme=monde.public.theme, code="age", libelle="Âge", type="texte")
    monde.public.fiche.champs = {"age": "12 à 15"}
    monde.public.fiche.save()
    type(champ).objects.filter(pk=champ.pk).update(type="nombre")
    assert monde.client("anonyme").get(monde.public.fiche.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("address", ["/structures/%00abc/", "/themes/%00/", "/%00", "/structures/a/%00.pdf"])
def test_null_bytes_in_an_address_are_a_404(monde, address):
    assert monde.client("anonyme").get(address).status_code == 404
