"""Policies in the office: the versions, one of them in full, and what differs between two."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.permissions import Action, may, require
from admissions.models import PUBLIC_STATUSES, PolicyStatus, PolicyVersion
from admissions.rules.authority import AuthorityRow, authority_table
from admissions.rules.policy import Fault, Policy, PolicyFault, example_names, example_policy
from admissions.rules.policy_differences import policy_differences
from admissions.rules.sentences import say
from admissions.selectors.policies import (
    find_version_before,
    get_policy_version,
    list_policy_versions,
    policy_of_version,
    reasons_unpublished,
    step_progress,
)
from admissions.services.policies import save_policy
from common.errors import DomainError
from frontend.pages.guards import for_staff
from frontend.pages.language import language
from frontend.pages.officers.districts import district_of
from frontend.pages.officers.policy_forms import PolicyForm
from frontend.pages.officers.policy_words import COLOURS, MARKS, STEPS
from frontend.pages.refusals import refusal_in_words


@require_safe
@for_staff
def policies(request: HttpRequest, person: User) -> HttpResponse:
    """List the versions of the district."""
    district = district_of(request, person)
    context = {
        "district": district,
        "rows": [(row, COLOURS[row.status]) for row in list_policy_versions(district.code)],
        "may_write": may(person, Action.MANAGE_ROUND, district.code),
        "examples": example_names(),
    }
    return render(request, "officers/policies/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def write(request: HttpRequest, person: User) -> HttpResponse:
    """Write the next version, from an earlier one or a shipped example; every fault is shown with its path."""
    district = district_of(request, person)
    require(person, Action.MANAGE_ROUND, district.code)
    form = PolicyForm(request.POST or None, initial={"text": _starting_text(request, person)})
    faults: tuple[Fault, ...] = ()
    if request.method == "POST" and form.is_valid():
        try:
            saved = save_policy(
                actor=person, now=timezone.localtime(), district_code=district.code, **form.cleaned_data
            )
        except PolicyFault as refusal:
            faults = refusal.faults
            form.add_error("text", _("This is no policy yet; see what is wrong below."))
        except DomainError as refusal:
            form.add_error(None, refusal_in_words(refusal))
        else:
            return redirect("policy", saved.pk)
    context = {"district": district, "form": form, "faults": faults}
    return render(request, "officers/policies/write.html", context, status=422 if form.errors else 200)


@require_safe
@for_staff
def policy(request: HttpRequest, person: User, version_id: UUID) -> HttpResponse:
    """Show a version: text, authority of each rule, legal check, approval, and what can be done now."""
    version = version_for(person, Action.READ_DISTRICT, version_id)
    read = policy_of_version(version)
    context = {
        **policy_context(version, read),
        "colour": COLOURS[version.status],
        "before": find_version_before(version),
        "steps": [(STEPS[item.step], item.record) for item in step_progress(version, read)],
        "approvals": list(version.approvals.select_related("approver").order_by("approved_at")),
        "against": _reasons_against(version, read),
        "rounds": list(version.rounds.order_by("-created_at")),
        "may": _what_may(version, person),
    }
    return render(request, "officers/policies/policy.html", context)


@require_safe
@for_staff
def differences(request: HttpRequest, person: User, version_id: UUID) -> HttpResponse:
    """Show what differs between a version and another one, by default the one before it."""
    after = version_for(person, Action.READ_DISTRICT, version_id)
    others = list_policy_versions(after.district_id).filter(stage=after.stage).exclude(pk=after.pk)
    asked = next((row for row in others if str(row.pk) == request.GET.get("with")), None)
    before = asked or find_version_before(after)
    found = policy_differences(policy_of_version(before), policy_of_version(after)) if before else ()
    context = {"after": after, "before": before, "others": others, "differences": found}
    return render(request, "officers/policies/differences.html", context)


def version_for(person: User, action: Action, version_id: UUID) -> PolicyVersion:
    """Return the version to somebody who may do this in its district."""
    found = get_policy_version(version_id)
    require(person, action, found.district_id)
    return found


def policy_context(version: PolicyVersion, read: Policy) -> dict[str, Any]:
    """Return what both the office and families are shown of a version."""
    said = language()
    return {
        "version": version,
        "title": read.title.zh if said == "zh" else read.title.en,
        "calendar": read.calendar,
        "findings": [{**finding, "words": finding[said]} for finding in version.findings],
        "authority": [_authority_row(row) for row in authority_table(read)],
    }


def _authority_row(row: AuthorityRow) -> dict[str, Any]:
    chinese = language() == "zh"
    return {
        "path": row.path,
        "title": row.title.zh if chinese else row.title.en,
        "clause": row.clause.zh if chinese else row.clause.en,
        "mark": MARKS[row.clause.mark.value],
        "year": row.clause.year,
    }


def _reasons_against(version: PolicyVersion, read: Policy) -> tuple[str, ...]:
    """Return in words what still stands against publication, of a version that could be published."""
    if version.status in (*PUBLIC_STATUSES, PolicyStatus.WITHDRAWN):
        return ()
    reasons = reasons_unpublished(version, read, on=timezone.localdate())
    return tuple(dict.fromkeys(say(reason.sentence, language()) for reason in reasons))


def _what_may(version: PolicyVersion, person: User) -> dict[str, bool]:
    """Return which buttons the person is shown now."""
    if not may(person, Action.MANAGE_ROUND, version.district_id):
        return {}
    status, is_writer = version.status, version.writer_id == person.pk
    approved = version.approvals.filter(approver=person).exists()
    return {
        "check": status in (PolicyStatus.DRAFT, PolicyStatus.CHECKED),
        "record": status not in (PolicyStatus.DRAFT, PolicyStatus.WITHDRAWN),
        "approve": status == PolicyStatus.CHECKED and not is_writer and not approved,
        "waits_for_others": status == PolicyStatus.CHECKED and (is_writer or approved),
        "publish": status == PolicyStatus.APPROVED,
        "withdraw": status not in (PolicyStatus.FROZEN, PolicyStatus.WITHDRAWN),
        "make_round": status in PUBLIC_STATUSES,
        "write": True,
    }


def _starting_text(request: HttpRequest, person: User) -> str:
    asked, example = request.GET.get("from", ""), request.GET.get("example", "")
    if asked:
        try:
            return version_for(person, Action.READ_DISTRICT, UUID(asked)).text
        except ValueError:
            return ""
    return example_policy(example) if example in example_names() else ""
