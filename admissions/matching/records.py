"""What goes into a round and what comes out, as frozen records. Source: docs/bundle.md."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

PRIVATE_TRACK = "private"
PUBLIC_TRACK = "public"


class Mechanism(Enum):
    """How the lines of one stage are filled."""

    DIRECT = "direct"
    RANKED_DRAW = "ranked_draw"
    POINTS_FIRST = "points_first"
    DEFERRED_ACCEPTANCE = "deferred_acceptance"


class LoserRule(Enum):
    """How children who lost a private draw in an earlier stage stand in this one (local)."""

    CLASS_KEPT = "class_kept"
    SAME_CLASS_LAST = "same_class_last"
    AFTER_ALL = "after_all"


class CoordinationRule(Enum):
    """How children left over are given the seats left over."""

    NEAREST_FIRST = "nearest_first"
    LEAST_TOTAL_WALK = "least_total_walk"


class Precedence(Enum):
    """Which seats a member takes first; with `open_first` the reserve is a floor, with `reserve_first` an addition."""

    RESERVE_FIRST = "reserve_first"
    OPEN_FIRST = "open_first"


class Reason(Enum):
    """Why a choice was or was not met. Source: docs/lottery.md (reasons)."""

    ADMITTED = "admitted"
    HIGHER_CHOICE_WON = "higher_choice_won"
    NOT_ELIGIBLE = "not_eligible"
    CATEGORY_BELOW_CUTOFF = "category_below_cutoff"
    SAME_CATEGORY_KEY_BELOW = "same_category_key_below"
    SAME_CATEGORY_TICKET = "same_category_ticket"
    PRIVATE_DRAW_LOST = "private_draw_lost"
    NO_SEATS = "no_seats"
    FILLED_BY_RESERVE = "filled_by_reserve"
    DWELLING_LOCKED = "dwelling_locked"
    GROUP_KEPT_TOGETHER = "group_kept_together"
    COORDINATED = "coordinated"
    WITHDRAWN = "withdrawn"
    NO_SEAT_WITHIN_REACH = "no_seat_within_reach"


@dataclass(frozen=True, slots=True)
class ReserveTerms:
    """How a reserve is asked for, where the policy states it; the list was made by these terms."""

    precedence: Precedence
    spills: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A plan line: seats filled in one order. A reserve is a line of its own.

    reserve_of -- the open line of the same school from which these seats were set aside
    terms      -- of a reserve, where the policy states them
    own_ranks  -- the largest rank of a child that stands here by its own claim or choice, 0 without any: who has a
                  larger rank came by the rules only (a seat that spills); None where nobody can
    """

    line_id: str
    seats: int
    track: str = PUBLIC_TRACK
    reserve_of: str | None = None
    terms: ReserveTerms | None = None
    own_ranks: int | None = None


@dataclass(frozen=True, slots=True)
class Bid:
    """One child at one line; at a line the smaller (rank, ticket, receipt) goes first.

    choice     -- the family's choice it belongs to, 1 is the first
    rank       -- dense priority rank at the line (`ranks.dense_ranks`)
    ticket     -- 0 <= ticket < 2^256
    loser_rank -- the rank under `same_class_last` after a lost private draw; None: same as rank
    tier       -- the category's order, for the reason only; never decides, never published
    refused    -- why it does not compete (not_eligible, dwelling_locked), None if it does
    """

    line_id: str
    choice: int
    rank: int
    ticket: int
    loser_rank: int | None = None
    tier: int = 0
    refused: Reason | None = None


@dataclass(frozen=True, slots=True)
class Fallback:
    """A child's consent to coordinated placement.

    rank, ticket -- the order of children, smaller first, receipt last
    line_ids     -- lines within reach, nearest first, ties by line id
    walk_metres  -- beside line_ids; needed by `least_total_walk` only and never published
    salt         -- opens the commitment on the entry list
    """

    rank: int
    ticket: int
    line_ids: tuple[str, ...]
    walk_metres: tuple[int, ...] = ()
    salt: str = ""


@dataclass(frozen=True, slots=True)
class Applicant:
    """One child: bids in the order of the family's list.

    group_id -- shared by a twin group, whose members list the same lines and hold one ticket
    """

    receipt: str
    bids: tuple[Bid, ...]
    group_id: str | None = None
    split_allowed: bool = False
    fallback: Fallback | None = None
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Stage:
    """Lines filled together, after the stages before it."""

    stage_id: str
    mechanism: Mechanism
    line_ids: tuple[str, ...]
    losers: LoserRule = LoserRule.CLASS_KEPT


@dataclass(frozen=True, slots=True)
class Coordination:
    """Coordinated placement at the end of a round, over what these lines have left."""

    rule: CoordinationRule
    line_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """What is fixed before the draw; its digest is on the entry list. Every line is in one stage."""

    round_id: str
    lines: tuple[Line, ...]
    stages: tuple[Stage, ...]
    coordination: Coordination | None = None


@dataclass(frozen=True, slots=True)
class RoundInput:
    """A plan and its applicants, in any order: the order changes nothing."""

    plan: RoundPlan
    applicants: tuple[Applicant, ...]


@dataclass(frozen=True, slots=True)
class Placement:
    """The outcome of one child.

    line_id -- None when no place was found
    reason  -- admitted, coordinated, withdrawn; else why the first choice that competed failed
    choice  -- the choice met, None when coordinated or not placed
    nearest -- when coordinated: 1 for the nearest line within reach, 2 for the next, and so on
    """

    receipt: str
    line_id: str | None
    reason: Reason
    choice: int | None = None
    nearest: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The reason of one child at one line of its list."""

    receipt: str
    line_id: str
    choice: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Cutoff:
    """The end of a line's admission.

    seats        -- planned; admitted -- through the stages, without coordinated placement
    applicants   -- children who listed the line and compete, whether or not they reached it
    rank, ticket -- of the last child admitted when every seat is taken (rank as it counted after the
                    loser rule), else None; tier -- the same child's, for reasons only
    """

    line_id: str
    seats: int
    applicants: int
    admitted: int
    rank: int | None = None
    ticket: int | None = None
    tier: int | None = None


@dataclass(frozen=True, slots=True)
class RoundResult:
    """placements by receipt; outcomes by receipt, then list order; cutoffs by line id.

    waitlists -- per line the receipts that wanted it more than what they got, in the line's order
    struck    -- (group id, line id) in the order in which lines were struck to keep twins together
    """

    placements: tuple[Placement, ...]
    outcomes: tuple[Outcome, ...]
    cutoffs: tuple[Cutoff, ...]
    waitlists: Mapping[str, tuple[str, ...]]
    struck: tuple[tuple[str, str], ...] = ()
