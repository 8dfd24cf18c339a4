"""The invented county: plausible, lawful as input, and the same everywhere."""

import hashlib
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from admissions.rules.facts import facts_from_data
from admissions.rules.vocabulary import VOCABULARY, FactName
from geo_data.county.files import write_county
from geo_data.county.make import make_county
from geo_data.county.population import CountedUnit, children_of_county, entrants_of_units
from geo_data.county.sketch import County, shares
from geo_data.tables.borders import shared_borders
from geo_data.tables.child_facts import FACT_COLUMNS
from geo_data.tables.child_table import Census, read_children
from geo_data.tables.columns import CellKind
from geo_data.tables.fact_groups import listed
from geo_data.tables.findings import Findings
from geo_data.tables.identity import identity_faults

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def county() -> County:
    return make_county(seed=1, year=2026, applicants=1000, n_units=80, n_schools=12)


def _digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_units_tile_and_hang_together(county: County) -> None:
    shapes = np.array([shapely.Polygon(unit.ring) for unit in county.units], dtype=object)

    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    assert isinstance(shapely.coverage_union_all(shapes), shapely.Polygon)
    assert set(shared_borders(shapes)) == {(int(a), int(b)) for a, b in county.pairs}


@pytest.mark.parametrize("stage", ["primary", "junior"])
def test_last_years_zones_are_connected_and_hold_their_school(county: County, stage: str) -> None:
    zones = county.zones_last_year[stage]
    inside = county.pairs[zones[county.pairs[:, 0]] == zones[county.pairs[:, 1]]]
    graph = coo_array((np.ones(len(inside)), (inside[:, 0], inside[:, 1])), shape=(len(zones), len(zones)))

    parts, _ = connected_components(graph, directed=False)

    public = [i for i, s in enumerate(county.schools) if (s.stage, s.ownership) == (stage, "public")]
    assert parts == len(set(zones.tolist())) == len(public)
    assert all(zones[county.schools[i].unit] == i for i in public)


@pytest.mark.parametrize(("stage", "age"), [("primary", 6), ("junior", 12)])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_public_seats_are_three_to_ten_percent_above_the_children(stage: str, age: int, seed: int) -> None:
    county = make_county(seed=seed, year=2026)
    children = int(county.children[:, age - 3].sum())

    seats = sum(s.planned_intake for s in county.schools if (s.stage, s.ownership) == (stage, "public"))

    assert 1.03 <= seats / children <= 1.10


def test_default_county_has_the_sizes_promised() -> None:
    county = make_county(seed=1, year=2026)

    assert (len(county.units), len(county.schools), int(county.children.sum())) == (100, 20, 40_000)
    assert {(s.stage, s.ownership) for s in county.schools} == {
        (stage, ownership) for stage in ("primary", "junior") for ownership in ("public", "private")
    }
    assert len({unit.name for unit in county.units}) == 100


def test_a_county_thirty_times_larger_is_as_sound() -> None:
    county = make_county(seed=5, year=2026, applicants=150_000)

    shapes = np.array([shapely.Polygon(unit.ring) for unit in county.units], dtype=object)
    assert (len(county.units), len(county.schools), int(county.children.sum())) == (3000, 600, 1_200_000)
    assert shapely.coverage_is_valid(shapes)
    assert len({unit.name for unit in county.units}) == 3000


def test_every_number_is_right_unique_and_nobodys(county: County) -> None:
    rows = list(children_of_county(county))

    numbers = [str(row["identity"]) for row in rows]
    assert len(set(numbers)) == len(rows) == 8000
    assert {number[:2] for number in numbers} == {"99"}
    assert not any(
        identity_faults(number, birth_on=date.fromisoformat(str(row["birth_on"])), sex=str(row["sex"]))
        for number, row in zip(numbers, rows, strict=True)
    )
    assert all(str(row["phone"]).startswith("100") for row in rows)


def test_a_third_of_the_families_come_from_elsewhere(county: County) -> None:
    homes = Counter(str(row["registration_district"])[:6] == "990101" for row in children_of_county(county))

    assert 0.29 < homes[False] / 8000 < 0.37


