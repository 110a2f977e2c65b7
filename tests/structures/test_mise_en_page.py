"""Two columns of about the same height."""

from hypothesis import given
from hypothesis import strategies as st

from repertoire.pdf import DENSITES
from structures.mise_en_page import HAUTEUR_LIGNE, LARGEURS, Partie, list_densities, plan

LONG = "Une phrase de longueur moyenne. " * 12


def test_wider_column_is_shorter():
    assert Partie((LONG,)).height(111) < Partie((LONG,)).height(57)


def test_movable_parts_leave_a_crowded_margin():
    arranged = plan([Partie(("Court.",))], [Partie((LONG,))], {"contacts": Partie((LONG,))})
    assert arranged["contacts"] is False


def test_movable_parts_stay_in_the_margin_beside_a_long_text():
    arranged = plan([Partie((LONG,) * 5)], [Partie(("Court.",))], {"contacts": Partie(("Court.",))})
    assert (arranged["contacts"], arranged["largeurs"]) == (True, "marge-etroite")


def test_margin_widens_when_nothing_can_leave_it():
    assert plan([Partie(("Court.",))], [Partie((LONG,) * 3)], {})["largeurs"] == "marge-tres-large"


texts = st.lists(st.text(alphabet="a \n", max_size=300), max_size=4).map(lambda found: Partie(tuple(found)))


@given(texts, texts, texts, texts)
def test_no_arrangement_is_lower_by_more_than_habit_costs(left, right, first, second):
    """The plan is compared with all the arrangements, written out again."""
    height = plan([left], [right], {"a": first, "b": second})["hauteur"]
    for left_width, right_width in LARGEURS.values():
        for stay, beside in (
            ([first, second], []),
            ([second], [first]),
            ([first], [second]),
            ([], [first, second]),
        ):
            other = max(
                sum(part.height(left_width) for part in (left, *stay)),
                sum(part.height(right_width) for part in (right, *beside)),
            )
            assert height <= other + 3


def test_longer_sheets_try_fewer_densities():
    counts = [len(list_densities(height, bandeaux=1, cadre=None)) for height in (10, 55, 65, 200)]
    assert counts == [3, 2, 1, 0]
    assert list(HAUTEUR_LIGNE) == list(DENSITES)
    assert list_densities(54, bandeaux=2, cadre=Partie((LONG,))) == ["dense"]
