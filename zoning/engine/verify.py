"""Check a zone plan from plain facts. Standard library only, Python 3.9 or newer; shares no code with the solver.

    python verify.py --units units.csv --schools schools.csv --adjacency adjacency.csv --plan plan.csv
        [--rules rules.csv] [--distances distances.csv] [--in-force zones_in_force.csv] [--report report.json]

Says every rule that the plan breaks, or that it is lawful, and with a report whether its figures are right. Exit
status 0: lawful and right; 1: not so; 2: a file cannot be read or is missing. `verify_files.py`, which reads and says
all that, `verify_words.py` and `verify_figures.py`, which recomputes figures, lie in the same folder.
Each hard rule is one function here and one in the engine; they were written apart on purpose.
"""

from __future__ import annotations

import math
import signal
import sys
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from runpy import run_path


@dataclass(frozen=True)
class Place:
    """A unit: children, its point in metres, the children of later entry years, its land and township where known."""

    children: int
    x_m: float
    y_m: float
    later: tuple[int, ...] = ()
    area_m2: float = 0.0
    outline_m: float = 0.0
    township: str = ""


@dataclass(frozen=True)
class Site:
    """A school: the unit it stands in, its seats, the group that shares a zone, if any, the seats of later years."""

    unit_id: str
    seats: int
    group: str = ""
    later: tuple[int, ...] = ()


@dataclass(frozen=True)
class Facts:
    """All that a plan is judged by, by id. `metres` replaces straight lines where given.

    borders_m -- metres of common border by pair of units, each pair once, None where land is not known
    school_caps_m -- school -> a cap of its own, which holds for it instead of distance_cap_m
    later_years -- what the later counts of units and schools stand for; every_year -- they must fit too
    in_force -- unit -> school today: pieces of these zones without a school may stay, new ones may not
    A zone bears the id of its first school; in locks and forbidden pairs any school stands for its zone.
    """

    units: Mapping[str, Place]
    schools: Mapping[str, Site]
    adjacency: Collection[tuple[str, str]]
    locked: Mapping[str, str] = field(default_factory=dict)
    forbidden: Collection[tuple[str, str]] = ()
    enclaves: Collection[tuple[str, str]] = ()
    distance_cap_m: float | None = None
    school_caps_m: Mapping[str, float] = field(default_factory=dict)
    metres: Mapping[tuple[str, str], float] | None = None
    later_years: tuple[int, ...] = ()
    every_year: bool = False
    borders_m: Mapping[tuple[str, str], float] | None = None
    townships_kept: bool = False
    in_force: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Violation:
    """One broken rule: code, zone (by its first school), units concerned, how many children if that counts.

    year -- the later entry year concerned, 0 for the one that the plan is drawn for
    """

    code: str
    school_id: str = ""
    unit_ids: tuple[str, ...] = ()
    children: int = 0
    year: int = 0


def violations(facts: Facts, plan: Sequence[tuple[str, str]]) -> tuple[Violation, ...]:
    """Return every way in which the plan, rows of (unit id, zone id), breaks a hard rule.

    Rows that name unknown or repeated units, or leave one out, are reported alone: nothing else can be judged.
    """
    found = tuple(rows_broken(facts, plan))
    if found:
        return found
    zone_of = dict(plan)
    return (
        *seats_exceeded(facts, zone_of),
        *later_seats_exceeded(facts, zone_of),
        *zones_cut(facts, zone_of),
        *locks_broken(facts, zone_of),
        *forbidden_used(facts, zone_of),
        *too_far(facts, zone_of),
        *township_left(facts, zone_of),
    )


def rows_broken(facts: Facts, plan: Sequence[tuple[str, str]]) -> Iterable[Violation]:
    """Every unit stands in the plan once, with a known zone."""
    zones = zones_of(facts)
    times: dict[str, int] = defaultdict(int)
    for unit_id, school_id in plan:
        times[unit_id] += 1
        if school_id not in zones:
            yield Violation("school_unknown", school_id, (unit_id,))
        if unit_id not in facts.units:
            yield Violation("unit_unknown", school_id, (unit_id,))
    yield from (Violation("unit_twice", "", (unit,)) for unit, count in sorted(times.items()) if count > 1)
    yield from (Violation("unit_missing", "", (unit,)) for unit in sorted(facts.units) if unit not in times)


