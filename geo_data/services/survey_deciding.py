"""What differs on a sheet that came back, decided value by value; changed at will until the sheet is merged."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.permissions import require
from accounts.services.audit import record_event
from common.errors import MalformedInput, NotFound, RulesSayNo, WrongMoment
from geo_data.models import (
    CONFLICTS,
    ReturnStatus,
    SheetStatus,
    SurveyDecision,
    SurveyDifference,
    SurveyReturn,
)
from geo_data.selectors.surveys import SURVEYING
from geo_data.tables.survey_comparing import Difference
from geo_data.tables.survey_settling import Decision, decisions_for


class ReasonMissing(MalformedInput):
    """A conflict is decided with a reason."""

    code = "decision_reason_missing"


class NoSuchDifference(NotFound):
    """There is no such difference."""

    code = "no_such_difference"


class DecisionDoesNotFit(RulesSayNo):
    """This difference cannot be decided so: there is no earlier return, or the register says nothing of it."""

    code = "decision_does_not_fit"


class DifferenceIsOver(WrongMoment):
    """The sheet was merged, or a later return counts, so nothing can be decided here."""

    code = "difference_is_over"


@transaction.atomic
def decide_difference(
    *, actor: User, now: datetime, difference_id: UUID, decision: SurveyDecision, reason: str
) -> SurveyDifference:
    """Record what holds; a conflict needs a reason. A decision may be changed until the sheet is merged."""
    row = _locked_difference(actor, difference_id)
    if row.kind in CONFLICTS and not reason.strip():
        raise ReasonMissing("write a reason", difference=str(difference_id))
    if Decision(decision) not in decisions_for(Difference(row.kind), row.field, row.key):
        raise DecisionDoesNotFit("this cannot be decided so", kind=row.kind, decision=decision.value)
    row.decision, row.reason, row.decided_by, row.decided_at = decision, reason.strip(), actor, now
    row.save(update_fields=["decision", "reason", "decided_by", "decided_at"])
    _record_decision(row, actor=actor, now=now, action="survey.decided")
    return row


@transaction.atomic
def undo_decision(*, actor: User, now: datetime, difference_id: UUID) -> SurveyDifference:
    """Take a decision back, until the sheet is merged. The audit log keeps both."""
    row = _locked_difference(actor, difference_id)
    if row.decision:
        row.decision, row.reason, row.decided_by, row.decided_at = "", "", None, None
        row.save(update_fields=["decision", "reason", "decided_by", "decided_at"])
        _record_decision(row, actor=actor, now=now, action="survey.decision_undone")
    return row


@transaction.atomic
def accept_without_conflict(*, actor: User, now: datetime, return_id: UUID) -> int:
    """Take the sheet wherever it contradicts nothing: values that were empty, children nobody knew; return how many."""
    of_return = SurveyReturn.objects.select_related("sheet").select_for_update().filter(pk=return_id).first()
    if of_return is None:
        raise NoSuchDifference("there is no such return", survey_return=str(return_id))
    _require_open(of_return, actor)
    rows = of_return.differences.filter(decision="").exclude(kind__in=CONFLICTS)
    count = rows.update(decision=SurveyDecision.TAKE_SHEET, decided_by=actor, decided_at=now)
    if count:
        record_event(
            actor=actor,
            now=now,
            action="survey.accepted_without_conflict",
            subject=of_return,
            district_code=of_return.sheet.district_id,
            details={"sheet": of_return.sheet.code, "values": count},
        )
    return count


def _locked_difference(actor: User, difference_id: UUID) -> SurveyDifference:
    row = (
        SurveyDifference.objects.select_for_update(of=("self",))
        .select_related("of_return__sheet")
        .filter(pk=difference_id)
        .first()
    )
    if row is None:
        raise NoSuchDifference("there is no such difference", difference=str(difference_id))
    _require_open(row.of_return, actor)
    return row


def _require_open(of_return: SurveyReturn, actor: User) -> None:
    require(actor, SURVEYING, of_return.sheet.district_id)
    if of_return.status != ReturnStatus.LIVE or of_return.sheet.status != SheetStatus.RETURNED:
        raise DifferenceIsOver("nothing can be decided on this return any more", sheet=of_return.sheet.code)


def _record_decision(row: SurveyDifference, *, actor: User, now: datetime, action: str) -> None:
    record_event(
        actor=actor,
        now=now,
        action=action,
        subject=row,
        district_code=row.of_return.sheet.district_id,
        details={
            "sheet": row.of_return.sheet.code,
            "row": row.key,
            "field": row.field,
            "decision": str(row.decision),
        },
    )
