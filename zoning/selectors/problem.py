"""The engine's problem and the checker's facts, from the basis of a plan and the schools that share a zone.

A zone of several schools has the seats of all, holds the units of all, and the way to it is the way to the nearest of
them. Its code is the code of its first school.
Lengths are straight lines from a unit's point to the point of the unit the school stands in, or the walks of the
measure that the plan pins.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from common.errors import MalformedInput, RulesSayNo
from zoning.engine.building import build_problem
from zoning.engine.faults import ProblemFault
from zoning.engine.problem import Problem, School, Wishes
from zoning.engine.report import Json
from zoning.engine.rules import wishes_under
from zoning.engine.verify import Facts, Place, Site, violations
from zoning.selectors.basis import PlanBasis, SeatedSchool
from zoning.selectors.choices import Later


class UnknownSchools(MalformedInput):
    """A list of schools names one that is no public school of this stage with seats."""

    code = "unknown_schools"


class SchoolInTwoZones(MalformedInput):
    """A school is named in two zones."""

    code = "school_in_two_zones"


class DistrictCannotBeZoned(RulesSayNo):
    """The files contradict each other; the details say where."""

    code = "district_cannot_be_zoned"


@dataclass(frozen=True, slots=True)
class ZoneSite:
    """A zone to be: its schools in the order of their codes."""

    schools: tuple[SeatedSchool, ...]

    @property
    def code(self) -> str:
        return self.schools[0].code

    @property
    def name(self) -> str:
        return " / ".join(school.name for school in self.schools)

    @property
    def seats(self) -> int:
        return sum(school.seats for school in self.schools)


def sites_of_groups(basis: PlanBasis, groups: Iterable[Collection[str]]) -> tuple[ZoneSite, ...]:
    """Return the zones of exactly these groups of school codes, by zone code.

    Raises UnknownSchools and SchoolInTwoZones.
    """
    schools = {school.code: school for school in basis.schools}
    sets = sorted({tuple(sorted(set(group))) for group in groups if group})
    named = [code for group in sets for code in group]
    unknown = sorted(set(named) - set(schools))
    if unknown:
        raise UnknownSchools("these are no public schools of the stage with seats", schools=unknown)
    twice = sorted({code for code in named if named.count(code) > 1})
    if twice:
        raise SchoolInTwoZones("these schools are named in two zones", schools=twice)
    return tuple(ZoneSite(tuple(schools[code] for code in group)) for group in sets)


def sites_to_draw(basis: PlanBasis, groups: Sequence[Collection[str]] = ()) -> tuple[ZoneSite, ...]:
    """Return a zone for every group the officer names and for every other school.

    Schools of one unit share a zone, since a unit is never split. Raises UnknownSchools and SchoolInTwoZones.
    """
    sites_of_groups(basis, groups)  # refuses what cannot be read
    grouped = {code for group in groups for code in group}
    sets = [set(group) for group in groups] + [{s.code} for s in basis.schools if s.code not in grouped]
    unit_of = {school.code: school.unit_code for school in basis.schools}
    merged: list[set[str]] = []
    for group in sets:
        units = {unit_of[code] for code in group} - {""}
        sharing = [other for other in merged if units & {unit_of[code] for code in other}]
        merged = [other for other in merged if other not in sharing] + [group.union(*sharing)]
    return sites_of_groups(basis, merged)


def problem_of(
    basis: PlanBasis,
    sites: Sequence[ZoneSite],
    in_force: Mapping[str, str],
    *,
    class_size: int = 0,
    crossings: Mapping[tuple[str, str], int] | None = None,
) -> Problem:
    """Return the engine's problem. `in_force` is unit code -> zone code. Raises DistrictCannotBeZoned.

    class_size -- children of a full class, 0 where classes do not count
    crossings  -- those of `crossings_of` where main roads count
    """
    units = {unit.unit_id for unit in basis.units}
    known = {code: zone for code, zone in in_force.items() if code in units}
    try:
        return build_problem(
            basis.units,
            [
                School(s.code, s.unit_code, s.seats, site.code, s.later)
                for site in sites
                for s in site.schools
            ],
            basis.adjacency,
            wishes=replace(_wishes(basis, known), class_size=class_size),
            matrix_m=_ways(basis, sites),
            crossings=crossings,
        )
    except ProblemFault as fault:
        faults = [{"code": one.code, "ids": list(one.ids)} for one in fault.faults]
        raise DistrictCannotBeZoned(str(fault), faults=faults) from fault


def facts_of(basis: PlanBasis, sites: Sequence[ZoneSite]) -> Facts:
    """Return what the independent checker judges a plan by."""
    wishes = _wishes(basis, {})
    return Facts(
        units={
            unit.unit_id: Place(unit.children, unit.x_m, unit.y_m, unit.later, township=unit.township)
            for unit in basis.units
        },
        schools={
            s.code: Site(s.unit_code, s.seats, site.code, s.later) for site in sites for s in site.schools
        },
        adjacency=basis.adjacency,
        metres=_ways(basis, sites),
        later_years=basis.later_years,
        every_year=basis.later is Later.KEPT,
        locked=wishes.locked,
        forbidden=wishes.forbidden,
        enclaves=wishes.enclaves,
        distance_cap_m=wishes.distance_cap_m,
        school_caps_m=wishes.school_caps_m,
        townships_kept=wishes.townships_kept,
    )


def _wishes(basis: PlanBasis, in_force: Mapping[str, str]) -> Wishes:
    """Return what the rules of drawing and the islands of the zones in force fix."""
    seated = {school.code for school in basis.schools}
    stated = Wishes(
        zones_in_force=in_force,
        enclaves=tuple(pair for pair in basis.islands if pair[1] in seated),
        later_years=basis.later_years,
        every_year=basis.later is Later.KEPT,
    )
    return wishes_under(basis.engine_rules, stated)


def _ways(basis: PlanBasis, sites: Sequence[ZoneSite]) -> Mapping[tuple[str, str], float] | None:
    """Return walking metres by unit code and school code, None where straight lines count."""
    if basis.ways is None:
        return None
    return basis.ways.metres.part(
        [unit.unit_id for unit in basis.units], [school.code for site in sites for school in site.schools]
    )


def crossings_of(basis: PlanBasis, sites: Sequence[ZoneSite]) -> Mapping[tuple[str, str], int] | None:
    """Return main roads crossed by unit code and school code, pairs that cross none left out.

    None where no walks that count them are known.
    """
    if basis.ways is None or basis.ways.crossings is None:
        return None
    units = {unit.unit_id for unit in basis.units}
    schools = {school.code for site in sites for school in site.schools}
    known = basis.ways.crossings.items()
    return {pair: roads for pair, roads in known if pair[0] in units and pair[1] in schools}


def broken_rules(basis: PlanBasis, sites: Sequence[ZoneSite], zone_of: Mapping[str, str]) -> list[Json]:
    """Return what the independent checker finds wrong, as a plan's report keeps it; empty is good news."""
    found = violations(facts_of(basis, sites), sorted(zone_of.items()))
    return [
        {
            "code": one.code,
            "zone": one.school_id,
            "units": list(one.unit_ids),
            "children": one.children,
            **({"year": one.year} if one.year else {}),
        }
        for one in found
    ]


def loads_of(basis: PlanBasis, zone_of: Mapping[str, str]) -> dict[str, int]:
    """Return children by zone code, of the plan's own year."""
    loads: dict[str, int] = defaultdict(int)
    for unit in basis.units:
        loads[zone_of[unit.unit_id]] += unit.children
    return dict(loads)
