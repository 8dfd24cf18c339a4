"""Sheets that come back: read, checked and compared; nothing is overwritten silently."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import transaction

from accounts.models import User
from accounts.permissions import require
from accounts.sealing import Keyring, blind_index, current_keyring, seal
from accounts.services.audit import record_event
from common.canonical import CanonicalValue, canonical_json
from common.errors import RulesSayNo
from geo_data.models import (
    CONFLICTS,
    Child,
    ReturnStatus,
    SheetStatus,
    SurveyAnswer,
    SurveyDecision,
    SurveyDifference,
    SurveyReturn,
    SurveyRow,
    SurveySheet,
)
from geo_data.selectors.children import find_children_by_index, identity_index
from geo_data.selectors.surveys import (
    SURVEYING,
    find_live_return,
    indexes_of,
    load_answers,
    load_known_rows,
    open_values,
)
from geo_data.services.survey_files import SheetRead
from geo_data.tables.findings import Finding, Findings
from geo_data.tables.survey_comparing import Differing, check_answers, compare, filled_in
from geo_data.tables.survey_records import SHEET_COLUMNS, Answer, KnownRow, ReturnedSheet, is_new

CONTENT = "survey_return"  # the purpose of the index of a return's answers
HEADERS = {column.name: column.zh for column in SHEET_COLUMNS}
BATCH = 2000


class SheetRefused(RulesSayNo):
    """A returned sheet has severe findings; nothing of it was stored."""

    code = "sheet_refused"

    def __init__(self, findings: Findings, sheet: SurveySheet | None) -> None:
        super().__init__("the returned sheet has severe findings", counts=dict(findings.counts()))
        self.findings: tuple[Finding, ...] = findings.kept()
        self.sheet = sheet


@dataclass(frozen=True, slots=True)
class TakenReturn:
    """A return as stored; `is_new` is False when the same answers had come back before."""

    of_return: SurveyReturn
    is_new: bool
    conflicts: int
    others: int


@transaction.atomic
def take_return(
    *, actor: User, now: datetime, district_code: str, read: SheetRead, today: date
) -> TakenReturn:
    """Store what a returned spreadsheet says beside what the register says.

    1. Find its sheet in the district; complete and check the answers.
    2. The same answers as before are the same return: nothing changes.
    3. Another return of the sheet takes the earlier one's place; what differs between them is a conflict, and
       decisions on values that both state alike stay.
    Raises SheetRefused with all findings.
    """
    require(actor, SURVEYING, district_code)
    findings, returned = Findings(), read.sheet
    findings.extend(read.findings)
    if returned is None:
        raise SheetRefused(findings, None)
    sheet = _sheet_of(returned, district_code, findings)
    known = {row.key: row for row in load_known_rows([sheet])[sheet.pk]}
    _check_whole(returned, sheet, known, today, findings)
    answers = filled_in(returned.answers, known)
    check_answers(answers, known, HEADERS, findings)
    if findings.refuses or returned.surveyed_on is None:
        raise SheetRefused(findings, sheet)
    content = _content_index(sheet, returned.surveyed_on, answers)
    same = SurveyReturn.objects.filter(sheet=sheet, content_index=content).first()
    if same:
        return TakenReturn(same, is_new=False, conflicts=0, others=0)
    return _store(actor, now, sheet, returned.surveyed_on, answers, known, content, findings)


def _sheet_of(returned: ReturnedSheet, district_code: str, findings: Findings) -> SurveySheet:
    sheets = SurveySheet.objects.select_for_update().filter(district_id=district_code, code=returned.code)
    sheet = sheets.first()
    if sheet is None or str(sheet.pk) != returned.sheet_id:
        findings.add("survey_unknown", value=returned.code[:40])
        raise SheetRefused(findings, None)
    return sheet


def _check_whole(
    returned: ReturnedSheet,
    sheet: SurveySheet,
    known: Mapping[str, KnownRow],
    today: date,
    findings: Findings,
) -> None:
    if returned.issue < sheet.issue:
        findings.add("survey_older_issue", value=returned.issue)
    day = returned.surveyed_on
    if (day and not sheet.issued_on <= day <= today and returned.issue >= sheet.issue) or (
        day and day > today
    ):
        findings.add("survey_date_outside", column="入户日期", value=day.isoformat())
    strange = [a for a in returned.answers if not is_new(a.key) and a.key not in known]
    for answer in strange:
        findings.add("survey_row_unknown", answer.row, HEADERS["key"], answer.key)
    if strange:
        raise SheetRefused(findings, sheet)


def _content_index(sheet: SurveySheet, surveyed_on: date, answers: Sequence[Answer]) -> str:
    rows: list[CanonicalValue] = [
        [a.key, a.outcome.value, a.household_code, dict(a.values), a.moved_to, a.remark]
        for a in sorted(answers, key=lambda a: a.key)
    ]
    text = canonical_json([str(sheet.pk), surveyed_on.isoformat(), rows]).decode()
    return blind_index(text, purpose=CONTENT)


def _store(
    actor: User,
    now: datetime,
    sheet: SurveySheet,
    surveyed_on: date,
    answers: Sequence[Answer],
    known: Mapping[str, KnownRow],
    content: str,
    findings: Findings,
) -> TakenReturn:
    before = find_live_return(sheet)
    earlier = {answer.key: answer for answer in load_answers(before)} if before else None
    differing = compare(answers, known, elsewhere=_elsewhere(sheet, answers), earlier=earlier)
    if before:
        before.status = ReturnStatus.REPLACED
        before.save(update_fields=["status"])
    of_return = SurveyReturn.objects.create(
        sheet=sheet,
        number=before.number + 1 if before else 1,
        content_index=content,
        surveyed_on=surveyed_on,
        findings=[finding.as_data() for finding in findings.kept()],
        returned_by=actor,
        returned_at=now,
    )
    keyring = current_keyring()
    _store_answers(of_return, answers, keyring)
    rows = _store_differences(of_return, differing, before, keyring)
    sheet.status = SheetStatus.RETURNED
    sheet.save(update_fields=["status"])
    conflicts = sum(row.kind in CONFLICTS for row in rows)
    _record_return(of_return, actor=actor, now=now, rows=len(answers), conflicts=conflicts, findings=findings)
    return TakenReturn(of_return, is_new=True, conflicts=conflicts, others=len(rows) - conflicts)


def _elsewhere(sheet: SurveySheet, answers: Sequence[Answer]) -> Mapping[str, str]:
    """Return identity number -> unit and household where the census has a child written down as new."""
    numbers = indexes_of([answer for answer in answers if is_new(answer.key)])
    if not numbers:
        return {}
    index_of = {identity_index(number): number for number in numbers}
    found = find_children_by_index(sheet.district_id, list(index_of))
    return {index_of[index]: _home(child) for index, child in found.items()}


def _home(child: Child) -> str:
    return f"{child.household.unit_code or '?'} / {child.household.code}"


def _store_answers(of_return: SurveyReturn, answers: Sequence[Answer], keyring: Keyring) -> None:
    rows = SurveyRow.objects.filter(sheet_id=of_return.sheet_id)
    children = dict(rows.values_list("key", "child_id"))
    SurveyAnswer.objects.bulk_create(
        [_answer_row(of_return, answer, children.get(answer.key), keyring) for answer in answers],
        batch_size=BATCH,
    )


def _answer_row(
    of_return: SurveyReturn, answer: Answer, child_id: UUID | None, keyring: Keyring
) -> SurveyAnswer:
    row_id = uuid4()
    values = {
        **answer.values,
        "household_code": answer.household_code,
        "moved_to": answer.moved_to,
        "remark": answer.remark,
    }
    return SurveyAnswer(
        id=row_id,
        of_return=of_return,
        key=answer.key,
        place=answer.place,
        child_id=child_id,
        outcome=answer.outcome.value,
        values_sealed=_sealed(values, "geo_data_surveyanswer", row_id, keyring),
    )


def _store_differences(
    of_return: SurveyReturn, differing: Sequence[Differing], before: SurveyReturn | None, keyring: Keyring
) -> list[SurveyDifference]:
    decided = _decisions_of(before, keyring) if before else {}
    rows = []
    for difference in differing:
        row_id = uuid4()
        values = {
            "register": difference.register,
            "earlier": difference.earlier,
            "sheet": difference.sheet,
        }
        row = SurveyDifference(
            id=row_id,
            of_return=of_return,
            key=difference.key,
            place=difference.place,
            field=difference.field,
            kind=difference.kind.value,
            values_sealed=_sealed(values, "geo_data_surveydifference", row_id, keyring),
        )
        old = decided.get((difference.key, difference.field, difference.kind.value, difference.sheet))
        if old:
            row.decision, row.reason = old.decision, old.reason
            row.decided_by_id, row.decided_at = old.decided_by_id, old.decided_at
        rows.append(row)
    SurveyDifference.objects.bulk_create(rows, batch_size=BATCH)
    return rows


def _decisions_of(
    before: SurveyReturn, keyring: Keyring
) -> Mapping[tuple[str, str, str, str], SurveyDifference]:
    """Return the earlier return's decisions, but for those to ask again: this return is the answer to them."""
    rows = before.differences.exclude(decision__in=("", SurveyDecision.ASK_AGAIN))
    return {(row.key, row.field, row.kind, open_values(row, keyring)["sheet"]): row for row in rows}


def _sealed(values: Mapping[str, str], table: str, row_id: UUID, keyring: Keyring) -> bytes:
    text = json.dumps({name: value for name, value in values.items() if value}, ensure_ascii=False)
    return seal(text, table=table, row_id=row_id, field="values_sealed", keyring=keyring)


def _record_return(
    of_return: SurveyReturn, *, actor: User, now: datetime, rows: int, conflicts: int, findings: Findings
) -> None:
    details: Mapping[str, CanonicalValue] = {
        "sheet": of_return.sheet.code,
        "number": of_return.number,
        "surveyed_on": of_return.surveyed_on.isoformat(),
        "rows": rows,
        "conflicts": conflicts,
        "findings": dict(findings.counts()),
    }
    record_event(
        actor=actor,
        now=now,
        action="survey.returned",
        subject=of_return,
        district_code=of_return.sheet.district_id,
        details=details,
    )
