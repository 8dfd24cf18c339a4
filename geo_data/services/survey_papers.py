"""Survey sheets as files: PDF to write on by hand, XLSX to fill in without a network, and many of both as one zip.

A single sheet is made when it is asked for and never stored. Many are made by a background job, stored sealed, and
deleted after `KEPT_FOR`.
"""

import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from uuid import UUID, uuid4

import segno
import typst
from django.db import transaction

from accounts.models import User
from accounts.permissions import require
from accounts.sealing import current_keyring, open_bytes, seal_bytes
from accounts.services.audit import record_event
from accounts.services.jobs import Report, RunningJob, not_reported
from common.canonical import CanonicalValue
from common.errors import NotFound, RulesSayNo
from geo_data.models import PackPurpose, PaperPack, PaperPart, SurveySheet
from geo_data.selectors.surveys import (
    SURVEYING,
    NoSuchSheet,
    load_known_rows,
    paper_of,
    responsible_of,
)
from geo_data.services.datasets import lock_district
from geo_data.tables.survey_records import OUTCOMES, ROLES, KnownRow, Paper, in_cell
from geo_data.tables.survey_workbook import write_workbook

TEMPLATE = Path(__file__).resolve().parent.parent / "papers" / "survey_sheet.typ"
KEPT_FOR = timedelta(days=7)
PART_BYTES = 512 * 1024
CHUNK = 50  # sheets read at once
HEADERS = [
    "序号",
    "儿童姓名",
    "性别",
    "出生日期",
    "证件号码",
    "住址",
    "监护人、电话",
    "现就读园校",
    "户籍类型",
    "情况（勾选）",
]
HOW_TO = "逐户核对：内容有误的在下方空白处改写，并勾选“情况”；表上没有的儿童写在空行。填完签名，按期交回。"
PRIVACY = "本表含个人信息，仅用于适龄儿童摸底，不得复印、拍照外传；交回后由教育局统一保管、销毁。"


class NothingToPack(RulesSayNo):
    """There is no sheet of this year and township."""

    code = "nothing_to_pack"


class NoSuchPack(NotFound):
    """The file was deleted after its time, or never was."""

    code = "no_such_pack"


@transaction.atomic
def hand_out_sheet(*, actor: User, now: datetime, sheet_id: UUID, form: str) -> bytes:
    """Return one sheet as "pdf" or "xlsx", and record that it was downloaded: it holds personal data."""
    sheet = SurveySheet.objects.select_related("district").filter(pk=sheet_id).first()
    if sheet is None:
        raise NoSuchSheet("there is no such survey sheet", sheet=str(sheet_id))
    require(actor, SURVEYING, sheet.district_id)
    paper = _paper(sheet, load_known_rows([sheet])[sheet.pk], actor)
    record_event(
        actor=actor,
        now=now,
        action="survey.sheet_downloaded",
        subject=sheet,
        district_code=sheet.district_id,
        details={"sheet": sheet.code, "form": form, "children": len(paper.rows)},
    )
    return write_workbook(paper) if form == "xlsx" else print_papers([paper])


def print_papers(papers: Sequence[Paper]) -> bytes:
    """Return sheets as one PDF, A4 across; pages are counted sheet by sheet. Noto Sans CJK must be installed."""
    inputs = {"papers": json.dumps([_printed(paper) for paper in papers], ensure_ascii=False)}
    made = _compiler().compile(format="pdf", sys_inputs=inputs, timestamp=0, pdf_tags=False)
    if not isinstance(made, bytes):
        raise TypeError("one document makes one file")
    return made


