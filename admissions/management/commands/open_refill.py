"""manage.py open_refill: offer what the waiting lists left in a refill round."""

from argparse import ArgumentParser, ArgumentTypeError

from django.core.management.base import BaseCommand, CommandError

from admissions.management.moments import add_moment, moment_of
from admissions.management.rounds import add_round, round_of
from admissions.services.refill import open_refill
from common.errors import DomainError


def calendar_part(text: str) -> tuple[str, str]:
    """Return (name, moment) of NAME=MOMENT."""
    name, found, moment = text.partition("=")
    if not found or not name or not moment:
        raise ArgumentTypeError(f"{text}: write NAME=MOMENT, such as opens_at=2027-08-01T08:00+08:00")
    return name, moment


class Command(BaseCommand):
    """Makes and opens a refill round; nothing is kept when it is refused."""

    help = "Offer the seats left after the waiting lists in a refill round with a new list and a new draw"

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_round(parser)
        parser.add_argument(
            "--calendar",
            type=calendar_part,
            action="append",
            required=True,
            metavar="NAME=MOMENT",
            help="published_on, opens_at, closes_at, review_until, draw_at, results_at, confirm_until",
        )
        parser.add_argument("--reason", required=True, help="why seats are offered again")
        add_moment(parser)

    def handle(self, *args: object, **options: object) -> None:
        before, now = round_of(options), moment_of(options)
        parts: list[tuple[str, str]] = options["calendar"]  # type: ignore[assignment]  # argparse types it
        try:
            made = open_refill(
                actor=None,
                now=now,
                round_id=before.pk,
                calendar=dict(parts),
                reason=str(options["reason"]),
            )
        except DomainError as refusal:
            raise CommandError(f"{refusal.code}: {refusal.message}") from refusal
        seats = sum(made.lines.values_list("seats", flat=True))
        self.stdout.write(f"{made.name}: open, {made.lines.count()} lines, {seats} seats")
