"""Tables of the auditor's bundle: written and read in one way."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime


def moment_text(moment: datetime | None) -> str:
    """Return the moment in UTC, ISO 8601; "" for none."""
    return moment.astimezone(UTC).isoformat() if moment else ""


def csv_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a CSV file with a header; moments are written in UTC."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(
        [moment_text(cell) if isinstance(cell, datetime) else cell for cell in row] for row in rows
    )
    return text.getvalue().encode()


def csv_rows(data: bytes) -> list[dict[str, str]]:
    """Return the rows of a CSV file by header."""
    return list(csv.DictReader(io.StringIO(data.decode())))
