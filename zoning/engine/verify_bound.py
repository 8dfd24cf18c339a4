"""Recompute the lower bound of a zoning report from its own prices. Python's standard library only.

    python verify_bound.py --units units.csv --schools schools.csv --adjacency adjacency.csv --report report.json

For any seat prices p >= 0 no lawful plan has less child-kilometres than

    sum over units of  children x min over schools (kilometres + p[school])  -  sum over schools of seats x p[school]

The unit a school stands in can have that school only. Rules on single pairs (locks, forbidden pairs, the distance
cap) that the report states are applied alike. Where a changed price happens to prove the same bound, the digest
of the prices tells.

A report may hold a proof of more, in whole child-millimetres: what having each unit in a zone is worth, and gates.
Whatever the units' values, no lawful plan costs less than

    sum of values  -  sum over schools of the most it can gain: units within its seats, each gaining value - cost

where a unit is no candidate when every way to the school holds more children than seats, and where a gate (units
through which every way from the school to a unit leads) takes its worth >= 0 from the unit and gives it to each
unit of the gate. The better of both bounds is the report's. Prints one JSON object; exit 0 when it is proven.
"""

import argparse
import csv
import hashlib
import heapq
import json
import math
import sys
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Units = Mapping[str, tuple[float, float, int]]  # x, y in metres, children
Schools = Mapping[str, tuple[str, int]]  # unit, seats
Links = Mapping[str, Collection[str]]  # unit -> adjoining units

TOLERANCE = 1e-9


def rows(path: str) -> list[dict[str, str]]:
    with open(path, newline="", encoding="utf-8-sig") as handle:
        return list(csv.DictReader(handle))


