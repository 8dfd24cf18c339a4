"""How far projections are off on real pupil numbers, and how long they take.

    python -m benchmarks.projection --data ../shared/data/edinburgh

14 years of pupils who entered 20 secondary schools, by 12,670 postcodes. Two ways to look at them: without a census the
last year is carried on, which is all that a bureau without any survey could do; and with one, as if the children of six
coming years were known and four of five of them came.
"""

import argparse
import csv
import resource
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from geo_data.projection.project import Projected, project
from geo_data.projection.records import AgeRule, Born, PastClaim, Place, Source

YEARS = 14
FIRST = 2000  # stands for the first of the 14 years
CAME = 0.8
SEED = 1
RULE = AgeRule(entry_age=12)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    rows = _rows(parser.parse_args().data / "postcodes.csv")
    places = tuple(Place(row["postcode"], row["catchment"]) for row in rows)
    print(f"{len(places)} units, {YEARS} years, {sum(_pupils(row, 0) for row in rows)} pupils in the first")
    after = date(FIRST + YEARS, 3, 1)
    carried = Source(places, RULE, FIRST + YEARS, after, claims=_claims(rows, YEARS))
    _show("no census: the last year is carried on", carried)
    _show("no census, one township for all units", replace(carried, places=[Place(p.unit) for p in places]))
    known = YEARS - 6
    surveyed = Source(
        places,
        RULE,
        FIRST + known,
        date(FIRST + known, 3, 1),
        births=_births(rows, known),
        claims=_thinned(rows, known),
    )
    found = _show("a census of six years, of whose children four in five come", surveyed)
    _show_outcome(rows, known, found)


def _show(title: str, source: Source) -> Projected:
    began = time.monotonic()
    found = project(source)
    seconds = time.monotonic() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\n{title}: {seconds:.1f} s, {memory:.0f} MiB at most so far")
    print("| level | lead | years | off by | bias | last year again | in the band |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for score in found.back_test.scores:
        naive = "" if score.naive is None else f"{score.naive / 100:.1f} %"
        covered = f"{100 * score.inside / score.judged:.0f} %" if score.judged else ""
        print(
            f"| {score.level} | {score.lead} | {score.years} | {score.error / 100:.1f} % |"
            f" {score.bias / 100:+.1f} % | {naive} | {covered} |"
        )
    return found


def _show_outcome(rows: Sequence[Mapping[str, str]], known: int, found: Projected) -> None:
    """Hold the projection of the last six years against what was drawn for them in the same way."""
    rng = np.random.default_rng([SEED, 1])
    for place, year in enumerate(range(known, YEARS)):
        came = int(rng.binomial([_pupils(row, year) for row in rows], CAME).sum())
        print(f"{FIRST + year}: {int(found.medium[place].sum())} projected, {came} came")


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return sorted(csv.DictReader(file), key=lambda row: row["postcode"])


def _pupils(row: Mapping[str, str], year: int) -> int:
    return int(row[f"s1_y{year}"])


def _claims(rows: Sequence[Mapping[str, str]], years: int) -> tuple[PastClaim, ...]:
    return tuple(
        PastClaim(FIRST + year, row["postcode"], "all", row["catchment"], pupils, pupils)
        for row in rows
        for year in range(years)
        if (pupils := _pupils(row, year))
    )


def _thinned(rows: Sequence[Mapping[str, str]], years: int) -> tuple[PastClaim, ...]:
    rng = np.random.default_rng(SEED)
    return tuple(
        replace(claim, enrolled=int(rng.binomial(claim.children, CAME))) for claim in _claims(rows, years)
    )


def _births(rows: Sequence[Mapping[str, str]], known: int) -> tuple[Born, ...]:
    return tuple(
        Born(row["postcode"], date(FIRST + year - RULE.entry_age, 5, 1), "all", pupils)
        for row in rows
        for year in range(known, YEARS)
        if (pupils := _pupils(row, year))
    )


if __name__ == "__main__":
    main()
