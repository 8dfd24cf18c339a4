"""A projection as a workbook and as a document to print."""

import io
import json
from pathlib import Path

import typst
import xlsxwriter
from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from frontend.pages.language import language
from frontend.pages.officers.forecast_words import (
    SYMBOLS,
    WARNINGS,
    assumptions_in_words,
    back_test_in_words,
    band_in_words,
    categories_in_words,
    held_back_schools,
    pinned_yields,
    score_lines,
    settings_in_words,
    thresholds_in_words,
)
from geo_data.models import Projection, ProjectionRow
from geo_data.selectors.units import list_units
from zoning.selectors.outlook import Outlook, YearOutlook, thresholds_of

Cell = str | int | None
Rows = list[list[Cell]]
FONTS = ("Noto Serif CJK SC", "Noto Sans CJK SC", "Libertinus Serif")
DOCUMENT = Path(settings.BASE) / "frontend" / "templates" / "officers" / "forecast" / "projection.typ"


def workbook(outlook: Outlook) -> bytes:
    """Return an XLSX workbook: zones, units, back-test, method. Texts that look like formulas stay texts."""
    projection = outlook.projection
    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(content, options)
    book.set_properties({"title": _title(projection)})
    sheets: list[tuple[str, Rows]] = [
        (_("Zones"), zone_rows(outlook)),
        (_("Categories"), category_rows(outlook)),
        (_("Units"), _unit_rows(projection)),
        (_("Back-test"), _back_test_rows(projection)),
        (_("Method"), [[line] for line in method_lines(projection)]),
    ]
    heading = book.add_format({"bold": True, "text_wrap": True})
    for name, rows in sheets:
        sheet = book.add_worksheet(name[:31])
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, 1, 24)
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                _write(sheet, r, c, cell, heading if r == 0 else None)
    book.close()
    return content.getvalue()


def printed(outlook: Outlook) -> bytes:
    """Return a PDF of the zones, their categories, the back-test in words and by school, and the method."""
    projection = outlook.projection
    tested = [row for row in _back_test_rows(projection) if row[2] in (_("Years ahead"), 1)]
    data = {
        "title": _title(projection),
        "unit": _("Unit: children who enter in the year."),
        "zones": _as_texts(zone_rows(outlook)),
        "categories": _as_texts(category_rows(outlook)),
        "categories_title": _("Expected claimants by category"),
        "tested": _as_texts(tested) if len(tested) > 1 else [],
        "tested_title": _("Every school, one year ahead"),
        "said": back_test_in_words(score_lines(projection, "school")) + band_in_words(projection),
        "said_title": _("How far off earlier projections would have been"),
        "method": method_lines(projection),
        "method_title": _("Method"),
        "fonts": list(FONTS),
        "lang": language(),
    }
    return bytes(
        typst.compile(DOCUMENT.read_bytes(), sys_inputs={"data": json.dumps(data, ensure_ascii=False)})
    )


def _as_texts(rows: Rows) -> list[list[str]]:
    return [["" if cell is None else str(cell) for cell in row] for row in rows]


def zone_rows(outlook: Outlook) -> Rows:
    """Return a heading and a row for every zone and year, the district last."""
    head: list[Cell] = [_("Zone"), _("Schools"), _("Year"), _("Low"), _("Medium"), _("High"), _("Seats")]
    rows: Rows = [[*head, _("Warning"), _("All pupils"), _("Places of all grades")]]
    for zone in (*outlook.zones, outlook.district):
        for year in zone.years:
            figures = [year.low, year.demand, year.high, year.seats, warning_text(year), year.pupils]
            rows.append([zone.name, "、".join(zone.schools), year.entry_year, *figures, zone.capacity])
    return rows


