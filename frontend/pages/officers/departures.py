"""Children who left by the newest visit: the list until somebody knows where they are, and what officers record."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.permissions import Action, may, require
from common.errors import DomainError
from frontend.pages.guards import for_staff
from frontend.pages.officers.districts import district_of
from frontend.pages.officers.survey_forms import day_input
from frontend.pages.refusals import refusal_in_words
from geo_data.models import Departure, DepartureState
from geo_data.models.departures import LEFT_LABELS
from geo_data.reconciliation.words import ANSWERS, Answer, LeftHow
from geo_data.selectors.case_lists import unit_names
from geo_data.selectors.departures import (
    count_departures,
    get_departure,
    list_answers,
    list_departures,
    open_departure,
)
from geo_data.selectors.reconciliation import find_newest_reconciliation
from geo_data.services.departures import Reply, answer_departure

ROWS = 20
ANSWERS_IN_WORDS: Mapping[str, Promise] = {
    Answer.RECEIVED: gettext_lazy("Received by another county"),
    Answer.PROVED_ABROAD: gettext_lazy("Abroad, with proof"),
    Answer.DEATH_CONFIRMED: gettext_lazy("Death confirmed by a record"),
    Answer.CAME_BACK: gettext_lazy("Lives here after all, or came back"),
    Answer.REOPENED: gettext_lazy("Taken back"),
}
AWAITED_IN_WORDS: Mapping[str, Promise] = {
    LeftHow.MOVED_AWAY: gettext_lazy("answer of the receiving county awaited"),
    LeftHow.ABROAD: gettext_lazy("proof awaited"),
    LeftHow.DECEASED: gettext_lazy("confirming record awaited"),
}


class AnswerForm(forms.Form):
    """What is known now, and what proves it."""

    answer = forms.ChoiceField(label=gettext_lazy("Answer"), widget=forms.RadioSelect)
    happened_on = forms.DateField(
        label=gettext_lazy("On which day"),
        help_text=gettext_lazy("Of the reception, the proof or record, or the return."),
        widget=day_input(),
    )
    county = forms.CharField(
        label=gettext_lazy("Receiving county"),
        help_text=gettext_lazy("Its name or code; needed when another county received the child."),
        max_length=100,
        required=False,
    )
    document = forms.CharField(
        label=gettext_lazy("Number of the reply, proof or record"),
        help_text=gettext_lazy("Needed for a proof or record. No names and no identity numbers."),
        max_length=200,
        required=False,
    )
    reason = forms.CharField(
        label=gettext_lazy("How this is known"),
        help_text=gettext_lazy("No names and no identity numbers."),
        max_length=300,
    )

    def __init__(self, *args: Any, how: LeftHow, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(answer.value, ANSWERS_IN_WORDS[answer]) for answer in ANSWERS[how]]
        self.fields["answer"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField has them
        if how is not LeftHow.MOVED_AWAY:
            del self.fields["county"]

    def reply(self) -> Reply:
        """Return what was filled in."""
        told = self.cleaned_data
        return Reply(
            answer=Answer(told["answer"]),
            reason=told["reason"],
            happened_on=told["happened_on"],
            county=told.get("county", ""),
            document=told["document"],
        )


class UndoForm(forms.Form):
    """Why an answer is taken back."""

    reason = forms.CharField(label=gettext_lazy("Why it is taken back"), max_length=300)

    def reply(self) -> Reply:
        """Return that the last answer no longer holds."""
        return Reply(Answer.REOPENED, self.cleaned_data["reason"])


@require_safe
@for_staff
def departures(request: HttpRequest, person: User) -> HttpResponse:
    """List the children who left, those without an answer first."""
    district = district_of(request, person)
    run = find_newest_reconciliation(district.code)
    if run is None:
        return redirect("reconciliation")
    asked = request.GET
    state = DepartureState(asked["state"]) if asked.get("state") in DepartureState.values else None
    how = LeftHow(asked["how"]) if asked.get("how") in set(LeftHow) else None
    page = Paginator(list_departures(run, state=state, how=how), ROWS).get_page(asked.get("page"))
    names, counts = unit_names(district.code), count_departures(run)
    context = {
        "run": run,
        "page": page,
        "rows": [(row, names.get(row.unit_code, row.unit_code), _state_in_words(row)) for row in page],
        "counts": [
            (label, counts.get((one, "awaited"), 0), counts.get((one, "answered"), 0), one.value)
            for one, label in LEFT_LABELS.items()
        ],
        "states": DepartureState.choices,
        "ways": [(one.value, label) for one, label in LEFT_LABELS.items()],
        "chosen_state": state,
        "chosen_how": how,
    }
    return render(request, "officers/reconciliation/departures.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def departure(request: HttpRequest, person: User, departure_id: UUID) -> HttpResponse:
    """Show one child who left; record or take back an answer."""
    found = get_departure(departure_id)
    district = found.reconciliation.district
    require(person, Action.READ_DISTRICT, district.code)
    may_work = may(person, Action.IMPORT_DATA, district.code)
    form = _form(found, request.POST or None)
    if request.method == "POST":
        require(person, Action.IMPORT_DATA, district.code)
        if form.is_valid() and _answer(person, found, form):
            messages.success(request, _("Recorded."))
            return redirect("departure", found.pk)
    names = unit_names(district.code)
    context = {
        "departure": found,
        "who": open_departure(found, reader=person, district_code=district.code) if may_work else None,
        "place": names.get(found.unit_code, found.unit_code),
        "state": _state_in_words(found),
        "answers": [(row, ANSWERS_IN_WORDS[row.answer]) for row in list_answers(found)],
        "form": form if may_work and _is_of_newest(found) else None,
        "is_awaited": found.state == DepartureState.AWAITED,
        "is_newest": _is_of_newest(found),
    }
    template = "officers/reconciliation/departure.html"
    return render(request, template, context, status=422 if form.errors else 200)


def _form(found: Departure, posted: Any) -> AnswerForm | UndoForm:
    if found.state == DepartureState.AWAITED:
        return AnswerForm(posted, how=LeftHow(found.how))
    return UndoForm(posted)


def _answer(person: User, found: Departure, form: AnswerForm | UndoForm) -> bool:
    try:
        answer_departure(actor=person, now=timezone.now(), departure_id=found.pk, reply=form.reply())
    except DomainError as refusal:
        form.add_error(None, refusal_in_words(refusal))
        return False
    return True


def _state_in_words(row: Departure) -> str:
    return str(AWAITED_IN_WORDS[row.how] if row.state == DepartureState.AWAITED else _("answered"))


def _is_of_newest(found: Departure) -> bool:
    newest = find_newest_reconciliation(found.reconciliation.district_id)
    return newest is not None and newest.pk == found.reconciliation_id
