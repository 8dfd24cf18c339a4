"""Every finding code has a small file: it is found there, where it stands, and nothing else is."""

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import shapely
from python_calamine import load_workbook

from config.paths import BASE
from geo_data.addresses.book import AddressBook, BookEntry, BookName, book_of
from geo_data.addresses.doors import building_key, read_door
from geo_data.addresses.letters import normalized
from geo_data.addresses.names import ESTATE
from geo_data.tables.address_table import Spelling, read_addresses
from geo_data.tables.child_table import Census, read_children
from geo_data.tables.coverage import Repair
from geo_data.tables.error_workbook import remarks_of, write_error_workbook
from geo_data.tables.finding_texts import TEXTS
from geo_data.tables.findings import HEADER_ROW, Findings, Severity
from geo_data.tables.layers import sheet_of_file
from geo_data.tables.past_tables import KnownSchools, read_enrolments, read_grades, read_moves
from geo_data.tables.placing import Ground
from geo_data.tables.projecting import unproject
from geo_data.tables.reading import UnreadableFile
from geo_data.tables.register_columns import REGISTERS
from geo_data.tables.register_table import Listing, read_register
from geo_data.tables.rule_table import read_rules
from geo_data.tables.school_table import read_schools
from geo_data.tables.seat_table import SchoolFacts, read_seats
from geo_data.tables.shift import Place
from geo_data.tables.street_table import read_streets
from geo_data.tables.survey_comparing import check_answers, filled_in
from geo_data.tables.survey_reading import read_sheet
from geo_data.tables.survey_records import SHEET_COLUMNS
from geo_data.tables.systems import System, parse_system
from geo_data.tables.unit_table import read_units
from geo_data.tables.zone_text_table import read_zone_text_table
from tests.cases.dirty_files import FILES, FOLDER, DirtyFile, path_of
from tests.cases.dirty_sheets import KNOWN

CHECKLIST = BASE / "docs" / "findings.md"
EPSG = 4543
UNITS = {"A": shapely.box(500_000, 4_480_000, 500_100, 4_480_100)}
WIDE = {"A": shapely.box(499_000, 4_479_000, 501_000, 4_481_000)}  # a shift stays inside
CENSUS = Census(as_of=date(2026, 3, 1), verifier="office", district="990101", units={"A"})
LISTING = Listing(as_of=date(2026, 3, 1), verifier="office", district="990101", units={"A"}, schools={"P1"})
PAST = KnownSchools({"P1": "primary", "J1": "junior"}, this_year=2026)
Options = Mapping[str, str]