def category_rows(outlook: Outlook) -> Rows:
    """Return a heading and the expected claimants by category, a row for every zone and year, the district last."""
    named = categories_in_words(outlook.projection)
    head: list[Cell] = [_("Zone"), _("Year"), *(str(name) for _code, name, _capture in named)]
    rows: Rows = [head]
    for zone in (*outlook.zones, outlook.district):
        for year in zone.years:
            rows.append(
                [zone.name, year.entry_year, *(year.by_category[code] for code, _name, _capture in named)]
            )
    return rows


def warning_text(year: YearOutlook) -> str:
    """Say the colour with its symbol."""
    return f"{SYMBOLS[year.level]} {WARNINGS[year.level]}"


def method_lines(projection: Projection) -> list[str]:
    """Return method, base year, versions, rates, what the county stated and assumptions, a line each."""
    pinned = (
        projection.units_dataset,
        projection.children_dataset,
        projection.enrolments_dataset,
        projection.grades_dataset,
        projection.housing_dataset,
        projection.moves_dataset,
    )
    facts = [
        _("Method: %(method)s; base year %(year)s.")
        % {"method": projection.method, "year": projection.base_year},
        _("Made on %(day)s; digest %(digest)s.")
        % {"day": date_format(projection.created_at, "DATE_FORMAT"), "digest": projection.digest},
    ]
    run = projection.reconciliation
    start = [
        _("Starts from reconciled children: run %(number)s for %(day)s, %(count)s children.")
        % {
            "number": run.number,
            "day": date_format(run.as_of, "DATE_FORMAT"),
            "count": run.report["children"],
        }
        if run
        else _("Starts from the census as it came, not from reconciled children.")
    ]
    files = [f"{one.get_kind_display()}: {one.file_name} ({one.file_digest[:16]})" for one in pinned if one]
    rates = [
        _("Capture of “%(category)s”: %(rate).1f %%.") % {"category": name, "rate": capture["rate"] / 10}
        for _code, name, capture in categories_in_words(projection)
    ]
    stated = [settings_in_words(projection), thresholds_in_words(thresholds_of(projection))]
    yields = [
        _(
            "New housing, %(kind)s: moved in %(moved)s %%; %(children)s children of one entry year in 1,000 dwellings."
        )
        % {"kind": line.kind, "moved": line.moved_in, "children": line.children}
        for line in pinned_yields(projection)
    ]
    return [*facts, *start, *files, *rates, *stated, *yields, *assumptions_in_words(projection)]


def _unit_rows(projection: Projection) -> Rows:
    names = dict(list_units(projection.units_dataset).values_list("code", "name"))
    labels = {code: str(name) for code, name, _capture in categories_in_words(projection)}
    head: list[Cell] = [_("Unit"), _("Name"), _("Year"), _("Category"), _("Children"), _("Low"), _("Medium")]
    rows = ProjectionRow.objects.filter(projection=projection).order_by("unit_code", "entry_year", "category")
    columns = ("unit_code", "entry_year", "category", "children", "low", "medium", "high")
    body: Rows = [
        [unit, names.get(unit, ""), year, labels.get(category, category), *figures]
        for unit, year, category, *figures in rows.values_list(*columns).iterator()
    ]
    return [[*head, _("High")], *body]


def _back_test_rows(projection: Projection) -> Rows:
    head: list[Cell] = [_("School"), _("Year"), _("Years ahead"), _("Projected"), _("Came"), _("Year before")]
    body: Rows = [
        [one.name, one.year, one.lead, one.projected, one.actual, one.naive]
        for one in held_back_schools(projection)
    ]
    return [head, *body]


def _title(projection: Projection) -> str:
    place = f"{projection.district.name} · {projection.get_stage_display()}"
    return f"{place} · {_('Enrolment projection')} {projection.number}"


def _write(sheet: Worksheet, row: int, column: int, cell: Cell, form: Format | None) -> None:
    if cell is None:
        return
    if isinstance(cell, int):
        sheet.write_number(row, column, cell, form)
        return
    sheet.write_string(row, column, cell, form)  # as a text, so that no spreadsheet runs it
