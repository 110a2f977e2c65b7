"""Public holidays by place. Dates are those of the laws named in structures/jours_feries.py."""

from datetime import date

import pytest

from structures.jours_feries import ZONES_PAR_DEPARTEMENT, est_ferie, jours_feries, nom_ferie, zone_feries

NATIONAUX_2026 = {
    date(2026, 1, 1): "Jour de l’an",
    date(2026, 4, 6): "Lundi de Pâques",
    date(2026, 5, 1): "Fête du Travail",
    date(2026, 5, 8): "Fête de la Victoire",
    date(2026, 5, 14): "Ascension",
    date(2026, 5, 25): "Lundi de Pentecôte",
    date(2026, 7, 14): "Fête nationale",
    date(2026, 8, 15): "Assomption",
    date(2026, 11, 1): "Toussaint",
    date(2026, 11, 11): "Armistice",
    date(2026, 12, 25): "Noël",
}
ABOLITION = "Abolition de l’esclavage"
PROPRES_2026 = {
    "57": {date(2026, 4, 3): "Vendredi saint", date(2026, 12, 26): "Saint-Étienne"},
    "67": {date(2026, 4, 3): "Vendredi saint", date(2026, 12, 26): "Saint-Étienne"},
    "68": {date(2026, 4, 3): "Vendredi saint", date(2026, 12, 26): "Saint-Étienne"},
    "971": {date(2026, 5, 27): ABOLITION},
    "972": {date(2026, 5, 22): ABOLITION},
    "973": {date(2026, 6, 10): ABOLITION},
    "974": {date(2026, 12, 20): ABOLITION},
    "975": {},
    "976": {date(2026, 4, 27): ABOLITION},
    "977": {date(2026, 10, 9): ABOLITION},
    "978": {date(2026, 5, 28): ABOLITION},
    "986": {
        date(2026, 4, 28): "Saint Pierre Chanel",
        date(2026, 6, 29): "Saints Pierre et Paul",
        date(2026, 7, 29): "Fête du Territoire",
    },
    "987": {
        date(2026, 3, 5): "Arrivée de l’Évangile",
        date(2026, 4, 3): "Vendredi saint",
        date(2026, 11, 20): "Matāri’i",
    },
    "988": {date(2026, 9, 24): "Fête de la Citoyenneté"},
}


def test_eleven_days_everywhere():
    assert jours_feries(2026) == NATIONAUX_2026


@pytest.mark.parametrize("code", PROPRES_2026)
def test_days_of_a_place(code):
    assert jours_feries(2026, zone_feries(code)) == NATIONAUX_2026 | PROPRES_2026[code]


def test_every_zone_is_tested():
    assert set(PROPRES_2026) == set(ZONES_PAR_DEPARTEMENT)


@pytest.mark.parametrize("code", ["01", "69", "2A", "2b", "75", "54", "99", "", None])
def test_other_codes_have_the_common_calendar(code):
    assert zone_feries(code) == "metropole"


# Easter Mondays, from the published tables of Easter.
@pytest.mark.parametrize(
    ("annee", "lundi"),
    [
        (2024, "2024-04-01"),
        (2025, "2025-04-21"),
        (2027, "2027-03-29"),
        (2028, "2028-04-17"),
        (2038, "2038-04-26"),
    ],
)
def test_easter_moves(annee, lundi):
    assert nom_ferie(date.fromisoformat(lundi)) == "Lundi de Pâques"
    assert sum(nom == "Lundi de Pâques" for nom in jours_feries(annee).values()) == 1


def test_two_feasts_on_one_day():
    assert nom_ferie(date(2008, 5, 1)) == "Ascension et Fête du Travail"


def test_est_ferie():
    assert est_ferie(date(2026, 12, 26), zone_feries("67"))
    assert not est_ferie(date(2026, 12, 26))
    assert nom_ferie(date(2026, 12, 26)) == ""


def test_days_come_in_order_and_cannot_be_changed():
    feries = jours_feries(2026, zone_feries("987"))
    assert list(feries) == sorted(feries)
    with pytest.raises(TypeError):
        feries[date(2026, 1, 2)] = "pont"


def test_unknown_zone():
    with pytest.raises(KeyError):
        jours_feries(2026, "atlantide")
