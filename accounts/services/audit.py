"""Writes the audit log: one event with every change, and now and then the head of the tree over all of them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

from django.db import connection, models, transaction

from accounts.models import AuditEvent, AuditLeaf, AuditTreeHead, User
from accounts.selectors.audit import leaf_of, subject_of
from accounts.tree import Frontier
from common.canonical import CanonicalValue
from common.errors import WrongMoment

HEAD_LOCK = 0x4A49554A494E01  # any number will do, as long as nothing else locks it


class NothingToPublish(WrongMoment):
    """A tree head was asked for before anything happened."""

    code = "nothing_to_publish"


class NotInTransaction(RuntimeError):
    """An event was recorded outside the transaction of its change: a fault in the caller."""


def record_event(
    *,
    actor: User | None,
    now: datetime,
    action: str,
    subject: models.Model | tuple[str, str],
    district_code: str = "",
    details: Mapping[str, CanonicalValue] | None = None,
) -> AuditEvent:
    """Add an event to the caller's transaction, so that change and event stand or fall together.

    `details` holds no personal data and no floats. Locks nothing: places in the tree are given later.
    """
    if not connection.in_atomic_block:
        raise NotInTransaction(f"{action} must be recorded inside the transaction of its change")
    subject_type, subject_id = subject_of(subject)
    event = AuditEvent(
        at=now.astimezone(UTC),
        actor=actor,
        actor_role=actor.role if actor else "",
        action=action,
        district_code=district_code,
        subject_type=subject_type,
        subject_id=subject_id,
        details=dict(details or {}),
    )
    event.leaf = leaf_of(event)
    event.save(force_insert=True)
    return event


@transaction.atomic
def publish_tree_head(*, actor: User | None, now: datetime) -> AuditTreeHead:
    """Give every committed event without a place the next places, and store the root over all of them.

    Only one publisher at a time; nobody who records an event is held up. An event that commits late, with a
    smaller number, gets its place with the next head. Without new events the last head is returned.
    Raises NothingToPublish when there was never an event.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [HEAD_LOCK])
    last = AuditTreeHead.objects.order_by("-size").first()
    waiting = list(AuditEvent.objects.filter(place=None).order_by("id").values_list("id", "leaf"))
    if last and not waiting:
        return last
    if not waiting:
        raise NothingToPublish("no event has been recorded yet")
    old = Frontier(last.size, tuple(map(bytes.fromhex, last.frontier))) if last else Frontier()
    new = old.grown_by([bytes.fromhex(leaf) for _, leaf in waiting])
    places = (AuditLeaf(position=old.size + i, event_id=event) for i, (event, _) in enumerate(waiting))
    AuditLeaf.objects.bulk_create(places, batch_size=5000)
    return AuditTreeHead.objects.create(
        size=new.size,
        root=new.root().hex(),
        at=now,
        published_by=actor,
        frontier=[subtree.hex() for subtree in new.subtrees],
    )


@contextmanager
def one_snapshot_under_a_head(*, actor: User | None, now: datetime) -> Iterator[None]:
    """Hold one view of the database while the block runs, in which every event has its place under a published head.

    The lock of publishers is taken before the view, or a head published while we waited would be invisible to us.
    Inside a transaction of the caller's the view is that transaction's.
    """
    is_outermost = not connection.in_atomic_block
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [HEAD_LOCK])
        try:
            with transaction.atomic():
                if is_outermost:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                publish_tree_head(actor=actor, now=now)
                yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [HEAD_LOCK])
