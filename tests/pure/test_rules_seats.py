"""Class size, the private draw and the dwelling lock: both sides of every boundary."""

from dataclasses import replace
from datetime import date

import pytest

from admissions.rules.class_size import (
    greatest_intake,
    is_large_class,
    is_very_large_class,
    standard_intake,
)
from admissions.rules.dwelling_lock import DwellingUse, locked_until
from admissions.rules.policy_records import DwellingLock, SchoolStage
from admissions.rules.synchronized import kept_below_draw, must_draw

PARENTS = frozenset({"a", "b"})
USE = DwellingUse("unit-7", "east", date(2020, 9, 1), PARENTS)
LOCK = DwellingLock(years=6, same_parents_exempt=True)


@pytest.mark.parametrize(
    ("pupils", "large", "very_large"),
    [(55, False, False), (56, True, False), (65, True, False), (66, True, True)],
)
def test_large_begins_at_56_and_very_large_at_66(pupils: int, large: bool, very_large: bool) -> None:
    assert (is_large_class(pupils), is_very_large_class(pupils)) == (large, very_large)


def test_intakes_of_four_classes() -> None:
    assert greatest_intake(4) == 220
    assert standard_intake(4, SchoolStage.PRIMARY) == 180
    assert standard_intake(4, SchoolStage.JUNIOR) == 200


@pytest.mark.parametrize(("applicants", "draw"), [(0, False), (120, False), (121, True)])
def test_all_are_admitted_up_to_the_plan_and_all_are_drawn_above_it(applicants: int, draw: bool) -> None:
    assert must_draw(applicants, 120) is draw


@pytest.mark.parametrize(
    ("applicants", "withdrawn", "flagged"),
    [(120, 1, True), (119, 1, False), (118, 3, True), (121, 5, False), (120, 0, False)],
)
def test_withdrawals_that_kept_a_school_at_its_plan_are_flagged(
    applicants: int, withdrawn: int, flagged: bool
) -> None:
    assert kept_below_draw(applicants, withdrawn, 120) is flagged


def lock_on(on: date, **changes: object) -> date | None:
    asked: dict[str, object] = {
        "dwelling_key": "unit-7", "school_id": "east", "guardians": frozenset({"c", "d"}), **changes,
    }  # fmt: skip
    return locked_until([USE], LOCK, on=on, **asked)  # type: ignore[arg-type]


@pytest.mark.parametrize(("on", "until"), [(date(2026, 8, 31), date(2026, 9, 1)), (date(2026, 9, 1), None)])
def test_a_dwelling_is_free_again_on_the_anniversary(on: date, until: date | None) -> None:
    assert lock_on(on) == until


def test_the_lock_binds_one_dwelling_at_one_school_for_other_parents() -> None:
    day = date(2026, 6, 1)
    assert lock_on(day) == date(2026, 9, 1)
    assert lock_on(day, dwelling_key="unit-8") is None
    assert lock_on(day, school_id="west") is None
    assert lock_on(day, guardians=PARENTS) is None


def test_one_parent_in_common_is_not_the_same_parents() -> None:
    assert lock_on(date(2026, 6, 1), guardians=frozenset({"a", "c"})) == date(2026, 9, 1)


def test_same_parents_are_locked_too_where_the_policy_has_no_exemption() -> None:
    strict = replace(LOCK, same_parents_exempt=False)
    asked = {"dwelling_key": "unit-7", "school_id": "east", "guardians": PARENTS}
    assert locked_until([USE], strict, on=date(2026, 6, 1), **asked) == date(2026, 9, 1)  # type: ignore[arg-type]


def test_of_several_uses_the_last_decides_and_no_rule_means_no_lock() -> None:
    asked = {"dwelling_key": "unit-7", "school_id": "east", "guardians": frozenset({"c"})}
    later = replace(USE, enrolled_on=date(2023, 9, 1))
    on = date(2026, 9, 1)
    assert locked_until([later, USE], LOCK, on=on, **asked) == date(2029, 9, 1)  # type: ignore[arg-type]
    assert locked_until([later, USE], None, on=on, **asked) is None  # type: ignore[arg-type]
