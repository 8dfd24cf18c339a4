"""One application on an officer's desk: what is known, what is missing, and the decision."""

from datetime import date, datetime
from itertools import pairwise
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.permissions import Action, may
from admissions.models import Application
from admissions.rules.application_form import changes_between
from admissions.rules.documents_catalogue import CATALOGUE
from admissions.rules.facts import FactSource, facts_from_data
from admissions.rules.sentences import say
from admissions.rules.status import Action as Step
from admissions.rules.vocabulary import VOCABULARY
from admissions.rules.words import value_words
from admissions.selectors.applications import (
    ApplicationView,
    application_view,
    get_application,
    is_refused_before,
    review_steps,
)
from admissions.selectors.residence import residence_standing
from admissions.selectors.written_forms import (
    form_of_version,
    list_versions,
    written_form,
)
from admissions.services.review import review_application
from common.errors import DomainError
from frontend.pages.form_words import PERSONAL, ChangeInWords, changes_in_words
from frontend.pages.guards import for_staff
from frontend.pages.language import language
from frontend.pages.officers.registers import disputes_of
from frontend.pages.officers.twins import no_twin_form
from frontend.pages.refusals import refusal_in_words
from frontend.pages.twin_words import twins_for_office

STEPS = {
    Step.ACCEPT: gettext_lazy("The facts are right: accept"),
    Step.RETURN: gettext_lazy("Return it to the family for correction"),
    Step.REFUSE: gettext_lazy("Refuse, with the reason"),
    Step.REOPEN: gettext_lazy("Review it again"),
}
SOURCES = {
    "officer": gettext_lazy("officer"),
    "look_up": gettext_lazy("register"),
    "document": gettext_lazy("document"),
    "declared": gettext_lazy("the family says so"),
}


class ReviewForm(forms.Form):
    """The decision; the family is told the reason."""

    step = forms.ChoiceField(label=gettext_lazy("Choose one"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Needed to return or refuse; the family reads it."),
        required=False,
        max_length=300,
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: QueryDict | None, *, application: Application, now: datetime) -> None:
        super().__init__(data, initial={"version": application.version})
        choices = [(step.value, STEPS[step]) for step in review_steps(application, now) if step in STEPS]
        self.fields["step"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField has them


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def review(request: HttpRequest, person: User, application_id: UUID) -> HttpResponse:
    """Show the application; take the decision of somebody who reviews."""
    application = get_application(application_id, reader=person)
    may_review = may(person, Action.REVIEW_APPLICATIONS, application.round.district_id)
    form = ReviewForm(request.POST or None, application=application, now=timezone.now())
    if request.method == "POST" and may_review and form.is_valid() and _decide(person, application, form):
        messages.success(request, _("Recorded."))
        return redirect("round-applications", application.round_id)
    view = application_view(application)
    context = {
        "view": view,
        "application": application,
        "facts": _facts(application),
        "asked": _asked(view),
        "disputes": disputes_of(application),
        "twins": twins_for_office(application),
        "no_twin": no_twin_form(application) if may_review else None,
        "residence": residence_standing(application, language()),
        "may_review": may_review,
        "versions": _versions(application),
        "is_refused_before": is_refused_before(application),
        "form": form if may_review else None,
    }
    return render(request, "officers/review.html", context, status=422 if form.errors else 200)


def _decide(person: User, application: Application, form: ReviewForm) -> bool:
    """Take the step; say whether it was possible, and put a refusal into the form."""
    step, reason = Step(form.cleaned_data["step"]), form.cleaned_data["reason"]
    if step in (Step.RETURN, Step.REFUSE) and not reason.strip():
        form.add_error("reason", _("Write the reason, so that the family can be told."))
        return False
    try:
        review_application(
            actor=person,
            now=timezone.now(),
            application_id=application.pk,
            step=step,
            reason=reason,
            version=form.cleaned_data["version"],
        )
    except DomainError as refusal:
        form.add_error(None, refusal_in_words(refusal))
        form.data = {**dict(form.data.items()), "version": application.version}  # as the page shows it now
        return False
    return True


def _versions(application: Application) -> list[tuple[int, datetime, bool, list[ChangeInWords]]]:
    """Return number, moment, whether the family did it, and the changes in words of every change, the newest first."""
    versions = list_versions(application)
    if not versions:
        return []
    forms_in_order = [*(form_of_version(version) for version in versions), written_form(application)]
    return [
        (
            version.number + 1,
            version.replaced_at,
            version.replaced_by_id == application.guardian_id,
            changes_in_words(changes_between(before, after), application, hidden=PERSONAL),
        )
        for version, (before, after) in zip(versions, pairwise(forms_in_order), strict=True)
    ][::-1]


def _facts(application: Application) -> list[tuple[str, str, str, date, str]]:
    """Return name, value, source, day and verifier of every fact, in words; an officer is named by role alone."""
    place = 0 if language() == "zh" else 1
    return [
        (
            (VOCABULARY[name].zh, VOCABULARY[name].en)[place],
            value_words(fact.value)[place],
            str(SOURCES[fact.source.value]),
            fact.as_of,
            fact.verifier if fact.source is FactSource.LOOK_UP else "",
        )
        for name, fact in facts_from_data(application.facts).items()
    ]


def _asked(view: ApplicationView) -> list[tuple[str, str]]:
    entries = [(CATALOGUE[needed.document], say(needed.because, language())) for needed in view.documents]
    return [(entry.zh if language() == "zh" else entry.en, because) for entry, because in entries]
