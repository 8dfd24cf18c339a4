"""The round page of an officer: the steps, what blocks each, and the one thing to do now."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import JobRun, User
from accounts.permissions import Action, may, require
from accounts.selectors.jobs import find_latest_job
from admissions.models import AdmissionRound, ApplicationStatus, EntryList
from admissions.selectors.applications import list_applications
from admissions.selectors.overview import round_overview
from admissions.selectors.results import find_entry_list
from admissions.selectors.rounds import get_round, policy_of
from admissions.services.draw import enter_public_value
from admissions.services.results import publish_results
from admissions.services.rounds import open_round
from admissions.tasks import CLOSE, DRAW, request_closing, request_draw
from common.errors import DomainError, WrongMoment
from frontend.pages.guards import for_staff
from frontend.pages.language import language
from frontend.pages.officers.forms import CloseForm, ConfirmForm, ValueForm
from frontend.pages.refusals import refusal_in_words
from frontend.pages.words import PHASES

ROWS = 50


class ListNotClosed(WrongMoment):
    """The step needs a closed entry list."""

    code = "list_not_closed"


@require_safe
@for_staff
def round_page(request: HttpRequest, person: User, round_id: UUID) -> HttpResponse:
    """Show where the round stands."""
    found = _round_for(person, Action.READ_DISTRICT, round_id)
    overview = round_overview(found, timezone.now())
    context = {
        "round": found,
        "overview": overview,
        "phase": PHASES[overview.phase],
        "lines": [(line, _titles(found)[line.rule]) for line in overview.lines],
        "statuses": [(label, overview.by_status[value]) for value, label in ApplicationStatus.choices],
        "job": _shown_job(found),
        "may_run": may(person, Action.RUN_ROUND, found.district_id),
    }
    return render(request, "officers/round.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def open_step(request: HttpRequest, person: User, round_id: UUID) -> HttpResponse:
    """Open the round."""
    found = _round_for(person, Action.MANAGE_ROUND, round_id)
    form = ConfirmForm(request.POST or None)

    def act() -> None:
        open_round(actor=person, now=timezone.now(), round_id=found.pk)
        messages.success(request, _("The round is open. Policy, zones and seats are frozen."))

    return _step(request, found, form, act, title=_("Open the round"))


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def close_step(request: HttpRequest, person: User, round_id: UUID) -> HttpResponse:
    """Name the public values and close the list, in the background."""
    found = _round_for(person, Action.RUN_ROUND, round_id)
    form = CloseForm(request.POST or None)
    if find_entry_list(found) is None:
        form.fields.pop("reason")

    def act() -> None:
        reason = form.cleaned_data.get("reason", "")
        request_closing(
            actor=person, now=timezone.now(), admission_round=found, names=form.names(), reason=reason
        )

    return _step(request, found, form, act, title=_("Close the entry list"))


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def values_step(request: HttpRequest, person: User, round_id: UUID) -> HttpResponse:
    """Enter a public value as this officer read it; a second officer enters it again."""
    found = _round_for(person, Action.RUN_ROUND, round_id)
    entry_list = _entry_list(found)
    form = ValueForm(request.POST or None, names=entry_list.public_value_names)

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
    found = _round_for(person, Action.RUN_ROUND, round_id)
    entry_list = _entry_list(found)
    form = ConfirmForm(request.POST or None)

    def act() -> None:
        request_draw(actor=person, now=timezone.now(), entry_list=entry_list)

    return _step(request, found, form, act, title=_("Draw, place and check"))


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def publish_step(request: HttpRequest, person: User, round_id: UUID) -> HttpResponse:
    """Publish the results, after both verifiers accepted the bundle."""
    found = _round_for(person, Action.RUN_ROUND, round_id)
    form = ConfirmForm(request.POST or None)

    def act() -> None:
        publish_results(actor=person, now=timezone.now(), round_id=found.pk)
        messages.success(
            request, _("The results are published. Both independent checks accepted the bundle.")
        )

    return _step(request, found, form, act, title=_("Publish the results"))


@require_safe
@for_staff
def applications(request: HttpRequest, person: User, round_id: UUID) -> HttpResponse:
    """List applications by receipt, without a name."""
    found = _round_for(person, Action.READ_DISTRICT, round_id)
    status = request.GET.get("status", "")
    status = status if status in ApplicationStatus.values else ""
    rows = Paginator(list_applications(found, status=status), ROWS).get_page(request.GET.get("page"))
    titles = _titles(found)
    context = {
        "round": found,
        "page": rows,
        "rows": [(row, titles[row.category]) for row in rows],
        "status": status,
        "statuses": ApplicationStatus.choices,
    }
    return render(request, "officers/applications.html", context)


def _step(
    request: HttpRequest, found: AdmissionRound, form: forms.Form, act: Callable[[], None], *, title: str
) -> HttpResponse:
    """Show the question of a step; act on the answer, and show a refusal beside the question."""
    if request.method == "POST" and form.is_valid():
        try:
            act()
        except DomainError as refusal:
            form.add_error(None, refusal_in_words(refusal))
        else:
            return redirect("round", found.pk)
    context: dict[str, Any] = {"round": found, "form": form, "title": title}
    return render(request, "officers/round_step.html", context, status=422 if form.errors else 200)


def _round_for(person: User, action: Action, round_id: UUID) -> AdmissionRound:
    found = get_round(round_id)
    require(person, action, found.district_id)
    return found


def _titles(found: AdmissionRound) -> Mapping[str, str]:
    """Return the titles of the policy's lines and categories by code; a code without a title stands for itself."""
    policy = policy_of(found)
    named = {category.code: category.title for category in policy.categories}
    named |= {line.code: line.title for line in policy.lines}
    words = {code: title.zh if language() == "zh" else title.en for code, title in named.items()}
    return _Titles(words)


class _Titles(dict[str, str]):
    def __missing__(self, code: str) -> str:
        return code


def _entry_list(found: AdmissionRound) -> EntryList:
    entry_list = find_entry_list(found)
    if entry_list is None:
        raise ListNotClosed("the entry list of this round is not closed")
    return entry_list


def _shown_job(found: AdmissionRound) -> JobRun | None:
    """Return the job of the round asked for last, unless it has done its work."""
    jobs = [job for kind in (CLOSE, DRAW) if (job := find_latest_job(kind, found))]
    last = max(jobs, key=lambda job: job.requested_at, default=None)
    return last if last and last.status not in ("succeeded", "cancelled") else None
