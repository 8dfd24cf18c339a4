"""The policy simulator: a closed round placed again, under its policy and another; nothing is stored."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from accounts.models import User
from accounts.permissions import Action
from accounts.services.jobs import Report, not_reported
from admissions.lottery.entry_list import entry_value
from admissions.lottery.tickets import Draw, TicketScope, coordination_urn, urn
from admissions.matching.chances import Chance, chances
from admissions.matching.comparison import Comparison, compare
from admissions.matching.entries import applicants_from
from admissions.matching.records import RoundInput, RoundResult
from admissions.matching.stages import place
from admissions.models import AdmissionRound, EntryList
from admissions.rules.policy_records import Policy
from admissions.selectors.layout import round_plan
from admissions.selectors.rounds import get_round, round_code
from admissions.selectors.world import RoundWorld, load_world
from admissions.services.judging import Case, judge_cases
from admissions.services.public_list import make_public_list
from admissions.services.rounds import require_actor
from common.errors import RulesSayNo, WrongMoment

OPEN_LIST = "0" * 64  # nothing is published: what the lines within reach are sealed with does not matter


class NothingToSimulate(WrongMoment):
    """Entries are not closed yet: who takes part is not known."""

    code = "nothing_to_simulate"


class PolicyDoesNotFit(RulesSayNo):
    """The other policy has no rule for seats of this round."""

    code = "policy_does_not_fit"


@dataclass(frozen=True, slots=True)
class Simulation:
    """What another policy would have meant for the same children with the same tickets.

    placed_before, placed_after -- children with a place
    """

    comparison: Comparison
    placed_before: int
    placed_after: int


def simulate_policy(
    *,
    actor: User | None,
    now: datetime,
    round_id: UUID,
    policy: Policy,
    luck: str,
    report: Report = not_reported,
) -> Simulation:
    """Place the children of a closed round under its own policy and under another; count them by their own category.

    luck -- any text; it makes the tickets, which are the same for both, so that only the rules differ
    Raises NothingToSimulate or PolicyDoesNotFit.
    """
    admission_round = _closed_round(actor, round_id)
    world = load_world(admission_round)
    lacking = sorted({line.rule for line in world.lines.values()} - {line.code for line in policy.lines})
    if lacking:
        raise PolicyDoesNotFit(f"the policy has no line {', '.join(lacking)}", lines=lacking)
    draw, scope = _draw_of(admission_round, luck), TicketScope(world.policy.tickets.value)
    cases = _drawn(admission_round, world, report)
    before = place(_input_of(admission_round, world, cases, draw, scope))
    other = replace(world, policy=policy)
    after = place(_input_of(admission_round, other, _drawn(admission_round, other, report), draw, scope))
    return Simulation(
        compare(before, after, {case.receipt: _category(world, case) for case in cases}),
        _placed(before),
        _placed(after),
    )


def find_chances(
    *,
    actor: User | None,
    now: datetime,
    round_id: UUID,
    draws: int,
    luck: int,
    report: Report = not_reported,
) -> tuple[Chance, ...]:
    """Draw a closed round again and again with fresh tickets: the chance at every line, choice and rank.

    Raises NothingToSimulate.
    """
    admission_round = _closed_round(actor, round_id)
    world = load_world(admission_round)
    draw, scope = _draw_of(admission_round, str(luck)), TicketScope(world.policy.tickets.value)
    cases = _drawn(admission_round, world, report)
    return chances(_input_of(admission_round, world, cases, draw, scope), draws=draws, seed=luck)


def _closed_round(actor: User | None, round_id: UUID) -> AdmissionRound:
    admission_round = get_round(round_id)
    require_actor(actor, Action.READ_DISTRICT, admission_round.district_id)
    if not EntryList.objects.filter(round=admission_round).exists():
        raise NothingToSimulate("close the entries of the round first", round=round_code(admission_round))
    return admission_round


def _draw_of(admission_round: AdmissionRound, luck: str) -> Draw:
    """Return a draw of its own name, so that no simulation can pass for the round's."""
    return Draw(f"{round_code(admission_round)}-simulation", hashlib.sha256(luck.encode()).hexdigest())


def _drawn(admission_round: AdmissionRound, world: RoundWorld, report: Report) -> list[Case]:
    """Return the cases that are drawn; special-needs children have their places before."""
    return [case for case in judge_cases(admission_round, world, report) if case.special_line is None]


def _input_of(
    admission_round: AdmissionRound, world: RoundWorld, cases: Sequence[Case], draw: Draw, scope: TicketScope
) -> RoundInput:
    plan = round_plan(admission_round, world)
    tracks = {line.line_id: line.track for line in plan.lines}

    def ticket_of(line_id: str, ball: str) -> int:
        if not line_id:
            return draw.ticket(coordination_urn(scope), ball)
        return draw.ticket(urn(scope, track=tracks[line_id], line_id=line_id), ball)

    salts = dict.fromkeys((case.receipt for case in cases), OPEN_LIST)
    unsaved = EntryList(round=admission_round, number=0, public_value_names=[])
    public = make_public_list(admission_round, world, plan, cases, salts, unsaved)
    applicants = applicants_from(
        [entry_value(entry) for entry in public.entries],
        ticket_of,
        fallbacks={case.receipt: (OPEN_LIST, tuple(line for line, _ in case.nearest)) for case in cases},
        walk_metres={case.receipt: tuple(metres for _, metres in case.nearest) for case in cases},
    )
    return RoundInput(plan, applicants)


def _category(world: RoundWorld, case: Case) -> str:
    """Return the child's category at the last line listed, its zone school; "" where it has none."""
    if not case.listed:
        return ""
    categories = world.policy.line(world.lines[case.listed[-1][0]].rule).categories
    tier = case.fallback_tier
    return categories[tier - 1] if 1 <= tier <= len(categories) else ""


def _placed(result: RoundResult) -> int:
    return sum(placement.line_id is not None for placement in result.placements)
