"""The stages of a round over arrays."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from admissions.matching.arrays import Market
from admissions.matching.deferral import Asking, defer
from admissions.matching.kernels import Integers
from admissions.matching.records import PRIVATE_TRACK, Line, LoserRule, Stage


@dataclass(frozen=True, slots=True)
class Filled:
    """A round after its stages.

    placed    -- [n] the bid that was met, or -1
    standing  -- [b] (rank as it counted << 32) + order of (ticket, receipt); -1 if the bid never stood
    behind    -- [n] a loser rule put the child behind
    struck    -- [b] struck to keep a group together; struck_order: (group, line) one after the other
    last      -- [m] the bid of the last child admitted where every seat is taken, else -1
    """

    placed: Integers
    standing: Integers
    behind: Integers
    struck: Integers
    struck_order: tuple[tuple[int, int], ...]
    last: Integers


def fill(market: Market, lines: Sequence[Line], stages: Sequence[Stage]) -> Filled:
    """Fill the stages one after another; `lines` in the order of market.line_ids."""
    children, bids = len(market.receipts), market.line.size
    private = np.array([line.track == PRIVATE_TRACK for line in lines], dtype=np.bool_)
    state = Filled(
        placed=np.full(children, -1, dtype=np.int32),
        standing=np.full(bids, -1, dtype=np.int64),
        behind=np.zeros(children, dtype=np.bool_),
        struck=np.zeros(bids, dtype=np.bool_),
        struck_order=(),
        last=np.full(len(lines), -1, dtype=np.int32),
    )
    seats = np.array([line.seats for line in lines], dtype=np.int32)
    struck: list[tuple[int, int]] = []
    tried_private = np.zeros(children, dtype=np.bool_)
    child = market.child
    for stage in stages:
        here = np.isin(np.array(market.line_ids), stage.line_ids)
        struck += _fill_stage(
            market, child, state, stage.losers, here, np.where(here, seats, 0), tried_private
        )
        tried_private[child[market.competes & (here & private)[market.line]]] = True
    return Filled(state.placed, state.standing, state.behind, state.struck, tuple(struck), state.last)


def _fill_stage(
    market: Market,
    child: Integers,
    state: Filled,
    rule: LoserRule,
    here: Integers,
    seats: Integers,
    tried_private: Integers,
) -> tuple[tuple[int, int], ...]:
    """Place the stage's children in `state`; `child` [b], `here` [m] lines of the stage."""
    in_stage = market.competes & here[market.line]
    highest = int(market.rank[in_stage].max(initial=0))
    bids = np.flatnonzero(in_stage & (state.placed < 0)[child])
    rank = market.rank[bids].astype(np.int64)
    if rule is not LoserRule.CLASS_KEPT:
        lost = tried_private[child[bids]]
        state.behind[child[bids[lost]]] = True
        loser_rank = market.loser_rank[bids] if rule is LoserRule.SAME_CLASS_LAST else rank + highest
        rank = np.where(lost, loser_rank, rank)
    state.standing[bids] = rank << 32 | market.order[bids]
    offsets = np.searchsorted(bids, market.offsets).astype(np.int32)
    asking = Asking(
        offsets,
        market.line[bids],
        state.standing[bids],
        seats,
        market.ticket[bids],
        _groups(market, state.placed),
    )
    held, struck = defer(asking)
    met = held.placed >= 0
    state.placed[met] = bids[held.placed[met]]
    state.struck[bids[asking.bid_key < 0]] = True
    full = np.flatnonzero((held.held == seats) & (seats > 0))
    state.last[full] = bids[held.placed[held.heap_child[held.starts[full]]]]
    bound = np.flatnonzero(~market.may_split)
    return tuple((int(bound[group]), line) for group, line in struck)


def _groups(market: Market, placed: Integers) -> tuple[Integers, Integers]:
    """Return (offsets, members) of the groups that may not be split; who has a place asks no more."""
    bound = np.flatnonzero(~market.may_split)
    number = np.full(market.may_split.size + 1, -1, dtype=np.int32)
    number[bound] = np.arange(bound.size)
    group = np.where(placed < 0, number[market.group], -1)
    members = np.flatnonzero(group >= 0).astype(np.int32)
    members = members[np.argsort(group[members], kind="stable")]
    return np.searchsorted(group[members], np.arange(bound.size + 1)).astype(np.int32), members
