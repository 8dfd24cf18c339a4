"""manage.py give_places_on: give freed places to the next children in the order of the draw."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from admissions.management.moments import add_moment, moment_of
from admissions.management.rounds import add_round, round_of
from admissions.selectors.bundles import zip_files
from admissions.selectors.waiting import bundle_after_results
from admissions.services.answers import settle_unanswered
from admissions.services.giving_on import give_places_on
from admissions.tasks import see_to_new_places
from common.errors import DomainError


class Command(BaseCommand):
    """Runs the waiting lists of a published round. Run again, it changes nothing twice."""

    help = "Settle unanswered offers as the policy says, then give freed places on in the order of the draw"

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_round(parser)
        parser.add_argument("--out", type=Path, help="also write the public bundle with all moves (zip) here")
        add_moment(parser)

    def handle(self, *args: object, **options: object) -> None:
        admission_round, now = round_of(options), moment_of(options)
        try:
            reminded, lapsed = settle_unanswered(actor=None, now=now, round_id=admission_round.pk)
            run = give_places_on(actor=None, now=now, round_id=admission_round.pk)
        except DomainError as refusal:
            raise CommandError(f"{refusal.code}: {refusal.message}") from refusal
        see_to_new_places(now=now, admission_round=admission_round)
        self.stdout.write(f"reminded: {reminded}, lapsed: {lapsed}")
        if run is None:
            self.stdout.write("nothing was given up: nothing to give on")
            return
        self.stdout.write(f"run {run.number}: {run.moves.count()} moves, digest {run.digest}")
        if isinstance(out := options["out"], Path):
            out.write_bytes(zip_files(bundle_after_results(admission_round, run.draw)))
            self.stdout.write(f"bundle: {out}")
