"""A whole file of addresses: taken sealed, answered, handed out once, erased."""

import os
import signal
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
import xlsxwriter
from django_tasks_db.models import DBTaskResult
from python_calamine import load_workbook

from accounts.models import AuditEvent
from common.errors import NotPermitted
from geo_data.models import Stage
from geo_data.tables.table_workbook import write_table
from tests.services import address_world as register
from tests.services import geo_world as world
from tests.services import hostile_workbooks
from tests.services.accounts_world import auditor, officer
from zoning.models import AddressFile
from zoning.services import address_files
from zoning.services.address_files import (
    MOST_ROWS,
    AddressFileErased,
    AddressFileHeadersElsewhere,
    AddressFileOfSeveralSheets,
    AddressFileUnfit,
    answer_address_file,
    erase_address_file,
    hand_out_address_file,
    take_address_file,
)
from zoning.tasks import request_address_file

pytestmark = pytest.mark.django_db
FILE = "\n".join(
    (
        "姓名,住址,单元编号",
        "甲一,锦绣花园2号楼3单元501,",
        "甲二,锦绣花园,",
        "甲三,没有这个地方,",
        "甲四,文化路5号附2,",
        "甲五,,D",
        "甲六,=1+1,",
        "甲七,,",
        "甲八,,Z",
    )
)


@pytest.fixture(autouse=True)
def _county(tmp_path: Path) -> None:
    register.zoned_county(tmp_path)


def _taken(text: str = FILE, suffix: str = ".csv") -> AddressFile:
    return _kept(text.encode(), suffix)


def _kept(data: bytes, suffix: str = ".xlsx") -> AddressFile:
    return take_address_file(
        actor=officer(world.CODE),
        now=world.NOW,
        district_code=world.CODE,
        stage=Stage.PRIMARY,
        on=register.DAY,
        data=data,
        suffix=suffix,
    )


def test_every_row_comes_back_with_its_zone_and_how_certain_it_is() -> None:
    file = _taken()

    answer_address_file(actor=None, now=world.NOW, file_id=file.pk)
    book = hand_out_address_file(actor=officer(world.CODE), now=world.NOW, file_id=file.pk)

    rows = load_workbook(BytesIO(book)).get_sheet_by_index(0).to_python()
    assert [row[:1] + row[1:3] + row[4:5] + row[7:10] for row in rows[1:]] == [
        [2, "锦绣花园2号楼3单元501", "确定 certain", "B", "第三小学", "P3", ""],
        [3, "锦绣花园", "有多处相符，请选择 choose", "", "", "", "锦绣花园1号楼、锦绣花园2号楼"],
        [4, "没有这个地方", "地址库中没有 not in the register", "", "", "", ""],
        [5, "文化路5号附2", "相近，请核对 near: check", "A", "第一小学", "P1", ""],
        [6, "D", "确定 certain", "D", "第三小学", "P3", ""],
        [7, "'=1+1", "地址库中没有 not in the register", "", "", "", ""],
        [8, "", "空行 empty", "", "", "", ""],
        [9, "Z", "不属于任何学区 no zone", "", "", "", ""],
    ]
    file.refresh_from_db()
    assert file.counts == {
        "certain": 2,
        "near": 1,
        "choose": 1,
        "missing": 2,
        "no_zone": 1,
        "empty": 1,
        "notes": 0,
    }


def _sheets(*names: str) -> bytes:
    out = BytesIO()
    book = xlsxwriter.Workbook(out)
    for name in names:
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, ("姓名", "住址"))
        sheet.write_row(1, 0, ("甲一", "文化路3号", "路东"))
    book.add_worksheet("备注").write(0, 0, "自动生成")
    book.close()
    return out.getvalue()


