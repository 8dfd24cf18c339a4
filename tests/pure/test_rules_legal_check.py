"""The legal check: each refusal with its clause, and the last lawful value beside it."""

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from admissions.rules.clauses import (
    AGE_SIX,
    CLASS_SIZE,
    EQUAL_TERMS,
    LOCAL_RULE,
    MATERIALS,
    PERMIT_TERMS,
    SERVICE_MEMBERS,
    SYNCHRONIZED,
    ZONES,
    Clause,
    Mark,
)  # fmt: skip
from admissions.rules.conditions import AllOf, AnyOf, Comparison, Condition, NotThat, Operator
from admissions.rules.days import months_later
from admissions.rules.documents_catalogue import CATALOGUE, Document, Standing
from admissions.rules.facts import FactName
from admissions.rules.legal_check import PlannedIntake, Severity, refusals, violation_text, violations
from admissions.rules.legal_texts import LEGAL_TEXTS
from admissions.rules.policy import PolicyFault, example_names, example_policy, load_policy
from admissions.rules.policy_records import (
    ApprovalStep,
    Area,
    Fallback,
    FallbackKind,
    LoserRule,
    Policy,
    ReserveRules,
    SchoolStage,
    TwinRule,
    Window,
)  # fmt: skip
from admissions.rules.terms import Computed, Term
from tests.policies import as_yaml, shipped_policy
from tests.pure.rules_world import town_policy

POLICY = town_policy()
PRIVATE_LINE = 2
OPENS, CLOSES = POLICY.calendar.opens_at, POLICY.calendar.closes_at


def with_private_line(**changes: object) -> Policy:
    lines = list(POLICY.lines)
    lines[PRIVATE_LINE] = replace(lines[PRIVATE_LINE], **changes)  # type: ignore[arg-type]
    return replace(POLICY, lines=tuple(lines))


def with_calendar(published_on: date | None) -> Policy:
    return replace(POLICY, calendar=replace(POLICY.calendar, published_on=published_on))


def with_migrant_test(term: Term, least: int) -> Policy:
    index = next(i for i, item in enumerate(POLICY.categories) if item.code == "migrant")
    category = POLICY.categories[index]
    when = AllOf((category.when, Comparison(term, Operator.AT_LEAST, least)))
    categories = list(POLICY.categories)
    categories[index] = replace(category, when=when)
    return replace(POLICY, categories=tuple(categories))


def found(policy: Policy, severity: Severity = Severity.REFUSE) -> list[tuple[str, str, Clause]]:
    return [(v.code, v.path, v.clause) for v in violations(policy) if v.severity is severity]


@pytest.mark.parametrize("name", example_names())
def test_every_example_passes(name: str) -> None:
    assert refusals(load_policy(example_policy(name))) == ()


def test_the_county_example_has_not_even_a_warning() -> None:
    assert violations(POLICY) == ()


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (
            replace(POLICY, age=replace(POLICY.age, refuse_older_than=8)),
            ("over_age_refusal", "age.refuse_older_than", AGE_SIX),
        ),
        (
            with_private_line(window=Window(OPENS.replace(day=14), CLOSES)),
            ("private_outside_window", "lines[2].window", SYNCHRONIZED),
        ),
        (
            with_private_line(window=Window(OPENS, CLOSES.replace(day=23))),
            ("private_outside_window", "lines[2].window", SYNCHRONIZED),
        ),
        (
            with_private_line(area=Area.PROVINCE),
            ("private_beyond_prefecture", "lines[2].area", SYNCHRONIZED),
        ),
        (
            with_private_line(categories=("registered_and_living",)),
            ("private_not_drawn", "lines[2].categories", SYNCHRONIZED),
        ),
        (
            with_calendar(None),
            ("unpublished_before_opening", "calendar.published_on", ZONES),
        ),
        (
            with_calendar(OPENS.date()),
            ("unpublished_before_opening", "calendar.published_on", ZONES),
        ),
        (
            replace(POLICY, fallback=Fallback(FallbackKind.NONE, None)),
            ("no_fallback", "fallback.kind", EQUAL_TERMS),
        ),
        (replace(POLICY, twins=TwinRule.EITHER_WINS), ("either_twin_wins", "twins", SYNCHRONIZED)),
        (replace(POLICY, lines=POLICY.lines[:3]), ("no_zone_line", "lines", ZONES)),
    ],
)
def test_what_is_refused_and_by_which_clause(policy: Policy, expected: tuple[str, str, Clause]) -> None:
    assert found(policy) == [expected]


