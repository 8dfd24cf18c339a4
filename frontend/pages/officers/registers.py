"""What registers said about an application, on the officer's desk: asked again, and settled where they disagree."""

from dataclasses import dataclass
from itertools import groupby
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
from accounts.permissions import Action, require
from admissions.models import Application
from admissions.rules.facts import FactName, fact_from_data
from admissions.rules.vocabulary import VOCABULARY
from admissions.rules.words import value_words
from admissions.selectors.applications import get_application
from admissions.services.asking import ask_again, settle_contradiction
from admissions.tasks import request_asking
from common.errors import DomainError
from frontend.pages.guards import for_staff
from frontend.pages.language import language
from frontend.pages.refusals import refusal_in_words


class SettleForm(forms.Form):
    """Which of the values stands, and why."""

    place = forms.TypedChoiceField(
        label=gettext_lazy("Which value stands"), coerce=int, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy("For example: the home visit of 12 June, or the newer deed."),
        max_length=300,
    )


@dataclass(frozen=True, slots=True)
class Dispute:
    """A fact on which registers disagree, in words, with the form that settles it."""

    name: str
    title: str
    form: SettleForm


def disputes_of(application: Application) -> list[Dispute]:
    """Return what registers disagree about."""
    place = 0 if language() == "zh" else 1
    facts = [fact_from_data(item) for item in application.contradictory]
    found = []
    for name, stated in groupby(facts, key=lambda fact: fact.name):
        form = SettleForm(prefix=name.value)
        form.fields["place"].choices = [  # type: ignore[attr-defined]  # a ChoiceField has them
            (nth, f"{value_words(fact.value)[place]} ({fact.verifier}, {fact.as_of:%Y-%m-%d})")
            for nth, fact in enumerate(stated)
        ]
        spec = VOCABULARY[name]
        found.append(Dispute(name.value, (spec.zh, spec.en)[place], form))
    return found


@require_POST
@for_staff
def ask(request: HttpRequest, person: User, application_id: UUID) -> HttpResponse:
    """Ask all registers once more, now."""
    application = get_application(application_id, reader=person)
    require(person, Action.REVIEW_APPLICATIONS, application.round.district_id)
    try:
        asked = ask_again(actor=person, now=timezone.localtime(), application_id=application.pk)
    except DomainError as refusal:
        messages.error(request, refusal_in_words(refusal))
        return redirect("review", application_id)
    if asked.unanswered:
        request_asking(now=timezone.now(), admission_round=application.round)
        silent = ", ".join(asked.unanswered)
        messages.warning(
            request, _("No answer from: %(silent)s. They are asked again by themselves.") % {"silent": silent}
        )
    else:
        messages.success(request, _("Every register has answered."))
    return redirect("review", application_id)


@require_POST
@for_staff
def settle(request: HttpRequest, person: User, application_id: UUID) -> HttpResponse:
    """Let one value stand."""
    application = get_application(application_id, reader=person)
    wanted = request.POST.get("name", "")
    dispute = next((item for item in disputes_of(application) if item.name == wanted), None)
    form = SettleForm(request.POST, prefix=wanted)
    if dispute:
        form.fields["place"].choices = dispute.form.fields["place"].choices  # type: ignore[attr-defined]
    if not dispute or not form.is_valid():
        messages.error(request, _("Choose one of the values and write why it stands."))
        return redirect("review", application_id)
    try:
        settle_contradiction(
            actor=person,
            now=timezone.localtime(),
            application_id=application.pk,
            name=FactName(wanted),
            **form.cleaned_data,
        )
    except DomainError as refusal:
        messages.error(request, refusal_in_words(refusal))
    else:
        messages.success(request, _("Recorded."))
    return redirect("review", application_id)
