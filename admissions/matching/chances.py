"""Chances before choosing: the same round drawn again and again with fresh tickets."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from admissions.matching.arrays import Market, market_of, order_of
from admissions.matching.checks import refuse_faults
from admissions.matching.filling import fill
from admissions.matching.kernels import Integers
from admissions.matching.records import Bid, RoundInput

# A range from nearly always less to nearly always more.
LOW, HIGH = 5, 95
UNSEEN = -1  # the percentage of a draw in which nobody came

OrderOf = Callable[[Bid], int]
Spills = Mapping[str, tuple[int, str | None]]
Watch = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Chance:
    """What became of the children of one order at one line, over many draws.

    choice      -- the family's choice that the line was, 1 is the first; 0: whichever it was
    order       -- rank or tier at the line, 1 is the first; 0: whatever it was
    children    -- who listed the line so
    came        -- of them, children without a place higher on their list: mean over the draws, rounded down
    share       -- of those who came, admitted there, in percent over all draws, rounded down
    low, high   -- the same in a bad and in a good draw: 5 and 95 in a hundred draws lie below
    """

    line_id: str
    choice: int
    order: int
    children: int
    came: int
    share: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Redraws:
    """Draws of one round, counted by kind: k kinds (line index, choice, order), sorted; d draws.

    children   -- [k] who listed the line so
    came, met  -- [d, k] of them, who had no place higher on their list, and who was admitted there
    """

    line_ids: Sequence[str]
    kinds: Integers
    children: Integers
    came: Integers
    met: Integers


def by_rank(bid: Bid) -> int:
    """Return the rank: children whom only the ticket tells apart."""
    return bid.rank


def by_tier(bid: Bid) -> int:
    """Return the tier: children of one category."""
    return bid.tier


def unwatched(done: int, total: int) -> None:
    """Tell nobody how far it is."""


def chances(
    round_input: RoundInput, *, draws: int = 1000, seed: int, order_of_bid: OrderOf = by_rank
) -> tuple[Chance, ...]:
    """Return the chance of every line, choice and order, by line, choice, order.

    Raises MalformedRound when the round has faults.
    Source: docs/simulating.md.
    """
    return chances_of(redraw(round_input, draws=draws, seed=seed, order_of_bid=order_of_bid))


def redraw(
    round_input: RoundInput,
    *,
    draws: int,
    seed: int,
    order_of_bid: OrderOf = by_rank,
    watch: Watch = unwatched,
    spills: Spills | None = None,
) -> Redraws:
    """Return what became of the children in every draw.

    Each draw gives every ball a fresh ticket per ticket of the round: bids that share a ticket keep
    sharing one. Coordinated placement is left out: nobody can count on it.
    watch  -- is told (draws done, draws) after every draw
    spills -- by line: the tiers of its own. A child beyond them did not list the line; when it is admitted there, that
              counts as a success at the line named (to which the seats of a reserve spill), or nowhere.
    Raises MalformedRound when the round has faults.
    Source: docs/simulating.md.
    """
    refuse_faults(round_input)
    plan = round_input.plan
    applicants = sorted(round_input.applicants, key=lambda applicant: applicant.receipt)
    lines = sorted(plan.lines, key=lambda line: line.line_id)
    market = market_of(plan, applicants)
    bids = [bid for applicant in applicants for bid in applicant.bids]
    counts = _counting_bid(market, bids, spills or {})
    is_own = counts == np.arange(counts.size)
    kinds, kind, children = _kinds(market, bids, order_of_bid, is_own)
    generator = np.random.default_rng(seed)
    competes = np.flatnonzero(market.competes & is_own)
    came = np.zeros((draws, len(kinds)), dtype=np.int32)
    met = np.zeros((draws, len(kinds)), dtype=np.int32)
    child = market.child
    for draw in range(draws):
        placed = fill(_drawn_again(market, generator), lines, plan.stages).placed
        # A child comes to a line unless it has a place at a bid before it.
        own = placed[child[competes]]
        comes = competes[(own < 0) | (own >= competes)]
        came[draw] = np.bincount(kind[comes], minlength=len(kinds))
        won = counts[placed[placed >= 0]]
        met[draw] = np.bincount(kind[won[won >= 0]], minlength=len(kinds))
        watch(draw + 1, draws)
    return Redraws(market.line_ids, kinds, children, came, met)


def chances_of(redraws: Redraws) -> tuple[Chance, ...]:
    """Return the chance of every kind, by line, choice, order.

    A draw in which nobody came says nothing of the chance; a kind to which nobody ever came has none: 0.
    Source: docs/simulating.md.
    """
    draws = len(redraws.came)
    came, met = redraws.came.sum(axis=0, dtype=np.int64), redraws.met.sum(axis=0, dtype=np.int64)
    low, high = _percentiles(redraws)
    return tuple(
        Chance(
            redraws.line_ids[line],
            choice,
            order,
            int(redraws.children[i]),
            int(came[i]) // draws,
            100 * int(met[i]) // max(int(came[i]), 1),
            int(low[i]),
            int(high[i]),
        )
        for i, (line, choice, order) in enumerate(redraws.kinds.tolist())
    )


def _counting_bid(market: Market, bids: Sequence[Bid], spills: Spills) -> Integers:
    """Return [b] the bid that a success counts for: the same, that of the child at the open line, or -1 for none."""
    counts = np.arange(len(bids), dtype=np.int64)
    if not spills:
        return counts
    child = market.child
    at = {(int(child[i]), bid.line_id): i for i, bid in enumerate(bids)}
    for i, bid in enumerate(bids):
        own_tiers, counts_at = spills.get(bid.line_id, (bid.tier, None))
        if bid.tier > own_tiers:
            counts[i] = -1 if counts_at is None else at[int(child[i]), counts_at]
    return counts


def _kinds(
    market: Market, bids: Sequence[Bid], order_of_bid: OrderOf, is_own: Integers
) -> tuple[Integers, Integers, Integers]:
    """Return the distinct (line, choice, order) of own bids that compete, [b] the kind of each, children of each."""
    choice = np.array([bid.choice for bid in bids], dtype=np.int64)
    order = np.array([order_of_bid(bid) for bid in bids], dtype=np.int64)
    all_kinds = np.stack((market.line.astype(np.int64), choice, order), axis=1)
    told = market.competes & is_own
    kinds, inverse, children = np.unique(all_kinds[told], axis=0, return_inverse=True, return_counts=True)
    kind = np.zeros(choice.size, dtype=np.int64)
    kind[told] = inverse.reshape(-1)
    return kinds, kind, children


def _drawn_again(market: Market, generator: np.random.Generator) -> Market:
    fresh = generator.permutation(int(market.ticket.max(initial=0)) + 1).astype(np.int32)
    ticket = fresh[market.ticket]
    return replace(market, ticket=ticket, order=order_of(ticket, market.child))


def _percentiles(redraws: Redraws) -> tuple[Integers, Integers]:
    """Return [k] the nearest-rank percentiles over the draws in which somebody came, in whole percent."""
    came = redraws.came
    percent = np.where(came > 0, 100 * redraws.met.astype(np.int64) // np.maximum(came, 1), UNSEEN)
    percent.sort(axis=0)  # unseen draws first
    seen = (came > 0).sum(axis=0)
    return _nearest(percent, seen, LOW), _nearest(percent, seen, HIGH)


def _nearest(percent: Integers, seen: Integers, of_hundred: int) -> Integers:
    row = len(percent) - seen + np.maximum((seen * of_hundred + 99) // 100, 1) - 1
    found: Integers = percent[np.minimum(row, len(percent) - 1), np.arange(seen.size)]
    return np.where(found == UNSEEN, 0, found)


__all__ = [
    "Chance",
    "Redraws",
    "by_rank",
    "by_tier",
    "chances",
    "chances_of",
    "redraw",
    "unwatched",
]
