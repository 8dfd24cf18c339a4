"""Every finding code has a small file: it is found there, where it stands, and nothing else is."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest
import shapely

from config.paths import BASE
from geo_data.addresses.doors import building_key, read_door
from geo_data.addresses.letters import normalized
from geo_data.tables.address_table import Spelling, read_addresses
from geo_data.tables.child_table import Census, read_children
from geo_data.tables.coverage import Repair
from geo_data.tables.finding_texts import TEXTS
from geo_data.tables.findings import Findings
from geo_data.tables.past_tables import read_enrolments, read_moves
from geo_data.tables.placing import Ground
from geo_data.tables.projecting import unproject
from geo_data.tables.reading import UnreadableFile
from geo_data.tables.register_columns import REGISTERS
from geo_data.tables.register_table import Listing, read_register
from geo_data.tables.school_table import read_schools
from geo_data.tables.seat_table import SchoolFacts, read_seats
from geo_data.tables.shift import Place
from geo_data.tables.systems import System, parse_system
from geo_data.tables.texts.surveys import SURVEY_TEXTS
from geo_data.tables.unit_table import read_units
from geo_data.tables.zone_text_table import read_zone_text_table
from tests.cases.dirty_files import FILES, FOLDER, DirtyFile, path_of

CHECKLIST = BASE / "docs" / "findings.md"
EPSG = 4543
UNITS = {"A": shapely.box(500_000, 4_480_000, 500_100, 4_480_100)}
WIDE = {"A": shapely.box(499_000, 4_479_000, 501_000, 4_481_000)}  # a shift stays inside
CENSUS = Census(as_of=date(2026, 3, 1), verifier="office", district="990101", units={"A"})
LISTING = Listing(as_of=date(2026, 3, 1), verifier="office", district="990101", units={"A"}, schools={"P1"})
Options = Mapping[str, str]

# Found where a file is read apart, or across files: tested there.
ELSEWHERE = {
    "file_too_heavy": "the process that reads a file",
    "file_crashed_the_reader": "the process that reads a file",
    "too_many_vertices": "a file of five million vertices",
    "no_row_left": "the import that leaves out bad rows",
    "alias_of_two_places": "the import of addresses",
    **dict.fromkeys(
        SURVEY_TEXTS, "sheets that come back from the door (tests/services/test_survey_returns.py)"
    ),
    "fact_not_declarable": "what a guardian declares, which is no file",
}
# Codes of parts that are still to come, or came without files; the merge empties this.
PENDING = frozenset(
    {
        "not_a_line",
        "street_without_length",
        "street_twice",
        "street_class_unknown",
        "street_outside",
        "streets_outside",
        "street_nodes_missing",
        "street_island",
        "street_islands_small",
    }
)


def _known() -> tuple[Place, ...]:
    x, y = unproject([500_050, 500_060, 500_070], [4_480_050, 4_480_060, 4_480_070], epsg=EPSG)
    return tuple(Place(f"P{i}", "", float(a), float(b)) for i, (a, b) in enumerate(zip(x, y, strict=True), 1))


def _ground(options: Options) -> Ground:
    known = _known() if "known" in options else ()
    return Ground(EPSG, known=known, accept_offset="accept_offset" in options)


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


def _schools(path: Path, options: Options, findings: Findings) -> None:
    read_schools(
        path,
        ground=_ground(options),
        declared=_declared(options),
        units=WIDE if "known" in options else UNITS,
        stage=None,
        findings=findings,
    )


def _seats(path: Path, _options: Options, findings: Findings) -> None:
    schools = {"P1": SchoolFacts("primary", 45)}
    read_seats(path, schools=schools, coming_year=2026, findings=findings)


def _children(path: Path, _options: Options, findings: Findings) -> None:
    for _child in read_children(path, census=CENSUS, findings=findings):
        pass


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


def _register(kind: str) -> Callable[[Path, Options, Findings], None]:
    def read(path: Path, _options: Options, findings: Findings) -> None:
        for _row in read_register(path, spec=REGISTERS[kind], listing=LISTING, findings=findings):
            pass

    return read


def _enrolments(path: Path, _options: Options, findings: Findings) -> None:
    read_enrolments(path, units={"A"}, stage=None, findings=findings)


def _moves(path: Path, _options: Options, findings: Findings) -> None:
    read_moves(path, findings=findings)


READERS: Mapping[str, Callable[[Path, Options, Findings], None]] = {
    "units": _units,
    "schools": _schools,
    "seats": _seats,
    "children": _children,
    "addresses": _addresses,
    "zone_texts": _zone_texts,
    **{kind: _register(kind) for kind in ("registrations", "pupils", "permits", "rentals")},
    "enrolments": _enrolments,
    "moves": _moves,
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


def test_every_finding_code_has_a_file() -> None:
    codes = {file.code for file in FILES}

    assert codes | set(ELSEWHERE) == set(TEXTS) - PENDING
    assert not codes & set(ELSEWHERE)
    assert not codes & PENDING


def test_the_list_of_what_is_checked_names_every_code_once() -> None:
    rows = [row for row in CHECKLIST.read_text(encoding="utf-8").splitlines() if row.startswith("| ")]
    named = [code for row in rows for code in re.findall(r"`([a-z_]+)`", row)]

    assert sorted(named) == sorted(set(TEXTS) - PENDING)


def test_every_file_of_the_folder_is_in_the_table() -> None:
    assert {path.name for path in FOLDER.iterdir()} <= {file.name for file in FILES}


def test_every_finding_says_what_to_do_in_both_languages() -> None:
    for code, text in TEXTS.items():
        assert text.severity in ("severe", "warning", "note"), code
        assert all((text.zh, text.en, text.remedy_zh, text.remedy_en)), code
