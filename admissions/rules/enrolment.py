"""Enrolment: which children of a school's list arrived with a place there, and what is wrong with the others."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from admissions.rules.status import LIVE_OFFERS, OfferStatus

HEADERS = frozenset({"报名号", "receipt", "receipt number"})
ENCODINGS = ("utf-8-sig", "gb18030")


class ArrivalFault(StrEnum):
    """Why a line of the list cannot be enrolled."""

    UNKNOWN = "unknown"
    DOUBLED = "doubled"
    OTHER_SCHOOL = "other_school"
    DECLINED = "declined"
    LAPSED = "lapsed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class ListedReceipt:
    """A receipt as the school listed it. `line` -- as the file counts, from 1."""

    line: int
    receipt: str


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a receipt: the live one, else the newest. `status` -- a value of OfferStatus."""

    school: str
    status: str


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A line that cannot be enrolled. `first_line` -- of DOUBLED: where the receipt stands first, else 0."""

    line: int
    receipt: str
    fault: ArrivalFault
    first_line: int = 0


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What a list amounts to: receipts to enrol, receipts enrolled before, and lines that stop it; as listed."""

    arriving: tuple[str, ...]
    enrolled: tuple[str, ...]
    refused: tuple[RefusedLine, ...]


def judge_arrivals(listed: Iterable[ListedReceipt], places: Mapping[str, Place], *, school: str) -> Arrivals:
    """Return what the list amounts to. Any refused line means that the whole list is refused.

    places -- of the receipts of the round that were ever offered a place
    Source: docs/rules/enrolment.md.
    """
    first: dict[str, int] = {}
    arriving, enrolled, refused = [], [], []
    for row in listed:
        place = places.get(row.receipt)
        if row.receipt in first:
            doubled = RefusedLine(row.line, row.receipt, ArrivalFault.DOUBLED, first[row.receipt])
            refused.append(doubled)
            continue
        first[row.receipt] = row.line
        fault = _fault(place, school)
        if fault is not None:
            refused.append(RefusedLine(row.line, row.receipt, fault))
        elif place is not None and place.status == OfferStatus.ENROLLED:
            enrolled.append(row.receipt)
        else:
            arriving.append(row.receipt)
    return Arrivals(tuple(arriving), tuple(enrolled), tuple(refused))


def read_receipts(content: bytes) -> tuple[ListedReceipt, ...]:
    """Return the receipts of a CSV file (UTF-8 or GB 18030), with the numbers of their lines; blank lines passed over.

    Under a header `报名号` or `receipt` that column is read; without one, the first column from the first line.
    Raises ValueError when the file is no text. Source: docs/rules/enrolment.md.
    """
    table = csv.reader(_decoded(content).splitlines())
    column, found = 0, []
    for place, cells in enumerate(table):
        named = [at for at, cell in enumerate(cells) if cell.strip().lower() in HEADERS]
        if place == 0 and named:
            column = named[0]
            continue
        told = cells[column] if column < len(cells) else ""
        if any(cell.strip() for cell in cells):
            found.append(ListedReceipt(table.line_num, told.strip().replace(" ", "")))
    return tuple(found)


def _decoded(content: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValueError("the file is no text in UTF-8 or GB 18030")


def _fault(place: Place | None, school: str) -> ArrivalFault | None:
    if place is None:
        return ArrivalFault.UNKNOWN
    if place.school != school:
        return ArrivalFault.OTHER_SCHOOL
    return None if place.status in LIVE_OFFERS else ArrivalFault(place.status)
