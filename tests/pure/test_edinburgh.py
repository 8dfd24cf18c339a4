"""A real county of points: 12,670 postcodes of Edinburgh, its 20 secondary schools, drawn and judged lawful."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.spatial import cKDTree

from geo_data.tables.point_neighbours import point_neighbours
from zoning.engine.building import build_problem
from zoning.engine.problem import School, Unit
from zoning.engine.solve import Options, solve
from zoning.engine.verify import Facts, Place, Site, violations

DATA = Path(__file__).parents[3] / "shared" / "data" / "edinburgh"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the postcodes of Edinburgh are not here")


def rows(name: str) -> list[Mapping[str, str]]:
    with (DATA / name).open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def test_postcodes_adjoin_by_their_points_and_are_drawn_into_lawful_zones() -> None:
    # The entrants of the first year, 3,416, have 3,620 seats.
    places, sites = rows("postcodes.csv"), rows("schools.csv")
    at = np.array([[float(row["e_bng"]), float(row["n_bng"])] for row in places])
    codes = [row["postcode"] for row in places]
    tree: Any = cKDTree(at)
    nearest = tree.query([[float(row["e_bng"]), float(row["n_bng"])] for row in sites])[1].tolist()

    found = point_neighbours(at[:, 0], at[:, 1], codes)
    adjacency = [(codes[a], codes[b]) for a, b in found.pairs]
    units = [
        Unit(code, int(row["s1_y0"]), x, y)
        for code, row, (x, y) in zip(codes, places, at.tolist(), strict=True)
    ]
    schools = [
        School(row["school"], codes[unit], int(float(row["s1_capacity"])))
        for row, unit in zip(sites, nearest, strict=True)
    ]
    problem = build_problem(units, schools, adjacency)
    solution = solve(problem, Options(effort=3, prove=False), seed=1)

    facts = Facts(
        units={unit.unit_id: Place(unit.children, unit.x_m, unit.y_m) for unit in units},
        schools={school.school_id: Site(school.unit_id, school.seats) for school in schools},
        adjacency=adjacency,
    )
    plan = [
        (code, problem.zone_ids[zone]) for code, zone in zip(problem.unit_ids, solution.zone, strict=True)
    ]
    assert found.joined == ()
    assert solution.lawful
    assert violations(facts, plan) == ()
    assert solution.gap < 0.02
