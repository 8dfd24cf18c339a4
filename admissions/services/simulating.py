"""The policy simulator: a closed round placed again, under its policy and another; nothing of it is kept but counts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.permissions import Action
from accounts.services.jobs import Report, RunningJob, not_reported
from admissions.lottery.entry_list import entry_value
from admissions.lottery.tickets import TicketScope
from admissions.matching.comparison import Change, Comparison, compare
from admissions.matching.entries import applicants_from
from admissions.matching.records import RoundInput, RoundResult
from admissions.matching.stages import place
from admissions.models import AdmissionRound, EntryList
from admissions.rules.category import category_of_tier
from admissions.rules.policy_differences import unfit_lines
from admissions.rules.policy_records import LoserRule, Policy
from admissions.rules.reserves import own_tiers
from admissions.selectors.policies import NoSuchPolicy, get_policy_version, policy_of_version
from admissions.selectors.rounds import list_lines, policy_of
from admissions.selectors.world import RoundWorld
from admissions.services.judging import Case, judge_cases
from admissions.services.public_list import closed_plan, make_public_list
from admissions.services.replaying import closed_round, closed_world, tickets_of_luck
from common.canonical import CanonicalValue
from common.errors import RulesSayNo

OPEN_LIST = "0" * 64  # nothing is published: what the lines within reach are sealed with does not matter


class PolicyDoesNotFit(RulesSayNo):
    """The other policy has no such kind of seats as some of this round."""

    code = "policy_does_not_fit"


@dataclass(frozen=True, slots=True)
class Question:
    """What shall be tried: another version, another rule for losers of a private draw, or both; and the luck.

    losers -- the value of a LoserRule, or "" for that of the policy
    luck   -- any text; it makes the tickets, which are the same for both, so that only the rules differ
    """

    policy_version_id: UUID | None
    losers: str
    luck: str


@dataclass(frozen=True, slots=True)
class Simulation:
    """What another policy would have meant for the same children with the same tickets.

    placed_before, placed_after -- children with a place
    """

    comparison: Comparison
    placed_before: int
    placed_after: int


def run_simulation(
    *,
    actor: User | None,
    now: datetime,
    round_id: UUID,
    question: Question,
    report: Report = not_reported,
    job: RunningJob | None = None,
) -> Simulation:
    """Simulate what was asked; counts, and the receipts of those who gain or lose, become the job's result."""
    policy = asked_policy(actor=actor, now=now, round_id=round_id, question=question)
    found = simulate_policy(
        actor=actor, now=now, round_id=round_id, policy=policy, luck=question.luck, report=report
    )
    if job:
        with transaction.atomic():
            job.succeed(now=now, result=simulation_as_data(found, question))
    return found


