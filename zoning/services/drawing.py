"""Draws zones: reads the district, lets the engine search, has the checker judge, stores a version."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.services.jobs import Report, RunningJob, not_reported
from geo_data.models import DistanceMethod, Stage
from zoning.engine.faults import ProblemFault
from zoning.engine.judge import PROOFS, Trouble
from zoning.engine.objective import Weights
from zoning.engine.problem import Problem
from zoning.engine.report import Json, plan_rows
from zoning.engine.report import report as engine_report
from zoning.engine.solve import Options, solve
from zoning.engine.transport import never
from zoning.models import PlanOrigin, ZonePlan
from zoning.selectors.basis import PlanBasis, load_current_basis
from zoning.selectors.choices import Demand, Later
from zoning.selectors.islands import load_zones_in_force, with_islands
from zoning.selectors.problem import ZoneSite, broken_rules, crossings_of, problem_of, sites_to_draw
from zoning.selectors.start import Start, load_start
from zoning.selectors.weights import UnusableWeights, class_size_of, refuse_unknown, usable_weights
from zoning.services.storing import Draft, store_version

DEFAULT_EFFORT = 10  # about ten seconds for a county of a thousand units on one core
# Why there is no lawful plan; the rest of what the engine says, the checker says itself.
HOPELESS = PROOFS | {"none_found"}


class CheckerDisagrees(RuntimeError):
    """The engine calls a plan lawful and the checker does not, or the reverse: a fault of the engine."""


def draw_zones_of_district(
    *,
    actor: User | None,
    now: datetime,
    district_code: str,
    stage: Stage,
    entry_year: int | None = None,
    demand: Demand | None = None,
    preset: str | None = None,
    weights: Mapping[str, int] | None = None,
    class_size: int | None = None,
    school_groups: Sequence[Collection[str]] = (),
    method: DistanceMethod | None = None,
    later: Later = Later.IGNORED,
    start_plan: int | None = None,
    seed: int = 1,
    effort: int | None = None,
    seconds: float | None = None,
    job: RunningJob | None = None,
    report: Report = not_reported,
    should_stop: Callable[[], bool] = never,
) -> ZonePlan:
    """Draw zones from the current datasets and store them as the next version; publish nothing.

    1. Read. 2. Search, outside any transaction. 3. Check independently, and store. A plan that breaks rules is stored
    as a draft that cannot be published, with the reasons. With a job its success is part of the same transaction, so a
    rerun adds no version; a job that somebody asked to stop stores nothing.

    entry_year, demand, method, later -- as in `load_current_basis`; the first year's children must always fit
    preset -- None prefers few changes where zones were in force, and short ways where none were
    weights -- metres by name that change the preset's; class_size -- children of a full class where `class_seat_m`
    counts, None: the standard of the stage; should_stop -- once it says yes the best plan so far is stored
    school_groups -- school codes that share a zone; schools of one unit share one in any case
    start_plan -- number of a version to start from: its zones are drawn, and the result is never worse than it is
              under the same weights, where it is lawful; then `school_groups` are not needed
    Raises what `load_current_basis` does, UnknownSchools, SchoolInTwoZones, UnknownPreset, UnusableWeights,
    RoadsNeedWalks, RoadsNotCounted, NoSuchPlan, StartDoesNotFit and DistrictCannotBeZoned.
    """
    report("reading", 0, 1)
    start = None if start_plan is None else load_start(district_code, stage, start_plan)
    asked = _Asked(preset, dict(weights or {}), class_size, start, seed, effort, seconds)
    today = timezone.localtime(now).date()
    basis = load_current_basis(
        district_code, stage, entry_year, on=today, demand=demand, method=method, later=later
    )
    sites = sites_to_draw(basis, start.groups if start else school_groups)
    problem, options, draft = _prepared(basis, sites, asked, today)
    draft = _solve(problem, options, draft, seed=seed, report=report, should_stop=should_stop)
    report("storing", 0, 1)
    return _stored(draft, actor, now, job)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the plan is to be like, from where and how long to search."""

    preset: str | None
    weights: Mapping[str, int]
    class_size: int | None
    start: Start | None
    seed: int
    effort: int | None
    seconds: float | None

    def options(self, weights: Weights, problem: Problem) -> Options:
        start = self.start.zones_in(problem) if self.start else None
        if self.seconds is not None:
            return Options(seconds=self.seconds, clock=time.monotonic, weights=weights, start=start)
        effort = DEFAULT_EFFORT if self.effort is None else self.effort
        return Options(effort=effort, weights=weights, start=start)


