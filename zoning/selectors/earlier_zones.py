"""Zones of earlier years, from polygons or words, held against today's units: what fits, what does not, and why."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import shapely

from common.canonical import CanonicalValue, digest
from common.errors import RulesSayNo
from geo_data.addresses.zone_match import match_texts
from geo_data.addresses.zone_texts import read_zone_text
from geo_data.addresses.zone_world import PhraseMatch
from geo_data.apart.limits import limits_of_settings
from geo_data.apart.reading import read_apart
from geo_data.models import Stage
from geo_data.selectors.units import find_extent, load_areas, load_unit_places
from geo_data.selectors.zone_world import load_zone_world
from geo_data.tables.coverage import Repair
from geo_data.tables.findings import Finding, Findings
from geo_data.tables.placing import Ground
from geo_data.tables.reading import UnreadableFile
from geo_data.tables.systems import WGS84, Shapes, System, change_system
from geo_data.tables.zone_layer import overlay_units, read_zone_areas
from geo_data.tables.zone_text_table import ZoneText, read_zone_text_table
from zoning.engine.shares import Standing, UnitStanding, settle_units, undecided
from zoning.selectors.basis import PlanBasis, load_current_basis
from zoning.selectors.problem import sites_of_groups

MOST_SECONDS = 15  # a person waits


class ZoneFileRefused(RulesSayNo):
    """A file of zones has severe findings."""

    code = "zone_file_refused"

    def __init__(self, findings: Findings) -> None:
        super().__init__("the file has severe findings; nothing was read", counts=dict(findings.counts()))
        self.findings: tuple[Finding, ...] = findings.kept()


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


def zones_of_polygons(
    *,
    district_code: str,
    stage: Stage,
    path: Path,
    declared: System | None = None,
    repairs: Collection[Repair] = (),
    majority: bool,
    on: date,
) -> EarlierZones:
    """Return what a layer of zones means. Raises ZoneFileRefused, and what `load_current_basis` raises."""
    basis = load_current_basis(district_code, stage, None, on=on)
    units = basis.datasets.units
    findings = Findings()
    try:
        zones = read_zone_areas(
            path,
            ground=Ground(basis.district.working_crs, find_extent(units)),
            declared=declared,
            schools={school.code for school in basis.schools},
            repairs=repairs,
            findings=findings,
        )
    except UnreadableFile as fault:
        findings.add("file_unreadable", value=str(fault))
        raise ZoneFileRefused(findings) from fault
    if findings.refuses:
        raise ZoneFileRefused(findings)
    places = load_unit_places(units)
    codes = [place.code for place in places]
    points = shapely.points([(place.x_m, place.y_m) for place in places])
    overlay = overlay_units(zones, codes, _shapes(basis, codes, points), points)
    standings = settle_units(overlay.shares, majority=majority)
    return _report(
        basis,
        {zone.code: zone.schools for zone in zones},
        standings,
        {place.code: place.name for place in places},
        beside=tuple(
            one.unit_id
            for one in standings
            if one.shares and overlay.point_zone.get(one.unit_id) != one.shares[0][0]
        ),
        findings=findings.kept(),
    )


def read_texts(path: Path, *, district_code: str, stage: Stage, on: date) -> tuple[ZoneText, ...]:
    """Return the texts of a file, read in a process of its own while its sender waits.

    Raises ZoneFileRefused, and what `load_current_basis` raises.
    """
    basis = load_current_basis(district_code, stage, None, on=on)
    schools = {school.code for school in basis.schools}
    texts: list[ZoneText] = []

    def keep(read: Sequence[ZoneText]) -> int:
        texts.extend(read)
        return len(texts)

    findings, limits = Findings(), limits_of_settings()
    read_apart(
        lambda found: read_zone_text_table(path, schools=schools, findings=found),
        findings,
        keep,
        limits=replace(
            limits,
            cpu_seconds=min(limits.cpu_seconds, MOST_SECONDS),
            wall_seconds=min(limits.wall_seconds, MOST_SECONDS),
        ),
    )
    if findings.refuses:
        raise ZoneFileRefused(findings)
    return tuple(texts)


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
