"""Applications of another portal: taken from a file after they were shown, or from a request, each once."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.db import connection, transaction

from accounts.models import User
from accounts.permissions import Action, may_speak_for
from accounts.sealing import blind_digest
from accounts.services.audit import record_event
from accounts.services.jobs import Report, not_reported
from admissions.models import AdmissionRound, BatchKind, PortalBatch, PortalMappingVersion
from admissions.rules.calendar import Phase
from admissions.selectors.portal_layout import layout_of
from admissions.selectors.portals import find_batch, get_mapping_version, load_known, mapping_of
from admissions.selectors.rounds import get_round, phase_of, round_code
from admissions.services.portal_changes import Changes, Filed, carry_out, compare, write_links
from admissions.services.portal_items import Item, item_data, items_of
from admissions.services.rounds import require_actor
from admissions.services.steps import share_open_round
from common.canonical import CanonicalValue, canonical_json
from common.errors import MalformedInput, NotPermitted, WrongMoment
from geo_data.apart.reading import read_apart
from geo_data.tables.findings import FIRST_DATA_ROW, Findings, Keep
from geo_data.tables.portal_json import is_whole, sheet_of_objects
from geo_data.tables.portal_table import PortalRow, read_portal_file, read_portal_rows
from geo_data.tables.reading import Sheet

PORTAL_LOCK = 0x4A50  # any number will do, as long as nothing else locks it
LONGEST_KEY = 100


class PortalTooLate(WrongMoment):
    """Families cannot file, change or withdraw now, here or at a portal; details count what would have changed."""

    code = "portal_too_late"


class PortalPlanChanged(WrongMoment):
    """What was shown is not what would be done now: look again, and confirm that."""

    code = "portal_plan_changed"


class IdempotencyKeyReused(WrongMoment):
    """Another request was sent with this key."""

    code = "idempotency_key_reused"


class MappingOfAnotherDistrict(MalformedInput):
    """The mapping belongs to another district than the round."""

    code = "portal_mapping_of_another_district"


@dataclass(frozen=True, slots=True)
class Taken:
    """What a delivery changed, or would change while it is not confirmed.

    plan  -- what a confirmation names
    batch -- None while nothing was stored: it is only shown, or refused
    """

    findings: Findings
    changes: Changes = field(default_factory=Changes)
    plan: str = ""
    batch: PortalBatch | None = None
    is_repeated: bool = False
    has_unanswered: bool = False
    items: tuple[Item, ...] = ()

    @property
    def answer(self) -> list[dict[str, object]]:
        """Return what a portal is answered of each application of a request: what was answered the first time."""
        return list(self.batch.outcome) if self.batch else [item_data(item) for item in self.items]


@dataclass(frozen=True, slots=True)
class _Delivery:
    """What was handed in.

    confirm -- None: shown first; else the plan that was confirmed, or AT_ONCE
    numbers -- of a request: the portal's number of every item, good or bad, by its row
    """

    kind: BatchKind
    key: str
    digest: str
    rows: Sequence[PortalRow]
    findings: Findings
    confirm: str | None
    is_complete: bool = False
    numbers: Mapping[int, str] = field(default_factory=dict)


AT_ONCE = "at once"


def take_portal_file(
    *,
    actor: User | None,
    now: datetime,
    round_id: UUID,
    mapping: PortalMappingVersion,
    path: Path,
    keep: Keep = Keep.ALL_OR_NOTHING,
    confirm: str | None = None,
    report: Report = not_reported,
) -> Taken:
    """Read a file apart, show what it would change, and take it when that very plan is confirmed.

    A file that was taken before changes nothing. Raises PortalTooLate or PortalPlanChanged; then nothing is stored.
    """
    admission_round = _round_for(actor, round_id, mapping)
    says = mapping_of(mapping)
    key = _file_key(path, mapping, keep)
    if same := find_batch(admission_round, mapping.portal, BatchKind.FILE, key):
        return Taken(Findings(keep=keep), batch=same, is_repeated=True)
    findings, rows, layout = Findings(keep=keep), list[PortalRow](), layout_of(says)

    def store(read: Iterator[PortalRow]) -> int:
        rows.extend(read)
        return len(rows)

    read_apart(lambda found: read_portal_file(path, layout, found), findings, store, report=report)
    if findings.bad_rows and not rows and not findings.refuses:
        findings.add("no_row_left")
    if findings.refuses:
        return Taken(findings)
    report("filing", 0, len(rows))
    delivery = _Delivery(
        BatchKind.FILE, key, key, rows, findings, confirm, is_complete=says.delivery == "complete"
    )
    return _take(delivery, admission_round, mapping, actor=actor, now=now)


def take_portal_items(
    *,
    actor: User,
    now: datetime,
    round_id: UUID,
    portal: str,
    key: str,
    items: Sequence[Mapping[str, object]],
    is_trial: bool = False,
) -> Taken:
    """Take the applications of a request: the good ones, each named with what became of it.

    The same key and items are answered as the first time. Raises IdempotencyKeyReused or PortalTooLate; then nothing
    is stored. is_trial: nothing is stored in any case.
    """
    admission_round = get_round(round_id)
    _require_portal(actor, admission_round, portal)
    mapping = get_mapping_version(admission_round.district_id, portal)
    if not key.strip() or len(key) > LONGEST_KEY:
        raise MalformedInput(
            f"send an Idempotency-Key of 1 to {LONGEST_KEY} characters", field="Idempotency-Key"
        )
    body = _request_digest(items)
    if same := find_batch(admission_round, portal, BatchKind.REQUEST, key):
        return _repeated(same, body)
    findings, layout = Findings(keep=Keep.GOOD_ROWS), layout_of(mapping_of(mapping))
    numbered = iter(list(enumerate(items, start=FIRST_DATA_ROW)))
    sheet = sheet_of_objects(numbered, layout.columns, findings)
    numbers = dict[int, str]()
    rows = list(read_portal_rows(_noting_numbers(sheet, numbers), layout, findings))
    delivery = _Delivery(
        BatchKind.REQUEST, key, body, rows, findings, None if is_trial else AT_ONCE, numbers=numbers
    )
    return _take(delivery, admission_round, mapping, actor=actor, now=now)


@transaction.atomic
def _take(
    delivery: _Delivery,
    admission_round: AdmissionRound,
    mapping: PortalMappingVersion,
    *,
    actor: User | None,
    now: datetime,
) -> Taken:
    """Compare and carry out: one delivery of a portal after the other, all of it or nothing.

    1. Deliveries of one portal follow one another; who waited finds what the first one did.
    2. Compared with what is known; where entries are not open, only what changes nothing is taken.
    3. Carried out whole, and undone again unless it is confirmed and nothing refuses it.
    """
    _lock(admission_round, mapping.portal)
    if same := find_batch(admission_round, mapping.portal, delivery.kind, delivery.key):
        return _repeated(same, delivery.digest)
    findings = delivery.findings
    known = load_known(admission_round, mapping.portal)
    changes, filed = compare(delivery.rows, known, findings, is_complete=delivery.is_complete), Filed()
    if not changes.is_nothing:
        _refuse_too_late(admission_round, changes, now)
        share_open_round(admission_round.pk)
        changes, filed = carry_out(changes, admission_round, mapping.portal, findings, actor=actor, now=now)
    plan = changes.plan_digest(delivery.key)
    items = items_of(delivery.numbers, changes, findings, filed, known)
    shown = Taken(findings, changes, plan, items=items)
    if findings.refuses or delivery.confirm is None:
        transaction.set_rollback(True)
        return shown
    if delivery.confirm not in (AT_ONCE, plan):
        raise PortalPlanChanged(
            "what would be done now is not what was confirmed; look again",
            confirmed=delivery.confirm,
            plan=plan,
        )
    batch = _store(delivery, admission_round, mapping, shown, actor=actor, now=now)
    write_links(changes, filed, batch)
    unanswered = any(row.unanswered for row in filed.applications.values())
    return Taken(findings, changes, plan, batch, has_unanswered=unanswered, items=items)


def _store(
    delivery: _Delivery,
    admission_round: AdmissionRound,
    mapping: PortalMappingVersion,
    taken: Taken,
    *,
    actor: User | None,
    now: datetime,
) -> PortalBatch:
    """Write the batch and its event; what a portal was answered is kept for when it asks again."""
    changes = taken.changes
    counts = {
        "added": len(changes.added),
        "changed": len(changes.changed),
        "withdrawn": len(changes.withdrawn),
        "unchanged": len(changes.unchanged),
        "refused": delivery.findings.bad_rows,
    }
    batch = PortalBatch.objects.create(
        round=admission_round,
        mapping=mapping,
        portal=mapping.portal,
        kind=delivery.kind,
        key=delivery.key,
        digest=delivery.digest,
        outcome=[item_data(item) for item in taken.items] if delivery.kind is BatchKind.REQUEST else [],
        taken_by=actor,
        taken_at=now,
        **counts,
    )
    details: dict[str, CanonicalValue] = {
        "round": round_code(admission_round),
        "portal": mapping.portal,
        "kind": delivery.kind.value,
        "mapping": mapping.digest,
        "delivery": delivery.digest,
        **counts,
    }
    record_event(
        actor=actor,
        now=now,
        action="portal.taken",
        subject=admission_round,
        district_code=admission_round.district_id,
        details=details,
    )
    return batch


def _noting_numbers(sheet: Sheet, numbers: dict[int, str]) -> Sheet:
    """Return the sheet; as rows are read, the portal's number of each is noted, for refused ones have it too."""
    place = 0  # fields come in the order of the enum, and the number is the first

    def rows() -> Iterator[tuple[int, Sequence[object]]]:
        for row, cells in sheet.rows:
            number = str(cells[place] or "").strip()
            numbers[row] = number if is_whole(number) else ""
            yield row, cells

    return Sheet(sheet.headers, rows())


