"""A round: stage after stage, then coordinated placement."""

from collections.abc import Mapping, Sequence
from itertools import groupby

import numpy as np

from admissions.matching.arrays import Market, market_of
from admissions.matching.checks import refuse_faults
from admissions.matching.coordination import coordinate
from admissions.matching.filling import Filled, fill
from admissions.matching.kernels import Integers
from admissions.matching.reasons import CODE, REASONS, reason_codes
from admissions.matching.records import (
    Applicant,
    Coordination,
    Cutoff,
    Line,
    Outcome,
    Placement,
    Reason,
    RoundInput,
    RoundResult,
)


def place(round_input: RoundInput) -> RoundResult:
    """Place every child of the round.

    1. Stage by stage, the children without a place who listed lines of the stage are placed by
       deferred acceptance over those lines, in the order (rank, ticket, receipt) of each line; with one
       order for all lines this is choosing one after another (`ranked_draw`, `points_first`).
    2. Children who lost a private draw earlier stand as the stage's loser rule says.
    3. Twin groups split by a last seat are repaired as published.
    4. Children left over are coordinated onto seats left over.
    Raises MalformedRound when the round has faults. The order of the input changes nothing.
    Source: docs/lottery.md (placement).
    """
    refuse_faults(round_input)
    plan = round_input.plan
    applicants = sorted(round_input.applicants, key=lambda applicant: applicant.receipt)
    bids = [bid for applicant in applicants for bid in applicant.bids]
    lines = sorted(plan.lines, key=lambda line: line.line_id)
    market = market_of(plan, applicants)
    filled = fill(market, lines, plan.stages)
    tier = np.array([bid.tier for bid in bids], dtype=np.int64)
    codes = reason_codes(market, lines, plan.stages, filled, tier)
    outcomes = _outcomes(applicants, codes)
    cutoffs = _cutoffs(market, lines, filled, applicants)
    coordinated = _coordinated(plan.coordination, applicants, filled, cutoffs)
    return RoundResult(
        placements=tuple(
            _placement(applicant, market, filled, child, outcomes, coordinated)
            for child, applicant in enumerate(applicants)
        ),
        outcomes=tuple(outcomes),
        cutoffs=cutoffs,
        waitlists=_waitlists(market, filled, codes),
        struck=tuple((market.group_ids[group], market.line_ids[line]) for group, line in filled.struck_order),
    )


def _outcomes(applicants: Sequence[Applicant], codes: Integers) -> list[Outcome]:
    found, reasons = [], iter([REASONS[code] for code in codes.tolist()])
    for applicant in applicants:
        receipt, withdrawn = applicant.receipt, applicant.withdrawn
        for bid, competing in zip(applicant.bids, reasons):  # noqa: B905  # stops with the bids, before another reason
            reason = Reason.WITHDRAWN if withdrawn else bid.refused or competing
            found.append(Outcome(receipt, bid.line_id, bid.choice, reason))
    return found


def _cutoffs(
    market: Market, lines: Sequence[Line], filled: Filled, applicants: Sequence[Applicant]
) -> tuple[Cutoff, ...]:
    listed = np.bincount(market.line[market.competes], minlength=len(lines)).tolist()
    admitted = np.bincount(market.line[filled.placed[filled.placed >= 0]], minlength=len(lines)).tolist()
    child = market.child
    found = []
    for j, line in enumerate(lines):
        last = int(filled.last[j])
        if last < 0:
            found.append(Cutoff(line.line_id, line.seats, listed[j], admitted[j]))
            continue
        bid = applicants[child[last]].bids[last - market.offsets[child[last]]]
        rank = int(filled.standing[last] >> 32)
        found.append(Cutoff(line.line_id, line.seats, listed[j], admitted[j], rank, bid.ticket, bid.tier))
    return tuple(found)


def _coordinated(
    coordination: Coordination | None,
    applicants: Sequence[Applicant],
    filled: Filled,
    cutoffs: Sequence[Cutoff],
) -> dict[str, tuple[str, int]]:
    if coordination is None:
        return {}
    left = {c.line_id: c.seats - c.admitted for c in cutoffs if c.line_id in coordination.line_ids}
    without = [applicants[child] for child in np.flatnonzero(filled.placed < 0).tolist()]
    waiting = [child for child in without if child.fallback is not None and not child.withdrawn]
    return coordinate(coordination.rule, waiting, left)


def _placement(
    applicant: Applicant,
    market: Market,
    filled: Filled,
    child: int,
    outcomes: Sequence[Outcome],
    coordinated: Mapping[str, tuple[str, int]],
) -> Placement:
    receipt, start = applicant.receipt, int(market.offsets[child])
    if applicant.withdrawn:
        return Placement(receipt, None, Reason.WITHDRAWN)
    if (placed := int(filled.placed[child])) >= 0:
        bid = applicant.bids[placed - start]
        return Placement(receipt, bid.line_id, Reason.ADMITTED, bid.choice)
    if receipt in coordinated:
        line_id, nearest = coordinated[receipt]
        return Placement(receipt, line_id, Reason.COORDINATED, None, nearest)
    refused = [bid.refused is not None for bid in applicant.bids]
    if not refused:
        return Placement(receipt, None, Reason.NO_SEAT_WITHIN_REACH)
    # The first choice that competed; the first of all if none did.
    return Placement(
        receipt, None, outcomes[start + (refused.index(False) if False in refused else 0)].reason
    )


def _waitlists(market: Market, filled: Filled, codes: Integers) -> dict[str, tuple[str, ...]]:
    settled = [CODE[Reason.ADMITTED], CODE[Reason.HIGHER_CHOICE_WON]]
    waiting = np.flatnonzero(market.competes & ~np.isin(codes, settled))
    waiting = waiting[np.lexsort((filled.standing[waiting], market.line[waiting]))]
    child = market.child
    found: dict[str, tuple[str, ...]] = dict.fromkeys(market.line_ids, ())
    for line, bids in groupby(waiting.tolist(), key=lambda bid: int(market.line[bid])):
        found[market.line_ids[line]] = tuple(market.receipts[child[bid]] for bid in bids)
    return found
