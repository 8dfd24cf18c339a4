"""Small workbooks and layers of which a part would not be read, and a shapefile without its attributes."""

import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import shapely
import xlsxwriter
from geopandas.geodataframe import GeoDataFrame

Rows = Sequence[Sequence[str | int]]
HEADERS = ("学校编号", "学年", "年级", "学位数")
FIRST: Rows = (HEADERS, ("P1", 2026, 1, 45))
SECOND: Rows = (HEADERS, ("P1", 2026, 2, 45))
WORDS: Rows = (("年级",), ("一年级",), ("二年级",))


def write_book(path: Path, sheets: Mapping[str, Rows], *, hidden: str = "") -> None:
    """Write a workbook of these sheets; the one named is hidden."""
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
            if name == hidden:
                sheet.hide()


def _frame(*codes: str) -> GeoDataFrame:
    boxes = [
        shapely.box(500_000 + 100 * i, 4_480_000, 500_100 + 100 * i, 4_480_100) for i in range(len(codes))
    ]
    return GeoDataFrame({"unit_id": codes, "name": codes}, geometry=boxes, crs=4543)


def _two_layers(path: Path) -> None:
    _frame("A", "B").to_file(path, layer="units", driver="GPKG")
    _frame("C", "D").to_file(path, layer="further", driver="GPKG", mode="a")


def _without_attributes(path: Path) -> None:
    _frame("A", "B").to_file(path.with_name("units.shp"))
    with zipfile.ZipFile(path, "w") as archive:
        for part in (".shp", ".shx", ".prj"):
            archive.write(path.with_name(f"units{part}"), f"units{part}")


WORKBOOKS: Mapping[str, Callable[[Path], None]] = {
    "sheets_not_read.xlsx": lambda path: write_book(path, {"一村": FIRST, "二村": SECOND, "空": ()}),
    "sheets_passed_over.xlsx": lambda path: write_book(path, {"学位": FIRST, "词": WORDS}),
    "sheet_hidden.xlsx": lambda path: write_book(path, {"学位": FIRST, "词": [("一", "二")]}, hidden="词"),
    "sheet_hidden_with_rows.xlsx": lambda path: write_book(path, {"学位": FIRST, "旧": SECOND}, hidden="旧"),
    "headers_in_another_sheet.xlsx": lambda path: write_book(
        path, {"封面": [("学位登记表",)], "学位": FIRST}
    ),
    "headers_after_empty_row.xlsx": lambda path: write_book(path, {"学位": [(), *FIRST]}),
    "layers_not_read.gpkg": _two_layers,
    "shapefile_incomplete.zip": _without_attributes,
}
