"""manage.py run_round: close, draw, place, check and publish a round, with the officers' public values."""

from argparse import ArgumentParser, ArgumentTypeError

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from admissions.management.moments import add_moment, moment_of
from admissions.management.rounds import add_round, round_of
from admissions.models import AdmissionRound, EntryList, RoundStatus
from admissions.selectors.results import find_entry_list
from admissions.services.closing import close_entries
from admissions.services.draw import enter_public_value, run_draw
from admissions.services.review import accept_as_they_stand
from admissions.tasks import publish_and_settle
from common.errors import DomainError


def named_value(text: str) -> tuple[str, str]:
    """Return (name, value) of NAME=VALUE."""
    name, found, value = text.partition("=")
    if not found or not name.strip() or not value.strip():
        raise ArgumentTypeError(f"{text}: write NAME=VALUE")
    return name.strip(), value.strip()


class Command(BaseCommand):
    """Takes a round from where it stands to published results. Run again, it goes on from there."""

    help = "Close, draw, place, check and publish a round"

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_round(parser)
        parser.add_argument(
            "--public-value",
            type=named_value,
            action="append",
            required=True,
            metavar="NAME=VALUE",
            help="a public value as both officers read it; at least two",
        )
        parser.add_argument(
            "--officer", action="append", required=True, help="user name; give two different officers"
        )
        parser.add_argument(
            "--accept-rest",
            action="store_true",
            help="accept what still waits for review with the facts that are known; the bureau places the others",
        )
        add_moment(parser)

    def handle(self, *args: object, **options: object) -> None:
        admission_round = round_of(options)
        try:
            self._run(admission_round, options)
        except DomainError as refusal:
            raise CommandError(f"{refusal.code}: {refusal.message}") from refusal

    def _run(self, admission_round: AdmissionRound, options: dict[str, object]) -> None:
        now = moment_of(options)
        values: list[tuple[str, str]] = options["public_value"]  # type: ignore[assignment]  # argparse types it
        if admission_round.status == RoundStatus.OPEN and options["accept_rest"]:
            accepted = accept_as_they_stand(actor=None, now=now, round_id=admission_round.pk)
            self.stdout.write(f"accepted with the facts that are known: {accepted}")
        if admission_round.status == RoundStatus.OPEN:
            names = [name for name, _ in values]
            close_entries(
                actor=None,
                now=now,
                round_id=admission_round.pk,
                public_value_names=names,
                report=self._report,
            )
        entry_list = find_entry_list(admission_round)
        if entry_list is None:
            raise CommandError(f"the round is {admission_round.status}: there is no entry list")
        self.stdout.write(f"entry list: {entry_list.entry_count} children, digest {entry_list.digest}")
        self._enter(entry_list, values, options)
        record = run_draw(actor=None, now=now, entry_list_id=entry_list.pk, report=self._report)
        self.stdout.write(f"seed: {record.seed}")
        admission_round.refresh_from_db()
        if admission_round.status == RoundStatus.DRAWN:
            publish_and_settle(actor=None, now=now, round_id=admission_round.pk, report=self._report)
        placed = record.placements.filter(line__isnull=False).count()
        self.stdout.write(f"published: {placed} of {record.placements.count()} children have a place")

    def _enter(
        self, entry_list: EntryList, values: list[tuple[str, str]], options: dict[str, object]
    ) -> None:
        names: list[str] = options["officer"]  # type: ignore[assignment]  # argparse types it
        officers = _officers(names)
        for name, value in values:
            for officer in officers:
                if not entry_list.public_values.filter(name=name, entered_by=officer).exists():
                    enter_public_value(
                        actor=officer,
                        now=moment_of(options),
                        entry_list_id=entry_list.pk,
                        name=name,
                        value=value,
                    )

    def _report(self, stage: str, done: int, total: int) -> None:
        self.stdout.write(f"  {stage} {done}/{total}" if total else f"  {stage}")


def _officers(names: list[str]) -> list[User]:
    found = list(User.objects.filter(username__in=names).order_by("username"))
    if len(found) < 2:
        raise CommandError("public values are read by two different officers: give --officer twice")
    return found
