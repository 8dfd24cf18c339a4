"""Class division: balance holds for every draw, wishes of twins are kept, order of input changes nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admissions.rules.class_division import DivisionImpossible, Pupil, Sex, divide, unbalanced_classes

BOY, GIRL = Sex.MALE, Sex.FEMALE


def test_a_grade_worked_by_hand() -> None:
    # Places: left-over boy to the first class; so 3 + 2 and 2 + 2.
    pupils = [Pupil(f"b{ticket}", BOY, ticket) for ticket in (1, 3, 5, 7, 9)]
    pupils += [Pupil(f"g{ticket}", GIRL, ticket) for ticket in (2, 4, 6, 8)]
    # In turn: b1 1, g2 2, b3 1, g4 2, b5 1, g6 2 is full of girls so 1, b7 2, g8 1, b9 2.
    assert divide(pupils, 2) == (("b1", "b3", "b5", "g6", "g8"), ("b7", "b9", "g2", "g4"))


def test_twins_together_sit_together_and_twins_apart_do_not() -> None:
    singles = [Pupil(f"s{number}", (BOY, GIRL)[number % 2], number) for number in range(20)]
    together = [Pupil("t1", BOY, 50, "t"), Pupil("t2", GIRL, 50, "t")]
    apart = [Pupil("u1", BOY, 60, "u", together=False), Pupil("u2", BOY, 60, "u", together=False)]
    division = divide([*singles, *together, *apart], 3)
    class_of = {receipt: place for place, members in enumerate(division) for receipt in members}
    assert class_of["t1"] == class_of["t2"]
    assert class_of["u1"] != class_of["u2"]
    assert unbalanced_classes([*singles, *together, *apart], division) == 0


@st.composite
def grades(draw: st.DrawFn) -> tuple[list[Pupil], int]:
    classes = draw(st.integers(1, 6))
    sexes = draw(st.lists(st.sampled_from([BOY, GIRL]), max_size=60))
    tickets = draw(st.lists(st.integers(0, 40), min_size=len(sexes), max_size=len(sexes)))
    pupils = [
        Pupil(f"r{number:03}", sex, ticket)
        for number, (sex, ticket) in enumerate(zip(sexes, tickets, strict=True))
    ]
    return pupils, classes


@given(grades(), st.randoms(use_true_random=False))
def test_every_grade_is_balanced_whatever_the_order(grade: tuple[list[Pupil], int], shuffler: object) -> None:
    pupils, classes = grade
    division = divide(pupils, classes)
    assert sorted(receipt for members in division for receipt in members) == [p.receipt for p in pupils]
    assert len(division) == classes
    for wanted in (None, BOY, GIRL):
        sex_of = {pupil.receipt: pupil.sex for pupil in pupils}
        counts = [sum(wanted in (None, sex_of[item]) for item in members) for members in division]
        assert max(counts) - min(counts) <= 1
    shuffler.shuffle(pupils)  # type: ignore[attr-defined]
    assert divide(pupils, classes) == division


def test_other_tickets_make_other_classes() -> None:
    pupils = [Pupil(f"r{number}", BOY, number) for number in range(12)]
    backwards = [Pupil(pupil.receipt, pupil.sex, -pupil.ticket) for pupil in pupils]
    assert divide(pupils, 3) != divide(backwards, 3)


def test_the_checker_notices_a_streamed_class() -> None:
    pupils = [Pupil(f"r{number}", (BOY, GIRL)[number % 2], number) for number in range(12)]
    even, odd = [f"r{n}" for n in range(0, 12, 2)], [f"r{n}" for n in range(1, 12, 2)]
    assert unbalanced_classes(pupils, [even, odd]) == 2
    assert unbalanced_classes(pupils, [even[:3] + odd[:3], even[3:] + odd[3:]]) == 0
    assert unbalanced_classes(pupils, [even + odd[:2], odd[2:]]) == 2


def test_twins_that_cannot_sit_together_are_left_to_people() -> None:
    triplets = [Pupil(f"t{number}", BOY, 1, "t") for number in range(3)]
    with pytest.raises(DivisionImpossible, match="t0, t1, t2"):
        divide(triplets, 2)
    with pytest.raises(DivisionImpossible):
        divide([Pupil(p.receipt, p.sex, 1, "t", together=False) for p in triplets], 2)


def test_a_grade_without_classes_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        divide([], 0)
