"""Sheets come back: nothing of the register is overwritten silently, and the same sheet twice is one return."""

from datetime import date
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEvent, User
from accounts.sealing import current_keyring
from common.errors import NotPermitted
from geo_data.models import (
    Child,
    Dataset,
    DatasetKind,
    RegisterEntry,
    SheetStatus,
    SurveyAnswer,
    SurveyDecision,
    SurveyDifference,
    SurveyReturn,
    SurveySheet,
)
from geo_data.selectors.registers import unseal_entry
from geo_data.selectors.surveys import find_live_return, list_differences
from geo_data.services.survey_merging import NothingToMerge, merge_sheets
from geo_data.services.survey_returns import (
    DecisionDoesNotFit,
    DifferenceIsOver,
    ReasonMissing,
    SheetRefused,
    TakenReturn,
    accept_without_conflict,
    decide_difference,
    undo_decision,
)
from geo_data.services.surveys import reissue_sheet
from tests.services import survey_world
from tests.services.accounts_world import OTHER_DISTRICT, auditor, officer
from tests.services.survey_world import BACK_AT, BACK_ON, CODE, NEW_CHILD, SURVEYOR, TERMS, Filled, filled

pytestmark = pytest.mark.django_db

GIRL_MET = {"K2": {"outcome": "在住", "phone": "10000000009"}}  # on the sheet of A the boy is K1, the girl K2


def taken(person: User, sheet: SurveySheet, answers: Filled, visited: str = "2026-03-10") -> TakenReturn:
    """The sheet came back with these answers."""
    data = filled(person, sheet, answers, visited=visited)
    return survey_world.take_return(actor=person, now=BACK_AT, district_code=CODE, data=data, today=BACK_ON)


def told(person: User, of_return: SurveyReturn) -> list[tuple[str, str, str, str, str]]:
    """Key, field, kind, register and sheet of every difference."""
    shown = list_differences(of_return, reader=person)
    return [(d.row.key, d.row.field, d.row.kind, d.register, d.sheet) for d in shown]


def test_return_is_stored_beside_the_register_which_stays(tmp_path: Path) -> None:
    person, sheets = survey_world.issued(tmp_path)
    before = list(Child.objects.order_by("id").values())

    found = taken(person, sheets["A"], {**GIRL_MET, "K1": {"outcome": "死亡"}, "N1": NEW_CHILD})

    assert (found.is_new, found.conflicts, found.others) == (True, 2, 1)
    assert told(person, found.of_return) == [
        ("K1", "outcome", "left", "", "deceased"),
        ("K1", "phone", "changed", "10000000001", "10000000009"),
        ("N1", "child", "new_child", "", "丙小禾"),
    ]
    assert list(Child.objects.order_by("id").values()) == before
    assert SurveySheet.objects.get(pk=sheets["A"].pk).status == SheetStatus.RETURNED
    event = AuditEvent.objects.get(action="survey.returned")
    assert event.details["conflicts"] == 2
    assert "丙" not in str(event.details)


def test_values_at_rest_are_sealed(tmp_path: Path) -> None:
    person, sheets = survey_world.issued(tmp_path)

    taken(person, sheets["A"], {"N1": NEW_CHILD})

    sealed = [bytes(row.values_sealed) for row in SurveyAnswer.objects.all()]
    sealed += [bytes(row.values_sealed) for row in SurveyDifference.objects.all()]
    assert not any("丙".encode() in value or b"990102" in value for value in sealed)


def test_same_answers_again_are_the_same_return(tmp_path: Path) -> None:
    person, sheets = survey_world.issued(tmp_path)

    first = taken(person, sheets["A"], GIRL_MET)
    second = taken(person, sheets["A"], GIRL_MET)

    assert (second.is_new, second.of_return) == (False, first.of_return)
    assert SurveyReturn.objects.count() == 1
    assert AuditEvent.objects.filter(action="survey.returned").count() == 1


def test_second_return_with_differences_is_a_conflict_and_shows_all_three_values(tmp_path: Path) -> None:
    person, sheets = survey_world.issued(tmp_path)
    first = taken(person, sheets["A"], GIRL_MET)

    second = taken(person, sheets["A"], {"K2": {"outcome": "在住", "phone": "10000000008"}})

    shown = list_differences(second.of_return, reader=person)
    assert [(d.row.kind, d.register, d.earlier, d.sheet) for d in shown] == [
        ("returned_twice", "10000000001", "10000000009", "10000000008")
    ]
    assert find_live_return(sheets["A"]) == second.of_return
    assert SurveyReturn.objects.get(pk=first.of_return.pk).status == "replaced"


