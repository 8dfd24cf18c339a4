"""Sheets are handed out a township at once, to persons who answer for them, and printed without being stored."""

import io
import zipfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries
from python_calamine import CalamineWorkbook

from accounts.models import AuditEvent, Role, User
from accounts.sealing import open_sealed
from common.errors import NotPermitted
from geo_data.models import PaperPack, PaperPart, SheetStatus, SurveyorRole, SurveyRow, SurveySheet
from geo_data.selectors.surveys import (
    find_sheet_by_code,
    is_overdue,
    list_packs,
    list_sheets,
    responsible_of,
    township_progress,
)
from geo_data.services.survey_batches import export_sheets
from geo_data.services.survey_papers import (
    KEPT_FOR,
    NoSuchPack,
    NothingToPack,
    delete_expired_packs,
    hand_out_sheet,
    open_pack,
    pack_sheets,
)
from geo_data.services.surveys import (
    DatesDoNotFit,
    NoUnitsToSurvey,
    Surveyor,
    Terms,
    UnknownUnits,
    issue_sheets,
    reassign_sheet,
    reissue_sheet,
)
from tests.services import geo_world, survey_world
from tests.services.accounts_world import OTHER_DISTRICT, auditor, officer, staff
from tests.services.survey_world import CODE, ISSUED_AT, SURVEYOR, TERMS

pytestmark = pytest.mark.django_db


def test_every_unit_gets_a_sheet_with_its_children_and_one_event(tmp_path: Path) -> None:
    _person, sheets = survey_world.issued(tmp_path)

    rows = SurveyRow.objects.order_by("sheet__unit_code", "place")
    assert sorted(sheets) == ["A", "B", "C", "D"]
    assert [(row.sheet.unit_code, row.key, row.child.birth_on) for row in rows] == [
        ("A", "K1", date(2018, 5, 5)),
        ("A", "K2", date(2020, 1, 1)),
        ("B", "K1", date(2020, 8, 31)),
    ]
    event = AuditEvent.objects.get(action="survey.issued")
    assert event.details == {
        "year": 2026,
        "township": None,
        "sheets": 4,
        "children": 3,
        "due_on": "2026-03-15",
        "role": "grid_worker",
    }


def test_children_born_outside_the_period_are_not_printed(tmp_path: Path) -> None:
    person = _county(tmp_path)
    terms = replace(TERMS, born_from=date(2020, 1, 1), born_until=date(2020, 8, 31))

    issue_sheets(actor=person, now=ISSUED_AT, district_code=CODE, terms=terms, surveyor=SURVEYOR)

    assert [row.child.birth_on for row in SurveyRow.objects.all()] == [date(2020, 1, 1)]


def test_second_issue_finds_nothing_left_and_changes_nothing(tmp_path: Path) -> None:
    person, _sheets = survey_world.issued(tmp_path)

    with pytest.raises(NoUnitsToSurvey):
        issue_sheets(actor=person, now=ISSUED_AT, district_code=CODE, terms=TERMS, surveyor=SURVEYOR)

    assert (SurveySheet.objects.count(), AuditEvent.objects.filter(action="survey.issued").count()) == (4, 1)


@pytest.mark.parametrize(
    ("terms", "names", "refusal"),
    [
        (replace(TERMS, due_on=date(2026, 2, 9)), {}, DatesDoNotFit),
        (replace(TERMS, born_until=TERMS.born_from), {}, DatesDoNotFit),
        (TERMS, {"Z": "丁某"}, UnknownUnits),
    ],
)
def test_refused_issue_writes_nothing(
    tmp_path: Path, terms: Terms, names: dict[str, str], refusal: type[Exception]
) -> None:
    person = _county(tmp_path)

    with pytest.raises(refusal):
        issue_sheets(
            actor=person,
            now=ISSUED_AT,
            district_code=CODE,
            terms=terms,
            surveyor=SURVEYOR,
            names=names,
        )

    assert SurveySheet.objects.count() == 0
    assert not AuditEvent.objects.filter(action="survey.issued").exists()


def test_sheet_due_the_day_it_is_handed_out_is_lawful(tmp_path: Path) -> None:
    person = _county(tmp_path)
    terms = replace(TERMS, due_on=TERMS.issued_on)

    count = issue_sheets(actor=person, now=ISSUED_AT, district_code=CODE, terms=terms, surveyor=SURVEYOR)

    assert count == 4


