"""Returned sheets are parsed in a process of their own, as every stranger's file (geo_data/apart/reading.py)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from geo_data.apart.limits import Limits, limits_of_settings
from geo_data.apart.reading import read_apart
from geo_data.tables.findings import Finding, Findings
from geo_data.tables.survey_reading import iter_files, read_sheet
from geo_data.tables.survey_records import ReturnedSheet

TOGETHER = 20  # files of a zip that one process reads; when it is lost, each of them is read alone
MOST_SECONDS = 120  # for so many: a sheet has 5000 rows at most


@dataclass(frozen=True, slots=True)
class SheetRead:
    """What stands in one file of an upload, None when it is no sheet of ours, and what was found while reading."""

    sheet: ReturnedSheet | None
    findings: tuple[Finding, ...]


def count_files(data: bytes, findings: Findings) -> int:
    """Return how many files an upload holds, 0 with a severe finding when it is neither spreadsheet nor zip."""

    def count(found: Findings) -> int:
        return sum(1 for _ in iter_files(data))

    return read_apart(count, findings, lambda files: files, limits=_limits())


def read_files(data: bytes, count: int) -> Iterator[SheetRead]:
    """Yield what stands in every file of an upload, in the order of their names.

    A file on which the reader is lost costs the others nothing: those that were read with it are read again alone.
    """
    for start in range(0, count, TOGETHER):
        end = min(start + TOGETHER, count)
        together = _read_together(data, start, end)
        if len(together) == end - start:
            yield from together
        else:
            yield from (_read_one(data, place) for place in range(start, end))


def _read_together(data: bytes, start: int, end: int) -> tuple[SheetRead, ...]:
    """Return what was read, and nothing when the reader was lost."""
    kept: list[SheetRead] = []

    def read(found: Findings) -> tuple[SheetRead, ...]:
        return tuple(_read(file) for file in islice(iter_files(data), start, end))

    def keep(rows: tuple[SheetRead, ...]) -> int:
        kept.extend(rows)
        return len(rows)

    findings = Findings()
    read_apart(read, findings, keep, limits=_limits())
    return () if findings.refuses else tuple(kept)


def _read_one(data: bytes, place: int) -> SheetRead:
    """Read one file of an upload; a reader that is lost is a finding."""
    kept: list[SheetRead] = []

    def read(found: Findings) -> SheetRead:
        return _read(next(islice(iter_files(data), place, None)))

    def keep(row: SheetRead) -> int:
        kept.append(row)
        return 1

    findings = Findings()
    read_apart(read, findings, keep, limits=_limits())
    return SheetRead(None, findings.kept()) if findings.refuses else kept[0]


def _read(file: bytes | None) -> SheetRead:
    findings = Findings()
    if file is None:
        findings.add("file_unreadable")
        return SheetRead(None, findings.kept())
    sheet = read_sheet(file, findings)
    return SheetRead(sheet, findings.kept())


def _limits() -> Limits:
    limits = limits_of_settings()
    return replace(
        limits,
        cpu_seconds=min(limits.cpu_seconds, MOST_SECONDS),
        wall_seconds=min(limits.wall_seconds, MOST_SECONDS),
    )