def pack_sheets(
    *,
    actor: User,
    now: datetime,
    district_code: str,
    year: int,
    township: str | None,
    job: RunningJob | None = None,
    report: Report = not_reported,
) -> PaperPack:
    """Make PDF and XLSX of every sheet, a folder a township, as one zip; store it sealed for `KEPT_FOR`.

    The job's success is part of the transaction that stores the file. Raises NothingToPack.
    """
    require(actor, SURVEYING, district_code)
    sheets = SurveySheet.objects.select_related("district").filter(district_id=district_code, year=year)
    if township is not None:
        sheets = sheets.filter(township=township)
    found = list(sheets.order_by("township", "unit_code"))
    if not found:
        raise NothingToPack("there are no sheets", year=year, township=township or "")
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for done, (sheet, pdf, xlsx) in enumerate(_made(found, actor), start=1):
            folder = _safe_name(sheet.township) or "-"
            name = f"{folder}/{_safe_name(sheet.unit_name)}-{sheet.code}"
            archive.writestr(f"{name}.pdf", pdf, zipfile.ZIP_STORED)  # compressed already
            archive.writestr(f"{name}.xlsx", xlsx, zipfile.ZIP_STORED)
            report("printing", done, len(found))
    data = target.getvalue()
    with transaction.atomic():
        pack = _store(actor, now, district_code, year, township or "", len(found), data)
        if job:
            job.succeed(now=now, result={"pack": str(pack.pk), "sheets": len(found)})
    return pack


@transaction.atomic
def keep_upload(*, actor: User, now: datetime, district_code: str, year: int, data: bytes) -> PaperPack:
    """Store an uploaded sheet or zip of sheets, sealed, until a job has read it."""
    require(actor, SURVEYING, district_code)
    lock_district(district_code)
    return _keep(actor, now, district_code, year, "", 0, data, PackPurpose.BROUGHT_BACK)


@transaction.atomic
def open_pack(*, actor: User, now: datetime, pack_id: UUID) -> tuple[PaperPack, Iterator[bytes]]:
    """Return a file of sheets and its plain parts, one at a time, and record the download."""
    pack = PaperPack.objects.filter(pk=pack_id, expires_at__gt=now).first()
    if pack is None:
        raise NoSuchPack("the file was deleted, or never was", pack=str(pack_id))
    require(actor, SURVEYING, pack.district_id)
    record_event(
        actor=actor,
        now=now,
        action="survey.pack_downloaded",
        subject=pack,
        district_code=pack.district_id,
        details={"sheets": pack.sheet_count, "township": pack.township, "year": pack.year},
    )
    return pack, iter_parts(pack)


def iter_parts(pack: PaperPack) -> Iterator[bytes]:
    """Yield the plain parts of a file in order, one in memory at a time."""
    keyring = current_keyring()
    for part_id in list(pack.parts.order_by("number").values_list("pk", flat=True)):
        part = PaperPart.objects.get(pk=part_id)
        yield open_bytes(
            part.data_sealed,
            table="geo_data_paperpart",
            row_id=part.pk,
            field="data_sealed",
            keyring=keyring,
        )


@transaction.atomic
def delete_expired_packs(*, actor: User | None, now: datetime) -> int:
    """Delete the files whose time is over; return how many."""
    expired = list(PaperPack.objects.filter(expires_at__lte=now).order_by("id"))
    for pack in expired:
        _delete(pack, actor=actor, now=now)
    return len(expired)


@transaction.atomic
def delete_pack(*, actor: User | None, now: datetime, pack: PaperPack) -> None:
    """Delete a file before its time."""
    _delete(pack, actor=actor, now=now)


def _delete(pack: PaperPack, *, actor: User | None, now: datetime) -> None:
    details: Mapping[str, CanonicalValue] = {"sheets": pack.sheet_count, "purpose": str(pack.purpose)}
    record_event(
        actor=actor,
        now=now,
        action="survey.pack_deleted",
        subject=pack,
        district_code=pack.district_id,
        details=details,
    )
    pack.delete()


def _made(sheets: Sequence[SurveySheet], actor: User) -> Iterator[tuple[SurveySheet, bytes, bytes]]:
    for start in range(0, len(sheets), CHUNK):
        chunk = sheets[start : start + CHUNK]
        known = load_known_rows(chunk)
        for sheet in chunk:
            paper = _paper(sheet, known[sheet.pk], actor)
            yield sheet, print_papers([paper]), write_workbook(paper)


