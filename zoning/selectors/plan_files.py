"""A stored plan as the files of the engine, with the programs that judge them: all that a stranger needs.

Content comes in pieces, so that the distances of a large county are never held as one text.
"""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import numpy as np

from common.formulas import guarded
from zoning.engine import verify
from zoning.models import DrawingRule, ZonePlan
from zoning.selectors.basis import PlanBasis, load_pinned_basis
from zoning.selectors.distances import Ways
from zoning.selectors.plan_readme import readme
from zoning.selectors.plans import PlanContent, plan_content
from zoning.selectors.problem import ZoneSite, facts_of, sites_of_groups

ISLAND = "island of the zones in force"
PROGRAMS = ("verify.py", "verify_files.py", "verify_figures.py", "verify_words.py", "verify_bound.py")
OWN_WORDS = ("reason", "matched")
ZIP_DATE = (1980, 1, 1, 0, 0, 0)  # a fixed date, so that the same files give the same zip
IN_MEMORY = 8 << 20
Row = Sequence[object]
File = tuple[str, Iterable[str]]
Told = Mapping[str, Any]


def plan_files(plan: ZonePlan) -> Iterator[File]:
    """Yield name and text, in pieces, of every file of the plan, `README.txt` and the programs included."""
    return _files(plan, plan.report, lambda rule: rule.reason)


def public_plan_files(plan: ZonePlan) -> Iterator[File]:
    """Yield the same without what officers wrote in their own words: nothing is recomputed from it."""
    report = {name: told for name, told in plan.report.items() if name not in OWN_WORDS}
    return _files(plan, report, lambda rule: "")


def zipped(files: Iterable[File]) -> IO[bytes]:
    """Return an open zip of the files at its beginning, on disk where it is large; same files, same bytes."""
    archive: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 -- the receiver closes it
    with ZipFile(archive, "w", ZIP_DEFLATED) as written:
        for name, pieces in files:
            entry = ZipInfo(name, ZIP_DATE)
            entry.compress_type = ZIP_DEFLATED
            with written.open(entry, "w") as handle:
                handle.writelines(piece.encode() for piece in pieces)
    archive.seek(0)
    return archive


def _files(plan: ZonePlan, report: Told, reason_of: Callable[[DrawingRule], str]) -> Iterator[File]:
    basis, content = load_pinned_basis(plan), plan_content(plan)
    sites = sites_of_groups(basis, [[s.code for s in zone.schools] for zone in content.zones.values()])
    yield from _tables(basis, sites, content, reason_of)
    if basis.ways is not None:
        ways, facts = basis.ways, facts_of(basis, sites)
        yield "distances.csv", _table("unit_id school_id metres", _walks(ways, facts, content))
        if ways.crossings is not None:
            crossings = (
                (unit, school, roads)
                for unit, school, _ in _walks(ways, facts, content)
                if (roads := ways.roads_between(unit, school))
            )
            yield "crossings.csv", _table("unit_id school_id crossings", crossings)
    if in_force := report.get("zones_in_force"):
        yield "zones_in_force.csv", _table("unit_id school_id", sorted(in_force.items()))
    yield (
        "report.json",
        [json.dumps(report, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False), "\n"],
    )
    yield "README.txt", [readme(plan)]
    folder = Path(verify.__file__).parent
    yield from ((name, [(folder / name).read_text(encoding="utf-8")]) for name in PROGRAMS)


def _tables(
    basis: PlanBasis,
    sites: Sequence[ZoneSite],
    content: PlanContent,
    reason_of: Callable[[DrawingRule], str],
) -> Iterator[File]:
    """Yield what every plan has; what adjoins is told as the rules of drawing leave it."""
    units = ((u.unit_id, u.x_m, u.y_m, u.children, *u.later, u.township) for u in basis.units)
    schools = ((s.code, s.unit_code, s.seats, site.code, *s.later) for site in sites for s in site.schools)
    years = "".join(f" children_{year}" for year in basis.later_years)
    yield "units.csv", _table(f"unit_id x_m y_m children{years} township", units)
    years = "".join(f" seats_{year}" for year in basis.later_years)
    yield "schools.csv", _table(f"school_id unit_id seats group{years}", schools)
    yield "adjacency.csv", _table("unit_a unit_b", basis.adjacency)
    seated = {school.code for site in sites for school in site.schools}
    islands = (
        ("enclave", unit, "", school, "", ISLAND) for unit, school in basis.islands if school in seated
    )
    rules = [*_stated(basis.rules, seated, reason_of), *islands]
    yield "rules.csv", _table("rule unit_id other_unit_id school_id metres reason", rules)
    yield "plan.csv", _table("unit_id school_id", content.zone_of.items())


def _stated(
    rules: Iterable[DrawingRule], seated: set[str], reason_of: Callable[[DrawingRule], str]
) -> Iterator[Row]:
    """Yield the rules that count: but for a lock, one of a school that has no zone means nothing."""
    for rule in rules:
        if rule.kind == "lock" or not rule.school_code or rule.school_code in seated:
            metres = "" if rule.metres is None else rule.metres
            yield rule.kind, rule.unit_code, rule.other_unit_code, rule.school_code, metres, reason_of(rule)


def _walks(ways: Ways, facts: verify.Facts, content: PlanContent) -> Iterator[tuple[str, str, int]]:
    """Yield the walks that count; beyond the cap those of the plan itself alone, since no lawful plan has others."""
    schools = {zone.code: [school.code for school in zone.schools] for zone in content.zones.values()}
    every = sorted(code for codes in schools.values() for code in codes)
    known = ways.metres.part(tuple(content.zone_of), every).walks
    for i, (unit, zone) in enumerate(content.zone_of.items()):
        row = known.rows(np.array([i]))[0].astype(np.int64).tolist()
        for school, metres in zip(every, row, strict=True):
            cap = facts.school_caps_m.get(school, facts.distance_cap_m)
            if cap is None or metres <= cap or school in schools[zone]:
                yield unit, school, metres


class _Passed:
    """A file for csv.writer that hands back what is written."""

    def write(self, text: str) -> str:
        return text


def _table(header: str, rows: Iterable[Row]) -> Iterator[str]:
    """Yield the lines of a CSV; texts that a spreadsheet would run have an apostrophe before them."""
    writer = csv.writer(_Passed(), lineterminator="\n")
    yield writer.writerow(header.split())
    for row in rows:
        yield writer.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in row])
