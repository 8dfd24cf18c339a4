"""The status of an application: a table of who may do what from where. Nothing else changes a status."""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """Where an application stands."""

    DRAFT = "draft"
    FILED = "filed"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    INELIGIBLE = "ineligible"
    VERIFIED = "verified"
    ENTERED = "entered"
    WAITLISTED = "waitlisted"
    COORDINATION = "coordination"
    OFFERED = "offered"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    LAPSED = "lapsed"
    ENROLLED = "enrolled"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    """What can be done to an application."""

    FILE = "file"
    AMEND = "amend"
    WITHDRAW = "withdraw"
    TAKE_UP = "take_up"
    ASK = "ask"
    ANSWER = "answer"
    VERIFY = "verify"
    FIND_INELIGIBLE = "find_ineligible"
    OBJECT = "object"
    ENTER = "enter"
    OFFER = "offer"
    WAITLIST = "waitlist"
    COORDINATE = "coordinate"
    CONFIRM = "confirm"
    DECLINE = "decline"
    LAPSE = "lapse"
    ENROL = "enrol"


class Who(StrEnum):
    """Who may do it; `round` is the admission round itself, run by an officer's command."""

    GUARDIAN = "guardian"
    OFFICER = "officer"
    SCHOOL = "school"
    ROUND = "round"


@dataclass(frozen=True, slots=True)
class Transition:
    """From a status, by an action of somebody, to a status."""

    source: Status
    action: Action
    target: Status
    who: Who


class StatusFault(ValueError):
    """The table has no such step."""


TRANSITIONS: tuple[Transition, ...] = (
    Transition(Status.DRAFT, Action.FILE, Status.FILED, Who.GUARDIAN),
    Transition(Status.FILED, Action.AMEND, Status.FILED, Who.GUARDIAN),
    Transition(Status.FILED, Action.WITHDRAW, Status.WITHDRAWN, Who.GUARDIAN),
    Transition(Status.FILED, Action.TAKE_UP, Status.IN_REVIEW, Who.OFFICER),
    Transition(Status.FILED, Action.VERIFY, Status.VERIFIED, Who.ROUND),
    Transition(Status.IN_REVIEW, Action.ASK, Status.RETURNED, Who.OFFICER),
    Transition(Status.IN_REVIEW, Action.VERIFY, Status.VERIFIED, Who.OFFICER),
    Transition(Status.IN_REVIEW, Action.FIND_INELIGIBLE, Status.INELIGIBLE, Who.OFFICER),
    Transition(Status.IN_REVIEW, Action.WITHDRAW, Status.WITHDRAWN, Who.GUARDIAN),
    Transition(Status.RETURNED, Action.ANSWER, Status.IN_REVIEW, Who.GUARDIAN),
    Transition(Status.RETURNED, Action.TAKE_UP, Status.IN_REVIEW, Who.OFFICER),
    Transition(Status.RETURNED, Action.WITHDRAW, Status.WITHDRAWN, Who.GUARDIAN),
    Transition(Status.INELIGIBLE, Action.OBJECT, Status.IN_REVIEW, Who.GUARDIAN),
    Transition(Status.INELIGIBLE, Action.COORDINATE, Status.COORDINATION, Who.ROUND),
    Transition(Status.VERIFIED, Action.AMEND, Status.FILED, Who.GUARDIAN),
    Transition(Status.VERIFIED, Action.TAKE_UP, Status.IN_REVIEW, Who.OFFICER),
    Transition(Status.VERIFIED, Action.WITHDRAW, Status.WITHDRAWN, Who.GUARDIAN),
    Transition(Status.VERIFIED, Action.ENTER, Status.ENTERED, Who.ROUND),
    Transition(Status.ENTERED, Action.WITHDRAW, Status.WITHDRAWN, Who.GUARDIAN),
    Transition(Status.ENTERED, Action.OFFER, Status.OFFERED, Who.ROUND),
    Transition(Status.ENTERED, Action.WAITLIST, Status.WAITLISTED, Who.ROUND),
    Transition(Status.ENTERED, Action.COORDINATE, Status.COORDINATION, Who.ROUND),
    Transition(Status.WAITLISTED, Action.OFFER, Status.OFFERED, Who.ROUND),
    Transition(Status.WAITLISTED, Action.COORDINATE, Status.COORDINATION, Who.ROUND),
    Transition(Status.WAITLISTED, Action.WITHDRAW, Status.WITHDRAWN, Who.GUARDIAN),
    Transition(Status.COORDINATION, Action.OFFER, Status.OFFERED, Who.ROUND),
    Transition(Status.COORDINATION, Action.WITHDRAW, Status.WITHDRAWN, Who.GUARDIAN),
    Transition(Status.OFFERED, Action.CONFIRM, Status.CONFIRMED, Who.GUARDIAN),
    Transition(Status.OFFERED, Action.DECLINE, Status.DECLINED, Who.GUARDIAN),
    Transition(Status.OFFERED, Action.LAPSE, Status.LAPSED, Who.ROUND),
    Transition(Status.CONFIRMED, Action.ENROL, Status.ENROLLED, Who.SCHOOL),
    Transition(Status.CONFIRMED, Action.DECLINE, Status.DECLINED, Who.GUARDIAN),
    # Whoever gave a place up is still a child who must have one: the bureau takes over.
    Transition(Status.DECLINED, Action.COORDINATE, Status.COORDINATION, Who.ROUND),
    Transition(Status.LAPSED, Action.COORDINATE, Status.COORDINATION, Who.ROUND),
)

# The one live application per child and round has one of these.
LIVE = tuple(status for status in Status if status is not Status.WITHDRAWN)


def transition(status: Status, action: Action) -> Transition | None:
    """Return the step that the action takes from the status, or None when there is none.

    Source: docs/rules/status.md.
    """
    steps = (item for item in TRANSITIONS if item.source is status and item.action is action)
    return next(steps, None)


def may(status: Status, action: Action, who: Who | None = None) -> bool:
    """Say whether the action is possible from the status, and possible for `who` when somebody is named.

    Source: docs/rules/status.md.
    """
    step = transition(status, action)
    return step is not None and who in (None, step.who)


def next_status(status: Status, action: Action) -> Status:
    """Return the status after the action.

    Raises StatusFault when the table has no such step. Source: docs/rules/status.md.
    """
    step = transition(status, action)
    if step is None:
        raise StatusFault(f"{action} is not possible from {status}")
    return step.target


def actions_for(status: Status, who: Who) -> tuple[Action, ...]:
    """Return what `who` may do from the status, in the order of the table. Source: docs/rules/status.md."""
    return tuple(item.action for item in TRANSITIONS if item.source is status and item.who is who)