def seats_exceeded(facts: Facts, zone_of: Mapping[str, str]) -> Iterable[Violation]:
    """No zone has more children than seats; `children` is how many are too many."""
    load: dict[str, int] = defaultdict(int)
    for unit_id, school_id in zone_of.items():
        load[school_id] += facts.units[unit_id].children
    for zone_id, school_ids in zones_of(facts).items():
        seats = sum(facts.schools[school_id].seats for school_id in school_ids)
        if load[zone_id] > seats:
            yield Violation("seats_exceeded", zone_id, (), load[zone_id] - seats)


def later_seats_exceeded(facts: Facts, zone_of: Mapping[str, str]) -> Iterable[Violation]:
    """Where every year must fit, no zone has more children than seats in any later year."""
    for place, year in enumerate(facts.later_years if facts.every_year else ()):
        load: dict[str, int] = defaultdict(int)
        for unit_id, zone_id in zone_of.items():
            load[zone_id] += facts.units[unit_id].later[place]
        for zone_id, school_ids in zones_of(facts).items():
            over = load[zone_id] - sum(facts.schools[school_id].later[place] for school_id in school_ids)
            if over > 0:
                yield Violation("later_seats_exceeded", zone_id, (), over, year)


def zones_cut(facts: Facts, zone_of: Mapping[str, str]) -> Iterable[Violation]:
    """A zone holds its schools' units, and each of its units is joined to one of them or approved to lie apart.

    An approval is for one unit: what adjoins an enclave is joined by it to nothing.
    """
    near = _neighbours(facts)
    zones, islands = _members(zone_of), islands_in_force(facts, facts.in_force)
    for zone_id, school_ids in zones_of(facts).items():
        zone = zones[zone_id]
        sites = {facts.schools[school_id].unit_id for school_id in school_ids}
        if sites - zone:
            yield Violation("school_outside_zone", zone_id, tuple(sorted(sites - zone)))
            continue
        approved = {unit for unit, school in (*facts.enclaves, *islands) if school in school_ids}
        cut = zone - _reached([*sites], zone, near) - approved
        if cut:
            yield Violation("zone_cut", zone_id, tuple(sorted(cut)))


