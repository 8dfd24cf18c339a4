"""The audit log as the auditor's bundle holds it: every leaf, every head, and the events about the rounds."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC

from django.db.models import Q, QuerySet

from accounts.models import AuditEvent, AuditTreeHead
from accounts.selectors.audit import list_leaves
from admissions.models import AdmissionRound
from admissions.selectors.csv_tables import csv_table
from admissions.selectors.rounds import round_code

ABOUT_POLICY = "policy."
Hidden = frozenset[tuple[str, str]]


def log_files(rounds: Sequence[AdmissionRound], hidden: Hidden) -> dict[str, bytes]:
    """Return the events of the rounds and of their policy, every leaf of the log, and the published heads.

    Of an event that tells of a hidden receipt only place and leaf are shown. Source: docs/audit-bundle.md.
    """
    heads = AuditTreeHead.objects.order_by("size").values_list("size", "root", "at")
    leaves = "".join(f"{leaf.hex()}\n" for leaf in list_leaves())
    lines = (
        json.dumps(_event(event, hidden), ensure_ascii=False, sort_keys=True)
        for event in _about(rounds).iterator()
    )
    return {
        "audit/events.jsonl": "".join(f"{line}\n" for line in lines).encode(),
        "audit/leaves.txt": leaves.encode(),
        "audit/heads.csv": csv_table(("size", "root", "at"), heads),
    }


def _about(rounds: Sequence[AdmissionRound]) -> QuerySet[AuditEvent]:
    keys = [str(item.pk) for item in rounds]
    codes = [round_code(item) for item in rounds]
    about = Q(subject_id__in=keys) | Q(details__round__in=codes) | Q(action__startswith=ABOUT_POLICY)
    events = AuditEvent.objects.filter(about, district_code=rounds[0].district_id, place__isnull=False)
    return events.select_related("place").order_by("id")


def _event(event: AuditEvent, hidden: Hidden) -> dict[str, object]:
    where = {"position": event.place.position, "leaf": event.leaf}
    if hidden and not hidden.isdisjoint(_named(event.details)):
        return {**where, "withheld": True}
    return {
        **where,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": str(event.actor_id) if event.actor_id else None,
        "actor_role": event.actor_role,
        "action": event.action,
        "district_code": event.district_code,
        "subject_type": event.subject_type,
        "subject_id": event.subject_id,
        "details": event.details,
    }


def _named(details: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yield (round code, receipt) of every child that the details name."""
    code = str(details.get("round", ""))
    if "receipt" in details:
        yield code, str(details["receipt"])
    for name in ("receipts", "left_off"):
        listed = details.get(name)
        for receipt in listed if isinstance(listed, list) else ():
            yield code, str(receipt)