def _paper(sheet: SurveySheet, known: Sequence[KnownRow], actor: User) -> Paper:
    return paper_of(sheet, known, responsible_of(sheet, reader=actor), ROLES[sheet.responsible_role])


def _store(
    actor: User, now: datetime, district_code: str, year: int, township: str, count: int, data: bytes
) -> PaperPack:
    pack = _keep(actor, now, district_code, year, township, count, data, PackPurpose.HANDED_OUT)
    record_event(
        actor=actor,
        now=now,
        action="survey.packed",
        subject=pack,
        district_code=district_code,
        details={"sheets": count, "township": township, "year": year},
    )
    return pack


def _keep(
    actor: User,
    now: datetime,
    district_code: str,
    year: int,
    township: str,
    count: int,
    data: bytes,
    purpose: PackPurpose,
) -> PaperPack:
    pack = PaperPack.objects.create(
        district_id=district_code,
        purpose=purpose,
        year=year,
        township=township,
        sheet_count=count,
        bytes_count=len(data),
        made_by=actor,
        made_at=now,
        expires_at=now + KEPT_FOR,
    )
    keyring = current_keyring()
    for number, start in enumerate(range(0, len(data), PART_BYTES)):
        part_id = uuid4()
        sealed = seal_bytes(
            data[start : start + PART_BYTES],
            table="geo_data_paperpart",
            row_id=part_id,
            field="data_sealed",
            keyring=keyring,
        )
        PaperPart.objects.create(id=part_id, pack=pack, number=number, data_sealed=sealed)
    return pack


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    # One compiler a process: a fresh one looks through every font of the machine, thirty times slower than a page.
    return typst.Compiler(str(TEMPLATE))


def _printed(paper: Paper) -> Mapping[str, object]:
    last_day = paper.born_until.fromordinal(paper.born_until.toordinal() - 1).isoformat()
    return {
        "title": f"{paper.year} 年适龄儿童入户调查表",
        "place": " ".join(part for part in (paper.district, paper.township, paper.unit) if part),
        "code": f"{paper.code[:4]}-{paper.code[4:]}",
        "qr": _qr(paper),
        "responsible": paper.responsible,
        "role": paper.role,
        "issued_on": paper.issued_on.isoformat(),
        "due_on": paper.due_on.isoformat(),
        "asked": f"调查对象：{paper.born_from.isoformat()} 至 {last_day} 出生的儿童",
        "how_to": HOW_TO,
        "privacy": PRIVACY,
        "headers": HEADERS,
        "outcomes": list(OUTCOMES),
        "rows": [*_known_rows(paper.rows), *_blank_rows(paper)],
    }


def _qr(paper: Paper) -> str:
    code = segno.make(f"JIUJIN-SURVEY:{paper.code}:{paper.issue}", error="m")
    return str(code.svg_inline(border=1))


def _known_rows(rows: Iterable[KnownRow]) -> Iterator[Mapping[str, object]]:
    for place, row in enumerate(rows, start=1):
        shown = {name: in_cell(name, value) for name, value in row.values.items()}
        yield {**shown, "place": place, "registration": shown["registration_kind"], "is_new": False}


def _blank_rows(paper: Paper) -> Iterator[Mapping[str, object]]:
    names = (
        "name",
        "sex",
        "birth_on",
        "identity",
        "guardian",
        "address",
        "phone",
        "school_now",
        "registration",
    )
    for place, _key in enumerate(paper.blank_keys, start=len(paper.rows) + 1):
        yield {**dict.fromkeys(names, ""), "place": place, "is_new": True}


def _safe_name(text: str) -> str:
    return "".join(letter for letter in text if letter.isalnum() or letter in "-_ ")[:60].strip()