def test_what_of_a_file_is_not_read_is_told_on_a_second_sheet() -> None:
    file = _kept(_sheets("城关"))

    answered = answer_address_file(actor=None, now=world.NOW, file_id=file.pk)
    data = hand_out_address_file(actor=officer(world.CODE), now=world.NOW, file_id=file.pk)

    book = load_workbook(BytesIO(data))
    assert (answered.counts["certain"], answered.counts["notes"]) == (1, 2)
    assert book.sheet_names == ["学区 zones", "未读取 not read"]
    notes = book.get_sheet_by_name("未读取 not read").to_python()[1:]
    assert [note[0] for note in notes] == ["", 2]
    assert "备注" in str(notes[0][1])
    assert "C" in str(notes[1][1])
    assert all("甲一" not in str(cell) and "路东" not in str(cell) for note in notes for cell in note)


def test_further_sheets_with_rows_are_a_refusal_of_its_own() -> None:
    file = _kept(_sheets("城关", "乡下"))

    with pytest.raises(AddressFileOfSeveralSheets):
        answer_address_file(actor=None, now=world.NOW, file_id=file.pk)

    file.refresh_from_db()
    assert file.answer_sealed is None


def test_headers_below_a_title_are_a_refusal_of_its_own() -> None:
    file = _taken("全县住户,,\n姓名,住址,单元编号\n甲一,文化路3号,A")

    with pytest.raises(AddressFileHeadersElsewhere):
        answer_address_file(actor=None, now=world.NOW, file_id=file.pk)

    file.refresh_from_db()
    assert file.answer_sealed is None


def test_codes_typed_in_full_width_are_found() -> None:
    file = _taken("单元编号,住址\nＡ,\n,文化路３号")

    assert answer_address_file(actor=None, now=world.NOW, file_id=file.pk).counts["certain"] == 2


def test_nothing_personal_is_left_once_it_was_handed_out() -> None:
    file = _taken()
    assert "锦绣".encode() not in bytes(file.upload_sealed or b"")

    answer_address_file(actor=None, now=world.NOW, file_id=file.pk)
    file.refresh_from_db()
    assert file.upload_sealed is None
    assert file.answer_sealed is not None
    hand_out_address_file(actor=officer(world.CODE), now=world.NOW, file_id=file.pk)

    erased = AddressFile.objects.get(pk=file.pk)
    assert (erased.upload_sealed, erased.answer_sealed, erased.erased_at) == (None, None, world.NOW)
    with pytest.raises(AddressFileErased):
        hand_out_address_file(actor=officer(world.CODE), now=world.NOW, file_id=file.pk)
    with pytest.raises(AddressFileErased):
        answer_address_file(actor=None, now=world.NOW, file_id=file.pk)
    actions = list(
        AuditEvent.objects.filter(action__startswith="address_file").values_list("action", flat=True)
    )
    assert sorted(actions) == ["address_file.handed_out", "address_file.taken"]


def test_a_file_whose_time_is_over_is_erased_and_another_time_changes_nothing() -> None:
    file = _taken()

    for _ in range(2):
        erase_address_file(actor=None, now=world.NOW, file_id=file.pk)

    file.refresh_from_db()
    assert (file.upload_sealed, file.answer_sealed, file.erased_at) == (None, None, world.NOW)
    assert AuditEvent.objects.filter(action="address_file.erased").count() == 1


def test_the_look_up_and_the_erasure_are_queued_with_the_file() -> None:
    file, job = request_address_file(
        actor=officer(world.CODE),
        now=world.NOW,
        district_code=world.CODE,
        stage=Stage.PRIMARY,
        on=register.DAY,
        data=FILE.encode(),
        suffix=".csv",
    )

    erasure = DBTaskResult.objects.get(task_path__endswith="erase_address_file_task")
    assert (job.subject_id, job.district_code) == (str(file.pk), world.CODE)
    assert erasure.run_after == world.NOW + timedelta(days=7)


@pytest.mark.parametrize(
    ("text", "suffix"),
    [
        ("", ".csv"),
        (FILE, ".pdf"),
        ("姓名,年龄\n甲一,6", ".csv"),
        ("not a workbook", ".xlsx"),
        ("住址\n" + "甲院\n" * (MOST_ROWS + 1), ".csv"),
    ],
)
def test_a_file_that_cannot_be_looked_up_is_refused(text: str, suffix: str) -> None:
    with pytest.raises(AddressFileUnfit):
        answer_address_file(actor=None, now=world.NOW, file_id=_taken(text, suffix).pk)

    assert not AddressFile.objects.exclude(answer_sealed=None).exists()


