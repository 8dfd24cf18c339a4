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
of the prices tells.

A report may hold a proof of more, in whole child-millimetres: what having each unit in a zone is worth, and gates.
Whatever the units' values, no lawful plan costs less than

    sum of values  -  sum over zones of the most each can gain: units within its seats, each gaining value - cost

where a unit is no candidate when every way to the zone's schools holds more children than seats, and where a gate
(units through which every way from the schools to a unit leads) takes its worth >= 0 from the unit and gives it to
each unit of the gate. The better of both bounds is the report's. Prints one JSON object; exit 0 when it is proven.
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

Units = Mapping[str, tuple[float, float, int, int]]  # x, y in metres, walkers, children
Schools = Mapping[str, tuple[str, int, str]]  # unit, seats, group or ""
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
    zones = zones_of(schools)
    faults = [f"zone {z} has no price" for z in zones if z not in prices]
    faults += [f"price of unknown zone {z}" for z in prices if z not in zones]
    faults += [
        f"price of {s} is not a whole number >= 0" for s, p in prices.items() if type(p) is not int or p < 0
    ]
    for name in ["prices_mm"] + ["proof"] * bool(report.get("proof")):
        text = json.dumps(report[name], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        if hashlib.sha256(text.encode()).hexdigest() != report.get(f"{name.removesuffix('_mm')}_sha256"):
            faults.append(f"{name} is not that of the report's digest")
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
            metres = min(straight(x - at[0], y - at[1]) for at in sites)
            if may_have(unit, members, metres, home, rules):
                ways.append(walkers * metres / 1e3 + children * prices[zone] / 1e6)
        parts.append(min(ways, default=0))
    return math.fsum(parts)


def straight(dx: float, dy: float) -> float:
    """Return the length in metres, rounded alike on every machine."""
    return math.sqrt(dx * dx + dy * dy)


@dataclass(frozen=True)
class Choice:
    """What a zone can choose from: its schools' units, seats left beside units that have no other zone, and by unit

    size   -- children, 0 for units that have no other zone; only units that some way with no more children reaches
    gain   -- value - cost of the units that may have another zone
    """

    roots: list[str]
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
    sole = {unit: zone for unit, zone in only_zone(costs).items() if zone}
    gains = {
        z: {u: values[u] - cost for u, cost in ways.items() if u not in sole} for z, ways in costs.items()
    }
    choices = {
        zone: choice_of(
            [schools[school] for school in members], units, gains[zone], of_zone(sole, zone), links
        )
        for zone, members in zones_of(schools).items()
    }
    for unit, zone, gate, worth in gates:
        faults += gate_faults(unit, choices.get(zone), gate, worth, links)
    if faults:
        return 0, faults
    for unit, zone, gate, worth in gates:
        choices[zone].gain[unit] -= worth
        for other in gate:
            choices[zone].gain[other] += worth
    bound = sum(costs[zone][unit] for unit, zone in sole.items())
    bound += sum(values[unit] for unit in {unit for choice in choices.values() for unit in choice.gain})
    for choice in choices.values():
        bound -= most_gained([(choice.size[u], gain) for u, gain in choice.gain.items()], choice.room)
    return bound, []


def of_zone(sole: Mapping[str, str], zone: str) -> list[str]:
    return [unit for unit, only in sole.items() if only == zone]


def choice_of(
    members: list[tuple[str, int, str]], units: Units, gain: Mapping[str, int], sole: list[str], links: Links
) -> Choice:
    """Return the choice of a zone of these schools; gain -- of every unit that may have it and another zone."""
    size = {unit: units[unit][3] for unit in gain} | dict.fromkeys(sole, 0)
    room = max(sum(seats for _, seats, _ in members) - sum(units[unit][3] for unit in sole), 0)
    roots = [unit for unit, _, _ in members]
    reach = within(roots, size, room, links)
    return Choice(roots, room, {u: size[u] for u in reach}, {u: gain[u] for u in reach if u in gain})


def gate_faults(unit: str, choice: Choice | None, gate: list[str], worth: Any, links: Links) -> list[str]:
    """Return what makes a gate useless: every way from the zone's schools to the unit must lead through it."""
    known = choice is not None and {unit, *gate} <= choice.gain.keys()
    if choice is None or not known or unit in gate or len(set(gate)) < len(gate):
        return [f"the gate of {unit} speaks of units that the zone cannot choose"]
    if type(worth) is not int or worth < 0:
        return [f"the gate of {unit} has no whole worth >= 0"]
    found, stack = set(choice.roots), list(choice.roots)
    while stack:
        fresh = (set(links[stack.pop()]) & choice.size.keys()) - found - set(gate)
        found |= fresh
        stack.extend(fresh)
    return [f"a way leads to {unit} past its gate"] if unit in found else []


def allowed_costs(rules: dict[str, Any], units: Units, schools: Schools) -> dict[str, dict[str, int]]:
    """Return for every zone the units that may have it, with child-millimetres; millimetres are cut off."""
    zones = zones_of(schools)
    home = {schools[school][0]: zone for zone, members in zones.items() for school in members}
    costs: dict[str, dict[str, int]] = {zone: {} for zone in zones}
    for unit, (x, y, walkers, _) in units.items():
        for zone, members in zones.items():
            sites = [units[schools[school][0]] for school in members]
            metres = min(straight(x - at[0], y - at[1]) for at in sites)
            if may_have(unit, members, metres, home, rules):
                costs[zone][unit] = walkers * math.floor(metres * 1000)
    return costs


def only_zone(costs: Mapping[str, Mapping[str, int]]) -> dict[str, str]:
    """Return the zone of every unit that may have one only, "" for a unit that may have several."""
    found: dict[str, str] = {}
    for zone, ways in costs.items():
        found |= {unit: "" if unit in found else zone for unit in ways}
    return found


def within(roots: list[str], size: Mapping[str, int], room: int, links: Links) -> set[str]:
    """Return the units that some way from a root reaches without more children than room."""
    lightest, waiting = dict.fromkeys(roots, 0), [(0, root) for root in roots]
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
    units, schools = read_units(args.units, report), read_schools(args.schools, report)
    verdict = judge(report, units, schools, read_links(args.adjacency, report["rules"], schools))
    print(json.dumps(verdict, ensure_ascii=False))
    return 0 if verdict["proven"] else 1


if __name__ == "__main__":
    sys.exit(main())
