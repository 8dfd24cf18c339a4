"""Place a round of two CSV files, without a database."""

import csv
from argparse import ArgumentParser
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from errno import EISDIR
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from admissions.matching.file_form import MalformedTable, read_choices, read_lines
from admissions.matching.file_results import cutoff_rows, place_table, placement_rows
from admissions.matching.records import Mechanism

UNREADABLE = 2  # exit status: what was given cannot be read, or the results cannot be written


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
        if out.exists() and not out.is_dir():
            raise CommandError(f"--out {out} is a file; name a folder for the results", returncode=UNREADABLE)
        try:
            lines = read_lines(options["lines"].read_bytes())
            table = read_choices(options["choices"].read_bytes(), lines, mechanism)
            filled, codes = place_table(table, mechanism)
            results = {
                "placements.csv": placement_rows(table, filled, codes),
                "cutoffs.csv": cutoff_rows(table, filled),
            }
            _write(out, results)
        except MalformedTable as problem:
            raise CommandError(str(problem), returncode=UNREADABLE) from problem
        except OSError as problem:
            what = f"{problem.filename or out}: {problem.strerror}; check the path, the rights and the room on the disk"
            raise CommandError(what, returncode=UNREADABLE) from problem
        placed = int((filled.placed >= 0).sum())
        self.stdout.write(
            f"{placed} of {len(table.market.receipts)} children placed on {len(lines)} lines; "
            f"{len(filled.struck_order)} lines struck to keep twins together. Results in {out}"
        )


def _write(out: Path, tables: Mapping[str, Iterable[Sequence[object]]]) -> None:
    """Write every table beside its place, and put them there when all are whole: a result is never half a result."""
    out.mkdir(parents=True, exist_ok=True)
    parts = {name: out / f"{name}.part" for name in tables}
    try:
        for name, rows in tables.items():
            if (out / name).is_dir():
                raise OSError(EISDIR, "is a folder", str(out / name))
            with parts[name].open("w", encoding="utf-8", newline="") as part:
                csv.writer(part, lineterminator="\n").writerows(rows)
        for name, written in parts.items():
            written.replace(out / name)
    finally:
        for written in parts.values():
            with suppress(OSError):
                written.unlink(missing_ok=True)
