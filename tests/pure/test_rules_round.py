"""Calendar, stages, statuses and prohibitions: the tables of a round."""

from dataclasses import fields, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from admissions.lottery import tickets
from admissions.matching import records as placing
from admissions.models import ApplicationStatus
from admissions.models import OfferStatus as StoredOfferStatus
from admissions.rules.calendar import (
    Phase,
    accepts_amendment,
    accepts_applications,
    is_review_over,
    phase,
)
from admissions.rules.policy import example_names, example_policy, load_policy
from admissions.rules.policy_records import (
    Area,
    FallbackKind,
    LineKind,
    LoserRule,
    Mechanism,
    Precedence,
    TicketScope,
)
from admissions.rules.prohibitions import COUNTS, Evidence, prohibition_report
from admissions.rules.special_needs import seat_rule
from admissions.rules.stages import lines_outside_draw, stage_layout
from admissions.rules.status import (
    LIVE,
    TRANSITIONS,
    Action,
    OfferStatus,
    Status,
    StatusFault,
    Who,
    actions_for,
    may,
    next_status,
    status_diagram,
)
from tests.pure.rules_world import town_policy

POLICY = town_policy()
INSTANT = timedelta(microseconds=1)
DOCS = Path(__file__).parents[2] / "docs" / "rules"


@pytest.mark.parametrize(
    ("moment", "before", "at"),
    [
        ("opens_at", Phase.ANNOUNCED, Phase.OPEN),
        ("closes_at", Phase.OPEN, Phase.REVIEW),
        ("review_until", Phase.REVIEW, Phase.BEFORE_DRAW),
        ("draw_at", Phase.BEFORE_DRAW, Phase.DRAW),
        ("results_at", Phase.DRAW, Phase.CONFIRMATION),
        ("confirm_until", Phase.CONFIRMATION, Phase.FINISHED),
    ],
)
def test_a_phase_begins_with_its_moment(moment: str, before: Phase, at: Phase) -> None:
    start: datetime = getattr(POLICY.calendar, moment)
    assert phase(POLICY.calendar, start - INSTANT) is before
    assert phase(POLICY.calendar, start) is at
    assert accepts_applications(POLICY.calendar, start) is (at is Phase.OPEN)


def test_review_is_over_from_the_moment_stated_and_never_before() -> None:
    end = POLICY.calendar.review_until

    assert not is_review_over(phase(POLICY.calendar, end - INSTANT))
    assert is_review_over(phase(POLICY.calendar, end))
    assert not is_review_over(Phase.ANNOUNCED)


@pytest.mark.parametrize(
    ("moment", "is_returned", "before", "at"),
    [
        ("opens_at", False, False, True),
        ("closes_at", False, True, False),
        ("closes_at", True, True, True),
        ("review_until", True, True, False),
    ],
)
def test_a_form_can_be_changed_while_the_window_is_open_and_a_returned_one_until_review_is_over(
    moment: str, is_returned: bool, before: bool, at: bool
) -> None:
    start: datetime = getattr(POLICY.calendar, moment)
    assert accepts_amendment(phase(POLICY.calendar, start - INSTANT), is_returned=is_returned) is before
    assert accepts_amendment(phase(POLICY.calendar, start), is_returned=is_returned) is at


def layout(rule: LoserRule) -> list[tuple[str, str]]:
    policy = replace(POLICY, private=replace(POLICY.private, loser=rule))
    return [(stage.code, str(stage.losers)) for stage in stage_layout(policy)]


def test_the_loser_rules_are_layouts_of_stages() -> None:
    private = ("private", "class_kept")
    assert layout(LoserRule.SAME_CLASS_LAST) == [private, ("public", "same_class_last")]
    assert layout(LoserRule.AFTER_ALL) == [private, ("public", "after_all")]
    assert layout(LoserRule.CLASS_KEPT) == [("all", "class_kept")]


@pytest.mark.parametrize("rule", list(LoserRule))
def test_every_line_is_in_one_stage_or_outside_the_draw(rule: LoserRule) -> None:
    policy = replace(POLICY, private=replace(POLICY.private, loser=rule))
    staged = [code for stage in stage_layout(policy) for code in stage.line_codes]
    outside = [line.code for line in lines_outside_draw(policy)]
    assert sorted(staged + outside) == sorted(line.code for line in policy.lines)
    assert outside == ["special_needs"]