def _repeated(same: PortalBatch, body: str) -> Taken:
    if same.digest != body:
        raise IdempotencyKeyReused("another request was sent with this key; choose a new one", key=same.key)
    return Taken(Findings(keep=Keep.GOOD_ROWS), batch=same, is_repeated=True)


def _refuse_too_late(admission_round: AdmissionRound, changes: Changes, now: datetime) -> None:
    phase = phase_of(admission_round, now)
    if phase is not Phase.OPEN or admission_round.status != "open":
        counts = {
            "added": len(changes.added),
            "changed": len(changes.changed),
            "withdrawn": len(changes.withdrawn),
        }
        raise PortalTooLate(
            "entries are not open: nothing can be added, changed or withdrawn now; "
            + ", ".join(f"{count} {what}" for what, count in counts.items()),
            phase=phase.value,
            **counts,
        )


def _round_for(actor: User | None, round_id: UUID, mapping: PortalMappingVersion) -> AdmissionRound:
    admission_round = get_round(round_id)
    if actor is None:
        require_actor(actor, Action.EXCHANGE_APPLICATIONS, admission_round.district_id)
    else:
        _require_portal(actor, admission_round, mapping.portal)
    if mapping.district_id != admission_round.district_id:
        raise MappingOfAnotherDistrict(
            f"the mapping is of district {mapping.district_id}", district=mapping.district_id
        )
    return admission_round


def _require_portal(actor: User, admission_round: AdmissionRound, portal: str) -> None:
    require_actor(actor, Action.EXCHANGE_APPLICATIONS, admission_round.district_id)
    if not may_speak_for(actor, portal):
        raise NotPermitted("a portal speaks for itself only", portal=portal)


def _lock(admission_round: AdmissionRound, portal: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [PORTAL_LOCK, f"{admission_round.pk}/{portal}"]
        )


def _file_key(path: Path, mapping: PortalMappingVersion, keep: Keep) -> str:
    """Return the digest of the file with all that decides what is made of it."""
    digest = hashlib.sha256(canonical_json({"mapping": mapping.digest, "keep": keep.value}))
    with path.open("rb") as file:
        digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def _request_digest(items: Sequence[Mapping[str, object]]) -> str:
    """Return a keyed digest of a request: it holds personal data, and a plain digest could be guessed."""
    text = json.dumps(list(items), ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return blind_digest(text, purpose="portal-request")
