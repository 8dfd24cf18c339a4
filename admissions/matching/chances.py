"""Chances before choosing: the same round drawn again and again with fresh tickets."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from admissions.matching.arrays import Market, market_of, order_of
from admissions.matching.checks import refuse_faults
from admissions.matching.filling import fill
from admissions.matching.kernels import Integers
from admissions.matching.records import RoundInput

# A range from nearly always less to nearly always more.
LOW, HIGH = 5, 95


@dataclass(frozen=True, slots=True)
class Chance:
    """What became of the children of one rank at one line, over many draws.

    children    -- who listed the line at that rank and choice
    share       -- of them admitted there, in percent over all draws, rounded down
    low, high   -- the same in a bad and in a good draw: 5 and 95 in a hundred draws lie below
    """

    line_id: str
    choice: int
    rank: int
    children: int
    share: int
    low: int
    high: int


def chances(round_input: RoundInput, *, draws: int = 1000, seed: int) -> tuple[Chance, ...]:
    """Return the chance of every line, choice and rank, by line, choice, rank.

    Each draw gives every ball a fresh ticket per ticket of the round: bids that share a ticket keep
    sharing one. Coordinated placement is left out: nobody can count on it.
    Raises MalformedRound when the round has faults.
    """
    refuse_faults(round_input)
    plan = round_input.plan
    applicants = sorted(round_input.applicants, key=lambda applicant: applicant.receipt)
    lines = sorted(plan.lines, key=lambda line: line.line_id)
    market = market_of(plan, applicants)
    choice = np.array([bid.choice for applicant in applicants for bid in applicant.bids], dtype=np.int64)
    kinds, kind, children = _kinds(market, choice)
    generator = np.random.default_rng(seed)
    met = np.zeros((draws, len(kinds)), dtype=np.int64)
    for draw in range(draws):
        placed = fill(_drawn_again(market, generator), lines, plan.stages).placed
        met[draw] = np.bincount(kind[placed[placed >= 0]], minlength=len(kinds))
    total, low, high = met.sum(axis=0), _percentile(met, LOW), _percentile(met, HIGH)
    return tuple(
        Chance(
            market.line_ids[line],
            int(number),
            int(rank),
            int(children[i]),
            int(100 * total[i] // (draws * children[i])),
            int(100 * low[i] // children[i]),
            int(100 * high[i] // children[i]),
        )
        for i, (line, number, rank) in enumerate(kinds)
    )


def _kinds(market: Market, choice: Integers) -> tuple[Sequence[Sequence[int]], Integers, Integers]:
    """Return the distinct (line, choice, rank) of bids that compete, [b] the kind of each, children of each."""
    all_kinds = np.stack((market.line.astype(np.int64), choice, market.rank.astype(np.int64)), axis=1)
    kinds, children = np.unique(all_kinds[market.competes], axis=0, return_counts=True)
    kind = np.zeros(choice.size, dtype=np.int64)
    kind[market.competes] = np.unique(all_kinds[market.competes], axis=0, return_inverse=True)[1].reshape(-1)
    return kinds.tolist(), kind, children


def _drawn_again(market: Market, generator: np.random.Generator) -> Market:
    fresh = generator.permutation(int(market.ticket.max(initial=0)) + 1).astype(np.int32)
    ticket = fresh[market.ticket]
    return replace(market, ticket=ticket, order=order_of(ticket, market.child))


def _percentile(met: Integers, percent: int) -> Integers:
    """Return [kinds] the nearest-rank percentile over the draws."""
    found: Integers = np.percentile(met, percent, axis=0, method="inverted_cdf")
    return found
