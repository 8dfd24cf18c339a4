"""Zones of earlier years, from polygons or words, held against today's units: what fits, what does not, and why."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TypeVar

import numpy as np
import shapely

from common.canonical import CanonicalValue, digest
from common.errors import RulesSayNo
from geo_data.addresses.zone_match import match_texts
from geo_data.addresses.zone_texts import read_zone_text
from geo_data.addresses.zone_world import PhraseMatch
from geo_data.apart.limits import limits_of_settings
from geo_data.apart.reading import read_apart
from geo_data.models import DatasetKind, Stage
from geo_data.selectors.known_places import load_known_places
from geo_data.selectors.units import find_extent, list_units, load_areas, load_unit_places
from geo_data.selectors.zone_world import load_zone_world
from geo_data.tables.coverage import Repair
from geo_data.tables.findings import Finding, Findings, Preview
from geo_data.tables.placing import Ground
from geo_data.tables.systems import WGS84, Shapes, System, change_system
from geo_data.tables.zone_fit import KnownGround
from geo_data.tables.zone_layer import ZoneArea, overlay_units, read_zone_areas
from geo_data.tables.zone_list_table import ListedUnit, read_zone_list
from geo_data.tables.zone_text_table import ZoneText, read_zone_text_table
from zoning.engine.shares import Standing, UnitStanding, settle_units, undecided
from zoning.selectors.basis import PlanBasis, load_current_basis
from zoning.selectors.problem import sites_of_groups

MOST_SECONDS = 15  # a person waits
WHOLE = 1000  # per mille
Row = TypeVar("Row")


class ZoneFileRefused(RulesSayNo):
    """A file of zones has severe findings."""

    code = "zone_file_refused"

    def __init__(self, findings: Findings) -> None:
        super().__init__("the file has severe findings; nothing was read", counts=dict(findings.counts()))
        self.findings: tuple[Finding, ...] = findings.kept()
        self.previews: tuple[Preview, ...] = findings.previews()


@dataclass(frozen=True, slots=True)
class EarlierZones:
    """What a file or texts of zones come to on today's units.

    schools    -- zone code -> codes of its schools
    standings  -- every unit, by code
    names      -- unit code -> name
    matches    -- zone code -> its phrases, for texts
    beside     -- units whose representative point lies in another zone than their largest share, for polygons
    findings   -- of the file, none of them severe
    """

    schools: Mapping[str, tuple[str, ...]]
    standings: tuple[UnitStanding, ...]
    names: Mapping[str, str]
    matches: Mapping[str, tuple[PhraseMatch, ...]]
    beside: tuple[str, ...]
    findings: tuple[Finding, ...]
    digest: str

    @property
    def undecided(self) -> tuple[str, ...]:
        """Return the units without a zone."""
        return undecided(self.standings)

    @property
    def counts(self) -> dict[str, int]:
        """Return how many units stand how, every standing named."""
        found = Counter(one.standing for one in self.standings)
        return {standing.value: found[standing] for standing in Standing}


def zones_of_texts(
    *, district_code: str, stage: Stage, texts: Sequence[ZoneText], majority: bool, on: date
) -> EarlierZones:
    """Return what zone texts mean. Raises UnknownSchools, SchoolInTwoZones, and what `load_current_basis` raises."""
    basis = load_current_basis(district_code, stage, None, on=on)
    sites_of_groups(basis, [text.schools for text in texts])
    world = load_zone_world(basis.datasets.units)
    phrases = {text.schools[0]: read_zone_text(text.text) for text in texts}
    found = match_texts(phrases, world)
    return _report(
        basis,
        {text.schools[0]: text.schools for text in texts},
        settle_units(found.shares, majority=majority),
        {code: unit.name for code, unit in world.units.items()},
        matches=found.matches,
    )


@dataclass(frozen=True, slots=True)
class ZoneShares:
    """How units share in the zones of a file, before anybody decided about split ones.

    schools  -- zone code -> codes of its schools
    shares   -- unit code -> zone code -> per mille, of every current unit
    beside   -- as in EarlierZones
    findings -- of the file, none of them severe
    """

    schools: Mapping[str, tuple[str, ...]]
    shares: Mapping[str, Mapping[str, int]]
    beside: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def zones_of_polygons(
    *,
    district_code: str,
    stage: Stage,
    path: Path,
    declared: System | None = None,
    repairs: Collection[Repair] = (),
    accept_offset: bool = False,
    swap_axes: bool = False,
    majority: bool,
    on: date,
) -> EarlierZones:
    """Return what a layer of zones means. Raises ZoneFileRefused, and what `load_current_basis` raises.

    accept_offset -- should the zones look shifted, the units in use are the wrong ones
    swap_axes     -- the file's first coordinate is the northing, the second one the easting
    """
    basis = load_current_basis(district_code, stage, None, on=on)
    ground = _ground(basis, accept_offset=accept_offset, swap_axes=swap_axes)
    found = _shares_of_polygons(basis, path, declared, repairs, ground)
    return _settled(basis, found, majority)


def read_polygons(
    path: Path,
    *,
    district_code: str,
    stage: Stage,
    declared: System | None,
    repairs: Collection[Repair],
    accept_offset: bool = False,
    swap_axes: bool = False,
    on: date,
) -> ZoneShares:
    """Return how units share in the polygons of a file, while its sender waits.

    accept_offset -- should the zones look shifted, the units in use are the wrong ones
    swap_axes     -- the file's first coordinate is the northing, the second one the easting
    Raises ZoneFileRefused, and what `load_current_basis` raises.
    """
    basis = load_current_basis(district_code, stage, None, on=on)
    ground = _ground(basis, accept_offset=accept_offset, swap_axes=swap_axes)
    return _shares_of_polygons(basis, path, declared, repairs, ground, seconds=MOST_SECONDS)


def read_unit_list(path: Path, *, district_code: str, stage: Stage, on: date) -> ZoneShares:
    """Return the zones of a list of units, while its sender waits; a unit that it leaves out lies in none.

    Raises ZoneFileRefused, and what `load_current_basis` raises.
    """
    basis = load_current_basis(district_code, stage, None, on=on)
    listed, findings = _listed(basis, path, seconds=MOST_SECONDS)
    zone_of = {row.unit_code: row.schools for row in listed}
    return ZoneShares(
        {schools[0]: schools for schools in zone_of.values()},
        {unit.unit_id: _whole(zone_of.get(unit.unit_id, ())) for unit in basis.units},
        findings=findings,
    )


def list_zone_rows(
    path: Path, *, district_code: str, stage: Stage, on: date
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return unit and schools of every row of a list.

    Raises ZoneFileRefused, and what `load_current_basis` raises.
    """
    listed, _findings = _listed(load_current_basis(district_code, stage, None, on=on), path)
    return tuple((row.unit_code, row.schools) for row in listed)


