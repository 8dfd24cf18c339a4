"""manage.py approve_policy: a policy file goes from draft to published, with the people who did each step."""

from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.selectors.people import find_staff
from admissions.management.moments import add_moment, moment_of
from admissions.models import PolicyStatus, PolicyVersion
from admissions.rules.policy import PolicyFault, fault_text
from admissions.rules.policy_records import ApprovalStep
from admissions.selectors.policies import find_published_policy
from admissions.services.policies import (
    PolicySavedAlready,
    approve_policy,
    check_policy,
    publish_policy,
    record_policy_step,
    save_policy,
)
from common.errors import DomainError


def recorded_step(text: str) -> tuple[ApprovalStep, str]:
    """Return (step, reference) of STEP=REFERENCE."""
    name, _, reference = text.partition("=")
    if name not in ApprovalStep.__members__.values() or not reference.strip():
        raise ArgumentTypeError(f"{text}: write STEP=REFERENCE with a step of {', '.join(ApprovalStep)}")
    return ApprovalStep(name), reference.strip()


class Command(BaseCommand):
    """Records what people decided on paper: writer, two approvers, and the number of every step. Nothing is waived."""

    help = "Save, check, approve and publish a policy file; every refusal of the pages holds here too"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--district", required=True, help="district code")
        parser.add_argument("--policy", required=True, type=Path, help="the policy, a YAML file")
        parser.add_argument("--writer", required=True, help="user name of who wrote it")
        parser.add_argument(
            "--approver", action="append", required=True, help="user name; give two other people"
        )
        parser.add_argument(
            "--step",
            action="append",
            default=[],
            type=recorded_step,
            metavar="STEP=REFERENCE",
            help="a step that was taken, with the number of its paper; give each that the policy asks for",
        )
        add_moment(parser)

    def handle(self, *args: object, **options: object) -> None:
        path = Path(str(options["policy"]))
        if not path.is_file():
            raise CommandError(f"no such file: {path}")
        try:
            with transaction.atomic():
                version = self._approve(path.read_text(encoding="utf-8-sig"), options)
        except PolicySavedAlready as refusal:
            raise CommandError(f"{refusal.message}; go on with it at /office/policies/") from refusal
        except PolicyFault as refusal:
            raise CommandError("\n".join(fault_text(fault) for fault in refusal.faults)) from refusal
        except DomainError as refusal:
            raise CommandError(f"{refusal.code}: {refusal.message}") from refusal
        counts = find_published_policy(version.district_id, version.stage, version.year)
        self.stdout.write(f"version {version.number} published: {version.digest}")
        if counts is not None and counts.pk != version.pk:
            raise CommandError(f"version {counts.number} counts, not {version.number}")

    def _approve(self, text: str, options: dict[str, object]) -> PolicyVersion:
        now, writer = moment_of(options), _person(str(options["writer"]))
        approvers: list[str] = options["approver"]  # type: ignore[assignment]  # argparse types it
        steps: list[tuple[ApprovalStep, str]] = options["step"]  # type: ignore[assignment]  # argparse types it
        saved = save_policy(actor=writer, now=now, district_code=str(options["district"]), text=text)
        checked = check_policy(actor=writer, now=now, version_id=saved.pk)
        for finding in checked.findings:
            self.stdout.write(f"{finding['severity']}: {finding['zh']} / {finding['en']}")
        if checked.status == PolicyStatus.DRAFT:
            raise CommandError("the legal check refuses the policy")
        for step, reference in steps:
            record_policy_step(
                actor=writer,
                now=now,
                version_id=saved.pk,
                step=step,
                done_on=timezone.localtime(now).date(),
                reference=reference,
            )
        for username in approvers:
            approve_policy(actor=_person(username), now=now, version_id=saved.pk)
        return publish_policy(actor=writer, now=now, version_id=saved.pk)


def _person(username: str) -> User:
    found = find_staff(username)
    if found is None:
        raise CommandError(f"there is no {username} here")
    return found
