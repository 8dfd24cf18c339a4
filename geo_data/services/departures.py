"""What officers record about children who are gone: who received them, what proves it, or that they came back."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Action, require
from accounts.services.audit import record_event
from common.canonical import CanonicalValue
from common.errors import MalformedInput, RulesSayNo, WrongMoment
from geo_data.models import Departure, DepartureAnswer, DepartureState, District
from geo_data.reconciliation.words import ANSWERS, Answer, LeftHow
from geo_data.selectors.departures import as_answered, get_departure
from geo_data.selectors.reconciliation import list_reconciliations
from geo_data.services.case_decisions import ReasonMissing, RunIsNotNewest
from geo_data.services.datasets import lock_district
from geo_data.services.reconciling_meanwhile import show_answer

PROOFS = frozenset({Answer.PROVED_ABROAD, Answer.DEATH_CONFIRMED})


@dataclass(frozen=True, slots=True)
class Reply:
    """What an officer records. `county` belongs to RECEIVED, `document` to proofs; no personal data in any of them."""

    answer: Answer
    reason: str
    happened_on: date | None = None
    county: str = ""
    document: str = ""


class AnswerDoesNotFit(RulesSayNo):
    """This answers another way of leaving."""

    code = "answer_does_not_fit"


class AnswerIncomplete(MalformedInput):
    """The answer lacks what proves it: the day, the receiving county, or the document."""

    code = "answer_incomplete"


class AnswerInTheFuture(RulesSayNo):
    """What is recorded has not happened yet."""

    code = "answer_in_the_future"


class ReceivedByThisCounty(RulesSayNo):
    """The receiving county is this one: then the child came back."""

    code = "received_by_this_county"


class DepartureIsAnswered(WrongMoment):
    """There is an answer; it must be taken back first."""

    code = "departure_is_answered"


class DepartureIsAwaited(WrongMoment):
    """There is no answer that could be taken back."""

    code = "departure_is_awaited"


@transaction.atomic
def answer_departure(*, actor: User, now: datetime, departure_id: UUID | str, reply: Reply) -> Departure:
    """Record where a child is who left, or take the last answer back with `Answer.REOPENED`.

    The list shows it at once, and later runs as long as no later visit asks again; a child who came back counts
    from the next run on. Raises NoSuchDeparture, RunIsNotNewest, DepartureIsAnswered, DepartureIsAwaited,
    ReasonMissing, AnswerDoesNotFit, AnswerIncomplete, AnswerInTheFuture, ReceivedByThisCounty.
    """
    found = get_departure(departure_id)
    district = found.reconciliation.district
    require(actor, Action.IMPORT_DATA, district.code)
    lock_district(district.code)
    departure = Departure.objects.select_for_update().get(pk=found.pk)
    newest = list_reconciliations(district.code).first()
    if newest is None or newest.pk != departure.reconciliation_id:
        raise RunIsNotNewest("there is a newer run", reconciliation=str(departure.reconciliation_id))
    _check_moment(departure, reply.answer)
    _check_content(departure, district, reply, timezone.localtime(now).date())
    answer = DepartureAnswer.objects.create(
        district=district,
        child_key=departure.child_key,
        how=departure.how,
        found_on=departure.found_on,
        answer=reply.answer.value,
        county=reply.county.strip(),
        happened_on=reply.happened_on,
        document=reply.document.strip(),
        reason=reply.reason.strip(),
        answered_by=actor,
        answered_at=now,
    )
    in_force = None if reply.answer is Answer.REOPENED else as_answered(answer)
    show_answer(newest.pk, departure.child_key, in_force)
    _tell(actor, now, departure, answer)
    departure.refresh_from_db(fields=["state"])
    return departure


def _check_moment(departure: Departure, answer: Answer) -> None:
    is_answered_now = departure.state == DepartureState.ANSWERED
    if answer is Answer.REOPENED and not is_answered_now:
        raise DepartureIsAwaited("there is no answer to take back", departure=str(departure.pk))
    if answer is not Answer.REOPENED and is_answered_now:
        raise DepartureIsAnswered("take the answer back first", departure=str(departure.pk))


def _check_content(departure: Departure, district: District, reply: Reply, today: date) -> None:
    if not reply.reason.strip():
        raise ReasonMissing("an answer needs a reason")
    if reply.answer is Answer.REOPENED:
        return
    if reply.answer not in ANSWERS[LeftHow(departure.how)]:
        raise AnswerDoesNotFit(
            "this does not answer how the child left", how=departure.how, answer=reply.answer.value
        )
    missing = [name for name, is_missing in _missing(reply) if is_missing]
    if reply.happened_on is None or missing:
        raise AnswerIncomplete("the answer lacks what proves it", missing=missing)
    if reply.happened_on > today:
        raise AnswerInTheFuture("this has not happened yet", happened_on=reply.happened_on.isoformat())
    if reply.answer is Answer.RECEIVED and reply.county.strip() in (district.code, district.name):
        raise ReceivedByThisCounty("this county cannot receive its own child", county=district.code)


def _missing(reply: Reply) -> tuple[tuple[str, bool], ...]:
    return (
        ("happened_on", reply.happened_on is None),
        ("county", reply.answer is Answer.RECEIVED and not reply.county.strip()),
        ("document", reply.answer in PROOFS and not reply.document.strip()),
    )


def _tell(actor: User, now: datetime, departure: Departure, answer: DepartureAnswer) -> None:
    details: dict[str, CanonicalValue] = {
        "answer": answer.answer,
        "how": answer.how,
        "found_on": answer.found_on.isoformat(),
        "happened_on": answer.happened_on.isoformat() if answer.happened_on else None,
        "county": answer.county,
    }
    record_event(
        actor=actor,
        now=now,
        action="departure.answered",
        subject=departure,
        district_code=departure.reconciliation.district_id,
        details=details,
    )
