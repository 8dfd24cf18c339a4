"""Work out how balanced the schools of a table are, before and after groups are formed, without a database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from admissions.management.whole_files import UNREADABLE, read_whole, write_tables
from admissions.rules.balance import BASIC_2012, HIGH_QUALITY_2017, BalanceStandard
from admissions.rules.balance_files import balance_rows, pooled, read_schools, verdict
from admissions.rules.plain_tables import MalformedFile
from admissions.rules.policy_records import SchoolStage

STANDARDS = (BASIC_2012, HIGH_QUALITY_2017)


class Command(BaseCommand):
    help = "Write balance.csv, the coefficients of variation between the schools of schools.csv."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--schools",
            type=Path,
            required=True,
            help="school_id, pupils, group_id, and one for each indicator",
        )
        parser.add_argument("--stage", choices=[stage.value for stage in SchoolStage], required=True)
        parser.add_argument("--out", type=Path, required=True, help="folder for balance.csv")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            table = read_schools(read_whole(options["schools"]))
        except MalformedFile as problem:
            raise CommandError(str(problem), returncode=UNREADABLE) from problem
        write_tables(options["out"], {"balance.csv": balance_rows(table)})
        stage, after = SchoolStage(options["stage"]), pooled(table)
        held = [("before", table.variations()), ("after", after.variations())]
        for standard in STANDARDS:
            told = [(when, verdict(standard, variations, stage)) for when, variations in held]
            self.stdout.write(_told(standard, stage, told, len(table.indicators)))
        self.stdout.write(
            f"{len(table.pupils)} schools before, {len(after.pupils)} after. balance.csv in {options['out']}"
        )


def _told(standard: BalanceStandard, stage: SchoolStage, told: list[tuple[str, str]], found: int) -> str:
    limit = f"{standard.limit(stage) / 1000:.2f}"
    what = f"standard of {standard.year} ({'mean' if standard.composite else 'each'} at most {limit})"
    if not told[0][1]:
        return f"{what}: no verdict, it has {standard.indicators} indicators and the table {found}"
    return f"{what}: " + ", ".join(f"{when} {verdict}" for when, verdict in told)
