"""A round as arrays: position i belongs to receipts[i], position j to line_ids[j], both sorted."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from admissions.matching.kernels import Integers
from admissions.matching.records import Applicant, Bid, RoundPlan

MAX_RANK = 1 << 29


@dataclass(frozen=True, slots=True)
class Market:
    """All bids of a round; n children, b bids, m lines.

    offsets    -- [n+1] bids of child i, in list order
    line       -- [b] line index
    rank, loser_rank -- [b] 0 <= rank <= 2^29
    ticket     -- [b] the order of the ticket among all tickets; equal tickets share it
    order      -- [b] the order of (ticket, receipt) among all bids
    competes   -- [b] false for refused bids and withdrawn children
    group      -- [n] group index, -1 without one; may_split [groups]; group_ids sorted
    """

    receipts: Sequence[str]
    line_ids: Sequence[str]
    group_ids: Sequence[str]
    offsets: Integers
    line: Integers
    rank: Integers
    loser_rank: Integers
    ticket: Integers
    order: Integers
    competes: Integers
    group: Integers
    may_split: Integers

    @property
    def child(self) -> Integers:
        """Return [b] the child of each bid."""
        return np.repeat(np.arange(len(self.receipts), dtype=np.int32), np.diff(self.offsets))


def market_of(plan: RoundPlan, applicants: Sequence[Applicant]) -> Market:
    """Return the arrays of applicants sorted by receipt. Raises ValueError for ranks out of range."""
    line_ids = sorted(line.line_id for line in plan.lines)
    group_ids = sorted({a.group_id for a in applicants if a.group_id is not None})
    index = {name: j for j, name in enumerate(line_ids)}
    groups = {name: g for g, name in enumerate(group_ids)}
    bids = [bid for applicant in applicants for bid in applicant.bids]
    counts = [len(applicant.bids) for applicant in applicants]
    splitting = {a.group_id for a in applicants if a.split_allowed and not a.withdrawn}
    withdrawn = np.repeat(np.array([a.withdrawn for a in applicants], dtype=np.bool_), counts)
    ticket = _ticket_order(bids)
    return Market(
        receipts=[applicant.receipt for applicant in applicants],
        line_ids=line_ids,
        group_ids=group_ids,
        offsets=np.concatenate(([0], np.cumsum(counts, dtype=np.int64))).astype(np.int32),
        line=np.array([index[bid.line_id] for bid in bids], dtype=np.int32),
        rank=_ranks([bid.rank for bid in bids]),
        loser_rank=_ranks([bid.rank if bid.loser_rank is None else bid.loser_rank for bid in bids]),
        ticket=ticket,
        order=order_of(ticket, np.repeat(np.arange(len(applicants)), counts)),
        competes=np.array([bid.refused is None for bid in bids], dtype=np.bool_) & ~withdrawn,
        group=np.array(
            [-1 if a.group_id is None else groups[a.group_id] for a in applicants], dtype=np.int32
        ),
        may_split=np.array([name in splitting for name in group_ids], dtype=np.bool_),
    )


def order_of(ticket: Integers, child: Integers) -> Integers:
    """Return [b] the order of (ticket, child) among all bids; bids of one child and ticket share it."""
    both = ticket.astype(np.int64) << 32 | child
    order: Integers = np.unique(both, return_inverse=True)[1].astype(np.int32)
    return order


def _ticket_order(bids: Sequence[Bid]) -> Integers:
    positions = {ticket: i for i, ticket in enumerate(sorted({bid.ticket for bid in bids}))}
    return np.array([positions[bid.ticket] for bid in bids], dtype=np.int32)


def _ranks(ranks: Sequence[int]) -> Integers:
    found = np.array(ranks, dtype=np.int64)
    if found.size and (found.min() < 0 or found.max() > MAX_RANK):
        raise ValueError("ranks must lie between 0 and 2^29; `ranks.dense_ranks` makes them")
    return found.astype(np.int32)
