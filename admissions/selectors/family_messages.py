"""Messages to families, as the office sees them."""

from collections import Counter
from datetime import datetime

from django.db.models import Count, QuerySet

from admissions.models import AdmissionRound, FamilyMessage, MessageStatus


def has_due_messages(admission_round: AdmissionRound, now: datetime) -> bool:
    """Say whether a message of the round waits to be sent."""
    waiting = FamilyMessage.objects.filter(offer__round=admission_round, status=MessageStatus.WAITING)
    return waiting.filter(next_at__lte=now).exists()


def list_messages(admission_round: AdmissionRound, *, status: str = "") -> QuerySet[FamilyMessage]:
    """Return the messages of a round, the newest first; of one status when asked."""
    rows = FamilyMessage.objects.filter(offer__round=admission_round).select_related(
        "offer__round", "offer__line__school", "offer__application__receipt"
    )
    ordered = rows.order_by("-queued_at", "offer__application__receipt__receipt", "pk")
    return ordered.filter(status=status) if status else ordered


def count_messages(admission_round: AdmissionRound) -> dict[str, int]:
    """Return how many messages have each status, every status named."""
    counts = Counter(dict.fromkeys(MessageStatus.values, 0))
    rows = FamilyMessage.objects.filter(offer__round=admission_round).values_list("status")
    counts.update({str(status): int(count) for status, count in rows.annotate(count=Count("id"))})
    return dict(counts)
