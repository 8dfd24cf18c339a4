"""A whole file of addresses is looked up: taken in sealed, answered by a job, handed out once, then erased."""

import unicodedata
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.permissions import Action, require
from accounts.sealing import open_bytes, seal_bytes
from accounts.services.audit import record_event
from accounts.services.jobs import Report, RunningJob, not_reported
from common.canonical import CanonicalValue
from common.errors import MalformedInput, NotFound, RulesSayNo
from geo_data.addresses.ranking import DoorMatch
from geo_data.apart.limits import Limits, limits_of_settings
from geo_data.apart.reading import read_apart
from geo_data.models import Stage
from geo_data.selectors.districts import get_district
from geo_data.tables.cells import cell_text
from geo_data.tables.columns import Column
from geo_data.tables.findings import HEADER_ROW, Finding, Findings
from geo_data.tables.headers import open_table
from zoning.models import AddressFile
from zoning.selectors.by_address import (
    AddressAnswer,
    AddressNotInRegister,
    AddressNotSettled,
    zone_of_address,
    zone_of_code,
)
from zoning.selectors.lookup import NoZoneHere, zone_of_unit
from zoning.services.address_workbook import AnsweredRow, Result, write_workbook

TABLE = AddressFile._meta.db_table
MOST_BYTES, MOST_ROWS, MOST_SECONDS = 10 << 20, 20_000, 120
SUFFIXES = (".csv", ".xlsx")
NOTES = "notes"  # in the counts: what of the file was not read
OF_NO_CONCERN = frozenset({"column_unknown"})  # such lists have columns of names and much else
Plain = tuple[int, str, str, str]  # the fields of Asked, as the reader hands them back
COLUMNS = (
    Column("address_id", "地址编号", aliases=("code", "编号")),
    Column(
        "address", "地址", aliases=("住址", "家庭住址", "居住地址", "详细地址", "房屋地址"), personal=True
    ),
    Column("unit_id", "单元编号", aliases=("unit_code", "所在单元")),
)


class AddressFileUnfit(MalformedInput):
    """The file is too large, of another kind, or has no column of addresses."""

    code = "address_file_unfit"


class AddressFileHeadersElsewhere(MalformedInput):
    """The headers of the file do not stand in the first row of its first sheet."""

    code = "address_file_headers_elsewhere"


class AddressFileOfSeveralSheets(MalformedInput):
    """Further sheets of the file hold rows, and only the first one is read."""

    code = "address_file_of_several_sheets"


class NoSuchAddressFile(NotFound):
    """There is no such file, or not for this person."""

    code = "no_such_address_file"


class AddressFileErased(RulesSayNo):
    """The answer was handed out or its time is over; it was erased."""

    code = "address_file_erased"


@dataclass(frozen=True, slots=True)
class Asked:
    """A row of the file: what is looked up, in the order of COLUMNS."""

    row: int
    code: str
    address: str
    unit: str


@transaction.atomic
def take_address_file(
    *, actor: User, now: datetime, district_code: str, stage: Stage, on: date, data: bytes, suffix: str
) -> AddressFile:
    """Keep the file sealed until a job has answered it. Raises NotPermitted and AddressFileUnfit."""
    require(actor, Action.IMPORT_DATA, district_code)
    if suffix.casefold() not in SUFFIXES or not 0 < len(data) <= MOST_BYTES:
        raise AddressFileUnfit("CSV or XLSX of up to 10 MB", most_bytes=MOST_BYTES)
    key = uuid.uuid4()
    row = AddressFile.objects.create(
        id=key,
        district=get_district(district_code),
        stage=stage,
        on=on,
        suffix=suffix.casefold(),
        upload_sealed=seal_bytes(data, table=TABLE, row_id=key, field="upload_sealed"),
        asked_by=actor,
        asked_at=now,
    )
    details: Mapping[str, CanonicalValue] = {
        "stage": stage.value,
        "on": on.isoformat(),
        "bytes": len(data),
    }
    record_event(
        actor=actor,
        now=now,
        action="address_file.taken",
        subject=row,
        district_code=district_code,
        details=details,
    )
    return row


def answer_address_file(
    *,
    actor: User | None,
    now: datetime,
    file_id: UUID,
    job: RunningJob | None = None,
    report: Report = not_reported,
) -> AddressFile:
    """Look up every row, and keep the workbook sealed in the place of the upload.

    Rows are looked up outside any transaction, the answer is stored in one with the job's success. Whoever
    asked must still be an officer of the district. Raises NoSuchAddressFile, NotPermitted, AddressFileUnfit,
    AddressFileHeadersElsewhere, AddressFileOfSeveralSheets and AddressFileErased.
    """
    file = get_address_file(file_id)
    if actor is not None:
        require(actor, Action.IMPORT_DATA, file.district_id)
    if file.upload_sealed is None:
        raise AddressFileErased("the file was erased")
    data = open_bytes(file.upload_sealed, table=TABLE, row_id=file.pk, field="upload_sealed")
    asked, notes = _asked(data, file.suffix)
    answered = list(_answered(file, asked, report))
    counts = {result.value: sum(row.result is result for row in answered) for result in Result}
    counts[NOTES] = len(notes)
    book = write_workbook(answered, notes)
    with transaction.atomic():
        file.answer_sealed = seal_bytes(book, table=TABLE, row_id=file.pk, field="answer_sealed")
        file.upload_sealed, file.counts = None, counts
        file.save(update_fields=["answer_sealed", "upload_sealed", "counts"])
        if job:
            job.succeed(now=now, result={"file": str(file.pk), **counts})
    return file


