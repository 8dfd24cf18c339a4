"""manage.py make_portal_sample: what the census' entrants would have filed at another portal, as its file."""

import csv
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from admissions.management.moments import add_moment, moment_of
from admissions.management.portals import add_mapping, mapping_for
from admissions.management.rounds import add_round, round_of
from admissions.services.portal_rehearsal import portal_sample
from common.errors import DomainError
from common.formulas import guarded


class Command(BaseCommand):
    """For rehearsals with a portal, on a sample county: the file holds personal data, and nothing is filed."""

    help = (
        "Write invented applications for the entrants of the current census in a portal's form (CSV, GB18030)"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("out", type=Path)
        add_mapping(parser)
        add_round(parser)
        parser.add_argument("--seed", type=int, default=1)
        add_moment(parser)

    def handle(self, *args: object, **options: object) -> None:
        admission_round, target = round_of(options), Path(str(options["out"]))
        now = moment_of(options)
        try:
            sample = portal_sample(
                actor=None,
                now=now,
                round_id=admission_round.pk,
                mapping=mapping_for(admission_round, options, now),
                seed=int(str(options["seed"])),
            )
            with target.open("w", encoding="gb18030", newline="") as file:
                writer = csv.DictWriter(file, sample.headers, restval="")
                writer.writeheader()
                writer.writerows(
                    {header: guarded(cell) for header, cell in row.items()} for row in sample.rows
                )
        except DomainError as refusal:
            raise CommandError(f"{refusal.code}: {refusal.message}") from refusal
        except OSError as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(f"{target}: {len(sample.rows)} rows")
