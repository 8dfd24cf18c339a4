"""An officer finds that a child is no twin of the group that its application names."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.models import User
from admissions.models import Application
from admissions.rules.facts import FactName, facts_from_data
from admissions.rules.twins import NO_TWIN
from admissions.selectors.applications import get_application
from admissions.services.twins import UNDECIDED, find_no_twin
from common.errors import DomainError
from frontend.pages.guards import for_staff
from frontend.pages.refusals import refusal_in_words


class NoTwinForm(forms.Form):
    """Why the child is no twin of the group."""

    reason = forms.CharField(
        label=gettext_lazy("Why the child is no twin of this group"),
        help_text=gettext_lazy(
            "For example: the birth certificates name other mothers. It is kept in the audit log."
        ),
        max_length=300,
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


def no_twin_form(application: Application) -> NoTwinForm | None:
    """Return the form where an officer can still find so."""
    named = facts_from_data(application.facts).text(FactName.TWIN_GROUP)
    if named in (None, NO_TWIN) or application.status not in UNDECIDED:
        return None
    return NoTwinForm(initial={"version": application.version}, prefix="twins")


@require_POST
@for_staff
def no_twin(request: HttpRequest, person: User, application_id: UUID) -> HttpResponse:
    """Record it, and go back to the application."""
    application = get_application(application_id, reader=person)
    form = NoTwinForm(request.POST, prefix="twins")
    if not form.is_valid():
        messages.error(request, _("Write why the child is no twin of this group."))
        return redirect("review", application_id)
    try:
        find_no_twin(actor=person, now=timezone.now(), application_id=application.pk, **form.cleaned_data)
    except DomainError as refusal:
        messages.error(request, refusal_in_words(refusal))
    else:
        messages.success(request, _("Recorded. The child is drawn alone."))
    return redirect("review", application_id)
