"""Readers keep the words of a territory in memory: whatever changes them tells every territory concerned."""

import pytest
from django.urls import reverse

from structures.models import Sigle, Territoire
from tests import fabriques

pytestmark = pytest.mark.django_db


@pytest.fixture
def deux():
    return fabriques.TerritoireFactory(), fabriques.TerritoireFactory()


def read_versions():
    return dict(Territoire.objects.values_list("pk", "vocabulaire_version"))


def changed(action):
    """Return the ids of the territories that ``action`` told."""
    before = read_versions()
    action()
    after = read_versions()
    return {pk for pk in before if before[pk] != after[pk]}


def make_each(territoire):
    """Return one row of each kind of word, kept in ``territoire``."""
    return [
        fabriques.SigleFactory(territoire=territoire),
        fabriques.PublicFactory(territoire=territoire),
        fabriques.ChampFactory(territoire=territoire),
        fabriques.ReglageThemeFactory(territoire=territoire),
        fabriques.ThemeFactory(territoire=territoire),
    ]


def test_deletion_of_several_rows_is_told(deux):
    ici, _ = deux
    for row in make_each(ici):
        rows = type(row).objects.filter(pk=row.pk)
        assert changed(rows.delete) == {ici.pk}
        assert not rows.exists()


def test_change_of_several_rows_is_told_on_both_sides(deux):
    ici, ailleurs = deux
    for row in make_each(ici):
        rows = type(row).objects.filter(pk=row.pk)
        assert changed(lambda rows=rows: rows.update(territoire=ailleurs)) == {ici.pk, ailleurs.pk}
    sigles = Sigle.objects.filter(territoire=ailleurs)
    assert changed(lambda: sigles.update(signification="Autre sens")) == {ailleurs.pk}


def test_row_that_changes_territory_is_told_on_both_sides(deux):
    ici, ailleurs = deux
    for row in make_each(ici):
        row.territoire = ailleurs
        assert changed(row.save) == {ici.pk, ailleurs.pk}


def test_row_moved_then_deleted_is_told_where_it_was(deux):
    ici, ailleurs = deux
    sigle = fabriques.SigleFactory(territoire=ici)
    sigle.territoire = ailleurs
    assert changed(sigle.delete) == {ici.pk, ailleurs.pk}


def test_common_row_is_told_everywhere(deux):
    sigle = fabriques.SigleFactory(territoire=None)
    everywhere = {territoire.pk for territoire in deux}
    assert changed(sigle.save) == everywhere
    sigle.territoire = deux[0]
    assert changed(sigle.save) == everywhere
    assert changed(sigle.save) == {deux[0].pk}
    assert changed(Sigle.objects.filter(pk=sigle.pk).delete) == {deux[0].pk}


@pytest.mark.ignore_template_errors
def test_rows_deleted_from_the_administration_are_told(client, deux):
    ici, _ = deux
    client.force_login(fabriques.UserFactory(admin=True))
    sigles = [fabriques.SigleFactory(territoire=ici) for _ in range(2)]
    data = {"action": "delete_selected", "post": "yes", "_selected_action": [sigle.pk for sigle in sigles]}
    address = reverse("admin:structures_sigle_changelist")
    assert changed(lambda: client.post(address, data)) == {ici.pk}
    assert not Sigle.objects.exists()
