"""Islands of the zones in force: pieces without a school, which may stay where they are. New ones may not."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from zoning.engine.verify import islands_in_force
from zoning.selectors.basis import PlanBasis
from zoning.selectors.plans import plan_content
from zoning.selectors.problem import ZoneSite, facts_of
from zoning.selectors.publications import find_latest_publication


def load_zones_in_force(basis: PlanBasis, sites: Sequence[ZoneSite], on: date) -> Mapping[str, str]:
    """Return unit code -> the new zone that holds the first school of the zone in force, of current units."""
    publication = find_latest_publication(basis.district.pk, basis.stage, on)
    if publication is None:
        return {}
    content = plan_content(publication.plan)
    site_of = {school.code: site.code for site in sites for school in site.schools}
    first = {zone.code: zone.schools[0].code for zone in content.zones.values() if zone.schools}
    units = {unit.unit_id for unit in basis.units}
    return {
        unit: site_of[first[zone]]
        for unit, zone in content.zone_of.items()
        if unit in units and zone in first and first[zone] in site_of
    }


def with_islands(basis: PlanBasis, sites: Sequence[ZoneSite], in_force: Mapping[str, str]) -> PlanBasis:
    """Return the basis with the islands of these zones in force beside those that it pins."""
    if not in_force:
        return basis
    found = islands_in_force(facts_of(basis, sites), in_force)
    return replace(basis, islands=tuple(sorted({*basis.islands, *found})))