@transaction.atomic
def hand_out_address_file(*, actor: User, now: datetime, file_id: UUID) -> bytes:
    """Return the workbook and erase it: personal addresses are not kept once they were handed out.

    Raises NoSuchAddressFile, NotPermitted and AddressFileErased.
    """
    file = AddressFile.objects.select_for_update().filter(pk=file_id).first()
    if file is None:
        raise NoSuchAddressFile("there is no such file")
    require(actor, Action.IMPORT_DATA, file.district_id)
    if file.answer_sealed is None:
        raise AddressFileErased("there is no answer to hand out: it was erased, or is not ready")
    book = open_bytes(file.answer_sealed, table=TABLE, row_id=file.pk, field="answer_sealed")
    _erase(file, now)
    record_event(
        actor=actor, now=now, action="address_file.handed_out", subject=file, district_code=file.district_id
    )
    return book


@transaction.atomic
def erase_address_file(*, actor: User | None, now: datetime, file_id: UUID) -> None:
    """Erase what is left of a file; one that was handed out is left alone. Raises NotPermitted.

    Nobody does it when the file's time is over: `actor` is None then.
    """
    file = AddressFile.objects.select_for_update().filter(pk=file_id, erased_at=None).first()
    if file is None:
        return
    if actor is not None:
        require(actor, Action.IMPORT_DATA, file.district_id)
    _erase(file, now)
    record_event(
        actor=actor, now=now, action="address_file.erased", subject=file, district_code=file.district_id
    )


def get_address_file(file_id: UUID) -> AddressFile:
    """Return the file. Raises NoSuchAddressFile."""
    file = AddressFile.objects.filter(pk=file_id).first()
    if file is None:
        raise NoSuchAddressFile("there is no such file")
    return file


def _erase(file: AddressFile, now: datetime) -> None:
    file.upload_sealed, file.answer_sealed, file.erased_at = None, None, now
    file.save(update_fields=["upload_sealed", "answer_sealed", "erased_at"])


def _asked(data: bytes, suffix: str) -> tuple[list[Asked], tuple[Finding, ...]]:
    """Return the rows, read in a process of its own, and what of the file was not read.

    Raises AddressFileHeadersElsewhere, AddressFileOfSeveralSheets, and whatever happens to the reader AddressFileUnfit.
    """
    asked: list[Asked] = []

    def keep(rows: Iterator[Plain]) -> int:
        for row in rows:
            asked.append(Asked(*row))
            if len(asked) > MOST_ROWS:
                raise AddressFileUnfit("more than 20,000 rows", most_rows=MOST_ROWS)
        return len(asked)

    findings = Findings()
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"asked{suffix}"
        path.write_bytes(data)
        read_apart(lambda found: _rows(path, found), findings, keep, limits=_limits())
    if "column_missing" in findings.counts():
        raise AddressFileUnfit("no column 地址 / address, 地址编号 / address_id or 单元编号 / unit_id")
    for code, refusal in OWN_REFUSALS.items():
        if code in findings.counts():
            raise refusal("the file is not read as it stands", counts=dict(findings.counts()))
    if findings.refuses:
        raise AddressFileUnfit("the file cannot be read", counts=dict(findings.counts()))
    return asked, tuple(finding for finding in findings.kept() if finding.code not in OF_NO_CONCERN)


OWN_REFUSALS = {
    "header_elsewhere": AddressFileHeadersElsewhere,
    "sheets_not_read": AddressFileOfSeveralSheets,
}


def _rows(path: Path, findings: Findings) -> Iterator[Plain]:
    opened = open_table(path, COLUMNS, findings)
    if not opened.places:
        findings.add("column_missing", HEADER_ROW)
        return
    for number, cells in opened.rows:
        texts = {name: cell_text(cells[at]) if at < len(cells) else "" for name, at in opened.places.items()}
        code, address, unit = (texts.get(column.name, "")[:200] for column in COLUMNS)
        yield number, _plain_width(code), address, _plain_width(unit)  # of an address the search sees to it


def _plain_width(code: str) -> str:
    return unicodedata.normalize("NFKC", code)


def _limits() -> Limits:
    limits = limits_of_settings()
    return replace(
        limits,
        cpu_seconds=min(limits.cpu_seconds, MOST_SECONDS),
        wall_seconds=min(limits.wall_seconds, MOST_SECONDS),
    )


def _answered(file: AddressFile, asked: Sequence[Asked], report: Report) -> Iterator[AnsweredRow]:
    for done, row in enumerate(asked, start=1):
        yield _answer(file, row)
        report("looking_up", done, len(asked))


def _answer(file: AddressFile, row: Asked) -> AnsweredRow:
    """The code goes before the address, the address before the unit."""
    shown = row.code or row.address or row.unit
    stage = Stage(file.stage)
    try:
        if row.code:
            found = zone_of_code(file.district_id, stage, row.code, file.on)
        elif row.address:
            found = zone_of_address(file.district_id, stage, row.address, file.on)
        elif row.unit:
            found = AddressAnswer(zone_of_unit(file.district_id, stage, row.unit, file.on), None)
        else:
            return AnsweredRow(row.row, "", Result.EMPTY)
    except AddressNotSettled as refusal:
        choices = tuple(choice.shown for choice in refusal.choices[:5])
        result = Result.MISSING if refusal.needs == "bureau" else Result.CHOOSE
        return AnsweredRow(row.row, shown, result, choices=choices)
    except AddressNotInRegister:
        return AnsweredRow(row.row, shown, Result.MISSING)
    except NoZoneHere:
        return AnsweredRow(row.row, shown, Result.NO_ZONE)
    is_near = found.by_point or found.door in (DoorMatch.NEAR, DoorMatch.MISSING)
    result = Result.NEAR if is_near else Result.CERTAIN
    return AnsweredRow(row.row, shown, result, found)