def _prepared(
    basis: PlanBasis, sites: Sequence[ZoneSite], asked: _Asked, today: date
) -> tuple[Problem, Options, Draft]:
    """Return what to solve and how, and the draft without zones yet. Refuses weights that cannot count."""
    in_force = load_zones_in_force(basis, sites, today)
    basis = with_islands(basis, sites, in_force)
    preset = asked.preset or ("fewest_changes" if in_force else "nearest")
    weights = usable_weights(preset, asked.weights)
    refuse_unknown(basis.datasets.units, basis.ways.measure if basis.ways else None, asked.weights)
    class_size = class_size_of(basis.stage, weights, asked.class_size)
    crossings = crossings_of(basis, sites) if weights.crossing_m else None
    problem = problem_of(basis, sites, in_force, class_size=class_size, crossings=crossings)
    return problem, asked.options(weights, problem), _draft(basis, sites, preset, asked)


def _draft(basis: PlanBasis, sites: Sequence[ZoneSite], preset: str, asked: _Asked) -> Draft:
    """Return the draft with what was asked for, and no zones yet."""
    told: dict[str, str | int] = {"preset": preset}
    if asked.start:
        told["started_from"] = asked.start.number
    changes = asked.weights
    return Draft(
        basis=basis,
        sites=sites,
        zone_of={},
        origin=PlanOrigin.DRAWN,
        report={**told, **({"changed_weights": dict(changes)} if changes else {})},
        details={"seed": asked.seed, **told, **({"weights": dict(changes)} if changes else {})},
    )


def _stored(draft: Draft, actor: User | None, now: datetime, job: RunningJob | None) -> ZonePlan:
    """Store the version and let the job succeed, both or neither."""
    if job:
        job.stop_if_asked()
    with transaction.atomic():
        plan = store_version(actor=actor, now=now, draft=draft, job=job.job if job else None)
        if job:
            job.succeed(now=now, result={"plan": str(plan.pk), "number": plan.number, "lawful": plan.lawful})
    return plan


def _solve(
    problem: Problem,
    options: Options,
    draft: Draft,
    *,
    seed: int,
    report: Report,
    should_stop: Callable[[], bool],
) -> Draft:
    """Return the draft with the plan found and the engine's report."""
    began = time.monotonic()
    try:
        solution = solve(problem, options, seed=seed, progress=report, should_stop=should_stop)
    except ProblemFault as fault:
        raise UnusableWeights(str(fault), weights=asdict(options.weights)) from fault
    told = engine_report(problem, solution, seconds=time.monotonic() - began)
    draft = replace(
        draft,
        zone_of=plan_rows(problem, solution),
        report={**told, **draft.report, "hopeless": _hopeless(solution.violations)},
    )
    found = broken_rules(draft.basis, draft.sites, draft.zone_of)
    if solution.lawful == bool(found):
        raise CheckerDisagrees(f"the engine says lawful={solution.lawful}, the checker finds {found[:3]}")
    return draft


def _hopeless(found: Sequence[Trouble]) -> list[Json]:
    return [
        {
            "code": one.code,
            "zone": one.school_id,
            "units": list(one.unit_ids),
            "children": one.children,
            "schools": list(one.school_ids),
            "seats": one.seats,
            **({"year": one.year} if one.year else {}),
        }
        for one in found
        if one.code in HOPELESS
    ]
