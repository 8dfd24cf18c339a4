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
each unit of the gate. The better of both bounds is the report's.

`objective` states what was optimized, in whole child-millimetres by its `weights`: ways, children moved against
`zones_in_force`, and terms of several units. Its bound is made alike, from its own prices and proof where it has any,
else from the report's, and what terms of several units cost at least is added. A gap is stated of lawful plans above a
bound > 0 only. Prints one JSON object; exit 0 when all is proven, 1 when it is not or the plan has no bound.
"""

import argparse
import csv
import hashlib
import heapq
import json
import math
import sys
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

Units = Mapping[str, tuple[float, float, int, int]]  # x, y in metres, walkers, children
Schools = Mapping[str, tuple[str, int, str]]  # unit, seats, group or ""
Links = Mapping[str, Collection[str]]  # unit -> adjoining units
Costs = Mapping[str, Mapping[str, int]]  # zone -> unit that may have it -> cost
N = TypeVar("N", int, float)

TOLERANCE = 1e-9


@dataclass(frozen=True)
class Input:
    """What the files state; own_children, own_seats -- of the plan's own year, in all and by school

    worst_lack -- seats that all schools together lack in the worst later year
    """

    units: Units
    schools: Schools
    links: Links
    own_children: int
    own_seats: dict[str, int]
    worst_lack: int


def rows(path: str) -> list[dict[str, str]]:
    with open(path, newline="", encoding="utf-8-sig") as handle:
        return list(csv.DictReader(handle))


def faults_of(part: dict[str, Any], schools: Schools) -> list[str]:
    """Return what makes the prices and the proof of a report, or of its objective, useless."""
    prices = part.get("prices_mm")
    if not isinstance(prices, dict):
        return ["the report has no prices"]
    zones = zones_of(schools)
    faults = [f"zone {z} has no price" for z in zones if z not in prices]
    faults += [f"price of unknown zone {z}" for z in prices if z not in zones]
    faults += [
        f"price of {s} is not a whole number >= 0" for s, p in prices.items() if type(p) is not int or p < 0
    ]
    for name in ["prices_mm"] + ["proof"] * bool(part.get("proof")):
        text = json.dumps(part[name], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        if hashlib.sha256(text.encode()).hexdigest() != part.get(f"{name.removesuffix('_mm')}_sha256"):
            faults.append(f"{name} is not that of the report's digest")
    return faults


def zones_of(schools: Schools) -> dict[str, list[str]]:
    """Return the schools of every zone, by the id of its first school."""
    members: dict[tuple[str, str], list[str]] = {}
    for school, (_, _, group) in sorted(schools.items()):
        members.setdefault((group, "" if group else school), []).append(school)
    return {zone[0]: zone for zone in members.values()}


def may_have(unit: str, ways: Mapping[str, float], home: Mapping[str, str], rules: dict[str, Any]) -> bool:
    """Say whether the rules on single pairs allow the unit the zone of these schools, so many metres away."""
    zone, caps, general = list(ways), rules.get("school_caps_m", {}), rules["distance_cap_m"]
    if home.get(unit, zone[0]) != zone[0] or rules["locked"].get(unit, zone[0]) not in zone:
        return False
    if any([unit, school] in rules["forbidden"] for school in zone):
        return False
    return any((cap := caps.get(school, general)) is None or m <= cap for school, m in ways.items())


def townships_of(rules: dict[str, Any], home: Mapping[str, str]) -> dict[str, set[Any]]:
    """Return the townships that the schools of every zone stand in, None for one that is not known."""
    found: dict[str, set[Any]] = defaultdict(set)
    for unit, zone in home.items():
        found[zone].add(rules.get("townships", {}).get(unit))
    return found


def keeps_township(rules: dict[str, Any], towns: Mapping[str, set[Any]], unit: str, zone: str) -> bool:
    """Say whether the unit's township is not known, or one of the zone's, or one of these is not known."""
    own = rules.get("townships", {}).get(unit)
    return own is None or own in towns[zone] or None in towns[zone]


def allowed_ways(rules: dict[str, Any], data: Input) -> Iterator[tuple[str, str, float]]:
    """Yield (unit, zone, metres) of every pair that the rules on single pairs allow, all of a unit together."""
    zones = zones_of(data.schools)
    home = {data.schools[school][0]: zone for zone, members in zones.items() for school in members}
    towns = townships_of(rules, home)
    for unit, (x, y, _, _) in data.units.items():
        for zone, members in zones.items():
            if not keeps_township(rules, towns, unit, zone):
                continue
            sites = {school: data.units[data.schools[school][0]] for school in members}
            ways = {school: straight(x - at[0], y - at[1]) for school, at in sites.items()}
            if may_have(unit, ways, home, rules):
                yield unit, zone, min(ways.values())


def least_ways(rules: dict[str, Any], data: Input, spent: Callable[[str, str, float], N]) -> dict[str, N]:
    """Return what each unit spends at least, of (unit, zone, metres) that it may have."""
    least: dict[str, N] = {}
    for unit, zone, metres in allowed_ways(rules, data):
        paid = spent(unit, zone, metres)
        least[unit] = min(least.get(unit, paid), paid)
    return least


def proven_bound(report: dict[str, Any], data: Input) -> float:
    """Return the child-kilometres that the prices prove no lawful plan can undercut."""
    prices: dict[str, int] = report["prices_mm"]

    def spent(unit: str, zone: str, metres: float) -> float:
        _, _, walkers, children = data.units[unit]
        return walkers * metres / 1e3 + children * prices[zone] / 1e6

    least = least_ways(report["rules"], data, spent)
    seats = [
        -data.schools[s][1] * prices[z] / 1e6
        for z, members in zones_of(data.schools).items()
        for s in members
    ]
    return math.fsum([*seats, *least.values()])


def objective_bound(report: dict[str, Any], data: Input) -> tuple[int, list[str]]:
    """Return the cost that no lawful plan undercuts by the weights of the objective, and what is wrong with it."""
    told = report["objective"]
    weights, part = told["weights"], told if "prices_mm" in told else report
    faults = faults_of(part, data.schools)
    faults += [
        f"weight {w} is not a whole number >= 0" for w, n in weights.items() if type(n) is not int or n < 0
    ]
    if faults:
        return 0, faults
    in_force: dict[str, str] = report["zones_in_force"]
    prices: dict[str, int] = part["prices_mm"]
    metre, move = int(weights["walked_m"]), 1000 * int(weights["moved_child_m"])

    def cost(unit: str, zone: str, metres: float) -> int:
        moving = move if in_force.get(unit, zone) != zone else 0
        return data.units[unit][2] * (round(metres * 1000) * metre + moving)

    def spent(unit: str, zone: str, metres: float) -> int:
        return cost(unit, zone, metres) + data.units[unit][3] * prices[zone]

    bound = sum(least_ways(report["rules"], data, spent).values())
    bound -= sum(data.schools[s][1] * prices[z] for z, m in zones_of(data.schools).items() for s in m)
    if part.get("proof"):
        more, faults = proof_bound(part["proof"], allowed_costs(report["rules"], data, cost), data)
        bound = max(bound, more)
    return bound + several_bound(weights, report["rules"], data), faults


def several_bound(weights: dict[str, int], rules: dict[str, Any], data: Input) -> int:
    """Return what the terms cost at least that depend on several units; each zone's share is rounded down.

    1. Balance: all zones filled alike (Cauchy-Schwarz). 2. Parity: nothing. 3. Worst later year: the seats that all
    schools lack together. 4. Empty seats: all of them in the largest zones, where each weighs least.
    """
    zones = zones_of(data.schools)
    seats = sorted((sum(data.own_seats[s] for s in members) for members in zones.values()), reverse=True)
    even = weights["balance_m"] * 1000 * data.own_children**2 // max(sum(max(n, 1) for n in seats), 1)
    bound = max(even - len(zones), 0)
    if weights["parity_m"] and any(len(members) > 1 for members in zones.values()):
        bound -= len(zones)
    if not rules.get("every_year", False):
        bound += weights["worst_year_m"] * 1000 * data.worst_lack
    left, filling = sum(seats) - data.own_children, 0
    for n in seats:
        empty = min(max(left, 0), n)
        filling += weights["filling_m"] * 1000 * empty // max(n, 1)
        left -= n
    return bound + max(filling - len(zones), 0)


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


def proof_bound(proof: dict[str, Any], costs: Costs, data: Input) -> tuple[int, list[str]]:
    """Return the cost that no lawful plan can undercut, and what makes the proof useless."""
    values, gates, units, schools = proof["values"], proof["gates"], data.units, data.schools
    faults = [f"unit {u} has no whole value" for u in units if type(values.get(u)) is not int]
    if faults:
        return 0, faults
    sole = {unit: zone for unit, zone in only_zone(costs).items() if zone}
    gains = {
        z: {u: values[u] - cost for u, cost in ways.items() if u not in sole} for z, ways in costs.items()
    }
    choices = {
        zone: choice_of(
            [schools[school] for school in members], units, gains[zone], of_zone(sole, zone), data.links
        )
        for zone, members in zones_of(schools).items()
    }
    for unit, zone, gate, worth in gates:
        faults += gate_faults(unit, choices.get(zone), gate, worth, data.links)
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


def allowed_costs(rules: dict[str, Any], data: Input, cost: Callable[[str, str, float], int]) -> Costs:
    """Return for every zone the units that may have it, with what they cost there."""
    costs: dict[str, dict[str, int]] = {zone: {} for zone in zones_of(data.schools)}
    for unit, zone, metres in allowed_ways(rules, data):
        costs[zone][unit] = cost(unit, zone, metres)
    return costs


def child_mm(report: dict[str, Any], data: Input) -> tuple[int, list[str]]:
    """Return the child-millimetres that the report's proof proves, ways cut to whole millimetres."""

    def cost(unit: str, zone: str, metres: float) -> int:
        return data.units[unit][2] * math.floor(metres * 1000)

    return proof_bound(report["proof"], allowed_costs(report["rules"], data, cost), data)


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


