"""What officers decide about the cases of a reconciliation; a decision is never changed, a later one stands over it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.permissions import Action, require
from accounts.services.audit import record_event
from common.errors import MalformedInput, RulesSayNo, WrongMoment
from geo_data.models import CaseState, ReconciliationCase, ReconciliationDecision
from geo_data.reconciliation.words import VERDICTS, CaseCode, CaseKind, Verdict
from geo_data.selectors.decisions import get_decision, list_decisions_in_force
from geo_data.selectors.reconciliation import NoSuchCase, get_case, list_reconciliations, open_sides
from geo_data.services.datasets import lock_district
from geo_data.services.reconciling_meanwhile import show_decision
from geo_data.services.reconciling_names import names_index


class VerdictDoesNotFit(RulesSayNo):
    """A case of this kind cannot be decided so."""

    code = "verdict_does_not_fit"


class ReasonMissing(MalformedInput):
    """A decision needs a reason."""

    code = "reason_missing"


class CaseIsDecided(WrongMoment):
    """The case is decided; the decision must be taken back first."""

    code = "case_is_decided"


class CaseIsOpen(WrongMoment):
    """Nothing was decided that could be taken back."""

    code = "case_is_open"


class DecisionNotInForce(WrongMoment):
    """A later decision stands over this one."""

    code = "decision_not_in_force"


class RunIsNotNewest(WrongMoment):
    """There is a newer run, whose cases are to be decided."""

    code = "run_is_not_newest"


@transaction.atomic
def decide_case(
    *, actor: User, now: datetime, case_id: UUID | str, verdict: Verdict, reason: str
) -> ReconciliationCase:
    """Record a decision about a case, or take the last one back with `Verdict.REOPENED`.

    The case changes at once; what it means for children, the next run computes. The same question in later runs is
    decided alike. Raises NoSuchCase, ReasonMissing, VerdictDoesNotFit, CaseIsDecided, CaseIsOpen, RunIsNotNewest.
    """
    found = get_case(case_id)
    district_code = found.reconciliation.district_id
    require(actor, Action.IMPORT_DATA, district_code)
    lock_district(district_code)
    case = ReconciliationCase.objects.select_for_update().filter(pk=found.pk).first()
    if case is None:
        raise NoSuchCase("there is no such case", case=str(case_id))
    newest = list_reconciliations(district_code).first()
    if newest is None or newest.pk != case.reconciliation_id:
        raise RunIsNotNewest("there is a newer run", reconciliation=str(case.reconciliation_id))
    _check(case, verdict)
    decision = ReconciliationDecision(
        district_id=district_code,
        case_key=case.key,
        code=case.code,
        first_record=case.first["record_index"],
        second_record=case.second.get("record_index", ""),
        names_index=_names_index(case, actor, district_code),
    )
    _decide(decision, actor=actor, now=now, verdict=verdict, reason=reason)
    case.refresh_from_db(fields=["state", "verdict"])
    return case


@transaction.atomic
def take_back_decision(
    *, actor: User, now: datetime, decision_id: int, reason: str
) -> ReconciliationDecision:
    """Take a decision back whose case no longer comes up: two records that became one child, a record left out.

    Raises NoSuchDecision, ReasonMissing, and DecisionNotInForce when a later one stands over it.
    """
    old = get_decision(decision_id)
    require(actor, Action.IMPORT_DATA, old.district_id)
    lock_district(old.district_id)
    if old.pk not in {decision.pk for decision in list_decisions_in_force(old.district_id)}:
        raise DecisionNotInForce("another decision was made since", decision=old.pk)
    decision = ReconciliationDecision(
        district_id=old.district_id,
        case_key=old.case_key,
        code=old.code,
        first_record=old.first_record,
        second_record=old.second_record,
    )
    return _decide(decision, actor=actor, now=now, verdict=Verdict.REOPENED, reason=reason)


def _names_index(case: ReconciliationCase, actor: User, district_code: str) -> str:
    """Return the index of the two names that the officer saw, "" where the case is about something else."""
    if case.code != CaseCode.NAME_DIFFERS:
        return ""
    first, second = open_sides(case, reader=actor, district_code=district_code)
    return names_index(first.name, second.name) if second is not None else ""


def _check(case: ReconciliationCase, verdict: Verdict) -> None:
    if verdict is Verdict.REOPENED:
        if case.state == CaseState.OPEN:
            raise CaseIsOpen("nothing was decided that could be taken back", case=str(case.pk))
        return
    if verdict not in VERDICTS[CaseKind(case.kind)]:
        raise VerdictDoesNotFit("such a case cannot be decided so", kind=case.kind, verdict=verdict.value)
    if case.state == CaseState.DECIDED:
        raise CaseIsDecided("the case is decided", case=str(case.pk), verdict=case.verdict)


def _decide(
    decision: ReconciliationDecision, *, actor: User, now: datetime, verdict: Verdict, reason: str
) -> ReconciliationDecision:
    """Store the decision, show it on the question in the newest run, and record the event."""
    decision.reason = reason.strip()
    if not decision.reason:
        raise ReasonMissing("a decision needs a reason")
    decision.verdict, decision.decided_by, decision.decided_at = verdict.value, actor, now
    decision.save(force_insert=True)
    newest = list_reconciliations(decision.district_id).first()
    if newest is not None:
        shown = "" if verdict is Verdict.REOPENED else verdict.value
        show_decision(newest.pk, decision.case_key, shown)
    record_event(
        actor=actor,
        now=now,
        action="reconciliation.case_decided",
        subject=decision,
        district_code=decision.district_id,
        details={"code": decision.code, "case_key": decision.case_key, "verdict": verdict.value},
    )
    return decision
