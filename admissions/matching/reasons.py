"""Why each bid was or was not met, over arrays."""

from collections.abc import Sequence

import numpy as np

from admissions.matching.arrays import Market
from admissions.matching.filling import Filled
from admissions.matching.kernels import Integers
from admissions.matching.records import Line, Reason, Stage

REASONS = tuple(Reason)
CODE = {reason: code for code, reason in enumerate(REASONS)}


def reason_codes(
    market: Market, lines: Sequence[Line], stages: Sequence[Stage], filled: Filled, tier: Integers
) -> Integers:
    """Return [b] the index into REASONS of every bid that competes; NOT_ELIGIBLE for the others.

    lines -- in the order of market.line_ids
    tier  -- [b] the category's order
    A bid that was not met lost, in this order of questions: 1. to a better choice or an earlier stage;
    2. to keep its group together; 3. to the reserve, if the last child on reserved seats stands behind it;
    4. because there are no seats; 5. to the loser rule, if its own rank and ticket would have done;
    6. by ticket, at the rank of the last child admitted; 7. by key, in that child's tier; 8. by category.
    Source: docs/lottery.md (reasons).
    """
    child = market.child
    behind_place = _comes_after(market, stages, filled, child)
    last = filled.last[market.line]
    cut = np.maximum(last, 0)
    cut_rank = filled.standing[cut] >> 32 if last.size else last
    would_have_done = (market.rank < cut_rank) | (
        (market.rank == cut_rank) & (market.ticket < market.ticket[cut])
    )
    questions = (
        (~market.competes, Reason.NOT_ELIGIBLE),
        (filled.placed[child] == np.arange(child.size), Reason.ADMITTED),
        (behind_place | (filled.standing < 0), Reason.HIGHER_CHOICE_WON),
        (filled.struck, Reason.GROUP_KEPT_TOGETHER),
        (
            filled.standing < _last_through_reserve(market, lines, filled)[market.line],
            Reason.FILLED_BY_RESERVE,
        ),
        (last < 0, Reason.NO_SEATS),
        (filled.behind[child] & would_have_done, Reason.PRIVATE_DRAW_LOST),
        (filled.standing >> 32 == cut_rank, Reason.SAME_CATEGORY_TICKET),
        (tier == tier[cut] if last.size else last < 0, Reason.SAME_CATEGORY_KEY_BELOW),
    )
    return np.select(
        [mask for mask, _ in questions],
        [CODE[reason] for _, reason in questions],
        CODE[Reason.CATEGORY_BELOW_CUTOFF],
    ).astype(np.int8)


def _comes_after(market: Market, stages: Sequence[Stage], filled: Filled, child: Integers) -> Integers:
    """Return [b] whether the bid comes after the child's place: in a later stage, or further down the list."""
    stage_of = {name: index for index, stage in enumerate(stages) for name in stage.line_ids}
    stage = np.array([stage_of[name] for name in market.line_ids], dtype=np.int64)
    turn = stage[market.line] << 32 | np.arange(child.size)
    placed = filled.placed[child]
    return (placed >= 0) & (turn > turn[np.maximum(placed, 0)]) if child.size else placed >= 0


def _last_through_reserve(market: Market, lines: Sequence[Line], filled: Filled) -> Integers:
    """Return [m] the last standing at the line among children on seats set aside from it, else -1."""
    index = {name: j for j, name in enumerate(market.line_ids)}
    open_line = np.array([index.get(line.reserve_of or "", -1) for line in lines], dtype=np.int64)
    last = np.full(len(lines), -1, dtype=np.int64)
    if (open_line >= 0).any():
        child = market.child
        placed = filled.placed[child]
        through = np.where(placed >= 0, open_line[market.line[np.maximum(placed, 0)]], -1) == market.line
        np.maximum.at(last, market.line[through], filled.standing[through])
    return last
