"""Sheets come back as one zip: the good ones are taken, the others are told of, and nothing of the zip stays."""

import io
import zipfile
from pathlib import Path

import pytest

from geo_data.models import PackPurpose, PaperPack
from geo_data.services.survey_batches import UploadUnreadable, take_pack, take_returns
from geo_data.services.survey_papers import keep_upload
from tests.services import survey_world
from tests.services.survey_world import BACK_AT, BACK_ON, CODE, GIRL_MET, filled

pytestmark = pytest.mark.django_db


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


def test_upload_that_is_neither_is_refused(tmp_path: Path) -> None:
    person, _sheets = survey_world.issued(tmp_path)

    with pytest.raises(UploadUnreadable):
        take_returns(actor=person, now=BACK_AT, district_code=CODE, data=b"-", today=BACK_ON)