def test_decision_stays_when_the_second_return_says_the_same(tmp_path: Path) -> None:
    person, sheets = survey_world.issued(tmp_path)
    first = taken(person, sheets["A"], GIRL_MET)
    _decide(person, first, SurveyDecision.TAKE_SHEET)

    second = taken(person, sheets["A"], {**GIRL_MET, "N1": NEW_CHILD})

    phone = SurveyDifference.objects.get(of_return=second.of_return, field="phone")
    assert (phone.decision, phone.reason) == ("take_sheet", "电话核实")


@pytest.mark.parametrize(
    ("answers", "visited", "code"),
    [
        ({"N1": {**NEW_CHILD, "identity": "990102202005060021"}}, "2026-03-10", "identity_check_digit"),
        ({"N1": {**NEW_CHILD, "sex": "男"}}, "2026-03-10", "identity_sex"),
        ({"N1": {**NEW_CHILD, "name": ""}}, "2026-03-10", "cell_empty"),
        ({"N1": NEW_CHILD, "N2": NEW_CHILD}, "2026-03-10", "child_twice"),
        (GIRL_MET, "", "survey_date_missing"),
        (GIRL_MET, "2026-02-09", "survey_date_outside"),
        (GIRL_MET, "2026-03-13", "survey_date_outside"),
    ],
)
def test_sheet_with_severe_findings_is_not_taken_at_all(
    tmp_path: Path, answers: Filled, visited: str, code: str
) -> None:
    person, sheets = survey_world.issued(tmp_path)

    with pytest.raises(SheetRefused) as refusal:
        taken(person, sheets["A"], answers, visited)

    assert code in {finding.code for finding in refusal.value.findings}
    assert "丙" not in str(refusal.value.findings)
    assert (SurveyReturn.objects.count(), SurveyAnswer.objects.count()) == (0, 0)
    assert SurveySheet.objects.get(pk=sheets["A"].pk).status == SheetStatus.ISSUED


@pytest.mark.parametrize("visited", ["2026-02-10", "2026-03-12"])
def test_first_and_last_possible_day_of_a_visit_are_taken(tmp_path: Path, visited: str) -> None:
    person, sheets = survey_world.issued(tmp_path)

    assert taken(person, sheets["A"], GIRL_MET, visited).of_return.surveyed_on == date.fromisoformat(visited)


def test_sheet_of_another_district_is_unknown_here(tmp_path: Path) -> None:
    person, sheets = survey_world.issued(tmp_path)
    data = filled(person, sheets["A"], GIRL_MET)

    with pytest.raises(SheetRefused) as refusal:
        survey_world.take_return(
            actor=officer(OTHER_DISTRICT), now=BACK_AT, district_code=OTHER_DISTRICT, data=data, today=BACK_ON
        )

    assert refusal.value.findings[0].code == "survey_unknown"
    assert refusal.value.sheet is None


def test_older_issue_is_taken_with_a_warning(tmp_path: Path) -> None:
    person, sheets = survey_world.issued(tmp_path)
    data = filled(person, sheets["A"], GIRL_MET)
    reissue_sheet(
        actor=person,
        now=BACK_AT,
        sheet_id=sheets["A"].pk,
        surveyor=SURVEYOR,
        issued_on=BACK_ON,
        due_on=date(2026, 3, 30),
    )

    found = survey_world.take_return(actor=person, now=BACK_AT, district_code=CODE, data=data, today=BACK_ON)

    assert "survey_older_issue" in {finding["code"] for finding in found.of_return.findings}


