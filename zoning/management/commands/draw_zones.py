"""Draw attendance zones: from three CSV files without a database, or for a district of the database."""

import argparse
import json
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from geo_data.models import DistanceMethod, Stage
from zoning.engine.building import build_problem
from zoning.engine.faults import LARGEST_CLASS, ProblemFault
from zoning.engine.files import FileFault, Tables, plan_csv, read_crossings, read_plan, read_tables
from zoning.engine.objective import FILE_PRESETS, Weights
from zoning.engine.problem import Problem
from zoning.engine.report import plan_rows, report
from zoning.engine.rules import Rule
from zoning.engine.solve import Options, Solution, solve
from zoning.engine.verify import Facts, filling, roundness, violations
from zoning.management.figures import LEAST, figures_in_words
from zoning.management.start_files import start_of_file
from zoning.management.stopping import asked_to_stop
from zoning.management.weight_option import add_weight_option, changed_preset
from zoning.selectors.choices import Demand, Later

FILES = (
    "units", "schools", "adjacency", "out", "report", "in_force", "rules", "distances", "crossings", "start"
)  # fmt: skip
NEEDED = ("units", "schools", "adjacency", "out")
OF_DISTRICTS = ("stage", "measure", "entry_year", "demand", "share", "start_plan")


class Command(BaseCommand):
    help = (
        "Draw attendance zones from files (units, schools, adjacency), or for a district with --district."
        " Ctrl-C stops the search: the best plan so far is written."
    )
    requires_system_checks: list[str] = []  # noqa: RUF012 -- Django's own declaration; the file form has no database

    def add_arguments(self, parser: CommandParser) -> None:
        files = parser.add_argument_group("from files")
        for name in NEEDED:
            files.add_argument(f"--{name}", type=Path)
        files.add_argument("--report", type=Path, help="where cost, bound, weights and reasons are written")
        files.add_argument("--in-force", type=Path, help="the plan in force: unit_id, school_id")
        files.add_argument(
            "--rules", type=Path, help="locks, forbidden pairs, enclaves, a cap, links, townships"
        )
        files.add_argument(
            "--distances",
            type=Path,
            help="ways that count instead of straight lines: unit_id, school_id, metres",
        )
        files.add_argument(
            "--crossings",
            type=Path,
            help="main roads to cross: unit_id, school_id, crossings (--weight crossing_m)",
        )
        files.add_argument(
            "--start",
            type=Path,
            help="a plan to start from: unit_id, school_id; lawful or not. A lawful one is never made worse",
        )
        budget = parser.add_mutually_exclusive_group()
        budget.add_argument("--seconds", type=_seconds, help="wall time of the search (10)")
        budget.add_argument("--effort", type=_rounds, help="rounds of search: the same plan on every machine")
        parser.add_argument("--seed", type=_seed, default=1)
        parser.add_argument(
            "--preset",
            choices=sorted(FILE_PRESETS),
            help="what a plan should be like (fewest_changes where zones are in force, else nearest)",
        )
        add_weight_option(parser)
        parser.add_argument(
            "--later",
            choices=[one.value for one in Later],
            default=Later.IGNORED.value,
            help="what later entry years mean: nothing, a cost, or a rule (with --district from the projection)",
        )
        parser.add_argument(
            "--class-size",
            type=_class_size,
            help="children of a full class, where --weight class_seat_m counts (for a district 45 in primary,"
            " 50 in junior)",
        )
        _add_district_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        _refuse_other_form(options)
        with asked_to_stop() as stopped:
            if options["district"]:
                self._draw_district(options, lambda: bool(stopped))
            else:
                self._draw_from_files(options, lambda: bool(stopped))

    def _draw_district(self, options: dict[str, Any], should_stop: Callable[[], bool]) -> None:
        # What reads the database takes longer to import than a small county takes to draw from files.
        from zoning.management.drawn_district import draw_district, plan_in_words, reasons_of_plan

        plan = draw_district(options, should_stop)
        self.stdout.write(plan_in_words(plan))
        if not plan.lawful:
            for line in reasons_of_plan(plan):
                self.stderr.write(line)
            raise CommandError(LEAST)

    def _draw_from_files(self, options: dict[str, Any], should_stop: Callable[[], bool]) -> None:
        began = time.monotonic()
        for name in ("out", "report"):
            _refuse_unwritable(name, options[name])
        tables, problem = _read(options)
        self.stdout.write(
            f"{problem.n_units} units, {problem.n_zones} zones. Ctrl-C ends the search with the best plan so far."
        )
        self.stdout.flush()
        try:
            chosen = _solve_options(options, problem)
            told_first = self._told_first(began)
            solution = solve(problem, chosen, seed=options["seed"], should_stop=should_stop, watch=told_first)
        except (FileFault, ProblemFault) as fault:
            raise CommandError(str(fault)) from fault
        plan = plan_rows(problem, solution)
        options["out"].write_bytes(plan_csv(plan))
        told = report(problem, solution, seconds=time.monotonic() - began)
        if options["report"]:
            text = json.dumps(told, ensure_ascii=False, indent=2, sort_keys=True)
            options["report"].write_text(text + "\n", encoding="utf-8")
        self._tell(solution, told, is_stopped=should_stop())
        self._tell_shape(tables.facts(), plan)
        if solution.lawful and violations(tables.facts(every_year=problem.every_year), list(plan.items())):
            raise CommandError("The independent check refuses the plan: this is a fault of the engine.")
        if not solution.lawful:
            raise CommandError(
                "No lawful plan was found; the plan written is the one with the least overload."
            )

    def _told_first(self, began: float) -> Callable[[int], None]:
        """Return what tells of the first lawful plan; the search calls it for every one, from two threads."""
        is_untold = Lock()

        def tell(cost: int) -> None:
            if is_untold.acquire(blocking=False):
                seconds = time.monotonic() - began
                self.stdout.write(f"A lawful plan after {seconds:.1f} s; better ones are looked for.")
                self.stdout.flush()

        return tell

    def _tell(self, solution: Solution, told: dict[str, Any], *, is_stopped: bool) -> None:
        for trouble in solution.violations:
            self.stderr.write(str(trouble))
        for remedy in solution.remedies:
            self.stderr.write(str(remedy))
        within = f"{'stopped' if is_stopped else 'time ran out'} within round {solution.rounds + 1}"
        effort = f"effort {solution.rounds}" if solution.is_whole else within
        self.stdout.write(f"{figures_in_words(told)}; {told['seconds']:.1f} s, {effort}")
        if told["zones_in_force"]:
            units, children = len(told["moved_units"]), told["moved_children"]
            self.stdout.write(f"{units} units with {children} children leave their zone in force.")

    def _tell_shape(self, facts: Facts, plan: dict[str, str]) -> None:
        """Tell the parts of the score `full_and_round`, from unrounded figures, where the units' land is known."""
        off, round_by = sum(filling(facts, plan).values()), roundness(facts, plan)
        if round_by:
            bent = len(round_by) - sum(round_by.values())
            self.stdout.write(
                f"Shares of seats empty or lacking: {off:.4f} in {len(round_by)} zones; lacking roundness: {bent:.4f};"
                f" 0.7 and 0.3 of them: {0.7 * off + 0.3 * bent:.4f}"
            )


