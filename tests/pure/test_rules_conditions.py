"""Conditions: three answers, and the laws that they keep."""

import json
from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admissions.rules.condition_reading import read_condition
from admissions.rules.conditions import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    NotThat,
    Operator,
    comparison_holds,
    condition_as_data,
    holds,
)
from admissions.rules.facts import FactName
from admissions.rules.reading import Node
from admissions.rules.terms import COMPUTED, RESTS_ON, Computed, Term

SHARE = FactName.OWNERSHIP_SHARE_PERCENT
TITLE = FactName.TITLE_SINCE


@pytest.mark.parametrize(
    ("operator", "operand", "below", "on", "above"),
    [
        (Operator.AT_LEAST, 51, False, True, True),
        (Operator.AT_MOST, 51, True, True, False),
        (Operator.IS, 51, False, True, False),
    ],
)
def test_numbers_include_the_stated_one(
    operator: Operator, operand: int, below: bool, on: bool, above: bool
) -> None:
    comparison = Comparison(SHARE, operator, operand)
    assert [comparison_holds(comparison, value) for value in (50, 51, 52)] == [below, on, above]


@pytest.mark.parametrize(
    ("operator", "before", "on", "after"),
    [(Operator.ON_OR_BEFORE, True, True, False), (Operator.ON_OR_AFTER, False, True, True)],
)
def test_days_include_the_stated_one(operator: Operator, before: bool, on: bool, after: bool) -> None:
    comparison = Comparison(TITLE, operator, date(2025, 8, 31))
    days = (date(2025, 8, 30), date(2025, 8, 31), date(2025, 9, 1))
    assert [comparison_holds(comparison, day) for day in days] == [before, on, after]


def test_what_is_not_known_decides_nothing_but_whether_it_is_known() -> None:
    assert comparison_holds(Comparison(SHARE, Operator.AT_LEAST, 0), None) is None
    assert comparison_holds(Comparison(SHARE, Operator.KNOWN, True), None) is False
    assert comparison_holds(Comparison(SHARE, Operator.KNOWN, False), None) is True


def flag(name: str) -> Comparison:
    return Comparison(FactName(name), Operator.IS, True)


A, B = flag("lives_there"), flag("special_needs")


@pytest.mark.parametrize(
    ("a", "b", "both", "either"),
    [
        (True, True, True, True),
        (True, False, False, True),
        (True, None, None, True),
        (False, None, False, None),
        (False, False, False, False),
        (None, None, None, None),
    ],
)
def test_open_parts_stay_open_unless_another_part_decides(
    a: bool | None, b: bool | None, both: bool | None, either: bool | None
) -> None:
    values = {FactName.LIVES_THERE: a, FactName.SPECIAL_NEEDS: b}
    for parts in ((A, B), (B, A)):
        assert holds(AllOf(parts), values.get) is both  # type: ignore[arg-type]
        assert holds(AnyOf(parts), values.get) is either  # type: ignore[arg-type]


@pytest.mark.parametrize(("value", "expected"), [(True, False), (False, True), (None, None)])
def test_not_leaves_open_what_is_open(value: bool | None, expected: bool | None) -> None:
    assert holds(NotThat(A), lambda _: value) is expected


NAMES = ["lives_there", "special_needs", "continuous_schooling"]
conditions: st.SearchStrategy[Condition] = st.recursive(
    st.sampled_from([flag(name) for name in NAMES]),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: AllOf(tuple(parts))),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
        inner.map(NotThat),
    ),
    max_leaves=6,
)


@given(conditions, st.lists(st.sampled_from([True, False, None]), min_size=3, max_size=3))
def test_an_answer_never_changes_when_an_open_fact_becomes_known(
    condition: Condition, values: list[bool | None]
) -> None:
    def answer(known: tuple[bool | None, ...]) -> bool | None:
        by_name: dict[Term, bool | None] = dict(zip(map(FactName, NAMES), known, strict=True))
        return holds(condition, by_name.get)

    settled = answer(tuple(values))
    completions = product(*([value] if value is not None else [True, False] for value in values))
    later = {answer(known) for known in completions}
    assert settled is None or later == {settled}


@given(conditions)
def test_a_condition_comes_back_from_its_data(condition: Condition) -> None:
    node = Node(json.loads(json.dumps(condition_as_data(condition))))
    assert read_condition(node) == condition
    assert node.faults == []


def test_every_computed_term_has_a_kind_and_says_which_facts_settle_it() -> None:
    assert set(COMPUTED) == set(Computed) == set(RESTS_ON)
