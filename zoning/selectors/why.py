"""Why this estate is in its zone: where other schools are, and what it would mean to put it into a zone beside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from geo_data.selectors.units import NoSuchUnit
from zoning.engine.explain import Consequence, consequences
from zoning.models import ZonePlan
from zoning.selectors.what_if import Question, load_question


@dataclass(frozen=True, slots=True)
class Why:
    """An estate in its plan; zones by code, metres to the nearest school of each, None where there is no way.

    nearer -- the nearest zone where that is another one, None where no zone is nearer
    beside -- what each neighbouring zone would mean, nearest first
    roads  -- main roads crossed on the way to the nearest school of its zone and of those beside; empty where they
              were not counted
    """

    unit: str
    zone: str
    children: int
    metres: int | None
    zone_children: int
    seats: int
    nearer: str | None
    metres_nearer: int | None
    beside: tuple[Consequence, ...]
    roads: Mapping[str, int]


def explain_in_plan(plan: ZonePlan, unit_code: str) -> Why:
    """Return the same as `explain_unit`, counted with the children and seats of the plan.

    Raises NoSuchUnit and DistrictCannotBeZoned.
    """
    return explain_unit(load_question(plan), unit_code)


def explain_unit(question: Question, unit_code: str) -> Why:
    """Return where the unit is, and what the zones beside it would mean. Raises NoSuchUnit."""
    problem, zone = question.problem, question.zone
    if unit_code not in question.content.zone_of:
        raise NoSuchUnit("the plan has no such unit", unit=unit_code)
    unit = problem.unit_ids.index(unit_code)
    metres = problem.distance_from(np.array([unit]))[0]
    own, nearest = int(zone[unit]), int(np.argmin(metres))
    beside = consequences(problem, zone, unit_code)
    is_nearer = bool(metres[nearest] < metres[own])
    return Why(
        unit=unit_code,
        zone=problem.zone_ids[own],
        children=int(problem.children[unit]),
        metres=_whole(metres[own]),
        zone_children=int(problem.children[zone == own].sum()),
        seats=int(problem.seats[own]),
        nearer=problem.zone_ids[nearest] if is_nearer else None,
        metres_nearer=_whole(metres[nearest]) if is_nearer else None,
        beside=beside,
        roads=_roads(question, unit_code, [problem.zone_ids[own], *(one.school_id for one in beside)]),
    )


def _roads(question: Question, unit_code: str, zones: Sequence[str]) -> dict[str, int]:
    ways = question.basis.ways
    if ways is None or ways.crossings is None:
        return {}
    schools = {site.code: [school.code for school in site.schools] for site in question.sites}
    return {zone: ways.to_nearest(unit_code, schools[zone])[1] for zone in zones}


def _whole(metres: float) -> int | None:
    return int(metres) if np.isfinite(metres) else None
