"""The public entry list: every child's place at every line as an opaque rank, and nothing else about the child."""

from collections.abc import Container, Mapping, Sequence

from admissions.lottery.entry_list import Choice
from admissions.lottery.entry_list import Entry as ListEntry
from admissions.lottery.entry_list import EntryList as PublicList
from admissions.lottery.tickets import TicketAlgorithm, TicketScope
from admissions.matching.entries import commitment, plan_document
from admissions.matching.ranks import dense_ranks, dense_ranks_with_losers
from admissions.matching.records import RoundPlan
from admissions.models import AdmissionRound, EntryList
from admissions.rules.policy_records import LineKind
from admissions.rules.reserves import seats_aside
from admissions.rules.twins import drawn_together, may_be_split
from admissions.selectors.layout import round_plan
from admissions.selectors.rounds import round_code
from admissions.selectors.world import RoundWorld
from admissions.services.judging import Case
from common.canonical import digest_bytes


def closed_plan(admission_round: AdmissionRound, world: RoundWorld, cases: Sequence[Case]) -> RoundPlan:
    """Return the plan that is published with a list of these children."""
    plan = round_plan(admission_round, world)
    aside = seats_aside(world.policy, world.lines)
    by_rule = {reserve for reserves in aside.spilling.values() for reserve in reserves}
    if world.policy.private.adjustment:
        by_rule |= {line_id for line_id in world.lines if world.kind(line_id) is LineKind.PRIVATE_OPEN}
    if not by_rule:
        return plan
    own = dict.fromkeys((line.line_id for line in plan.lines if line.line_id in by_rule), 0)
    standings = {case.receipt: case.standings for case in cases}
    for (receipt, line_id), ranks in _ranks(plan, cases, only=own).items():
        if not aside.is_other(line_id, standings[receipt][line_id]):
            own[line_id] = max(own[line_id], *ranks)
    return round_plan(admission_round, world, own)


def make_public_list(
    admission_round: AdmissionRound,
    world: RoundWorld,
    plan: RoundPlan,
    cases: Sequence[Case],
    salts: Mapping[str, str],
    stored: EntryList,
) -> PublicList:
    """Return the list of the children to be drawn; `stored` is the row that it will be kept in."""
    twins = [case.twin for case in cases]
    groups, split = drawn_together(twins), may_be_split(twins)
    ranks = _ranks(plan, cases)
    fallback = dense_ranks([(case.fallback_tier,) for case in cases])
    entries = (
        _public_entry(
            case,
            ranks,
            rank if case.accepts_coordination else None,
            salts,
            ball=(groups.get(case.receipt), split[case.receipt]),
        )
        for case, rank in zip(cases, fallback, strict=True)
    )
    code = round_code(admission_round)
    return PublicList(
        round_id=code,
        lottery_id=f"{code}-{stored.number}",
        policy_digest=admission_round.policy_digest,
        plan_digest=digest_bytes(plan_document(plan)),
        public_value_names=tuple(stored.public_value_names),
        entries=tuple(entries),
        algorithm=TicketAlgorithm(stored.ticket_algorithm),
        scope=TicketScope(world.policy.tickets.value),
        code_version=stored.code_version,
    )


def _public_entry(
    case: Case,
    ranks: Mapping[tuple[str, str], tuple[int, int]],
    fallback_rank: int | None,
    salts: Mapping[str, str],
    *,
    ball: tuple[str | None, bool],
) -> ListEntry:
    """Return the child's entry; `ball` is the group that it is drawn with, and whether that may be split."""
    return ListEntry(
        receipt=case.receipt,
        choices=tuple(
            Choice(line_id, choice, *ranks[case.receipt, line_id]) for line_id, choice in case.listed
        ),
        group_id=ball[0],
        split_allowed=ball[1],
        fallback_rank=fallback_rank,
        fallback_commitment=None
        if fallback_rank is None
        else commitment(salts[case.receipt], [line_id for line_id, _ in case.nearest]),
    )


def _ranks(
    plan: RoundPlan, cases: Sequence[Case], *, only: Container[str] | None = None
) -> dict[tuple[str, str], tuple[int, int]]:
    """Return (rank, loser rank) by (receipt, line id); where losing costs nothing both are the same.

    only -- the lines that are asked for; None: all
    """
    by_line: dict[str, list[tuple[str, tuple[int, ...]]]] = {}
    for case in cases:
        for line_id, _ in case.listed:
            if only is None or line_id in only:
                by_line.setdefault(line_id, []).append((case.receipt, case.standings[line_id]))
    losing = {
        line_id
        for stage in plan.stages
        if stage.losers.value == "same_class_last"
        for line_id in stage.line_ids
    }
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for line_id, standings in by_line.items():
        keys = [standing for _, standing in standings]
        pairs = (
            dense_ranks_with_losers(keys)
            if line_id in losing
            else [(rank, rank) for rank in dense_ranks(keys)]
        )
        found.update({(receipt, line_id): pair for (receipt, _), pair in zip(standings, pairs, strict=True)})
    return found
