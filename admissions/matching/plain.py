"""The round in plain Python, line by line as docs/lottery.md tells it: the oracle of the fast way.

Slow on purpose; `stages.place` gives the same result from arrays.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from admissions.matching.coordination import coordinate
from admissions.matching.records import (
    PRIVATE_TRACK,
    Applicant,
    Bid,
    Cutoff,
    Line,
    LoserRule,
    Mechanism,
    Outcome,
    Placement,
    Reason,
    RoundInput,
    RoundPlan,
    RoundResult,
    Stage,
)

Order = tuple[int, int, str]
Struck = frozenset[tuple[str, str]]


@dataclass(slots=True)
class _Round:
    """What is known so far; `order` holds (rank as it counts, ticket, receipt) of every bid that counts."""

    plan: RoundPlan
    lines: Mapping[str, Line]
    children: tuple[Applicant, ...]
    placed: dict[str, str] = field(default_factory=dict)
    order: dict[tuple[str, str], Order] = field(default_factory=dict)
    losers: set[str] = field(default_factory=set)
    struck: list[tuple[str, str]] = field(default_factory=list)


def place_plainly(round_input: RoundInput) -> RoundResult:
    """Place every child. The round has no faults (`checks.faults`); see `stages.place`."""
    plan = round_input.plan
    ordered = sorted(round_input.applicants, key=lambda applicant: applicant.receipt)
    children = tuple(applicant for applicant in ordered if not applicant.withdrawn)
    state = _Round(plan, {line.line_id: line for line in plan.lines}, children)
    private: set[str] = set()
    for stage in plan.stages:
        _run_stage(state, stage, private)
        private |= {name for name in stage.line_ids if state.lines[name].track == PRIVATE_TRACK}
    cutoffs = _cutoffs(state)
    coordinated = _coordinated(state, cutoffs)
    outcomes = _outcomes(state, ordered, cutoffs)
    placements = tuple(_placement(applicant, state, coordinated, outcomes) for applicant in ordered)
    return RoundResult(
        placements=placements,
        outcomes=tuple(outcome for applicant in ordered for outcome in outcomes[applicant.receipt]),
        cutoffs=tuple(cutoffs[name] for name in sorted(cutoffs)),
        waitlists=_waitlists(state, outcomes),
        struck=tuple(state.struck),
    )


def competing(applicant: Applicant) -> tuple[Bid, ...]:
    """Return the bids that take part, in list order."""
    return tuple(bid for bid in applicant.bids if bid.refused is None)


def _run_stage(state: _Round, stage: Stage, private: set[str]) -> None:
    names = set(stage.line_ids)
    takers = {
        child.receipt: [bid for bid in competing(child) if bid.line_id in names]
        for child in state.children
        if child.receipt not in state.placed
    }
    last = max(
        (bid.rank for child in state.children for bid in competing(child) if bid.line_id in names), default=0
    )
    lost_before = {
        child.receipt
        for child in state.children
        if child.receipt not in state.placed and any(bid.line_id in private for bid in competing(child))
    }
    for receipt, bids in takers.items():
        for bid in bids:
            lost = receipt in lost_before
            state.order[receipt, bid.line_id] = (_rank(bid, stage.losers, lost, last), bid.ticket, receipt)
            if lost and stage.losers is not LoserRule.CLASS_KEPT:
                state.losers.add(receipt)
    seats = {name: state.lines[name].seats for name in names}
    state.placed |= _kept_together(state, stage.mechanism, takers, seats)


def _rank(bid: Bid, rule: LoserRule, lost: bool, last: int) -> int:
    if not lost or rule is LoserRule.CLASS_KEPT:
        return bid.rank
    if rule is LoserRule.AFTER_ALL:
        return last + bid.rank
    return bid.rank if bid.loser_rank is None else bid.loser_rank


def _kept_together(
    state: _Round, mechanism: Mechanism, takers: Mapping[str, list[Bid]], seats: Mapping[str, int]
) -> dict[str, str]:
    """Run, strike the line that splits the first split group by ticket, run again, until none is split."""
    while True:
        lists = {
            child.receipt: [
                bid.line_id
                for bid in takers[child.receipt]
                if (child.group_id, bid.line_id) not in state.struck
            ]
            for child in state.children
            if child.receipt in takers
        }
        if mechanism in (Mechanism.RANKED_DRAW, Mechanism.POINTS_FIRST):
            placed = one_after_another(lists, state.order, seats)
        else:
            placed = deferred_acceptance(lists, state.order, seats)
        splits = [_split(members, lists, placed, state.order) for members in _groups(state.children, lists)]
        found = sorted(split for split in splits if split is not None)
        if not found:
            return placed
        state.struck.append(found[0][1:])


def _groups(children: Iterable[Applicant], lists: Mapping[str, list[str]]) -> list[list[Applicant]]:
    groups: dict[str, list[Applicant]] = {}
    may_split = {child.group_id for child in children if child.split_allowed}
    for child in children:
        if child.group_id is not None and child.group_id not in may_split and child.receipt in lists:
            groups.setdefault(child.group_id, []).append(child)
    return list(groups.values())


def _split(
    members: list[Applicant],
    lists: Mapping[str, list[str]],
    placed: Mapping[str, str],
    order: Mapping[tuple[str, str], Order],
) -> tuple[int, str, str] | None:
    """Return (ticket, group id, line) of the first listed line that took one member and turned another away."""
    for member in members:
        for name in lists[member.receipt]:
            taken = any(placed.get(other.receipt) == name for other in members)
            if taken and any(_turned_away(other.receipt, name, lists, placed) for other in members):
                tickets = [order[m.receipt, name][1] for m in members if name in lists[m.receipt]]
                return min(tickets), str(member.group_id), name
    return None


def _turned_away(receipt: str, name: str, lists: Mapping[str, list[str]], placed: Mapping[str, str]) -> bool:
    if name not in lists[receipt]:
        return False
    got = placed.get(receipt)
    return got is None or lists[receipt].index(name) < lists[receipt].index(got)


def one_after_another(
    lists: Mapping[str, list[str]], order: Mapping[tuple[str, str], Order], seats: Mapping[str, int]
) -> dict[str, str]:
    """Let the children choose in one order: rank, ticket, receipt. Each takes its first line with a seat."""
    left, placed = dict(seats), {}
    takers = [receipt for receipt, names in lists.items() if names]
    for receipt in sorted(takers, key=lambda receipt: order[receipt, lists[receipt][0]]):
        for name in lists[receipt]:
            if left[name] > 0:
                left[name] -= 1
                placed[receipt] = name
                break
    return placed


def deferred_acceptance(
    lists: Mapping[str, list[str]], order: Mapping[tuple[str, str], Order], seats: Mapping[str, int]
) -> dict[str, str]:
    """Return the applicant-optimal stable placement (Gale and Shapley 1962).

    1. Every child without a place asks its next line. 2. Each line keeps the first of those it
    holds and those who ask, up to its seats, and turns the rest away. 3. Until nobody asks.
    """
    asked = dict.fromkeys(lists, 0)
    held: dict[str, list[str]] = {name: [] for name in seats}
    waiting = [receipt for receipt, names in lists.items() if names]
    while waiting:
        for receipt in waiting:
            held[lists[receipt][asked[receipt]]].append(receipt)
            asked[receipt] += 1
        turned_away: list[str] = []
        for name, receipts in held.items():
            receipts.sort(key=lambda receipt: order[receipt, name])
            turned_away += receipts[seats[name] :]
            del receipts[seats[name] :]
        waiting = [receipt for receipt in turned_away if asked[receipt] < len(lists[receipt])]
    return {receipt: name for name, receipts in held.items() for receipt in receipts}


def _cutoffs(state: _Round) -> dict[str, Cutoff]:
    admitted: dict[str, list[str]] = {name: [] for name in state.lines}
    listed = dict.fromkeys(state.lines, 0)
    tiers = {}
    for child in state.children:
        for bid in competing(child):
            listed[bid.line_id] += 1
            tiers[child.receipt, bid.line_id] = bid.tier
    for receipt, name in state.placed.items():
        admitted[name].append(receipt)
    found = {}
    for name, receipts in admitted.items():
        seats = state.lines[name].seats
        end = max((state.order[receipt, name] for receipt in receipts), default=None)
        if end is None or len(receipts) < seats:
            found[name] = Cutoff(name, seats, listed[name], len(receipts))
        else:
            found[name] = Cutoff(
                name, seats, listed[name], len(receipts), end[0], end[1], tiers[end[2], name]
            )
    return found


def _coordinated(state: _Round, cutoffs: Mapping[str, Cutoff]) -> dict[str, tuple[str, int]]:
    coordination = state.plan.coordination
    if coordination is None:
        return {}
    left = {name: cutoffs[name].seats - cutoffs[name].admitted for name in coordination.line_ids}
    waiting = [child for child in state.children if child.receipt not in state.placed and child.fallback]
    return coordinate(coordination.rule, waiting, left)


def _outcomes(
    state: _Round, ordered: Iterable[Applicant], cutoffs: Mapping[str, Cutoff]
) -> dict[str, tuple[Outcome, ...]]:
    reserves = _last_through_reserve(state)
    return {
        applicant.receipt: tuple(
            Outcome(
                applicant.receipt, bid.line_id, bid.choice, _reason(applicant, bid, state, cutoffs, reserves)
            )
            for bid in applicant.bids
        )
        for applicant in ordered
    }


def _last_through_reserve(state: _Round) -> dict[str, Order]:
    """Return, by open line, the last in its order of those who sit on seats set aside from it."""
    found: dict[str, Order] = {}
    for receipt, name in state.placed.items():
        open_line = state.lines[name].reserve_of
        standing = state.order.get((receipt, open_line)) if open_line is not None else None
        if open_line is not None and standing is not None:
            found[open_line] = max(found.get(open_line, standing), standing)
    return found


def _reason(
    child: Applicant, bid: Bid, state: _Round, cutoffs: Mapping[str, Cutoff], reserves: Mapping[str, Order]
) -> Reason:
    if child.withdrawn:
        return Reason.WITHDRAWN
    if bid.refused is not None:
        return bid.refused
    got = state.placed.get(child.receipt)
    if got == bid.line_id:
        return Reason.ADMITTED
    standing = state.order.get((child.receipt, bid.line_id))
    if standing is None or (got is not None and _comes_after(child, bid.line_id, got, state.plan)):
        return Reason.HIGHER_CHOICE_WON
    if (child.group_id, bid.line_id) in state.struck:
        return Reason.GROUP_KEPT_TOGETHER
    return _lost(
        bid, standing, cutoffs[bid.line_id], reserves.get(bid.line_id), child.receipt in state.losers
    )


def _comes_after(child: Applicant, name: str, got: str, plan: RoundPlan) -> bool:
    """Say whether the line comes later than what the child got: in a later stage, or further down the list."""
    stage = {line_id: index for index, stage in enumerate(plan.stages) for line_id in stage.line_ids}
    names = [bid.line_id for bid in child.bids]
    return (stage[name], names.index(name)) > (stage[got], names.index(got))


def _lost(bid: Bid, standing: Order, cutoff: Cutoff, reserve: Order | None, loser: bool) -> Reason:
    if reserve is not None and standing < reserve:
        return Reason.FILLED_BY_RESERVE
    if cutoff.rank is None or cutoff.ticket is None:
        return Reason.NO_SEATS
    # At equal rank and ticket only a twin can have come first.
    if loser and (bid.rank, bid.ticket) < (cutoff.rank, cutoff.ticket):
        return Reason.PRIVATE_DRAW_LOST
    if standing[0] == cutoff.rank:
        return Reason.SAME_CATEGORY_TICKET
    return Reason.SAME_CATEGORY_KEY_BELOW if bid.tier == cutoff.tier else Reason.CATEGORY_BELOW_CUTOFF


def _placement(
    applicant: Applicant,
    state: _Round,
    coordinated: Mapping[str, tuple[str, int]],
    outcomes: Mapping[str, tuple[Outcome, ...]],
) -> Placement:
    receipt = applicant.receipt
    if applicant.withdrawn:
        return Placement(receipt, None, Reason.WITHDRAWN)
    if receipt in state.placed:
        name = state.placed[receipt]
        choice = next(bid.choice for bid in applicant.bids if bid.line_id == name)
        return Placement(receipt, name, Reason.ADMITTED, choice)
    if receipt in coordinated:
        name, nearest = coordinated[receipt]
        return Placement(receipt, name, Reason.COORDINATED, None, nearest)
    refused = {bid.line_id for bid in applicant.bids if bid.refused is not None}
    reasons = [outcome.reason for outcome in outcomes[receipt] if outcome.line_id not in refused]
    everything = reasons + [outcome.reason for outcome in outcomes[receipt]]
    return Placement(receipt, None, everything[0] if everything else Reason.NO_SEAT_WITHIN_REACH)


def _waitlists(state: _Round, outcomes: Mapping[str, tuple[Outcome, ...]]) -> dict[str, tuple[str, ...]]:
    settled = {Reason.ADMITTED, Reason.HIGHER_CHOICE_WON}
    waiting: dict[str, list[Order]] = {name: [] for name in sorted(state.lines)}
    for child in state.children:
        refused = {bid.line_id for bid in child.bids if bid.refused is not None}
        for outcome in outcomes[child.receipt]:
            if outcome.reason not in settled and outcome.line_id not in refused:
                waiting[outcome.line_id].append(state.order[child.receipt, outcome.line_id])
    return {name: tuple(order[2] for order in sorted(orders)) for name, orders in waiting.items()}