def test_a_county_without_private_schools_has_one_stage() -> None:
    lines = tuple(line for line in POLICY.lines if line.kind is not LineKind.PRIVATE_OPEN)
    [stage] = stage_layout(replace(POLICY, lines=lines))
    assert (stage.code, stage.losers) == ("public", LoserRule.CLASS_KEPT)


@pytest.mark.parametrize(
    ("mechanism", "categories", "tickets", "adjustment", "published"),
    [  # of a private line for its county alone
        (Mechanism.RANKED_DRAW, (), TicketScope.TRACK, False, Mechanism.RANKED_DRAW),
        (Mechanism.RANKED_DRAW, (), TicketScope.TRACK, True, Mechanism.DEFERRED_ACCEPTANCE),
        (Mechanism.RANKED_DRAW, (), TicketScope.ROUND, False, Mechanism.RANKED_DRAW),
        (Mechanism.RANKED_DRAW, (), TicketScope.LINE, False, Mechanism.DEFERRED_ACCEPTANCE),
        (Mechanism.RANKED_DRAW, ("migrant",), TicketScope.TRACK, False, Mechanism.DEFERRED_ACCEPTANCE),
        (Mechanism.POINTS_FIRST, ("migrant",), TicketScope.TRACK, False, Mechanism.DEFERRED_ACCEPTANCE),
        (Mechanism.DIRECT, ("migrant",), TicketScope.LINE, True, Mechanism.DIRECT),
    ],
)
def test_a_mechanism_is_published_under_its_name_only_where_its_ranks_and_tickets_fit(
    mechanism: Mechanism,
    categories: tuple[str, ...],
    tickets: TicketScope,
    adjustment: bool,
    published: Mechanism,
) -> None:
    line = next(line for line in POLICY.lines if line.kind is LineKind.PRIVATE_OPEN)
    changed = replace(line, mechanism=mechanism, categories=categories, area=Area.DISTRICT)
    private = replace(POLICY.private, adjustment=adjustment)
    [stage] = stage_layout(replace(POLICY, lines=(changed,), tickets=tickets, private=private))
    assert stage.mechanism is published


@pytest.mark.parametrize(
    ("area", "published"),
    [(Area.DISTRICT, Mechanism.RANKED_DRAW), (Area.PREFECTURE, Mechanism.DEFERRED_ACCEPTANCE)],
)
def test_own_county_first_is_two_orders_and_is_not_published_as_one(area: Area, published: Mechanism) -> None:
    line = next(line for line in POLICY.lines if line.kind is LineKind.PRIVATE_OPEN)
    private = replace(POLICY.private, adjustment=False)
    changed = replace(line, mechanism=Mechanism.RANKED_DRAW, area=area)
    [stage] = stage_layout(replace(POLICY, lines=(changed,), private=private))
    assert stage.mechanism is published


def test_the_placing_and_the_drawing_know_every_setting_by_its_value() -> None:
    assert {rule.value for rule in placing.LoserRule} == set(LoserRule)
    assert {order.value for order in placing.Precedence} == set(Precedence)
    assert {rule.value for rule in placing.Mechanism} == set(Mechanism)
    assert {rule.value for rule in placing.CoordinationRule} == {*FallbackKind} - {FallbackKind.NONE}
    assert {scope.value for scope in tickets.TicketScope} == set(TicketScope)