def judge(report: dict[str, Any], data: Input) -> dict[str, Any]:
    """Return the verdict on the report as a JSON object."""
    if report.get("lower_bound") is None:
        faults = ["this plan has no bound"] + ["a gap without a bound"] * (report.get("gap") is not None)
        return {"proven": False, "faults": faults}
    faults = faults_of(report, data.schools)
    proven = [0.0]
    if not faults and report.get("proof"):
        more, faults = child_mm(report, data)
        proven.append(more / 1e6)
    if faults:
        return {"proven": False, "faults": faults}
    bound = max(*proven, proven_bound(report, data))
    stated = report["lower_bound"]
    if abs(stated - bound) > TOLERANCE * max(1.0, abs(bound)):
        faults.append("prices and proof prove another bound than the report states")
    faults += gap_faults(report, report["gap"], report["cost_km"], bound)
    verdict = {"lower_bound": bound, "stated": stated}
    if "objective" in report:
        least, wrong = objective_bound(report, data)
        told = report["objective"]
        if not wrong and told["lower_bound_mm"] != least:
            wrong = ["prices and proof prove another bound of the objective than the report states"]
        faults += wrong or gap_faults(report, told["gap"], told["cost_mm"], least)
        verdict["objective_mm"] = least
    return {"proven": not faults, "faults": faults, **verdict}


