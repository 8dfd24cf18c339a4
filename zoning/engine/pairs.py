"""Which pairs of unit and zone to open when plans are merged.

Those of as many plans as there is room for, best first: the plans agree about the rest. Or all pairs of all plans
around one unit, with the cheap ones there that no plan has: what every start has missed. Or those that the stronger
bound rises least with, wherever they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order

from zoning.engine.bound_kernel import FAR
from zoning.engine.compiling import draw
from zoning.engine.field import Field
from zoning.engine.problem import IntArray

UNITS_A_PAIR = 6
PAIRS_A_UNIT = 2
# So many units for each pair that may be opened are looked at.
NEAR = 4
# So many times the pairs that may be opened are shuffled.
LOOKED_AT = 2


@dataclass(frozen=True, slots=True)
class Pairs:
    """Open pairs of unit and zone, in order; `at` is the place of each. A unit has all its pairs or none.

    base -- [n_units] the best plan, where units without pairs stay
    """

    base: IntArray
    unit: IntArray
    zone: IntArray
    at: dict[tuple[int, int], int]


def most_pairs(field: Field) -> int:
    """Return how many pairs to open: lumpy zones are hard to choose for, and small ones need no more."""
    return min(max(150, len(field.children) // UNITS_A_PAIR), 400)


def open_pairs(plans: Sequence[IntArray], n_zones: int, most: int) -> Pairs:
    """Return the pairs of as many plans as keep their number within `most`, in the order of the plans."""
    base = plans[0]
    moves: frozenset[int] = frozenset()
    for plan in plans[1:]:
        units = np.flatnonzero(plan != base)
        wider = moves | frozenset((units * n_zones + plan[units]).tolist())
        if len(wider) + len({move // n_zones for move in wider}) <= most:
            moves = wider
    stays = {unit * n_zones + int(base[unit]) for unit in {move // n_zones for move in moves}}
    return _as_pairs(base, np.array(sorted(moves | stays), dtype=np.int64), n_zones)


def pairs_around(field: Field, plans: Sequence[IntArray], cheap: IntArray, centre: int, most: int) -> Pairs:
    """Return all pairs of the plans, and the cheap ones, of the units nearest to `centre`: `most` at most.

    cheap -- pairs as unit x n_zones + zone; near is what few borders lie between
    """
    n, n_zones = len(field.children), len(field.seats)
    graph = csr_array((np.ones(len(field.near), dtype=np.int8), field.near, field.indptr), shape=(n, n))
    nearest = breadth_first_order(graph, centre, return_predecessors=False)[: NEAR * most]
    known = [nearest * n_zones + plan[nearest] for plan in plans]
    pairs = np.unique(np.concatenate([*known, cheap[np.isin(cheap // n_zones, nearest)]]))
    of_unit = np.bincount(pairs // n_zones, minlength=n)
    nearest = nearest[of_unit[nearest] > 1]
    chosen = nearest[np.cumsum(of_unit[nearest]) <= most]
    return _as_pairs(plans[0], pairs[np.isin(pairs // n_zones, chosen)], n_zones)


def least_losses(base: IntArray, losses: IntArray, most: int, rng: npt.NDArray[np.uint64] | None) -> Pairs:
    """Return the pairs that lose least, with those of `base` for their units: `most` at most.

    losses -- [n_units, n_zones] as in `pair_losses`; rng -- dice for the order: a pair in it may lose half, a quarter
    and so on, of what it does; None for the true order
    """
    n_zones = losses.shape[1]
    loses = losses.copy()
    loses[np.arange(len(base)), base] = FAR
    pairs = np.argsort(loses, axis=None, kind="stable")[: LOOKED_AT * most]
    pairs = pairs[loses.ravel()[pairs] < FAR]
    if rng is not None:
        halved = np.array([draw(rng) & 3 for _ in range(len(pairs))], dtype=np.int64)
        pairs = pairs[np.argsort(loses.ravel()[pairs] >> halved, kind="stable")]
    first = np.unique(pairs // n_zones, return_index=True)[1]
    taken = np.ones(len(pairs), dtype=np.int64)
    taken[first] = 2  # with the pair that its unit has
    pairs = pairs[np.cumsum(taken) <= most]
    units = np.unique(pairs // n_zones)
    return _as_pairs(base, np.sort(np.concatenate([pairs, units * n_zones + base[units]])), n_zones)


def cheap_pairs(field: Field) -> IntArray:
    """Return the pairs that cost least beyond their unit's cheapest, as unit x n_zones + zone; PAIRS_A_UNIT on average.

    Costs are those at seat prices. Units of schools have none, and nothing forbidden is among them.
    """
    n, n_zones = len(field.children), len(field.seats)
    zones = np.broadcast_to(np.arange(n_zones), (n, n_zones)) if field.is_whole else field.zones
    loss = field.cost + field.price[zones] * field.demand[:, None] - field.ideal[:, None]
    may = (field.cost < field.beyond[:, None]) & (field.fixed == 0)[:, None] & (zones >= 0)
    pairs = np.flatnonzero(may)
    pairs = pairs[np.argsort(loss.ravel()[pairs], kind="stable")[: PAIRS_A_UNIT * n]]
    found: IntArray = pairs // zones.shape[1] * n_zones + zones.ravel()[pairs]
    return found


def _as_pairs(base: IntArray, pairs: IntArray, n_zones: int) -> Pairs:
    unit, zone = np.divmod(pairs, n_zones)
    at = {pair: i for i, pair in enumerate(zip(unit.tolist(), zone.tolist(), strict=True))}
    return Pairs(base, unit, zone, at)
