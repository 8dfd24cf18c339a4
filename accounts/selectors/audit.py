"""Questions to the audit log, and its recomputation."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from itertools import islice

from django.db.models import Model, QuerySet

from accounts.models import AuditEvent, AuditLeaf, AuditTreeHead
from accounts.tree import Frontier
from common import merkle
from common.canonical import digest
from common.errors import NotFound

CHUNK = 5000


class NoSuchEvent(NotFound):
    """There is no such event."""

    code = "no_such_event"


class EventNotInTree(NotFound):
    """The event does not exist, or has no place under a published head yet."""

    code = "event_not_in_tree"


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """What shows that an event is under a published head; hashes are hexadecimal."""

    leaf: str
    position: int
    size: int
    root: str
    path: tuple[str, ...]


def subject_of(subject: Model | tuple[str, str]) -> tuple[str, str]:
    """Return what a subject is called in the log: its model's label and its key."""
    if isinstance(subject, Model):
        return subject._meta.label_lower, str(subject.pk)
    return subject


def leaf_of(event: AuditEvent) -> str:
    """Return the digest of everything an event says. Its number is left out: the tree gives the place."""
    return digest(
        {
            "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "actor": str(event.actor_id) if event.actor_id else None,
            "actor_role": event.actor_role,
            "action": event.action,
            "district_code": event.district_code,
            "subject_type": event.subject_type,
            "subject_id": event.subject_id,
            "details": event.details,
        }
    )


def get_event(event_id: int) -> AuditEvent:
    """Return the event."""
    event = AuditEvent.objects.filter(pk=event_id).first()
    if event is None:
        raise NoSuchEvent("there is no such event", event=event_id)
    return event


def list_events(district_code: str) -> QuerySet[AuditEvent]:
    """Return the district's events, newest first, with their actors and places."""
    return (
        AuditEvent.objects.filter(district_code=district_code)
        .select_related("actor", "place")
        .order_by("-id")
    )


def list_events_about(subject: tuple[str, str]) -> QuerySet[AuditEvent]:
    """Return what happened to one thing, oldest first."""
    subject_type, subject_id = subject
    events = AuditEvent.objects.filter(subject_type=subject_type, subject_id=subject_id)
    return events.select_related("actor", "place").order_by("id")


def find_tree_head() -> AuditTreeHead | None:
    """Return the last published head."""
    return AuditTreeHead.objects.order_by("-size").first()


def get_inclusion_proof(event_id: int) -> InclusionProof:
    """Return the proof of an event under the last head."""
    place = AuditLeaf.objects.filter(event_id=event_id).first()
    head = find_tree_head()
    if place is None or head is None:
        raise EventNotInTree("the event is under no published head yet", event=event_id)
    leaves = list(_leaves(head.size))
    path = merkle.inclusion_proof(leaves, place.position)
    return InclusionProof(
        leaf=leaves[place.position].hex(),
        position=place.position,
        size=head.size,
        root=head.root,
        path=tuple(step.hex() for step in path),
    )


def list_audit_faults() -> tuple[str, ...]:
    """Recompute the whole log and return what is wrong with it; nothing is good news.

    1. Every event says what its leaf was made from.
    2. Places are 0, 1, 2 and so on, none missing.
    3. Every head is the root over the first events that it counts, and the last counts all places.
    """
    return (*_faults_of_events(), *_faults_of_places(), *_faults_of_heads())


def list_leaves() -> Iterator[bytes]:
    """Return every leaf that has a place in the tree, in order."""
    return _leaves(AuditLeaf.objects.count())


def _leaves(size: int) -> Iterator[bytes]:
    places = AuditLeaf.objects.filter(position__lt=size).order_by("position")
    leaves = places.values_list("event__leaf", flat=True)
    return (bytes.fromhex(leaf) for leaf in leaves.iterator(CHUNK))


def _faults_of_events() -> Iterator[str]:
    for event in AuditEvent.objects.order_by("id").iterator(CHUNK):
        if leaf_of(event) != event.leaf:
            yield f"event {event.id} was changed after it was recorded"


def _faults_of_places() -> Iterator[str]:
    positions = AuditLeaf.objects.order_by("position").values_list("position", flat=True)
    for expected, position in enumerate(positions.iterator(CHUNK)):
        if position != expected:
            yield f"place {expected} is missing"
            return


def _faults_of_heads() -> Iterator[str]:
    frontier, leaves = Frontier(), _leaves(AuditLeaf.objects.count())
    for head in AuditTreeHead.objects.order_by("size"):
        frontier = frontier.grown_by(list(islice(leaves, head.size - frontier.size)))
        if (frontier.size, frontier.root().hex()) != (head.size, head.root):
            yield f"head over {head.size} events does not follow from the events"
            return
    surplus = sum(1 for _ in leaves)
    if surplus:
        yield f"{surplus} places are under no head"
