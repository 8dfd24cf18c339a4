"""The steps of a policy: each asks first, says what it means, and shows a refusal beside the question."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from accounts.permissions import Action
from admissions.models import PolicyVersion
from admissions.rules.policy_records import ApprovalStep
from admissions.services.policies import (
    approve_policy,
    check_policy,
    publish_policy,
    record_policy_step,
    withdraw_policy,
)
from admissions.services.rounds import create_round
from common.errors import DomainError
from frontend.pages.guards import for_staff
from frontend.pages.officers.policies import version_for
from frontend.pages.officers.policy_forms import ApproveForm, PublishPolicyForm, StepForm, WithdrawForm
from frontend.pages.refusals import reasons_in_words, refusal_in_words


@require_POST
@for_staff
def check(request: HttpRequest, person: User, version_id: UUID) -> HttpResponse:
    """Run the legal check; it can be run again."""
    version = version_for(person, Action.MANAGE_ROUND, version_id)
    try:
        check_policy(actor=person, now=timezone.localtime(), version_id=version.pk)
    except DomainError as refusal:
        messages.error(request, refusal_in_words(refusal))
    return redirect("policy", version.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def record(request: HttpRequest, person: User, version_id: UUID) -> HttpResponse:
    """Record a step of approval with its paper."""
    version = version_for(person, Action.MANAGE_ROUND, version_id)
    wanted = request.GET.get("step", "")
    form = StepForm(request.POST or None, initial={"step": wanted, "done_on": timezone.localdate()})

    def act() -> None:
        record_policy_step(
            actor=person,
            now=timezone.localtime(),
            version_id=version.pk,
            step=ApprovalStep(form.cleaned_data["step"]),
            done_on=form.cleaned_data["done_on"],
            reference=form.cleaned_data["reference"],
        )

    return _step(request, version, form, act, title=_("Record a step of approval"))


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def approve(request: HttpRequest, person: User, version_id: UUID) -> HttpResponse:
    """Approve this very text."""
    version = version_for(person, Action.MANAGE_ROUND, version_id)
    form = ApproveForm(request.POST or None)

    def act() -> None:
        approve_policy(actor=person, now=timezone.localtime(), version_id=version.pk)
        messages.success(request, _("Your approval is recorded."))

    meaning = _(
        "Two people other than the writer approve a policy. The approval is of one text: a changed word needs it again."
    )
    return _step(request, version, form, act, title=_("Approve this policy"), meaning=meaning)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def publish(request: HttpRequest, person: User, version_id: UUID) -> HttpResponse:
    """Let everybody read the policy."""
    version = version_for(person, Action.MANAGE_ROUND, version_id)
    form = PublishPolicyForm(request.POST or None)

    def act() -> None:
        publish_policy(actor=person, now=timezone.localtime(), version_id=version.pk)
        messages.success(request, _("The policy is published; everybody can read it."))

    meaning = _(
        "The law is asked once more. Then everybody can read the policy, and a round can be made on it."
    )
    return _step(request, version, form, act, title=_("Publish this policy"), meaning=meaning)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def withdraw(request: HttpRequest, person: User, version_id: UUID) -> HttpResponse:
    """Take the version back."""
    version = version_for(person, Action.MANAGE_ROUND, version_id)
    form = WithdrawForm(request.POST or None)

    def act() -> None:
        reason = form.cleaned_data["reason"]
        withdraw_policy(actor=person, now=timezone.localtime(), version_id=version.pk, reason=reason)

    meaning = _(
        "A version that a round rests on cannot be withdrawn. The text and what was done stay on record."
    )
    return _step(request, version, form, act, title=_("Withdraw this version"), meaning=meaning)


@require_POST
@for_staff
def make_round(request: HttpRequest, person: User, version_id: UUID) -> HttpResponse:
    """Make a draft round on the published policy, and go there."""
    version = version_for(person, Action.MANAGE_ROUND, version_id)
    try:
        made = create_round(actor=person, now=timezone.localtime(), policy_version_id=version.pk)
    except DomainError as refusal:
        messages.error(request, refusal_in_words(refusal))
        return redirect("policy", version.pk)
    return redirect("round", made.pk)


def _step(
    request: HttpRequest,
    version: PolicyVersion,
    form: forms.Form,
    act: Callable[[], None],
    *,
    title: str,
    meaning: str = "",
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            act()
        except DomainError as refusal:
            form.add_error(None, [refusal_in_words(refusal), *reasons_in_words(refusal)])
        else:
            return redirect("policy", version.pk)
    context: dict[str, Any] = {"version": version, "form": form, "title": title, "meaning": meaning}
    return render(request, "officers/policies/step.html", context, status=422 if form.errors else 200)
