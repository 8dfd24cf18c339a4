"""Sheets come back: nothing of the register is overwritten silently, and the same sheet twice is one return."""

from datetime import date
from pathlib import Path

import pytest

from accounts.models import AuditEvent
from geo_data.models import Child, SheetStatus, SurveyAnswer, SurveyDifference, SurveyReturn, SurveySheet
from geo_data.selectors.surveys import find_live_return, list_differences
from geo_data.services.survey_returns import SheetRefused
from geo_data.services.surveys import reissue_sheet
from tests.services import survey_world
from tests.services.accounts_world import OTHER_DISTRICT, officer
from tests.services.survey_world import (
    BACK_AT,
    BACK_ON,
    CODE,
    GIRL_AS_NEW,
    GIRL_MET,
    NEW_CHILD,
    SURVEYOR,
    Filled,
    filled,
    taken,
    told,
)

pytestmark = pytest.mark.django_db


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

    found = taken(person, sheets["C"], {"N1": GIRL_AS_NEW})

    assert told(person, found.of_return) == [("N1", "child", "known_elsewhere", "A / H1", "甲子涵")]
    assert found.conflicts == 1