def faults_of(report: dict[str, Any], units: Units, schools: Schools) -> list[str]:
    """Return what makes the report's prices useless as a proof."""
    prices = report.get("prices_mm")
    if not isinstance(prices, dict):
        return ["the report has no prices"]
    faults = [f"school {s} has no price" for s in schools if s not in prices]
    faults += [f"price of unknown school {s}" for s in prices if s not in schools]
    faults += [
        f"price of {s} is not a whole number >= 0" for s, p in prices.items() if type(p) is not int or p < 0
    ]
    for name in ["prices_mm"] + ["proof"] * bool(report.get("proof")):
        text = json.dumps(report[name], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        if hashlib.sha256(text.encode()).hexdigest() != report.get(f"{name.removesuffix('_mm')}_sha256"):
            faults.append(f"{name} is not that of the report's digest")
    faults += [f"school {s} stands in unknown unit {u}" for s, (u, _) in schools.items() if u not in units]
    return faults


def may_have(unit: str, school: str, metres: float, home: Mapping[str, str], rules: dict[str, Any]) -> bool:
    """Say whether the rules on single pairs allow the unit this school."""
    if home.get(unit, school) != school or rules["locked"].get(unit, school) != school:
        return False
    if [unit, school] in rules["forbidden"]:
        return False
    return rules["distance_cap_m"] is None or bool(metres <= rules["distance_cap_m"])


def proven_bound(report: dict[str, Any], units: Units, schools: Schools) -> float:
    """Return the child-kilometres that the prices prove no lawful plan can undercut."""
    prices, rules = report["prices_mm"], report["rules"]
    home = {unit: school for school, (unit, _) in schools.items()}
    parts: list[float] = [-seats * prices[school] / 1e6 for school, (_, seats) in schools.items()]
    for unit, (x, y, children) in units.items():
        ways = []
        for school, (at, _) in schools.items():
            metres = straight(x - units[at][0], y - units[at][1])
            if may_have(unit, school, metres, home, rules):
                ways.append(metres / 1e3 + prices[school] / 1e6)
        parts.append(children * min(ways, default=0))
    return math.fsum(parts)


def straight(dx: float, dy: float) -> float:
    """Return the length in metres, rounded alike on every machine."""
    return math.sqrt(dx * dx + dy * dy)


@dataclass(frozen=True)
class Choice:
    """What a school can choose from: its unit, seats left beside units that have no other school, and by unit

    size   -- children, 0 for units that have no other school; only units that some way with no more children reaches
    gain   -- value - cost of the units that may have another school
    """

    root: str
    room: int
    size: dict[str, int]
    gain: dict[str, int]


def proof_bound(
    report: dict[str, Any], units: Units, schools: Schools, links: Links
) -> tuple[int, list[str]]:
    """Return the child-millimetres that no lawful plan can undercut, and what makes the proof useless."""
    values, gates = report["proof"]["values"], report["proof"]["gates"]
    faults = [f"unit {u} has no whole value" for u in units if type(values.get(u)) is not int]
    if faults:
        return 0, faults
    costs = allowed_costs(report["rules"], units, schools)
    sole = {unit: school for unit, school in only_school(costs).items() if school}
    choices = {s: choice_of(s, units, schools, costs[s], sole, values, links) for s in schools}
    for unit, school, gate, worth in gates:
        faults += gate_faults(unit, choices.get(school), gate, worth, links)
    if faults:
        return 0, faults
    for unit, school, gate, worth in gates:
        choices[school].gain[unit] -= worth
        for other in gate:
            choices[school].gain[other] += worth
    kept = sum(costs[school][unit] for unit, school in sole.items())
    kept += sum(values[unit] for unit in {unit for c in choices.values() for unit in c.gain})
    return kept - sum(
        most_gained([(c.size[u], c.gain[u]) for u in c.gain], c.room) for c in choices.values()
    ), []


def choice_of(
    school: str,
    units: Units,
    schools: Schools,
    cost: Mapping[str, int],
    sole: Mapping[str, str],
    values: Mapping[str, int],
    links: Links,
) -> Choice:
    root, seats = schools[school]
    size = {unit: 0 if sole.get(unit) == school else units[unit][2] for unit in cost}
    room = max(seats - sum(units[unit][2] for unit, at in sole.items() if at == school), 0)
    reach = within(root, size, room, links)
    gain = {unit: values[unit] - cost[unit] for unit in reach if unit not in sole}
    return Choice(root, room, {unit: size[unit] for unit in reach}, gain)


def gate_faults(unit: str, choice: Choice | None, gate: list[str], worth: Any, links: Links) -> list[str]:
    """Return what makes a gate useless: every way from the school to the unit must lead through it."""
    if (
        choice is None
        or not {unit, *gate} <= choice.gain.keys()
        or unit in gate
        or len(set(gate)) < len(gate)
    ):
        return [f"the gate of {unit} speaks of units that the school cannot choose"]
    if type(worth) is not int or worth < 0:
        return [f"the gate of {unit} has no whole worth >= 0"]
    found, stack = {choice.root}, [choice.root]
    while stack:
        fresh = (set(links[stack.pop()]) & choice.size.keys()) - found - set(gate)
        found |= fresh
        stack.extend(fresh)
    return [f"a way leads to {unit} past its gate"] if unit in found else []


def allowed_costs(rules: dict[str, Any], units: Units, schools: Schools) -> dict[str, dict[str, int]]:
    """Return for every school the units that may have it, with child-millimetres; millimetres are cut off."""
    home = {unit: school for school, (unit, _) in schools.items()}
    costs: dict[str, dict[str, int]] = {school: {} for school in schools}
    for unit, (x, y, children) in units.items():
        for school, (at, _) in schools.items():
            metres = straight(x - units[at][0], y - units[at][1])
            if may_have(unit, school, metres, home, rules):
                costs[school][unit] = children * math.floor(metres * 1000)
    return costs


def only_school(costs: Mapping[str, Mapping[str, int]]) -> dict[str, str]:
    """Return the school of every unit that may have one only, "" for a unit that may have several."""
    found: dict[str, str] = {}
    for school, ways in costs.items():
        found |= {unit: "" if unit in found else school for unit in ways}
    return found


def within(root: str, size: Mapping[str, int], room: int, links: Links) -> set[str]:
    """Return the units that some way from the root reaches without more children than room."""
    lightest, waiting = {root: size[root]}, [(size[root], root)]
    while waiting:
        load, unit = heapq.heappop(waiting)
        for other in links[unit]:
            if other in size and load + size[other] < min(lightest.get(other, room + 1), room + 1):
                lightest[other] = load + size[other]
                heapq.heappush(waiting, (lightest[other], other))
    return set(lightest)


def most_gained(items: Iterable[tuple[int, int]], room: int) -> int:
    """Return the most that items (size, gain) within the room can gain together, exact."""
    best = [0] * (room + 1)
    for size, gain in items:
        if gain > 0 and size <= room:
            best[size:] = [max(a, b + gain) for a, b in zip(best[size:], best, strict=False)]
    return best[room]


def judge(report: dict[str, Any], units: Units, schools: Schools, links: Links) -> dict[str, Any]:
    """Return the verdict on the report as a JSON object."""
    faults = faults_of(report, units, schools)
    child_mm = 0
    if not faults and report.get("proof"):
        child_mm, faults = proof_bound(report, units, schools, links)
    if faults:
        return {"proven": False, "faults": faults}
    bound = max(proven_bound(report, units, schools), child_mm / 1e6)
    stated, cost = report["lower_bound"], report["cost_km"]
    near = TOLERANCE * max(1.0, abs(bound))
    if abs(stated - bound) > near:
        faults.append("prices and proof prove another bound than the report states")
    if bound > 0 and abs(report["gap"] - (cost - bound) / bound) > TOLERANCE * 10:
        faults.append("the stated gap is not (cost_km - lower_bound) / lower_bound")
    return {"proven": not faults, "faults": faults, "lower_bound": bound, "stated": stated}


def read_links(path: str, rules: dict[str, Any], schools: Schools) -> Links:
    """Return every unit's neighbours; an approved enclave adjoins its school's unit."""
    pairs = [(row["unit_a"], row["unit_b"]) for row in rows(path)]
    pairs += [(unit, schools[school][0]) for unit, school in rules.get("enclaves", [])]
    near: dict[str, set[str]] = defaultdict(set)
    for a, b in pairs:
        near[a].add(b)
        near[b].add(a)
    return near


def main() -> int:
    parser = argparse.ArgumentParser()
    for name in ("units", "schools", "adjacency", "report"):
        parser.add_argument(f"--{name}", required=True)
    args = parser.parse_args()
    units = {
        r["unit_id"]: (float(r["x_m"]), float(r["y_m"]), int(float(r["children"]))) for r in rows(args.units)
    }
    schools = {r["school_id"]: (r["unit_id"], int(float(r["seats"]))) for r in rows(args.schools)}
    report = json.loads(Path(args.report).read_text(encoding="utf-8"))
    links = read_links(args.adjacency, report["rules"], schools)
    verdict = judge(report, units, schools, links)
    print(json.dumps(verdict, ensure_ascii=False))
    return 0 if verdict["proven"] else 1


if __name__ == "__main__":
    sys.exit(main())
