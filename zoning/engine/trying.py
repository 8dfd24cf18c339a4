"""One link or rule whose change makes a lawful plan possible, found by trying, where an integer program is too slow.

Changes are tried one by one, those first that leave fewest children without a seat in the relaxation, then shorter
links; never more than TRIES, so that an answer comes soon. Several changes at once are not tried.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np

from zoning.engine.groundwork import lay_ground
from zoning.engine.judge import Trouble
from zoning.engine.objective import NEAREST
from zoning.engine.problem import NOWHERE, BoolArray, IntArray, Problem
from zoning.engine.relaxing import cap_names, lacking_seats, near_pairs, relief_of
from zoning.engine.remedies import Kind, Relief, only_seats, relieved

TRIES = 5
SCREENED = 20
FARTHEST_M = 80_000_000
# Troubles that name units which a link would help.
APART = {"part_short", "out_of_reach", "shut_in", "cut_off"}
# Returns a plan that is lawful in a problem, found from the plan given, or None.
Search = Callable[[Problem, IntArray], IntArray | None]


def one_change(
    problem: Problem,
    zone: IntArray,
    told: Sequence[Trouble],
    kind: Kind,
    search: Search,
    should_stop: Callable[[], bool],
) -> tuple[Relief, IntArray] | None:
    """Return one link (LINKS) or one lifted rule (RULES) and a plan that is lawful with it; None where none was found.

    zone -- [n_units] the plan to begin with; told -- what is wrong with it
    """
    some = list(_links(problem, told) if kind is Kind.LINKS else _rules(problem, zone))[:SCREENED]
    lost = []
    for one in some:
        if should_stop():
            return None
        lost.append(_unseated(relieved(problem, one)))
    for at in sorted(range(len(some)), key=lambda at: lost[at])[:TRIES]:
        if lost[at] or should_stop():
            return None
        found = search(relieved(problem, some[at]), zone)
        if found is not None:
            return replace(relief_of(problem, found, [*some[at].caps]), links=some[at].links), found
    return None


def _unseated(problem: Problem) -> int:
    return int(lay_ground(problem, NEAREST).relaxed.unseated.sum())


def _nothing(problem: Problem) -> Relief:
    return only_seats(np.zeros_like(problem.kept_seats))


def _links(problem: Problem, told: Sequence[Trouble]) -> Iterable[Relief]:
    """Yield the links that would lead out of units which are said to lie apart, the shortest first."""
    lost = {unit for trouble in told if trouble.code in APART for unit in trouble.unit_ids}
    is_lost = np.isin(np.array(problem.unit_ids), list(lost))
    pairs = near_pairs(problem)
    pairs = pairs[is_lost[pairs[:, 0]] != is_lost[pairs[:, 1]]]
    one, other = pairs.T
    metres = np.hypot(problem.x_m[one] - problem.x_m[other], problem.y_m[one] - problem.y_m[other])
    for at in np.lexsort((other, one, metres)).tolist():
        yield replace(_nothing(problem), links=pairs[at : at + 1])


def _rules(problem: Problem, zone: IntArray) -> Iterable[Relief]:
    """Yield the caps and townships, then locks of units in zones that lack seats, then forbidden pairs of these."""
    nothing = _nothing(problem)
    is_full: BoolArray = np.any(lacking_seats(problem, zone) > 0, axis=1)
    if problem.distance_cap_m is not None or problem.own_cap_m is not None:
        for cap in sorted(set(cap_names(problem))):
            if cap != NOWHERE or problem.distance_cap_m is not None:
                yield replace(nothing, caps={cap: FARTHEST_M})
    if problem.townships_kept:
        yield replace(nothing, keeps_townships=False)
    for unit in np.flatnonzero((problem.locked != NOWHERE) & is_full[problem.locked]).tolist():
        yield replace(nothing, locked=np.array([unit]))
    for unit, school in problem.forbidden.tolist():
        if is_full[zone[unit]] and not is_full[school]:
            yield replace(nothing, forbidden=np.array([[unit, school]]))
