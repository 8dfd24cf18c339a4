"""After results, in the office: answers for families, places given on, children left off, refill rounds."""

from collections.abc import Callable, Sequence
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import LIVE, JobStatus, User
from accounts.permissions import Action, may
from accounts.selectors.jobs import find_latest_job
from admissions.message_tasks import request_sending
from admissions.models import AdmissionRound, Application, RoundStatus
from admissions.selectors.offers import after_results_view, find_application_by_receipt
from admissions.services.answers import confirm_offer, decline_offer, restore_offer, settle_unanswered
from admissions.services.left_off import add_left_off
from admissions.services.refill import open_refill
from admissions.services.rounds import RoundMovedOn
from admissions.tasks import GIVE_ON, request_giving_on, see_to_new_places
from common.errors import DomainError, NotFound
from frontend.pages.guards import for_staff
from frontend.pages.officers.after_forms import AnswerForm, LeftOffForm, RefillForm
from frontend.pages.officers.forms import ConfirmForm
from frontend.pages.officers.steps import round_for
from frontend.pages.officers.titles import titles_of
from frontend.pages.refusals import refusal_in_words

ANSWERS = {"confirm": confirm_offer, "decline": decline_offer, "restore": restore_offer}


class NoSuchReceipt(NotFound):
    """The round has no such receipt."""

    code = "no_such_receipt"


@require_safe
@for_staff
def after_results(request: HttpRequest, person: User, round_id: UUID) -> HttpResponse:
    """Show what became of the places, line by line and run by run."""
    found = _published(person, Action.READ_DISTRICT, round_id)
    job = find_latest_job(GIVE_ON, found)
    view, titles = after_results_view(found), titles_of(found)
    works = job is not None and job.status in LIVE
    context = {
        "round": found,
        "view": view,
        "lines": [(row, titles[row.line.rule]) for row in view.lines],
        "job": job if job and job.status not in (JobStatus.SUCCEEDED, JobStatus.CANCELLED) else None,
        "may_run": may(person, Action.RUN_ROUND, found.district_id) and not works,
    }
    return render(request, "officers/after_results.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def give_on(request: HttpRequest, person: User, round_id: UUID) -> HttpResponse:
    """Give freed places on, in the background."""
    found = _published(person, Action.RUN_ROUND, round_id)
    form = ConfirmForm(request.POST or None)

    def act() -> None:
        request_giving_on(actor=person, now=timezone.now(), admission_round=found)

    meaning = (
        _("Every free place goes to the next child in the order of the draw that still wants it."),
        _("Children who have a place move only if their families asked; nobody loses a place."),
        _("Each step is published, and an independent program checks it first. It cannot be taken back."),
    )
    return _step(request, found, form, act, title=_("Give freed places on"), meaning=meaning)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def settle(request: HttpRequest, person: User, round_id: UUID) -> HttpResponse:
    """Remind families whose time ends, and let lapse what the policy lets lapse."""
    found = _published(person, Action.RUN_ROUND, round_id)
    form = ConfirmForm(request.POST or None)

    def act() -> None:
        reminded, lapsed = settle_unanswered(actor=person, now=timezone.now(), round_id=found.pk)
        request_sending(now=timezone.now(), admission_round=found)
        said = _("%(reminded)s families are reminded, %(lapsed)s places have lapsed.")
        messages.success(request, said % {"reminded": reminded, "lapsed": lapsed})

    meaning = (
        _(
            "Families whose time for an answer ends within a day are reminded on their page and by text message."
        ),
        _(
            "A place lapses only after its time, and only where the policy says so. The worker does this by itself."
        ),
    )
    return _step(request, found, form, act, title=_("See to missing answers"), meaning=meaning)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def answer_for_family(request: HttpRequest, person: User, round_id: UUID) -> HttpResponse:
    """Take an answer that a family gave at the counter or by telephone."""
    found = _published(person, Action.REVIEW_APPLICATIONS, round_id)
    form = AnswerForm(request.POST or None)

    def act() -> None:
        given = form.cleaned_data
        application = _application(found, given["receipt"])
        ANSWERS[given["answer"]](
            actor=person, now=timezone.now(), application_id=application.pk, reason=given["reason"]
        )
        messages.success(request, _("The answer is recorded."))

    meaning = (_("You answer on a family's behalf. Your name and the reason stay on record."),)
    return _step(request, found, form, act, title=_("Answer for a family"), meaning=meaning)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def add_child(request: HttpRequest, person: User, round_id: UUID) -> HttpResponse:
    """Add a child with a receipt who was left off by mistake."""
    found = _published(person, Action.RUN_ROUND, round_id)
    form = LeftOffForm(request.POST or None)

    def act() -> None:
        application = _application(found, form.cleaned_data["receipt"])
        add_left_off(
            actor=person,
            now=timezone.now(),
            application_id=application.pk,
            reason=form.cleaned_data["reason"],
        )
        see_to_new_places(now=timezone.now(), admission_round=found)
        messages.success(request, _("The child was added with the ticket of the same seed."))

    meaning = (
        _("The ticket comes from the seed of the draw, so no mistake buys a new draw."),
        _(
            "If the child stands before the cut-off it has a place at once, with one seat more in the plan if need be."
        ),
        _("Otherwise it waits in its place of the order. Nobody else's place changes."),
    )
    return _step(request, found, form, act, title=_("Add a child left off the list"), meaning=meaning)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def refill(request: HttpRequest, person: User, round_id: UUID) -> HttpResponse:
    """Offer the seats that are left in a refill round."""
    found = _published(person, Action.MANAGE_ROUND, round_id)
    form = RefillForm(request.POST or None)

    def act() -> None:
        made = open_refill(
            actor=person,
            now=timezone.now(),
            round_id=found.pk,
            calendar=form.calendar(),
            reason=form.cleaned_data["reason"],
        )
        see_to_new_places(now=timezone.now(), admission_round=found)
        messages.success(request, _("The refill round “%(name)s” is open.") % {"name": made.name})

    meaning = (
        _("The waiting lists are run once more and are then over."),
        _("Seats that are left move into a round with a new list, a new seed and a new draw."),
        _("Only children without a place take part. What was decided before stays as it is."),
    )
    return _step(request, found, form, act, title=_("Open a refill round"), meaning=meaning)


def _published(person: User, action: Action, round_id: UUID) -> AdmissionRound:
    found = round_for(person, action, round_id)
    if found.status != RoundStatus.PUBLISHED:
        raise RoundMovedOn(f"the round is {found.status}", status=found.status)
    return found


def _application(found: AdmissionRound, receipt: str) -> Application:
    application = find_application_by_receipt(found, receipt)
    if application is None:
        raise NoSuchReceipt("the round has no such receipt")
    return application


def _step(
    request: HttpRequest,
    found: AdmissionRound,
    form: forms.Form,
    act: Callable[[], None],
    *,
    title: str,
    meaning: Sequence[str],
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            act()
        except DomainError as refusal:
            form.add_error(None, refusal_in_words(refusal))
        else:
            return redirect("after-results", found.pk)
    context = {"round": found, "form": form, "title": title, "meaning": meaning, "back": "after-results"}
    return render(request, "officers/round_step.html", context, status=422 if form.errors else 200)
