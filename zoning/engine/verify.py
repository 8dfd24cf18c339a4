"""Check a zone plan from plain facts. Standard library only; shares no code with the solver.

Each hard rule is one function here and one in the engine; they were written apart on purpose.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Place:
    """A unit: children and its point in metres."""

    children: int
    x_m: float
    y_m: float


@dataclass(frozen=True, slots=True)
class Site:
    """A school: the unit it stands in and its seats."""

    unit_id: str
    seats: int


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a plan is judged by, by id. `metres` replaces straight lines where given."""

    units: Mapping[str, Place]
    schools: Mapping[str, Site]
    adjacency: Collection[tuple[str, str]]
    locked: Mapping[str, str] = field(default_factory=dict)
    forbidden: Collection[tuple[str, str]] = ()
    enclaves: Collection[tuple[str, str]] = ()
    distance_cap_m: float | None = None
    metres: Mapping[tuple[str, str], float] | None = None


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule: its code, the school and the units concerned, and how many children where that counts."""

    code: str
    school_id: str = ""
    unit_ids: tuple[str, ...] = ()
    children: int = 0


def violations(facts: Facts, plan: Sequence[tuple[str, str]]) -> tuple[Violation, ...]:
    """Return every way in which the plan, rows of (unit id, school id), breaks a hard rule.

    Rows that name unknown or repeated units, or leave one out, are reported alone: nothing else can be judged.
    """
    found = tuple(rows_broken(facts, plan))
    if found:
        return found
    zone_of = dict(plan)
    return (
        *seats_exceeded(facts, zone_of),
        *zones_cut(facts, zone_of),
        *locks_broken(facts, zone_of),
        *forbidden_used(facts, zone_of),
        *too_far(facts, zone_of),
    )


def rows_broken(facts: Facts, plan: Sequence[tuple[str, str]]) -> Iterable[Violation]:
    """Every unit stands in the plan once, with a known school."""
    times: dict[str, int] = defaultdict(int)
    for unit_id, school_id in plan:
        times[unit_id] += 1
        if school_id not in facts.schools:
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
    for school_id, site in sorted(facts.schools.items()):
        if load[school_id] > site.seats:
            yield Violation("seats_exceeded", school_id, (), load[school_id] - site.seats)


def zones_cut(facts: Facts, zone_of: Mapping[str, str]) -> Iterable[Violation]:
    """A zone holds its school's unit and all its units are joined to it; enclaves count as joined."""
    near = _neighbours(facts)
    zones: dict[str, set[str]] = defaultdict(set)
    for unit_id, school_id in zone_of.items():
        zones[school_id].add(unit_id)
    for school_id, site in sorted(facts.schools.items()):
        zone = zones[school_id]
        if site.unit_id not in zone:
            yield Violation("school_outside_zone", school_id, (site.unit_id,))
            continue
        joined = [unit for unit, school in facts.enclaves if school == school_id]
        cut = zone - _reached([site.unit_id, *joined], zone, near)
        if cut:
            yield Violation("zone_cut", school_id, tuple(sorted(cut)))


def locks_broken(facts: Facts, zone_of: Mapping[str, str]) -> Iterable[Violation]:
    """Locked units have the school they are locked to."""
    for unit_id, school_id in sorted(facts.locked.items()):
        if zone_of[unit_id] != school_id:
            yield Violation("lock_broken", school_id, (unit_id,))


def forbidden_used(facts: Facts, zone_of: Mapping[str, str]) -> Iterable[Violation]:
    """No forbidden pair of unit and school occurs."""
    for unit_id, school_id in sorted(facts.forbidden):
        if zone_of[unit_id] == school_id:
            yield Violation("forbidden_used", school_id, (unit_id,))


def too_far(facts: Facts, zone_of: Mapping[str, str]) -> Iterable[Violation]:
    """No unit is farther from its school than the cap, and a way is known."""
    cap = math.inf if facts.distance_cap_m is None else facts.distance_cap_m
    for unit_id, school_id in sorted(zone_of.items()):
        metres = _metres(facts, unit_id, school_id)
        if metres > cap or math.isinf(metres):
            yield Violation("too_far", school_id, (unit_id,), facts.units[unit_id].children)


def cost_km(facts: Facts, zone_of: Mapping[str, str]) -> float:
    """Return the sum over units of children x kilometres to the school, unrounded."""
    return math.fsum(
        facts.units[unit].children * _metres(facts, unit, school) / 1000 for unit, school in zone_of.items()
    )


def _metres(facts: Facts, unit_id: str, school_id: str) -> float:
    if facts.metres is not None:
        return facts.metres.get((unit_id, school_id), math.inf)
    unit, at = facts.units[unit_id], facts.units[facts.schools[school_id].unit_id]
    return math.hypot(unit.x_m - at.x_m, unit.y_m - at.y_m)


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
