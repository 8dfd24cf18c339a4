"""Questions about what officers decided on the cases of reconciliation."""

from django.db.models import QuerySet

from common.errors import NotFound
from geo_data.models import ReconciliationCase, ReconciliationDecision
from geo_data.reconciliation.words import Verdict


class NoSuchDecision(NotFound):
    """There is no such decision."""

    code = "no_such_decision"


def get_decision(decision_id: int) -> ReconciliationDecision:
    """Return one decision."""
    decision = ReconciliationDecision.objects.filter(pk=decision_id).first()
    if decision is None:
        raise NoSuchDecision("there is no such decision", decision=decision_id)
    return decision


def list_decisions(case: ReconciliationCase) -> QuerySet[ReconciliationDecision]:
    """Return everything that was ever decided about the question, oldest first, with who decided."""
    decisions = ReconciliationDecision.objects.select_related("decided_by")
    return decisions.filter(district_id=case.reconciliation.district_id, case_key=case.key).order_by("id")


def list_decisions_in_force(district_code: str) -> list[ReconciliationDecision]:
    """Return the newest decision about each question but for those taken back, by case key. One query."""
    newest = (
        ReconciliationDecision.objects.filter(district_id=district_code)
        .select_related("decided_by")
        .order_by("case_key", "-id")
        .distinct("case_key")
    )
    return [decision for decision in newest if decision.verdict != Verdict.REOPENED]
