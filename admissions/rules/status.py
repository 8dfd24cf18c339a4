"""The status of an application and of an offer: one table of who may do what from where.

Nothing else changes a status. The values are those that the database stores.
"""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """Where an application stands."""

    FILED = "filed"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class OfferStatus(StrEnum):
    """Where an offer stands."""

    HELD = "held"
    CONFIRMED = "confirmed"
    ENROLLED = "enrolled"
    DECLINED = "declined"
    LAPSED = "lapsed"
    MOVED = "moved"


class Action(StrEnum):
    """What can be done to an application or an offer."""

    AMEND = "amend"
    RETURN = "return"
    ACCEPT = "accept"
    REFUSE = "refuse"
    REOPEN = "reopen"
    OBJECT = "object"
    WITHDRAW = "withdraw"
    CONFIRM = "confirm"
    ENROL = "enrol"
    DECLINE = "decline"
    LAPSE = "lapse"
    MOVE = "move"
    RESTORE = "restore"
    TAKE_BACK = "take_back"


class Who(StrEnum):
    """Who may do it; `round` is the admission round itself: look-ups that answered, a date that passed."""

    GUARDIAN = "guardian"
    OFFICER = "officer"
    SCHOOL = "school"
    ROUND = "round"


@dataclass(frozen=True, slots=True)
class Transition:
    """From a status, by an action of one of those named, to a status."""

    source: Status | OfferStatus
    action: Action
    target: Status | OfferStatus
    who: tuple[Who, ...]


class StatusFault(ValueError):
    """The table has no such step."""


TRANSITIONS: tuple[Transition, ...] = (
    Transition(Status.FILED, Action.AMEND, Status.FILED, (Who.GUARDIAN,)),
    Transition(Status.FILED, Action.WITHDRAW, Status.WITHDRAWN, (Who.GUARDIAN,)),
    Transition(Status.FILED, Action.RETURN, Status.RETURNED, (Who.OFFICER,)),
    Transition(Status.FILED, Action.ACCEPT, Status.ACCEPTED, (Who.OFFICER, Who.ROUND)),
    Transition(Status.FILED, Action.REFUSE, Status.REFUSED, (Who.OFFICER,)),
    Transition(Status.RETURNED, Action.AMEND, Status.FILED, (Who.GUARDIAN,)),
    Transition(Status.RETURNED, Action.WITHDRAW, Status.WITHDRAWN, (Who.GUARDIAN,)),
    Transition(Status.RETURNED, Action.REOPEN, Status.FILED, (Who.OFFICER,)),
    Transition(Status.ACCEPTED, Action.AMEND, Status.FILED, (Who.GUARDIAN,)),
    Transition(Status.ACCEPTED, Action.WITHDRAW, Status.WITHDRAWN, (Who.GUARDIAN,)),
    Transition(Status.ACCEPTED, Action.REOPEN, Status.FILED, (Who.OFFICER,)),
    Transition(Status.REFUSED, Action.OBJECT, Status.FILED, (Who.GUARDIAN,)),
    Transition(Status.REFUSED, Action.REOPEN, Status.FILED, (Who.OFFICER,)),
    Transition(OfferStatus.HELD, Action.CONFIRM, OfferStatus.CONFIRMED, (Who.GUARDIAN, Who.OFFICER)),
    Transition(OfferStatus.HELD, Action.ENROL, OfferStatus.ENROLLED, (Who.SCHOOL, Who.OFFICER)),
    Transition(OfferStatus.HELD, Action.DECLINE, OfferStatus.DECLINED, (Who.GUARDIAN, Who.OFFICER)),
    Transition(OfferStatus.HELD, Action.LAPSE, OfferStatus.LAPSED, (Who.ROUND,)),
    Transition(OfferStatus.HELD, Action.MOVE, OfferStatus.MOVED, (Who.ROUND,)),
    Transition(OfferStatus.CONFIRMED, Action.ENROL, OfferStatus.ENROLLED, (Who.SCHOOL, Who.OFFICER)),
    Transition(OfferStatus.CONFIRMED, Action.DECLINE, OfferStatus.DECLINED, (Who.GUARDIAN, Who.OFFICER)),
    Transition(OfferStatus.CONFIRMED, Action.MOVE, OfferStatus.MOVED, (Who.ROUND,)),
    Transition(OfferStatus.DECLINED, Action.RESTORE, OfferStatus.HELD, (Who.GUARDIAN, Who.OFFICER)),
    Transition(OfferStatus.LAPSED, Action.RESTORE, OfferStatus.HELD, (Who.OFFICER,)),
    Transition(OfferStatus.ENROLLED, Action.TAKE_BACK, OfferStatus.CONFIRMED, (Who.OFFICER,)),
)

# A child has at most one application of these in a round.
LIVE = (Status.FILED, Status.RETURNED, Status.ACCEPTED)

# An offer of these takes a seat.
LIVE_OFFERS = (OfferStatus.HELD, OfferStatus.CONFIRMED, OfferStatus.ENROLLED)


def transition(status: str, action: Action) -> Transition | None:
    """Return the step that the action takes from the status, or None when there is none.

    Source: docs/rules/status.md.
    """
    return next((step for step in TRANSITIONS if step.source == status and step.action is action), None)


def may(status: str, action: Action, who: Who | None = None) -> bool:
    """Say whether the action is possible from the status, and possible for `who` when somebody is named.

    Source: docs/rules/status.md.
    """
    step = transition(status, action)
    return step is not None and (who is None or who in step.who)


def next_status(status: str, action: Action) -> Status | OfferStatus:
    """Return the status after the action.

    Raises StatusFault when the table has no such step. Source: docs/rules/status.md.
    """
    step = transition(status, action)
    if step is None:
        raise StatusFault(f"{action} is not possible from {status}")
    return step.target


def actions_for(status: str, who: Who) -> tuple[Action, ...]:
    """Return what `who` may do from the status, in the order of the table. Source: docs/rules/status.md."""
    return tuple(step.action for step in TRANSITIONS if step.source == status and who in step.who)


def status_diagram() -> str:
    """Return the table as a Mermaid state diagram, one line for each step in the order of the table.

    Source: docs/rules/status.md.
    """
    steps = [
        f"    {step.source} --> {step.target}: {step.action} ({', '.join(step.who)})" for step in TRANSITIONS
    ]
    return "\n".join(["stateDiagram-v2", f"    [*] --> {Status.FILED}", *steps])
