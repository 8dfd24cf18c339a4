"""Guardians in reconciliation: whose papers count, which numbers contradict each other, what a decision changes."""

import pytest

from geo_data.reconciliation.blocks import Outcome
from geo_data.reconciliation.records import NOTHING_DECIDED, Decided, Decisions, Record
from geo_data.reconciliation.words import CaseCode, Source, Verdict
from tests.pure.reconciliation_world import ON, codes, paper, record, run, values_of

DIFFERS = CaseCode.GUARDIAN_NUMBER_DIFFERS
BOTH = {
    "guardian": "甲父",
    "guardian_identity": "f",
    "second_guardian": "乙母",
    "second_guardian_identity": "m",
}
CHILD = record(Source.CENSUS, unit="A", **BOTH)


def decided(outcome: Outcome, verdict: Verdict) -> Decisions:
    [case] = [case for case in outcome.cases if case.code is DIFFERS]
    return Decisions(by_case={case.key: Decided(verdict, ON, "7", number=1)})


@pytest.mark.parametrize("holder", ["f", "m"])
def test_papers_of_either_guardian_are_the_childs(holder: str) -> None:
    permit = paper(Source.PERMITS, holder, {"permit_valid_until": "2027-01-01"})

    [child] = run(CHILD, papers=(permit,)).children

    assert [(trail.source, trail.how) for trail in child.trail] == [
        ("children", "identity"),
        ("permits", "guardian"),
    ]
    assert {fact["name"]: fact["value"] for fact in child.facts}["permit_holder"] == "guardian"


CONTRADICTIONS = [
    ("the same name and number", {"guardian": "甲父", "guardian_identity": "f"}, []),
    ("the other guardian", {"guardian": "乙母", "guardian_identity": "m"}, []),
    ("somebody else of another name", {"guardian": "丙祖", "guardian_identity": "x"}, []),
    ("the same name without a number", {"guardian": "甲父"}, []),
    ("another number without a name", {"guardian_identity": "x"}, []),
    (
        "the same name, another number",
        {"guardian": "甲父", "guardian_identity": "x"},
        [("children", "f", "registrations", "x")],
    ),
    (
        "the second guardian's name, another number",
        {"guardian": "乙 母", "guardian_identity": "x"},
        [("children", "m", "registrations", "x")],
    ),
]


@pytest.mark.parametrize(("why", "said", "expected"), CONTRADICTIONS, ids=[row[0] for row in CONTRADICTIONS])
def test_one_guardians_name_with_two_numbers_is_a_contradiction_and_nothing_else_is(
    why: str, said: dict[str, str], expected: list[tuple[str, str, str, str]]
) -> None:
    outcome = run(CHILD, record(Source.REGISTRATIONS, **said))

    assert values_of(outcome, DIFFERS) == expected


def test_each_other_number_is_one_question() -> None:
    def listed(source: Source, number: str) -> Record:
        return record(source, guardian="甲父", guardian_identity=number)

    outcome = run(
        CHILD,
        listed(Source.REGISTRATIONS, "x"),
        listed(Source.PUPILS, "x"),
        listed(Source.BIRTHS, "y"),
    )

    assert sorted(values_of(outcome, DIFFERS)) == [
        ("children", "f", "births", "y"),
        ("children", "f", "registrations", "x"),
    ]


@pytest.mark.parametrize(
    ("verdict", "holders", "place", "settled"),
    [
        (None, ["f", "x"], None, ()),
        (Verdict.ACKNOWLEDGED, ["f", "x"], None, ()),
        (Verdict.FIRST_HOLDS, ["f"], None, (("guardian", 1),)),
        (Verdict.SECOND_HOLDS, ["x"], None, (("guardian", 1),)),
    ],
)
def test_papers_under_the_number_that_does_not_hold_are_no_longer_the_childs(
    verdict: Verdict | None, holders: list[str], place: int | None, settled: tuple[tuple[str, int], ...]
) -> None:
    records = (CHILD, record(Source.REGISTRATIONS, guardian="甲父", guardian_identity="x"))
    papers = tuple(paper(Source.TITLES, number, {}, property_key="") for number in ("f", "x"))
    first = run(*records, papers=papers)
    decisions = decided(first, verdict) if verdict else NOTHING_DECIDED

    outcome = run(*records, papers=papers, decisions=decisions)

    [child] = outcome.children
    assert [trail.record for trail in child.trail[2:]] == [f"row titles {holder}" for holder in holders]
    assert (child.guardian_place, child.decided) == (place, settled)
    assert codes(outcome).count(DIFFERS.value) == 1


def test_where_the_leading_records_only_number_does_not_hold_the_other_records_guardian_is_the_childs() -> (
    None
):
    one = record(Source.CENSUS, guardian="甲父", guardian_identity="f")
    other = record(Source.REGISTRATIONS, guardian="甲父", guardian_identity="x")

    [child] = run(one, other, decisions=decided(run(one, other), Verdict.SECOND_HOLDS)).children

    assert (child.guardian_place, child.trail[1].source) == (1, "registrations")


PLACES = [
    ("the leading record states a number", {"guardian_identity": "f"}, {"guardian_identity": "x"}, None),
    ("only the other states a number", {"guardian": "甲父"}, {"guardian_identity": "f"}, 1),
    ("both state a name only", {"guardian": "甲父"}, {"guardian": "甲父"}, None),
    ("only the other names somebody", {}, {"guardian": "甲父"}, 1),
    (
        "the second guardian's number will do",
        {"second_guardian_identity": "m"},
        {"guardian_identity": "f"},
        None,
    ),
    ("nobody names anybody", {}, {}, None),
]


@pytest.mark.parametrize(("why", "lead", "other", "place"), PLACES, ids=[row[0] for row in PLACES])
def test_guardians_are_those_of_the_strongest_record_with_a_number_else_with_a_name(
    why: str, lead: dict[str, str], other: dict[str, str], place: int | None
) -> None:
    [child] = run(record(Source.CENSUS, **lead), record(Source.PUPILS, **other)).children

    assert child.guardian_place == place
