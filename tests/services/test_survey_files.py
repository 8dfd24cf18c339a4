"""Uploads of many sheets, harmful ones among them: read apart, told in findings, and the others are taken."""

import io
import os
import signal
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from geo_data.models import PackPurpose, PaperPack, SurveyReturn
from geo_data.services import survey_files
from geo_data.services.survey_batches import UploadUnreadable, take_pack, take_returns
from geo_data.services.survey_papers import keep_upload
from geo_data.tables.findings import Findings
from geo_data.tables.survey_reading import read_sheet
from geo_data.tables.survey_records import ReturnedSheet
from tests.services import hostile_workbooks, survey_world
from tests.services.survey_world import BACK_AT, BACK_ON, CODE, filled

pytestmark = pytest.mark.django_db

GIRL_MET = {"K2": {"outcome": "在住", "phone": "10000000009"}}  # on the sheet of A


@pytest.mark.parametrize("spoiled", hostile_workbooks.HARMS)
def test_hostile_file_in_a_zip_costs_the_others_nothing(
    tmp_path: Path, spoiled: Callable[[bytes], bytes]
) -> None:
    person, sheets = survey_world.issued(tmp_path)
    good = filled(person, sheets["A"], GIRL_MET)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("1.xlsx", spoiled(good))
        archive.writestr("2.xlsx", good)

    found = take_returns(actor=person, now=BACK_AT, district_code=CODE, data=target.getvalue(), today=BACK_ON)

    assert found.taken == 1
    [refused] = found.refused
    assert (refused.place, refused.sheet) == (1, "")
    assert refused.findings[0].code in ("file_unreadable", "file_too_heavy")
    assert refused.findings[0].sentence("zh")


def test_file_that_kills_its_reader_is_told_and_the_others_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, sheets = survey_world.issued(tmp_path)
    good, evil = filled(person, sheets["A"], GIRL_MET), filled(person, sheets["B"], {}, visited="2026-03-09")

    def fragile(data: bytes, findings: Findings) -> ReturnedSheet | None:
        if data == evil:
            os.kill(os.getpid(), signal.SIGSEGV)  # as a parser that is taken by surprise
        return read_sheet(data, findings)

    monkeypatch.setattr(survey_files, "read_sheet", fragile)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("1.xlsx", evil)
        archive.writestr("2.xlsx", good)

    found = take_returns(actor=person, now=BACK_AT, district_code=CODE, data=target.getvalue(), today=BACK_ON)

    assert found.taken == 1
    assert [(f.place, f.findings[0].code) for f in found.refused] == [(1, "file_crashed_the_reader")]


@pytest.mark.parametrize("data", [b"-", b"%PDF-1.7", b"PK\x03\x04 half of a zip"])
def test_upload_of_another_kind_stores_nothing(tmp_path: Path, data: bytes) -> None:
    person, _sheets = survey_world.issued(tmp_path)

    with pytest.raises(UploadUnreadable):
        take_returns(actor=person, now=BACK_AT, district_code=CODE, data=data, today=BACK_ON)

    assert not SurveyReturn.objects.exists()


def test_zip_takes_the_good_sheets_and_tells_of_the_others(tmp_path: Path) -> None:
    person, sheets = survey_world.issued(tmp_path)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("1.xlsx", filled(person, sheets["A"], GIRL_MET))
        archive.writestr("2.xlsx", filled(person, sheets["B"], {}, visited=""))
        archive.writestr("3.xlsx", b"no spreadsheet")
        archive.writestr("4.xlsx", filled(person, sheets["A"], GIRL_MET))

    found = take_returns(actor=person, now=BACK_AT, district_code=CODE, data=target.getvalue(), today=BACK_ON)

    assert (found.taken, found.repeated, found.conflicts) == (1, 1, 1)
    assert [(f.place, f.sheet, f.findings[0].code) for f in found.refused] == [
        (2, sheets["B"].code, "survey_date_missing"),
        (3, "", "file_unreadable"),
    ]


def test_uploaded_zip_is_kept_sealed_until_it_was_read(tmp_path: Path) -> None:
    person, sheets = survey_world.issued(tmp_path)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("1.xlsx", filled(person, sheets["A"], GIRL_MET))

    pack = keep_upload(actor=person, now=BACK_AT, district_code=CODE, year=2026, data=target.getvalue())
    assert pack.purpose == PackPurpose.BROUGHT_BACK
    found = take_pack(actor=person, now=BACK_AT, pack_id=pack.pk, today=BACK_ON)

    assert found.taken == 1
    assert PaperPack.objects.count() == 0
