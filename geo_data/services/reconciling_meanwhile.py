"""What officers decided while a run compared: shown on its cases and children, as if it had been decided after."""

from uuid import UUID

from geo_data.models import CaseState, Departure, DepartureState, Reconciliation, ReconciliationCase
from geo_data.reconciliation.gone import Left, is_answered
from geo_data.reconciliation.records import Answered, Decisions
from geo_data.reconciliation.words import LeftHow
from geo_data.selectors.decisions import list_decisions_in_force
from geo_data.selectors.departures import load_answers


def show_decided_meanwhile(run: Reconciliation, pinned: Decisions) -> None:
    """Show on the run's rows what was decided, answered or taken back since `pinned` was read.

    What it means for children the next run computes. The caller holds the district's lock until the run is there.
    """
    in_force = {row.case_key: row for row in list_decisions_in_force(run.district_id)}
    for key in sorted(in_force.keys() | pinned.by_case.keys()):
        row, before = in_force.get(key), pinned.by_case.get(key)
        if (row.pk if row else 0) != (before.number if before else 0):
            show_decision(run.pk, key, row.verdict if row else "")
    answers = load_answers(run.district_id)
    for key in sorted(answers.keys() | pinned.answers.keys()):
        answer = answers.get(key)
        if answer != pinned.answers.get(key):
            show_answer(run.pk, key, answer)


def show_decision(run_id: UUID, case_key: str, verdict: str) -> None:
    """Show a decision on the question in a run; "" opens it again."""
    state = CaseState.DECIDED if verdict else CaseState.OPEN
    ReconciliationCase.objects.filter(reconciliation_id=run_id, key=case_key).update(
        state=state, verdict=verdict
    )


def show_answer(run_id: UUID, child_key: str, answer: Answered | None) -> None:
    """Show an answer on the child who left, in a run; None where none is in force."""
    for row in Departure.objects.filter(reconciliation_id=run_id, child_key=child_key).order_by("id"):
        settles = is_answered(Left(LeftHow(row.how), row.found_on), answer)
        row.state = DepartureState.ANSWERED if settles else DepartureState.AWAITED
        row.save(update_fields=["state"])
