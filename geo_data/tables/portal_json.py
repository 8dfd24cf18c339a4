"""Applications as JSON objects, one a line in a file or a list in a request, read as a sheet."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from geo_data.tables.columns import Column, plain_header
from geo_data.tables.findings import FIRST_DATA_ROW, HEADER_ROW, Findings
from geo_data.tables.reading import Sheet
from geo_data.tables.unreadable import UnreadableFile

JSON_LINES = frozenset({".jsonl", ".ndjson"})
LONGEST_LINE = 1 << 16
DEEPEST = 8
LIST_MARK = ";"
UNREADABLE = "\0"  # no column takes it: what a text with half a letter is read as


def open_json_lines(path: Path, columns: Sequence[Column], findings: Findings) -> Sheet:
    """Return the objects of a file with one object a line as a sheet; row n is line n - 1.

    Raises UnreadableFile, also while rows are being read.
    Source: docs/portal.md.
    """
    return sheet_of_objects(_objects(path), columns, findings)


def sheet_of_objects(
    objects: Iterator[tuple[int, object]], columns: Sequence[Column], findings: Findings
) -> Sheet:
    """Return numbered objects as a sheet with just these columns; keys that no column reads are noted once each.

    Objects inside objects have paths as headers ("child.name"), items of lists their place ("choices[1].school");
    a list of plain values is one cell. A column that an object does not have is an empty cell.
    Source: docs/portal.md.
    """
    headers = tuple(column.zh for column in columns)
    return Sheet(headers, _cells(objects, headers, findings))


def _cells(
    objects: Iterator[tuple[int, object]], headers: Sequence[str], findings: Findings
) -> Iterator[tuple[int, Sequence[object]]]:
    known = {plain_header(header): place for place, header in enumerate(headers)}
    unknown: set[str] = set()
    for number, item in objects:
        cells: list[object] = [None] * len(headers)
        if not isinstance(item, Mapping):
            findings.add("portal_no_object", number)
            continue
        for header, value in _flat(item, "", DEEPEST):
            plain = plain_header(header)
            if plain in known:
                cells[known[plain]] = value
            elif plain not in unknown and len(unknown) < len(headers) + 100:
                unknown.add(plain)
                findings.add("column_unknown", HEADER_ROW, header)
        yield number, cells


def _flat(value: object, path: str, deeper: int) -> Iterator[tuple[str, object]]:
    if deeper == 0:
        return
    if isinstance(value, Mapping):
        for key, inner in value.items():
            name = str(key) if is_whole(str(key)) else "?"
            yield from _flat(inner, f"{path}.{name}" if path else name, deeper - 1)
    elif isinstance(value, list) and any(isinstance(item, Mapping | list) for item in value):
        for place, inner in enumerate(value, start=1):
            yield from _flat(inner, f"{path}[{place}]", deeper - 1)
    elif isinstance(value, list):
        yield path, LIST_MARK.join(_text(item) for item in value)
    else:
        yield path, _text(value)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = "" if value is None else str(value)
    return text if is_whole(text) else UNREADABLE


def is_whole(text: str) -> bool:
    """Say whether the text can be written anywhere: no null, and no half of a letter (a lone surrogate).

    Source: docs/portal.md.
    """
    return not any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in text)


def _objects(path: Path) -> Iterator[tuple[int, object]]:
    try:
        with path.open(encoding="utf-8-sig", newline="\n") as file:
            number = FIRST_DATA_ROW
            while line := file.readline(LONGEST_LINE + 1):
                if len(line) > LONGEST_LINE:
                    raise UnreadableFile(f"row {number}: longer than {LONGEST_LINE} characters")
                if line.strip():
                    yield number, json.loads(line)
                number += 1
    except (UnicodeDecodeError, OSError) as fault:
        raise UnreadableFile(type(fault).__name__) from fault
    except (ValueError, RecursionError) as fault:
        # The message of a fault may hold what stands in the line.
        raise UnreadableFile(f"row {number}: no JSON object") from fault
