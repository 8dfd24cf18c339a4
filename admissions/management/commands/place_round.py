"""Place a round of two CSV files, without a database."""

import csv
from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from admissions.matching.file_form import MalformedTable, read_choices, read_lines
from admissions.matching.file_results import cutoff_rows, place_table, placement_rows
from admissions.matching.records import Mechanism


class Command(BaseCommand):
    help = (
        "Place the children of choices.csv on the lines of lines.csv; write placements.csv and cutoffs.csv."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--lines", type=Path, required=True, help="line_id, seats")
        parser.add_argument(
            "--choices", type=Path, required=True, help="receipt, rank, line_id, tier, key, ticket, group_id"
        )
        parser.add_argument("--out", type=Path, required=True, help="folder for the results")
        parser.add_argument(
            "--mechanism",
            choices=[mechanism.value for mechanism in Mechanism],
            default=Mechanism.DEFERRED_ACCEPTANCE.value,
        )

    def handle(self, *args: Any, **options: Any) -> None:
        mechanism, out = Mechanism(options["mechanism"]), options["out"]
        try:
            with options["lines"].open(encoding="utf-8-sig", newline="") as lines_file:
                lines = read_lines(lines_file)
            table = read_choices(options["choices"].read_bytes(), lines, mechanism)
        except (MalformedTable, OSError, UnicodeDecodeError) as problem:
            raise CommandError(str(problem)) from problem
        filled, codes = place_table(table, mechanism)
        out.mkdir(parents=True, exist_ok=True)
        _write(out / "placements.csv", placement_rows(table, filled, codes))
        _write(out / "cutoffs.csv", cutoff_rows(table, filled))
        placed = int((filled.placed >= 0).sum())
        self.stdout.write(
            f"{placed} of {len(table.market.receipts)} children placed on {len(lines)} lines; "
            f"{len(filled.struck_order)} lines struck to keep twins together. Results in {out}"
        )


def _write(path: Path, rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows(rows)
