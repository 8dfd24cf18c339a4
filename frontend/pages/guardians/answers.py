"""Answers to an offer: confirm, give up, take back, wait for a higher choice; each asks first."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from admissions.selectors.applications import get_application
from admissions.selectors.offers import OfferView, find_offer_view
from admissions.services.answers import (
    NoOffer,
    confirm_offer,
    decline_offer,
    restore_offer,
    wait_for_higher_choice,
)
from common.errors import DomainError, NotFound
from frontend.pages.guards import for_guardians
from frontend.pages.refusals import refusal_in_words


class NoSuchAnswer(NotFound):
    """There is no such answer to an offer."""

    code = "no_such_answer"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: what the page asks, what follows, the button, and what is said when it is done."""

    title: str
    meaning: tuple[str, ...]
    button: str
    done: str
    act: Callable[[User, datetime, UUID], object]
    is_grave: bool = False


@require_http_methods(["GET", "HEAD", "POST"])
@for_guardians
def answer(request: HttpRequest, guardian: User, application_id: UUID, name: str) -> HttpResponse:
    """Ask once, say in plain words what follows, then do it."""
    application = get_application(application_id, reader=guardian)
    view = find_offer_view(application, timezone.now())
    if view is None:
        raise NoOffer("no place was offered to this child")
    chosen = {**_answers(view), **_answers_about_waiting(view)}.get(name)
    if chosen is None:
        raise NoSuchAnswer("there is no such answer")
    refusal = ""
    if request.method == "POST":
        try:
            chosen.act(guardian, timezone.now(), application.pk)
        except DomainError as problem:
            refusal = refusal_in_words(problem)
        else:
            messages.success(request, chosen.done)
            return redirect("my-application", application.pk)
    context = {"application": application, "answer": chosen, "offer": view, "refusal": refusal}
    return render(request, "guardians/answer.html", context, status=422 if refusal else 200)


def _answers(view: OfferView) -> dict[str, Answer]:
    school = {"school": view.school}
    return {
        "confirm": Answer(
            title=_("Take the place at %(school)s?") % school,
            meaning=(
                _("You tell the bureau that your child will go to this school."),
                _("You can still give the place up later, as long as answers are taken."),
            ),
            button=_("Yes, we take the place"),
            done=_("The place is confirmed."),
            act=lambda actor, now, pk: confirm_offer(actor=actor, now=now, application_id=pk),
        ),
        "decline": Answer(
            title=_("Give up the place at %(school)s?") % school,
            meaning=(
                _("The place is free at once and goes to the next child on the waiting list."),
                _("Your child then has no place in this round and stands on no waiting list any more."),
                _("Only as long as nobody has got the place can you take this back."),
                _(
                    "Children without a place are looked after by the bureau: it offers the seats that are left."
                ),
            ),
            button=_("Yes, give the place up"),
            done=_(
                "The place was given up. You can take this back until it has been given to another child."
            ),
            act=lambda actor, now, pk: decline_offer(actor=actor, now=now, application_id=pk),
            is_grave=True,
        ),
        "restore": Answer(
            title=_("Take the place at %(school)s back?") % school,
            meaning=(_("The place is still free. It is your child's again."),),
            button=_("Yes, take it back"),
            done=_("The place is your child's again. Please confirm it."),
            act=lambda actor, now, pk: restore_offer(actor=actor, now=now, application_id=pk),
        ),
    }


def _answers_about_waiting(view: OfferView) -> dict[str, Answer]:
    school = {"school": view.school}
    return {
        "wait": Answer(
            title=_("Wait for a school higher on your list?"),
            meaning=(
                _("Your child keeps the place at %(school)s for now.") % school,
                _(
                    "If a place higher on your list becomes free and it is your child's turn, your child moves."
                ),
                _("The place at %(school)s then goes to another child, and you cannot go back.") % school,
            ),
            button=_("Yes, wait"),
            done=_("Your child waits for a higher choice and keeps its place meanwhile."),
            act=lambda actor, now, pk: wait_for_higher_choice(
                actor=actor, now=now, application_id=pk, waits=True
            ),
        ),
        "stay": Answer(
            title=_("Stay at %(school)s?") % school,
            meaning=(_("Your child does not wait for another school any more."),),
            button=_("Yes, stay"),
            done=_("Your child stays and does not wait any more."),
            act=lambda actor, now, pk: wait_for_higher_choice(
                actor=actor, now=now, application_id=pk, waits=False
            ),
        ),
    }
