"""Recompute the lower bound of a zoning report from its own prices. Standard library only, Python 3.9 or newer.

    python verify_bound.py --units units.csv --schools schools.csv --adjacency adjacency.csv --report report.json
        [--rules rules.csv] [--distances distances.csv]

For any seat prices p >= 0 no lawful plan has less child-kilometres than

    sum over units of  min over zones (walkers x kilometres + children x p[zone])  -  sum over zones of seats x p[zone]

Walkers are the children of all entry years that the report states; children and seats are those of the first of them,
or of all together where the report says that every year must fit. With one year walkers are the children.

Schools with the same `group` share a zone, which bears the id of the first of them and has the seats of all; the way
is that to the nearest of them, and a price is that of a seat in the zone. Ways are straight lines, or those of the
file of distances, which a report drawn by walks needs; what it leaves out is no way. The unit a school stands in can
have that school's zone only. Locks, forbidden pairs and the distance cap that the report states are applied alike.
Where a changed price happens to prove the same bound, the digest of the prices tells.

A report may hold a proof of more, in whole child-millimetres: what having each unit in a zone is worth, and gates.
Whatever the units' values, no lawful plan costs less than

    sum of values  -  sum over zones of the most each can gain: units within its seats, each gaining value - cost

where a unit is no candidate when every way to the zone's schools holds more children than seats, and where a gate
(units through which every way from the schools to a unit leads) takes its worth >= 0 from the unit and gives it to
each unit of the gate. The better of both bounds is the report's.

`objective` states what was optimized, in whole child-millimetres by its `weights`: ways, main roads on them, children
and units moved against `zones_in_force`, children in other townships, and terms of several units. Its bound is made
alike, from its own prices and proof where it has any, else from the report's, and what terms of several units cost at
least is added. A gap is stated of lawful plans above a bound > 0 only. Prints one JSON object, faults in
Chinese and English; exit 0 when all is proven, 1 when not, 2 when a file cannot be read. `verify_files.py` and
`verify.py`, which read the files, and `verify_words.py` lie in the same folder.
"""

from __future__ import annotations

import argparse
import hashlib
import heapq
import json
import math
import signal
import sys
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from runpy import run_path
from types import SimpleNamespace
from typing import Any, TypeVar

Units = Mapping[str, tuple[float, float, int, int]]  # x, y in metres, walkers, children
Schools = Mapping[str, tuple[str, int, str]]  # unit, seats, group or ""
Links = Mapping[str, Collection[str]]  # unit -> adjoining units
Costs = Mapping[str, Mapping[str, int]]  # zone -> unit that may have it -> cost
Faults = list[tuple[str, str]]  # code, whose words are in verify_words.py, and what it speaks of
N = TypeVar("N", int, float)

TOLERANCE = 1e-9


@dataclass(frozen=True)
class Input:
    """What the files state; own_children, own_seats -- of the plan's own year, in all and by school

    worst_lack -- seats that all schools together lack in the worst later year
    townships  -- by unit; crossings -- main roads to cross by unit and school, none where left out
    """

    units: Units
    schools: Schools
    links: Links
    metres: Mapping[tuple[str, str], float] | None
    own_children: int
    own_seats: dict[str, int]
    worst_lack: int
    townships: dict[str, str]
    crossings: dict[tuple[str, str], int]

    def way(self, unit: str, school: str) -> float:
        """Return metres from the unit to the school, infinite where no way is stated."""
        if self.metres is not None:
            return self.metres.get((unit, school), math.inf)
        (x, y, _, _), (to_x, to_y, _, _) = self.units[unit], self.units[self.schools[school][0]]
        return straight(x - to_x, y - to_y)


