"""Spreadsheets that mean harm, or were harmed on the way, made from a good one."""

import io
import struct
import zipfile

BLANKS = 1 << 20
SHEET = "xl/worksheets/sheet1.xml"


def bomb(good: bytes) -> bytes:
    """The same spreadsheet with a sheet of 200 MiB of blanks in a few kilobytes."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(good)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as to,
    ):
        for name in source.namelist():
            if name != SHEET:
                to.writestr(name, source.read(name))
        with to.open(SHEET, "w") as sheet:
            for _ in range(200):
                sheet.write(b" " * BLANKS)
    return target.getvalue()


def lying_bomb(good: bytes) -> bytes:
    """The bomb, whose directory says that every member holds 100 bytes."""
    data = bytearray(bomb(good))
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        struct.pack_into("<I", data, at + 24, 100)
        at = data.find(b"PK\x01\x02", at + 4)
    return bytes(data)


def truncated(good: bytes) -> bytes:
    """The first half, as after a broken transfer."""
    return good[: len(good) // 2]


def pdf(good: bytes) -> bytes:
    """Another kind of file under the same name."""
    return b"%PDF-1.7\n" + good[:100]


HARMS = (bomb, lying_bomb, truncated, pdf)
