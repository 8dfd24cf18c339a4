"""Divide the pupils of a grade into classes, or check classes, from one CSV file and without a database."""

from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from admissions.management.whole_files import UNREADABLE, read_whole, write_tables
from admissions.rules.class_division import DivisionImpossible, divide
from admissions.rules.class_size import LARGE_CLASS, is_large_class
from admissions.rules.division_files import class_rows, differences, read_classes, read_pupils
from admissions.rules.plain_tables import MalformedFile

MOST_CLASSES = 200
MOST_TOLD = 20


class Command(BaseCommand):
    help = "Divide the pupils of pupils.csv into random balanced classes; write classes.csv, or check one."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--pupils", type=Path, required=True, help="receipt, sex, ticket, group_id, wish")
        parser.add_argument("--classes", type=int, required=True, help=f"how many, 1 to {MOST_CLASSES}")
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--out", type=Path, help="folder for classes.csv")
        what.add_argument("--check", type=Path, help="a classes.csv that shall follow from the pupils")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["classes"] <= MOST_CLASSES:
            raise CommandError(f"--classes: a grade has 1 to {MOST_CLASSES} classes")
        try:
            pupils = read_pupils(read_whole(options["pupils"]))
            division = divide(pupils, options["classes"])
            told = read_classes(read_whole(options["check"])) if options["check"] else None
        except (MalformedFile, DivisionImpossible) as problem:
            raise CommandError(str(problem), returncode=UNREADABLE) from problem
        if told is None:
            write_tables(options["out"], {"classes.csv": class_rows(pupils, division)})
            self.stdout.write(_summary(division, f"classes.csv in {options['out']}"))
            return
        if wrong := differences(division, told):
            rest = ["…"] if len(wrong) > MOST_TOLD else []
            raise CommandError("\n".join([f"{len(wrong)} differ", *wrong[:MOST_TOLD], *rest]))
        self.stdout.write(_summary(division, f"{options['check']} follows from tickets and wishes"))


def _summary(division: Sequence[Sequence[str]], what: str) -> str:
    sizes = [len(members) for members in division]
    large = sum(is_large_class(size) for size in sizes)
    warning = f"; {large} of {LARGE_CLASS} pupils or more" if large else ""
    return f"{sum(sizes)} pupils in {len(sizes)} classes of {min(sizes)} to {max(sizes)}{warning}. {what}"