@pytest.mark.parametrize(
    "policy",
    [
        with_private_line(window=Window(OPENS, CLOSES)),
        with_private_line(area=Area.PREFECTURE),
        with_calendar(date(2026, 6, 14)),
    ],
)
def test_the_last_lawful_value_passes(policy: Policy) -> None:
    assert found(policy) == []


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (
            document,
            "forbidden_document" if entry.standing is Standing.FORBIDDEN else "document_before_admission",
        )
        for document, entry in CATALOGUE.items()
        if entry.standing is not Standing.ALLOWED
    ],
)
def test_a_document_that_is_not_allowed_is_refused(document: Document, code: str) -> None:
    policy = replace(POLICY, documents=(*POLICY.documents, document))
    assert found(policy) == [(code, f"documents[{len(POLICY.documents)}]", MATERIALS)]


def test_waiting_until_seven_is_for_people_to_judge() -> None:
    policy = replace(POLICY, age=replace(POLICY.age, entry_age=7))
    assert found(policy) == []
    assert found(policy, Severity.WARN) == [("entry_age_above_six", "age.entry_age", AGE_SIX)]


def test_a_window_far_from_the_policys_year_is_for_people_to_judge() -> None:
    assert found(replace(POLICY, year=2027), Severity.WARN) == []
    expected = [("calendar_of_another_year", "calendar.opens_at", LOCAL_RULE)]
    assert found(replace(POLICY, year=2028), Severity.WARN) == expected


def test_publication_may_still_come_before_the_window_opens() -> None:
    policy = with_calendar(None)
    assert refusals(policy, on=date(2026, 6, 14)) == ()
    assert [item.code for item in refusals(policy, on=date(2026, 6, 15))] == ["unpublished_before_opening"]


@pytest.mark.parametrize(
    ("term", "lawful", "longer", "code", "clause"),
    [
        (Computed.RESIDENCE_MONTHS, 6, 7, "longer_residence", PERMIT_TERMS),
        (Computed.RESIDENCE_YEARS, 0, 1, "longer_residence", PERMIT_TERMS),
        (FactName.INSURANCE_MONTHS, 0, 1, "longer_insurance", MATERIALS),
    ],
)
def test_a_local_extra_that_lengthens_national_terms_is_warned_of(
    term: Term, lawful: int, longer: int, code: str, clause: Clause
) -> None:
    assert found(with_migrant_test(term, lawful), Severity.WARN) == []
    warned = found(with_migrant_test(term, longer), Severity.WARN)
    assert [(item[0], item[2]) for item in warned] == [(code, clause)]


def test_a_document_that_no_rule_uses_is_warned_of() -> None:
    policy = replace(POLICY, documents=(*POLICY.documents, Document.SOCIAL_INSURANCE))
    assert found(policy, Severity.WARN) == [("needless_document", "documents[9]", MATERIALS)]


def test_each_missing_step_of_approval_is_warned_of() -> None:
    policy = replace(POLICY, approval=(ApprovalStep.MINUTES,))
    assert [code for code, _, _ in found(policy, Severity.WARN)] == [
        "without_risk_assessment", "without_legality_review", "without_document_number", "without_filing",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("stage", "seats", "expected"),
    [
        (SchoolStage.PRIMARY, 90, []),
        (SchoolStage.PRIMARY, 91, [("above_standard_class", Severity.WARN)]),
        (SchoolStage.PRIMARY, 110, [("above_standard_class", Severity.WARN)]),
        (SchoolStage.PRIMARY, 111, [("large_class", Severity.REFUSE)]),
        (SchoolStage.JUNIOR, 100, []),
        (SchoolStage.JUNIOR, 101, [("above_standard_class", Severity.WARN)]),
    ],
)
def test_a_starting_grade_may_not_make_a_large_class(
    stage: SchoolStage, seats: int, expected: list[tuple[str, Severity]]
) -> None:
    intakes = [
        PlannedIntake("east", "zone", seats - 5, classes=2),
        PlannedIntake("east", "preferential", 5, classes=2),
        PlannedIntake("west", "zone", 45, classes=1),
    ]
    checked = violations(replace(POLICY, stage=stage), intakes)
    assert [(item.code, item.severity) for item in checked] == expected
    assert all(item.clause is CLASS_SIZE and item.path == "intakes[east]" for item in checked)


def test_every_finding_is_said_in_both_languages_with_path_and_clause() -> None:
    [violation] = violations(replace(POLICY, twins=TwinRule.EITHER_WINS))
    assert violation_text(violation, "zh").startswith("twins：多胞胎“一中全中”使中签机会加倍")
    assert violation_text(violation, "en").endswith("(2019 opinion and the yearly notices)")
    assert all(zh and en for zh, en in LEGAL_TEXTS.values())


def test_a_notice_is_never_quoted_as_law() -> None:
    clauses = [AGE_SIX, CLASS_SIZE, EQUAL_TERMS, MATERIALS, PERMIT_TERMS, SYNCHRONIZED, ZONES]
    for clause in clauses:
        assert (clause.mark is Mark.NOTICE) is (clause.year is not None)


