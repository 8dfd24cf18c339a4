"""Codes that look alike."""

from collections.abc import Sequence

from common.comparing import as_compared
from geo_data.tables.rows import Row


def note_alike(rows: Sequence[Row], codes: Sequence[str], column: str) -> None:
    """Note codes that differ from an earlier one in case or width alone: to a reader they are one."""
    first: dict[str, tuple[str, int]] = {}
    for row, code in zip(rows, codes, strict=True):
        other, number = first.setdefault(as_compared(code), (code, row.number))
        if other != code:
            row.note("codes_alike", column, f"{code} / {other}", earlier=number)
