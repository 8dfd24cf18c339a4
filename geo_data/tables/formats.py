"""Is a file what its name says, and harmless enough to be opened? Asked before any parser sees it.

Declared sizes of an archive may lie; the limits of the process that reads it (geo_data/apart/limits.py) do not.
"""

import re
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from geo_data.tables.unreadable import UnreadableFile

PARTS = (".xml", ".rels")
WORKBOOKS = frozenset({".xlsx", ".xlsm", ".ods"})
ARCHIVES = WORKBOOKS | {".zip"}
PLAIN_TEXT = frozenset({".csv", ".tsv", ".txt"})
MARKS: Mapping[str, Sequence[bytes]] = {
    **dict.fromkeys(ARCHIVES, (b"PK\x03\x04",)),
    ".xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",),
    ".gpkg": (b"SQLite format 3\0",),
    ".shp": (b"\0\0\x27\x0a",),
    ".fgb": (b"fgb",),
    ".geojson": (b"{",),
    ".json": (b"{",),
    ".kml": (b"<",),
    ".pbf": (b"\0\0\0",),
}
OTHERS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"SQLite format 3\0", b"{\\rtf", b"\x89PNG")
UTF16 = (b"\xff\xfe", b"\xfe\xff")
HEAD_BYTES = 1 << 16
PART_BYTES = 1 << 20
ENTITY = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
LONGEST_MARK = 16
MOST_UNPACKED = 4 << 30
SMALL_UNPACKED = 64 << 20  # below this any ratio will do
MOST_RATIO = 200
MOST_MEMBERS = 10_000


def check_format(path: Path) -> None:
    """Return quietly when the file may be opened as what its name says.

    Raises UnreadableFile with the code file_of_another_kind, archive_bomb, archive_path or xml_entities.
    Source: docs/import.md (hostile files).
    """
    suffix = path.suffix.casefold()
    try:
        with path.open("rb") as file:
            _check_content(file, suffix, path.name)
        if suffix in ARCHIVES:
            _check_archive(path)
    except OSError as fault:
        raise UnreadableFile(str(fault.strerror or fault)) from fault


def check_member(archive: zipfile.ZipFile, name: str) -> None:
    """Ask the same of one layer in an archive. Raises UnreadableFile."""
    with archive.open(name) as file:
        _check_content(file, PurePosixPath(name).suffix.casefold(), name)


def _check_content(file: IO[bytes], suffix: str, name: str) -> None:
    head = file.read(HEAD_BYTES)
    plain = head.removeprefix(b"\xef\xbb\xbf").lstrip() if suffix in (".geojson", ".json", ".kml") else head
    marks = MARKS.get(suffix)
    if marks is not None and not plain.startswith(tuple(marks)):
        raise _another_kind(name)
    if suffix in PLAIN_TEXT and (head.startswith(OTHERS) or (b"\0" in head and not head.startswith(UTF16))):
        raise _another_kind(name)
    if suffix == ".kml":
        if b"<kml" not in plain or b"\0" in head:
            raise _another_kind(name)
        _check_entities(file, head)


def _check_entities(file: IO[bytes], head: bytes) -> None:
    """Refuse document types and entities anywhere: plain KML needs none."""
    tail = b""
    part = head
    while part:
        if ENTITY.search(tail + part):
            raise UnreadableFile("DOCTYPE / ENTITY", "xml_entities")
        tail, part = part[-LONGEST_MARK:], file.read(PART_BYTES)


def _check_archive(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as fault:
        raise UnreadableFile(str(fault)) from fault
    sizes = _Sizes(len(members), sum(m.file_size for m in members), path.stat().st_size)
    if sizes.is_bomb:
        raise UnreadableFile(
            f"{sizes.members} / {sizes.unpacked >> 20} MiB / {sizes.packed >> 10} KiB", "archive_bomb"
        )
    for member in members:
        if not _stays_inside(member.filename):
            raise UnreadableFile(member.filename[:100], "archive_path")
    if path.suffix.casefold() in WORKBOOKS:
        _check_parts(path, [member for member in members if member.filename.casefold().endswith(PARTS)])


def _check_parts(path: Path, parts: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse document types and entities: they stand before all else, and have no place in a workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            heads = [archive.open(part).read(HEAD_BYTES) for part in parts]
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as fault:
        raise UnreadableFile(str(fault)) from fault
    if any(ENTITY.search(head) for head in heads):
        raise UnreadableFile("DOCTYPE / ENTITY", "xml_entities")


@dataclass(frozen=True, slots=True)
class _Sizes:
    members: int
    unpacked: int
    packed: int

    @property
    def is_bomb(self) -> bool:
        return (
            self.members > MOST_MEMBERS
            or self.unpacked > MOST_UNPACKED
            or (self.unpacked > SMALL_UNPACKED and self.unpacked > MOST_RATIO * max(1, self.packed))
        )


def _stays_inside(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    is_odd = any(mark in name for mark in ("{", "}", ":", "\0"))
    return not path.is_absolute() and ".." not in path.parts and not is_odd


def _another_kind(name: str) -> UnreadableFile:
    return UnreadableFile(Path(name).suffix or name[:100], "file_of_another_kind")
