"""Draws zones: reads the district, lets the engine search, has the checker judge, stores a version."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime

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
from zoning.selectors.basis import Demand, Later, PlanBasis, load_current_basis
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

    1. Read: without an entry year the coming one where there is a census, else the units file's own counts;
       without a `demand` the reconciled children count where a run compared the lists in use, else the census.
    2. Search, outside any transaction, starting from prices or from a stored version; `preset` None prefers few
       changes where zones were in force, and short ways where none were.
    3. Check independently, and store. A plan that breaks rules is stored as a draft that cannot be published,
       with the reasons. With a job its success is part of the same transaction, so a rerun adds no version;
       a job that somebody asked to stop stores nothing.

    weights -- metres by name that change the preset's; class_size -- children of a full class where `class_seat_m`
    counts, None: the standard of the stage; should_stop -- once it says yes the best plan so far is stored
    school_groups -- school codes that share a zone; schools of one unit share one in any case
    later -- what later entry years of the projection mean; the first year's children must always fit
    start_plan -- number of a version to start from: its zones are drawn, and the result is never worse than it is
              under the same weights, where it is lawful; then `school_groups` are not needed
    method -- by which distances; None means the newest walks of the current versions, else straight lines
    Raises NoSuchDistrict, DatasetMissing, NoSeatedSchool, UnitsWithoutCount, UnknownSchools, SchoolInTwoZones,
    UnknownPreset, UnusableWeights, RoadsNeedWalks, RoadsNotCounted, ProjectionMissing, ReconciliationMissing,
    LaterYearsNeedProjection, MeasureMissing, NoSuchPlan, StartDoesNotFit and DistrictCannotBeZoned.
    """
    report("reading", 0, 1)
    start = None if start_plan is None else load_start(district_code, stage, start_plan)
    today = timezone.localtime(now).date()
    basis = load_current_basis(
        district_code, stage, entry_year, on=today, demand=demand, method=method, later=later
    )
    sites = sites_to_draw(basis, start.groups if start else school_groups)
    in_force = load_zones_in_force(basis, sites, today)
    basis = with_islands(basis, sites, in_force)
    preset = preset or ("fewest_changes" if in_force else "nearest")
    changes = dict(weights or {})
    wanted = usable_weights(preset, changes)
    refuse_unknown(basis.datasets.units, basis.ways.measure if basis.ways else None, changes)
    problem = problem_of(
        basis,
        sites,
        in_force,
        class_size=class_size_of(stage, wanted, class_size),
        crossings=crossings_of(basis, sites) if wanted.crossing_m else None,
    )
    options = _options(wanted, effort, seconds)
    draft = _solve(
        problem,
        replace(options, start=start.zones_in(problem)) if start else options,
        _draft(basis, sites, preset, changes, start, seed),
        seed=seed,
        report=report,
        should_stop=should_stop,
    )
    report("storing", 0, 1)
    if job:
        job.stop_if_asked()
    with transaction.atomic():
        plan = store_version(actor=actor, now=now, draft=draft, job=job.job if job else None)
        if job:
            job.succeed(now=now, result={"plan": str(plan.pk), "number": plan.number, "lawful": plan.lawful})
    return plan


def _draft(
    basis: PlanBasis,
    sites: Sequence[ZoneSite],
    preset: str,
    changes: Mapping[str, int],
    start: Start | None,
    seed: int,
) -> Draft:
    """Return the draft with what was asked for, and no zones yet."""
    told: dict[str, str | int] = {"preset": preset}
    if start:
        told["started_from"] = start.number
    return Draft(
        basis=basis,
        sites=sites,
        zone_of={},
        origin=PlanOrigin.DRAWN,
        report={**told, **({"changed_weights": dict(changes)} if changes else {})},
        details={"seed": seed, **told, **({"weights": dict(changes)} if changes else {})},
    )


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


def _options(weights: Weights, effort: int | None, seconds: float | None) -> Options:
    if seconds is not None:
        return Options(seconds=seconds, clock=time.monotonic, weights=weights)
    return Options(effort=DEFAULT_EFFORT if effort is None else effort, weights=weights)


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
