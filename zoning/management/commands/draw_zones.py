"""Draw attendance zones: from three CSV files without a database, or for a district of the database."""

import json
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from common.errors import DomainError
from geo_data.models import DistanceMethod, Stage
from zoning.engine.building import build_problem
from zoning.engine.faults import ProblemFault
from zoning.engine.files import FileFault, plan_csv, read_tables
from zoning.engine.objective import FILE_PRESETS
from zoning.engine.problem import Wishes
from zoning.engine.report import plan_rows, report
from zoning.engine.solve import Options, Solution, solve
from zoning.engine.verify import Facts, filling, roundness, violations
from zoning.management.figures import LEAST, Names, figures_in_words, reasons_in_words
from zoning.models import ZonePlan
from zoning.selectors.basis import Demand, Later
from zoning.selectors.plans import unit_names, zone_names
from zoning.services.drawing import draw_zones_of_district


class Command(BaseCommand):
    help = "Draw attendance zones from files (units, schools, adjacency), or for a district with --district."
    requires_system_checks: list[str] = []  # noqa: RUF012 -- Django's own declaration; the file form has no database

    def add_arguments(self, parser: CommandParser) -> None:
        for name in ("units", "schools", "adjacency", "out", "report"):
            parser.add_argument(f"--{name}", type=Path)
        budget = parser.add_mutually_exclusive_group()
        budget.add_argument("--seconds", type=float, help="wall time of the search (10)")
        budget.add_argument("--effort", type=int, help="rounds of search: the same plan on every machine")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--preset",
            choices=sorted(FILE_PRESETS),
            help="what a plan should be like (nearest)",
        )
        parser.add_argument("--district", help="draw this district of the database, and store the plan")
        parser.add_argument("--stage", choices=Stage.values, default=Stage.PRIMARY.value)
        parser.add_argument(
            "--measure", choices=DistanceMethod.values, help="by which distances (walks where measured)"
        )
        parser.add_argument("--entry-year", type=int, help="whose children count (the coming cohort)")
        parser.add_argument(
            "--demand",
            choices=[one.value for one in Demand],
            help="reconciled children, children counted in the census, or the claimants that the latest projection"
            " expects (reconciled where a run compared the lists in use, else counted)",
        )

        parser.add_argument(
            "--later",
            choices=[one.value for one in Later],
            default=Later.IGNORED.value,
            help="what later entry years mean: nothing, a cost, or a rule (with --district from the projection)",
        )
        parser.add_argument(
            "--share",
            action="append",
            default=[],
            metavar="CODE,CODE",
            help="with --district: schools that share a zone; may be given several times",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["district"]:
            self._draw_district(options)
            return
        missing = [f"--{name}" for name in ("units", "schools", "adjacency", "out") if not options[name]]
        if missing:
            raise CommandError(f"The file form needs {', '.join(missing)}.")
        self._draw_from_files(options)

    def _draw_district(self, options: dict[str, Any]) -> None:
        try:
            plan = draw_zones_of_district(
                actor=None,
                now=timezone.now(),
                district_code=options["district"],
                stage=Stage(options["stage"]),
                entry_year=options["entry_year"],
                demand=Demand(options["demand"]) if options["demand"] else None,
                preset=options["preset"],
                method=DistanceMethod(options["measure"]) if options["measure"] else None,
                later=Later(options["later"]),
                school_groups=[codes.split(",") for codes in options["share"]],
                seed=options["seed"],
                effort=options["effort"],
                seconds=options["seconds"],
            )
        except DomainError as refusal:
            raise CommandError(f"{refusal.message} ({refusal.code}) {dict(refusal.details)}") from refusal
        self.stdout.write(
            f"Plan {plan.number} stored: {figures_in_words(plan.report)}, by {_distances(plan)}, on {_children(plan)}"
        )
        if not plan.lawful:
            for line in reasons_in_words(plan.report, Names(zone_names(plan), unit_names(plan))):
                self.stderr.write(line)
            raise CommandError(LEAST)

    def _draw_from_files(self, options: dict[str, Any]) -> None:
        began = time.monotonic()
        try:
            tables = read_tables(options["units"], options["schools"], options["adjacency"])
            if options["later"] == Later.IGNORED.value:
                tables = tables.without_later_years()
            wishes = Wishes(later_years=tables.later_years, every_year=options["later"] == Later.KEPT.value)
            problem = build_problem(
                tables.units, tables.schools, tables.adjacency, wishes=wishes, borders_m=tables.borders_m
            )
            solution = solve(problem, _solve_options(options), seed=options["seed"])
        except (FileFault, ProblemFault) as fault:
            raise CommandError(str(fault)) from fault
        plan = plan_rows(problem, solution)
        options["out"].write_bytes(plan_csv(plan))
        told = report(problem, solution, seconds=time.monotonic() - began)
        if options["report"]:
            text = json.dumps(told, ensure_ascii=False, indent=2, sort_keys=True)
            options["report"].write_text(text + "\n", encoding="utf-8")
        self._tell(solution, told)
        self._tell_shape(tables.facts(), plan)
        if solution.lawful and violations(tables.facts(every_year=problem.every_year), list(plan.items())):
            raise CommandError("The independent check refuses the plan: this is a fault of the engine.")
        if not solution.lawful:
            raise CommandError(
                "No lawful plan was found; the plan written is the one with the least overload."
            )

    def _tell(self, solution: Solution, told: dict[str, Any]) -> None:
        for trouble in solution.violations:
            self.stderr.write(str(trouble))
        self.stdout.write(f"{figures_in_words(told)}; {told['seconds']:.1f} s, effort {told['effort']}")

    def _tell_shape(self, facts: Facts, plan: dict[str, str]) -> None:
        """Tell the parts of the score `full_and_round`, from unrounded figures, where the units' land is known."""
        off, round_by = sum(filling(facts, plan).values()), roundness(facts, plan)
        if round_by:
            bent = len(round_by) - sum(round_by.values())
            self.stdout.write(
                f"Shares of seats empty or lacking: {off:.4f} in {len(round_by)} zones; lacking roundness: {bent:.4f};"
                f" 0.7 and 0.3 of them: {0.7 * off + 0.3 * bent:.4f}"
            )


def _distances(plan: ZonePlan) -> str:
    return f"walks of measure {plan.measure.number}" if plan.measure else "straight lines"


def _children(plan: ZonePlan) -> str:
    basis = plan.report["basis"]
    run = f" run {plan.reconciliation.number}" if plan.reconciliation else ""
    return f"{basis['children']} children ({basis['demand']}{run})"


def _solve_options(options: dict[str, Any]) -> Options:
    weights = FILE_PRESETS[options["preset"] or "nearest"]
    if options["effort"] is not None:
        return Options(effort=options["effort"], weights=weights)
    seconds = 10.0 if options["seconds"] is None else options["seconds"]
    return Options(seconds=seconds, clock=time.monotonic, weights=weights)
