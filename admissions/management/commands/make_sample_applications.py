"""manage.py make_sample_applications: the entrants of the census apply to an open round."""

from argparse import ArgumentParser
from collections import Counter

from django.core.management.base import BaseCommand, CommandError

from admissions.management.moments import add_moment, moment_of
from admissions.management.rounds import add_round, round_of
from admissions.services.sample import file_sample_applications
from common.errors import DomainError


class Command(BaseCommand):
    """For demonstrations, rehearsals and benchmarks: never on real children."""

    help = "File invented applications for the entrants of the current census"

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_round(parser)
        parser.add_argument("--seed", type=int, default=1)
        add_moment(parser)

    def handle(self, *args: object, **options: object) -> None:
        admission_round = round_of(options)
        try:
            filed = file_sample_applications(
                actor=None,
                now=moment_of(options),
                round_id=admission_round.pk,
                seed=int(str(options["seed"])),
                report=self._report,
            )
        except DomainError as refusal:
            raise CommandError(f"{refusal.code}: {refusal.message}") from refusal
        problems = Counter(item.problem.message for part in filed for item in part.refused)
        self.stdout.write(
            f"{sum(len(part.applications) for part in filed)} filed, {problems.total()} refused"
        )
        for message, count in problems.most_common(10):
            self.stdout.write(f"  {count} x {message}")

    def _report(self, stage: str, done: int, total: int) -> None:
        self.stdout.write(f"  {stage} {done}/{total}")
