"""Make a plan that breaks rules lawful with the fewest changes: look first, then store."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.permissions import Action
from common.errors import DomainError
from frontend.pages.guards import for_staff
from frontend.pages.officers.plan_reasons import reasons_named
from frontend.pages.refusals import refusal_in_words
from frontend.pages.words import OBSTACLES
from zoning.models import ZonePlan
from zoning.permissions import plan_for
from zoning.selectors.mending import CannotBeMended, PlanIsLawful, find_mending
from zoning.services.mending import MendingChanged, mend_plan


class MendForm(forms.Form):
    """Why, and what was shown."""

    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=300)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def mend(request: HttpRequest, person: User, plan_id: UUID) -> HttpResponse:
    """Show which estates would move and how full schools would be; store it once that was seen and has a reason."""
    found = plan_for(person, Action.EDIT_ZONES, plan_id)
    form = MendForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            new = mend_plan(actor=person, now=timezone.now(), plan_id=plan_id, **form.cleaned_data)
        except MendingChanged as refusal:
            messages.error(request, refusal_in_words(refusal))
            return redirect("mend-plan", plan_id)
        except DomainError as refusal:
            form.add_error(None, refusal_in_words(refusal))
        else:
            messages.success(
                request, _("Version %(number)s was stored; it keeps all rules.") % {"number": new.number}
            )
            return redirect("plan", new.pk)
    return _shown(request, found, form)


def _shown(request: HttpRequest, found: ZonePlan, form: MendForm) -> HttpResponse:
    context: dict[str, Any] = {"plan": found, "form": form}
    try:
        mending = find_mending(found)
    except PlanIsLawful as refusal:
        messages.info(request, refusal_in_words(refusal))
        return redirect("plan", found.pk)
    except CannotBeMended as refusal:
        context |= {"why": _why(found, refusal), "is_proven": refusal.details["proven"]}
    except DomainError as refusal:
        context["refusal"] = refusal_in_words(refusal)
    else:
        form.initial["seen"] = mending.digest
        context["mending"] = mending
    return render(request, "officers/mend.html", context, status=422 if form.errors else 200)


def _why(found: ZonePlan, refusal: CannotBeMended) -> list[dict[str, Any]]:
    """Return the reasons with names instead of codes."""
    reasons: Any = refusal.details["why"]
    return reasons_named(found, reasons if isinstance(reasons, list) else [], OBSTACLES)
