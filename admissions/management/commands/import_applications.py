"""manage.py import_applications: the applications of another portal, shown first, then taken when confirmed."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from admissions.management.moments import add_moment, moment_of
from admissions.management.portals import add_mapping, mapping_for
from admissions.management.rounds import add_round, round_of
from admissions.services.portal_exchange import Taken, take_portal_file
from admissions.tasks import request_asking
from common.errors import DomainError
from geo_data.tables.findings import Findings, Keep

SHOWN = 20


class Command(BaseCommand):
    """Run once it says what would be added, changed and withdrawn; with --confirm it does just that."""

    help = "Bring in applications from another portal's file (CSV, XLSX, JSON lines), by its mapping"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        add_mapping(parser)
        add_round(parser)
        parser.add_argument(
            "--keep",
            choices=[keep.value for keep in Keep],
            default=Keep.ALL_OR_NOTHING.value,
            help="what becomes of a file with bad rows: nothing of it, or its good rows",
        )
        parser.add_argument("--confirm", metavar="PLAN", help="do what was shown; the plan is printed then")
        parser.add_argument("--language", choices=("zh", "en"), default="zh")
        add_moment(parser)

    def handle(self, *args: object, **options: object) -> None:
        admission_round, now = round_of(options), moment_of(options)
        confirm = options["confirm"]
        try:
            mapping = mapping_for(admission_round, options, now)
            taken = take_portal_file(
                actor=None,
                now=now,
                round_id=admission_round.pk,
                mapping=mapping,
                path=Path(str(options["file"])),
                keep=Keep(str(options["keep"])),
                confirm=confirm if isinstance(confirm, str) else None,
                report=self._report,
            )
        except DomainError as refusal:
            raise CommandError(f"{refusal.code}: {refusal.message}") from refusal
        except OSError as problem:
            raise CommandError(str(problem)) from problem
        self._tell(taken, str(options["language"]))
        if taken.has_unanswered:  # a register was silent: the worker asks it again
            request_asking(now=now, admission_round=admission_round)

    def _tell(self, taken: Taken, language: str) -> None:
        self._tell_findings(taken.findings, language)
        if taken.is_repeated and taken.batch:
            self.stdout.write(f"taken before, on {taken.batch.taken_at:%Y-%m-%d %H:%M}: nothing is changed")
            return
        if taken.findings.refuses:
            raise CommandError("nothing was taken: see the findings")
        self._tell_changes(taken)
        if taken.batch:
            self.stdout.write(f"taken; batch {taken.batch.pk}")
        else:
            self.stdout.write(f"nothing is stored yet; to do this: --confirm {taken.plan}")

    def _tell_findings(self, findings: Findings, language: str) -> None:
        for finding in findings.kept():
            self.stdout.write(f"{finding.severity}\t{finding.code}\t{finding.sentence(language)}")

    def _tell_changes(self, taken: Taken) -> None:
        outcomes = taken.changes.outcomes()
        for change in ("added", "changed", "withdrawn", "unchanged", "refused"):
            numbers = [number for number, found in outcomes.items() if found == change]
            few = ", ".join(numbers[:SHOWN]) + (" ..." if len(numbers) > SHOWN else "")
            is_list = change in ("changed", "withdrawn", "refused") and few
            self.stdout.write(f"{change}: {len(numbers)}" + (f" ({few})" if is_list else ""))

    def _report(self, stage: str, done: int, total: int) -> None:
        self.stdout.write(f"  {stage} {done}/{total}" if total else f"  {stage}")
