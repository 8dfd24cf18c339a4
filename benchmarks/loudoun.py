"""The published score of Loudoun County's elementary zones: python -m benchmarks.loudoun --data ../shared/data/lcps

    python -m benchmarks.loudoun --data DIR [--seconds 10 60] [--seeds 5] [--clock wall|cpu] [--files DIR]

Score: the sum over zones of 0.7 x |1 - pupils / seats| + 0.3 x (1 - 4 pi area / outline^2), worked out here from the
published files, not by the engine. Our plans keep more rules than the published ones: no zone has more pupils than
seats, and every zone is connected and holds its school's unit, which `engine.verify` judges. `--files` also writes the
three files that `manage.py draw_zones --preset full_and_round` reads, and the best plan of each budget.
"""

import argparse
import csv
import json
import math
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.zoning import CLOCKS
from zoning.engine.building import build_problem
from zoning.engine.files import Tables, plan_csv
from zoning.engine.objective import FULL_AND_ROUND
from zoning.engine.problem import School, Unit
from zoning.engine.report import plan_rows
from zoning.engine.shapes import ordered
from zoning.engine.solve import Options, solve
from zoning.engine.verify import violations
from zoning.engine.warm import warm

BEST_PUBLISHED = 14.3068


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as handle:
        return list(csv.DictReader(handle))


def read_county(data: Path) -> Tables:
    """Return units without points (none are published), schools in the units that their records name, and borders."""
    features = json.loads((data / "schools_epsg2924.geojson").read_text())["features"]
    stands_in = {f["properties"]["SCH_CODE"]: f["properties"]["STDYAREA"] for f in features}
    elementary = [row for row in rows(data / "zones.csv") if row["level"] == "ELEM"]
    borders = {
        ordered(row["a"], row["b"]): 1000 * float(row["shared_km"])
        for row in rows(data / "shared_borders.csv")
    }
    units = rows(data / "units.csv")
    near = {ordered(row["spa"], other) for row in units for other in row["neighbours"].split("|") if other}
    return Tables(
        units=tuple(
            Unit(
                row["spa"],
                int(row["k5_elem"]),
                0.0,
                0.0,
                area_m2=1e6 * float(row["area_km2"]),
                outline_m=1000 * float(row["perimeter_km"]),
            )
            for row in units
        ),
        schools=tuple(
            School(row["school"], stands_in[row["school"]], int(row["capacity_used"])) for row in elementary
        ),
        adjacency=tuple(sorted(near)),
        borders_m={pair: borders.get(pair, 0.0) for pair in sorted(near)},
    )


def published_score(data: Path, plan: Mapping[str, str]) -> float:
    """Return the score of a plan, from the published files alone."""
    seats = {r["school"]: int(r["capacity_used"]) for r in rows(data / "zones.csv") if r["level"] == "ELEM"}
    pupils: dict[str, float] = defaultdict(float)
    area: dict[str, float] = defaultdict(float)
    outline: dict[str, float] = defaultdict(float)
    for row in rows(data / "units.csv"):
        zone = plan[row["spa"]]
        pupils[zone] += float(row["k5_elem"])
        area[zone] += float(row["area_km2"])
        outline[zone] += float(row["perimeter_km"])
    for row in rows(data / "shared_borders.csv"):
        if plan[row["a"]] == plan[row["b"]]:
            outline[plan[row["a"]]] -= 2 * float(row["shared_km"])
    return math.fsum(
        0.7 * abs(1 - pupils[zone] / total) + 0.3 * (1 - 4 * math.pi * area[zone] / outline[zone] ** 2)
        for zone, total in seats.items()
    )


def write_files(tables: Tables, folder: Path) -> None:
    """Write units, schools and adjacency as the command line reads them, with their land where it is known."""
    folder.mkdir(parents=True, exist_ok=True)
    land = tables.borders_m is not None
    _write(
        folder / "units.csv",
        ("unit_id", "x_m", "y_m", "children", *(("area_m2", "outline_m") if land else ())),
        [
            (u.unit_id, u.x_m, u.y_m, u.children, *((u.area_m2, u.outline_m) if land else ()))
            for u in tables.units
        ],
    )
    _write(
        folder / "schools.csv",
        ("school_id", "unit_id", "seats"),
        [(school.school_id, school.unit_id, school.seats) for school in tables.schools],
    )
    if tables.borders_m is None:
        _write(folder / "adjacency.csv", ("unit_a", "unit_b"), tables.adjacency)
    else:
        borders = [(*pair, length) for pair, length in tables.borders_m.items()]
        _write(folder / "adjacency.csv", ("unit_a", "unit_b", "border_m"), borders)


def _write(path: Path, header: tuple[str, ...], body: Sequence[tuple[object, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as handle:
        csv.writer(handle, lineterminator="\n").writerows([header, *body])


def run(args: argparse.Namespace, tables: Tables, seconds: float) -> None:
    """Print a line for every seed of one budget; keep the best plan."""
    problem = build_problem(tables.units, tables.schools, tables.adjacency, borders_m=tables.borders_m)
    plans: list[tuple[float, bytes]] = []
    for seed in range(1, args.seeds + 1):
        began, cpu = time.monotonic(), time.process_time()
        options = Options(seconds=seconds, clock=CLOCKS[args.clock], weights=FULL_AND_ROUND)
        solution = solve(problem, options, seed=seed)
        spent, cpu = time.monotonic() - began, time.process_time() - cpu
        plan = plan_rows(problem, solution)
        faults = violations(tables.facts(), list(plan.items()))
        score = published_score(args.data, plan)
        plans.append((score, plan_csv(plan)))
        print(
            f"| {seconds:g} s | {seed} | {score:.4f} | {score - BEST_PUBLISHED:+.4f} |"
            f" {'no: ' + faults[0].code if faults else 'yes'} | {spent:.1f} | {cpu:.1f} | {solution.effort_used} |",
            flush=True,
        )
    if args.files:
        (args.files / f"plan_{seconds:g}s.csv").write_bytes(min(plans)[1])


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seconds", type=float, nargs="+", default=[10, 60])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--clock", choices=sorted(CLOCKS), default="wall")
    parser.add_argument("--files", type=Path)
    args = parser.parse_args()
    tables = read_county(args.data)
    if args.files:
        write_files(tables, args.files)
    for name, column in (("in force", "existing_elem"), ("best published", "best_elem")):
        file = "units.csv" if column == "existing_elem" else "best_published_plan.csv"
        plan = {row["spa"]: row[column] for row in rows(args.data / file)}
        print(f"{name}: {published_score(args.data, plan):.4f}", flush=True)
    warm()
    print("| budget | seed | score | to 14.3068 | lawful | wall s | processor s | effort |")
    print("| --- | --- | ---: | ---: | --- | ---: | ---: | ---: |")
    for seconds in args.seconds:
        run(args, tables, seconds)


if __name__ == "__main__":
    main()