# Found where a file is read apart, across files, or beside what is stored: the test that shows it.
APART = "tests/services/test_reading_apart.py::test_however_a_reader_ends_it_is_a_finding"
RETURNS = "tests/services/test_survey_returns.py"
PORTAL_ROWS = "tests/pure/test_portal_tables.py"
PORTAL = "tests/services/test_portal_exchange.py"
BAD_VALUE = f"{PORTAL_ROWS}::test_a_bad_value_is_told_by_row_and_column_and_leaves_the_row_out"
BAD_ROW = f"{PORTAL_ROWS}::test_a_bad_row_of_an_application_leaves_the_whole_application_out"
ONCE = f"{PORTAL_ROWS}::test_a_number_or_a_child_may_stand_once"
ELSEWHERE = {
    "file_too_heavy": APART,
    "file_crashed_the_reader": APART,
    "too_many_vertices": "tests/services/test_hostile_files.py::test_a_hostile_file_ends_in_a_finding",
    "borders_of_polygons": "tests/pure/test_tables_reading.py"
    "::test_a_table_of_neighbours_is_refused_for_polygons_with_where_to_state_links",
    "neighbours_by_streets": "tests/services/test_point_units.py"
    "::test_points_adjoin_along_the_streets_in_use_and_are_drawn",
    "no_row_left": "tests/services/test_proposals.py::test_a_file_without_one_good_row_is_refused",
    "alias_of_two_places": "tests/services/test_import_addresses.py"
    "::test_what_somebody_must_look_at_is_found_and_stored",
    "survey_unknown": f"{RETURNS}::test_sheet_of_another_district_is_unknown_here",
    "survey_older_issue": f"{RETURNS}::test_older_issue_is_taken_with_a_warning",
    "survey_date_outside": f"{RETURNS}::test_sheet_with_severe_findings_is_not_taken_at_all",
    "fact_not_declarable": "tests/pure/test_tables_registers.py::test_a_declaration_is_checked_as_a_row_is",
    "portal_no_object": f"{PORTAL_ROWS}::test_a_line_that_is_no_object_is_a_bad_row",
    "portal_number_twice": ONCE,
    "portal_child_twice": ONCE,
    "portal_number_is_identity": BAD_VALUE,
    "portal_identity_kind": BAD_VALUE,
    "portal_school_unknown": BAD_VALUE,
    "portal_choice_twice": BAD_VALUE,
    "portal_school_fact_unknown": f"{PORTAL_ROWS}"
    "::test_a_sibling_at_an_unknown_school_is_left_out_and_the_row_is_taken",
    "portal_choice_order": BAD_ROW,
    "portal_rows_differ": BAD_ROW,
    "unit_maybe_by_point": "tests/services/test_import_addresses.py"
    "::test_a_register_from_before_is_judged_as_found_by_point_where_that_cannot_be_excluded",
    "portal_filed_elsewhere": f"{PORTAL}::test_a_child_filed_here_too_is_a_finding_and_stays_as_it_is",
    "portal_refused": f"{PORTAL}::test_what_the_rules_refuse_is_told_by_row_with_the_reason",
    "portal_not_known": f"{PORTAL}"
    "::test_changes_and_withdrawals_are_carried_out_and_the_child_keeps_its_receipt",
    "portal_reviewed_anew": f"{PORTAL}"
    "::test_what_an_officer_settled_is_reviewed_anew_when_the_portal_changes_it",
    "portal_decided_here": f"{PORTAL}::test_what_an_officer_returned_stays_so_while_the_portal_says_the_same",
    "portal_none_withdrawn": f"{PORTAL}::test_a_complete_file_with_rows_left_out_withdraws_nobody",
}


UNREADABLE = {"file_unreadable", "file_of_another_kind", "archive_bomb", "archive_path", "xml_entities"}
UNREADABLE |= {"shapefile_incomplete"}
UNREADABLE |= {"streets_outside", "street_nodes_missing"}  # of an extract, which is no table


def _known() -> tuple[Place, ...]:
    x, y = unproject([500_050, 500_060, 500_070], [4_480_050, 4_480_060, 4_480_070], epsg=EPSG)
    return tuple(Place(f"P{i}", "", float(a), float(b)) for i, (a, b) in enumerate(zip(x, y, strict=True), 1))


def _ground(options: Options) -> Ground:
    known = _known() if "known" in options else ()
    accepted, exchanged = "accept_offset" in options, "swap_axes" in options
    return Ground(EPSG, known=known, accept_offset=accepted, swap_axes=exchanged)


def _declared(options: Options) -> System | None:
    return parse_system(options["crs"]) if "crs" in options else None


def _units(path: Path, options: Options, findings: Findings) -> None:
    repairs = [Repair(options["repairs"])] if "repairs" in options else []
    read_units(
        path,
        ground=_ground(options),
        declared=_declared(options),
        repairs=repairs,
        findings=findings,
    )


def _unit_shapes(options: Options) -> Mapping[str, shapely.Geometry]:
    if "points" in options:
        return {code: shapely.centroid(shape) for code, shape in UNITS.items()}
    return WIDE if "known" in options else UNITS


def _schools(path: Path, options: Options, findings: Findings) -> None:
    read_schools(
        path,
        ground=_ground(options),
        declared=_declared(options),
        units=_unit_shapes(options),
        stage=None,
        findings=findings,
    )


def _seats(path: Path, _options: Options, findings: Findings) -> None:
    schools = {"P1": SchoolFacts("primary", 45)}
    read_seats(path, schools=schools, coming_year=2026, findings=findings)