@pytest.mark.parametrize(
    ("status", "action", "who", "target"),
    [
        (Status.FILED, Action.ACCEPT, Who.OFFICER, Status.ACCEPTED),
        (Status.FILED, Action.ACCEPT, Who.ROUND, Status.ACCEPTED),
        (Status.FILED, Action.RETURN, Who.OFFICER, Status.RETURNED),
        (Status.RETURNED, Action.AMEND, Who.GUARDIAN, Status.FILED),
        (Status.REFUSED, Action.OBJECT, Who.GUARDIAN, Status.FILED),
        (Status.ACCEPTED, Action.WITHDRAW, Who.GUARDIAN, Status.WITHDRAWN),
        (OfferStatus.HELD, Action.LAPSE, Who.ROUND, OfferStatus.LAPSED),
        (OfferStatus.HELD, Action.ENROL, Who.SCHOOL, OfferStatus.ENROLLED),
        (OfferStatus.ENROLLED, Action.TAKE_BACK, Who.OFFICER, OfferStatus.CONFIRMED),
    ],
)
def test_the_table_allows(status: str, action: Action, who: Who, target: str) -> None:
    assert may(status, action, who)
    assert may(status, action)
    assert next_status(status, action) == target


@pytest.mark.parametrize(
    ("status", "action", "who"),
    [
        (Status.FILED, Action.ACCEPT, Who.GUARDIAN),
        (Status.WITHDRAWN, Action.REOPEN, Who.OFFICER),
        (Status.REFUSED, Action.ACCEPT, Who.OFFICER),
        (OfferStatus.ENROLLED, Action.DECLINE, Who.GUARDIAN),
        (OfferStatus.HELD, Action.DECLINE, Who.SCHOOL),
        (OfferStatus.LAPSED, Action.ENROL, Who.SCHOOL),
        (OfferStatus.ENROLLED, Action.TAKE_BACK, Who.SCHOOL),
        (OfferStatus.ENROLLED, Action.MOVE, Who.ROUND),
    ],
)
def test_the_table_refuses(status: str, action: Action, who: Who) -> None:
    assert not may(status, action, who)
    assert action not in actions_for(status, who)


def test_a_step_that_the_table_has_not_is_a_fault() -> None:
    with pytest.raises(StatusFault):
        next_status(Status.WITHDRAWN, Action.ACCEPT)


def test_a_step_is_written_once_and_every_status_can_be_reached() -> None:
    assert len({(step.source, step.action) for step in TRANSITIONS}) == len(TRANSITIONS)
    reached = {step.target for step in TRANSITIONS} | {Status.FILED, OfferStatus.HELD}
    assert reached == {*Status, *OfferStatus}


def test_the_database_stores_the_same_statuses() -> None:
    assert set(ApplicationStatus.values) == set(Status)
    assert set(StoredOfferStatus.values) == set(OfferStatus)
    assert {Status.WITHDRAWN, Status.REFUSED}.isdisjoint(LIVE)


def test_the_page_shows_the_diagram_of_the_table() -> None:
    page = (DOCS / "status.md").read_text(encoding="utf-8")
    assert f"```mermaid\n{status_diagram()}\n```" in page


CLEAN = Evidence(*[0] * len(fields(Evidence)))


def test_a_clean_round_keeps_all_ten() -> None:
    report = prohibition_report(CLEAN)
    assert [row.number for row in report] == list(range(1, 11))
    assert all(row.is_kept and row.zh and row.en and row.guard_zh and row.guard_en for row in report)


@pytest.mark.parametrize("name", [item.name for item in fields(Evidence)])
def test_a_breach_shows_in_its_row_and_only_there(name: str) -> None:
    report = prohibition_report(replace(CLEAN, **{name: 1}))
    broken = {row.number for row in report if not row.is_kept}
    assert broken == {number for number, names in COUNTS.items() if name in names}
    assert broken


def test_seats_for_special_needs_are_given_by_law_where_the_policy_names_none() -> None:
    policy = town_policy()
    others = tuple(line for line in policy.lines if line.kind is not LineKind.SPECIAL_NEEDS)
    stated = next(line for line in policy.lines if line.kind is LineKind.SPECIAL_NEEDS)

    assert policy.line("special_needs") is stated
    assert replace(policy, lines=others).line("special_needs").kind is LineKind.SPECIAL_NEEDS
    with pytest.raises(KeyError):
        replace(policy, lines=(*others, replace(stated, code="inclusion"))).line("special_needs")


@pytest.mark.parametrize("name", example_names())
def test_every_shipped_policy_has_seats_for_special_needs(name: str) -> None:
    policy = load_policy(example_policy(name))

    assert policy.line(seat_rule(policy)).kind is LineKind.SPECIAL_NEEDS