def faults_of(part: dict[str, Any], schools: Schools) -> Faults:
    """Return what makes the prices and the proof of a report, or of its objective, useless."""
    prices = part.get("prices_mm")
    if not isinstance(prices, dict):
        return [("no_prices", "")]
    zones = zones_of(schools)
    faults = [("no_price", z) for z in zones if z not in prices]
    faults += [("price_of_no_zone", z) for z in prices if z not in zones]
    faults += [("price_not_whole", z) for z, p in prices.items() if type(p) is not int or p < 0]
    for name in ["prices_mm"] + ["proof"] * bool(part.get("proof")):
        text = json.dumps(part[name], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        if hashlib.sha256(text.encode()).hexdigest() != part.get(f"{name.removesuffix('_mm')}_sha256"):
            faults.append(("other_digest", name))
    return faults


def zones_of(schools: Schools) -> dict[str, list[str]]:
    """Return the schools of every zone, by the id of its first school."""
    members: dict[tuple[str, str], list[str]] = {}
    for school, (_, _, group) in sorted(schools.items()):
        members.setdefault((group, "" if group else school), []).append(school)
    return {zone[0]: zone for zone in members.values()}


def may_have(unit: str, ways: Mapping[str, float], home: Mapping[str, str], rules: dict[str, Any]) -> bool:
    """Say whether the rules on single pairs allow the unit the zone of these schools, so many metres away."""
    zone = list(ways)
    if home.get(unit, zone[0]) != zone[0] or rules["locked"].get(unit, zone[0]) not in zone:
        return False
    if any([unit, school] in rules["forbidden"] for school in zone):
        return False
    caps, general = rules.get("school_caps_m", {}), rules["distance_cap_m"]
    reached = ((m, caps.get(school, general)) for school, m in ways.items() if m < math.inf)
    return any(cap is None or m <= cap for m, cap in reached)


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
    for unit in data.units:
        for zone, members in zones.items():
            if not keeps_township(rules, towns, unit, zone):
                continue
            ways = {school: data.way(unit, school) for school in members}
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
    return math.fsum([*least.values(), -seats_worth(prices, data) / 1e6])


def seats_worth(prices: dict[str, int], data: Input) -> int:
    return sum(data.schools[s][1] * prices[z] for z, zone in zones_of(data.schools).items() for s in zone)


def objective_bound(report: dict[str, Any], data: Input) -> tuple[int, Faults]:
    """Return the cost that no lawful plan undercuts by the weights of the objective, and what is wrong with it."""
    told = report["objective"]
    weights, part = told["weights"], told if "prices_mm" in told else report
    wrong = [w for w, n in weights.items() if type(n) is not int or n < 0]
    faults = [*faults_of(part, data.schools), *(("weight_not_whole", w) for w in wrong)]
    if faults:
        return 0, faults
    prices: dict[str, int] = part["prices_mm"]
    cost = pair_cost(weights, report["zones_in_force"], data)

    def spent(unit: str, zone: str, metres: float) -> int:
        return cost(unit, zone, metres) + data.units[unit][3] * prices[zone]

    bound = sum(least_ways(report["rules"], data, spent).values()) - seats_worth(prices, data)
    if part.get("proof"):
        more, faults = proof_bound(part["proof"], allowed_costs(report["rules"], data, cost), data)
        bound = max(bound, more)
    return bound + several_bound(told, report["rules"], data), faults


def pair_cost(
    weights: dict[str, int], in_force: dict[str, str], data: Input
) -> Callable[[str, str, float], int]:
    """Return what a unit costs in a zone (unit, zone, metres), apart from terms of several units."""
    zones, known = zones_of(data.schools), {"townships": data.townships}
    towns = townships_of(known, {data.schools[s][0]: z for z, members in zones.items() for s in members})

    def cost(unit: str, zone: str, metres: float) -> int:
        children, moves = data.units[unit][2], in_force.get(unit, zone) != zone
        each = round(metres * 1000) * weights["walked_m"] + 1000 * weights["moved_child_m"] * moves
        each += 1000 * weights.get("township_child_m", 0) * (not keeps_township(known, towns, unit, zone))
        if weights.get("crossing_m"):
            each += 1000 * weights["crossing_m"] * crossed(unit, zones[zone], data)
        return children * each + 1000 * weights.get("moved_unit_m", 0) * (moves and children > 0)

    return cost


def crossed(unit: str, members: list[str], data: Input) -> int:
    """Return the main roads on the way to the nearest of the schools, of equal ways the fewest."""
    return min((data.way(unit, school), data.crossings.get((unit, school), 0)) for school in members)[1]


def several_bound(told: dict[str, Any], rules: dict[str, Any], data: Input) -> int:
    """Return what the terms cost at least that depend on several units; each zone's share is rounded down.

    1. Balance: all zones filled alike (Cauchy-Schwarz). 2. Parity: nothing. 3. Worst later year: the seats that all
    schools lack together. 4. Empty seats: all of them in the largest zones, where each weighs least. 5. Classes: one
    that is not full, were all children in one zone. Borders, neighbours parted and shapes: nothing.
    """
    weights: dict[str, int] = told["weights"]
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
    bound += weights.get("class_seat_m", 0) * 1000 * (-data.own_children % (told.get("class_size") or 1))
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


def proof_bound(proof: dict[str, Any], costs: Costs, data: Input) -> tuple[int, Faults]:
    """Return the cost that no lawful plan can undercut, and what makes the proof useless."""
    values, gates, units, schools = proof["values"], proof["gates"], data.units, data.schools
    faults = [("no_value", u) for u in units if type(values.get(u)) is not int]
    if faults:
        return 0, faults
    sole = {unit: zone for unit, zone in only_zone(costs).items() if zone}
    gains = {z: {u: values[u] - c for u, c in ways.items() if u not in sole} for z, ways in costs.items()}
    choices = {}
    for zone, members in zones_of(schools).items():
        own, held = [schools[school] for school in members], [unit for unit in sole if sole[unit] == zone]
        choices[zone] = choice_of(own, units, gains[zone], held, data.links)
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


def choice_of(
    members: list[tuple[str, int, str]], units: Units, gain: Mapping[str, int], sole: list[str], links: Links
) -> Choice:
    """Return the choice of a zone of these schools; gain -- of every unit that may have it and another zone."""
    size = {unit: units[unit][3] for unit in gain} | dict.fromkeys(sole, 0)
    room = max(sum(seats for _, seats, _ in members) - sum(units[unit][3] for unit in sole), 0)
    roots = [unit for unit, _, _ in members]
    reach = within(roots, size, room, links)
    return Choice(roots, room, {u: size[u] for u in reach}, {u: gain[u] for u in reach if u in gain})


def gate_faults(unit: str, choice: Choice | None, gate: list[str], worth: Any, links: Links) -> Faults:
    """Return what makes a gate useless: every way from the zone's schools to the unit must lead through it."""
    known = choice is not None and {unit, *gate} <= choice.gain.keys()
    if choice is None or not known or unit in gate or len(set(gate)) < len(gate):
        return [("gate_unknown", unit)]
    if type(worth) is not int or worth < 0:
        return [("gate_not_whole", unit)]
    found, stack = set(choice.roots), list(choice.roots)
    while stack:
        fresh = (set(links[stack.pop()]) & choice.size.keys()) - found - set(gate)
        found |= fresh
        stack.extend(fresh)
    return [("gate_passed", unit)] if unit in found else []


def allowed_costs(rules: dict[str, Any], data: Input, cost: Callable[[str, str, float], int]) -> Costs:
    """Return for every zone the units that may have it, with what they cost there."""
    costs: dict[str, dict[str, int]] = {zone: {} for zone in zones_of(data.schools)}
    for unit, zone, metres in allowed_ways(rules, data):
        costs[zone][unit] = cost(unit, zone, metres)
    return costs


def child_mm(report: dict[str, Any], data: Input) -> tuple[int, Faults]:
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
            best[size:] = map(max, best[size:], [so_far + gain for so_far in best[: room + 1 - size]])
    return best[room]


def judge(report: dict[str, Any], data: Input) -> dict[str, Any]:
    """Return the verdict on the report as a JSON object, with faults still as codes."""
    if report.get("lower_bound") is None:
        faults = [("no_bound", "")] + [("gap_without_bound", "")] * (report.get("gap") is not None)
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
        faults.append(("other_bound", ""))
    faults += gap_faults(report, report["gap"], report["cost_km"], bound)
    verdict = {"lower_bound": bound, "stated": stated}
    if "objective" in report:
        least, wrong = objective_bound(report, data)
        told = report["objective"]
        if not wrong and told["lower_bound_mm"] != least:
            wrong = [("other_objective_bound", "")]
        faults += wrong or gap_faults(report, told["gap"], told["cost_mm"], least)
        verdict["objective_mm"] = least
    return {"proven": not faults, "faults": faults, **verdict}


def gap_faults(report: dict[str, Any], gap: float | None, cost: float, bound: float) -> Faults:
    """Return what is wrong with a gap; there is none where nothing is proven or the plan breaks rules."""
    is_lawful = bool(report.get("lawful", not report.get("violations")))
    if not is_lawful or bound <= 0:
        return [("gap_of_nothing", "")] if gap is not None else []
    if gap is None or abs(gap - (cost - bound) / bound) > TOLERANCE * 10:
        return [("other_gap", "")]
    return []


def read_input(files: Any, args: argparse.Namespace, report: dict[str, Any]) -> tuple[Input, Faults]:
    """Return what the files state, and where the report claims to keep other rules than their file.

    Without a file of rules those of the report are believed. Approved enclaves adjoin their school's unit.
    """
    rules = report["rules"]
    facts = files.read_facts(files.beside("verify.py"), args, report)
    every, units, schools = rules.get("every_year", False), facts.units, facts.schools
    pairs = [*facts.adjacency, *((unit, schools[s].unit_id) for unit, s in rules.get("enclaves", []))]
    near: dict[str, set[str]] = defaultdict(set)
    for a, b in (pair for pair in pairs if pair[0] != pair[1]):
        near[a].add(b)
        near[b].add(a)
    lacking = [
        sum(place.later[i] for place in units.values()) - sum(site.later[i] for site in schools.values())
        for i, _ in enumerate(facts.later_years)
    ]
    data = Input(
        {
            unit: (at.x_m, at.y_m, at.children + sum(at.later), at.children + every * sum(at.later))
            for unit, at in units.items()
        },
        {s: (site.unit_id, site.seats + every * sum(site.later), site.group) for s, site in schools.items()},
        near,
        facts.metres,
        own_children=sum(place.children for place in units.values()),
        own_seats={school: site.seats for school, site in schools.items()},
        worst_lack=max([0, *lacking]),
        townships={unit: place.township for unit, place in units.items() if place.township},
        crossings=files.read_crossings(args.crossings, facts) if args.crossings else {},
    )
    return data, rule_faults(facts, rules, data.schools) if args.rules else []


def rule_faults(facts: Any, rules: dict[str, Any], schools: Schools) -> Faults:
    """Return where the report claims to keep other rules than the file states."""
    zone_of = {school: zone for zone, members in zones_of(schools).items() for school in members}
    towns = {unit: place.township for unit, place in facts.units.items() if facts.townships_kept}
    number = {name: i for i, name in enumerate(sorted({*towns.values()} - {""}))}
    same = {
        "locks": rules["locked"] == {unit: zone_of[school] for unit, school in facts.locked.items()},
        "forbidden": {(u, z) for u, z in rules["forbidden"]}
        == {(unit, zone_of[school]) for unit, school in facts.forbidden},
        "enclaves": {*facts.enclaves} <= {(unit, school) for unit, school in rules["enclaves"]},
        "caps": (rules["distance_cap_m"], rules.get("school_caps_m", {}))
        == (facts.distance_cap_m, facts.school_caps_m),
        "townships": rules.get("townships", {}) == {u: number[name] for u, name in towns.items() if name},
    }
    return [(f"other_{name}", "") for name, is_so in same.items() if not is_so]


def verdict_on(files: Any, args: argparse.Namespace) -> dict[str, Any]:
    """Return the verdict on the files as a JSON object, with faults still as codes."""
    report = files.read_report(args.report)
    if "rules" not in report:
        return {"proven": False, "faults": [("no_bound", "")]}
    files.refuse_other_ways(args, report)
    data, faults = read_input(files, args, report)
    return {"proven": False, "faults": faults} if faults else judge(report, data)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "--rules", help="划片约束，报告须照此 / rules that the report must keep, and no others"
    )
    parser.add_argument("--distances", help="步行距离 / walking distances: unit_id, school_id, metres")
    parser.add_argument(
        "--crossings", help="要穿越的主干道 / main roads to cross: unit_id, school_id, crossings"
    )
    parser.set_defaults(in_force=None, every_year=False)
    for name in ("units", "schools", "adjacency", "report"):
        parser.add_argument(f"--{name}", required=True)
    args, reader = parser.parse_args(), Path(__file__).with_name("verify_files.py")
    if not reader.exists():
        print("✗ 需要同一文件夹里的 verify_files.py / needs verify_files.py in the same folder")
        return 2
    files = SimpleNamespace(**run_path(str(reader)))
    try:
        verdict = verdict_on(files, args)
    except files.Unreadable as fault:
        print(json.dumps({"proven": False, "faults": [str(fault)]}, ensure_ascii=False))
        return 2
    except files.MALFORMED as fault:
        verdict = {"proven": False, "faults": [("malformed", f"{type(fault).__name__}: {fault}")]}
    verdict["faults"] = [
        files.beside("verify_words.py").fault_sentence(*fault) for fault in verdict["faults"]
    ]
    print(json.dumps(verdict, ensure_ascii=False))
    return 0 if verdict["proven"] else 1


if __name__ == "__main__":
    if hasattr(signal, "SIGPIPE"):  # a reader may have enough, as `head` has; Windows knows no such signal
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.exit(main())
