"""Decided sheets become a version of the survey list, in which every child counts once."""

from pathlib import Path

import pytest

from accounts.models import AuditEvent
from accounts.sealing import current_keyring
from geo_data.models import Dataset, DatasetKind, RegisterEntry, SheetStatus, SurveyDecision, SurveySheet
from geo_data.selectors.registers import unseal_entry
from geo_data.services.survey_merging import NothingToMerge, merge_sheets
from geo_data.services.surveys import reissue_sheet
from tests.services import survey_world
from tests.services.survey_world import (
    BACK_AT,
    CODE,
    GIRL_AS_NEW,
    GIRL_MET,
    NEW_CHILD,
    SURVEYOR,
    TERMS,
    decide_all,
    taken,
)

pytestmark = pytest.mark.django_db


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
    decide_all(person, found, SurveyDecision.TAKE_SHEET)

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
        decide_all(person, found, decision)

    with pytest.raises(NothingToMerge):
        merge_sheets(actor=person, now=BACK_AT, district_code=CODE, year=2026)

    assert not Dataset.objects.filter(kind=DatasetKind.SURVEYS).exists()
    assert SurveySheet.objects.get(pk=sheets["A"].pk).status == SheetStatus.RETURNED


def test_next_merge_holds_what_was_merged_before(tmp_path: Path) -> None:
    person, sheets = survey_world.issued(tmp_path)
    decide_all(person, taken(person, sheets["A"], GIRL_MET), SurveyDecision.TAKE_SHEET)
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
    decide_all(person, taken(person, sheets["A"], GIRL_MET), SurveyDecision.TAKE_SHEET)
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
    taken(person, sheets["A"], {"K2": {"outcome": "在住"}})
    merge_sheets(actor=person, now=BACK_AT, district_code=CODE, year=2026)
    decide_all(person, taken(person, sheets["C"], {"N1": GIRL_AS_NEW}), SurveyDecision.TAKE_SHEET)

    with pytest.raises(NothingToMerge) as refusal:
        merge_sheets(actor=person, now=BACK_AT, district_code=CODE, year=2026)

    assert refusal.value.details["sheets"] == [sheets["C"].code]
    assert SurveySheet.objects.get(pk=sheets["C"].pk).status == SheetStatus.RETURNED


def test_child_who_moved_within_the_district_counts_where_it_lives_now(tmp_path: Path) -> None:
    person, sheets = survey_world.issued(tmp_path)
    decide_all(person, taken(person, sheets["A"], {"K2": {"outcome": "县内搬迁"}}), SurveyDecision.TAKE_SHEET)
    decide_all(person, taken(person, sheets["C"], {"N1": GIRL_AS_NEW}), SurveyDecision.TAKE_SHEET)

    merged = merge_sheets(actor=person, now=BACK_AT, district_code=CODE, year=2026)

    entries = RegisterEntry.objects.filter(dataset=merged.dataset)
    assert [(e.unit_code, e.details["outcome"]) for e in entries] == [("C", "lives_here")]
