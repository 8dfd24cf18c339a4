"""What officers decided holds in the result: schools, names, several decisions about one value."""

import pytest

from geo_data.reconciliation.blocks import Outcome
from geo_data.reconciliation.records import Decided, Decisions, Record
from geo_data.reconciliation.results import Case
from geo_data.reconciliation.words import CaseCode, Source, Verdict
from tests.pure.reconciliation_world import ALL_LISTS, HERE, ON, facts, record, run, values_of

CENSUS = facts({"registration_district": HERE, "registration_unit": "A", "dwelling_unit": "A"})
CHILD = record(Source.CENSUS, unit="A", school="P1", facts=CENSUS)
PUPIL = record(Source.PUPILS, school="P2", state="on_roll", grade=2)
SEEN = record(Source.ATTENDANCE, school="P3", state="present")


def deciding(outcome: Outcome, *verdicts: tuple[CaseCode, Source, Verdict]) -> Decisions:
    """Decide cases of a code by the list of their second side; later decisions have larger numbers."""
    by_case = {}
    for number, (code, source, verdict) in enumerate(verdicts, start=1):
        [case] = [case for case in outcome.cases if case.code is code and _second(case) is source]
        by_case[case.key] = Decided(verdict, ON, "7", number=number)
    return Decisions(by_case=by_case)


def _second(case: Case) -> Source | None:
    return Source(case.second.source) if case.second else None


def schools(outcome: Outcome) -> tuple[str, str, str]:
    """Of the one child: the pupil register's, the attendance's, where it is now."""
    [child] = outcome.children
    return child.register_school, child.attends_school, child.school_now


def test_without_a_decision_each_list_keeps_its_school() -> None:
    outcome = run(CHILD, PUPIL, SEEN)

    assert schools(outcome) == ("P2", "P3", "P1")
    pairs = {pair[1::2] for pair in values_of(outcome, CaseCode.SCHOOL_DIFFERS)}
    assert pairs == {("P1", "P2"), ("P1", "P3")}
    assert outcome.children[0].decided == ()


@pytest.mark.parametrize(
    ("source", "verdict", "expected", "decided"),
    [
        (Source.PUPILS, Verdict.FIRST_HOLDS, ("P2", "P1", "P1"), (("school", 1),)),  # the census is right
        (Source.PUPILS, Verdict.SECOND_HOLDS, ("P2", "P2", "P2"), (("school", 1),)),  # the register is
        (Source.ATTENDANCE, Verdict.SECOND_HOLDS, ("P2", "P3", "P3"), (("school", 1),)),  # attendance is
        (Source.ATTENDANCE, Verdict.ACKNOWLEDGED, ("P2", "P3", "P1"), ()),
    ],
)
def test_the_school_decided_is_where_the_child_is_and_the_register_stays_what_it_is(
    source: Source, verdict: Verdict, expected: tuple[str, str, str], decided: tuple[tuple[str, int], ...]
) -> None:
    first = run(CHILD, PUPIL, SEEN)

    outcome = run(CHILD, PUPIL, SEEN, decisions=deciding(first, (CaseCode.SCHOOL_DIFFERS, source, verdict)))

    assert schools(outcome) == expected
    assert outcome.children[0].decided == decided


def test_a_school_decided_does_not_hide_that_nobody_sees_the_child() -> None:
    first = run(CHILD, PUPIL, given=ALL_LISTS)
    decisions = deciding(first, (CaseCode.SCHOOL_DIFFERS, Source.PUPILS, Verdict.SECOND_HOLDS))

    outcome = run(CHILD, PUPIL, given=ALL_LISTS, decisions=decisions)

    assert schools(outcome) == ("P2", "", "P2")
    assert CaseCode.NO_ATTENDANCE_RECORD in {case.code for case in outcome.cases}


