"""Recompute the figures that the report of a zone plan states. Standard library only, Python 3.9; for `verify.py`.

Written apart from the engine, as whole child-millimetres where the report speaks of them (docs/zoning.md).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

NO_WAY_MM = 10**11  # what a child without any way counts in the terms of a plan that breaks rules
PART, CIRCLE = 2**20, 13_176_795  # roundness in these parts of one: 4 pi is CIRCLE of them
TOLERANCE = 1e-9  # of child-kilometres, which are added up unrounded
SHOWN = 5
WORDS = {
    "cost_km": "儿童公里数",
    "loads": "各学区儿童数",
    "seats": "各学区学位数",
    "later": "以后年份的儿童数和学位数",
    "shared_zones": "多校学区内各校的学位和最近儿童数",
    "zones_in_force": "现行学区",
    "moved_units": "离开现行学区的单元",
    "moved_children": "离开现行学区的儿童数",
    "roundness": "各学区的紧凑度",
    "objective": "目标函数",
    "basis": "儿童总数",
}


@dataclass(frozen=True)
class Drawn:
    """A plan as it is counted.

    facts    -- `verify.Facts`
    zones    -- zone -> its schools
    zone_of  -- unit -> zone, of every unit
    ways     -- unit -> metres to each school of its zone, in their order; infinite where there is no way
    in_force -- unit -> zone today; None where no file tells, and the report is believed
    crossings -- unit -> main roads to cross to each school of its zone, in their order
    """

    facts: Any
    zones: Mapping[str, Sequence[str]]
    zone_of: Mapping[str, str]
    ways: Mapping[str, Sequence[float]]
    in_force: Mapping[str, str] | None
    crossings: Mapping[str, Sequence[int]]

    def walkers(self, unit: str) -> int:
        place = self.facts.units[unit]
        return int(place.children + sum(place.later))

    def loads(self, count: Mapping[str, int]) -> dict[str, int]:
        """Return the sum over the units of every zone."""
        found = dict.fromkeys(self.zones, 0)
        for unit, zone in self.zone_of.items():
            found[zone] += count[unit]
        return found

    def children(self) -> dict[str, int]:
        return {unit: place.children for unit, place in self.facts.units.items()}

    def seats(self) -> dict[str, int]:
        schools = self.facts.schools
        return {zone: sum(schools[s].seats for s in members) for zone, members in self.zones.items()}


def differences(drawn: Drawn, report: Mapping[str, Any]) -> list[str]:
    """Return every stated figure that is not so, Chinese and English; what the report does not state is left out."""
    counted = figures(drawn, report)
    return [
        line for name in counted if name in report for line in _compared(name, counted[name], report[name])
    ]


def figures(drawn: Drawn, report: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the report may state, under its names, as it must be."""
    today = report.get("zones_in_force", {}) if drawn.in_force is None else drawn.in_force
    children = drawn.children()
    moved = sorted(unit for unit, zone in today.items() if drawn.zone_of.get(unit, zone) != zone)
    found = {
        "cost_km": cost_km(drawn),
        "loads": drawn.loads(children),
        "seats": drawn.seats(),
        "later": later(drawn),
        "shared_zones": shared_zones(drawn),
        "zones_in_force": dict(today),
        "moved_units": moved,
        "moved_children": sum(children[unit] for unit in moved),
        "roundness": roundness(drawn),
        "basis": {"children": sum(children.values())},
    }
    if "objective" in report:
        told = report["objective"]
        terms = terms_mm(drawn, told["weights"], today, told.get("class_size") or 1)
        found["objective"] = {"terms_mm": terms, "cost_mm": sum(terms.values())}
    return found


