"""What differs is decided value by value, with a reason where it conflicts, and never once the sheet was merged."""

from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEvent
from common.errors import NotPermitted
from geo_data.models import SheetStatus, SurveyDecision, SurveyDifference, SurveySheet
from geo_data.services.survey_deciding import (
    DecisionDoesNotFit,
    DifferenceIsOver,
    ReasonMissing,
    accept_without_conflict,
    decide_difference,
    undo_decision,
)
from geo_data.services.survey_merging import merge_sheets
from tests.services import survey_world
from tests.services.accounts_world import OTHER_DISTRICT, auditor, officer
from tests.services.survey_world import (
    BACK_AT,
    BACK_ON,
    CODE,
    GIRL_MET,
    NEW_CHILD,
    decide_all,
    filled,
    taken,
    told,
)

pytestmark = pytest.mark.django_db


def test_decision_stays_when_the_second_return_says_the_same(tmp_path: Path) -> None:
    person, sheets = survey_world.issued(tmp_path)
    first = taken(person, sheets["A"], GIRL_MET)
    decide_all(person, first, SurveyDecision.TAKE_SHEET)

    second = taken(person, sheets["A"], {**GIRL_MET, "N1": NEW_CHILD})

    phone = SurveyDifference.objects.get(of_return=second.of_return, field="phone")
    assert (phone.decision, phone.reason) == ("take_sheet", "电话核实")


def test_conflict_is_decided_with_a_reason_only(tmp_path: Path) -> None:
    person, sheets = survey_world.issued(tmp_path)
    found = taken(person, sheets["A"], GIRL_MET)
    row = found.of_return.differences.get()

    with pytest.raises(ReasonMissing):
        decide_difference(
            actor=person,
            now=BACK_AT,
            difference_id=row.pk,
            decision=SurveyDecision.TAKE_SHEET,
            reason="  ",
        )
    with pytest.raises(DecisionDoesNotFit):
        decide_difference(
            actor=person,
            now=BACK_AT,
            difference_id=row.pk,
            decision=SurveyDecision.TAKE_EARLIER,
            reason="x",
        )

    row.refresh_from_db()
    assert row.decision == ""
    assert not AuditEvent.objects.filter(action="survey.decided").exists()


def test_decision_is_recorded_and_can_be_undone(tmp_path: Path) -> None:
    person, sheets = survey_world.issued(tmp_path)
    found = taken(person, sheets["A"], GIRL_MET)

    decide_all(person, found, SurveyDecision.KEEP_REGISTER)
    row = found.of_return.differences.get()
    assert (row.decision, row.reason, row.decided_by, row.decided_at) == (
        "keep_register",
        "电话核实",
        person,
        BACK_AT,
    )

    undo_decision(actor=person, now=BACK_AT, difference_id=row.pk)
    row.refresh_from_db()
    assert (row.decision, row.reason, row.decided_by, row.decided_at) == ("", "", None, None)
    actions = AuditEvent.objects.filter(action__startswith="survey.deci").order_by("id")
    assert [event.action for event in actions] == ["survey.decided", "survey.decision_undone"]


def test_rows_without_conflict_are_accepted_together_and_conflicts_stay(tmp_path: Path) -> None:
    person, sheets = survey_world.issued(tmp_path)
    found = taken(
        person,
        sheets["A"],
        {"K2": {"outcome": "在住", "phone": "10000000009", "guardian": "甲父"}, "N1": NEW_CHILD},
    )

    count = accept_without_conflict(actor=person, now=BACK_AT, return_id=found.of_return.pk)

    rows = found.of_return.differences.order_by("place", "key", "field")
    assert count == 2
    assert [(row.field, row.decision) for row in rows] == [
        ("guardian", "take_sheet"),
        ("phone", ""),
        ("child", "take_sheet"),
    ]


def test_nobody_else_takes_back_decides_or_merges(tmp_path: Path) -> None:
    person, sheets = survey_world.issued(tmp_path)
    found = taken(person, sheets["A"], GIRL_MET)
    row = found.of_return.differences.get()
    data = filled(person, sheets["B"], {})
    before = AuditEvent.objects.count()

    for other in (auditor(CODE), officer(OTHER_DISTRICT)):
        with pytest.raises(NotPermitted):
            survey_world.take_return(actor=other, now=BACK_AT, district_code=CODE, data=data, today=BACK_ON)
        with pytest.raises(NotPermitted):
            decide_difference(
                actor=other, now=BACK_AT, difference_id=row.pk, decision=SurveyDecision.TAKE_SHEET, reason="x"
            )
        with pytest.raises(NotPermitted):
            undo_decision(actor=other, now=BACK_AT, difference_id=row.pk)
        with pytest.raises(NotPermitted):
            accept_without_conflict(actor=other, now=BACK_AT, return_id=found.of_return.pk)
        with pytest.raises(NotPermitted):
            merge_sheets(actor=other, now=BACK_AT, district_code=CODE, year=2026)
    assert AuditEvent.objects.count() == before


def test_auditor_sees_that_something_differs_but_not_what(tmp_path: Path) -> None:
    person, sheets = survey_world.issued(tmp_path)
    found = taken(person, sheets["A"], {**GIRL_MET, "N1": NEW_CHILD})

    shown = told(auditor(CODE), found.of_return)

    assert shown == [("K2", "phone", "changed", "", ""), ("N1", "child", "new_child", "", "")]


def test_nothing_is_decided_on_a_merged_sheet_and_a_later_return_opens_it(tmp_path: Path) -> None:
    person, sheets = survey_world.issued(tmp_path)
    found = taken(person, sheets["A"], GIRL_MET)
    decide_all(person, found, SurveyDecision.TAKE_SHEET)
    merge_sheets(actor=person, now=BACK_AT, district_code=CODE, year=2026)

    with pytest.raises(DifferenceIsOver):
        undo_decision(actor=person, now=BACK_AT, difference_id=found.of_return.differences.get().pk)
    later = taken(person, sheets["A"], {"K2": {"outcome": "在住"}})

    assert later.conflicts == 1
    assert SurveySheet.objects.get(pk=sheets["A"].pk).status == SheetStatus.RETURNED


@pytest.mark.parametrize(
    "changes",
    [
        {"decision": "take_sheet", "decided_at": BACK_AT},  # a conflict without a reason
        {"decision": "take_sheet", "reason": "x"},  # without a moment
        {"decision": "take_earlier", "reason": "x", "decided_at": BACK_AT},  # there was no earlier return
        {"decision": "toss", "reason": "x", "decided_at": BACK_AT},
        {"kind": "other"},
    ],
)
def test_database_refuses_decisions_that_must_never_be(tmp_path: Path, changes: dict[str, object]) -> None:
    person, sheets = survey_world.issued(tmp_path)
    found = taken(person, sheets["A"], GIRL_MET)

    with pytest.raises(IntegrityError), transaction.atomic():
        found.of_return.differences.update(**changes)
