"""manage.py simulate_policy: who gains and who loses under another policy; the same children, the same tickets."""

import csv
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from admissions.management.rounds import add_round, round_of
from admissions.matching.comparison import Change
from admissions.rules.policy import Policy, PolicyFault, fault_text, load_policy
from admissions.rules.policy_records import LoserRule
from admissions.rules.synchronized import COUNTY_TITLES
from admissions.selectors.rounds import policy_of
from admissions.services.simulating import Simulation, simulate_policy
from common.errors import DomainError

CHANGES = (Change.GAINS, Change.SAME, Change.LOSES)


class Command(BaseCommand):
    """Places a closed round twice and prints the difference by category; nothing is stored."""

    help = "Place the children of a closed round under its policy and another, and show who gains and loses"

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_round(parser)
        other = parser.add_mutually_exclusive_group(required=True)
        other.add_argument("--policy", type=Path, help="the other policy, YAML")
        other.add_argument(
            "--losers",
            choices=[rule.value for rule in LoserRule],
            help="the round's own policy, with another rule for children who lost a private draw",
        )
        parser.add_argument("--luck", default="1", help="any text: it makes the tickets of both")
        parser.add_argument(
            "--out", type=Path, help="also write receipt and change of every child here (CSV)"
        )

    def handle(self, *args: object, **options: object) -> None:
        admission_round = round_of(options)
        own = policy_of(admission_round)
        try:
            simulation = simulate_policy(
                actor=None,
                now=timezone.now(),
                round_id=admission_round.pk,
                policy=_other(own, options),
                luck=str(options["luck"]),
            )
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        titles = {code: title.zh for code, title in COUNTY_TITLES.items()}
        self._tell(simulation, titles | {category.code: category.title.zh for category in own.categories})
        if isinstance(out := options["out"], Path):
            _write(simulation, out)
            self.stdout.write(f"逐人变化 by receipt: {out}")

    def _tell(self, simulation: Simulation, titles: dict[str, str]) -> None:
        counts = {(name, change): count for name, change, count in simulation.comparison.counts}
        self.stdout.write("\t".join(("类别 category", "受益 gain", "不变 same", "受损 lose")))
        for name in sorted({name for name, _ in counts}):
            told = "\t".join(str(counts.get((name, change), 0)) for change in CHANGES)
            self.stdout.write(f"{titles.get(name, '–')} {name}\t{told}")
        self.stdout.write(f"有学位 placed: {simulation.placed_before} → {simulation.placed_after}")


def _other(own: Policy, options: dict[str, object]) -> Policy:
    if isinstance(losers := options["losers"], str):
        return replace(own, private=replace(own.private, loser=LoserRule(losers)))
    try:
        return load_policy(Path(str(options["policy"])).read_text(encoding="utf-8-sig"))
    except PolicyFault as refusal:
        raise CommandError("\n".join(fault_text(fault) for fault in refusal.faults)) from refusal
    except (OSError, UnicodeDecodeError) as problem:
        raise CommandError(str(problem)) from problem


def _write(simulation: Simulation, out: Path) -> None:
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("receipt", "change"))
        writer.writerows((receipt, change.value) for receipt, change in simulation.comparison.changes.items())
