"""The published policies, for everybody to read and keep."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from admissions.selectors.policies import get_public_policy, list_public_policies, policy_of_version
from frontend.pages.officers.policies import policy_context


@require_safe
def policies(request: HttpRequest) -> HttpResponse:
    """List what is published."""
    return render(request, "public/policies.html", {"policies": list_public_policies()})


@require_safe
def policy(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """Show a published policy with the authority of every rule."""
    version = get_public_policy(version_id)
    return render(request, "public/policy.html", policy_context(version, policy_of_version(version)))


@require_safe
def policy_text(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """Return the text as it was written."""
    version = get_public_policy(version_id)
    answer = HttpResponse(version.text, content_type="application/yaml; charset=utf-8")
    name = f"policy-{version.district_id}-{version.stage}-{version.year}-{version.number}.yaml"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
