"""Count the documents that families of the sample county are asked for: python -m benchmarks.documents [applicants].

For every example policy, with the county's code in place of the policy's: entrants of the stage before the public
school of the zone in which they live, facts as the census file states them.
"""

import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from admissions.rules.category import Classified, classify
from admissions.rules.documents import needed
from admissions.rules.facts import Facts, facts_from_data
from admissions.rules.policy import example_names, example_policy, load_policy
from admissions.rules.policy_records import LineKind, Policy
from admissions.rules.standing import Target
from geo_data.county.files import CHILDREN, write_children
from geo_data.county.make import make_county
from geo_data.county.population import children_of_county
from geo_data.county.sketch import JUNIOR_AGE, PRIMARY_AGE, County
from geo_data.tables.child_table import Census, read_children
from geo_data.tables.findings import Findings

SEED, YEAR = 1, 2026
PUBLIC_OPEN = (LineKind.ZONE, LineKind.MULTI_SCHOOL, LineKind.MIGRANT_POINTS)
ENTRY_AGE = {"primary": PRIMARY_AGE, "junior": JUNIOR_AGE}


@dataclass(frozen=True, slots=True)
class Entrant:
    """A child of the census with its facts and unit."""

    born_on: date
    unit: str
    facts: Facts


def entrants_of(county: County, age: int) -> list[Entrant]:
    """Return the children of that age on 31 August, read back from the census file."""
    last = date(YEAR - age, 8, 31)
    census = Census(
        date(YEAR, 3, 1), "sample census", county.district, frozenset(u.code for u in county.units)
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / CHILDREN
        write_children(path, children_of_county(county))
        return [
            Entrant(row.birth_on, row.unit_code, facts_from_data(row.facts))
            for row in read_children(path, census=census, findings=Findings())
            if last.replace(year=last.year - 1) < row.birth_on <= last
        ]


def best_target(entrant: Entrant, policy: Policy, zones: dict[str, list[str]], on: date) -> Target:
    """Return the public line at the zone school where the child has a category, else one that is still open."""
    found: list[tuple[int, Target]] = []
    for line in policy.lines:
        if line.kind in PUBLIC_OPEN and zones.get(entrant.unit):
            target = Target(line.code, zones[entrant.unit][0])
            classified = classify(entrant.facts, policy, target=target, on=on, zone_schools=zones)
            found.append((_preference(classified), target))
    return min(found, key=lambda pair: pair[0])[1]


def _preference(classified: Classified) -> int:
    return 0 if classified.category else 1 if classified.open else 2


def report(name: str, county: County, entrants: list[Entrant]) -> None:
    """Print documents per family, the share asked for nothing, and what is asked, for one policy."""
    policy = replace(load_policy(example_policy(name)), district=county.district)
    zone_of = county.zones_last_year[policy.stage.value]
    zones = {
        unit.code: [county.schools[int(school)].code]
        for unit, school in zip(county.units, zone_of, strict=True)
    }
    on = policy.calendar.closes_at.date()
    start, asked, nothing, placed = time.perf_counter(), Counter[str](), 0, Counter[str]()
    for entrant in entrants:
        target = best_target(entrant, policy, zones, on)
        found = classify(entrant.facts, policy, target=target, on=on, zone_schools=zones)
        placed[found.category or ("open" if found.open else "none")] += 1
        items = needed(entrant.facts, policy, target=target, on=on, zone_schools=zones)
        nothing += not items
        asked.update(str(item.document) for item in items)
    seconds = time.perf_counter() - start
    average = asked.total() / len(entrants)
    print(
        f"{name}: {len(entrants)} families, {average:.3f} documents each, {nothing / len(entrants):.1%} none"
    )
    print(f"  asked {dict(asked.most_common())}")
    print(f"  categories {dict(placed.most_common())}, {seconds:.1f} s")


def main() -> None:
    """Report every example policy."""
    applicants = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    county = make_county(seed=SEED, year=YEAR, applicants=applicants)
    entrants = {stage: entrants_of(county, age) for stage, age in ENTRY_AGE.items()}
    for name in example_names():
        report(name, county, entrants[load_policy(example_policy(name)).stage.value])


if __name__ == "__main__":
    main()
