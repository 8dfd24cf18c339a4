"""What happens after results: answers, silence, places given on, and who may take part in a refill round."""

from datetime import datetime, timedelta

from admissions.rules.calendar import Calendar
from admissions.rules.policy_records import AfterResults, Moves, Policy, Refill, RefillAdmits, Silence
from admissions.rules.synchronized import must_draw

REMINDED_BEFORE = timedelta(days=1)


def after_results(policy: Policy) -> AfterResults:
    """Return what the policy says, or the defaults where it says nothing.

    Source: docs/rules/after-results.md.
    """
    return policy.after_results or AfterResults()


def answer_until(policy: Policy, offered_at: datetime) -> datetime:
    """Return the excluded end of the time for an answer to a place offered at the moment.

    Never before the calendar's `confirm_until`; a place given on later has its own days.
    Source: docs/rules/after-results.md.
    """
    own = offered_at + timedelta(days=after_results(policy).answer_days)
    return max(policy.calendar.confirm_until, own)


def may_answer(calendar: Calendar, *, now: datetime, until: datetime) -> bool:
    """Say whether a family may answer: from the moment of results, before the end of its time.

    Source: docs/rules/after-results.md.
    """
    return calendar.results_at <= now < until


def lapses_by_silence(policy: Policy, *, is_private: bool) -> bool:
    """Say whether a place that nobody answered for is lost when the time is over.

    Only where the policy says so: a place is not lost by silence, the family is reminded.
    Source: docs/rules/after-results.md.
    """
    said = after_results(policy)
    return (said.private_silence if is_private else said.public_silence) is Silence.LAPSES


def may_be_declined(policy: Policy, *, is_private: bool) -> bool:
    """Say whether a family may give the place up itself; a private winner is bound where local rules say so.

    Source: docs/rules/after-results.md.
    """
    return policy.private.winner_may_decline or not is_private


def is_given_on(policy: Policy, *, is_private: bool) -> bool:
    """Say whether a freed place of the line goes to the next child in the order of the draw.

    Source: docs/rules/after-results.md.
    """
    if after_results(policy).moves is Moves.NONE:
        return False
    return policy.private.refill is Refill.WAITLIST or not is_private


def settling_moments(calendar: Calendar) -> dict[str, datetime]:
    """Return when silence is seen to: reminders a day before the end of the answers, the policy's word at the end.

    Source: docs/rules/after-results.md.
    """
    return {"remind": calendar.confirm_until - REMINDED_BEFORE, "end": calendar.confirm_until}


def may_move(policy: Policy) -> bool:
    """Say whether a child that has a place may ask to wait for one that its family listed higher.

    Source: docs/rules/after-results.md.
    """
    return after_results(policy).moves is Moves.WHO_ASKS


def is_refilled(policy: Policy, *, is_private: bool, applicants: int, seats: int) -> bool:
    """Say whether seats left at the line are offered in a refill round.

    applicants, seats -- of the line when it was drawn: a private school that had to draw may not refill where the
    policy says `none`.
    Source: docs/rules/after-results.md.
    """
    barred = is_private and policy.private.refill is Refill.NONE and must_draw(applicants, seats)
    return not barred


def may_enter_refill(policy: Policy, *, has_place: bool, gave_up: bool) -> bool:
    """Say whether a child may take part in a refill round: never with a place; after giving one up, by policy.

    Source: docs/rules/after-results.md.
    """
    if has_place:
        return False
    return not gave_up or after_results(policy).refill_admits is RefillAdmits.ALL_WITHOUT_PLACE
