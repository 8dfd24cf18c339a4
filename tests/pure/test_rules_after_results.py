"""After results: both sides of every boundary. Clauses: docs/rules/after-results.md."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from admissions.rules.after_results import (
    after_results,
    answer_until,
    is_given_on,
    is_refilled,
    lapses_by_silence,
    may_answer,
    may_be_declined,
    may_enter_refill,
    may_move,
    settling_moments,
)
from admissions.rules.policy import PolicyFault, example_policy, load_policy, policy_digest
from admissions.rules.policy_records import AfterResults, Moves, Refill, RefillAdmits, Silence
from tests.policies import as_yaml, shipped_policy
from tests.pure.rules_world import town_policy

POLICY = town_policy()
CALENDAR = POLICY.calendar
INSTANT = timedelta(microseconds=1)


def saying(**said: object) -> AfterResults:
    return replace(AfterResults(), **said)  # type: ignore[arg-type]  # the fields are checked when used


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (CALENDAR.results_at - INSTANT, False),
        (CALENDAR.results_at, True),
        (CALENDAR.confirm_until - INSTANT, True),
        (CALENDAR.confirm_until, False),
    ],
)
def test_families_answer_from_results_until_the_end_excluded(moment: datetime, expected: bool) -> None:
    until = answer_until(POLICY, CALENDAR.results_at)
    assert may_answer(CALENDAR, now=moment, until=until) is expected


@pytest.mark.parametrize(
    ("offered_before_the_end", "until_after_the_end"),
    [
        (timedelta(days=4), timedelta(0)),
        (timedelta(days=3), timedelta(0)),
        (timedelta(days=3) - INSTANT, INSTANT),
        (timedelta(days=0), timedelta(days=3)),
    ],
)
def test_a_place_given_on_late_has_three_days_of_its_own(
    offered_before_the_end: timedelta, until_after_the_end: timedelta
) -> None:
    offered_at = CALENDAR.confirm_until - offered_before_the_end
    assert answer_until(POLICY, offered_at) == CALENDAR.confirm_until + until_after_the_end


@pytest.mark.parametrize(
    ("said", "public", "private"),
    [
        (None, False, False),
        (saying(private_silence=Silence.LAPSES), False, True),
        (saying(public_silence=Silence.LAPSES), True, False),
    ],
)
def test_silence_loses_a_place_only_where_the_policy_says_so(
    said: AfterResults | None, public: bool, private: bool
) -> None:
    policy = replace(POLICY, after_results=said)
    assert lapses_by_silence(policy, is_private=False) is public
    assert lapses_by_silence(policy, is_private=True) is private


@pytest.mark.parametrize(("winner_may_decline", "private"), [(True, True), (False, False)])
def test_a_private_winner_is_bound_where_local_rules_say_so(winner_may_decline: bool, private: bool) -> None:
    policy = replace(POLICY, private=replace(POLICY.private, winner_may_decline=winner_may_decline))
    assert may_be_declined(policy, is_private=True) is private
    assert may_be_declined(policy, is_private=False)


@pytest.mark.parametrize(
    ("moves", "refill", "public", "private", "may_ask"),
    [
        (Moves.WHO_ASKS, Refill.NONE, True, False, True),
        (Moves.WHO_ASKS, Refill.NEW_DRAW, True, False, True),
        (Moves.WHO_ASKS, Refill.WAITLIST, True, True, True),
        (Moves.WITHOUT_PLACE, Refill.WAITLIST, True, True, False),
        (Moves.NONE, Refill.WAITLIST, False, False, False),
    ],
)
def test_freed_places_are_given_on_as_the_policy_says(
    moves: Moves, refill: Refill, public: bool, private: bool, may_ask: bool
) -> None:
    policy = replace(
        POLICY, after_results=saying(moves=moves), private=replace(POLICY.private, refill=refill)
    )
    assert is_given_on(policy, is_private=False) is public
    assert is_given_on(policy, is_private=True) is private
    assert may_move(policy) is may_ask


@pytest.mark.parametrize(
    ("refill", "is_private", "applicants", "expected"),
    [
        (Refill.NONE, True, 3, False),
        (Refill.NONE, True, 2, True),
        (Refill.NEW_DRAW, True, 3, True),
        (Refill.WAITLIST, True, 3, True),
        (Refill.NONE, False, 3, True),
    ],
)
def test_a_private_school_that_had_to_draw_may_not_refill_under_none(
    refill: Refill, is_private: bool, applicants: int, expected: bool
) -> None:
    policy = replace(POLICY, private=replace(POLICY.private, refill=refill))
    assert is_refilled(policy, is_private=is_private, applicants=applicants, seats=2) is expected


@pytest.mark.parametrize(
    ("admits", "has_place", "gave_up", "expected"),
    [
        (RefillAdmits.ALL_WITHOUT_PLACE, False, False, True),
        (RefillAdmits.ALL_WITHOUT_PLACE, False, True, True),
        (RefillAdmits.ALL_WITHOUT_PLACE, True, False, False),
        (RefillAdmits.NEVER_GAVE_UP, False, False, True),
        (RefillAdmits.NEVER_GAVE_UP, False, True, False),
    ],
)
def test_a_refill_round_is_for_children_without_a_place(
    admits: RefillAdmits, has_place: bool, gave_up: bool, expected: bool
) -> None:
    policy = replace(POLICY, after_results=saying(refill_admits=admits))
    assert may_enter_refill(policy, has_place=has_place, gave_up=gave_up) is expected


def test_a_policy_that_says_nothing_keeps_its_digest_and_has_the_defaults() -> None:
    policy = load_policy(example_policy("registration_and_dwelling"))
    assert policy.after_results is None
    assert after_results(policy) == AfterResults(Silence.KEPT, Silence.KEPT, Moves.WHO_ASKS, 3)
    assert policy_digest(replace(policy, after_results=AfterResults())) != policy_digest(policy)


def test_the_part_is_read_and_its_faults_are_named() -> None:
    data = shipped_policy()
    read = load_policy(as_yaml({**data, "after_results": {"moves": "without_place", "answer_days": 5}}))
    assert read.after_results == AfterResults(moves=Moves.WITHOUT_PLACE, answer_days=5)
    with pytest.raises(PolicyFault) as refusal:
        load_policy(as_yaml({**data, "after_results": {"moves": "all", "answer_days": 0, "other": 1}}))
    paths = [fault.path for fault in refusal.value.faults]
    assert paths == ["after_results.other", "after_results.moves", "after_results.answer_days"]


def test_moments_are_compared_in_any_zone() -> None:
    until = answer_until(POLICY, CALENDAR.results_at)
    assert may_answer(CALENDAR, now=CALENDAR.results_at.astimezone(UTC), until=until)


def test_silence_is_seen_to_a_day_before_the_end_of_the_answers_and_at_it() -> None:
    calendar = replace(CALENDAR, confirm_until=datetime(2026, 7, 20, 10, tzinfo=UTC))
    assert settling_moments(calendar) == {
        "remind": datetime(2026, 7, 19, 10, tzinfo=UTC),
        "end": datetime(2026, 7, 20, 10, tzinfo=UTC),
    }
