"""Read a policy file and say what is wrong with it, without a database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from admissions.rules.authority import authority_table
from admissions.rules.legal_check import Severity, violation_text, violations
from admissions.rules.policy import (
    Policy,
    PolicyFault,
    example_names,
    example_policy,
    fault_text,
    load_policy,
    policy_digest,
)
from common.utf8 import utf8_fault

UNREADABLE = 2  # exit status: no policy can be read; 1: it can, and the legal check refuses it


class Command(BaseCommand):
    help = "Check a policy file: faults by path, findings of the legal check, the authority of every rule."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument("file", type=Path, nargs="?", help="a policy in YAML")
        source.add_argument(
            "--example", choices=example_names(), help="print a shipped example to start from"
        )
        parser.add_argument("--language", choices=("zh", "en"), default="zh")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["example"]:
            self.stdout.write(example_policy(options["example"]))
            return
        policy = self._read(options["file"])
        found = violations(policy)
        for row in authority_table(policy):
            title, clause = (
                (row.title.zh, row.clause.zh)
                if options["language"] == "zh"
                else (row.title.en, row.clause.en)
            )
            self.stdout.write(f"{row.path}\t{title}\t{clause}\t{row.clause.mark}")
        for violation in found:
            self.stdout.write(f"{violation.severity}\t{violation_text(violation, options['language'])}")
        refused = sum(violation.severity is Severity.REFUSE for violation in found)
        if refused:
            raise CommandError(f"{refused} of {len(found)} findings refuse the policy")
        self.stdout.write(f"lawful, {len(found)} warnings; digest {policy_digest(policy)}")

    def _read(self, path: Path) -> Policy:
        try:
            data = path.read_bytes()
        except OSError as problem:
            raise CommandError(
                f"{path}: {problem.strerror}; check the path", returncode=UNREADABLE
            ) from problem
        if fault := utf8_fault(data):
            raise CommandError(f"{path} {fault}", returncode=UNREADABLE)
        try:
            return load_policy(data.decode("utf-8-sig"))
        except PolicyFault as refusal:
            told = "\n".join(fault_text(fault) for fault in refusal.faults)
            raise CommandError(told, returncode=UNREADABLE) from refusal