def settle_zones(
    found: ZoneShares, *, district_code: str, stage: Stage, majority: bool, on: date
) -> EarlierZones:
    """Return what the shares mean for today's units.

    Raises UnknownSchools, SchoolInTwoZones, and what `load_current_basis` raises.
    """
    return _settled(load_current_basis(district_code, stage, None, on=on), found, majority)


def read_texts(path: Path, *, district_code: str, stage: Stage, on: date) -> tuple[ZoneText, ...]:
    """Return the texts of a file, read in a process of its own while its sender waits.

    Raises ZoneFileRefused, and what `load_current_basis` raises.
    """
    basis = load_current_basis(district_code, stage, None, on=on)
    schools = {school.code for school in basis.schools}
    texts, _findings = _read(
        lambda found: read_zone_text_table(path, schools=schools, findings=found), seconds=MOST_SECONDS
    )
    return texts


def _listed(
    basis: PlanBasis, path: Path, *, seconds: int | None = None
) -> tuple[tuple[ListedUnit, ...], tuple[Finding, ...]]:
    units, schools = {unit.unit_id for unit in basis.units}, {school.code for school in basis.schools}
    return _read(
        lambda found: read_zone_list(path, units=units, schools=schools, findings=found), seconds=seconds
    )


def _whole(schools: tuple[str, ...]) -> dict[str, int]:
    return {schools[0]: WHOLE} if schools else {}


def _ground(basis: PlanBasis, *, accept_offset: bool, swap_axes: bool) -> Ground:
    extent = find_extent(basis.datasets.units)
    return Ground(basis.district.working_crs, extent, accept_offset=accept_offset, swap_axes=swap_axes)


