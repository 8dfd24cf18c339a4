"""The independent plan check: each rule both ways, and damage of every kind."""

import pytest

from tests.pure.engine_worlds import facts_of, street
from zoning.engine.problem import Wishes
from zoning.engine.verify import Violation, cost_km, violations

WORLD = street([10, 10, 10, 10, 10, 10], {0: 30, 5: 30})
PLAN = [("u0", "s0"), ("u1", "s0"), ("u2", "s0"), ("u3", "s5"), ("u4", "s5"), ("u5", "s5")]


def changed(unit: str, school: str) -> list[tuple[str, str]]:
    return [(u, school if u == unit else s) for u, s in PLAN]


def test_lawful_plan_has_no_violation() -> None:
    assert violations(facts_of(WORLD), PLAN) == ()


def test_cost_is_children_times_kilometres() -> None:
    # 10 children over 0, 100, 200 m on each side.
    assert cost_km(facts_of(WORLD), dict(PLAN)) == pytest.approx(6.0)


def test_a_seat_too_few_is_found_and_the_last_seat_may_be_used() -> None:
    full = facts_of(street([10, 10, 11, 9, 10, 10], {0: 31, 5: 29}))
    short = facts_of(street([10, 10, 11, 9, 10, 10], {0: 30, 5: 29}))

    assert violations(full, PLAN) == ()
    assert violations(short, PLAN) == (Violation("seats_exceeded", "s0", (), 1),)


def test_cut_zone_is_found_and_names_the_units_cut_off() -> None:
    plan = [("u0", "s0"), ("u1", "s5"), ("u2", "s0"), ("u3", "s0"), ("u4", "s5"), ("u5", "s5")]

    found = violations(facts_of(WORLD), plan)

    assert found == (Violation("zone_cut", "s0", ("u2", "u3")), Violation("zone_cut", "s5", ("u1",)))


@pytest.mark.parametrize(
    ("approved", "cut_off"),
    [
        (["u1 s5", "u2 s0", "u3 s0"], ()),
        (["u1 s5", "u2 s0"], (Violation("zone_cut", "s0", ("u3",)),)),  # u2's approval leads nobody in
        (["u1 s5", "u3 s0"], (Violation("zone_cut", "s0", ("u2",)),)),
        (["u1 s5", "u2 s5"], (Violation("zone_cut", "s0", ("u2", "u3")),)),  # approved for another school
        (["u2 s0", "u3 s0"], (Violation("zone_cut", "s5", ("u1",)),)),
    ],
)
def test_an_enclave_is_approved_by_name_and_opens_no_way(
    approved: list[str], cut_off: tuple[Violation, ...]
) -> None:
    plan = [("u0", "s0"), ("u1", "s5"), ("u2", "s0"), ("u3", "s0"), ("u4", "s5"), ("u5", "s5")]
    enclaves = [(unit, school) for unit, school in map(str.split, approved)]

    assert violations(facts_of(WORLD, Wishes(enclaves=enclaves)), plan) == cut_off


def test_an_approved_unit_that_is_joined_anyway_leads_on_like_any_other() -> None:
    assert violations(facts_of(WORLD, Wishes(enclaves=[("u1", "s0")])), PLAN) == ()


def test_school_outside_its_zone_is_found() -> None:
    world = street([1, 1, 1, 1, 1, 1], {0: 30, 5: 30})

    found = violations(facts_of(world), [(unit, "s0") for unit, _ in PLAN])

    assert found == (Violation("school_outside_zone", "s5", ("u5",)),)


@pytest.mark.parametrize(
    ("locked_to", "expected"), [("s0", ()), ("s5", (Violation("lock_broken", "s5", ("u2",)),))]
)
def test_lock(locked_to: str, expected: tuple[Violation, ...]) -> None:
    assert violations(facts_of(WORLD, Wishes(locked={"u2": locked_to})), PLAN) == expected


@pytest.mark.parametrize(
    ("school", "expected"), [("s5", ()), ("s0", (Violation("forbidden_used", "s0", ("u2",)),))]
)
def test_forbidden_pair(school: str, expected: tuple[Violation, ...]) -> None:
    assert violations(facts_of(WORLD, Wishes(forbidden=[("u2", school)])), PLAN) == expected


@pytest.mark.parametrize(("cap_m", "too_far"), [(200.0, ()), (199.9, ("u2", "u3"))])
def test_distance_cap_includes_its_last_metre(cap_m: float, too_far: tuple[str, ...]) -> None:
    found = violations(facts_of(WORLD, Wishes(distance_cap_m=cap_m)), PLAN)

    assert tuple(v.unit_ids[0] for v in found) == too_far
    assert {v.code for v in found} <= {"too_far"}


@pytest.mark.parametrize(
    ("rows", "codes"),
    [
        (PLAN[:-1], {"unit_missing"}),
        ([*PLAN, PLAN[0]], {"unit_twice"}),
        ([*PLAN, ("elsewhere", "s0")], {"unit_unknown"}),
        (changed("u2", "nowhere"), {"school_unknown"}),
        ([], {"unit_missing"}),
    ],
)
def test_rows_that_do_not_place_every_unit_once(rows: list[tuple[str, str]], codes: set[str]) -> None:
    assert {violation.code for violation in violations(facts_of(WORLD), rows)} == codes


@pytest.mark.parametrize("unit", [unit for unit, _ in PLAN])
def test_moving_any_one_unit_of_this_tight_plan_is_caught(unit: str) -> None:
    other = {"s0": "s5", "s5": "s0"}[dict(PLAN)[unit]]

    assert violations(facts_of(WORLD), changed(unit, other))
