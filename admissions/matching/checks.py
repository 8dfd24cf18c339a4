"""What a round must satisfy before anybody is placed."""

from collections import Counter
from collections.abc import Iterator

from admissions.matching.records import Applicant, Bid, Mechanism, RoundInput, RoundPlan, Stage
from common.errors import MalformedInput

TICKETS = 1 << 256


class MalformedRound(MalformedInput):
    """The round cannot be placed as described; `faults` says why."""

    code = "malformed_round"


def faults(round_input: RoundInput) -> tuple[str, ...]:
    """Return everything wrong with the round, each in a sentence; the empty tuple is good news."""
    plan, applicants = round_input.plan, round_input.applicants
    found = [*_plan_faults(plan)]
    found += _repeated("receipt", [applicant.receipt for applicant in applicants])
    lines = {line.line_id for line in plan.lines}
    for applicant in applicants:
        found += _bid_faults(applicant, lines)
    if not found:
        for stage in plan.stages:
            found += _mechanism_faults(stage, applicants)
    return tuple(found)


def refuse_faults(round_input: RoundInput) -> None:
    """Raise MalformedRound when the round has faults."""
    if found := faults(round_input):
        raise MalformedRound(found[0], faults=list(found))


def _repeated(what: str, names: list[str]) -> list[str]:
    return [f"{what} {name} appears {count} times" for name, count in Counter(names).items() if count > 1]


def _plan_faults(plan: RoundPlan) -> Iterator[str]:
    ids = [line.line_id for line in plan.lines]
    yield from _repeated("line", ids)
    staged = [line_id for stage in plan.stages for line_id in stage.line_ids]
    yield from _repeated("in the stages line", staged)
    yield from (f"line {line_id} is in no stage" for line_id in sorted(set(ids) - set(staged)))
    coordinated = plan.coordination.line_ids if plan.coordination else ()
    reserves = [line.reserve_of for line in plan.lines if line.reserve_of is not None]
    for line_id in sorted({*staged, *coordinated, *reserves} - set(ids)):
        yield f"line {line_id} is not among the lines"
    yield from (f"line {line.line_id} has {line.seats} seats" for line in plan.lines if line.seats < 0)


def _bid_faults(applicant: Applicant, lines: set[str]) -> Iterator[str]:
    listed = {bid.line_id for bid in applicant.bids}
    if len(listed) < len(applicant.bids):
        yield f"{applicant.receipt} lists a line twice"
    if not listed <= lines:
        yield from (f"{applicant.receipt} lists unknown line {name}" for name in sorted(listed - lines))
    before = 1
    for bid in applicant.bids:
        if bid.choice < before:
            yield f"{applicant.receipt}'s bids are not in the order of its choices"
            break
        before = bid.choice
    for bid in applicant.bids:
        if not 0 <= bid.ticket < TICKETS:
            yield f"{applicant.receipt}'s ticket at {bid.line_id} is out of range"


def _mechanism_faults(stage: Stage, applicants: tuple[Applicant, ...]) -> Iterator[str]:
    if stage.mechanism is Mechanism.DEFERRED_ACCEPTANCE:
        return  # any lists and any ranks will do
    names = frozenset(stage.line_ids)
    ranks: set[int] = set()
    for applicant in applicants:
        bids = [bid for bid in applicant.bids if bid.line_id in names and bid.refused is None]
        ranks |= {bid.rank for bid in bids}
        if fault := _list_fault(stage.mechanism, bids):
            yield f"{applicant.receipt} in stage {stage.stage_id}: {fault}"
    if stage.mechanism is Mechanism.RANKED_DRAW and len(ranks) > 1:
        yield f"stage {stage.stage_id} is one random order (ranked_draw) but has ranks {sorted(ranks)[:5]}"


def _list_fault(mechanism: Mechanism, bids: list[Bid]) -> str | None:
    if mechanism is Mechanism.DIRECT and len(bids) > 1:
        return f"direct allows one line, not {len(bids)}"
    if mechanism is Mechanism.POINTS_FIRST and len({_standing(bid) for bid in bids}) > 1:
        return "points_first needs one rank and ticket at all lines"
    if mechanism is Mechanism.RANKED_DRAW and len({bid.ticket for bid in bids}) > 1:
        return "ranked_draw needs one ticket at all lines"
    return None


def _standing(bid: Bid) -> tuple[int, int | None, int]:
    return (bid.rank, bid.loser_rank, bid.ticket)
