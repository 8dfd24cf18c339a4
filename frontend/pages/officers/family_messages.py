"""Text messages to families about their places, for the office."""

from uuid import UUID

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.permissions import Action, may, require
from admissions.message_tasks import request_sending
from admissions.models import MessageStatus
from admissions.selectors.family_messages import count_messages, list_messages, message_values
from admissions.selectors.rounds import get_round
from admissions.services.family_messages import try_message_again
from frontend.pages.guards import for_staff

ROWS = 50
AGAIN = (MessageStatus.GIVEN_UP, MessageStatus.NO_PHONE)


@require_safe
@for_staff
def family_messages(request: HttpRequest, person: User, round_id: UUID) -> HttpResponse:
    """Show what was said to families, and what became of it."""
    found = get_round(round_id)
    require(person, Action.READ_DISTRICT, found.district_id)
    status = request.GET.get("status", "")
    page = Paginator(list_messages(found, status=status), ROWS).get_page(request.GET.get("page"))
    counts, labels = count_messages(found), dict(MessageStatus.choices)
    context = {
        "round": found,
        "page": page,
        "rows": [(row, message_values(row)["text"]) for row in page],
        "counts": [(labels[name], counts[name]) for name in MessageStatus.values],
        "again": AGAIN,
        "may_try": may(person, Action.REVIEW_APPLICATIONS, found.district_id),
        "is_outbox": not (settings.SMS_URL or settings.SMS_GATEWAY),
    }
    return render(request, "officers/family_messages.html", context)


@require_POST
@for_staff
def again(request: HttpRequest, person: User, message_id: UUID) -> HttpResponse:
    """Try a message again that was given up."""
    found = try_message_again(actor=person, now=timezone.now(), message_id=message_id)
    request_sending(now=timezone.now(), admission_round=found.offer.round)
    return redirect("after-messages", found.offer.round_id)