def test_single_units_have_their_own_person_and_names_are_sealed(tmp_path: Path) -> None:
    person = _county(tmp_path)

    issue_sheets(
        actor=person,
        now=ISSUED_AT,
        district_code=CODE,
        terms=TERMS,
        surveyor=SURVEYOR,
        names={"B": "戊某某"},
    )

    names = {sheet.unit_code: responsible_of(sheet, reader=person) for sheet in SurveySheet.objects.all()}
    assert names == {"A": "丁某某", "B": "戊某某", "C": "丁某某", "D": "丁某某"}
    sealed = bytes(SurveySheet.objects.get(unit_code="B").responsible_sealed or b"")
    assert "戊".encode() not in sealed
    assert "丁" not in str(list(AuditEvent.objects.values_list("details", flat=True)))


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_only_officers_of_the_district_hand_out_download_and_export(tmp_path: Path, role: Role) -> None:
    _person, sheets = survey_world.issued(tmp_path)
    others = (staff(role, CODE), officer(OTHER_DISTRICT))
    before = AuditEvent.objects.count()

    for other in others:
        with pytest.raises(NotPermitted):
            issue_sheets(
                actor=other,
                now=ISSUED_AT,
                district_code=CODE,
                terms=replace(TERMS, year=2027),
                surveyor=SURVEYOR,
            )
        with pytest.raises(NotPermitted):
            hand_out_sheet(actor=other, now=ISSUED_AT, sheet_id=sheets["A"].pk, form="pdf")
        with pytest.raises(NotPermitted):
            pack_sheets(actor=other, now=ISSUED_AT, district_code=CODE, year=2026, township=None)
        with pytest.raises(NotPermitted):
            export_sheets(actor=other, now=ISSUED_AT, district_code=CODE, year=2026, on=TERMS.due_on)
        with pytest.raises(NotPermitted):
            reissue_sheet(
                actor=other,
                now=ISSUED_AT,
                sheet_id=sheets["A"].pk,
                surveyor=SURVEYOR,
                issued_on=TERMS.issued_on,
                due_on=TERMS.due_on,
            )
    assert AuditEvent.objects.count() == before


def test_auditor_reads_no_name(tmp_path: Path) -> None:
    person, sheets = survey_world.issued(tmp_path)

    assert responsible_of(sheets["A"], reader=person) == "丁某某"
    assert responsible_of(sheets["A"], reader=auditor(CODE)) == ""


@pytest.mark.parametrize(("on", "overdue"), [(TERMS.due_on, False), (TERMS.due_on + timedelta(days=1), True)])
def test_sheet_is_overdue_the_day_after_its_date(tmp_path: Path, on: date, overdue: bool) -> None:
    _person, sheets = survey_world.issued(tmp_path)

    assert is_overdue(sheets["A"], on) is overdue
    assert list_sheets(CODE, 2026, on=on, state="overdue").count() == 4 * overdue
    assert [(t.sheets, t.issued, t.overdue, t.back) for t in township_progress(CODE, 2026, on=on)] == [
        (4, 4, 4 * overdue, 0)
    ]


def test_overdue_sheets_come_first(tmp_path: Path) -> None:
    person, sheets = survey_world.issued(tmp_path)
    later = TERMS.due_on + timedelta(days=30)
    reassign_sheet(actor=person, now=ISSUED_AT, sheet_id=sheets["A"].pk, surveyor=SURVEYOR, due_on=later)

    order = [sheet.unit_code for sheet in list_sheets(CODE, 2026, on=TERMS.due_on + timedelta(days=1))]

    assert order == ["B", "C", "D", "A"]


