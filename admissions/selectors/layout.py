"""A round as the matching reads it: its lines and stages, from policy and seats."""

from collections.abc import Mapping

from admissions.matching.records import (
    Coordination,
    CoordinationRule,
    Line,
    LoserRule,
    Mechanism,
    Precedence,
    ReserveTerms,
    RoundPlan,
    Stage,
)
from admissions.models import AdmissionRound
from admissions.rules.policy_records import PRIVATE_KINDS, FallbackKind, LineKind
from admissions.rules.stages import Stage as Step
from admissions.rules.stages import stage_layout
from admissions.selectors.rounds import round_code
from admissions.selectors.world import OPEN_PUBLIC, RoundWorld


def round_plan(
    admission_round: AdmissionRound, world: RoundWorld, own_ranks: Mapping[str, int] | None = None
) -> RoundPlan:
    """Return lines and stages; special-needs lines are left out, for they are filled before the draw.

    own_ranks -- of a closed list, by line (`matching.records.Line`); what is not published does without
    """
    names = [line_id for line_id in sorted(world.lines) if world.kind(line_id) is not LineKind.SPECIAL_NEEDS]
    open_public = tuple(line_id for line_id in names if world.kind(line_id) in OPEN_PUBLIC)
    stages = (_stage(world, step, names) for step in stage_layout(world.policy))
    fallback = world.policy.fallback.kind
    return RoundPlan(
        round_id=round_code(admission_round),
        lines=tuple(_line(world, line_id, own_ranks or {}) for line_id in names),
        stages=tuple(stage for stage in stages if stage.line_ids),
        coordination=None
        if fallback is FallbackKind.NONE
        else Coordination(CoordinationRule(fallback.value), open_public),
    )


def _line(world: RoundWorld, line_id: str, own_ranks: Mapping[str, int]) -> Line:
    track = "private" if world.kind(line_id) in PRIVATE_KINDS else "public"
    return Line(
        line_id,
        world.seats[line_id],
        track,
        world.reserve_of.get(line_id),
        _terms(world, line_id),
        own_ranks.get(line_id),
    )


def _terms(world: RoundWorld, line_id: str) -> ReserveTerms | None:
    stated = world.policy.line(world.lines[line_id].rule).reserve
    if stated is None or line_id not in world.reserve_of:
        return None
    return ReserveTerms(Precedence(stated.precedence.value), stated.spills)


def _stage(world: RoundWorld, step: Step, names: list[str]) -> Stage:
    rules = {world.lines[name].rule for name in names if world.lines[name].rule in step.line_codes}
    mechanism = Mechanism(step.mechanism.value)
    # A child with a reserve and an open line has two lines to be tried in turn, which `direct` does not do.
    if mechanism is Mechanism.DIRECT and len(rules) > 1:
        mechanism = Mechanism.DEFERRED_ACCEPTANCE
    line_ids = tuple(name for name in names if world.lines[name].rule in rules)
    return Stage(step.code, mechanism, line_ids, LoserRule(step.losers.value))
