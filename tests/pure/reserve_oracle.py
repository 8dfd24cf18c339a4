"""Reserves a second way, as bids of one child at one school: an oracle beside `admissions.rules.reserves`.

Nothing of the product uses it: `SeatsAside` puts reserves on the list, and `matching.stages.place` decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from admissions.matching.records import Bid, Line, Precedence, ReserveTerms


@dataclass(frozen=True, slots=True)
class Reserve:
    """Seats set aside at an open line (local).

    seats     -- of the school's planned intake, taken out of the open line
    spills    -- seats that members leave free go to the others, in the open order
    """

    reserve_id: str
    seats: int
    precedence: Precedence
    spills: bool


def lines_with_reserve(open_line: Line, reserve: Reserve) -> tuple[Line, Line]:
    """Return the open line with what is left, and the reserve's line; together the planned intake.

    Raises ValueError when the reserve is larger than the intake.
    """
    if not 0 <= reserve.seats <= open_line.seats:
        raise ValueError(f"reserve {reserve.reserve_id} has {reserve.seats} of {open_line.seats} seats")
    left = Line(open_line.line_id, open_line.seats - reserve.seats, open_line.track)
    terms = ReserveTerms(reserve.precedence, reserve.spills)
    return left, Line(reserve.reserve_id, reserve.seats, open_line.track, open_line.line_id, terms)


def bids_at(open_bid: Bid, reserve: Reserve, *, member: bool, last_rank: int) -> tuple[Bid, ...]:
    """Return the bids of one child's choice of a school with a reserve, in the order in which it asks.

    last_rank -- the largest rank (or loser rank) of any child at the open line: the others stand behind
                 every member in the reserve, in the open order among themselves
    A member asks both lines in the stated precedence; another child asks the reserve last, if it spills.
    Asking lines in this order is choosing by slots in that precedence (Kominers and Soenmez 2016).
    """
    if member:
        reserved = _moved(open_bid, reserve.reserve_id, 0)
        in_order: Sequence[Bid] = (reserved, open_bid)
        return tuple(in_order if reserve.precedence is Precedence.RESERVE_FIRST else in_order[::-1])
    return (open_bid, _moved(open_bid, reserve.reserve_id, last_rank)) if reserve.spills else (open_bid,)


def _moved(bid: Bid, line_id: str, behind: int) -> Bid:
    loser_rank = None if bid.loser_rank is None else bid.loser_rank + behind
    return Bid(line_id, bid.choice, bid.rank + behind, bid.ticket, loser_rank, bid.tier, bid.refused)
