"""What is wrong with an input, as data in the officer's words."""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from zoning.engine.walks import WalksById

IntArray = npt.NDArray[np.int64]

WORDS = {
    "no_units": "There are no units.",
    "no_schools": "There are no schools.",
    "unit_twice": "These units are listed more than once",
    "school_twice": "These schools are listed more than once",
    "children_negative": "These units have fewer than zero children",
    "seats_negative": "These schools have fewer than zero seats",
    "point_missing": "These units have no usable point",
    "school_unit_unknown": "These schools stand in a unit that is not listed",
    "unit_has_two_schools": "These units hold schools of several zones; join those schools into one zone (Schools that"
    " share a zone, or the same word for all of them in the column group of schools.csv)",
    "adjacency_unknown": "The adjacency names units that are not listed",
    "wish_unknown_unit": "A lock, a forbidden pair, an enclave or a zone names units that are not listed",
    "wish_unknown_school": "A lock, a forbidden pair, an enclave or a cap names schools that are not listed",
    "lock_against_school": "These units hold a school but are locked to another school's zone",
    "lock_forbidden": "These units are locked to a school that is forbidden to them",
    "later_years_unequal": "These units or schools do not state every later year, or one below zero",
    "land_missing": "These units state no area or no outline, without which compactness cannot count",
    "border_no_pair": "A border is stated between units that do not adjoin, or its length is none",
    "border_too_long": "The borders of these units are longer than their outlines",
    "land_too_large": "The land of all units together is more than can be reckoned with: 80,000 km2, or outlines of"
    " 300,000 km. Are these square metres and metres?",
    "too_many_to_even": "These weights are too heavy for so many children: the squares of children that balance and"
    " parity count would not be right. Lower balance_m and parity_m.",
    "no_borders": "Compactness cannot count: areas, outlines and borders are not known.",
    "no_townships": "Township borders cannot count: the township of no unit is known.",
    "no_crossings": "Main roads cannot count: it is not known which ways cross one.",
    "no_class_size": "Classes cannot count: the size of a full class is not stated.",
    "class_size_wrong": "The size of a class is not a whole number of children from 1 to 1,000.",
    "crossings_unknown": "Crossings are stated of units or schools that are not listed",
    "crossings_not_usable": "Crossings of these units are no whole numbers from 0 to 100",
    "cap_negative": "A distance cap is not a positive length.",
    "too_many": "All years together have more than 5,000,000 children, or seats: more than can be reckoned with.",
    "point_too_far": "These units lie more than 30,000 km from the origin: their points are not metres",
    "distance_not_usable": "Distances from these units are no lengths, or longer than 80,000 km",
    "distance_unknown": "Distances are stated of units or schools that are not listed",
    "joined_to_no_school": "No chain of neighbours leads from these units to any school; state a link to another unit"
    " or an enclave (Rules of drawing, or rules.csv with the rules link and enclave)",
}
SHOWN = 10
# All sums of costs stay within 64 bits: children times what a child without a seat costs (transport.UNSEATED_MM) is
# 5e18 at most; no search adds more than 2^62 for squares (objective.refuse_unreckonable) and 2^61 for strain (lane).
MOST = 5_000_000
FARTHEST_POINT_M = 3e7
FARTHEST_WAY_M = 8e7
MOST_CROSSINGS = 100
LARGEST_CLASS = 1000


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of the input: a stable code and the ids it concerns."""

    code: str
    ids: tuple[str, ...] = ()

    def __str__(self) -> str:
        if not self.ids:
            return WORDS[self.code]
        more = f" and {len(self.ids) - SHOWN} more" if len(self.ids) > SHOWN else ""
        return f"{WORDS[self.code]}: {', '.join(self.ids[:SHOWN])}{more}."


class ProblemFault(ValueError):
    """The input cannot be a zoning problem; `faults` says why."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(" ".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


class UnitLike(Protocol):
    @property
    def unit_id(self) -> str: ...
    @property
    def children(self) -> int: ...
    @property
    def x_m(self) -> float: ...
    @property
    def y_m(self) -> float: ...
    @property
    def later(self) -> tuple[int, ...]: ...


