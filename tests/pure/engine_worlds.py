"""Small worlds for the engine's tests, and brute force over them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations, product
from typing import Any

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from zoning.engine.building import build_problem, zones_of_schools
from zoning.engine.faults import ProblemFault
from zoning.engine.objective import Weights, plan_cost
from zoning.engine.problem import IntArray, Problem, School, Unit, Wishes, to_mm
from zoning.engine.remedies import Remedy
from zoning.engine.verify import Facts, Place, Site, violations

World = tuple[list[Unit], list[School], list[tuple[str, str]]]


def street(children: Iterable[int], schools: dict[int, int], *, step_m: float = 100.0) -> World:
    """Units u0, u1, ... in a row, each beside the next; schools at the given places with the given seats."""
    units = [Unit(f"u{i}", count, step_m * i, 0.0) for i, count in enumerate(children)]
    sites = [School(f"s{at}", f"u{at}", seats) for at, seats in schools.items()]
    return units, sites, [(f"u{i}", f"u{i + 1}") for i in range(len(units) - 1)]


def grid(width: int, height: int, children: IntArray, schools: dict[tuple[int, int], int]) -> World:
    """Units in rows and columns with rook adjacency; schools by column and row."""

    def name(x: int, y: int) -> str:
        return f"c{x}r{y}"

    places = list(product(range(width), range(height)))
    units = [
        Unit(name(x, y), int(n), 100.0 * x, 100.0 * y) for (x, y), n in zip(places, children, strict=True)
    ]
    pairs = [(name(x, y), name(x + 1, y)) for x, y in places if x + 1 < width]
    pairs += [(name(x, y), name(x, y + 1)) for x, y in places if y + 1 < height]
    return units, [School(f"s-{name(*at)}", name(*at), seats) for at, seats in schools.items()], pairs


def facts_of(world: World, wishes: Wishes | None = None) -> Facts:
    """Return the world as the independent check reads it."""
    units, schools, adjacency = world
    wishes = wishes or Wishes()
    return Facts(
        units={
            unit.unit_id: Place(unit.children, unit.x_m, unit.y_m, unit.later, township=unit.township)
            for unit in units
        },
        schools={
            school.school_id: Site(school.unit_id, school.seats, school.group, school.later)
            for school in schools
        },
        adjacency=adjacency,
        locked=wishes.locked,
        forbidden=wishes.forbidden,
        enclaves=wishes.enclaves,
        distance_cap_m=wishes.distance_cap_m,
        school_caps_m=wishes.school_caps_m,
        townships_kept=wishes.townships_kept,
        later_years=wishes.later_years,
        every_year=wishes.every_year,
    )


def sharing(world: World, *groups: Iterable[str]) -> World:
    """Return the world with these groups of schools sharing a zone each."""
    units, schools, adjacency = world
    group_of = {school: f"g{i}" for i, group in enumerate(groups) for school in group}
    return units, [replace(one, group=group_of.get(one.school_id, "")) for one in schools], adjacency


def cheapest_lawful(problem: Problem, facts: Facts, weights: Weights) -> int | None:
    """Return the least cost over all assignments that the independent check finds lawful, None when there is none."""
    free = [i for i in range(problem.n_units) if i not in problem.site_unit]
    zone = np.zeros(problem.n_units, dtype=np.int64)
    zone[problem.site_unit] = problem.site_zone
    costs = []
    for choice in product(range(problem.n_zones), repeat=len(free)):
        zone[free] = choice
        if not violations(facts, named(problem, zone)):
            costs.append(plan_cost(problem, weights, zone))
    return min(costs, default=None)


def distance_mm(problem: Problem) -> IntArray:
    """Return whole millimetres from every unit to every zone's nearest school, [n_units, n_zones]."""
    return to_mm(problem.distance_m())


def cheapest_by_brute_force(world: World, wishes: Wishes | None = None) -> int | None:
    """Return the least child-millimetres over all lawful plans, None when there is none."""
    problem = build_problem(*world, wishes=wishes)
    facts, unit = facts_of(world, wishes), np.arange(problem.n_units)
    walked = distance_mm(problem) * problem.children[:, None]
    costs = []
    for choice in product(range(problem.n_zones), repeat=problem.n_units):
        plan = [(u, problem.zone_ids[s]) for u, s in zip(problem.unit_ids, choice, strict=True)]
        if not violations(facts, plan):
            costs.append(int(walked[unit, list(choice)].sum()))
    return min(costs, default=None)