CLOSING_DAY = CLOSES.date()


def with_migrant_condition(extra: Condition) -> Policy:
    index = next(i for i, item in enumerate(POLICY.categories) if item.code == "migrant")
    category = POLICY.categories[index]
    categories = list(POLICY.categories)
    categories[index] = replace(category, when=AllOf((category.when, extra)))
    return replace(POLICY, categories=tuple(categories))


def residence(operator: Operator, operand: int | date, term: Term = Computed.RESIDENCE_MONTHS) -> Comparison:
    return Comparison(term, operator, operand)


@pytest.mark.parametrize(
    ("extra", "is_longer"),
    [
        (NotThat(residence(Operator.AT_MOST, 6)), True),
        (NotThat(residence(Operator.AT_MOST, 5)), False),
        (NotThat(residence(Operator.AT_LEAST, 12)), False),
        (NotThat(NotThat(residence(Operator.AT_LEAST, 7))), True),
        (AnyOf((residence(Operator.AT_LEAST, 7), residence(Operator.AT_LEAST, 6))), True),
        (
            residence(Operator.ON_OR_BEFORE, months_later(CLOSING_DAY, -6), FactName.RESIDENCE_SINCE),
            False,
        ),
        (
            residence(
                Operator.ON_OR_BEFORE,
                months_later(CLOSING_DAY, -6) - timedelta(days=1),
                FactName.RESIDENCE_SINCE,
            ),
            True,
        ),
        (residence(Operator.ON_OR_BEFORE, date(2020, 1, 1), FactName.PERMIT_VALID_FROM), True),
        (residence(Operator.ON_OR_BEFORE, date(2015, 1, 1), FactName.TITLE_SINCE), False),
    ],
)
def test_a_longer_term_is_found_however_it_is_written(extra: Condition, is_longer: bool) -> None:
    found = {item.code for item in violations(with_migrant_condition(extra))}
    assert ("longer_residence" in found) == is_longer


def as_text(**changes: object) -> str:
    data = shipped_policy()
    data.update(changes)
    return as_yaml(data)


def category_on(term: str, **test: object) -> list[dict[str, object]]:
    return [
        {"code": "x", "title": {"zh": "甲", "en": "x"}, "when": {term: test}, "keys": ["ticket"]},
    ]


# What the bureau may not do, whole: each with the change that does it, and where it is refused.
FORBIDDEN_IN_READING = [
    ("test scores as facts", {"categories": category_on("test_score", at_least=90)}, "十项严禁|prohibitions"),
    (
        "certificates as facts",
        {"categories": category_on("certificate", known=True)},
        "十项严禁|prohibitions",
    ),
    ("contests as facts", {"categories": category_on("contest_result", known=True)}, "十项严禁|prohibitions"),
    ("income as a fact", {"categories": category_on("parents_income", at_least=1)}, "materials"),
]
FORBIDDEN_BY_CHECK = [
    ("kindergarten proof", {"documents": ["kindergarten_attendance"]}, "forbidden_document"),
    ("family-planning proof", {"documents": ["family_planning"]}, "forbidden_document"),
    ("over-age proof", {"documents": ["over_age_proof"]}, "forbidden_document"),
    ("proof of no guardian", {"documents": ["no_guardian_proof"]}, "forbidden_document"),
    ("parents' post", {"documents": ["parents_post"]}, "forbidden_document"),
    ("parents' income", {"documents": ["parents_income"]}, "forbidden_document"),
    ("certificates as papers", {"documents": ["certificate_or_contest"]}, "forbidden_document"),
    ("test scores as papers", {"documents": ["test_score"]}, "forbidden_document"),
    ("vaccination before admission", {"documents": ["vaccination_record"]}, "document_before_admission"),
    ("no fallback", {"fallback": {"kind": "none", "distance_cap_metres": None}}, "no_fallback"),
    (
        "over-age refusal",
        {"age": {"entry_age": 6, "cut_off_month": 8, "cut_off_day": 31, "refuse_older_than": 8}},
        "over_age_refusal",
    ),
    ("either twin wins", {"twins": "either_wins"}, "either_twin_wins"),
]


@pytest.mark.parametrize(
    ("changes", "clause"),
    [case[1:] for case in FORBIDDEN_IN_READING],
    ids=[case[0] for case in FORBIDDEN_IN_READING],
)
def test_a_text_with_what_cannot_be_a_fact_is_no_policy_and_the_clause_is_named(
    changes: dict[str, object], clause: str
) -> None:
    with pytest.raises(PolicyFault) as refusal:
        load_policy(as_text(**changes))
    assert any(re.search(clause, fault.clause) for fault in refusal.value.faults)