def test_children_have_the_ages_counted_and_twins_share_a_birthday(county: County) -> None:
    rows = list(children_of_county(county))

    six = [
        row
        for row in rows
        if date(2019, 9, 1) <= date.fromisoformat(str(row["birth_on"])) <= date(2020, 8, 31)
    ]
    twins = Counter((row["twin_group"], row["birth_on"]) for row in rows if "twin_group" in row)
    assert len(six) == int(county.children[:, 3].sum())
    assert len(twins) > 10
    assert set(twins.values()) == {2}


def test_files_are_read_back_without_a_severe_finding_in_the_rules_own_words(
    county: County, tmp_path: Path
) -> None:
    paths, findings = write_county(county, tmp_path), Findings()
    census = Census(date(2026, 3, 1), "office", "990101", {unit.code for unit in county.units})

    children = list(read_children(paths["children.csv"], census=census, findings=findings))

    assert (len(children), findings.refuses) == (8000, False)
    assert set(findings.counts()) <= {"permit_lapsed"}
    known = Counter(name for child in children for name in facts_from_data(listed(child.facts)))
    assert known[FactName.BIRTH_DATE] == known[FactName.DWELLING_UNIT] == 8000
    assert known[FactName.SIBLING_SCHOOL] > 300
    assert known[FactName.PERMIT_VALID_UNTIL] > 800


def test_columns_and_the_rules_vocabulary_are_the_same_list() -> None:
    kinds = {
        CellKind.TEXT: "text",
        CellKind.CHOICE: "choice",
        CellKind.INTEGER: "integer",
        CellKind.FLAG: "flag",
        CellKind.DATE: "date",
        CellKind.DATES: "dates",
        CellKind.CODES: "texts",
    }
    columns = {column.name: column for column in FACT_COLUMNS}

    assert set(columns) | {"birth_date"} == {name.value for name in FactName}
    for name, column in columns.items():
        spec = VOCABULARY[FactName(name)]
        assert kinds[column.kind] == spec.kind
        assert set(column.choices.values()) == set(spec.choices)
        assert spec.zh in (column.zh, *column.aliases)
        assert column.kind is not CellKind.INTEGER or column.most == spec.most


def test_same_seed_gives_the_same_files_in_a_fresh_process(tmp_path: Path) -> None:
    write_county(make_county(seed=9, year=2026, applicants=300, n_units=30, n_schools=8), tmp_path / "here")
    program = (
        "import sys; from pathlib import Path; from geo_data.county.files import write_county;"
        "from geo_data.county.make import make_county;"
        "write_county(make_county(seed=9, year=2026, applicants=300, n_units=30, n_schools=8), Path(sys.argv[1]))"
    )

    subprocess.run([sys.executable, "-c", program, str(tmp_path / "there")], cwd=ROOT, check=True)

    assert _digests(tmp_path / "here") == _digests(tmp_path / "there")
    other = make_county(seed=10, year=2026, applicants=300, n_units=30, n_schools=8)
    assert next(iter(children_of_county(other))) != next(
        iter(children_of_county(make_county(seed=9, year=2026, applicants=300, n_units=30, n_schools=8)))
    )


def test_entrants_follow_the_units_counts() -> None:
    units = [
        CountedUnit("A", "甲村", "", 60),
        CountedUnit("B", "乙村", "", 0),
        CountedUnit("C", "丙村", "", 540),
    ]

    rows = list(entrants_of_units(units, seed=1, year=2026, district="410181", age=6, cohorts=6))

    assert Counter(row["unit_id"] for row in rows) == {"A": 10, "C": 90}
    assert all("2019-09-01" <= str(row["birth_on"]) <= "2020-08-31" for row in rows)
    assert {row["registration_district"] for row in rows if row["registration_township"] == ""} != {"410181"}


def test_shares_add_up_with_the_largest_remainders_first() -> None:
    assert shares(10, np.array([1.0, 1.0, 1.0])).tolist() == [4, 3, 3]
    assert shares(3, np.array([0.0, 5.0, 1.0])).tolist() == [0, 3, 0]


@pytest.mark.parametrize("sizes", [{"n_units": 10}, {"n_schools": 3}, {"n_schools": 90}, {"applicants": 50}])
def test_impossible_sizes_are_refused(sizes: dict[str, int]) -> None:
    with pytest.raises(ValueError):
        make_county(seed=1, year=2026, **{"applicants": 1000, "n_units": 80, "n_schools": 12, **sizes})  # type: ignore[arg-type]