def test_child_of_another_block_written_down_as_new_is_a_conflict_that_tells_where(tmp_path: Path) -> None:
    person, sheets = survey_world.issued(tmp_path)
    girl = {
        "outcome": "在住",
        "name": "甲子涵",
        "sex": "女",
        "birth_on": "2020-01-01",
        "identity": "990102202001010028",
    }

    found = taken(person, sheets["C"], {"N1": girl})

    assert told(person, found.of_return) == [("N1", "child", "known_elsewhere", "A / H1", "甲子涵")]
    assert found.conflicts == 1


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

    _decide(person, found, SurveyDecision.KEEP_REGISTER)
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
        whose = {"actor": other, "now": BACK_AT}
        with pytest.raises(NotPermitted):
            survey_world.take_return(**whose, district_code=CODE, data=data, today=BACK_ON)
        with pytest.raises(NotPermitted):
            decide_difference(**whose, difference_id=row.pk, decision=SurveyDecision.TAKE_SHEET, reason="x")
        with pytest.raises(NotPermitted):
            undo_decision(**whose, difference_id=row.pk)
        with pytest.raises(NotPermitted):
            accept_without_conflict(**whose, return_id=found.of_return.pk)
        with pytest.raises(NotPermitted):
            merge_sheets(**whose, district_code=CODE, year=2026)
    assert AuditEvent.objects.count() == before


def test_auditor_sees_that_something_differs_but_not_what(tmp_path: Path) -> None:
    person, sheets = survey_world.issued(tmp_path)
    found = taken(person, sheets["A"], {**GIRL_MET, "N1": NEW_CHILD})

    shown = told(auditor(CODE), found.of_return)

    assert shown == [("K2", "phone", "changed", "", ""), ("N1", "child", "new_child", "", "")]


def test_merged_sheet_is_a_version_of_the_survey_list(tmp_path: Path) -> None:
    # given a sheet on which everything is decided
    person, sheets = survey_world.issued(tmp_path)
    found = taken(
        person,
        sheets["A"],
        {
            "K1": {"outcome": "迁出本县"},
            "K2": {"outcome": "在住", "registration_kind": "集体户"},
            "N1": NEW_CHILD,
        },
    )
    _decide(person, found, SurveyDecision.TAKE_SHEET)

    # when it is merged
    merged = merge_sheets(actor=person, now=BACK_AT, district_code=CODE, year=2026)

    # then the list holds each child once, with what the surveyor saw
    assert (merged.sheets, merged.children, merged.held_back) == (1, 3, ())
    entries = list(RegisterEntry.objects.filter(dataset=merged.dataset).order_by("row_number"))
    assert [(e.details["outcome"], e.unit_code, str(e.birth_on)) for e in entries] == [
        ("moved_away", "", "2018-05-05"),
        ("lives_here", "A", "2020-01-01"),
        ("lives_here", "A", "2020-05-06"),
    ]
    common = {"source": "officer", "as_of": "2026-03-10", "verifier": "入户调查·网格员"}
    assert entries[0].facts == [{"name": "lives_there", "value": False, **common}]
    assert entries[1].facts == [
        {"name": "dwelling_district", "value": CODE, **common},
        {"name": "dwelling_unit", "value": "A", **common},
        {"name": "lives_there", "value": True, **common},
        {"name": "registration_kind", "value": "collective", **common},
    ]
    assert [fact["name"] for fact in entries[2].facts] == [
        "birth_date",
        "dwelling_district",
        "dwelling_unit",
        "lives_there",
    ]
    new = unseal_entry(entries[2], current_keyring())
    assert (new.name, new.identity, new.phone) == ("丙小禾", "990102202005060022", "10000000003")
    sheet = SurveySheet.objects.get(pk=sheets["A"].pk)
    assert (sheet.status, sheet.merged_into) == (SheetStatus.MERGED, merged.dataset)
    assert merged.dataset.kind == DatasetKind.SURVEYS
    event = AuditEvent.objects.get(action="survey.merged")
    assert (event.details["sheets"], event.details["children"]) == (1, 3)


@pytest.mark.parametrize("decision", [None, SurveyDecision.ASK_AGAIN])
def test_sheet_with_something_open_is_not_merged(tmp_path: Path, decision: SurveyDecision | None) -> None:
    person, sheets = survey_world.issued(tmp_path)
    found = taken(person, sheets["A"], GIRL_MET)
    if decision:
        _decide(person, found, decision)

    with pytest.raises(NothingToMerge):
        merge_sheets(actor=person, now=BACK_AT, district_code=CODE, year=2026)

    assert not Dataset.objects.filter(kind=DatasetKind.SURVEYS).exists()
    assert SurveySheet.objects.get(pk=sheets["A"].pk).status == SheetStatus.RETURNED


