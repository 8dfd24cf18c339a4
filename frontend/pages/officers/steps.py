"""The steps of a round: each asks first, says what it means, and shows a refusal beside the question."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.permissions import Action, require
from admissions.models import AdmissionRound, EntryList
from admissions.selectors.applications import list_objections, list_undecided
from admissions.selectors.results import find_entry_list
from admissions.selectors.rounds import get_round
from admissions.services.draw import enter_public_value
from admissions.services.review import accept_as_they_stand
from admissions.services.rounds import open_round
from admissions.tasks import request_closing, request_draw, request_publishing
from common.errors import DomainError, WrongMoment
from frontend.pages.guards import for_staff
from frontend.pages.officers.forms import CloseForm, ConfirmForm, ValueForm
from frontend.pages.refusals import refusal_in_words


class ListNotClosed(WrongMoment):
    """The step needs a closed entry list."""

    code = "list_not_closed"


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def open_step(request: HttpRequest, person: User, round_id: UUID) -> HttpResponse:
    """Open the round."""
    found = round_for(person, Action.MANAGE_ROUND, round_id)
    form = ConfirmForm(request.POST or None)

    def act() -> None:
        open_round(actor=person, now=timezone.now(), round_id=found.pk)
        messages.success(request, _("The round is open. Policy, zones and seats are frozen."))

    return _step(request, found, form, act, title=_("Open the round"))


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def accept_step(request: HttpRequest, person: User, round_id: UUID) -> HttpResponse:
    """Accept what still waits, with the facts that are known."""
    found = round_for(person, Action.REVIEW_APPLICATIONS, round_id)
    form = ConfirmForm(request.POST or None)

    def act() -> None:
        count = accept_as_they_stand(actor=person, now=timezone.now(), round_id=found.pk)
        said = ngettext("%(count)s application was accepted.", "%(count)s applications were accepted.", count)
        messages.success(request, said % {"count": count})

    return _step(
        request, found, form, act, title=_("Accept what still waits"), meaning=_waiting_in_words(found)
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def close_step(request: HttpRequest, person: User, round_id: UUID) -> HttpResponse:
    """Name the public values and close the list, in the background."""
    found = round_for(person, Action.RUN_ROUND, round_id)
    form = CloseForm(request.POST or None)
    if find_entry_list(found) is None:
        form.fields.pop("reason")

    def act() -> None:
        reason = form.cleaned_data.get("reason", "")
        request_closing(
            actor=person, now=timezone.now(), admission_round=found, names=form.names(), reason=reason
        )

    meaning = (
        _("Every accepted application gets its place in the order, and the digest of the list is shown."),
        _("Nobody can object to a refusal any more, so every objection is decided before."),
    )
    return _step(request, found, form, act, title=_("Close the entry list"), meaning=meaning)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def values_step(request: HttpRequest, person: User, round_id: UUID) -> HttpResponse:
    """Enter a public value as this officer read it; a second officer enters it again."""
    found = round_for(person, Action.RUN_ROUND, round_id)
    entry_list = _entry_list(found)
    form = ValueForm(request.POST or None, names=unread_values(entry_list, person))

    def act() -> None:
        enter_public_value(actor=person, now=timezone.now(), entry_list_id=entry_list.pk, **form.cleaned_data)
        messages.success(
            request, _("Recorded. The other officer enters the value as well, without looking here.")
        )

    return _step(request, found, form, act, title=_("Enter a public value"))


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def draw_step(request: HttpRequest, person: User, round_id: UUID) -> HttpResponse:
    """Draw and place, in the background."""
    found = round_for(person, Action.RUN_ROUND, round_id)
    entry_list = _entry_list(found)
    form = ConfirmForm(request.POST or None)

    def act() -> None:
        request_draw(actor=person, now=timezone.now(), entry_list=entry_list)

    meaning = _("The seed follows from the list and the public values. A draw is made once and never again.")
    return _step(request, found, form, act, title=_("Draw, place and check"), meaning=(meaning,))


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def publish_step(request: HttpRequest, person: User, round_id: UUID) -> HttpResponse:
    """Publish the results in the background, after both verifiers accepted the bundle."""
    found = round_for(person, Action.RUN_ROUND, round_id)
    form = ConfirmForm(request.POST or None)

    def act() -> None:
        request_publishing(actor=person, now=timezone.now(), admission_round=found)

    meaning = _("Two independent programs check the bundle first. Then every family can read its result.")
    return _step(request, found, form, act, title=_("Publish the results"), meaning=(meaning,))


def round_for(person: User, action: Action, round_id: UUID) -> AdmissionRound:
    """Return the round to somebody who may do this in its district."""
    found = get_round(round_id)
    require(person, action, found.district_id)
    return found


def unread_values(entry_list: EntryList, person: User) -> list[str]:
    """Return the named values that this officer has not entered yet."""
    entered = set(entry_list.public_values.filter(entered_by=person).values_list("name", flat=True))
    return [name for name in entry_list.public_value_names if name not in entered]


def _step(
    request: HttpRequest,
    found: AdmissionRound,
    form: forms.Form,
    act: Callable[[], None],
    *,
    title: str,
    meaning: tuple[str, ...] = (),
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            act()
        except DomainError as refusal:
            form.add_error(None, refusal_in_words(refusal))
        else:
            return redirect("round", found.pk)
    context: dict[str, Any] = {"round": found, "form": form, "title": title, "meaning": meaning}
    return render(request, "officers/round_step.html", context, status=422 if form.errors else 200)


def _waiting_in_words(found: AdmissionRound) -> tuple[str, ...]:
    count, objections = list_undecided(found).count(), list_objections(found).count()
    count -= objections
    left = ngettext(
        "%(count)s objection is left to an officer, who decides it.",
        "%(count)s objections are left to officers, who decide each.",
        objections,
    )
    many = ngettext("%(count)s application still waits.", "%(count)s applications still wait.", count)
    return (
        many % {"count": count},
        _("Each is accepted with the facts that are proved; what nobody proved counts for nothing."),
        _("A child whose claim hangs on such a fact is placed by the bureau. Nobody is turned away."),
        *([left % {"count": objections}] if objections else []),
    )


def _entry_list(found: AdmissionRound) -> EntryList:
    entry_list = find_entry_list(found)
    if entry_list is None:
        raise ListNotClosed("the entry list of this round is not closed")
    return entry_list
