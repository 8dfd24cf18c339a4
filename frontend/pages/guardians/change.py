"""Changing a filed application: its answers are taken up, asked again where wanted, and shown beside the old."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.selectors.people import open_phone
from admissions.models import AdmissionRound, Application, ApplicationStatus
from admissions.rules.application_form import FieldChange, changes_between
from admissions.selectors.applications import get_application, may_amend
from admissions.selectors.rounds import phase_of, policy_of
from admissions.selectors.written_forms import written_form
from admissions.services.amending import NothingChanged, amend_application
from admissions.services.applications import ApplicationForm, ApplicationRefused, MalformedForm
from admissions.services.steps import ApplicationChanged, NotOpen
from admissions.tasks import request_asking
from common.errors import DomainError, WrongMoment
from frontend.pages.form_words import changes_in_words
from frontend.pages.guardians.checking import check_context, listed_schools
from frontend.pages.guardians.drafts import Draft, forget_draft, keep_draft
from frontend.pages.guardians.previews import preview
from frontend.pages.guards import for_guardians
from geo_data.selectors.units import list_units


@require_http_methods(["GET", "HEAD", "POST"])
@for_guardians
def change(request: HttpRequest, guardian: User, application_id: UUID) -> HttpResponse:
    """Say what can be changed and until when, and take the answers up."""
    application = amendable(application_id, guardian)
    if request.method == "POST":
        keep_draft(request, _draft_of(application))
        return redirect("apply-check", application.round_id)
    calendar = policy_of(application.round).calendar
    is_returned = application.status == ApplicationStatus.RETURNED
    context = {
        "application": application,
        "is_returned": is_returned,
        "until": calendar.review_until if is_returned else calendar.closes_at,
    }
    return render(request, "guardians/change.html", context)


def amendable(application_id: UUID | str, guardian: User) -> Application:
    """Return the guardian's application. Raises NotOpen when it cannot be changed now."""
    application, now = get_application(application_id, reader=guardian), timezone.now()
    if not may_amend(application, now):
        raise NotOpen("this application cannot be changed now", phase=phase_of(application.round, now).value)
    return application


def check_change(
    request: HttpRequest, guardian: User, admission_round: AdmissionRound, draft: Draft
) -> HttpResponse:
    """Show every answer and what would change, and put the form in the place of the one that stands.

    Of two devices the second is told, keeps its answers, and sees them beside what stands by then.
    """
    if request.method == "POST" and "leave" in request.POST:
        forget_draft(request)
        return redirect("my-application", draft.amends)
    refusal: DomainError | None = None
    if request.method == "POST":
        form = _form_of(draft, amendable(draft.amends, guardian), guardian)
        try:
            amended = amend_application(
                actor=guardian,
                now=timezone.now(),
                application_id=UUID(draft.amends),
                version=draft.version,
                form=form,
            )
        except (ApplicationRefused, MalformedForm, NothingChanged, ApplicationChanged) as refused:
            refusal = refused
        else:
            return _amended(request, amended)
    application = amendable(draft.amends, guardian)
    if isinstance(refusal, ApplicationChanged):
        draft = replace(draft, version=application.version)
        keep_draft(request, draft)
    context = check_context(admission_round, draft, guardian, refusal) | {
        "application": application,
        "changes": changes_in_words(_changes(draft, application, guardian), application),
    }
    status = 200 if refusal is None else 409 if isinstance(refusal, WrongMoment) else 422
    return render(request, "guardians/apply_check.html", context, status=status)


def _amended(request: HttpRequest, application: Application) -> HttpResponse:
    forget_draft(request)
    if application.unanswered:  # a register was silent: the worker asks it again
        request_asking(now=timezone.now(), admission_round=application.round)
    messages.success(request, _("Your application was changed. The receipt number stays the same."))
    return redirect("my-application", application.pk)


def _draft_of(application: Application) -> Draft:
    """Return the answers that stand, question by question; what nobody knows is asked."""
    form = written_form(application)
    units = list_units(application.round.publication.plan.units_dataset)
    unit = units.filter(code=form.unit_code).first()
    answers: dict[str, Mapping[str, object]] = {
        "child": {
            "child_name": form.child_name,
            "identity_number": form.identity_number,
            "birth_on": form.birth_on.isoformat(),
            "sex": form.sex,
        },
        "choices": {"private": list(form.private_schools), "public": list(form.public_schools)},
        "coordination": {
            "accepts": "yes" if form.accepts_coordination else "no",
            "adjusts": "yes" if form.accepts_adjustment else "no",
            "twins": "split" if form.split_allowed else "together",
        },
    }
    if unit is not None:
        answers["home"] = {
            "unit_code": unit.code,
            "unit_name": unit.name,
            "address": form.address,
            "guardian_name": form.guardian_name,
        }
        answers["found"] = {}
    return Draft(application.round_id, answers, str(application.pk), application.version)


def _form_of(draft: Draft, application: Application, guardian: User) -> ApplicationForm:
    """Return the form as changed; what these pages do not ask for stays as it is."""
    stands = written_form(application)
    form, is_asked = draft.form(open_phone(guardian)), draft.answer("coordination", "twins") is not None
    return replace(
        form,
        group_code=stands.group_code,
        split_allowed=form.split_allowed if is_asked else stands.split_allowed,
        facts=stands.facts,
    )


def _changes(draft: Draft, application: Application, guardian: User) -> tuple[FieldChange, ...]:
    form = _form_of(draft, application, guardian)
    private, public = listed_schools(draft, preview(application.round, draft, guardian))
    return changes_between(
        written_form(application),
        replace(form, private_schools=tuple(private), public_schools=tuple(public)),
    )