def islands_in_force(facts: Facts, in_force: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return (unit, zone today) of all units whose zone of today joins them to none of its schools, by unit.

    in_force -- unit -> a school of its zone today; units and schools that are not known any more do not count
    """
    zones = zones_of(facts)
    zone_of_school = {school_id: zone_id for zone_id, members in zones.items() for school_id in members}
    today = {
        unit: zone_of_school[s] for unit, s in in_force.items() if s in zone_of_school and unit in facts.units
    }
    near = _neighbours(facts)
    joined: set[str] = set()
    for zone_id, zone in _members(today).items():
        joined |= _reached([facts.schools[s].unit_id for s in zones[zone_id]], zone, near)
    return tuple((unit, zone_id) for unit, zone_id in sorted(today.items()) if unit not in joined)


def locks_broken(facts: Facts, zone_of: Mapping[str, str]) -> Iterable[Violation]:
    """Locked units are in the zone of the school they are locked to."""
    zones = zones_of(facts)
    for unit_id, school_id in sorted(facts.locked.items()):
        if school_id not in zones[zone_of[unit_id]]:
            yield Violation("lock_broken", school_id, (unit_id,))


def forbidden_used(facts: Facts, zone_of: Mapping[str, str]) -> Iterable[Violation]:
    """No unit is in the zone of a school forbidden to it."""
    zones = zones_of(facts)
    for unit_id, school_id in sorted(facts.forbidden):
        if school_id in zones[zone_of[unit_id]]:
            yield Violation("forbidden_used", school_id, (unit_id,))


def too_far(facts: Facts, zone_of: Mapping[str, str]) -> Iterable[Violation]:
    """A school of the unit's zone is no farther from it than the cap for that school, and a way is known."""
    zones = zones_of(facts)
    general = math.inf if facts.distance_cap_m is None else facts.distance_cap_m
    for unit_id, school_id in sorted(zone_of.items()):
        ways = {one: metres_between(facts, unit_id, one) for one in zones[school_id]}
        if all(m > facts.school_caps_m.get(one, general) or math.isinf(m) for one, m in ways.items()):
            yield Violation("too_far", school_id, (unit_id,), facts.units[unit_id].children)


def township_left(facts: Facts, zone_of: Mapping[str, str]) -> Iterable[Violation]:
    """Where townships are kept, no unit is in a zone whose schools all stand in other townships than its own."""
    if not facts.townships_kept:
        return
    zones, nowhere = zones_of(facts), Place(0, 0.0, 0.0)
    for unit_id, zone_id in sorted(zone_of.items()):
        own = facts.units[unit_id].township
        theirs = {facts.units.get(facts.schools[s].unit_id, nowhere).township for s in zones[zone_id]}
        if own and own not in theirs and "" not in theirs:
            yield Violation("township_left", zone_id, (unit_id,), facts.units[unit_id].children)


def cost_km(facts: Facts, zone_of: Mapping[str, str]) -> float:
    """Return the sum over units of children x kilometres to the zone's nearest school, of all years, unrounded."""
    zones = zones_of(facts)
    return math.fsum(
        (facts.units[unit].children + sum(facts.units[unit].later))
        * _nearest(facts, unit, zones[zone])
        / 1000
        for unit, zone in zone_of.items()
        if facts.units[unit].children or any(facts.units[unit].later)
    )


def filling(facts: Facts, zone_of: Mapping[str, str]) -> dict[str, float]:
    """Return, for every zone, the share of its seats that is empty or lacking: |1 - children / seats|."""
    load = _sums(zone_of, {unit_id: float(unit.children) for unit_id, unit in facts.units.items()})
    seats = {zone: sum(facts.schools[s].seats for s in schools) for zone, schools in zones_of(facts).items()}
    return {zone: abs(1 - load.get(zone, 0.0) / max(total, 1)) for zone, total in seats.items()}


def roundness(facts: Facts, zone_of: Mapping[str, str]) -> dict[str, float]:
    """Return 4 pi area / outline^2 of every zone, 1 for a circle; empty where the units' land is not known.

    The outline of a zone, holes included, is that of its units less twice what they have in common.
    """
    if facts.borders_m is None:
        return {}
    area = _sums(zone_of, {unit_id: unit.area_m2 for unit_id, unit in facts.units.items()})
    outline = _sums(zone_of, {unit_id: unit.outline_m for unit_id, unit in facts.units.items()})
    for (a, b), length in facts.borders_m.items():
        if zone_of[a] == zone_of[b]:
            outline[zone_of[a]] -= 2 * length
    return {zone: 4 * math.pi * area[zone] / outline[zone] ** 2 for zone in sorted(area)}


def _sums(zone_of: Mapping[str, str], value: Mapping[str, float]) -> dict[str, float]:
    sums: dict[str, float] = defaultdict(float)
    for unit_id, zone in sorted(zone_of.items()):
        sums[zone] += value[unit_id]
    return dict(sums)


def zones_of(facts: Facts) -> dict[str, tuple[str, ...]]:
    """Return the schools of every zone, by the id of its first school."""
    members: dict[str, list[str]] = defaultdict(list)
    for school_id, site in sorted(facts.schools.items()):
        members[f"group {site.group}" if site.group else f"school {school_id}"].append(school_id)
    return {schools[0]: tuple(schools) for schools in sorted(members.values())}


def _members(zone_of: Mapping[str, str]) -> Mapping[str, set[str]]:
    zones: dict[str, set[str]] = defaultdict(set)
    for unit_id, zone_id in zone_of.items():
        zones[zone_id].add(unit_id)
    return zones


def _nearest(facts: Facts, unit_id: str, school_ids: Sequence[str]) -> float:
    return min(metres_between(facts, unit_id, school_id) for school_id in school_ids)


def metres_between(facts: Facts, unit_id: str, school_id: str) -> float:
    if facts.metres is not None:
        return facts.metres.get((unit_id, school_id), math.inf)
    unit, at = facts.units[unit_id], facts.units.get(facts.schools[school_id].unit_id)
    if at is None:
        return math.inf
    dx, dy = unit.x_m - at.x_m, unit.y_m - at.y_m
    return math.sqrt(dx * dx + dy * dy)  # rounded alike on every machine, which hypot is not


def _neighbours(facts: Facts) -> Mapping[str, set[str]]:
    near: dict[str, set[str]] = defaultdict(set)
    for a, b in facts.adjacency:
        near[a].add(b)
        near[b].add(a)
    return near


def _reached(start: Sequence[str], zone: set[str], near: Mapping[str, set[str]]) -> set[str]:
    stack = [unit for unit in start if unit in zone]
    reached = set(stack)
    while stack:
        fresh = (near.get(stack.pop(), set()) & zone) - reached
        reached |= fresh
        stack.extend(fresh)
    return reached


def main() -> int:
    """Judge files by what lies beside this one. Return the exit status."""
    reader = Path(__file__).with_name("verify_files.py")
    if not reader.exists():
        print("✗ 需要同一文件夹里的 verify_files.py / needs verify_files.py in the same folder")
        return 2
    return int(run_path(str(reader))["main"]())


if __name__ == "__main__":
    if hasattr(signal, "SIGPIPE"):  # a reader may have enough, as `head` has; Windows knows no such signal
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.exit(main())