def test_lists_ask_few_questions(tmp_path: Path, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    survey_world.issued(tmp_path)

    with django_assert_num_queries(1):
        list(list_sheets(CODE, 2026, on=TERMS.due_on))
    with django_assert_num_queries(1):
        township_progress(CODE, 2026, on=TERMS.due_on)


@pytest.mark.parametrize("written", ["{code}", " {code} ", "{first}-{last}", "{lower}"])
def test_sheet_is_found_by_the_printed_number(tmp_path: Path, written: str) -> None:
    _person, sheets = survey_world.issued(tmp_path)
    code = sheets["C"].code
    text = written.format(code=code, first=code[:4], last=code[4:], lower=code.lower())

    assert find_sheet_by_code(CODE, text) == sheets["C"]
    assert find_sheet_by_code(OTHER_DISTRICT, text) is None


def test_reassigned_sheet_has_another_person_and_date(tmp_path: Path) -> None:
    person, sheets = survey_world.issued(tmp_path)
    other = Surveyor("己某某", SurveyorRole.TEACHER, person)

    reassign_sheet(
        actor=person, now=ISSUED_AT, sheet_id=sheets["A"].pk, surveyor=other, due_on=date(2026, 3, 20)
    )

    sheet = SurveySheet.objects.get(pk=sheets["A"].pk)
    assert (responsible_of(sheet, reader=person), sheet.responsible_role) == ("己某某", "teacher")
    assert (sheet.account, sheet.due_on, sheet.issue) == (person, date(2026, 3, 20), 1)
    assert AuditEvent.objects.filter(action="survey.reassigned").count() == 1


def test_sheet_handed_out_again_keeps_its_number_and_rows(tmp_path: Path) -> None:
    person, sheets = survey_world.issued(tmp_path)

    again = reissue_sheet(
        actor=person,
        now=ISSUED_AT,
        sheet_id=sheets["A"].pk,
        surveyor=SURVEYOR,
        issued_on=date(2026, 3, 16),
        due_on=date(2026, 3, 30),
    )

    assert (again.code, again.issue, again.status) == (sheets["A"].code, 2, SheetStatus.ISSUED)
    assert again.rows.count() == 2


@pytest.mark.parametrize("form", ["pdf", "xlsx"])
def test_downloaded_sheet_is_a_file_recorded_and_stored_nowhere(tmp_path: Path, form: str) -> None:
    person, sheets = survey_world.issued(tmp_path)

    data = hand_out_sheet(actor=person, now=ISSUED_AT, sheet_id=sheets["A"].pk, form=form)

    assert data.startswith({"pdf": b"%PDF-", "xlsx": b"PK"}[form])
    event = AuditEvent.objects.get(action="survey.sheet_downloaded")
    assert event.details == {"sheet": sheets["A"].code, "form": form, "children": 2}
    assert PaperPack.objects.count() == 0


def test_pack_holds_every_sheet_twice_sealed_and_opens_again(tmp_path: Path) -> None:
    person, sheets = survey_world.issued(tmp_path)
    told: list[tuple[str, int, int]] = []

    pack = pack_sheets(
        actor=person,
        now=ISSUED_AT,
        district_code=CODE,
        year=2026,
        township=None,
        report=lambda *step: told.append(step),
    )
    found, parts = open_pack(actor=person, now=ISSUED_AT, pack_id=pack.pk)
    data = b"".join(parts)

    assert found.bytes_count == len(data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert sorted(name.rsplit(".", 1)[1] for name in archive.namelist()) == ["pdf"] * 4 + ["xlsx"] * 4
        assert f"-/锦绣花园-{sheets['A'].code}.pdf" in archive.namelist()
    assert told[-1] == ("printing", 4, 4)
    assert all(b"%PDF" not in bytes(part.data_sealed) for part in PaperPart.objects.all())
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"survey.packed", "survey.pack_downloaded"} <= actions


def test_pack_cannot_be_opened_when_its_time_is_over_and_is_deleted(tmp_path: Path) -> None:
    person, _sheets = survey_world.issued(tmp_path)
    pack = pack_sheets(actor=person, now=ISSUED_AT, district_code=CODE, year=2026, township=None)
    last, over = ISSUED_AT + KEPT_FOR - timedelta(seconds=1), ISSUED_AT + KEPT_FOR

    assert delete_expired_packs(actor=None, now=last) == 0
    assert list(list_packs(CODE, 2026, now=last)) == [pack]
    with pytest.raises(NoSuchPack):
        open_pack(actor=person, now=over, pack_id=pack.pk)
    assert delete_expired_packs(actor=None, now=over) == 1
    assert (PaperPack.objects.count(), PaperPart.objects.count()) == (0, 0)


def test_parts_of_a_pack_cannot_be_exchanged(tmp_path: Path) -> None:
    person, _sheets = survey_world.issued(tmp_path)
    pack_sheets(actor=person, now=ISSUED_AT, district_code=CODE, year=2026, township=None)
    part = PaperPart.objects.first()
    assert part is not None

    with pytest.raises(Exception, match="not sealed for"):
        open_sealed(part.data_sealed, table="geo_data_paperpart", row_id=part.pack_id, field="data_sealed")


def test_nothing_to_pack_is_refused(tmp_path: Path) -> None:
    person = _county(tmp_path)

    with pytest.raises(NothingToPack):
        pack_sheets(actor=person, now=ISSUED_AT, district_code=CODE, year=2026, township=None)


def test_exported_overview_names_persons_and_is_recorded(tmp_path: Path) -> None:
    person, sheets = survey_world.issued(tmp_path)

    data = export_sheets(
        actor=person, now=ISSUED_AT, district_code=CODE, year=2026, on=TERMS.due_on + timedelta(days=1)
    )

    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert rows[1][1:8] == ["A", "锦绣花园", sheets["A"].code, "已发放", "是", "丁某某", "网格员"]
    assert len(rows) == 5
    assert AuditEvent.objects.filter(action="survey.exported").count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "lost"},
        {"due_on": date(2026, 2, 9)},
        {"responsible_role": "nobody"},
        {"issue": 0},
        {"blank_rows": 61},
        {"status": "merged"},
        {"born_until": TERMS.born_from},
    ],
)
def test_database_refuses_what_must_never_be(tmp_path: Path, changes: dict[str, object]) -> None:
    _person, sheets = survey_world.issued(tmp_path)

    with pytest.raises(IntegrityError), transaction.atomic():
        SurveySheet.objects.filter(pk=sheets["A"].pk).update(**changes)


def _county(folder: Path) -> User:
    geo_world.district()
    geo_world.with_units(folder)
    geo_world.with_children(folder)
    return officer(CODE)