def asked_policy(*, actor: User | None, now: datetime, round_id: UUID, question: Question) -> Policy:
    """Return the policy to be tried, if the round can be placed by it.

    Raises NothingToSimulate, NobodyToPlace, NoSuchPolicy, PolicyDoesNotFit.
    """
    admission_round, _ = closed_round(actor, Action.READ_DISTRICT, round_id)
    policy = policy_of(admission_round)
    if question.policy_version_id:
        version = get_policy_version(question.policy_version_id)
        own = (admission_round.district_id, admission_round.stage)
        if (version.district_id, version.stage) != own:
            raise NoSuchPolicy("there is no such policy of this district and stage")
        policy = policy_of_version(version)
    if question.losers:
        policy = replace(policy, private=replace(policy.private, loser=LoserRule(question.losers)))
    _refuse_unfit(admission_round, policy)
    return policy


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

    The other policy counts as if it were of the round's district, stage, year and calendar: only its rules differ.
    Raises NothingToSimulate, NobodyToPlace or PolicyDoesNotFit.
    """
    admission_round, entry_list = closed_round(actor, Action.READ_DISTRICT, round_id)
    _refuse_unfit(admission_round, policy)
    world = closed_world(admission_round, entry_list)
    other = replace(world, policy=_here(policy, world.policy))
    drawn = set(entry_list.entries.filter(is_drawn=True).values_list("receipt", flat=True))
    scope = TicketScope(world.policy.tickets.value)
    cases = _cases(admission_round, world, drawn, report)
    report("placing", 0, len(cases))
    before = place(_input_of(admission_round, world, cases, scope, luck))
    others = _cases(
        admission_round, other, drawn, lambda _, done, total: report("judging_other", done, total)
    )
    report("placing_other", 0, len(others))
    after = place(_input_of(admission_round, other, others, scope, luck))
    return Simulation(
        compare(before, after, {case.receipt: _category(world, case) for case in cases}),
        _placed(before),
        _placed(after),
    )


def simulation_as_data(found: Simulation, question: Question) -> dict[str, CanonicalValue]:
    """Return the question, the counts by category, and the receipts of those who gain or lose."""
    counts = {(name, change): count for name, change, count in found.comparison.counts}
    changes = found.comparison.changes.items()
    return {
        "policy_version": str(question.policy_version_id or ""),
        "losers": question.losers,
        "luck": question.luck,
        "placed_before": found.placed_before,
        "placed_after": found.placed_after,
        "categories": [
            {"category": name, **{change.value: counts.get((name, change), 0) for change in Change}}
            for name in sorted({name for name, _ in counts})
        ],
        "gained": [receipt for receipt, change in changes if change is Change.GAINS],
        "lost": [receipt for receipt, change in changes if change is Change.LOSES],
    }


def _refuse_unfit(admission_round: AdmissionRound, policy: Policy) -> None:
    own = policy_of(admission_round)
    rules = sorted({line.rule for line in list_lines(admission_round)})
    if unfit := unfit_lines(own, policy, rules):
        titles = [own.line(code).title for code in unfit]
        raise PolicyDoesNotFit(
            f"the policy has no line {', '.join(unfit)} of the same kind",
            lines=list(unfit),
            reasons=[{"zh": title.zh, "en": title.en} for title in titles],
        )


def _here(policy: Policy, own: Policy) -> Policy:
    return replace(policy, district=own.district, stage=own.stage, year=own.year, calendar=own.calendar)


def _cases(admission_round: AdmissionRound, world: RoundWorld, drawn: set[str], report: Report) -> list[Case]:
    """Return the cases of the frozen list; special-needs children have their places before the draw."""
    return [case for case in judge_cases(admission_round, world, report) if case.receipt in drawn]


def _input_of(
    admission_round: AdmissionRound, world: RoundWorld, cases: Sequence[Case], scope: TicketScope, luck: str
) -> RoundInput:
    plan = closed_plan(admission_round, world, cases)
    salts = dict.fromkeys((case.receipt for case in cases), OPEN_LIST)
    unsaved = EntryList(round=admission_round, number=0, public_value_names=[])
    public = make_public_list(admission_round, world, plan, cases, salts, unsaved)
    applicants = applicants_from(
        [entry_value(entry) for entry in public.entries],
        tickets_of_luck(admission_round, plan, scope, luck),
        fallbacks={case.receipt: (OPEN_LIST, tuple(line for line, _ in case.nearest)) for case in cases},
        walk_metres={case.receipt: tuple(metres for _, metres in case.nearest) for case in cases},
    )
    return RoundInput(plan, applicants)


def _category(world: RoundWorld, case: Case) -> str:
    """Return the child's category at the last open line listed, its zone school; "" where it has none."""
    listed = [
        line_id
        for line_id, _ in case.listed
        if case.standings[line_id][0] <= own_tiers(world.policy.line(world.lines[line_id].rule))
    ]
    opened = [line_id for line_id in listed if line_id not in world.reserve_of] or listed
    if not opened:
        return ""
    line = world.policy.line(world.lines[opened[-1]].rule)
    return category_of_tier(line, case.standings[opened[-1]][0])


def _placed(result: RoundResult) -> int:
    return sum(placement.line_id is not None for placement in result.placements)
