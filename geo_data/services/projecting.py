"""Projects a district: reads what is known, lets the pure method compute, stores the result whole."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.copying import Value, copy_rows
from accounts.models import User
from accounts.permissions import Action, require
from accounts.services.audit import record_event
from accounts.services.jobs import Report, RunningJob, not_reported
from common.canonical import CanonicalValue, canonical_json
from geo_data.models import Dataset, District, Projection, ProjectionRow, Stage
from geo_data.projection.project import Projected, ProjectionGap, project
from geo_data.projection.records import METHOD, YEARS_AHEAD, Method, Source
from geo_data.selectors.projection_source import Basis, NothingToProjectFrom, current_basis, load_source

MILLI = 1000
ROW_COLUMNS = (
    "projection_id",
    "unit_code",
    "entry_year",
    "category",
    "children",
    "expected",
    "low",
    "medium",
    "high",
)


def project_district(
    *,
    actor: User | None,
    now: datetime,
    district_code: str,
    stage: Stage,
    first_year: int | None = None,
    job: RunningJob | None = None,
    report: Report = not_reported,
) -> Projection:
    """Project the coming entry years from the current versions and store the result as the next projection.

    1. Read. 2. Compute, outside any transaction. 3. Store rows and result in one transaction; with a job its
    success is part of it, so that a rerun adds nothing.
    Whoever runs the server projects without an account; everybody else must be an officer who draws zones.
    Raises NotPermitted, NoSuchDistrict and NothingToProjectFrom.
    """
    if actor is not None:
        require(actor, Action.DRAW_ZONES, district_code)
    report("reading", 0, 0)
    basis = current_basis(district_code, stage)
    source = load_source(basis, on=timezone.localtime(now).date(), first_year=first_year)
    report("projecting", 0, 0)
    try:
        projected = project(source)
    except ProjectionGap as gap:
        raise NothingToProjectFrom(str(gap), district=district_code) from gap
    report("storing", 0, 0)
    with transaction.atomic():
        stored = _store(actor, now, basis, source, projected, job)
        if job:
            job.succeed(now=now, result={"projection": str(stored.pk), "number": stored.number})
    return stored


def _store(
    actor: User | None,
    now: datetime,
    basis: Basis,
    source: Source,
    projected: Projected,
    job: RunningJob | None,
) -> Projection:
    District.objects.select_for_update(no_key=True).get(pk=basis.district.pk)
    earlier = Projection.objects.filter(district=basis.district, stage=basis.stage)
    stored = Projection(
        district=basis.district,
        stage=basis.stage,
        number=(earlier.aggregate(last=Max("number"))["last"] or 0) + 1,
        method=METHOD,
        base_year=projected.base_year,
        first_year=source.first_year,
        last_counted=projected.last_counted,
        units_dataset=basis.units,
        children_dataset=basis.children,
        enrolments_dataset=basis.enrolments,
        grades_dataset=basis.grades,
        housing_dataset=basis.housing,
        moves_dataset=basis.moves,
        reconciliation=basis.reconciliation,
        parameters=_parameters(basis, source),
        assumptions=[{"code": one.code, "year": one.year} for one in projected.assumptions],
        results=_results(projected),
        job=job.job if job else None,
        created_by=actor,
        created_at=now,
    )
    stored.digest = _digest(basis, stored, projected)
    stored.save(force_insert=True)
    copy_rows(ProjectionRow, ROW_COLUMNS, ((str(stored.pk), *row) for row in _rows(projected)))
    details: Mapping[str, CanonicalValue] = {
        "stage": stored.stage,
        "number": stored.number,
        "method": stored.method,
        "first_year": stored.first_year,
        "digest": stored.digest,
    }
    record_event(
        actor=actor,
        now=now,
        action="projection.stored",
        subject=stored,
        district_code=basis.district.pk,
        details=details,
    )
    return stored


def _rows(projected: Projected) -> Iterator[Sequence[Value]]:
    """Yield unit, year, category, children, expected, low, medium, high; cells without any child are left out."""
    low, high = projected.low, projected.high
    for y, year in enumerate(projected.years):
        for u, unit in enumerate(projected.units):
            for c, category in enumerate(projected.categories):
                children, expected = int(projected.children[y, u, c]), int(projected.expected[y, u, c])
                if not children and not expected:
                    continue
                yield (
                    unit,
                    year,
                    category,
                    children,
                    expected,
                    None if low is None else int(low[y, u, c]),
                    int(projected.medium[y, u, c]),
                    None if high is None else int(high[y, u, c]),
                )


def _parameters(basis: Basis, source: Source) -> dict[str, CanonicalValue]:
    return {
        "rule": asdict(source.rule),
        "as_of": source.as_of.isoformat(),
        "years_ahead": YEARS_AHEAD,
        "method": _method(source.method),
        "thresholds": asdict(basis.settings.thresholds),
        "settings": basis.settings.number,
    }


def _method(method: Method) -> dict[str, CanonicalValue]:
    yields = {
        kind: {
            "moved_in_percent": list(one.moved_in_percent),
            "children_per_1000": list(one.children_per_1000),
        }
        for kind, one in sorted(method.yields.items())
    }
    numbers: dict[str, CanonicalValue] = {
        name: value for name, value in asdict(method).items() if name != "yields"
    }
    return {**numbers, "yields": yields}


def _results(projected: Projected) -> dict[str, CanonicalValue]:
    """Return what the pages say of the method: whole numbers only, rates in thousandths."""
    rates = projected.rates
    lead_of = dict(zip(projected.years, projected.horizon.leads, strict=True))
    spreads = projected.back_test.spreads
    return {
        "categories": list(projected.categories),
        "survival": [round(MILLI * share) for share in projected.survival],
        "years_fitted": list(rates.years),
        "capture": {
            category: {
                "rate": round(MILLI * float(rates.district[c])),
                "township_strength": round(float(rates.township_strength[c])),
                "unit_strength": round(float(rates.unit_strength[c])),
            }
            for c, category in enumerate(projected.categories)
        },
        "spreads": {
            level: {str(year): asdict(by_lead[lead]) for year, lead in lead_of.items() if lead in by_lead}
            for level, by_lead in spreads.items()
        },
        "scores": [asdict(score) for score in projected.back_test.scores],
        "schools": [asdict(one) for one in projected.back_test.schools],
    }


def _digest(basis: Basis, stored: Projection, projected: Projected) -> str:
    """Return the SHA-256 over the canonical heading and then every row, so that millions of rows need no memory."""
    pinned = (basis.units, basis.children, basis.enrolments, basis.grades, basis.housing, basis.moves)
    heading: dict[str, CanonicalValue] = {
        "method": stored.method,
        "stage": stored.stage,
        "first_year": stored.first_year,
        "datasets": [_file_digest(dataset) for dataset in pinned],
        "reconciliation": basis.reconciliation.input_digest if basis.reconciliation else None,
        "parameters": stored.parameters,
        "results": stored.results,
        "assumptions": stored.assumptions,
    }
    running = hashlib.sha256(canonical_json(heading))
    for row in _rows(projected):
        running.update(canonical_json([value for value in row if not isinstance(value, bytes)]))
    return running.hexdigest()


def _file_digest(dataset: Dataset | None) -> str | None:
    return dataset.file_digest if dataset else None
