"""What stays known when a form is changed: a table, with both sides of every boundary."""

from datetime import date

import pytest

from admissions.rules.facts import Fact, FactName, FactSource, FactValue
from admissions.rules.facts_kept import facts_kept

ON = date(2026, 6, 1)
TITLE, PERMIT, TWINS = FactName.TITLE_SINCE, FactName.PERMIT_VALID_UNTIL, FactName.TWIN_GROUP
HOME, SIBLING = FactName.DWELLING_UNIT, FactName.SIBLING_SCHOOL
VALUES: dict[FactName, FactValue] = {
    TITLE: date(2018, 1, 1),
    PERMIT: date(2027, 1, 1),
    TWINS: "g1",
    HOME: "u0",
    SIBLING: ("A",),
}


def kept(
    name: FactName, source: FactSource, *, moved: bool = False, twins: bool = False, silent: str = ""
) -> bool:
    fact = Fact(name, VALUES[name], source, ON, "office")
    return facts_kept([fact], has_moved=moved, has_other_twins=twins, silent=[silent]) == (fact,)


@pytest.mark.parametrize("source", [FactSource.OFFICER, FactSource.DOCUMENT])
def test_what_was_proved_by_an_officer_or_a_paper_stays_unless_it_is_about_a_home_that_was_left(
    source: FactSource,
) -> None:
    assert kept(TITLE, source)
    assert not kept(TITLE, source, moved=True)
    assert kept(PERMIT, source, moved=True)
    assert kept(TWINS, source, moved=True)
    assert not kept(TWINS, source, twins=True)
    assert kept(TITLE, source, twins=True)


def test_a_registers_answer_comes_anew_and_stays_only_while_the_register_is_silent() -> None:
    assert not kept(PERMIT, FactSource.LOOK_UP)
    assert not kept(PERMIT, FactSource.LOOK_UP, silent="another office")
    assert kept(PERMIT, FactSource.LOOK_UP, silent="office")
    assert kept(TITLE, FactSource.LOOK_UP, silent="office")
    assert not kept(TITLE, FactSource.LOOK_UP, silent="office", moved=True)


@pytest.mark.parametrize(
    ("name", "stays"), [(SIBLING, True), (HOME, False), (TWINS, False), (FactName.TITLE_SINCE, True)]
)
def test_what_the_form_itself_states_is_declared_anew_and_the_rest_stays_declared(
    name: FactName, stays: bool
) -> None:
    assert kept(name, FactSource.DECLARED) is stays


def test_the_order_of_the_facts_stays() -> None:
    facts = [Fact(name, VALUES[name], FactSource.OFFICER, ON) for name in (SIBLING, PERMIT, HOME)]
    assert facts_kept(facts, has_moved=True, has_other_twins=True, silent=()) == (facts[0], facts[1])
