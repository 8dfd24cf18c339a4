"""Measures the distance from every unit to every school, and keeps it as a version."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db import transaction
from django.db.models import Max

from accounts.copying import Value, copy_rows
from accounts.models import User
from accounts.permissions import Action, require
from accounts.services.audit import record_event
from accounts.services.jobs import Report, RunningJob, not_reported
from common.canonical import CanonicalValue, digest
from common.errors import MalformedInput
from geo_data.models import Dataset, DatasetKind, DistanceMeasure, DistanceMethod, UnitDistances
from geo_data.selectors.datasets import find_current_dataset, get_current_dataset
from geo_data.selectors.districts import get_district
from geo_data.selectors.dwellings import DwellingPoints, load_dwelling_points
from geo_data.selectors.schools import SchoolSite, list_schools, load_school_sites
from geo_data.selectors.streets import edits_as_data, edits_of, list_live_edits, load_network
from geo_data.selectors.units import list_units
from geo_data.services.datasets import lock_district
from geo_data.streets.edits import Edits, edited
from geo_data.streets.graph import MM_PER_METRE, IntArray, islands_of
from geo_data.streets.paths import UnitWalks, mean_walks, straight_mm, walks
from geo_data.streets.sides import walking_graph
from geo_data.streets.snapping import Snapper, Snaps
from geo_data.streets.ways import NO_WAY, lengths_mm, of_length

FAR_M = 100  # a place farther than this from the street it was brought to is named in the report
SHOWN = 200
RANGES = {"penalty_m": (0, 2000), "snap_limit_m": (10, 5000), "limit_m": (500, 200_000)}


class MeasureOutOfRange(MalformedInput):
    """Penalty or limit of a measure is out of range."""

    code = "measure_out_of_range"


@dataclass(frozen=True, slots=True)
class Manner:
    """How to measure. Metres: what a crossing counts for; how far a street may be; how long a way may be."""

    method: DistanceMethod = DistanceMethod.WALK
    penalty_m: int = 0
    snap_limit_m: int = 1000
    limit_m: int = 50_000


WALKING = Manner()
STRAIGHT = Manner(DistanceMethod.STRAIGHT, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class _Pins:
    """The versions and edits that a measure stands on."""

    units: Dataset
    schools: Dataset
    streets: Dataset | None
    addresses: Dataset | None
    edits: Edits


@dataclass(frozen=True, slots=True)
class _Measured:
    """metres -- [n_units, n_schools], NO_WAY where there is none; crossings -- [n_units, n_schools], None of straight
    lines; report -- for officers.
    """

    metres: IntArray
    crossings: IntArray | None
    report: dict[str, CanonicalValue]


def compute_measure(
    *,
    actor: User | None,
    now: datetime,
    district_code: str,
    manner: Manner = WALKING,
    job: RunningJob | None = None,
    report: Report = not_reported,
) -> DistanceMeasure:
    """Measure on the current versions and the edits that hold, and store the result as the next version.

    1. Read, and return the measure that was made of the same versions and edits in the same manner, if there is one;
       walks that do not count crossings are measured again.
    2. Measure, outside any transaction.
    3. Store measure and rows. With a job its success is part of the same transaction.
    Raises NotPermitted, NoSuchDistrict, NoSuchDataset and MeasureOutOfRange.
    """
    get_district(district_code)
    if actor is not None:
        require(actor, Action.IMPORT_DATA, district_code)
    _refuse_out_of_range(manner)
    report("reading", 0, 1)
    pins = _pins(district_code, manner.method)
    same = _find_same(pins, manner)
    if same is None:
        measured = _measure(pins, manner, report)
        report("storing", 0, 1)
    with transaction.atomic():
        if same is None:
            same = _store(actor=actor, now=now, pins=pins, manner=manner, measured=measured, job=job)
        if job:
            job.succeed(now=now, result={"measure": str(same.pk), "number": same.number})
    return same


def _refuse_out_of_range(manner: Manner) -> None:
    if manner.method == DistanceMethod.STRAIGHT:
        return
    for name, (least, most) in RANGES.items():
        if not least <= getattr(manner, name) <= most:
            raise MeasureOutOfRange(f"{name} is out of range", name=name, least=least, most=most)


def _pins(district_code: str, method: DistanceMethod) -> _Pins:
    units = get_current_dataset(district_code, DatasetKind.UNITS)
    schools = get_current_dataset(district_code, DatasetKind.SCHOOLS)
    addresses = find_current_dataset(district_code, DatasetKind.ADDRESSES)
    if method == DistanceMethod.STRAIGHT:
        return _Pins(units, schools, None, addresses, Edits())
    streets = get_current_dataset(district_code, DatasetKind.STREETS)
    return _Pins(units, schools, streets, addresses, edits_of(list_live_edits(district_code)))


def _find_same(pins: _Pins, manner: Manner) -> DistanceMeasure | None:
    return (
        DistanceMeasure.objects.filter(
            units_dataset=pins.units,
            schools_dataset=pins.schools,
            streets_dataset=pins.streets,
            addresses_dataset=pins.addresses,
            edits_digest=digest(edits_as_data(pins.edits)),
            counts_crossings=manner.method == DistanceMethod.WALK,
            **_fields(manner),
        )
        .order_by("-number")
        .first()
    )


def _fields(manner: Manner) -> dict[str, str | int]:
    return {
        "method": manner.method.value,
        "penalty_m": manner.penalty_m,
        "snap_limit_m": manner.snap_limit_m,
        "limit_m": manner.limit_m,
    }


def _measure(pins: _Pins, manner: Manner, report: Report) -> _Measured:
    homes = load_dwelling_points(pins.units, pins.addresses)
    sites = load_school_sites(pins.schools)
    x_m, y_m = np.array([site.x_m for site in sites]), np.array([site.y_m for site in sites])
    figures: dict[str, CanonicalValue] = {
        "units": len(homes.unit_codes),
        "schools": len(sites),
        "points": len(homes.owner),
    }
    if pins.streets is None:
        lines = of_length(straight_mm(homes.x_m, homes.y_m, x_m, y_m))
        return _Measured(_metres(_mean(lines, homes)), None, figures)
    report("joining_streets", 0, 1)
    network = edited(load_network(pins.streets), pins.edits)
    walking = walking_graph(network.graph, penalty_m=manner.penalty_m)
    snapper = Snapper(network.graph)
    at_home = snapper.snap(homes.x_m, homes.y_m, limit_m=manner.snap_limit_m)
    at_school = snapper.snap(x_m, y_m, limit_m=manner.snap_limit_m)
    ways = walks(
        walking,
        at_home,
        at_school,
        limit_m=manner.limit_m,
        progress=lambda done, total: report("walking", done, total),
    )
    found = _mean(np.where(lengths_mm(ways) > manner.limit_m * MM_PER_METRE, NO_WAY, ways), homes)
    metres = _metres(found)
    cut_off = np.flatnonzero((metres == NO_WAY).all(axis=1))
    _, islands = islands_of(network.graph)
    figures |= {
        "nodes": network.graph.n_nodes,
        "edges": network.graph.n_edges,
        "islands": len(islands),
        "lost_edits": [[str(a), str(b)] for a, b in network.lost[:SHOWN]],
        "pairs_without_way": int((metres == NO_WAY).sum()),
        "units_without_way": [_told(homes, int(i)) for i in cut_off[:SHOWN]],
        "n_units_without_way": len(cut_off),
        "far_units": _far_units(homes, at_home),
        "far_schools": _far_schools(sites, at_school),
    }
    return _Measured(metres, found.crossings, figures)


def _mean(ways: IntArray, homes: DwellingPoints) -> UnitWalks:
    return mean_walks(ways, homes.owner, homes.weight, len(homes.unit_codes))


def _metres(found: UnitWalks) -> IntArray:
    return np.asarray(np.where(found.mm == NO_WAY, NO_WAY, found.mm // MM_PER_METRE))


def _told(homes: DwellingPoints, unit: int) -> CanonicalValue:
    return {"code": homes.unit_codes[unit], "name": homes.unit_names[unit]}


def _far_units(homes: DwellingPoints, snaps: Snaps) -> list[CanonicalValue]:
    """Return units with a point farther than FAR_M from its street, farthest first; metres None beyond the limit."""
    worst: dict[int, int] = {}
    for unit, away in zip(homes.owner.tolist(), _away(snaps), strict=True):
        worst[unit] = max(worst.get(unit, 0), away)
    far = sorted((-away, unit) for unit, away in worst.items() if away > FAR_M)
    return [
        {"code": homes.unit_codes[unit], "name": homes.unit_names[unit], "metres": _known(-away)}
        for away, unit in far[:SHOWN]
    ]


def _far_schools(sites: Sequence[SchoolSite], snaps: Snaps) -> list[CanonicalValue]:
    far = sorted((-away, i) for i, away in enumerate(_away(snaps)) if away > FAR_M)
    return [
        {"code": sites[i].code, "name": sites[i].name, "metres": _known(-away)} for away, i in far[:SHOWN]
    ]


BEYOND = 10**9  # stands for a place beyond the limit while places are sorted


def _away(snaps: Snaps) -> list[int]:
    """Return metres from each point to its street, rounded up."""
    away = -(-snaps.off_mm // MM_PER_METRE)
    return [int(value) for value in np.where(snaps.found, away, BEYOND)]


def _known(away: int) -> int | None:
    return None if away == BEYOND else away


def _store(
    *,
    actor: User | None,
    now: datetime,
    pins: _Pins,
    manner: Manner,
    measured: _Measured,
    job: RunningJob | None,
) -> DistanceMeasure:
    district = lock_district(pins.units.district_id)
    last = DistanceMeasure.objects.filter(district=district).aggregate(last=Max("number"))["last"] or 0
    edits = edits_as_data(pins.edits)
    measure = DistanceMeasure(
        district=district,
        number=last + 1,
        units_dataset=pins.units,
        schools_dataset=pins.schools,
        streets_dataset=pins.streets,
        addresses_dataset=pins.addresses,
        edits=edits,
        edits_digest=digest(edits),
        counts_crossings=measured.crossings is not None,
        report=measured.report,
        job=job.job if job else None,
        made_by=actor,
        made_at=now,
        **_fields(manner),
    )
    measure.save(force_insert=True)
    columns = ("measure_id", "unit_id", "schools", "metres", "crossings")
    copy_rows(UnitDistances, columns, _rows(measure, measured))
    details: dict[str, CanonicalValue] = {
        **_fields(manner),
        "number": measure.number,
        "units": str(pins.units.pk),
        "schools": str(pins.schools.pk),
        "streets": str(pins.streets.pk) if pins.streets else None,
        "edits_digest": measure.edits_digest,
    }
    record_event(
        actor=actor,
        now=now,
        action="distances.measured",
        subject=measure,
        district_code=district.pk,
        details=details,
    )
    return measure


def _rows(measure: DistanceMeasure, measured: _Measured) -> Iterator[Sequence[Value]]:
    """Return the rows of the table. What they rest on is asked for at once: while COPY runs nothing can be."""
    units = list(list_units(measure.units_dataset).values_list("pk", flat=True))
    schools = np.array(list_schools(measure.schools_dataset).values_list("pk", flat=True), dtype=np.int64)
    whose, crossings = str(measure.pk), measured.crossings
    return (
        (
            whose,
            unit,
            _array(schools[known]),
            _array(measured.metres[i, known]),
            None if crossings is None else _array(crossings[i, known]),
        )
        for i, unit in enumerate(units)
        for known in (measured.metres[i] != NO_WAY,)
    )


def _array(values: IntArray) -> str:
    return "{" + ",".join(map(str, values.tolist())) + "}"
