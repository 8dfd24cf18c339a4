"""What is settled about one child: contradictions, facts, papers, category, what lists lack."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from geo_data.reconciliation.categories import category_of, unit_that_counts
from geo_data.reconciliation.records import Decided, Decisions, Paper, Record
from geo_data.reconciliation.results import Side, case_key
from geo_data.reconciliation.texts import CASE_TEXTS
from geo_data.reconciliation.words import KIND_OF, VERDICTS, CaseCode, CaseKind, Category, Source, Verdict
from tests.pure.reconciliation_world import (
    ALL_LISTS,
    BORN,
    HERE,
    ON,
    codes,
    fact,
    facts,
    facts_of,
    paper,
    record,
    run,
    values_of,
)

CENSUS = facts({"registration_district": HERE, "registration_unit": "A", "dwelling_unit": "A"})
CHILD = record(Source.CENSUS, unit="A", school="P1", facts=CENSUS)
REGISTERED = record(
    Source.REGISTRATIONS,
    unit="A",
    facts=facts({"registration_district": HERE, "registration_unit": "A"}),
    household="R1",
)
PUPIL = record(Source.PUPILS, school="P1", state="on_roll", grade=2)
SEEN = record(Source.ATTENDANCE, school="P1", state="present")
EVERYWHERE = (CHILD, REGISTERED, PUPIL, SEEN)


def test_a_child_whom_all_lists_agree_on_raises_no_case() -> None:
    outcome = run(*EVERYWHERE, given=ALL_LISTS)

    [child] = outcome.children
    assert outcome.cases == ()
    assert (child.register_school, child.attends_school, child.school_now, child.grade) == (
        "P1",
        "P1",
        "P1",
        2,
    )
    assert (child.category, child.unit, child.is_registered) == (Category.REGISTERED_LIVING_HERE, "A", True)
    assert child.facts == ()  # nobody says more than the census


def changed(one: Record, **changes: Any) -> tuple[Record, ...]:
    return tuple(each._replace(**changes) if each is one else each for each in EVERYWHERE)


DAMAGES = [
    (changed(PUPIL, birth_on=date(2018, 5, 6)), "birth_date_differs", ("2018-05-05", "2018-05-06")),
    (changed(PUPIL, sex="male"), "sex_differs", ("female", "male")),
    (changed(PUPIL, name="甲子晗"), "name_differs", ("", "")),
    (
        changed(REGISTERED, unit="B", facts=facts({"registration_unit": "B"})),
        "registration_unit_differs",
        ("A", "B"),
    ),
    (
        changed(CHILD, facts=facts({"registration_district": "990103", "dwelling_unit": "A"})),
        "registration_district_differs",
        ("990103", HERE),
    ),
    (changed(PUPIL, school="P2"), "school_differs", ("P1", "P2")),
    (changed(SEEN, school="P2"), "school_differs", ("P1", "P2")),
    ((*EVERYWHERE, record(Source.SURVEYS, unit="B")), "dwelling_unit_differs", ("A", "B")),
    ((*EVERYWHERE, record(Source.DECLARED, unit="B")), "dwelling_unit_differs", ("A", "B")),
    ((*EVERYWHERE, REGISTERED._replace(record="x", household="R2")), "two_households", ("", "")),
    ((*EVERYWHERE, REGISTERED._replace(record="x")), "twice_in_list", ("", "")),
    ((*EVERYWHERE, PUPIL._replace(record="x")), "two_pupil_records", ("", "")),
]


@pytest.mark.parametrize(("records", "code", "values"), DAMAGES, ids=[f"{d[1]} {d[2]}" for d in DAMAGES])
def test_each_contradiction_is_found_alone(
    records: tuple[Record, ...], code: str, values: tuple[str, str]
) -> None:
    outcome = run(*records, given=ALL_LISTS)

    assert codes(outcome) == [code]
    [(_, first, _, second)] = values_of(outcome, CaseCode(code))
    assert (first, second) == values


def test_a_contradiction_names_both_lists() -> None:
    outcome = run(*changed(PUPIL, school="P2"), given=ALL_LISTS)

    assert values_of(outcome, CaseCode.SCHOOL_DIFFERS) == [("children", "P1", "pupils", "P2")]


def test_who_left_the_school_does_not_contradict() -> None:
    gone = record(Source.PUPILS, school="P9", state="transferred", key="1#1")

    assert codes(run(*EVERYWHERE, gone, given=ALL_LISTS)) == []


def without(*sources: Source) -> tuple[Record, ...]:
    return tuple(one for one in EVERYWHERE if one.source not in sources)


UNMATCHED = [
    (without(Source.CENSUS), ["only_registered"]),
    (without(Source.CENSUS, Source.REGISTRATIONS), ["only_pupil"]),
    ((SEEN,), ["only_attending"]),
    ((record(Source.BIRTHS),), ["only_born"]),
    ((record(Source.KINDERGARTENS),), ["only_in_kindergarten"]),
    ((record(Source.SURVEYS),), ["only_surveyed"]),
    ((record(Source.DECLARED),), ["only_declared"]),
    (without(Source.REGISTRATIONS), ["not_registered"]),
    (without(Source.PUPILS), ["no_pupil_record"]),
    (without(Source.ATTENDANCE), ["no_attendance_record"]),
    ((REGISTERED,), ["no_pupil_record", "only_registered"]),
    (changed(SEEN, state="absent"), ["no_attendance_record"]),
    (changed(PUPIL, state="transferred"), ["no_pupil_record"]),
    (changed(SEEN, state="taught_at_home"), []),
]


@pytest.mark.parametrize(("records", "expected"), UNMATCHED, ids=[" ".join(u[1]) for u in UNMATCHED])
def test_what_a_list_lacks_is_asked(records: tuple[Record, ...], expected: list[str]) -> None:
    assert codes(run(*records, given=ALL_LISTS)) == expected


def test_a_list_that_was_not_given_can_miss_nobody() -> None:
    assert codes(run(CHILD)) == []
    assert codes(run(CHILD, given=frozenset({Source.CENSUS, Source.REGISTRATIONS}))) == ["not_registered"]


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        (date(2010, 8, 31), []),
        (date(2010, 9, 1), ["no_pupil_record"]),
        (date(2019, 8, 31), ["no_pupil_record"]),
        (date(2019, 9, 1), []),
    ],
)
def test_only_children_of_school_age_need_a_pupil_record(born: date, expected: list[str]) -> None:
    ours = (CHILD._replace(birth_on=born), REGISTERED._replace(birth_on=born))

    assert codes(run(*ours, given=frozenset({*Source} - {Source.ATTENDANCE}))) == expected


def test_the_register_stands_over_the_census_and_the_officer_over_both() -> None:
    records = changed(REGISTERED, facts=facts({"registration_unit": "B", "registration_since": "2019-01-01"}))
    [case] = run(*records).cases
    assert case.second is not None

    ruled = run(*records).children[0]
    decided = Decisions(by_case={case.key: Decided(Verdict.FIRST_HOLDS, ON, "7")})
    settled = run(*records, decisions=decided).children[0]

    assert {f["name"]: f["value"] for f in ruled.facts} == {
        "registration_unit": "B",
        "registration_since": "2019-01-01",
    }
    assert ruled.category is Category.IN_COUNTY_MOVER
    [unit] = [f for f in settled.facts if f["name"] == "registration_unit"]
    assert (unit["value"], unit["source"], unit["verifier"], unit["as_of"]) == (
        "A",
        "officer",
        "7",
        "2026-03-01",
    )
    assert settled.category is Category.REGISTERED_LIVING_HERE


def test_a_decision_about_birth_date_sex_or_dwelling_is_followed() -> None:
    records = (
        CHILD,
        PUPIL._replace(birth_on=date(2018, 5, 6), sex="male"),
        record(Source.SURVEYS, unit="B"),
    )
    asked = run(*records)
    decided = Decisions(by_case={case.key: Decided(Verdict.SECOND_HOLDS, ON, "7") for case in asked.cases})

    child = run(*records, decisions=decided).children[0]

    assert codes(asked) == ["birth_date_differs", "dwelling_unit_differs", "sex_differs"]
    assert (child.birth_on, child.sex, child.unit) == (date(2018, 5, 6), "male", "B")


def test_an_equal_value_replaces_only_what_was_merely_declared() -> None:
    declared = CHILD._replace(facts=facts({"registration_district": HERE}, source="declared"))

    proved = run(declared, REGISTERED).children[0]
    equal = run(CHILD, REGISTERED).children[0]

    assert {f["name"]: f["source"] for f in proved.facts} == {
        "registration_district": "look_up",
        "registration_unit": "look_up",
    }
    assert equal.facts == ()


def test_of_two_lists_without_authority_the_later_day_holds_then_the_stronger_list() -> None:
    newer = record(Source.SURVEYS, facts=facts_of(fact("lives_there", False, as_of="2026-03-02")))
    same_day = record(Source.SURVEYS, facts=facts_of(fact("lives_there", False)))
    child = CHILD._replace(facts=facts({"lives_there": True}))

    assert [f["value"] for f in run(child, newer).children[0].facts] == [False]
    assert run(child, same_day).children[0].facts == ()


PERMIT = {
    "permit_district": HERE,
    "permit_valid_from": "2024-01-01",
    "permit_valid_until": "2027-01-01",
}
ELSEWHERE = CHILD._replace(
    facts=facts({"registration_district": "980101", "dwelling_unit": "A"}),
    guardian_identity="F",
    property_key="house 1",
)


def test_papers_come_by_own_number_guardian_and_dwelling() -> None:
    held = (
        paper(Source.PERMITS, "F", PERMIT),
        paper(Source.TITLES, "stranger", {"dwelling_right": "owned"}, property_key="house 1", unit="A"),
        paper(Source.RENTALS, "1", {"rental_since": "2020-01-01"}, unit="A"),
        paper(Source.PERMITS, "nobody", PERMIT),
    )

    [child] = run(ELSEWHERE, papers=held).children

    assert [(t.source, t.how) for t in child.trail[1:]] == [
        ("permits", "guardian"),
        ("titles", "property"),
        ("rentals", "identity"),
    ]
    told = {f["name"]: f["value"] for f in child.facts}
    assert (told["permit_holder"], told["dwelling_right"], told["rental_since"]) == (
        "guardian",
        "owned",
        "2020-01-01",
    )
    assert child.category is Category.PERMIT_HOLDER


def test_a_permit_that_ends_otherwise_than_the_census_says_is_a_contradiction() -> None:
    child = ELSEWHERE._replace(facts=facts_of(*ELSEWHERE.facts, fact("permit_valid_until", "2026-01-01")))

    outcome = run(child, papers=(paper(Source.PERMITS, "F", PERMIT),))

    assert values_of(outcome, CaseCode.PERMIT_UNTIL_DIFFERS) == [
        ("children", "2026-01-01", "permits", "2027-01-01")
    ]


def titles(*stated: tuple[str, str, str]) -> tuple[Paper, ...]:
    return tuple(
        paper(Source.TITLES, "F", {"title_since": since, "dwelling_right": "owned"}, unit=unit, key=key)
        for key, unit, since in stated
    )


def test_a_title_of_another_unit_says_nothing_of_the_dwelling_lived_in() -> None:
    [elsewhere] = run(ELSEWHERE, papers=titles(("t1", "B", "2015-01-01"))).children
    [oldest] = run(
        ELSEWHERE,
        papers=titles(("t1", "A", "2016-01-01"), ("t2", "A", "2015-01-01"), ("t3", "B", "2010-01-01")),
    ).children

    assert elsewhere.facts == ()
    assert [t.record for t in elsewhere.trail[1:]] == ["row t1"]
    assert {f["name"]: f["value"] for f in oldest.facts}["title_since"] == "2015-01-01"


CATEGORIES = [
    ({"registration_district": HERE, "registration_unit": "A"}, "A", Category.REGISTERED_LIVING_HERE),
    (
        {"registration_district": HERE, "registration_unit": "B", "dwelling_right": "owned"},
        "A",
        Category.REGISTERED_WITH_OTHER_DWELLING,
    ),
    (
        {"registration_district": HERE, "registration_unit": "B", "dwelling_right": "rented"},
        "A",
        Category.IN_COUNTY_MOVER,
    ),
    ({"registration_district": HERE}, "A", Category.IN_COUNTY_MOVER),
    (
        {"registration_district": HERE, "registration_unit": "A", "lives_there": False},
        "A",
        Category.REGISTERED_LIVING_ELSEWHERE,
    ),
    ({"registration_district": HERE, "registration_unit": "A"}, "", Category.REGISTERED_LIVING_ELSEWHERE),
    (
        {"registration_district": "980101", "permit_district": HERE, "permit_valid_until": "2026-03-02"},
        "A",
        Category.PERMIT_HOLDER,
    ),
    (
        {"registration_district": "980101", "permit_district": HERE, "permit_valid_until": "2026-03-01"},
        "A",
        Category.MIGRANT_WITHOUT_PERMIT,
    ),
    (
        {"registration_district": "980101", "permit_district": "980102", "permit_valid_until": "2027-01-01"},
        "A",
        Category.MIGRANT_WITHOUT_PERMIT,
    ),
    ({"registration_district": "990103"}, "A", Category.IN_PREFECTURE_MOVER),
    ({"registration_district": "990201"}, "A", Category.MIGRANT_WITHOUT_PERMIT),
    ({"permit_district": HERE, "permit_valid_until": "2027-01-01"}, "A", Category.PERMIT_HOLDER),
    ({}, "A", Category.UNKNOWN),
]


@pytest.mark.parametrize(("values", "unit", "category"), CATEGORIES)
def test_the_category_is_computed_from_facts(
    values: dict[str, object], unit: str, category: Category
) -> None:
    assert category_of(values, here=HERE, dwelling_unit=unit, on=ON) is category


def test_who_lives_elsewhere_counts_where_it_is_registered() -> None:
    units = {"dwelling_unit": "A", "registered_unit": "B"}

    assert unit_that_counts(Category.REGISTERED_LIVING_ELSEWHERE, **units) == "B"
    assert unit_that_counts(Category.IN_COUNTY_MOVER, **units) == "A"


def test_a_question_has_the_same_key_until_a_value_changes() -> None:
    first, second = Side("children", "row 1", "k", "A"), Side("registrations", "row 2", "k", "B")
    code = CaseCode.REGISTRATION_UNIT_DIFFERS

    key = case_key(code, first, second)

    assert key == case_key(code, replace(first, record="row 9"), replace(second, record="row 8"))
    assert key != case_key(code, first, replace(second, value="C"))
    assert key != case_key(code, first, replace(second, source="surveys"))
    assert key != case_key(CaseCode.DWELLING_UNIT_DIFFERS, first, second)


def test_every_code_has_a_kind_words_and_verdicts() -> None:
    assert set(KIND_OF) == set(CaseCode) == set(CASE_TEXTS)
    assert set(VERDICTS) == set(CaseKind)
    assert [code for code in CaseCode if KIND_OF[code] is CaseKind.DOUBTFUL] == [
        CaseCode.PERHAPS_SAME_CHILD,
        CaseCode.EQUAL_CANDIDATES,
    ]
    assert BORN < ON


def _visit(state: str, day: str = "2026-02-20", **fields: Any) -> Record:
    """What the surveyor found that day."""
    lives_there = fact("lives_there", state == "lives_here", source="officer", as_of=day)
    return record(
        Source.SURVEYS, state=state, facts=facts_of(lives_there), record=f"visit {day} {state}", **fields
    )


@pytest.mark.parametrize(
    ("state", "children", "gone"),
    [
        ("deceased", 0, 1),
        ("moved_away", 0, 1),
        ("abroad", 0, 1),
        ("moved_within", 1, 0),
        ("not_met", 1, 0),
        ("lives_here", 1, 0),
        ("", 1, 0),  # a list of a survey without outcomes
    ],
)
def test_who_is_gone_by_a_visit_is_no_child_and_no_case(state: str, children: int, gone: int) -> None:
    # the census lacks the pupil record and the attendance that the lists should have: cases for whoever counts
    outcome = run(CHILD, _visit(state), given=ALL_LISTS)

    assert (len(outcome.children), len(outcome.departed)) == (children, gone)
    assert bool(outcome.cases) == bool(children)


@pytest.mark.parametrize("state", ["deceased", "moved_away", "abroad"])
@pytest.mark.parametrize(
    ("day", "found", "gone"),
    [
        ("2026-02-19", "lives_here", 1),  # the day before
        ("2026-02-20", "lives_here", 0),  # the same day
        ("2026-02-21", "lives_here", 0),
        ("2026-02-21", "moved_within", 0),
        ("2026-02-21", "abroad", 1),
    ],
)
def test_the_latest_visit_holds(state: str, day: str, found: str, gone: int) -> None:
    outcome = run(CHILD, _visit(state), _visit(found, day))

    assert (len(outcome.children), len(outcome.departed)) == (1 - gone, gone)


@pytest.mark.parametrize(
    ("day", "source", "gone"),
    [
        ("2026-02-19", "look_up", 1),
        ("2026-02-20", "look_up", 0),  # the stronger list holds
        ("2026-02-21", "look_up", 0),
        ("2026-02-21", "declared", 1),
    ],
)
def test_a_later_list_that_says_it_lives_there_brings_a_child_back(day: str, source: str, gone: int) -> None:
    said = fact("lives_there", True, source=source, as_of=day)
    outcome = run(CHILD._replace(facts=facts_of(*CENSUS, said)), _visit("deceased"))

    assert (len(outcome.children), len(outcome.departed)) == (1 - gone, gone)


def test_a_doubtful_pair_of_which_one_is_gone_is_a_question_about_the_other() -> None:
    guarded = {"guardian": "甲父"}
    census = record(Source.CENSUS, identity="1", key="1", unit="A", **guarded)
    visit = _visit("deceased", name="甲子晗", identity="", unit="A")

    outcome = run(census, visit)

    assert (len(outcome.children), len(outcome.departed)) == (1, 1)
    [case] = outcome.cases
    assert (case.code, case.child, case.other) == (CaseCode.PERHAPS_SAME_CHILD, 0, None)


def test_places_of_cases_point_at_those_who_count() -> None:
    other = record(Source.PUPILS, "乙一一", "2", school="P1", state="on_roll")

    outcome = run(CHILD, _visit("abroad"), other, given=ALL_LISTS)

    assert [child.identity for child in outcome.children] == ["2"]
    assert {case.child for case in outcome.cases} == {0}