class SchoolLike(Protocol):
    @property
    def school_id(self) -> str: ...
    @property
    def unit_id(self) -> str: ...
    @property
    def seats(self) -> int: ...
    @property
    def group(self) -> str: ...
    @property
    def later(self) -> tuple[int, ...]: ...


class WishesLike(Protocol):
    @property
    def locked(self) -> Mapping[str, str]: ...
    @property
    def forbidden(self) -> Collection[tuple[str, str]]: ...
    @property
    def enclaves(self) -> Collection[tuple[str, str]]: ...
    @property
    def zones_in_force(self) -> Mapping[str, str]: ...
    @property
    def distance_cap_m(self) -> float | None: ...
    @property
    def school_caps_m(self) -> Mapping[str, float]: ...
    @property
    def later_years(self) -> tuple[int, ...]: ...
    @property
    def class_size(self) -> int: ...


def input_faults(
    units: Sequence[UnitLike],
    schools: Sequence[SchoolLike],
    adjacency: Collection[tuple[str, str]],
    wishes: WishesLike,
) -> tuple[Fault, ...]:
    """Return every fault of the parts, each code at most once, ids sorted; empty when all is well.

    Without units or schools that is told alone.
    """
    if not units or not schools:
        return (Fault("no_schools" if units else "no_units"),)
    known_units = {unit.unit_id for unit in units}
    cases: list[tuple[str, Iterable[str]]] = [
        ("unit_twice", _repeated(unit.unit_id for unit in units)),
        ("school_twice", _repeated(school.school_id for school in schools)),
        ("children_negative", (unit.unit_id for unit in units if unit.children < 0)),
        ("seats_negative", (school.school_id for school in schools if school.seats < 0)),
        ("point_missing", (u.unit_id for u in units if not (math.isfinite(u.x_m) and math.isfinite(u.y_m)))),
        ("school_unit_unknown", (s.school_id for s in schools if s.unit_id not in known_units)),
        ("unit_has_two_schools", _units_of_several_zones(schools)),
        ("adjacency_unknown", {end for pair in adjacency for end in pair} - known_units),
        ("later_years_unequal", _unequal(units, schools, len(wishes.later_years))),
        ("point_too_far", (u.unit_id for u in units if _is_far(u.x_m) or _is_far(u.y_m))),
        *_wish_cases(schools, known_units, wishes),
    ]
    faults = [Fault(code, tuple(sorted(ids))) for code, found in cases if (ids := set(found))]
    faults += [Fault("too_many")] * _are_too_many(units, schools)
    caps = [
        *wishes.school_caps_m.values(),
        *([] if wishes.distance_cap_m is None else [wishes.distance_cap_m]),
    ]
    if not all(cap > 0 for cap in caps):
        faults.append(Fault("cap_negative"))
    if not 0 <= wishes.class_size <= LARGEST_CLASS:
        faults.append(Fault("class_size_wrong"))
    return tuple(faults)


def _is_far(metres: float) -> bool:
    return math.isfinite(metres) and abs(metres) > FARTHEST_POINT_M


def _are_too_many(units: Sequence[UnitLike], schools: Sequence[SchoolLike]) -> bool:
    children = sum(max(unit.children, 0) + sum(unit.later) for unit in units)
    return max(children, sum(max(school.seats, 0) + sum(school.later) for school in schools)) > MOST


def matrix_faults(
    units: Iterable[UnitLike], schools: Iterable[SchoolLike], matrix_m: Mapping[tuple[str, str], float]
) -> tuple[Fault, ...]:
    """Return what is wrong with stated distances; an infinite one means that there is no way."""
    codes = ("distance_unknown", "distance_not_usable")
    if isinstance(matrix_m, WalksById):
        wrong = matrix_m.units_beyond(FARTHEST_WAY_M)
        return _pair_faults(units, schools, (matrix_m.unit_index, matrix_m.site_index), wrong, codes)
    wrong = {u for (u, _), m in matrix_m.items() if not (0 <= m <= FARTHEST_WAY_M or m == math.inf)}
    return _pair_faults(units, schools, _ends(matrix_m), wrong, codes)