def gap_faults(report: dict[str, Any], gap: float | None, cost: float, bound: float) -> list[str]:
    """Return what is wrong with a gap; there is none where nothing is proven or the plan breaks rules."""
    is_lawful = bool(report.get("lawful", not report.get("violations")))
    if not is_lawful or bound <= 0:
        return ["a gap is stated of a plan that breaks rules, or above no bound"] if gap is not None else []
    if gap is None or abs(gap - (cost - bound) / bound) > TOLERANCE * 10:
        return ["the stated gap is not (cost - lower bound) / lower bound"]
    return []


def read_links(path: str, rules: dict[str, Any], schools: Schools, stated: list[dict[str, str]]) -> Links:
    """Return every unit's neighbours, by the links and cuts stated; an approved enclave adjoins its school's unit."""
    pairs = {frozenset((row["unit_a"], row["unit_b"])) for row in rows(path)}
    named = [(row["rule"], frozenset((row["unit_id"], row["other_unit_id"]))) for row in stated]
    pairs = (pairs | {pair for rule, pair in named if rule == "link"}) - {
        p for r, p in named if r == "no_link"
    }
    pairs |= {frozenset((unit, schools[school][0])) for unit, school in rules.get("enclaves", [])}
    near: dict[str, set[str]] = defaultdict(set)
    for a, b in (pair for pair in pairs if len(pair) == 2):
        near[a].add(b)
        near[b].add(a)
    return near


