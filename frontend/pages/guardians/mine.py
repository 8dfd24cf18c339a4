"""My applications: how far they are, what came out and why, and the way out."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from admissions.models import Application, RoundStatus
from admissions.rules.calendar import Phase, is_review_over
from admissions.rules.documents import Needed
from admissions.rules.documents_catalogue import CATALOGUE
from admissions.rules.sentences import say
from admissions.rules.status import Action, Who, may
from admissions.selectors.applications import (
    application_view,
    get_application,
    list_applications_of,
    may_amend,
)
from admissions.selectors.inclusion import find_list_of, inclusion_document
from admissions.selectors.offers import find_offer_view
from admissions.selectors.refills import find_refill_for
from admissions.selectors.rounds import phase_of, policy_of
from admissions.services.review import object_to_refusal, withdraw_application
from frontend.pages.guardians.timeline import timeline
from frontend.pages.guards import for_guardians
from frontend.pages.language import language
from frontend.pages.twin_words import twins_for_family


@require_safe
@for_guardians
def my_applications(request: HttpRequest, guardian: User) -> HttpResponse:
    """List all applications of the guardian."""
    return render(request, "guardians/mine.html", {"applications": list_applications_of(guardian)})


@require_safe
@for_guardians
def my_application(request: HttpRequest, guardian: User, application_id: UUID) -> HttpResponse:
    """Show one application."""
    application = get_application(application_id, reader=guardian)
    view = application_view(application)
    context = {
        "view": view,
        "application": application,
        "asked": [_document(needed) for needed in view.documents],
        "twins": twins_for_family(application),
        "timeline": timeline(policy_of(application.round).calendar, timezone.now()),
        "may_withdraw": _may_withdraw(application),
        "may_change": application.round.status == RoundStatus.OPEN and may_amend(application, timezone.now()),
        "may_object": _may_object(application),
        "offer": find_offer_view(application, timezone.now()),
        "refill": find_refill_for(application, timezone.now()),
        "entry_list": find_list_of(application),
    }
    return render(request, "guardians/application.html", context)


@require_safe
@for_guardians
def list_proof(request: HttpRequest, guardian: User, application_id: UUID) -> HttpResponse:
    """Hand out the proof that the child is on the entry list."""
    application = get_application(application_id, reader=guardian)
    response = HttpResponse(inclusion_document(application), content_type="application/json")
    name = f"proof-{application.receipt.receipt}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
@for_guardians
def done(request: HttpRequest, guardian: User, application_id: UUID) -> HttpResponse:
    """Show the receipt right after filing."""
    application = get_application(application_id, reader=guardian)
    moments = timeline(policy_of(application.round).calendar, timezone.now())
    return render(request, "guardians/apply_done.html", {"application": application, "timeline": moments})


@require_http_methods(["GET", "HEAD", "POST"])
@for_guardians
def withdraw(request: HttpRequest, guardian: User, application_id: UUID) -> HttpResponse:
    """Ask once, then withdraw."""
    application = get_application(application_id, reader=guardian)
    if request.method == "POST":
        withdraw_application(actor=guardian, now=timezone.now(), application_id=application.pk)
        messages.success(
            request, _("The application was withdrawn. While the round is open you may apply again.")
        )
        return redirect("my-application", application.pk)
    return render(request, "guardians/withdraw.html", {"application": application})


@require_http_methods(["GET", "HEAD", "POST"])
@for_guardians
def objection(request: HttpRequest, guardian: User, application_id: UUID) -> HttpResponse:
    """Ask once, then object to the refusal."""
    application = get_application(application_id, reader=guardian)
    if request.method == "POST":
        object_to_refusal(actor=guardian, now=timezone.now(), application_id=application.pk)
        messages.success(
            request, _("Your objection was received. An officer looks at the application again.")
        )
        return redirect("my-application", application.pk)
    return render(request, "guardians/objection.html", {"application": application})


def _may_object(application: Application) -> bool:
    in_time = not is_review_over(phase_of(application.round, timezone.now()))
    may_step = may(application.status, Action.OBJECT, Who.GUARDIAN)
    return in_time and may_step and application.round.status == RoundStatus.OPEN


def _may_withdraw(application: Application) -> bool:
    is_open = phase_of(application.round, timezone.now()) is Phase.OPEN
    return is_open and may(application.status, Action.WITHDRAW, Who.GUARDIAN)


def _document(needed: Needed) -> tuple[str, str]:
    entry = CATALOGUE[needed.document]
    return (entry.zh if language() == "zh" else entry.en), say(needed.because, language())