def test_of_two_pupil_records_the_decided_one_is_the_register() -> None:
    other = PUPIL._replace(record="another", school="P1")
    first = run(PUPIL, other)
    assert schools(first)[0] == "P1"  # the smaller record

    decisions = deciding(first, (CaseCode.SCHOOL_DIFFERS, Source.PUPILS, Verdict.SECOND_HOLDS))

    assert schools(run(PUPIL, other, decisions=decisions))[0] == "P2"


@pytest.mark.parametrize(
    ("verdicts", "now"),
    [
        ([(Source.PUPILS, Verdict.SECOND_HOLDS), (Source.ATTENDANCE, Verdict.SECOND_HOLDS)], "P3"),
        ([(Source.ATTENDANCE, Verdict.SECOND_HOLDS), (Source.PUPILS, Verdict.SECOND_HOLDS)], "P2"),
        ([(Source.PUPILS, Verdict.FIRST_HOLDS), (Source.ATTENDANCE, Verdict.SECOND_HOLDS)], "P3"),
        ([(Source.ATTENDANCE, Verdict.SECOND_HOLDS), (Source.PUPILS, Verdict.FIRST_HOLDS)], "P1"),
    ],
)
def test_of_several_decisions_about_one_value_the_newest_holds(
    verdicts: list[tuple[Source, Verdict]], now: str
) -> None:
    first = run(CHILD, PUPIL, SEEN)
    decisions = deciding(first, *((CaseCode.SCHOOL_DIFFERS, source, verdict) for source, verdict in verdicts))

    outcome = run(CHILD, PUPIL, SEEN, decisions=decisions)

    assert schools(outcome)[2] == now
    assert outcome.children[0].decided == (("school", 2),)


@pytest.mark.parametrize(
    ("verdict", "holds"),
    [
        (Verdict.FIRST_HOLDS, CHILD),
        (Verdict.SECOND_HOLDS, PUPIL._replace(name="甲子晗")),
        (Verdict.ACKNOWLEDGED, None),
    ],
)
def test_a_decision_about_names_points_at_the_record_that_holds(
    verdict: Verdict, holds: Record | None
) -> None:
    pupil = PUPIL._replace(name="甲子晗")
    first = run(CHILD, pupil)

    outcome = run(CHILD, pupil, decisions=deciding(first, (CaseCode.NAME_DIFFERS, Source.PUPILS, verdict)))

    [naming] = outcome.children[0].namings
    assert (naming.first, naming.second, naming.holds) == (CHILD, pupil, holds)
    assert naming.key == next(case.key for case in first.cases if case.code is CaseCode.NAME_DIFFERS)


def test_the_newest_decision_about_names_comes_first() -> None:
    pupil, seen = PUPIL._replace(name="甲子晗"), SEEN._replace(name="甲子含")
    first = run(CHILD, pupil, seen)
    decisions = deciding(
        first,
        (CaseCode.NAME_DIFFERS, Source.ATTENDANCE, Verdict.SECOND_HOLDS),
        (CaseCode.NAME_DIFFERS, Source.PUPILS, Verdict.FIRST_HOLDS),
    )

    outcome = run(CHILD, pupil, seen, decisions=decisions)

    assert [naming.holds for naming in outcome.children[0].namings] == [CHILD, seen]
    assert run(CHILD, pupil, seen).children[0].namings == ()


def test_a_fact_decided_twice_is_the_newest() -> None:
    survey = record(Source.SURVEYS, unit="B")
    declared = record(Source.DECLARED, unit="C")
    first = run(CHILD, survey, declared)
    code = CaseCode.DWELLING_UNIT_DIFFERS
    decisions = deciding(
        first, (code, Source.DECLARED, Verdict.SECOND_HOLDS), (code, Source.SURVEYS, Verdict.SECOND_HOLDS)
    )

    [child] = run(CHILD, survey, declared, decisions=decisions).children

    assert child.unit == "B"
    assert child.decided == (("dwelling_unit", 2),)
