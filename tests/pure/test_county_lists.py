"""The sample county's lists: the same bytes for the same seed, read without severe findings, disagreeing as stated."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from geo_data.county.files import WRITTEN_LISTS, write_county_with_lists
from geo_data.county.lists import SHARES
from geo_data.county.make import make_county
from geo_data.tables.findings import Findings
from geo_data.tables.identity import identity_faults
from geo_data.tables.register_columns import REGISTERS
from geo_data.tables.register_table import Listing, RegisterRow, read_register

COUNTY = make_county(seed=3, year=2026, applicants=200, n_units=20, n_schools=6)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("county")
    write_county_with_lists(COUNTY, path)
    return path


def rows_of(folder: Path, kind: str) -> tuple[list[RegisterRow], Findings]:
    findings = Findings()
    units = frozenset(unit.code for unit in COUNTY.units)
    schools = frozenset(school.code for school in COUNTY.schools)
    listing = Listing(date(2026, 3, 1), "office", COUNTY.district, units, schools)
    path = folder / f"{kind}.csv"
    return list(read_register(path, spec=REGISTERS[kind], listing=listing, findings=findings)), findings


def test_the_same_county_has_the_same_lists(folder: Path, tmp_path: Path) -> None:
    again = write_county_with_lists(COUNTY, tmp_path)

    for kind in WRITTEN_LISTS:
        assert again[f"{kind}.csv"].read_bytes() == (folder / f"{kind}.csv").read_bytes()


@pytest.mark.parametrize("kind", WRITTEN_LISTS)
def test_every_list_is_read_without_severe_findings_and_names_nobody_real(folder: Path, kind: str) -> None:
    rows, findings = rows_of(folder, kind)

    assert rows
    assert not findings.refuses
    assert set(findings.counts()) <= {"entry_twice", "identity_absent", "permit_lapsed"}
    for row in rows:
        for number in (row.identity, row.guardian_identity):
            assert not number or (number.startswith("99") and not identity_faults(number))


def test_rows_without_number_come_in_the_stated_share(folder: Path) -> None:
    rows, _ = rows_of(folder, "kindergartens")

    without = sum(not row.identity for row in rows)

    assert abs(without * 1000 / len(rows) - SHARES["kindergarten_without_number"]) < 120


def test_a_household_has_its_papers_once(folder: Path) -> None:
    titles, _ = rows_of(folder, "titles")

    assert max(Counter(row.property_key for row in titles).values()) == 1
