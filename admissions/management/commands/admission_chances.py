"""manage.py admission_chances: a closed round drawn again and again, as a range of chances by school."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from admissions.management.rounds import add_round, round_of
from admissions.selectors.rounds import list_lines
from admissions.services.simulating import find_chances
from common.errors import DomainError


class Command(BaseCommand):
    """Prints the chance at every line, choice and rank; nothing is stored."""

    help = "Draw a closed round again with fresh tickets and print the chances as ranges"

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_round(parser)
        parser.add_argument("--draws", type=int, default=1000)
        parser.add_argument("--luck", type=int, default=1, help="a whole number; the same gives the same")

    def handle(self, *args: object, **options: object) -> None:
        admission_round = round_of(options)
        draws = int(str(options["draws"]))
        if draws < 1:
            raise CommandError("--draws must be at least 1")
        try:
            found = find_chances(
                actor=None,
                now=timezone.now(),
                round_id=admission_round.pk,
                draws=draws,
                luck=int(str(options["luck"])),
            )
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        names = {line.line_id: line.school.name for line in list_lines(admission_round)}
        heads = (
            "学位 line",
            "学校 school",
            "志愿 choice",
            "顺序 rank",
            "儿童 children",
            "平均 % mean",
            "差 % low",
            "好 % high",
        )
        self.stdout.write("\t".join(heads))
        for one in found:
            row = (one.line_id, names[one.line_id], one.choice, one.rank, one.children)
            self.stdout.write("\t".join(map(str, (*row, one.share, one.low, one.high))))
