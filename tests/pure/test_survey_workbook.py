"""A survey sheet goes out as a spreadsheet and comes back as answers; what was tampered with is noted."""

import io
import zipfile
from datetime import date

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from geo_data.tables.findings import Findings
from geo_data.tables.reading import UnreadableFile
from geo_data.tables.survey_reading import is_spreadsheet, iter_files, read_sheet
from geo_data.tables.survey_records import KnownRow, Outcome, Paper, blank_keys, masked_identity
from geo_data.tables.survey_workbook import IDS, SHEET, unguarded, write_workbook
from geo_data.tables.table_workbook import guarded, write_table
from tests.services.survey_world import refilled

GIRL = {
    "name": "甲子涵",
    "sex": "female",
    "birth_on": "2020-01-01",
    "identity": "990102202001010028",
    "address": "=1号楼101室",
    "phone": "10000000001",
    "registration_kind": "family",
}


def paper(*rows: KnownRow, blanks: int = 2) -> Paper:
    """A sheet of one block."""
    return Paper(
        sheet_id="11111111-1111-4111-8111-111111111111",
        code="7K3F9Q2M",
        issue=1,
        district="测试县",
        township="东城街道",
        unit="锦绣花园",
        year=2026,
        responsible="丁某某",
        role="网格员",
        issued_on=date(2026, 2, 10),
        due_on=date(2026, 3, 15),
        born_from=date(2019, 9, 1),
        born_until=date(2021, 9, 1),
        rows=rows,
        blank_keys=blank_keys(blanks),
    )


ONE_CHILD = paper(KnownRow("K1", "H1", GIRL))


def test_sheet_shows_what_the_surveyor_needs_and_masks_the_number() -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(write_workbook(ONE_CHILD)))

    rows = book.get_sheet_by_name(SHEET).to_python(skip_empty_area=False)
    text = str(rows)
    assert book.sheet_names == ["入户调查表", "编号", "选项"]
    assert rows[6][:7] == ["行号", "序号", "情况", "儿童姓名", "性别", "出生日期", "证件号码"]
    assert rows[7][0] == "K1"
    assert rows[7][3:7] == ["甲子涵", "女", date(2020, 1, 1), "990102********0028"]
    assert [row[0] for row in rows[8:]] == ["N1", "N2"]
    assert "990102202001010028" not in text
    assert "交回期限：2026-03-15" in text
    assert "2019-09-01 至 2021-08-31" in text


def test_same_paper_gives_the_same_bytes() -> None:
    assert write_workbook(ONE_CHILD) == write_workbook(ONE_CHILD)


def test_cells_are_locked_checked_and_never_formulas() -> None:
    with zipfile.ZipFile(io.BytesIO(write_workbook(ONE_CHILD))) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        book = archive.read("xl/workbook.xml").decode()
        strings = archive.read("xl/sharedStrings.xml").decode()

    assert "<sheetProtection" in sheet
    assert sheet.count('type="list"') == 4
    assert sheet.count('type="date"') == 2
    assert "<f>" not in sheet
    assert "'=1号楼101室" in strings
    assert 'state="veryHidden"' in book


def test_untouched_sheet_says_nothing_but_that_nobody_was_visited() -> None:
    findings = Findings()

    returned = read_sheet(write_workbook(ONE_CHILD), findings)

    assert returned is not None
    assert (returned.code, returned.issue, returned.answers) == ("7K3F9Q2M", 1, ())
    assert findings.counts() == {"survey_date_missing": 1, "survey_outcome_missing": 1}


def test_filled_rows_come_back_as_answers() -> None:
    findings = Findings()
    answers = {
        "K1": {"outcome": "在住", "phone": "10000000009"},
        "N2": {"name": "丙小禾", "sex": "女", "birth_on": "2020/5/6", "identity": "990102202005060022"},
    }

    returned = read_sheet(refilled(write_workbook(ONE_CHILD), answers, visited="2026-03-10"), findings)

    assert returned is not None
    assert returned.surveyed_on == date(2026, 3, 10)
    known, new = returned.answers
    assert (known.key, known.outcome, known.values["phone"]) == ("K1", Outcome.LIVES_HERE, "10000000009")
    assert known.values["address"] == "=1号楼101室"
    assert (new.key, new.outcome, new.values["birth_on"]) == ("N2", Outcome.LIVES_HERE, "2020-05-06")
    assert findings.counts() == {}


