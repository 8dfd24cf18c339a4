"""Write a stored plan as the files of the engine, so that anybody can judge it without the database."""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.errors import DomainError
from common.formulas import guarded
from geo_data.models import Stage
from zoning.engine.files import plan_csv
from zoning.models import DrawingRule, ZonePlan
from zoning.selectors.basis import load_pinned_basis
from zoning.selectors.plans import get_latest_lawful_plan, get_plan_by_number, plan_content
from zoning.selectors.problem import sites_of_groups

ISLAND = "island of the zones in force"


class Command(BaseCommand):
    help = (
        "Write units.csv, schools.csv, adjacency.csv, rules.csv, plan.csv and report.json of a plan. A zone of several"
        " schools is one row of schools.csv, named after its first school."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--district", required=True)
        parser.add_argument("--stage", required=True, choices=Stage.values)
        parser.add_argument("--plan", type=int, help="a plan's number (the latest lawful one)")

    def handle(self, *args: Any, **options: Any) -> None:
        district, stage, number = options["district"], Stage(options["stage"]), options["plan"]
        try:
            plan = (
                get_latest_lawful_plan(district, stage)
                if number is None
                else get_plan_by_number(district, stage, number)
            )
        except DomainError as refusal:
            raise CommandError(f"{refusal.message} ({refusal.code})") from refusal
        options["folder"].mkdir(parents=True, exist_ok=True)
        _write(plan, options["folder"])
        self.stdout.write(f"Plan {plan.number} written to {options['folder']}.")


def _write(plan: ZonePlan, folder: Path) -> None:
    basis, content = load_pinned_basis(plan), plan_content(plan)
    sites = sites_of_groups(basis, [[s.code for s in zone.schools] for zone in content.zones.values()])
    units = ((u.unit_id, u.x_m, u.y_m, u.children, *u.later, u.township) for u in basis.units)
    schools = ((s.code, s.unit_code, s.seats, site.code, *s.later) for site in sites for s in site.schools)
    _write_rows(
        folder / "units.csv",
        ("unit_id", "x_m", "y_m", "children", *(f"children_{y}" for y in basis.later_years), "township"),
        units,
    )
    _write_rows(
        folder / "schools.csv",
        ("school_id", "unit_id", "seats", "group", *(f"seats_{y}" for y in basis.later_years)),
        schools,
    )
    _write_rows(folder / "adjacency.csv", ("unit_a", "unit_b"), basis.adjacency)
    _write_rows(
        folder / "rules.csv",
        ("rule", "unit_id", "other_unit_id", "school_id", "metres", "reason"),
        [
            *_stated(basis.rules),
            *(("enclave", unit, "", school, "", ISLAND) for unit, school in basis.islands),
        ],
    )
    (folder / "plan.csv").write_bytes(plan_csv(content.zone_of))
    report = json.dumps(plan.report, ensure_ascii=False, indent=2, sort_keys=True)
    (folder / "report.json").write_text(report + "\n", encoding="utf-8")


def _stated(rules: Iterable[DrawingRule]) -> Iterator[tuple[object, ...]]:
    return (
        (
            r.kind,
            r.unit_code,
            r.other_unit_code,
            r.school_code,
            "" if r.metres is None else r.metres,
            r.reason,
        )
        for r in rules
    )


def _write_rows(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(header)
        writer.writerows([guarded(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
