"""Is a file what its name says: both sides of every limit, without a database."""

import zipfile
from pathlib import Path

import pytest

from common.formulas import guarded, looks_like_formula, unguarded
from geo_data.tables import formats
from geo_data.tables.formats import check_format
from geo_data.tables.unreadable import UnreadableFile


def _fault(path: Path) -> str:
    try:
        check_format(path)
    except UnreadableFile as fault:
        return fault.code
    return ""


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", "单元编号\nA".encode(), ""),
        ("a.csv", "单元编号\nA".encode("utf-16"), ""),
        ("a.csv", b"", ""),
        ("a.csv", b"a\0b", "file_of_another_kind"),
        ("a.csv", b"%PDF-1.7", "file_of_another_kind"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", ""),
        ("a.xls", b"PK\x03\x04", "file_of_another_kind"),
        ("a.xls", b"<html>", "file_of_another_kind"),
        ("a.XLSX", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "file_of_another_kind"),  # sealed with a password
        ("a.gpkg", b"SQLite format 3\0", ""),
        ("a.gpkg", b"SQLite format 2\0", "file_of_another_kind"),
        ("a.geojson", b"\xef\xbb\xbf \n{}", ""),
        ("a.json", b"<OGRVRTDataSource/>", "file_of_another_kind"),
        ("a.kml", b"\xef\xbb\xbf<?xml version='1.0'?><kml/>", ""),
        ("a.kml", b"<OGRVRTDataSource/>", "file_of_another_kind"),
        ("a.kml", "<?xml version='1.0'?><kml/>".encode("utf-16"), "file_of_another_kind"),
        ("a.kml", b"<kml><!doctype kml></kml>", "xml_entities"),
        ("a.kml", b"<kml><name>DOCTYPE</name></kml>", ""),
        ("a.fgb", b"fgb\x03", ""),
        ("a.shp", b"\0\0\x27\x0a", ""),
        ("a.shp", b"\0\0\x27\x0b", "file_of_another_kind"),
        ("a.zip", b"PK\x03\x04 and no more", "file_unreadable"),
    ],
)
def test_the_content_must_be_what_the_name_says(name: str, content: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    assert _fault(path) == code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("units.shp", ""),
        ("folder/units.shp", ""),
        ("..units.shp", ""),
        ("../units.shp", "archive_path"),
        ("a/../../units.shp", "archive_path"),
        ("a\\..\\units.shp", "archive_path"),
        ("/units.shp", "archive_path"),
        ("C:/units.shp", "archive_path"),
        ("{units}.shp", "archive_path"),
    ],
)
def test_names_in_an_archive_stay_inside(name: str, code: str, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, b"x")

    assert _fault(path) == code


@pytest.mark.parametrize(
    ("members", "unpacked", "packed", "is_bomb"),
    [
        (formats.MOST_MEMBERS, 1, 1, False),
        (formats.MOST_MEMBERS + 1, 1, 1, True),
        (1, formats.SMALL_UNPACKED, 1, False),
        (1, formats.SMALL_UNPACKED + 1, 1, True),
        (1, 200 << 20, 1 << 20, False),
        (1, (200 << 20) + 1, 1 << 20, True),
        (1, formats.MOST_UNPACKED, 1 << 30, False),
        (1, formats.MOST_UNPACKED + 1, 1 << 30, True),
    ],
)
def test_an_archive_is_a_bomb_by_number_size_and_ratio(
    members: int, unpacked: int, packed: int, is_bomb: bool
) -> None:
    assert formats._Sizes(members, unpacked, packed).is_bomb is is_bomb


@pytest.mark.parametrize(
    ("text", "seen", "safe"),
    [
        ("=1+1", True, "'=1+1"),
        ("＝1+1", True, "'＝1+1"),
        ("@SUM(A1)", True, "'@SUM(A1)"),
        ("+cmd|' /C calc'!A0", True, "'+cmd|' /C calc'!A0"),
        ("-2+3+cmd|' /C calc'!A0", True, "'-2+3+cmd|' /C calc'!A0"),
        ("\t=1", True, "'\t=1"),
        ("-5", False, "-5"),
        ("+1.5", False, "+1.5"),
        ("+86 10 1234", False, "'+86 10 1234"),
        ("-", False, "'-"),
        ("锦绣=花园", False, "锦绣=花园"),
        ("", False, ""),
        ("'=1+1", False, "''=1+1"),
        ("'5", False, "'5"),
        ("'-5", False, "''-5"),
        ("'", False, "'"),
        ("''", False, "''"),
    ],
)
def test_what_a_spreadsheet_would_run_is_seen_and_guarded(text: str, seen: bool, safe: str) -> None:
    assert (looks_like_formula(text), guarded(text)) == (seen, safe)
    assert unguarded(safe) == text