@pytest.mark.parametrize(
    ("answers", "without", "codes"),
    [
        ({"K1": {"key": "K9", "outcome": "在住"}}, (), {"survey_row_unknown": 1, "survey_row_missing": 1}),
        ({"N1": {"key": "K1", "outcome": "在住"}}, (), {"survey_row_twice": 1, "survey_outcome_missing": 1}),
        ({}, ("K1",), {"survey_row_missing": 1}),
        ({"K1": {"outcome": "不知道"}}, (), {"cell_malformed": 1, "survey_outcome_missing": 1}),
        ({"K1": {"outcome": "在住", "birth_on": "去年"}}, (), {"cell_malformed": 1}),
        ({"K1": {"outcome": "在住", "name": "甲" * 101}}, (), {"cell_too_long": 1}),
    ],
)
def test_what_does_not_fit_is_noted_without_values(
    answers: dict[str, dict[str, str]], without: tuple[str, ...], codes: dict[str, int]
) -> None:
    findings = Findings()

    data = refilled(write_workbook(ONE_CHILD), answers, visited="2026-03-10", without=without)
    read_sheet(data, findings)

    assert findings.counts() == codes
    assert "甲" not in "".join(finding.value for finding in findings.kept())


def test_another_spreadsheet_is_not_ours() -> None:
    findings = Findings()

    assert read_sheet(write_table("x", ("甲",), [("乙",)]), findings) is None
    assert findings.counts() == {"survey_not_ours": 1}


def test_ids_of_another_format_are_not_ours() -> None:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    book.add_worksheet(SHEET)
    book.add_worksheet(IDS).write_row(0, 0, ["jiujin-survey", "2"])
    book.close()
    findings = Findings()

    assert read_sheet(target.getvalue(), findings) is None
    assert findings.counts() == {"survey_not_ours": 1}


@pytest.mark.parametrize("data", [b"", b"no spreadsheet", b"PK\x03\x04 cut off"])
def test_what_is_no_spreadsheet_ends_in_a_finding(data: bytes) -> None:
    findings = Findings()

    assert read_sheet(data, findings) is None
    assert findings.counts() == {"file_unreadable": 1}


def test_spreadsheet_that_unpacks_to_too_much_ends_in_a_finding() -> None:
    bomb = io.BytesIO(write_workbook(ONE_CHILD))
    with zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/big.bin", b"\0" * (41 * 1024 * 1024))
    findings = Findings()

    assert read_sheet(bomb.getvalue(), findings) is None
    assert findings.counts() == {"file_unreadable": 1}


def test_zip_yields_its_spreadsheets_by_name_and_none_for_one_too_large() -> None:
    one, other = write_workbook(ONE_CHILD), write_workbook(paper())
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../b.xlsx", other)
        archive.writestr("a/a.XLSX", one)
        archive.writestr("c.xlsx", b"\0" * (6 * 1024 * 1024))
        archive.writestr("readme.txt", b"-")

    assert list(iter_files(target.getvalue())) == [other, one, None]
    assert list(iter_files(one)) == [one]
    assert (is_spreadsheet(one), is_spreadsheet(target.getvalue()), is_spreadsheet(b"-")) == (
        True,
        False,
        False,
    )


def test_zip_without_spreadsheets_cannot_be_read() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("readme.txt", b"-")

    with pytest.raises(UnreadableFile):
        list(iter_files(target.getvalue()))


@pytest.mark.parametrize(
    ("identity", "shown"),
    [
        ("990102202001010028", "990102********0028"),
        ("990102200101002", "990102*****1002"),
        ("G12345678", "G1*****78"),
        ("A1234", "A1*34"),
        ("A123", "A123"),
        ("", ""),
    ],
)
def test_number_is_masked(identity: str, shown: str) -> None:
    assert masked_identity(identity) == shown


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "'plain", "plain", ""])
def test_guard_is_taken_off_again(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(("=", "+", "-", "@", "\t"))