@pytest.mark.parametrize(
    ("changes", "code"),
    [case[1:] for case in FORBIDDEN_BY_CHECK],
    ids=[case[0] for case in FORBIDDEN_BY_CHECK],
)
def test_a_text_that_reads_well_and_breaks_the_law_is_refused(changes: dict[str, object], code: str) -> None:
    assert code in {item.code for item in refusals(load_policy(as_text(**changes)))}


EMPTY = ("reserve_may_stay_empty", "lines[1].reserve.spills", ZONES)
BEHIND = ("reserve_behind_others", "lines[1].reserve.spills", SERVICE_MEMBERS)


@pytest.mark.parametrize(
    ("reserve", "loser", "expected"),
    [
        (None, LoserRule.AFTER_ALL, []),
        (ReserveRules(spills=False), LoserRule.AFTER_ALL, [EMPTY]),
        (ReserveRules(spills=True), LoserRule.AFTER_ALL, [BEHIND]),
        (ReserveRules(spills=True), LoserRule.SAME_CLASS_LAST, []),
        (ReserveRules(spills=True), LoserRule.CLASS_KEPT, []),
    ],
)
def test_warnings_of_reserves_that_stay_empty_and_of_members_behind_the_others(
    reserve: ReserveRules | None, loser: LoserRule, expected: list[tuple[str, str, Clause]]
) -> None:
    lines = (POLICY.lines[0], replace(POLICY.lines[1], reserve=reserve), *POLICY.lines[2:])
    policy = replace(POLICY, lines=lines, private=replace(POLICY.private, loser=loser))
    assert found(policy, Severity.WARN) == expected
    assert found(policy) == []


def test_every_refusal_and_warning_of_the_check_has_a_case_here_or_among_the_back_doors() -> None:
    files = (Path(__file__), Path(__file__).with_name("test_rules_legal_back_doors.py"))
    cases = "".join(file.read_text(encoding="utf-8") for file in files)
    loose = [code for code in LEGAL_TEXTS if f'"{code}"' not in cases and not code.startswith("without_")]
    assert loose == []


ZONE_LINE, MULTI_LINE, SET_ASIDE = 3, 4, 1
LATE, EARLY = Window(OPENS.replace(day=20), CLOSES), Window(OPENS, OPENS.replace(day=18))
OUTSIDE = Window(OPENS.replace(month=7, day=1), OPENS.replace(month=7, day=2))


def with_windows(windows: dict[int, Window]) -> Policy:
    lines = tuple(replace(line, window=windows.get(index)) for index, line in enumerate(POLICY.lines))
    return replace(POLICY, lines=lines)


@pytest.mark.parametrize(
    ("windows", "expected"),
    [
        ({}, []),
        # The private line is open before a public one is, or still open when it is not.
        ({ZONE_LINE: LATE}, [("private_outside_window", PRIVATE_LINE)]),
        ({MULTI_LINE: LATE}, [("private_outside_window", PRIVATE_LINE)]),
        ({ZONE_LINE: EARLY}, [("private_outside_window", PRIVATE_LINE)]),
        ({ZONE_LINE: EARLY, PRIVATE_LINE: LATE}, [("private_outside_window", PRIVATE_LINE)]),
        ({ZONE_LINE: LATE, PRIVATE_LINE: LATE}, []),
        ({ZONE_LINE: LATE, MULTI_LINE: LATE, PRIVATE_LINE: LATE}, []),
        ({ZONE_LINE: LATE, PRIVATE_LINE: Window(OPENS.replace(day=21), CLOSES.replace(day=21))}, []),
        (
            {ZONE_LINE: LATE, PRIVATE_LINE: Window(LATE.opens_at - timedelta(minutes=1), CLOSES)},
            [("private_outside_window", PRIVATE_LINE)],
        ),
        # A window of another kind of line need only lie within the round's.
        ({SET_ASIDE: LATE}, []),
        ({SET_ASIDE: Window(OPENS, CLOSES)}, []),
        (
            {SET_ASIDE: Window(OPENS, CLOSES + timedelta(minutes=1))},
            [("window_outside_calendar", SET_ASIDE)],
        ),
        (
            {SET_ASIDE: Window(OPENS - timedelta(minutes=1), CLOSES)},
            [("window_outside_calendar", SET_ASIDE)],
        ),
        # A public window after the round's has closed shuts the school for the whole round.
        (
            {ZONE_LINE: OUTSIDE},
            [("private_outside_window", PRIVATE_LINE), ("window_outside_calendar", ZONE_LINE)],
        ),
        ({PRIVATE_LINE: OUTSIDE}, [("private_outside_window", PRIVATE_LINE)]),
    ],
)
def test_every_window_lies_in_the_rounds_and_a_private_one_in_those_of_the_public_lines(
    windows: dict[int, Window], expected: list[tuple[str, int]]
) -> None:
    told = [(code, f"lines[{index}].window", SYNCHRONIZED) for code, index in expected]
    assert found(with_windows(windows)) == told