def _shares_of_polygons(
    basis: PlanBasis,
    path: Path,
    declared: System | None,
    repairs: Collection[Repair],
    ground: Ground,
    *,
    seconds: int | None = None,
) -> ZoneShares:
    units = basis.datasets.units
    schools = {school.code for school in basis.schools}
    places = load_unit_places(units)
    codes = [place.code for place in places]
    points = shapely.points([(place.x_m, place.y_m) for place in places])
    shapes = _shapes(basis, codes, points)
    known = KnownGround(shapes[shapely.get_dimensions(shapes) == 2], _sites(basis))

    def read(findings: Findings) -> tuple[ZoneArea, ...]:
        return read_zone_areas(
            path,
            ground=ground,
            declared=declared,
            schools=schools,
            repairs=repairs,
            known=known,
            findings=findings,
        )

    zones, findings = _read(read, seconds=seconds)
    overlay = overlay_units(zones, codes, shapes, points)
    first = {
        one.unit_id: one.shares[0][0] for one in settle_units(overlay.shares, majority=False) if one.shares
    }
    beside = tuple(unit for unit, zone in first.items() if overlay.point_zone.get(unit) != zone)
    return ZoneShares({zone.code: zone.schools for zone in zones}, overlay.shares, beside, findings)


def _read(
    read: Callable[[Findings], tuple[Row, ...]], *, seconds: int | None = None
) -> tuple[tuple[Row, ...], tuple[Finding, ...]]:
    """Return what a file holds and what was found, read in a process of its own. Raises ZoneFileRefused."""
    rows: list[Row] = []

    def keep(some: Sequence[Row]) -> int:
        rows.extend(some)
        return len(rows)

    findings, limits = Findings(), limits_of_settings()
    if seconds is not None:
        limits = replace(
            limits,
            cpu_seconds=min(limits.cpu_seconds, seconds),
            wall_seconds=min(limits.wall_seconds, seconds),
        )
    read_apart(read, findings, keep, limits=limits)
    if findings.refuses:
        raise ZoneFileRefused(findings)
    return tuple(rows), findings.kept()


def _settled(basis: PlanBasis, found: ZoneShares, majority: bool) -> EarlierZones:
    sites_of_groups(basis, list(found.schools.values()))
    return _report(
        basis,
        found.schools,
        settle_units(found.shares, majority=majority),
        dict(list_units(basis.datasets.units).values_list("code", "name")),
        beside=found.beside,
        findings=found.findings,
    )


def _shapes(basis: PlanBasis, codes: Sequence[str], points: Shapes) -> Shapes:
    """Return the units in the working system: areas, or points where a unit has none."""
    areas = load_areas(basis.datasets.units)
    shapes = points.copy()
    housed = [i for i, code in enumerate(codes) if code in areas]
    if housed:
        degrees = np.empty(len(housed), dtype=np.object_)
        degrees[:] = [shapely.from_wkb(areas[codes[i]]) for i in housed]
        shapes[housed] = change_system(degrees, WGS84, to_epsg=basis.district.working_crs)
    return shapes


def _sites(basis: PlanBasis) -> dict[str, shapely.Point]:
    """Return the sites of the schools in the working system, by code."""
    places = load_known_places(basis.district.code, DatasetKind.SCHOOLS)
    degrees = np.array([shapely.Point(place.longitude, place.latitude) for place in places], dtype=object)
    points = change_system(degrees, WGS84, to_epsg=basis.district.working_crs)
    return {place.code: point for place, point in zip(places, points, strict=True)}


def _report(
    basis: PlanBasis,
    schools: Mapping[str, tuple[str, ...]],
    standings: tuple[UnitStanding, ...],
    names: Mapping[str, str],
    *,
    matches: Mapping[str, tuple[PhraseMatch, ...]] | None = None,
    beside: tuple[str, ...] = (),
    findings: tuple[Finding, ...] = (),
) -> EarlierZones:
    """The digest is over what would be stored, so that a confirmation is of what was seen."""
    decided = {one.unit_id: one.zone for one in standings}
    shares = {one.unit_id: dict(one.shares) for one in standings}
    content: dict[str, CanonicalValue] = {
        "schools": {zone: list(codes) for zone, codes in schools.items()},
        "zones": decided,
        "shares": shares,
        "units": str(basis.datasets.units.pk),
    }
    seen = digest(content)
    return EarlierZones(schools, standings, names, matches or {}, beside, findings, seen)