def _children(path: Path, options: Options, findings: Findings) -> None:
    census = replace(CENSUS, answers=_book().answer) if "register" in options else CENSUS
    for _child in read_children(path, census=census, findings=findings):
        pass


def _book() -> AddressBook:
    """A register of an estate with one building, and of one in two units."""
    return book_of(
        [
            BookName("锦绣花园", ESTATE, "锦绣花园", "", "A"),
            BookName("龙湖小区", ESTATE, "龙湖小区", "", ""),
            BookName("阳光家园", ESTATE, "阳光家园", "", "B"),
        ],
        [
            BookEntry("", "锦绣花园", "1", None, "", "", "A"),
            BookEntry("", "龙湖小区", "a", None, "", "", "A"),
            BookEntry("", "龙湖小区", "b", None, "", "", "B"),
            BookEntry("", "阳光家园", "", None, "", "", "B"),
        ],
    )


def _addresses(path: Path, options: Options, findings: Findings) -> None:
    def door(text: str) -> tuple[int, str] | None:
        found = read_door(text)
        return (found.number, found.suffix) if found else None

    read_addresses(
        path,
        ground=_ground(options),
        declared=_declared(options),
        units=UNITS,
        spelling=Spelling(name=normalized, building=building_key, door=door),
        findings=findings,
    )


def _zone_texts(path: Path, _options: Options, findings: Findings) -> None:
    read_zone_text_table(path, schools={"P1", "P2"}, findings=findings)


def _streets(path: Path, options: Options, findings: Findings) -> None:
    read_streets(path, ground=_ground(options), declared=_declared(options), findings=findings)


def _surveys(path: Path, _options: Options, findings: Findings) -> None:
    returned = read_sheet(path.read_bytes(), findings)
    if returned:
        headers = {column.name: column.zh for column in SHEET_COLUMNS}
        check_answers(filled_in(returned.answers, KNOWN), KNOWN, headers, findings)


def _register(kind: str) -> Callable[[Path, Options, Findings], None]:
    def read(path: Path, _options: Options, findings: Findings) -> None:
        for _row in read_register(path, spec=REGISTERS[kind], listing=LISTING, findings=findings):
            pass

    return read


def _enrolments(path: Path, _options: Options, findings: Findings) -> None:
    read_enrolments(path, units={"A"}, stage=None, findings=findings, known=PAST)


def _grades(path: Path, _options: Options, findings: Findings) -> None:
    read_grades(path, findings=findings, known=PAST)


def _moves(path: Path, _options: Options, findings: Findings) -> None:
    read_moves(path, findings=findings, known=PAST)


def _rules(path: Path, _options: Options, findings: Findings) -> None:
    read_rules(path, units={"A", "B"}, schools={"P1"}, findings=findings)


READERS: Mapping[str, Callable[[Path, Options, Findings], None]] = {
    "units": _units,
    "schools": _schools,
    "seats": _seats,
    "children": _children,
    "addresses": _addresses,
    "zone_texts": _zone_texts,
    **{kind: _register(kind) for kind in REGISTERS if kind != "surveys"},
    "enrolments": _enrolments,
    "grades": _grades,
    "moves": _moves,
    "rules": _rules,
    "streets": _streets,
    "surveys": _surveys,
}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_dirty_file_has_exactly_its_findings_in_their_place(file: DirtyFile, tmp_path: Path) -> None:
    findings = Findings()

    try:
        READERS[file.reader](path_of(file, tmp_path), file.options, findings)
    except UnreadableFile as fault:
        findings.add(fault.code, value=str(fault))

    found = sorted((one.code, one.row, one.column) for one in findings.kept())
    assert found == sorted(file.found)


