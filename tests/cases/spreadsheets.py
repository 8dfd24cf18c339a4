"""Spreadsheets of kinds that nothing here writes otherwise: XLS (BIFF8 in a compound file) and ODS, the smallest."""

import struct
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

Cells = Sequence[Sequence[str | int]]
SECTOR = 512
FREE, END, FAT = -1, -2, -3
ODS = "application/vnd.oasis.opendocument.spreadsheet"
OFFICE = "urn:oasis:names:tc:opendocument:xmlns"


def write_xls(path: Path, rows: Cells) -> None:
    """Write one sheet. Source: [MS-XLS] records, [MS-CFB] compound file of version 3."""
    book = _book(rows)
    book += b"\0" * (
        max(4096, -(-len(book) // SECTOR) * SECTOR) - len(book)
    )  # below 4096 it would be a mini stream
    sectors = len(book) // SECTOR
    chain = [*range(3, 2 + sectors), END]
    fat = [FAT, END, *chain, *[FREE] * (SECTOR // 4 - 2 - sectors)]
    head = bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 16
    head += struct.pack("<HHHHH6xIIIIIiIiI", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, END, 0, END, 0)
    head += struct.pack("<109i", 0, *[FREE] * 108)
    folder = _entry("Root Entry", 5, END, 0, child=1) + _entry("Workbook", 2, 2, len(book))
    folder += _entry("", 0, 0, 0) * 2
    path.write_bytes(head + struct.pack("<128i", *fat) + folder + book)


def write_ods(path: Path, rows: Cells) -> None:
    """Write one table. Source: OpenDocument 1.2."""
    lines = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
    content = (
        f'<office:document-content xmlns:office="{OFFICE}:office:1.0" xmlns:table="{OFFICE}:table:1.0"'
        f' xmlns:text="{OFFICE}:text:1.0" office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="表">{lines}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        f'<manifest:manifest xmlns:manifest="{OFFICE}:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{ODS}"/></manifest:manifest>'
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", ODS)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)


def _ods_cell(value: str | int) -> str:
    if isinstance(value, int):
        kind = f'office:value-type="float" office:value="{value}"'
    else:
        kind = 'office:value-type="string"'
    return f"<table:table-cell {kind}><text:p>{escape(str(value))}</text:p></table:table-cell>"


def _book(rows: Cells) -> bytes:
    start = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    name = "表".encode("utf-16-le")
    length = len(start) + 4 + 8 + len(name) + 4
    sheet = _record(0x0085, struct.pack("<IBBBB", length, 0, 0, 1, 1) + name)
    return start + sheet + _record(0x000A, b"") + b"".join(_sheet(rows))


def _sheet(rows: Cells) -> Iterator[bytes]:
    yield _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    yield _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows)), 0))
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            if isinstance(value, int):
                yield _record(0x0203, struct.pack("<HHHd", i, j, 0, value))
            else:
                text = value.encode("utf-16-le")
                yield _record(0x0204, struct.pack("<HHHHB", i, j, 0, len(value), 1) + text)
    yield _record(0x000A, b"")


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _entry(name: str, kind: int, first: int, size: int, child: int = FREE) -> bytes:
    letters = name.encode("utf-16-le")
    length = len(letters) + 2 if name else 0
    head = letters.ljust(64, b"\0") + struct.pack("<HBBiii", length, kind, 1, FREE, FREE, child)
    return head + b"\0" * 36 + struct.pack("<iQ", first, size)
