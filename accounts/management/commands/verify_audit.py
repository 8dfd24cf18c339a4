"""Recompute the audit log."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from accounts.models import AuditTreeHead
from accounts.selectors.audit import find_tree_head, list_audit_faults


class Command(BaseCommand):
    """Checks every event, every place and every published head."""

    help = "Recompute the audit log: events, places and tree heads. Fails when anything does not agree."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the heads that were noted elsewhere."""
        parser.add_argument(
            "--head",
            action="append",
            default=[],
            metavar="SIZE:ROOT",
            help="a head noted outside this database, which must still be there; may be given again",
        )

    def handle(self, *args: object, head: list[str], **options: object) -> None:
        """Print the last head, or list the faults and fail."""
        faults = (*list_audit_faults(), *filter(None, map(_fault_of_noted_head, head)))
        for fault in faults:
            self.stderr.write(fault)
        if faults:
            raise CommandError(f"the audit log does not agree with itself: {len(faults)} faults")
        last = find_tree_head()
        self.stdout.write(f"{last.size}:{last.root}" if last else "no head has been published yet")


def _fault_of_noted_head(noted: str) -> str | None:
    size, _, root = noted.partition(":")
    if not size.isdecimal():
        raise CommandError(f"a head is written SIZE:ROOT, not {noted}")
    if AuditTreeHead.objects.filter(size=int(size), root=root).exists():
        return None
    return f"the noted head {noted} is not in the log"
