"""The file of zone texts: a row for every school, or for the schools that share a zone, and the words of its zone."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from geo_data.tables.columns import CellKind, Column
from geo_data.tables.findings import Findings
from geo_data.tables.headers import open_table

LONGEST = 20_000
ZONE_TEXT_COLUMNS = (
    Column(
        "schools",
        "学校编号",
        CellKind.CODES,
        required=True,
        aliases=("school_code", "school_id", "学校代码"),
        most=40,
    ),
    Column("name", "学校名称", aliases=("学校",), most=500),
    Column(
        "text",
        "招生范围",
        required=True,
        aliases=("学区范围", "服务范围", "施教区", "划片范围", "zone"),
        most=LONGEST,
    ),
)


@dataclass(frozen=True, slots=True)
class ZoneText:
    """The words of a zone; its schools in ascending order of code."""

    schools: tuple[str, ...]
    text: str


def read_zone_text_table(path: Path, *, schools: Collection[str], findings: Findings) -> tuple[ZoneText, ...]:
    """Return the texts by schools; rows of the same schools are one text, line by line.

    They may be used only when `findings` does not refuse them. Raises UnreadableFile.
    Source: docs/zone-texts.md (the file).
    """
    opened = open_table(path, ZONE_TEXT_COLUMNS, findings)
    lines: dict[tuple[str, ...], list[str]] = defaultdict(list)
    zone_of: dict[str, tuple[str, ...]] = {}
    first: dict[str, int] = {}  # school -> the row in which it stands first
    is_empty = True
    for number, cells in opened.rows:
        is_empty = False
        row = opened.table.row(number, cells)
        codes, text = tuple(sorted(set(row.codes("schools")))), row.text("text")
        for code in codes:
            if code not in schools:
                row.note_unknown("school_unknown", "schools", code, schools)
            elif zone_of.setdefault(code, codes) != codes:
                row.note("school_in_two_zones", "schools", code, earlier=first[code])
            first.setdefault(code, number)
        lines[codes].append(text)
    if is_empty:
        findings.add("file_empty")
    return tuple(ZoneText(codes, "\n".join(lines[codes])) for codes in sorted(lines) if codes)