def named(problem: Problem, zone: IntArray) -> list[tuple[str, str]]:
    """Return a plan as rows of ids."""
    return [(u, problem.zone_ids[s]) for u, s in zip(problem.unit_ids, zone.tolist(), strict=True)]


@st.composite
def worlds(draw: st.DrawFn, *, largest: int = 36, most_plans: int | None = None) -> World:
    """Return a random grid with one to four schools and seats from too few to plenty.

    `most_plans` keeps it small enough for brute force over all plans.
    """
    width, height = draw(st.integers(2, 6)), draw(st.integers(1, max(largest // 6, 1)))
    n = width * height
    children = draw(st.lists(st.integers(0, 30), min_size=n, max_size=n))
    cells = list(product(range(width), range(height)))
    most = max(k for k in range(1, min(4, n) + 1) if most_plans is None or k**n <= most_plans)
    sites = draw(st.lists(st.sampled_from(cells), min_size=1, max_size=most, unique=True))
    plenty = draw(st.floats(0.8, 2.0))
    seats = max(int(plenty * sum(children) / len(sites)), 0)
    return grid(width, height, np.array(children), dict.fromkeys(sites, seats))


@st.composite
def drawn_worlds(
    draw: st.DrawFn, *, largest: int = 36, most_plans: int | None = None
) -> tuple[World, IntArray]:
    """Return a random grid of two to four schools and a lawful plan of it, with few or no seats to spare.

    Every unit is in the zone of the school fewest steps away, the first of equals: the next unit on the way
    to that school is in its zone too, so zones are connected.
    """
    width, height = draw(st.integers(3, 6)), draw(st.integers(1, max(largest // 6, 1)))
    n = width * height
    children = np.array(draw(st.lists(st.integers(0, 30), min_size=n, max_size=n)))
    cells = list(product(range(width), range(height)))
    most = max(k for k in range(1, 5) if k < n and (most_plans is None or k**n <= most_plans))
    sites = draw(st.lists(st.sampled_from(cells), min_size=min(2, most), max_size=most, unique=True))
    steps = np.array([[abs(x - at) + abs(y - up) for at, up in sites] for x, y in cells])
    nearest = steps.argmin(axis=1)
    loads = np.bincount(nearest, weights=children, minlength=len(sites)).astype(int)
    spare = draw(st.lists(st.integers(0, 12), min_size=len(sites), max_size=len(sites)))
    world = grid(width, height, children, dict(zip(sites, (loads + spare).tolist(), strict=True)))
    zone_ids = build_problem(*world).zone_ids
    zone_of = np.array([zone_ids.index(school.school_id) for school in world[1]])
    return world, zone_of[nearest]


@dataclass(frozen=True)
class Ruled:
    """A tiny world under rules of every kind, and what brute force knows of it."""

    world: World
    wishes: Wishes

    def problem(self) -> Problem:
        return build_problem(*self.world, wishes=self.wishes)

    def facts(self) -> Facts:
        return facts_of(self.world, self.wishes)

    def plans(self) -> Iterator[list[tuple[str, str]]]:
        """Yield every plan, as rows of ids."""
        units, schools, _ = self.world
        zones = [members[0].school_id for members in zones_of_schools(schools)]
        for choice in product(zones, repeat=len(units)):
            yield [(unit.unit_id, zone) for unit, zone in zip(units, choice, strict=True)]

    def least_overload(self) -> int | None:
        """Return the fewest seats that a plan lacks which breaks no other rule; None where every plan does."""
        facts = self.facts()
        return min(
            (over for plan in self.plans() if (over := overload(facts, plan)) is not None), default=None
        )


SEATS_BROKEN = {"seats_exceeded", "later_seats_exceeded"}


def overload(facts: Facts, plan: list[tuple[str, str]]) -> int | None:
    """Return the seats that the plan lacks; None where it breaks another rule."""
    found = violations(facts, plan)
    if any(one.code not in SEATS_BROKEN for one in found):
        return None
    return sum(one.children for one in found)


@st.composite
def ruled_worlds(draw: st.DrawFn, *, most_plans: int = 800) -> Ruled:
    """Return a tiny world with seats from too few to plenty, cut links, locks, forbidden pairs, an enclave, caps,
    townships, schools that share a zone, and a later year that must fit."""
    units, schools, links = draw(worlds(largest=9, most_plans=most_plans))
    names, sites = [unit.unit_id for unit in units], [school.school_id for school in schools]
    links = [pair for pair in links if draw(st.integers(0, 9)) > 1]
    pairs = st.tuples(st.sampled_from(names), st.sampled_from(sites))
    later: tuple[int, ...] = draw(st.sampled_from([(), (), (2030,)]))
    towns = draw(st.lists(st.sampled_from(["东", "西", ""]), min_size=len(units), max_size=len(units)))
    counts = st.lists(st.integers(0, 30), min_size=len(units), max_size=len(units))
    grown = draw(counts) if later else [0] * len(units)
    seats = draw(st.lists(st.integers(-8, 8), min_size=len(schools), max_size=len(schools)))
    caps = st.sampled_from([100.0, 150.0, 250.0, 400.0])
    shared = draw(st.booleans()) and len(schools) > 2
    wishes = Wishes(
        locked=dict(draw(st.lists(pairs, max_size=2))),
        forbidden=draw(st.lists(pairs, max_size=3)),
        enclaves=draw(st.lists(pairs, max_size=1)),
        distance_cap_m=draw(st.none() | caps),
        school_caps_m={sites[0]: draw(caps)} if draw(st.integers(0, 3)) == 0 else {},
        later_years=later,
        every_year=bool(later),
        townships_kept=draw(st.integers(0, 3)) == 0,
    )
    plenty = sum(grown) // len(schools)
    world = (
        [
            replace(unit, township=town, later=(n,) * len(later))
            for unit, town, n in zip(units, towns, grown, strict=True)
        ],
        [
            replace(
                school,
                seats=max(school.seats + more, 0),
                later=(max(plenty + more, 0),) * len(later),
                group="g" if shared and i < 2 else "",
            )
            for i, (school, more) in enumerate(zip(schools, seats, strict=True))
        ],
        links,
    )
    try:
        build_problem(*world, wishes=wishes)
    except ProblemFault:
        assume(False)
    return Ruled(world, wishes)


def stated(ruled: Ruled) -> list[tuple[str, Any]]:
    """Return every rule of the world that may be lifted, by itself."""
    wishes = ruled.wishes
    rules: list[tuple[str, Any]] = [("lock", unit) for unit in wishes.locked]
    rules += [("forbid", pair) for pair in sorted(set(wishes.forbidden))]
    rules += [("cap", None)] if wishes.distance_cap_m is not None else []
    rules += [("school_cap", school) for school in wishes.school_caps_m]
    return rules + ([("township", None)] if wishes.townships_kept else [])


def without(ruled: Ruled, rules: tuple[tuple[str, Any], ...]) -> Ruled:
    wishes, lifted = ruled.wishes, dict.fromkeys(rules)
    return replace(
        ruled,
        wishes=replace(
            wishes,
            locked={u: s for u, s in wishes.locked.items() if ("lock", u) not in lifted},
            forbidden=[pair for pair in wishes.forbidden if ("forbid", pair) not in lifted],
            distance_cap_m=None if ("cap", None) in lifted else wishes.distance_cap_m,
            school_caps_m={
                school: 1e6 if ("school_cap", school) in lifted else cap
                for school, cap in wishes.school_caps_m.items()
            },
            townships_kept=wishes.townships_kept and ("township", None) not in lifted,
        ),
    )


def fewest_rules(ruled: Ruled) -> int | None:
    rules = stated(ruled)
    for count in range(1, len(rules) + 1):
        if any(without(ruled, some).least_overload() == 0 for some in combinations(rules, count)):
            return count
    return None


def changed(ruled: Ruled, one: Remedy) -> Any:
    """Return the facts of the independent check after the changes."""
    facts = ruled.facts()
    for change in one.changes:
        facts = apply(facts, change)
    return facts


def apply(facts: Any, change: Any) -> Any:
    if change.code in ("seats", "later_seats"):
        site = facts.schools[change.school_id]
        more = (
            {"seats": site.seats + change.seats}
            if change.code == "seats"
            else {"later": (site.later[0] + change.seats,)}
        )
        return replace(facts, schools={**facts.schools, change.school_id: replace(site, **more)})
    if change.code == "link":
        return replace(facts, adjacency=[*facts.adjacency, change.unit_ids])
    if change.code == "lock":
        locked = {unit: school for unit, school in facts.locked.items() if unit != change.unit_ids[0]}
        return replace(facts, locked=locked)
    if change.code == "forbid":
        return replace(facts, forbidden=[pair for pair in facts.forbidden if pair[0] != change.unit_ids[0]])
    if change.code == "cap":
        return replace(facts, distance_cap_m=float(change.metres))
    if change.code == "school_cap":
        return replace(facts, school_caps_m={**facts.school_caps_m, change.school_id: float(change.metres)})
    return replace(facts, townships_kept=False)