def _rules(path: Path, tables: Tables) -> tuple[Rule, ...]:
    # Readers of tables bring spreadsheets and geometry with them: only where there is a file of rules.
    from zoning.management.rule_files import rules_of_file

    return rules_of_file(
        path,
        units={unit.unit_id for unit in tables.units},
        schools={school.school_id for school in tables.schools},
    )


def _add_district_arguments(parser: CommandParser) -> None:
    group = parser.add_argument_group("for a district of the database")
    group.add_argument("--district", help="draw this district, and store the plan")
    group.add_argument("--stage", choices=Stage.values, help="(primary)")
    group.add_argument(
        "--start-plan", type=int, metavar="NUMBER", help="a stored version to start from, with its zones"
    )
    group.add_argument(
        "--measure", choices=DistanceMethod.values, help="by which distances (walks where measured)"
    )
    group.add_argument("--entry-year", type=int, help="whose children count (the coming cohort)")
    group.add_argument(
        "--demand",
        choices=[one.value for one in Demand],
        help="reconciled children, children counted in the census, or the claimants that the latest projection"
        " expects (reconciled where a run compared the lists in use, else counted)",
    )
    group.add_argument(
        "--share",
        action="append",
        metavar="CODE,CODE",
        help="schools that share a zone; may be given several times",
    )