@pytest.mark.parametrize(
    "file", [one for one in FILES if one.reader not in ("surveys", "zone_texts")], ids=lambda file: file.name
)
def test_the_error_workbook_tells_every_finding_that_asks_for_something(
    file: DirtyFile, tmp_path: Path
) -> None:
    path, findings, target = path_of(file, tmp_path), Findings(), tmp_path / "errors.xlsx"
    try:
        READERS[file.reader](path, file.options, findings)
    except UnreadableFile as fault:
        findings.add(fault.code, value=str(fault))
    try:
        sheet = sheet_of_file(path, working_epsg=EPSG)
        write_error_workbook(sheet, remarks_of(findings.kept()), target)
    except UnreadableFile:
        assert file.code in UNREADABLE  # there is no sheet to paint
        return

    data, whole = (load_workbook(target).get_sheet_by_index(place).to_python() for place in (0, 1))
    for finding in findings.kept():
        if finding.row > HEADER_ROW and finding.severity is not Severity.NOTE:
            remark = data[finding.row - 1][-2]
            assert TEXTS[finding.code].zh in str(remark)
        elif finding.row <= HEADER_ROW:
            assert any(TEXTS[finding.code].zh in str(cell) for row in whole for cell in row)


@pytest.mark.parametrize(
    "code",
    [
        *("child_twice", "child_in_two_households", "household_differs", "entry_repeated", "entry_twice"),
        *("value_twice", "address_twice", "seats_twice", "row_twice", "same_place", "school_in_two_zones"),
    ],
)
def test_a_double_names_the_row_that_it_repeats(code: str, tmp_path: Path) -> None:
    [file] = [one for one in FILES if one.name == f"{code}.csv"]
    findings = Findings()

    READERS[file.reader](path_of(file, tmp_path), file.options, findings)

    [value] = [one.value for one in findings.kept() if one.code == code]
    first = 3 if code == "row_twice" else 2
    assert re.search(rf"(?:^|\()第 {first} 行 row {first}\)?$", value), value
    assert "甲" not in value
    assert "990102" not in value


def test_every_finding_code_has_a_file() -> None:
    codes = {file.code for file in FILES}

    assert codes | set(ELSEWHERE) == set(TEXTS)
    assert not codes & set(ELSEWHERE)


@pytest.mark.parametrize(("code", "place"), ELSEWHERE.items(), ids=lambda value: value.split("::")[-1])
def test_a_code_that_no_file_shows_is_shown_by_the_test_it_names(code: str, place: str) -> None:
    file, name = place.split("::")
    tree = ast.parse((BASE / file).read_text(encoding="utf-8"))

    tests = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]
    assert len(tests) == 1
    assert code in _texts(tests[0]) | _tables_of(tests[0], tree)


def _texts(part: ast.AST) -> set[str]:
    return {n.value for n in ast.walk(part) if isinstance(n, ast.Constant) and isinstance(n.value, str)}


def _tables_of(test: ast.FunctionDef, tree: ast.Module) -> set[str]:
    """The texts of the tables of other modules that a test is run over."""
    used = {n.id for mark in test.decorator_list for n in ast.walk(mark) if isinstance(n, ast.Name)}
    found: set[str] = set()
    for node in tree.body:
        if not isinstance(node, ast.ImportFrom) or not (names := used & {a.name for a in node.names}):
            continue
        module = BASE / f"{str(node.module).replace('.', '/')}.py"
        if not module.is_file():  # a library's
            continue
        for part in ast.parse(module.read_text(encoding="utf-8")).body:
            if (
                isinstance(part, ast.AnnAssign)
                and isinstance(part.target, ast.Name)
                and part.target.id in names
            ):
                found |= _texts(part)
    return found


def test_the_list_of_what_is_checked_names_every_code_once() -> None:
    rows = [row for row in CHECKLIST.read_text(encoding="utf-8").splitlines() if row.startswith("| ")]
    named = [code for row in rows for code in re.findall(r"`([a-z_]+)`", row)]

    assert sorted(named) == sorted(set(TEXTS))


def test_every_file_of_the_folder_is_in_the_table() -> None:
    assert {path.name for path in FOLDER.iterdir()} <= {file.name for file in FILES}


def test_every_finding_says_what_to_do_in_both_languages() -> None:
    for code, text in TEXTS.items():
        assert text.severity in ("severe", "warning", "note"), code
        assert all((text.zh, text.en, text.remedy_zh, text.remedy_en)), code
