"""The auditor's bundle: everything that decided a round and what came of it, by receipt and without a name."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from django.db.models import Q, QuerySet

from accounts.models import AuditEvent, AuditTreeHead
from accounts.selectors.audit import list_leaves
from admissions.models import (
    AdmissionRound,
    ChoiceOutcome,
    DrawRecord,
    Entry,
    EntryList,
    LeftOff,
    LineCutoff,
    Offer,
    OfferStep,
    PlanLine,
)
from admissions.selectors.audit_readme import README
from admissions.selectors.bundles import zip_files
from admissions.selectors.refills import find_refill
from admissions.selectors.rounds import round_code
from admissions.selectors.waiting import bundle_after_results
from common.canonical import CanonicalValue, canonical_json, digest_bytes

ABOUT_POLICY = "policy."


def audit_bundle(admission_round: AdmissionRound) -> dict[str, bytes]:
    """Return the files by name, of the round and of the refill rounds that follow it.

    Names, numbers and addresses are not in it, nor any receipt of a special-needs child. Source: docs/audit-bundle.md.
    """
    rounds = _chain(admission_round)
    found = {"README.txt": README.encode(), **_events(rounds)}
    for item in rounds:
        folder = f"rounds/{round_code(item)}"
        found.update({f"{folder}/{name}": data for name, data in _round_files(item)})
    listed = {name: digest_bytes(data) for name, data in found.items()}
    return {**found, "MANIFEST.json": canonical_json(listed)}


def _chain(admission_round: AdmissionRound) -> list[AdmissionRound]:
    found, following = [admission_round], find_refill(admission_round)
    while following is not None:
        found.append(following)
        following = find_refill(following)
    return found


def _round_files(item: AdmissionRound) -> Iterator[tuple[str, bytes]]:
    yield "policy.json", canonical_json(item.policy)
    yield "round.json", canonical_json(_round_value(item))
    for entry_list in item.entry_lists.order_by("number"):
        for name, data in _list_files(entry_list):
            yield f"lists/{entry_list.number}/{name}", data
    last = DrawRecord.objects.filter(entry_list__round=item).order_by("-entry_list__number").first()
    if last is not None and last.waitlist_runs.exists():
        yield "after_results.zip", zip_files(bundle_after_results(item, last))
    public = _receipts(last) if last else set()
    yield "offers.csv", _offers(item, public)
    yield "offer_steps.csv", _steps(item, public)


def _round_value(item: AdmissionRound) -> dict[str, CanonicalValue]:
    lines = PlanLine.objects.filter(round=item).select_related("reserve_of").order_by("line_id")
    return {
        "round": round_code(item),
        "name": item.name,
        "status": item.status,
        "policy_digest": item.policy_digest,
        "opened_at": _moment(item.opened_at),
        "refills": round_code(item.refill_of) if item.refill_of else "",
        "refill_reason": item.refill_reason,
        "seats_now": {line.line_id: line.seats for line in lines},
    }


def _list_files(entry_list: EntryList) -> Iterator[tuple[str, bytes]]:
    yield "entry_list.json", bytes(entry_list.document)
    yield "round.json", bytes(entry_list.plan_document)
    yield (
        "list.json",
        canonical_json(
            {
                "number": entry_list.number,
                "digest": entry_list.digest,
                "merkle_root": entry_list.merkle_root,
                "reason": entry_list.reason,
                "closed_at": _moment(entry_list.closed_at),
                "placed_before_the_draw": entry_list.entries.filter(is_drawn=False).count(),
            }
        ),
    )
    yield "standings.csv", _standings(entry_list)
    values = entry_list.public_values.order_by("name", "entered_at")
    rows = values.values_list("name", "value", "entered_by_id", "entered_at")
    yield "values.csv", _table(("name", "value", "entered_by", "entered_at"), rows)
    draw = DrawRecord.objects.filter(entry_list=entry_list).first()
    if draw is not None:
        yield "draw.zip", bytes(draw.bundle)
        yield "reasons.csv", _reasons(draw)
        yield "cutoffs.csv", _cutoffs(draw)
        yield "left_off.json", _left_off(draw)


def _standings(entry_list: EntryList) -> bytes:
    """Write tier and keys of every child at every line: the published ranks are the order of these, and no more."""
    rows = Entry.objects.filter(entry_list=entry_list, is_drawn=True).order_by("receipt")
    pairs = rows.values_list("receipt", "standings").iterator()
    return _table(
        ("receipt", "line_id", "tier", "keys"),
        (
            (receipt, line_id, keys[0], " ".join(map(str, keys[1:])))
            for receipt, standings in pairs
            for line_id, keys in standings.items()
        ),
    )


def _reasons(draw: DrawRecord) -> bytes:
    rows = ChoiceOutcome.objects.filter(draw=draw).order_by(
        "application__receipt__receipt", "choice", "line__line_id"
    )
    fields = ("application__receipt__receipt", "line__line_id", "choice", "reason", "waitlist_place")
    return _table(("receipt", "line_id", "choice", "reason", "waitlist_place"), rows.values_list(*fields))


def _cutoffs(draw: DrawRecord) -> bytes:
    fields = ("line__line_id", "seats", "applicants", "admitted", "tier", "rank", "ticket")
    rows = LineCutoff.objects.filter(draw=draw).order_by("line__line_id").values_list(*fields)
    return _table(("line_id", *fields[1:]), rows)


def _left_off(draw: DrawRecord) -> bytes:
    rows = LeftOff.objects.filter(draw=draw).order_by("pk")
    return canonical_json(
        [
            {
                "receipt": row.receipt,
                "entry": row.entry,
                "standings": row.standings,
                "reason": row.reason,
                "added_by": str(row.added_by_id or ""),
                "added_at": _moment(row.added_at),
            }
            for row in rows
        ]
    )


def _receipts(draw: DrawRecord) -> set[str]:
    listed = draw.entry_list.entries.filter(is_drawn=True).values_list("receipt", flat=True)
    return {*listed, *LeftOff.objects.filter(draw=draw).values_list("receipt", flat=True)}


def _offers(item: AdmissionRound, public: set[str]) -> bytes:
    rows = Offer.objects.filter(round=item).order_by("application__receipt__receipt", "pk")
    fields = ("application__receipt__receipt", "line__line_id", "status", "offered_at", "decided_at")
    shown = (row for row in rows.values_list(*fields) if row[0] in public)
    return _table(("receipt", "line_id", "status", "offered_at", "decided_at"), shown)


def _steps(item: AdmissionRound, public: set[str]) -> bytes:
    rows = OfferStep.objects.filter(offer__round=item).order_by("pk")
    fields = (
        "offer__application__receipt__receipt",
        "offer__line__line_id",
        "action",
        "status",
        "reason",
        "taken_by_id",
        "taken_at",
    )
    shown = (row for row in rows.values_list(*fields) if row[0] in public)
    return _table(("receipt", "line_id", "action", "status", "reason", "taken_by", "taken_at"), shown)


def _events(rounds: Sequence[AdmissionRound]) -> dict[str, bytes]:
    """Write the events of the rounds and of their policy, every leaf of the log, and the published heads."""
    heads = AuditTreeHead.objects.order_by("size").values_list("size", "root", "at")
    leaves = "".join(f"{leaf.hex()}\n" for leaf in list_leaves())
    lines = (
        json.dumps(_event(event), ensure_ascii=False, sort_keys=True) for event in _about(rounds).iterator()
    )
    return {
        "audit/events.jsonl": "".join(f"{line}\n" for line in lines).encode(),
        "audit/leaves.txt": leaves.encode(),
        "audit/heads.csv": _table(("size", "root", "at"), heads),
    }


def _about(rounds: Sequence[AdmissionRound]) -> QuerySet[AuditEvent]:
    keys = [str(item.pk) for item in rounds]
    codes = [round_code(item) for item in rounds]
    about = Q(subject_id__in=keys) | Q(details__round__in=codes) | Q(action__startswith=ABOUT_POLICY)
    events = AuditEvent.objects.filter(about, district_code=rounds[0].district_id, place__isnull=False)
    return events.select_related("place").order_by("id")


def _event(event: AuditEvent) -> dict[str, object]:
    return {
        "position": event.place.position,
        "leaf": event.leaf,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": str(event.actor_id) if event.actor_id else None,
        "actor_role": event.actor_role,
        "action": event.action,
        "district_code": event.district_code,
        "subject_type": event.subject_type,
        "subject_id": event.subject_id,
        "details": event.details,
    }


def _moment(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat() if moment else ""


def _table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_moment(cell) if isinstance(cell, datetime) else cell for cell in row] for row in rows)
    return text.getvalue().encode()
