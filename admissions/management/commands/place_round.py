"""Place a round of two CSV files, without a database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from admissions.management.whole_files import UNREADABLE, read_whole, write_tables
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
            lines = read_lines(read_whole(options["lines"]))
            table = read_choices(read_whole(options["choices"]), lines, mechanism)
            filled, codes = place_table(table, mechanism)
            results = {
                "placements.csv": placement_rows(table, filled, codes),
                "cutoffs.csv": cutoff_rows(table, filled),
            }
            write_tables(out, results)
        except MalformedTable as problem:
            raise CommandError(str(problem), returncode=UNREADABLE) from problem
        placed = int((filled.placed >= 0).sum())
        self.stdout.write(
            f"{placed} of {len(table.market.receipts)} children placed on {len(lines)} lines; "
            f"{len(filled.struck_order)} lines struck to keep twins together. Results in {out}"
        )
