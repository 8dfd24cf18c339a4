"""One survey sheet: who answers for it, its files, what came back, and the decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.permissions import may, require
from accounts.selectors.people import list_staff
from common.errors import DomainError
from frontend.pages.guards import for_staff
from frontend.pages.officers.files import XLSX, file_response
from frontend.pages.officers.survey_forms import DecisionForm, HandOutForm
from frontend.pages.officers.survey_words import DECISION_HELP, FIELD_WORDS, MARKS, value_in_words
from frontend.pages.refusals import refusal_in_words
from geo_data.models import SheetStatus, SurveyDecision, SurveySheet
from geo_data.selectors.surveys import (
    SURVEYING,
    ShownDifference,
    count_undecided,
    find_live_return,
    get_sheet,
    is_overdue,
    list_differences,
    load_answers,
    responsible_of,
)
from geo_data.services.survey_deciding import accept_without_conflict, decide_difference, undo_decision
from geo_data.services.survey_papers import hand_out_sheet
from geo_data.services.surveys import reassign_sheet, reissue_sheet
from geo_data.tables.survey_comparing import Difference
from geo_data.tables.survey_records import FIELDS, Answer
from geo_data.tables.survey_settling import decisions_for

FORMS = {"pdf": "application/pdf", "xlsx": XLSX}


@dataclass(frozen=True, slots=True)
class Line:
    """A difference as the page shows it; `choices` are value, label and help of the decisions possible."""

    shown: ShownDifference
    field: str
    mark: str
    register: str
    earlier: str
    sheet: str
    choices: tuple[tuple[str, str, str], ...]


@require_safe
@for_staff
def sheet_page(request: HttpRequest, person: User, sheet_id: UUID) -> HttpResponse:
    """Show the sheet, and whatever waits for a decision first."""
    sheet = get_sheet(sheet_id, reader=person)
    return render(request, "officers/surveys/sheet.html", _context(person, sheet))


@require_safe
@for_staff
def sheet_file(request: HttpRequest, person: User, sheet_id: str, form: str) -> HttpResponse:
    """Make the sheet and hand it out; it is never stored."""
    sheet = get_sheet(UUID(sheet_id), reader=person)
    data = hand_out_sheet(actor=person, now=timezone.now(), sheet_id=sheet.pk, form=form)
    return file_response(data, f"survey-{sheet.code}.{form}", FORMS[form])


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def hand_out(request: HttpRequest, person: User, sheet_id: UUID) -> HttpResponse:
    """Give a sheet that is out to another person; hand one that is back, or lost, out again."""
    sheet = get_sheet(sheet_id, reader=person)
    require(person, SURVEYING, sheet.district_id)
    again = request.GET.get("again") == "yes" or sheet.status != SheetStatus.ISSUED
    initial = {
        "name": responsible_of(sheet, reader=person),
        "role": sheet.responsible_role,
        "account": str(sheet.account_id or ""),
        "issued_on": timezone.localdate() if again else sheet.issued_on,
        "due_on": sheet.due_on,
    }
    form = HandOutForm(request.POST or None, initial=initial, people=list_staff(sheet.district_id))
    if not again:
        del form.fields["issued_on"]
    if request.method == "POST" and form.is_valid() and _hand_out(person, sheet, form, again=again):
        messages.success(request, _("Recorded. Print or send the sheet now."))
        return redirect("survey-sheet", sheet.pk)
    context = {"sheet": sheet, "form": form, "again": again}
    return render(request, "officers/surveys/hand_out.html", context, status=422 if form.errors else 200)


@require_POST
@for_staff
def decide(request: HttpRequest, person: User, sheet_id: UUID, difference_id: UUID) -> HttpResponse:
    """Record or take back one decision, and return to the next one."""
    sheet = get_sheet(sheet_id, reader=person)
    require(person, SURVEYING, sheet.district_id)
    form = DecisionForm(request.POST)
    is_undo = request.POST.get("undo") == "yes"
    error = ""
    try:
        if is_undo:
            undo_decision(actor=person, now=timezone.now(), difference_id=difference_id)
        elif form.is_valid():
            decide_difference(
                actor=person,
                now=timezone.now(),
                difference_id=difference_id,
                decision=SurveyDecision(form.cleaned_data["decision"]),
                reason=form.cleaned_data["reason"],
            )
        else:
            error = _("Choose what holds.")
    except DomainError as refusal:
        error = refusal_in_words(refusal)
    if error:
        context = _context(person, sheet) | {"error": error, "error_at": difference_id, "tried": request.POST}
        return render(request, "officers/surveys/sheet.html", context, status=422)
    target = f"d-{difference_id}" if is_undo else "waiting"
    return redirect(f"/office/surveys/{sheet.pk}/#{target}")


@require_POST
@for_staff
def accept(request: HttpRequest, person: User, sheet_id: UUID) -> HttpResponse:
    """Take the sheet wherever it contradicts nothing."""
    sheet = get_sheet(sheet_id, reader=person)
    require(person, SURVEYING, sheet.district_id)
    live = find_live_return(sheet)
    if live:
        try:
            count = accept_without_conflict(actor=person, now=timezone.now(), return_id=live.pk)
        except DomainError as refusal:
            messages.error(request, refusal_in_words(refusal))
        else:
            messages.success(request, _("%(count)s values were taken from the sheet.") % {"count": count})
    return redirect("survey-sheet", sheet.pk)


def _hand_out(person: User, sheet: SurveySheet, form: HandOutForm, *, again: bool) -> bool:
    cleaned = form.cleaned_data
    who: dict[str, Any] = {"actor": person, "now": timezone.now(), "sheet_id": sheet.pk}
    try:
        if again:
            issued_on = cleaned["issued_on"]
            reissue_sheet(**who, surveyor=form.surveyor(), issued_on=issued_on, due_on=cleaned["due_on"])
        else:
            reassign_sheet(**who, surveyor=form.surveyor(), due_on=cleaned["due_on"])
    except DomainError as refusal:
        form.add_error(None, refusal_in_words(refusal))
        return False
    return True


def _context(person: User, sheet: SurveySheet) -> dict[str, Any]:
    live = find_live_return(sheet)
    shown = list_differences(live, reader=person) if live else []
    may_survey = may(person, SURVEYING, sheet.district_id)
    answers = load_answers(live) if live and may_survey else ()
    lines = [_line(item, answers) for item in shown]
    names = {answer.key: answer.values.get("name", "") for answer in answers}
    return {
        "sheet": sheet,
        "today": timezone.localdate(),
        "is_overdue": is_overdue(sheet, timezone.localdate()),
        "responsible": responsible_of(sheet, reader=person),
        "may_survey": may_survey,
        "may_decide": may_survey and sheet.status == SheetStatus.RETURNED,
        "live": live,
        "returns": sheet.returns.order_by("number"),
        "children": sheet.rows.count(),
        "waiting": _by_row([line for line in lines if not line.shown.row.decision], names),
        "decided": _by_row([line for line in lines if line.shown.row.decision], names),
        "unconflicted": count_undecided(live)[False] if live else 0,
        "ask_again": sum(line.shown.row.decision == SurveyDecision.ASK_AGAIN for line in lines),
    }


def _by_row(lines: list[Line], names: Mapping[str, str]) -> list[tuple[int, str, list[Line]]]:
    """Return place, the child's name and lines of every row of the sheet."""
    rows = groupby(lines, key=lambda line: (line.shown.row.place, line.shown.row.key))
    return [(place, names.get(key, ""), list(group)) for (place, key), group in rows]


def _line(shown: ShownDifference, answers: Sequence[Answer]) -> Line:
    row = shown.row
    possible = decisions_for(Difference(row.kind), row.field, row.key)
    field = "name" if row.field == "child" else row.field
    return Line(
        shown=shown,
        field=str(FIELD_WORDS[row.field]),
        mark=MARKS[row.kind],
        register=shown.register if row.field == "child" else value_in_words(field, shown.register),
        earlier=shown.earlier if row.field == "child" else value_in_words(field, shown.earlier),
        sheet=_child(row.key, answers) if row.field == "child" else value_in_words(field, shown.sheet),
        choices=tuple(
            (choice.value, str(SurveyDecision(choice).label), str(DECISION_HELP[choice.value]))
            for choice in possible
        ),
    )


def _child(key: str, answers: Sequence[Answer]) -> str:
    """Return all that the sheet says of a child, so that it can be judged in one look."""
    values = next((answer.values for answer in answers if answer.key == key), {})
    words = (value_in_words(name, values.get(name, "")) for name in FIELDS)
    return " · ".join(word for word in words if word)