def crossing_faults(
    units: Iterable[UnitLike], schools: Iterable[SchoolLike], crossings: Mapping[tuple[str, str], int]
) -> tuple[Fault, ...]:
    """Return what is wrong with stated crossings of main roads."""
    wrong = {u for (u, _), count in crossings.items() if not 0 <= count <= MOST_CROSSINGS}
    return _pair_faults(
        units, schools, _ends(crossings), wrong, ("crossings_unknown", "crossings_not_usable")
    )


def _pair_faults(
    units: Iterable[UnitLike],
    schools: Iterable[SchoolLike],
    ends: tuple[Iterable[str], Iterable[str]],
    wrong: set[str],
    codes: tuple[str, str],
) -> tuple[Fault, ...]:
    """Return a fault of units and schools at the ends of pairs that are not listed, and one of wrong values."""
    unknown = set(ends[0]) - {u.unit_id for u in units} | set(ends[1]) - {s.school_id for s in schools}
    cases = zip(codes, (unknown, wrong - unknown), strict=True)
    return tuple(Fault(code, tuple(sorted(ids))) for code, ids in cases if ids)


def _ends(pairs: Collection[tuple[str, str]]) -> tuple[set[str], set[str]]:
    return {unit for unit, _ in pairs}, {school for _, school in pairs}


def _wish_cases(
    schools: Sequence[SchoolLike], known_units: set[str], wishes: WishesLike
) -> list[tuple[str, Iterable[str]]]:
    pairs = [*wishes.locked.items(), *wishes.forbidden, *wishes.enclaves]
    named = {unit_id for unit_id, _ in pairs} | set(wishes.zones_in_force)
    named_schools = {school_id for _, school_id in pairs} | set(wishes.school_caps_m)
    zone_of = {school.school_id: zone_key(school) for school in schools}
    own_zone = {school.unit_id: zone_key(school) for school in schools}
    forbidden = {(unit_id, zone_of.get(school_id)) for unit_id, school_id in wishes.forbidden}
    locked = [(unit_id, zone_of[s]) for unit_id, s in wishes.locked.items() if s in zone_of]
    return [
        ("wish_unknown_unit", named - known_units),
        ("wish_unknown_school", named_schools - {s.school_id for s in schools}),
        ("lock_against_school", (u for u, zone in locked if own_zone.get(u, zone) != zone)),
        ("lock_forbidden", (u for u, zone in locked if (u, zone) in forbidden)),
    ]


def _unequal(units: Sequence[UnitLike], schools: Sequence[SchoolLike], years: int) -> list[str]:
    stated = [(unit.unit_id, unit.later) for unit in units]
    stated += [(school.school_id, school.later) for school in schools]
    return [name for name, later in stated if len(later) != years or min(later, default=0) < 0]


def zone_key(school: SchoolLike) -> tuple[str, str]:
    """Return what schools of one zone have in common: their group, or without one the school itself."""
    return school.group, "" if school.group else school.school_id


def _units_of_several_zones(schools: Sequence[SchoolLike]) -> set[str]:
    return _repeated(unit_id for unit_id, _ in {(school.unit_id, zone_key(school)) for school in schools})


def unreachable_units(indptr: IntArray, neighbours: IntArray, school_unit: IntArray) -> IntArray:
    """Return the units, ascending, from which no chain of neighbours leads to a school's unit."""
    return np.flatnonzero(~reached_units(indptr, neighbours, school_unit)).astype(np.int64)


def reached_units(indptr: IntArray, neighbours: IntArray, school_unit: IntArray) -> npt.NDArray[np.bool_]:
    """Return from which units a chain of neighbours leads to a school's unit, [n_units]."""
    seen = np.zeros(len(indptr) - 1, dtype=np.bool_)
    seen[school_unit] = True
    stack = [int(unit) for unit in school_unit]
    while stack:
        unit = stack.pop()
        for other in neighbours[indptr[unit] : indptr[unit + 1]].tolist():
            if not seen[other]:
                seen[other] = True
                stack.append(other)
    return seen


def _repeated(ids: Iterable[str]) -> set[str]:
    return {name for name, times in Counter(ids).items() if times > 1}
