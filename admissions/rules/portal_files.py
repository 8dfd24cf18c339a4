"""Statuses and results in a portal's own form: numbers, codes, columns, encoding. The same facts, the same bytes."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import xlsxwriter

from admissions.rules.documents_catalogue import Document
from admissions.rules.portal_records import (
    Encoding,
    FileForm,
    Format,
    Outcome,
    PortalMapping,
    PortalStatus,
    Shown,
)
from common.errors import RulesSayNo
from common.formulas import guarded

ENCODINGS: Mapping[Encoding, str] = {
    Encoding.UTF_8: "utf-8",
    Encoding.UTF_8_BOM: "utf-8-sig",
    Encoding.GB18030: "gb18030",
}
SEPARATOR = ";"
MADE = datetime(2000, 1, 1)


class SchoolWithoutCode(RulesSayNo):
    """A child has a place at a school, or listed one, for which the mapping has no code; details name them."""

    code = "portal_school_without_code"


@dataclass(frozen=True, slots=True)
class StatusOf:
    """Where one application stands; `documents` are wanted."""

    number: str
    receipt: str
    status: PortalStatus
    documents: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True)
class ChoiceOf:
    """A line of the list and why it was or was not met."""

    school: str
    line: str
    reason: str


@dataclass(frozen=True, slots=True)
class ResultOf:
    """What became of one application.

    school, line  -- of the place it has; empty without one
    choice        -- place of the met choice in the list, from 1; None when coordinated or without a place
    waiting_place -- the best it has on any waiting list
    tickets       -- urn -> 64 hexadecimal digits
    track         -- "public" or "private", of the place
    """

    number: str
    receipt: str
    outcome: Outcome
    reason: str
    school: str = ""
    school_name: str = ""
    line: str = ""
    track: str = ""
    choice: int | None = None
    waiting_place: int | None = None
    tickets: Mapping[str, str] | None = None
    choices: tuple[ChoiceOf, ...] = ()


@dataclass(frozen=True, slots=True)
class PortalFile:
    """A file handed back: its name, headers, rows of texts and bytes."""

    name: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    data: bytes


def status_file(mapping: PortalMapping, round_code: str, statuses: Sequence[StatusOf]) -> PortalFile:
    """Return the statuses in the portal's form, by its number.

    Source: docs/rules/portal-mapping.md.
    """
    ordered = sorted(statuses, key=lambda item: item.number)
    return _file(mapping.statuses.file, round_code, [_status_values(mapping, item) for item in ordered])


def result_file(mapping: PortalMapping, round_code: str, results: Sequence[ResultOf]) -> PortalFile:
    """Return the results in the portal's form, by its number.

    Raises SchoolWithoutCode naming every school of a place or choice that the mapping has no code for.
    Source: docs/rules/portal-mapping.md.
    """
    _refuse_without_code(mapping, results)
    ordered = sorted(results, key=lambda item: item.number)
    return _file(mapping.results.file, round_code, [_result_values(mapping, item) for item in ordered])


def _status_values(mapping: PortalMapping, item: StatusOf) -> dict[Shown, str]:
    form = mapping.statuses
    return {
        Shown.APPLICATION_NUMBER: item.number,
        Shown.RECEIPT: item.receipt,
        Shown.STATUS: form.codes[item.status],
        Shown.DOCUMENTS: SEPARATOR.join(form.documents[document] for document in item.documents),
    }


def _result_values(mapping: PortalMapping, item: ResultOf) -> dict[Shown, str]:
    form, tickets = mapping.results, item.tickets or {}
    all_of_round = tickets.get("all", "")
    private, public = tickets.get("private", all_of_round), tickets.get("public", all_of_round)
    of_line = tickets.get(f"{item.school}.{item.line}", "")
    return {
        Shown.APPLICATION_NUMBER: item.number,
        Shown.RECEIPT: item.receipt,
        Shown.OUTCOME: form.outcomes[item.outcome],
        Shown.REASON: form.reasons[item.reason],
        Shown.SCHOOL_CODE: _code(mapping, item.school, item.line),
        Shown.SCHOOL_NAME: item.school_name,
        Shown.CHOICE: "" if item.choice is None else str(item.choice),
        Shown.WAITING_PLACE: "" if item.waiting_place is None else str(item.waiting_place),
        Shown.TICKET: of_line or (private if item.track == "private" else public),
        Shown.TICKET_PRIVATE: private,
        Shown.TICKET_PUBLIC: public,
        Shown.CHOICE_REASONS: SEPARATOR.join(
            f"{_code(mapping, choice.school, choice.line)}={form.reasons[choice.reason]}"
            for choice in item.choices
        ),
    }


def _code(mapping: PortalMapping, school: str, line: str) -> str:
    return (mapping.code_of(school, line) or "") if school else ""


def _refuse_without_code(mapping: PortalMapping, results: Sequence[ResultOf]) -> None:
    shown = {value for _, value in mapping.results.file.columns}
    needed: set[tuple[str, str]] = set()
    if Shown.SCHOOL_CODE in shown:
        needed |= {(item.school, item.line) for item in results if item.school}
    if Shown.CHOICE_REASONS in shown:
        needed |= {(choice.school, choice.line) for item in results for choice in item.choices}
    missing = sorted({school for school, line in needed if mapping.code_of(school, line) is None})
    if missing:
        raise SchoolWithoutCode(
            f"the mapping has no code for {', '.join(missing)}; add them to schools", schools=missing
        )


def _file(form: FileForm, round_code: str, values: Sequence[Mapping[Shown, str]]) -> PortalFile:
    headers = tuple(header for header, _ in form.columns)
    rows = tuple(tuple(row[shown] for _, shown in form.columns) for row in values)
    write = WRITERS[form.format]
    return PortalFile(
        form.name.replace("{round}", round_code), headers, rows, write(headers, rows, form.encoding)
    )


def _csv(headers: Sequence[str], rows: Sequence[Sequence[str]], encoding: Encoding) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([guarded(cell) for cell in row] for row in (headers, *rows))
    return text.getvalue().encode(ENCODINGS[encoding])


def _xlsx(headers: Sequence[str], rows: Sequence[Sequence[str]], encoding: Encoding) -> bytes:
    """Texts stay texts: neither formula nor number, so that no digit of a receipt or ticket is lost."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.set_properties({"created": MADE})
        page = book.add_worksheet()
        for number, row in enumerate((headers, *rows)):
            for place, cell in enumerate(row):
                page.write_string(number, place, cell)
    return buffer.getvalue()


def _jsonl(headers: Sequence[str], rows: Sequence[Sequence[str]], encoding: Encoding) -> bytes:
    lines = (json.dumps(dict(zip(headers, row, strict=True)), ensure_ascii=False) for row in rows)
    return "".join(f"{line}\n" for line in lines).encode(ENCODINGS[encoding])


WRITERS = {Format.CSV: _csv, Format.XLSX: _xlsx, Format.JSONL: _jsonl}
