"""What the commands that bring in zones of earlier years share: options, the report in words, storing, publishing."""

import csv
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from geo_data.models import Stage
from zoning.engine.shares import Standing, UnitStanding
from zoning.models import ZonePlan
from zoning.selectors.earlier_zones import EarlierZones, ZoneFileRefused
from zoning.services.earlier_zones import UnitsUndecided, import_earlier_zones
from zoning.services.publications import publish_plan

UNIT = ("unit_code", "unit_id", "单元编号")
SCHOOL = ("school_code", "school_id", "学校编号")
BETWEEN_SCHOOLS = ";"
SHOWN_UNITS = 100


def add_plan_arguments(parser: CommandParser) -> None:
    """Add what every import of zones understands."""
    parser.add_argument("file", type=Path)
    parser.add_argument("--district", required=True)
    parser.add_argument("--stage", required=True, choices=Stage.values)
    parser.add_argument("--entry-year", type=int, help="whose children the loads are counted with")
    parser.add_argument("--name", default="")
    parser.add_argument("--from", dest="from_on", type=date.fromisoformat, help="first day in force")
    parser.add_argument("--until", dest="until_on", type=date.fromisoformat, help="first day not in force")
    parser.add_argument("--document-number", default="")


def add_matching_arguments(parser: CommandParser) -> None:
    """Add what polygons and texts understand."""
    parser.add_argument(
        "--majority",
        action="store_true",
        help="units that a border splits go where more than half of them is",
    )
    parser.add_argument(
        "--decided", type=Path, help="CSV of units and their schools, for units that are not matched"
    )
    parser.add_argument("--report-only", action="store_true", help="say what matches, store nothing")


def plan_rows(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield unit and schools of a CSV; several schools of one zone are separated by semicolons."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as handle:
            reader = csv.DictReader(handle)
            unit, school = _column(reader, UNIT, path), _column(reader, SCHOOL, path)
            for row in reader:
                schools = [code.strip() for code in (row[school] or "").split(BETWEEN_SCHOOLS)]
                yield (row[unit] or "").strip(), [code for code in schools if code]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CommandError(f"{path.name} cannot be read: {error}") from error


@transaction.atomic
def store_matched(
    command: BaseCommand, zones: EarlierZones, source: str, now: datetime, options: Mapping[str, Any]
) -> None:
    """Print the report, and store and publish as the options say."""
    for line in report_lines(zones):
        command.stdout.write(line)
    if options["report_only"]:
        return
    decided = (
        {unit: min(schools) for unit, schools in plan_rows(options["decided"])} if options["decided"] else {}
    )
    try:
        plan = import_earlier_zones(
            actor=None,
            now=now,
            district_code=options["district"],
            stage=Stage(options["stage"]),
            zones=zones,
            confirmed=zones.digest,
            source=source,
            decided=decided,
            offset_reason=options.get("offset_reason", ""),
            swap_axes=options.get("swap_axes", False),
            entry_year=options["entry_year"],
            name=options["name"] or options["file"].name,
        )
    except UnitsUndecided as refusal:
        raise CommandError(
            f"{refusal.details['number']} 个单元尚未确定 / units are undecided: use --majority or --decided"
        ) from refusal
    publish_as_asked(command, plan, now, options)


def publish_as_asked(command: BaseCommand, plan: ZonePlan, now: datetime, options: Mapping[str, Any]) -> None:
    """Say what was stored, and put it in force when a first day is given."""
    broken = len(plan.report["violations"])
    command.stdout.write(f"Plan {plan.number} imported; rules broken by today's figures: {broken}.")
    if options["from_on"] is None:
        return
    publication = publish_plan(
        actor=None,
        now=now,
        plan_id=plan.pk,
        from_on=options["from_on"],
        until_on=options["until_on"],
        document_number=options["document_number"],
    )
    command.stdout.write(f"In force {publication.in_force.lower} to {publication.in_force.upper}.")


def report_lines(zones: EarlierZones) -> Iterator[str]:
    """Yield the report: phrases that need a look, units that are not clean, and the counts."""
    for zone, matches in zones.matches.items():
        for match in matches:
            if match.outcome != "matched" or match.warnings:
                reasons = ", ".join((match.reason, *match.warnings))
                candidates = f" → {', '.join(match.candidates[:10])}" if match.candidates else ""
                yield f"[{match.outcome}] {zone}: {match.phrase.text}: {reasons}{candidates}"
    open_units = [one for one in zones.standings if one.standing is not Standing.CLEAN]
    for one in open_units[:SHOWN_UNITS]:
        yield f"[{one.standing}] {one.unit_id} {zones.names[one.unit_id]}: {_shares(one)}"
    if len(open_units) > SHOWN_UNITS:
        yield f"… {len(open_units) - SHOWN_UNITS} 个未列出 / more"
    for unit in zones.beside[:SHOWN_UNITS]:
        yield f"[point] {unit} {zones.names[unit]}: 代表点在另一学区 / its point lies in another zone"
    yield ", ".join(f"{standing}: {count}" for standing, count in zones.counts.items())


def refused(refusal: ZoneFileRefused) -> CommandError:
    """Return the refusal of a file with its findings, as a command says it."""
    lines = [f"[{f.severity}] {f.sentence('zh')}\n    {f.sentence('en')}" for f in refusal.findings]
    return CommandError("\n".join((*lines, refusal.message)))


def _shares(one: UnitStanding) -> str:
    told = ", ".join(f"{zone} {share / 10:.1f} %" for zone, share in one.shares)
    return f"{told}{f' → {one.zone}' if one.zone else ''}" if told else "—"


def _column(reader: "csv.DictReader[str]", names: tuple[str, ...], path: Path) -> str:
    for name in names:
        if name in (reader.fieldnames or ()):
            return name
    raise CommandError(f"{path.name} has no column {' or '.join(names)}.")