def later_count(row: dict[str, str], name: str, report: dict[str, Any]) -> int:
    return sum(int(float(row[f"{name}_{year}"])) for year in report["rules"].get("later_years", []))


def read_units(path: str, report: dict[str, Any]) -> Units:
    every = report["rules"].get("every_year", False)
    found = {}
    for row in rows(path):
        x, y, children = float(row["x_m"]), float(row["y_m"]), int(float(row["children"]))
        later = later_count(row, "children", report)
        found[row["unit_id"]] = x, y, children + later, children + (later if every else 0)
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


def worst_lack(units: list[dict[str, str]], schools: list[dict[str, str]], report: dict[str, Any]) -> int:
    """Return the seats that all schools together lack in the worst later year."""
    years = report["rules"].get("later_years", [])
    lacking = [
        sum(int(float(row[f"children_{y}"])) for row in units)
        - sum(int(float(row[f"seats_{y}"])) for row in schools)
        for y in years
    ]
    return max([0, *lacking])


def read_input(args: argparse.Namespace, report: dict[str, Any]) -> Input:
    schools = read_schools(args.schools, report)
    units, school_rows = rows(args.units), rows(args.schools)
    return Input(
        read_units(args.units, report),
        schools,
        read_links(args.adjacency, report["rules"], schools, stated_rows(args, "link", "no_link")),
        own_children=sum(int(float(row["children"])) for row in units),
        own_seats={row["school_id"]: int(float(row["seats"])) for row in school_rows},
        worst_lack=worst_lack(units, school_rows, report),
    )


def stated_rows(args: argparse.Namespace, *kinds: str) -> list[dict[str, str]]:
    """Return the rows of the rules file of these kinds; none without such a file."""
    return [row for row in (rows(args.rules) if args.rules else []) if row["rule"] in kinds]


def rule_faults(args: argparse.Namespace, rules: dict[str, Any], schools: Schools) -> list[str]:
    """Return where the report claims to keep other rules than the file states; without a file it is believed."""
    if not args.rules:
        return []
    zone_of = {school: zone for zone, members in zones_of(schools).items() for school in members}
    locked, forbidden, enclaves = (
        {(row["unit_id"], row["school_id"]) for row in stated_rows(args, kind)}
        for kind in ("lock", "forbid", "enclave")
    )
    towns = {r["unit_id"]: r.get("township", "") for r in rows(args.units) if stated_rows(args, "township")}
    caps = {row["school_id"]: float(row["metres"]) for row in stated_rows(args, "cap")}
    number = {name: i for i, name in enumerate(sorted(set(towns.values()) - {""}))}
    same = {
        "locks": rules["locked"] == {unit: zone_of[school] for unit, school in locked},
        "forbidden pairs": {(u, z) for u, z in rules["forbidden"]} == {(u, zone_of[s]) for u, s in forbidden},
        "enclaves": enclaves <= {(unit, school) for unit, school in rules["enclaves"]},
        "caps": {"": rules["distance_cap_m"], **rules.get("school_caps_m", {})} == {"": None, **caps},
        "townships": rules.get("townships", {}) == {u: number[name] for u, name in towns.items() if name},
    }
    return [
        f"the {name} of the report are not those of the rules file"
        for name, is_so in same.items()
        if not is_so
    ]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rules", help="rules.csv: the report must keep these and no others")
    for name in ("units", "schools", "adjacency", "report"):
        parser.add_argument(f"--{name}", required=True)
    args = parser.parse_args()
    report = json.loads(Path(args.report).read_text(encoding="utf-8"))
    if "rules" in report:
        data = read_input(args, report)
        lost = [
            f"school {s} stands in unknown unit {u}"
            for s, (u, _, _) in data.schools.items()
            if u not in data.units
        ] + rule_faults(args, report["rules"], data.schools)
        verdict = {"proven": False, "faults": lost} if lost else judge(report, data)
    else:
        verdict = {"proven": False, "faults": ["this plan has no bound"]}
    print(json.dumps(verdict, ensure_ascii=False))
    return 0 if verdict["proven"] else 1


if __name__ == "__main__":
    sys.exit(main())
