"""What is said, and which plan is returned, where the search found no lawful plan.

1. What proves that there is none, in an officer's words. 2. The smallest changes after which there is one. 3. The plan
with the least overload: it keeps every rule but seats where any plan does.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from zoning.engine.groundwork import Groundwork
from zoning.engine.judge import PROOFS, Trouble, broken, troubles
from zoning.engine.problem import IntArray, Problem
from zoning.engine.reasons import with_reasons
from zoning.engine.relaxing import Answer, fewest_changes, lacking_seats
from zoning.engine.remedies import Kind, Relief, Remedy, Untold, changes_of, only_seats, relieved
from zoning.engine.switches import has_rules
from zoning.engine.trying import Search, Tried, few_changes
from zoning.engine.ways import MOST_PAIRS

FEW_PAIRS = 60
LINK_CODES = frozenset({"link"})
RULE_CODES = frozenset({"lock", "forbid", "cap", "school_cap", "township"})


@dataclass(frozen=True, slots=True)
class Explained:
    """The plan to return, lawful where there are no troubles; what is wrong with it and why; what would help."""

    zone: IntArray
    troubles: tuple[Trouble, ...]
    remedies: tuple[Remedy, ...] = ()


def explained(
    problem: Problem, zone: IntArray, ground: Groundwork, search: Search, should_stop: Callable[[], bool]
) -> Explained:
    """Return what is to say of a plan that breaks rules.

    With at most FEW_PAIRS pairs of unit and zone an integer program finds a lawful plan that the search missed, the
    least overload and the smallest changes, and proves them. With at most MOST_PAIRS small sets are looked for.
    """
    told = with_reasons(problem, troubles(problem, zone, ground), should_stop)
    pairs = problem.n_units * problem.n_zones
    if pairs <= FEW_PAIRS:
        return _exactly(problem, zone, ground, told, search, should_stop)
    is_proven = any(trouble.code in PROOFS for trouble in told)
    found = [*_of_plan(problem, zone, max(_surely_lacking(problem, ground), int(is_proven)))]
    if pairs > MOST_PAIRS:
        kinds = (Kind.LINKS, Kind.RULES) if has_rules(problem) else (Kind.LINKS,)
        return Explained(
            zone, told, (*found, *(Remedy(kind, (), untold=Untold.TOO_LARGE.value) for kind in kinds))
        )
    for kind in (Kind.LINKS, Kind.RULES):
        found += _tried(few_changes(problem, zone, kind, search, should_stop, int(is_proven)), problem, kind)
    if not any(one.zone is not None for one in found):
        every = _tried(few_changes(problem, zone, Kind.ALL, search, should_stop, 0), problem, Kind.ALL)
        found = by_their_kind(found, every)
    return Explained(zone, told, tuple(found))


def by_their_kind(found: list[Remedy], every: list[Remedy]) -> list[Remedy]:
    """Return all remedies; links or rules alone, found where seats were free too, are told as what they are."""
    for one in every:
        for kind, codes in ((Kind.LINKS, LINK_CODES), (Kind.RULES, RULE_CODES)):
            if one.changes and all(change.code in codes for change in one.changes):
                found = [other for other in found if other.kind is not kind]
                return [*found, replace(one, kind=kind)]
    return [*found, *every]


def _tried(tried: Tried, problem: Problem, kind: Kind) -> list[Remedy]:
    """Return what was found, or why nothing was; nothing where it is proven that no changes of the kind are enough."""
    if tried.untold is Untold.NONE_ENOUGH:
        return []
    if tried.untold or tried.relief is None:
        return [Remedy(kind, (), tried.least, untold=str(tried.untold or ""))]
    changes = changes_of(problem, tried.relief)
    return [Remedy(kind, changes, tried.least, tried.is_smallest, tried.zone, tried.none_spare)]


def _exactly(
    problem: Problem,
    zone: IntArray,
    ground: Groundwork,
    told: tuple[Trouble, ...],
    search: Search,
    should_stop: Callable[[], bool],
) -> Explained:
    answer = fewest_changes(problem, zone, Kind.SEATS, should_stop)
    seats = _seats(problem, zone, answer, search)
    if seats and seats.zone is not None and _is_better(problem, seats.zone, zone):
        zone = seats.zone
        told = with_reasons(problem, troubles(problem, zone, ground), should_stop)
    if not told:
        return Explained(zone, ())
    if _is_none_lawful(answer) and not any(trouble.code in PROOFS for trouble in told):
        told = (Trouble("zones_do_not_join"), *(one for one in told if one.code != "none_found"))
    others = [_other(problem, zone, kind, search, should_stop) for kind in (Kind.LINKS, Kind.RULES)]
    found = tuple(one for one in (seats, *others) if one)
    if not any(one.zone is not None for one in found):
        every = _other(problem, zone, Kind.ALL, search, should_stop)
        found = (*found, *([every] if every else []))
    return Explained(zone, told, found)


def _is_none_lawful(answer: Answer | None) -> bool:
    """Say whether seats are proven to be needed, or to be no help."""
    return answer is None or answer.least > 0


def _is_better(problem: Problem, zone: IntArray, than: IntArray) -> bool:
    """Say whether a plan that breaks no rule but seats lacks fewer of them, or the other one breaks another rule."""
    lacks, lacked = (int(lacking_seats(problem, one).sum()) for one in (zone, than))
    return lacks < lacked or bool(_but_seats(problem, than))


def _but_seats(problem: Problem, zone: IntArray) -> tuple[Trouble, ...]:
    """Return which rules the plan would break with all the seats it lacks."""
    return broken(relieved(problem, only_seats(lacking_seats(problem, zone))), zone)


def _surely_lacking(problem: Problem, ground: Groundwork) -> int:
    """Return the seats that are lacking even if units could be divided: all together each year, or within reach."""
    lacking = np.maximum(problem.kept_children.sum(axis=0) - problem.kept_seats.sum(axis=0), 0)
    return int(lacking.sum() or ground.relaxed.unseated.sum())


def _of_plan(problem: Problem, zone: IntArray, least: int) -> tuple[Remedy, ...]:
    """Return the seats that the plan lacks as a remedy, where it breaks no other rule."""
    if _but_seats(problem, zone):
        return ()
    seats = lacking_seats(problem, zone)
    changes = changes_of(problem, only_seats(seats))
    return (Remedy(Kind.SEATS, changes, least, int(seats.sum()) == least, zone),)


def _seats(problem: Problem, zone: IntArray, answer: Answer | None, search: Search) -> Remedy | None:
    """Return the fewest seats known to be enough: those chosen, or those that the plan lacks."""
    if answer is None:
        return None
    found = [*_of_plan(problem, zone, answer.least)]
    chosen = _remedy(problem, zone, Kind.SEATS, answer, search)
    if chosen and (chosen.zone is not None or not found):
        found.append(chosen)
    return min(found, key=lambda one: sum(change.seats for change in one.changes), default=None)


def _other(
    problem: Problem, zone: IntArray, kind: Kind, search: Search, should_stop: Callable[[], bool]
) -> Remedy | None:
    answer = fewest_changes(problem, zone, kind, should_stop)
    return _remedy(problem, zone, kind, answer, search) if answer else None


def _remedy(problem: Problem, zone: IntArray, kind: Kind, answer: Answer, search: Search) -> Remedy | None:
    """Return what was chosen as a remedy, with a plan where one is found; None where nothing was chosen."""
    if answer.relief is None or answer.zone is None:
        return None
    lawful = answer.zone if answer.is_joined else None
    if kind is Kind.SEATS or not answer.is_joined:  # the plan with the fewest seats more is one to return
        changed = relieved(problem, answer.relief)
        found = search(changed, zone if lawful is None else lawful)
        lawful = lawful if broken(changed, found) else found
    if lawful is None and not _is_any(answer.relief):
        return None
    smallest = answer.is_smallest
    return Remedy(kind, changes_of(problem, answer.relief), answer.least, smallest, lawful, smallest)


def _is_any(relief: Relief) -> bool:
    return bool(relief.size() or relief.seats.any())
