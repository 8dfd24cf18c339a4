"""A zip of returned sheets, and the overview as a spreadsheet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.permissions import require
from accounts.services.audit import record_event
from accounts.services.jobs import Report, RunningJob, not_reported
from common.canonical import CanonicalValue
from common.errors import MalformedInput
from geo_data.models import PackPurpose, PaperPack
from geo_data.selectors.surveys import SURVEYING, is_overdue, list_sheets, responsible_of, waiting_of
from geo_data.services.survey_files import count_files, read_files
from geo_data.services.survey_papers import NoSuchPack, delete_pack, iter_parts
from geo_data.services.survey_returns import SheetRefused, take_return
from geo_data.tables.findings import Finding, Findings, Severity
from geo_data.tables.survey_records import ROLES, STATES
from geo_data.tables.table_workbook import Cell, write_table

SHOWN_FINDINGS = 20
SHOWN_REFUSALS = 500
HEADERS = (
    "乡镇街道",
    "小区村组编号",
    "小区村组",
    "表号",
    "状态",
    "逾期",
    "责任人",
    "责任人身份",
    "发放日期",
    "交回期限",
    "第几次发放",
    "待定冲突",
    "需再次核实",
)


class UploadUnreadable(MalformedInput):
    """What was uploaded is neither a spreadsheet nor a zip of spreadsheets."""

    code = "upload_unreadable"


@dataclass(frozen=True, slots=True)
class RefusedFile:
    """A file of an upload that was not taken: its place, the sheet it says it is, what was found."""

    place: int
    sheet: str
    findings: tuple[Finding, ...]

    def as_data(self) -> dict[str, CanonicalValue]:
        """Return plain data without personal values: what must be mended before the sheet is taken."""
        severe = [finding for finding in self.findings if finding.severity is Severity.SEVERE]
        findings: list[CanonicalValue] = [dict(f.as_data()) for f in severe[:SHOWN_FINDINGS]]
        return {"place": self.place, "sheet": self.sheet, "findings": findings}


@dataclass(frozen=True, slots=True)
class TakenFiles:
    """What became of the files of an upload."""

    taken: int
    repeated: int
    conflicts: int
    refused: tuple[RefusedFile, ...]

    def as_data(self) -> dict[str, CanonicalValue]:
        """Return the result of a job."""
        refused = [file.as_data() for file in self.refused[:SHOWN_REFUSALS]]
        counts: dict[str, CanonicalValue] = {"taken": self.taken, "repeated": self.repeated}
        return counts | {
            "conflicts": self.conflicts,
            "refused": refused,
            "refused_count": len(self.refused),
        }


@transaction.atomic
def take_returns(
    *,
    actor: User,
    now: datetime,
    district_code: str,
    data: bytes,
    today: date,
    report: Report = not_reported,
) -> TakenFiles:
    """Take every sheet of a file or zip that can be taken; the others are told with their findings.

    Each sheet stands or falls by itself. Raises UploadUnreadable when the whole cannot be read.
    """
    require(actor, SURVEYING, district_code)
    whole = Findings()
    count = count_files(data, whole)
    if whole.refuses:
        raise UploadUnreadable(
            "neither a spreadsheet (XLSX) nor a zip of spreadsheets", counts=dict(whole.counts())
        )
    taken = repeated = conflicts = 0
    refused = []
    for place, read in enumerate(read_files(data, count), start=1):
        try:
            found = take_return(actor=actor, now=now, district_code=district_code, read=read, today=today)
        except SheetRefused as refusal:
            code = refusal.sheet.code if refusal.sheet else ""
            refused.append(RefusedFile(place, code, refusal.findings))
        else:
            taken, repeated = taken + found.is_new, repeated + (not found.is_new)
            conflicts += found.conflicts
        report("comparing", place, count)
    return TakenFiles(taken, repeated, conflicts, tuple(refused))


@transaction.atomic
def take_pack(
    *,
    actor: User,
    now: datetime,
    pack_id: UUID,
    today: date,
    job: RunningJob | None = None,
    report: Report = not_reported,
) -> TakenFiles:
    """Take the sheets of a stored upload, and delete it: it has done its work."""
    pack = PaperPack.objects.filter(pk=pack_id, purpose=PackPurpose.BROUGHT_BACK).first()
    if pack is None:
        raise NoSuchPack("the upload was deleted, or never was", pack=str(pack_id))
    data = b"".join(iter_parts(pack))
    found = take_returns(
        actor=actor, now=now, district_code=pack.district_id, data=data, today=today, report=report
    )
    delete_pack(actor=actor, now=now, pack=pack)
    if job:
        job.succeed(now=now, result=found.as_data())
    return found


@transaction.atomic
def export_sheets(*, actor: User, now: datetime, district_code: str, year: int, on: date) -> bytes:
    """Return the sheets of a year as a spreadsheet, with the responsible persons, and record the download."""
    require(actor, SURVEYING, district_code)
    rows = _export_rows(actor, district_code, year, on)
    details: Mapping[str, CanonicalValue] = {"year": year, "sheets": len(rows)}
    subject = ("survey", f"{district_code}/{year}")
    record_event(
        actor=actor,
        now=now,
        action="survey.exported",
        subject=subject,
        district_code=district_code,
        details=details,
    )
    return write_table(f"{year} 年入户调查表", HEADERS, rows)


def _export_rows(actor: User, district_code: str, year: int, on: date) -> Sequence[Sequence[Cell]]:
    return [
        (
            sheet.township,
            sheet.unit_code,
            sheet.unit_name,
            sheet.code,
            STATES[sheet.status],
            "是" if is_overdue(sheet, on) else "",
            responsible_of(sheet, reader=actor),
            ROLES[sheet.responsible_role],
            sheet.issued_on,
            sheet.due_on,
            sheet.issue,
            *waiting_of(sheet),
        )
        for sheet in list_sheets(district_code, year, on=on)
    ]
