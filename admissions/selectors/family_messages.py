"""Messages to families, as the office sees them."""

from collections import Counter
from datetime import datetime

from django.db.models import Count, QuerySet
from django.utils import timezone

from admissions.models import AdmissionRound, FamilyMessage, MessageKind, MessageStatus, Offer
from admissions.rules.after_results import answer_until
from admissions.selectors.rounds import policy_of

TEXTS = {
    MessageKind.PLACE_GIVEN: (
        "【就近】报名号 {receipt}：{school} 有学位空出，已按派位次序给您的孩子。请在 {until} 前登录确认或放弃。"
        "A place at this school is your child's; please answer by then."
    ),
    MessageKind.PLACE_MOVED: (
        "【就近】报名号 {receipt}：按您的意愿，孩子已转到志愿更靠前的 {school}，学位已为您确认，原学位已递补给他人。"
        "As you asked, your child has moved to a school higher on its list."
    ),
    MessageKind.ANSWER_REMINDER: (
        "【就近】报名号 {receipt}：您还没有答复 {school} 的学位，请在 {until} 前登录确认或放弃。"
        "Please answer for your child's place by then."
    ),
}


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


def message_values(message: FamilyMessage) -> dict[str, str]:
    """Return what the gateway fills in: no name, no number, nothing but the receipt, the school and the moment."""
    offer = message.offer
    values = {
        "receipt": offer.application.receipt.receipt,
        "school": offer.line.school.name,
        "until": f"{timezone.localtime(until_of(offer)):%Y-%m-%d %H:%M}",
    }
    text = TEXTS[MessageKind(message.kind)].format(**values)
    return {**values, "id": str(message.pk), "kind": message.kind, "text": text}


def until_of(offer: Offer) -> datetime:
    """Return the excluded end of the family's time for an answer."""
    policy = policy_of(offer.round)
    return offer.answer_until or answer_until(policy, policy.calendar.results_at)