def _compared(name: str, right: Any, stated: Any) -> Iterator[str]:
    """Yield a line where a figure is wrong, with the entries that differ."""
    if name in ("objective", "basis"):
        right, stated = ({k: told[k] for k in right if k in stated} for told in (right, stated))
    if _same(right, stated):
        return
    if isinstance(right, dict) and isinstance(stated, dict):
        keys = [k for k in sorted({*right, *stated}) if not _same(right.get(k), stated.get(k))]
        right, stated = ({k: told.get(k) for k in keys[:SHOWN]} for told in (right, stated))
    told = WORDS[name]
    yield f"报告的{told}不对：应为 {right}，写的是 {stated} / {name} is wrong: {right}, but stated {stated}"


def _same(right: Any, stated: Any) -> bool:
    if isinstance(right, float) and isinstance(stated, (int, float)):
        return math.isclose(right, stated, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return bool(right == stated)


def cost_km(drawn: Drawn) -> float | None:
    """Return children of all years x kilometres to the nearest school of the zone; who has no child does not walk.

    None where a child has no way.
    """
    cost = math.fsum(
        count * min(drawn.ways[unit]) / 1000 for unit in drawn.zone_of if (count := drawn.walkers(unit))
    )
    return cost if math.isfinite(cost) else None


def later(drawn: Drawn) -> dict[str, dict[str, dict[str, int]]]:
    """Return children and seats of every zone by later year."""
    units, schools = drawn.facts.units, drawn.facts.schools
    return {
        str(year): {
            "loads": drawn.loads({unit: place.later[i] for unit, place in units.items()}),
            "seats": {z: sum(schools[s].later[i] for s in members) for z, members in drawn.zones.items()},
        }
        for i, year in enumerate(drawn.facts.later_years)
    }


def shared_zones(drawn: Drawn) -> dict[str, dict[str, dict[str, int]]]:
    """Return seats of each school of a shared zone, and the children nearest to it, of equally near ones the first."""
    found = {
        zone: {s: {"seats": drawn.facts.schools[s].seats, "children_nearest": 0} for s in members}
        for zone, members in drawn.zones.items()
        if len(members) > 1
    }
    for unit, zone in drawn.zone_of.items():
        if zone in found:
            nearest = drawn.ways[unit].index(min(drawn.ways[unit]))
            found[zone][drawn.zones[zone][nearest]]["children_nearest"] += drawn.facts.units[unit].children
    return found


def terms_mm(
    drawn: Drawn, weights: Mapping[str, int], today: Mapping[str, str], class_size: int
) -> dict[str, int]:
    """Return what each term adds to the cost by these weights (metres), whole child-millimetres."""
    mm = defaultdict(int, {name: 1000 * metres for name, metres in weights.items()})
    loads, seats = drawn.loads(drawn.children()), drawn.seats()
    off = (mm["filling_m"] * abs(seats[z] - loads[z]) // max(seats[z], 1) for z in drawn.zones)
    outside = (1 for a, b in links(drawn) if drawn.zone_of[a] != drawn.zone_of[b])
    return {
        **by_unit_mm(drawn, mm, today, weights["walked_m"]),
        "parted": mm["parted_child_m"] * parted(drawn, today),
        "classes": mm["class_seat_m"] * sum(-load % class_size for load in loads.values()),
        "even": even_mm(drawn, mm, loads, seats),
        "border": mm["border_m"] * sum(outside),
        "filling": sum(off),
        "shape": sum(shape_costs(drawn, mm["shape_m"]).values()),
        "worst_year": 0 if drawn.facts.every_year else mm["worst_year_m"] * lacking(drawn),
    }


def by_unit_mm(
    drawn: Drawn, mm: Mapping[str, int], today: Mapping[str, str], walked_m: int
) -> dict[str, int]:
    """Return the terms that each unit adds by itself: ways, moves, other townships, main roads."""
    found = dict.fromkeys(("walked", "moved", "moved_units", "township", "crossings"), 0)
    for unit, zone in drawn.zone_of.items():
        metres, crossed = min((drawn.ways[unit][i], roads) for i, roads in enumerate(drawn.crossings[unit]))
        count, moves = drawn.walkers(unit), today.get(unit, zone) != zone
        found["walked"] += count * (NO_WAY_MM if math.isinf(metres) else round(metres * 1000) * walked_m)
        found["moved"] += count * mm["moved_child_m"] * moves
        found["moved_units"] += mm["moved_unit_m"] * (moves and count > 0)
        found["township"] += count * mm["township_child_m"] * is_abroad(drawn, unit, zone)
        found["crossings"] += count * mm["crossing_m"] * crossed
    return found


def is_abroad(drawn: Drawn, unit: str, zone: str) -> bool:
    """Say whether all schools of the zone stand in townships other than the unit's; a township may be unknown."""
    units, schools = drawn.facts.units, drawn.facts.schools
    theirs = {units[schools[school].unit_id].township for school in drawn.zones[zone]}
    return bool(units[unit].township) and not theirs & {units[unit].township, ""}


def parted(drawn: Drawn, today: Mapping[str, str]) -> int:
    """Return the children of the smaller unit of all adjoining ones that share a zone today and no longer would."""
    return sum(
        min(drawn.walkers(a), drawn.walkers(b))
        for a, b in links(drawn)
        if a in today and today[a] == today.get(b) and drawn.zone_of[a] != drawn.zone_of[b]
    )


def even_mm(drawn: Drawn, mm: Mapping[str, int], loads: Mapping[str, int], seats: Mapping[str, int]) -> int:
    """Return balance and parity: factor x children^2 / seats of every zone, less the mean of the shared zones."""
    shared = [zone for zone, members in drawn.zones.items() if len(members) > 1]
    factor = {zone: mm["balance_m"] + mm["parity_m"] * (zone in shared) for zone in drawn.zones}
    uneven = sum(factor[zone] * loads[zone] ** 2 // max(seats[zone], 1) for zone in drawn.zones)
    everyone, places = sum(loads[zone] for zone in shared), sum(max(seats[zone], 1) for zone in shared)
    return uneven - mm["parity_m"] * everyone**2 // max(places, 1)


def links(drawn: Drawn) -> set[tuple[str, str]]:
    """Return the pairs that adjoin, each once: these a border may part."""
    return {(min(pair), max(pair)) for pair in drawn.facts.adjacency if pair[0] != pair[1]}


def lacking(drawn: Drawn) -> int:
    """Return the children for whom every zone has no seat in its worst later year, of all zones."""
    worst = dict.fromkeys(drawn.zones, 0)
    for told in later(drawn).values():
        for zone in worst:
            worst[zone] = max(worst[zone], told["loads"][zone] - told["seats"][zone])
    return sum(worst.values())


def shape_costs(drawn: Drawn, shape: int) -> dict[str, int]:
    """Return shape x (1 - 4 pi area / outline^2) of every zone, from whole square metres and decimetres."""
    if not shape or drawn.facts.borders_m is None:
        return {}
    units = drawn.facts.units
    area = drawn.loads({unit: round(place.area_m2) for unit, place in units.items()})
    outline = drawn.loads({unit: round(place.outline_m * 10) for unit, place in units.items()})
    for (a, b), metres in drawn.facts.borders_m.items():
        if drawn.zone_of[a] == drawn.zone_of[b]:
            outline[drawn.zone_of[a]] -= 2 * round(metres * 10)
    found = {}
    for zone in drawn.zones:
        share = 100 * area[zone] * PART // max(outline[zone] ** 2, 1)
        found[zone] = shape - (shape * (share * CIRCLE // PART) // PART if outline[zone] else 0)
    return found


def roundness(drawn: Drawn) -> dict[str, int]:
    """Return the roundness of every zone in parts of 10,000; empty where the units' land is not known."""
    whole = 10**10
    return {zone: (whole - cost) // (whole // 10_000) for zone, cost in shape_costs(drawn, whole).items()}
