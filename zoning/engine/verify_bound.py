"""Recompute the lower bound of a zoning report from its own prices. Python's standard library only.

    python verify_bound.py --units units.csv --schools schools.csv --adjacency adjacency.csv --report report.json

For any seat prices p >= 0 no lawful plan has less child-kilometres than

    sum over units of  min over zones (walkers x kilometres + children x p[zone])  -  sum over zones of seats x p[zone]

Walkers are the children of all entry years that the report states; children and seats are those of the first of them,
or of all together where the report says that every year must fit. With one year walkers are the children.

Schools with the same `group` share a zone, which bears the id of the first of them and has the seats of all; the way
is that to the nearest of them, and a price is that of a seat in the zone. The unit a school stands in can have that
school's zone only. Rules on single pairs (locks, forbidden pairs, the distance
cap) that the report states are applied alike. Where a changed price happens to prove the same bound, the digest
of the prices tells. Prints one JSON object; exit 0 when the stated bound is proven.
"""

import argparse
import csv
import hashlib
import json
import math
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Units = Mapping[str, tuple[float, float, int, int]]  # x, y in metres, walkers, children
Schools = Mapping[str, tuple[str, int, str]]  # unit, seats, group or ""

TOLERANCE = 1e-9


def rows(path: str) -> list[dict[str, str]]:
    with open(path, newline="", encoding="utf-8-sig") as handle:
        return list(csv.DictReader(handle))


def faults_of(report: dict[str, Any], units: Units, schools: Schools) -> list[str]:
    """Return what makes the report's prices useless as a proof."""
    prices = report.get("prices_mm")
    if not isinstance(prices, dict):
        return ["the report has no prices"]
    zones = zones_of(schools)
    faults = [f"zone {z} has no price" for z in zones if z not in prices]
    faults += [f"price of unknown zone {z}" for z in prices if z not in zones]
    faults += [
        f"price of {s} is not a whole number >= 0" for s, p in prices.items() if type(p) is not int or p < 0
    ]
    text = json.dumps(prices, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    if hashlib.sha256(text.encode()).hexdigest() != report.get("prices_sha256"):
        faults.append("the prices are not those of the report's digest")
    faults += [f"school {s} stands in unknown unit {u}" for s, (u, _, _) in schools.items() if u not in units]
    return faults


def zones_of(schools: Schools) -> dict[str, list[str]]:
    """Return the schools of every zone, by the id of its first school."""
    members: dict[tuple[str, str], list[str]] = {}
    for school, (_, _, group) in sorted(schools.items()):
        members.setdefault((group, "" if group else school), []).append(school)
    return {zone[0]: zone for zone in members.values()}


def may_have(
    unit: str, zone: list[str], metres: float, home: Mapping[str, str], rules: dict[str, Any]
) -> bool:
    """Say whether the rules on single pairs allow the unit this zone."""
    if home.get(unit, zone[0]) != zone[0] or rules["locked"].get(unit, zone[0]) not in zone:
        return False
    if any([unit, school] in rules["forbidden"] for school in zone):
        return False
    return rules["distance_cap_m"] is None or bool(metres <= rules["distance_cap_m"])


def proven_bound(report: dict[str, Any], units: Units, schools: Schools) -> float:
    """Return the child-kilometres that the prices prove no lawful plan can undercut."""
    prices, rules, zones = report["prices_mm"], report["rules"], zones_of(schools)
    home = {schools[school][0]: zone for zone, members in zones.items() for school in members}
    parts: list[float] = [
        -schools[school][1] * prices[zone] / 1e6 for zone, members in zones.items() for school in members
    ]
    for unit, (x, y, walkers, children) in units.items():
        ways = []
        for zone, members in zones.items():
            sites = [units[schools[school][0]] for school in members]
            metres = min(math.hypot(x - at[0], y - at[1]) for at in sites)
            if may_have(unit, members, metres, home, rules):
                ways.append(walkers * metres / 1e3 + children * prices[zone] / 1e6)
        parts.append(min(ways, default=0))
    return math.fsum(parts)


def judge(report: dict[str, Any], units: Units, schools: Schools) -> dict[str, Any]:
    """Return the verdict on the report as a JSON object."""
    faults = faults_of(report, units, schools)
    if faults:
        return {"proven": False, "faults": faults}
    bound, stated, cost = proven_bound(report, units, schools), report["lower_bound"], report["cost_km"]
    near = TOLERANCE * max(1.0, abs(bound))
    if abs(stated - bound) > near:
        faults.append("the prices prove another bound than the report states")
    if bound > 0 and abs(report["gap"] - (cost - bound) / bound) > TOLERANCE * 10:
        faults.append("the stated gap is not (cost_km - lower_bound) / lower_bound")
    return {"proven": not faults, "faults": faults, "lower_bound": bound, "stated": stated}


def later_count(row: dict[str, str], name: str, report: dict[str, Any]) -> int:
    return sum(int(float(row[f"{name}_{year}"])) for year in report["rules"].get("later_years", []))


def read_units(path: str, report: dict[str, Any]) -> Units:
    every = report["rules"].get("every_year", False)
    found = {}
    for row in rows(path):
        children, later = int(float(row["children"])), later_count(row, "children", report)
        found[row["unit_id"]] = (
            float(row["x_m"]),
            float(row["y_m"]),
            children + later,
            children + (later if every else 0),
        )
    return found


def read_schools(path: str, report: dict[str, Any]) -> Schools:
    every = report["rules"].get("every_year", False)
    return {
        r["school_id"]: (
            r["unit_id"],
            int(float(r["seats"])) + (later_count(r, "seats", report) if every else 0),
            (r.get("group") or "").strip(),
        )
        for r in rows(path)
    }


def main() -> int:
    parser = argparse.ArgumentParser()
    for name in ("units", "schools", "adjacency", "report"):
        parser.add_argument(f"--{name}", required=True)
    args = parser.parse_args()
    report = json.loads(Path(args.report).read_text(encoding="utf-8"))
    verdict = judge(report, read_units(args.units, report), read_schools(args.schools, report))
    print(json.dumps(verdict, ensure_ascii=False))
    return 0 if verdict["proven"] else 1


if __name__ == "__main__":
    sys.exit(main())