def test_next_merge_holds_what_was_merged_before(tmp_path: Path) -> None:
    person, sheets = survey_world.issued(tmp_path)
    _decide(person, taken(person, sheets["A"], GIRL_MET), SurveyDecision.TAKE_SHEET)
    first = merge_sheets(actor=person, now=BACK_AT, district_code=CODE, year=2026)
    taken(person, sheets["B"], {"K1": {"outcome": "在住"}})

    second = merge_sheets(actor=person, now=BACK_AT, district_code=CODE, year=2026)

    assert (second.sheets, second.children) == (2, 2)
    assert Dataset.objects.get(pk=first.dataset.pk).status == "superseded"
    merged_into = set(SurveySheet.objects.filter(status="merged").values_list("merged_into", flat=True))
    assert merged_into == {second.dataset.pk}


@pytest.mark.parametrize("is_back", [False, True])
def test_merged_sheet_that_is_out_again_stays_merged_until_the_newer_return_is_decided(
    tmp_path: Path, is_back: bool
) -> None:
    person, sheets = survey_world.issued(tmp_path)
    _decide(person, taken(person, sheets["A"], GIRL_MET), SurveyDecision.TAKE_SHEET)
    merge_sheets(actor=person, now=BACK_AT, district_code=CODE, year=2026)
    reissue_sheet(
        actor=person,
        now=BACK_AT,
        sheet_id=sheets["A"].pk,
        surveyor=SURVEYOR,
        issued_on=TERMS.issued_on,
        due_on=TERMS.due_on,
    )
    if is_back:
        taken(person, sheets["A"], {"K2": {"outcome": "死亡"}})
    taken(person, sheets["B"], {"K1": {"outcome": "在住"}})

    merged = merge_sheets(actor=person, now=BACK_AT, district_code=CODE, year=2026)

    entries = RegisterEntry.objects.filter(dataset=merged.dataset)
    assert sorted((e.unit_code, e.details["outcome"]) for e in entries) == [
        ("A", "lives_here"),
        ("B", "lives_here"),
    ]
    status = SheetStatus.RETURNED if is_back else SheetStatus.ISSUED
    assert SurveySheet.objects.get(pk=sheets["A"].pk).status == status


def test_child_who_lives_on_two_sheets_holds_the_later_one_back(tmp_path: Path) -> None:
    person, sheets = survey_world.issued(tmp_path)
    girl = {
        "outcome": "在住",
        "name": "甲子涵",
        "sex": "女",
        "birth_on": "2020-01-01",
        "identity": "990102202001010028",
    }
    taken(person, sheets["A"], {"K2": {"outcome": "在住"}})
    merge_sheets(actor=person, now=BACK_AT, district_code=CODE, year=2026)
    _decide(person, taken(person, sheets["C"], {"N1": girl}), SurveyDecision.TAKE_SHEET)

    with pytest.raises(NothingToMerge) as refusal:
        merge_sheets(actor=person, now=BACK_AT, district_code=CODE, year=2026)

    assert refusal.value.details["sheets"] == [sheets["C"].code]
    assert SurveySheet.objects.get(pk=sheets["C"].pk).status == SheetStatus.RETURNED


def test_child_who_moved_within_the_district_counts_where_it_lives_now(tmp_path: Path) -> None:
    person, sheets = survey_world.issued(tmp_path)
    girl = {
        "outcome": "在住",
        "name": "甲子涵",
        "sex": "女",
        "birth_on": "2020-01-01",
        "identity": "990102202001010028",
    }
    _decide(person, taken(person, sheets["A"], {"K2": {"outcome": "县内搬迁"}}), SurveyDecision.TAKE_SHEET)
    _decide(person, taken(person, sheets["C"], {"N1": girl}), SurveyDecision.TAKE_SHEET)

    merged = merge_sheets(actor=person, now=BACK_AT, district_code=CODE, year=2026)

    entries = RegisterEntry.objects.filter(dataset=merged.dataset)
    assert [(e.unit_code, e.details["outcome"]) for e in entries] == [("C", "lives_here")]


def test_nothing_is_decided_on_a_merged_sheet_and_a_later_return_opens_it(tmp_path: Path) -> None:
    person, sheets = survey_world.issued(tmp_path)
    found = taken(person, sheets["A"], GIRL_MET)
    _decide(person, found, SurveyDecision.TAKE_SHEET)
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


def _decide(person: User, found: TakenReturn, decision: SurveyDecision) -> None:
    """Everything on the return is decided alike."""
    for row in found.of_return.differences.filter(decision=""):
        decide_difference(
            actor=person, now=BACK_AT, difference_id=row.pk, decision=decision, reason="电话核实"
        )
