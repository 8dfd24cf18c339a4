"""Units against zones of an earlier year: what is clean, what a border splits, and who decides."""

import pytest

from zoning.engine.shares import Standing, UnitStanding, settle_units, undecided


def settled(shares: dict[str, int], *, majority: bool = False) -> UnitStanding:
    [one] = settle_units({"u": shares}, majority=majority)
    return one


@pytest.mark.parametrize(
    ("shares", "standing", "zone"),
    [
        ({"A": 1000}, Standing.CLEAN, "A"),
        ({"A": 990}, Standing.CLEAN, "A"),
        ({"A": 990, "B": 10}, Standing.CLEAN, "A"),
        ({"A": 989}, Standing.PARTLY, None),
        ({"A": 11}, Standing.PARTLY, None),
        ({"A": 10}, Standing.OUTSIDE, None),
        ({}, Standing.OUTSIDE, None),
        ({"A": 989, "B": 11}, Standing.SPLIT, None),
        ({"A": 990, "B": 11}, Standing.SPLIT, None),
        ({"A": 1000, "B": 1000}, Standing.SPLIT, None),
    ],
)
def test_standing_has_two_borders(shares: dict[str, int], standing: Standing, zone: str | None) -> None:
    one = settled(shares)

    assert (one.standing, one.zone) == (standing, zone)


@pytest.mark.parametrize(
    ("shares", "zone"),
    [
        ({"A": 501, "B": 499}, "A"),
        ({"A": 500, "B": 500}, None),
        ({"A": 400, "B": 350, "C": 250}, None),
        ({"A": 501}, "A"),
        ({"A": 500}, None),
        # Zones that overlap: both claim all of it, and nobody has more than the other.
        ({"A": 1000, "B": 1000}, None),
        ({"A": 1000, "B": 600}, "A"),
        ({}, None),
    ],
)
def test_a_majority_is_more_than_half_and_more_than_anybody_else_and_only_when_asked(
    shares: dict[str, int], zone: str | None
) -> None:
    assert settled(shares, majority=True).zone == zone
    assert settled(shares, majority=False).zone is None


def test_shares_are_told_largest_first_without_slivers_and_units_in_order() -> None:
    found = settle_units({"b": {"Z": 300, "Y": 300, "X": 390, "W": 10}, "a": {}}, majority=False)

    assert [one.unit_id for one in found] == ["a", "b"]
    assert found[1].shares == (("X", 390), ("Y", 300), ("Z", 300))
    assert undecided(found) == ("a", "b")