def _refuse_other_form(options: dict[str, Any]) -> None:
    """Refuse what the chosen form would silently leave out, and a form that is not whole."""
    others = FILES if options["district"] else OF_DISTRICTS
    named = [_flag(name) for name in others if options[name] is not None]
    if named:
        form = "drawing a district" if options["district"] else "drawing from files"
        raise CommandError(f"Of no use when {form}: {', '.join(named)}.")
    missing = [] if options["district"] else [_flag(name) for name in NEEDED if not options[name]]
    if missing:
        raise CommandError(f"The file form needs {', '.join(missing)}.")
    if options["preset"] == "fewest_changes" and not (options["district"] or options["in_force"]):
        raise CommandError("fewest_changes needs the zones in force: --in-force plan.csv")
    weights = _weights(options)
    if options["class_size"] and not weights.class_seat_m:
        raise CommandError("--class-size counts for nothing without --weight class_seat_m=METRES")


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _refuse_unwritable(name: str, path: Path | None) -> None:
    """Refuse before the search what could not be written after it."""
    if path is None:
        return
    if not path.parent.is_dir():
        raise CommandError(f"--{name}: there is no folder {path.parent}")
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise CommandError(f"--{name}: {path} cannot be written")


def _read(options: dict[str, Any]) -> tuple[Tables, Problem]:
    try:
        tables = read_tables(options["units"], options["schools"], options["adjacency"], options["distances"])
        if options["later"] == Later.IGNORED.value:
            tables = tables.without_later_years()
        if options["rules"]:
            tables = tables.under(_rules(options["rules"], tables))
        if options["in_force"]:
            tables = replace(tables, in_force=dict(read_plan(options["in_force"])))
        problem = build_problem(
            tables.units,
            tables.schools,
            tables.adjacency,
            wishes=replace(
                tables.wishes(every_year=options["later"] == Later.KEPT.value),
                class_size=options["class_size"] or 0,
            ),
            matrix_m=tables.metres,
            borders_m=tables.borders_m,
            crossings=read_crossings(options["crossings"]) if options["crossings"] else None,
        )
    except (FileFault, ProblemFault) as fault:
        raise CommandError(str(fault)) from fault
    return tables, problem


def _weights(options: dict[str, Any]) -> Weights:
    preset = options["preset"] or ("fewest_changes" if options["in_force"] else "nearest")
    return changed_preset(preset, dict(options["weight"]))


def _solve_options(options: dict[str, Any], problem: Problem) -> Options:
    weights = _weights(options)
    start = start_of_file(options["start"], problem) if options["start"] else None
    if options["effort"] is not None:
        return Options(effort=options["effort"], weights=weights, start=start)
    seconds = 10.0 if options["seconds"] is None else options["seconds"]
    return Options(seconds=seconds, clock=time.monotonic, weights=weights, start=start)


def _class_size(text: str) -> int:
    if not 1 <= int(text) <= LARGEST_CLASS:
        raise argparse.ArgumentTypeError(f"from 1 to {LARGEST_CLASS} children")
    return int(text)


def _rounds(text: str) -> int:
    if int(text) < 1:
        raise argparse.ArgumentTypeError("one round or more")
    return int(text)


def _seed(text: str) -> int:
    if int(text) < 0:
        raise argparse.ArgumentTypeError("not below zero")
    return int(text)


def _seconds(text: str) -> float:
    if not 0 <= float(text) < float("inf"):
        raise argparse.ArgumentTypeError("not below zero, and finite")
    return float(text)
