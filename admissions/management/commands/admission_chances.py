"""manage.py admission_chances: a closed round drawn again and again, as a range of chances by school."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from admissions.management.rounds import add_round, round_of
from admissions.models import AdmissionRound
from admissions.rules.category import category_of_tier
from admissions.rules.synchronized import COUNTY_TITLES
from admissions.selectors.rounds import list_lines, policy_of
from admissions.services.chances import DRAWS, find_chances, make_chance_table
from common.errors import DomainError

HEADS = (
    "学位 line",
    "学校 school",
    "志愿 choice",
    "类别 category",
    "填报 children",
    "轮到 came",
    "平均 % mean",
    "差 % low",
    "好 % high",
)


class Command(BaseCommand):
    """Prints the chance at every line, choice and category, or publishes what families may be told."""

    help = "Draw a closed round again with fresh tickets; print the chances as ranges, or publish them"

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_round(parser)
        parser.add_argument("--draws", type=int, default=DRAWS)
        parser.add_argument("--luck", type=int, default=1, help="a whole number; the same gives the same")
        parser.add_argument(
            "--publish",
            action="store_true",
            help="store them for families, without groups of fewer than five; read once the results are published",
        )

    def handle(self, *args: object, **options: object) -> None:
        draws, luck = int(str(options["draws"])), int(str(options["luck"]))
        if draws < 1 or luck < 0:
            raise CommandError("--draws must be at least 1, and --luck at least 0")
        admission_round = round_of(options)
        try:
            if options["publish"]:
                self._publish(admission_round, draws, luck)
            else:
                self._print(admission_round, draws, luck)
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal

    def _publish(self, admission_round: AdmissionRound, draws: int, luck: int) -> None:
        made = make_chance_table(
            actor=None, now=timezone.now(), round_id=admission_round.pk, draws=draws, luck=luck
        )
        self.stdout.write(
            f"第 {made.number} 版 version: {len(made.table)} 组 groups, {made.draws} 次重抽 redraws"
        )

    def _print(self, admission_round: AdmissionRound, draws: int, luck: int) -> None:
        found = find_chances(
            actor=None, now=timezone.now(), round_id=admission_round.pk, draws=draws, luck=luck
        )
        policy, lines = (
            policy_of(admission_round),
            {line.line_id: line for line in list_lines(admission_round)},
        )
        titles = {code: title.zh for code, title in COUNTY_TITLES.items()}
        titles |= {category.code: category.title.zh for category in policy.categories}
        self.stdout.write("\t".join(HEADS))
        for one in found:
            line = lines[one.line_id]
            category = category_of_tier(policy.line(line.rule), one.order)
            who = (one.line_id, line.school.name, one.choice, titles.get(category, category))
            self.stdout.write(
                "\t".join(map(str, (*who, one.children, one.came, one.share, one.low, one.high)))
            )