@pytest.mark.parametrize("spoiled", hostile_workbooks.HARMS)
def test_a_hostile_workbook_is_refused_and_nothing_is_answered(spoiled: Callable[[bytes], bytes]) -> None:
    good = write_table("地址", ("住址",), [("文化路5号附2",)])
    file = _kept(spoiled(good))

    with pytest.raises(AddressFileUnfit):
        answer_address_file(actor=None, file_id=file.pk, now=world.NOW)

    file.refresh_from_db()
    assert file.answer_sealed is None


def test_a_workbook_that_is_good_is_answered() -> None:
    file = _kept(write_table("地址", ("住址",), [("文化路5号附2",)]))

    assert answer_address_file(actor=None, file_id=file.pk, now=world.NOW).counts["near"] == 1


def test_a_reader_that_is_killed_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(address_files, "open_table", lambda *_: os.kill(os.getpid(), signal.SIGSEGV))

    with pytest.raises(AddressFileUnfit) as refusal:
        answer_address_file(actor=None, file_id=_taken().pk, now=world.NOW)

    assert refusal.value.details["counts"] == {"file_crashed_the_reader": 1}


def test_only_officers_of_the_district_take_and_hand_out_files() -> None:
    file = _taken()
    answer_address_file(actor=None, now=world.NOW, file_id=file.pk)

    for person in (auditor(world.CODE), officer("410182")):
        with pytest.raises(NotPermitted):
            hand_out_address_file(actor=person, now=world.NOW, file_id=file.pk)
        with pytest.raises(NotPermitted):
            take_address_file(
                actor=person,
                now=world.NOW,
                district_code=world.CODE,
                stage=Stage.PRIMARY,
                on=register.DAY,
                data=b"x",
                suffix=".csv",
            )

    file.refresh_from_db()
    assert file.answer_sealed is not None
    assert AddressFile.objects.count() == 1


def test_nobody_but_officers_of_the_district_has_a_file_answered_or_erased() -> None:
    file = _taken()
    before = AuditEvent.objects.count()

    for person in (auditor(world.CODE), officer("410182")):
        with pytest.raises(NotPermitted):
            answer_address_file(actor=person, now=world.NOW, file_id=file.pk)
        with pytest.raises(NotPermitted):
            erase_address_file(actor=person, now=world.NOW, file_id=file.pk)

    file.refresh_from_db()
    assert (file.answer_sealed, file.erased_at) == (None, None)
    assert file.upload_sealed is not None
    assert AuditEvent.objects.count() == before


def test_an_officer_of_the_district_has_it_answered_and_erased_in_the_own_name() -> None:
    file, person = _taken(), officer(world.CODE)

    answered = answer_address_file(actor=person, now=world.NOW, file_id=file.pk)
    erase_address_file(actor=person, now=world.NOW, file_id=file.pk)

    assert answered.answer_sealed is not None
    assert AddressFile.objects.get(pk=file.pk).erased_at == world.NOW
    assert AuditEvent.objects.get(action="address_file.erased").actor == person


def test_a_number_far_beyond_the_register_is_missing_and_the_numbers_there_are_are_named() -> None:
    file = _kept(write_table("地址", ("住址",), [("文化路99号",)]))

    answer_address_file(actor=None, now=world.NOW, file_id=file.pk)
    book = hand_out_address_file(actor=officer(world.CODE), now=world.NOW, file_id=file.pk)

    (_, row) = load_workbook(BytesIO(book)).get_sheet_by_index(0).to_python()
    assert (row[1], row[2], row[7]) == ("文化路99号", "地址库中没有 not in the register", "")
    assert row[9] == "文化路3–5号（单号）、文化路4号（双号）、文化路11号（单号）"
