"""Small survey sheets as they come back from the door, each with one thing wrong; and small extracts of streets."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import osmium
import xlsxwriter

from geo_data.tables.survey_records import SHEET_COLUMNS, KnownRow
from geo_data.tables.survey_workbook import FORMAT, HEADER_ROW, IDS, MARK, SHEET

Row = Mapping[str, str]

GIRL = {"name": "甲子涵", "sex": "female", "birth_on": "2020-01-01", "identity": "990102202001010028"}
KNOWN: Mapping[str, KnownRow] = {"K1": KnownRow("K1", "", GIRL)}  # whom the register has on the sheet
MET: Row = {"key": "K1", "place": "1", "outcome": "在住"}
NEW: Row = {
    "key": "N1",
    "place": "2",
    "outcome": "在住",
    "name": "丙小禾",
    "sex": "女",
    "birth_on": "2020-05-06",
    "identity": "990102202005060022",
}
LOCATIONS = {1: (102.000, 40.45), 2: (102.001, 40.45), 3: (102.002, 40.45), 8: (120.000, 40.45)}
ROAD = {"highway": "residential", "name": "大街"}


def _write_sheet(path: Path, rows: Sequence[Row], *, visited: str = "2026-03-10", mark: str = MARK) -> None:
    """A sheet with the rows K1 and N1, filled in as stated."""
    with xlsxwriter.Workbook(path) as book:
        sheet, ids = book.add_worksheet(SHEET), book.add_worksheet(IDS)
        stated = ((mark, str(FORMAT)), ("sheet", "11111111"), ("code", "7K3F9Q2M"), ("issue", "1"))
        for place, pair in enumerate(stated):
            ids.write_row(place, 0, pair)
        ids.write_column(0, 2, ("K1", "N1"))
        sheet.write_row(3, 1, ("入户日期", visited))
        sheet.write_row(HEADER_ROW, 0, [column.zh for column in SHEET_COLUMNS])
        for place, row in enumerate(rows, start=HEADER_ROW + 1):
            sheet.write_row(place, 0, [row.get(column.name, "") for column in SHEET_COLUMNS])


def _sheet(*rows: Row, **head: str) -> Callable[[Path], None]:
    return lambda path: _write_sheet(path, rows, **head)


def _extract(*nodes: int) -> Callable[[Path], None]:
    """One street along these nodes; those that LOCATIONS lacks are missing in the file."""

    def write(path: Path) -> None:
        with osmium.SimpleWriter(str(path)) as writer:
            for number, location in LOCATIONS.items():
                writer.add_node(osmium.osm.mutable.Node(id=number, location=location))
            writer.add_way(osmium.osm.mutable.Way(id=1, nodes=list(nodes), tags=ROAD))

    return write


SHEETS: Mapping[str, Callable[[Path], None]] = {
    "survey_not_ours.xlsx": _sheet(MET, mark="jiujin-other"),
    "survey_date_missing.xlsx": _sheet(MET, visited=""),
    "survey_row_missing.xlsx": _sheet(NEW),
    "survey_row_unknown.xlsx": _sheet(MET, {**NEW, "key": "N9"}),
    "survey_row_twice.xlsx": _sheet(MET, NEW, NEW),
    "survey_outcome_missing.xlsx": _sheet({**MET, "outcome": "", "name": "甲子涵"}),
    "survey_identity_missing.xlsx": _sheet(MET, {**NEW, "identity": ""}),
}
EXTRACTS: Mapping[str, Callable[[Path], None]] = {
    "streets_outside.osm.pbf": _extract(1, 2, 3, 8, 8, 3),
    "street_nodes_missing.osm.pbf": _extract(1, 2, 3, 99),
}
