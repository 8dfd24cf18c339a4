"""Tables of the auditor's bundle: written and read in one way."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from common.formulas import guarded, unguarded


def moment_text(moment: datetime | None) -> str:
    """Return the moment in UTC, ISO 8601; "" for none."""
    return moment.astimezone(UTC).isoformat() if moment else ""


def csv_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a CSV file with a header; moments are written in UTC, texts so that no spreadsheet runs them."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue().encode()


def csv_rows(data: bytes) -> list[dict[str, str]]:
    """Return the rows of a CSV file by header, as they were before they were guarded."""
    rows = csv.DictReader(io.StringIO(data.decode()))
    return [
        {name: unguarded(text) if isinstance(text, str) else text for name, text in row.items()}
        for row in rows
    ]


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return moment_text(value)
    return guarded(value) if isinstance(value, str) else value
