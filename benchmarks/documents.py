"""Count the documents that families of the sample county are asked for: python -m benchmarks.documents [applicants].

The county and the lists of other offices are brought in, in a database made for it and removed, and the registers of
the settings (JIUJIN_LOOK_UPS; by default the imported lists) are asked about every entrant, as when a family files.
For every example policy, with the county's code in place of the policy's, documents a family before the public school
of the zone in which it lives: `census`, with what the census file states alone; `registers`, in a county without
facts in its census, where the family says what no register answers; `both`, as the product asks when a family files.
"""

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection  # noqa: E402

from admissions.rules.category import Classified, classify  # noqa: E402
from admissions.rules.documents import needed  # noqa: E402
from admissions.rules.facts import FactName, Facts, FactSource, facts_from_data  # noqa: E402
from admissions.rules.look_ups import Answer, Asked, Gathered  # noqa: E402
from admissions.rules.policy import example_names, example_policy, load_policy  # noqa: E402
from admissions.rules.policy_records import LineKind, Policy  # noqa: E402
from admissions.rules.standing import Target  # noqa: E402
from admissions.services.asking import ask_registers, put_together  # noqa: E402
from geo_data.county.files import WRITTEN_LISTS, write_county_with_lists  # noqa: E402
from geo_data.county.make import make_county  # noqa: E402
from geo_data.county.sketch import JUNIOR_AGE, PRIMARY_AGE, WORKING_CRS, County  # noqa: E402
from geo_data.models import Child, DatasetKind  # noqa: E402
from geo_data.services.census import import_children  # noqa: E402
from geo_data.services.datasets import Origin  # noqa: E402
from geo_data.services.districts import ensure_district  # noqa: E402
from geo_data.services.import_register import import_register  # noqa: E402
from geo_data.services.import_schools import import_schools  # noqa: E402
from geo_data.services.import_units import import_units  # noqa: E402

SEED, YEAR = 1, 2026
ON, NOW = date(YEAR, 3, 1), datetime(YEAR, 6, 16, tzinfo=UTC)
PUBLIC_OPEN = (LineKind.ZONE, LineKind.MULTI_SCHOOL, LineKind.MIGRANT_POINTS)
ENTRY_AGE = {"primary": PRIMARY_AGE, "junior": JUNIOR_AGE}


@dataclass(frozen=True, slots=True)
class Entrant:
    """A child of the census: its unit, and what is known of it in three ways.

    census      -- facts as the census file states them
    registers   -- what registers answer, and what the family itself says of all the rest
    both        -- census and registers together, as the product asks when a family files
    disputed    -- names on which registers disagree in `both`
    """

    unit: str
    census: Facts
    registers: Gathered
    both: Gathered

    def ways(self) -> dict[str, tuple[Facts, Sequence[FactName]]]:
        """Return (facts, what registers disagree about) by the name of the column."""
        return {
            "census": (self.census, ()),
            "registers": (self.registers.settled, self.registers.contradictory),
            "both": (self.both.settled, self.both.contradictory),
        }


@contextmanager
def county_in_database(county: County) -> Iterator[None]:
    """Bring in census and lists in a database of its own."""
    connection.settings_dict["TEST"]["NAME"] = "bench_documents"
    before = str(connection.settings_dict["NAME"])
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        with TemporaryDirectory() as name:
            _bring_in(county, Path(name))
        yield
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)


def _bring_in(county: County, folder: Path) -> None:
    write_county_with_lists(county, folder)
    ensure_district(actor=None, now=NOW, code=county.district, name="样例县", working_crs=WORKING_CRS)
    common: dict[str, Any] = {
        "actor": None,
        "now": NOW,
        "district_code": county.district,
        "origin": Origin("", ON),
    }
    import_units(path=folder / "units.geojson", **common)
    import_schools(path=folder / "schools.csv", **common)
    import_children(path=folder / "children.csv", **common)
    for kind in WRITTEN_LISTS:
        import_register(kind=DatasetKind(kind), path=folder / f"{kind}.csv", **common)


def entrants_of(county: County, age: int) -> list[Entrant]:
    """Return the children of that age on 31 August, with what the registers answer about each."""
    last = date(YEAR - age, 8, 31)
    rows = Child.objects.filter(birth_on__gt=last.replace(year=last.year - 1), birth_on__lte=last)
    children = list(rows.select_related("household").order_by("identity_index"))
    asked = [
        Asked(child.identity_index, unit_code=child.household.unit_code)
        for child in children
        if child.identity_index
    ]
    answers = ask_registers(county.district, asked, on=NOW.date(), in_bulk=True)
    return [_entrant(child, answers.get(child.identity_index, ())) for child in children]


def _entrant(child: Child, answers: Sequence[Answer]) -> Entrant:
    census = facts_from_data(child.facts)
    told = [replace(fact, source=FactSource.DECLARED, verifier="") for fact in census.values()]
    return Entrant(
        child.household.unit_code,
        census,
        put_together((), told, answers).gathered,
        put_together(census.values(), (), answers).gathered,
    )


def best_target(facts: Facts, unit: str, policy: Policy, zones: dict[str, list[str]], on: date) -> Target:
    """Return the public line at the zone school where the child has a category, else one that is still open."""
    found: list[tuple[int, Target]] = []
    for line in policy.lines:
        if line.kind in PUBLIC_OPEN and zones.get(unit):
            target = Target(line.code, zones[unit][0])
            found.append(
                (_preference(classify(facts, policy, target=target, on=on, zone_schools=zones)), target)
            )
    return min(found, key=lambda pair: pair[0])[1]


def _preference(classified: Classified) -> int:
    return 0 if classified.category else 1 if classified.open else 2


def report(name: str, county: County, entrants: Sequence[Entrant]) -> None:
    """Print documents per family and the share asked for nothing in each way, and what is asked, for one policy."""
    policy = replace(load_policy(example_policy(name)), district=county.district)
    zone_of = county.zones_last_year[policy.stage.value]
    zones = {
        unit.code: [county.schools[int(school)].code]
        for unit, school in zip(county.units, zone_of, strict=True)
    }
    on, start = policy.calendar.closes_at.date(), time.perf_counter()
    for way in ("census", "registers", "both"):
        asked, nothing = Counter[str](), 0
        for entrant in entrants:
            facts, disputed = entrant.ways()[way]
            target = best_target(facts, entrant.unit, policy, zones, on)
            items = needed(facts, policy, target=target, on=on, zone_schools=zones, disputed=disputed)
            nothing += not items
            asked.update(str(item.document) for item in items)
        average, none = asked.total() / len(entrants), nothing / len(entrants)
        print(f"{name}, {way}: {average:.3f} documents a family, {none:.1%} asked for none")
        print(f"  asked {dict(asked.most_common())}")
    print(f"  {len(entrants)} families, {time.perf_counter() - start:.1f} s", flush=True)


def main() -> None:
    """Report every example policy."""
    applicants = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    county = make_county(seed=SEED, year=YEAR, applicants=applicants)
    with county_in_database(county):
        entrants = {stage: entrants_of(county, age) for stage, age in ENTRY_AGE.items()}
        for stage, found in entrants.items():
            disputed = sum(bool(entrant.both.contradictory) for entrant in found)
            print(f"{stage}: {len(found)} entrants, registers disagree about {disputed}")
        for name in example_names():
            report(name, county, entrants[load_policy(example_policy(name)).stage.value])


if __name__ == "__main__":
    main()
