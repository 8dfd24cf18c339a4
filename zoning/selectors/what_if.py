"""What if: where seats are worth most, where more of them or a new school would help, which borders are uncertain.

Everything is worked out from the versions that the plan pins. What seats are worth and what more of them gain is told
by the relaxation that splits estates (docs/zoning.md, what if): the most that an ideal plan could gain.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from common.errors import MalformedInput
from geo_data.selectors.units import list_units
from zoning.engine.borders import Border, uncertain_borders
from zoning.engine.groundwork import lay_ground
from zoning.engine.objective import NEAREST
from zoning.engine.problem import MM_PER_METRE, IntArray, Problem
from zoning.engine.siting import Gain, best_units_for_school, best_zones_for_seats
from zoning.models import ZonePlan
from zoning.selectors.basis import PlanBasis, load_pinned_basis
from zoning.selectors.plans import PlanContent, plan_content
from zoning.selectors.problem import ZoneSite, problem_of, sites_of_groups

SHOWN = 5
# No way is longer; the price of a seat that a child lacks is.
LONGEST_MM = 10**11


class UnknownCandidates(MalformedInput):
    """A list of candidate sites names estates that the plan does not know."""

    code = "unknown_candidates"


@dataclass(frozen=True, slots=True)
class Question:
    """A plan with all that its questions need; `names` are those of units and zones by code.

    zone -- [n_units] zone index of every unit of the problem
    """

    basis: PlanBasis
    sites: tuple[ZoneSite, ...]
    content: PlanContent
    problem: Problem
    zone: IntArray
    names: dict[str, str]


@dataclass(frozen=True, slots=True)
class SeatWorth:
    """A zone and the most that one more seat in it saves, child-metres; 0 where seats are free.

    seats_a_child -- one more seat seats a child who has none, which no number of metres tells
    """

    zone_id: str
    metres: int
    seats_a_child: bool


def load_question(plan: ZonePlan) -> Question:
    """Return the plan as the engine sees it. Raises DistrictCannotBeZoned."""
    content, basis = plan_content(plan), load_pinned_basis(plan)
    sites = sites_of_groups(basis, [[s.code for s in zone.schools] for zone in content.zones.values()])
    problem = problem_of(basis, sites, {})
    index = {code: i for i, code in enumerate(problem.zone_ids)}
    zone = np.array([index[content.zone_of[unit]] for unit in problem.unit_ids], dtype=np.int64)
    names = {zone.code: zone.name for zone in content.zones.values()}
    names |= dict(list_units(plan.units_dataset).values_list("code", "name"))
    return Question(basis, sites, content, problem, zone, names)


def list_seat_worths(question: Question) -> tuple[SeatWorth, ...]:
    """Return what one more seat is worth at most, by zone, the most first, ties by code."""
    prices = _prices(question)
    worths = (
        SeatWorth(zone_id, price // MM_PER_METRE, price > LONGEST_MM)
        for zone_id, price in zip(question.problem.zone_ids, prices, strict=True)
    )
    return tuple(sorted(worths, key=lambda worth: (-worth.metres, worth.zone_id)))


def list_uncertain_borders(question: Question, percent: int) -> tuple[Border, ...]:
    """Return the borders with estates that would cost at most so many per cent more on the other side."""
    return uncertain_borders(question.problem, question.zone, _prices(question), percent=percent)


def list_best_zones(question: Question, seats: int) -> tuple[Gain, ...]:
    """Return the zones in which so many more seats would gain most, by the plan's own distances."""
    return best_zones_for_seats(question.problem, seats, shown=SHOWN)


def list_best_sites(question: Question, seats: int, among: Collection[str] | None = None) -> tuple[Gain, ...]:
    """Return the estates in which a new school with so many seats would gain most, by straight lines.

    Walks to a school that does not stand yet were not measured; so straight lines count before and after.
    Raises UnknownCandidates.
    """
    unknown = sorted(set(among or ()) - set(question.problem.unit_ids))
    if unknown:
        raise UnknownCandidates("the plan knows no such estates", units=unknown)
    straight = problem_of(replace(question.basis, ways=None), question.sites, {})
    return best_units_for_school(straight, seats, shown=SHOWN, among=among)


def _prices(question: Question) -> list[int]:
    ground = lay_ground(question.problem, NEAREST)
    prices: list[int] = (ground.relaxed.prices * question.problem.walks_a_seat).tolist()
    return prices
