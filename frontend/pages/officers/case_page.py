"""One case of reconciliation: both records side by side, the score in words, the decision, the next case."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.permissions import Action, may, require
from common.errors import DomainError
from frontend.pages.guards import for_staff
from frontend.pages.officers.case_words import (
    KINDS,
    SOURCES,
    VERDICTS_IN_WORDS,
    code_in_words,
    points_in_words,
    remedy_in_words,
)
from frontend.pages.officers.reconciliation import read_filter
from frontend.pages.refusals import refusal_in_words
from geo_data.models import CaseState, ReconciliationCase, ReconciliationDecision, Sex
from geo_data.reconciliation.words import OPAQUE, VERDICTS, CaseCode, CaseKind, Verdict
from geo_data.selectors.case_lists import find_next_case, unit_names
from geo_data.selectors.case_sides import CaseSide, case_sides, points_of_sides, score_rule
from geo_data.selectors.decisions import list_decisions
from geo_data.selectors.reconciled_guardians import load_guardians
from geo_data.selectors.reconciliation import get_case, open_reconciled
from geo_data.services.case_decisions import decide_case

PERSONAL = (
    "name",
    "identity",
    "guardian",
    "guardian_identity",
    "second_guardian",
    "second_guardian_identity",
    "phone",
    "address",
)
LABELS = {
    "name": gettext_lazy("Name"),
    "identity": gettext_lazy("Number of the document"),
    "guardian": gettext_lazy("Guardian"),
    "guardian_identity": gettext_lazy("Number of the guardian's document"),
    "second_guardian": gettext_lazy("Other guardian"),
    "second_guardian_identity": gettext_lazy("Number of the other guardian's document"),
    "phone": gettext_lazy("Phone"),
    "address": gettext_lazy("Address"),
    "birth_on": gettext_lazy("Date of birth"),
    "sex": gettext_lazy("Sex"),
    "unit_code": gettext_lazy("Estate or village"),
    "school": gettext_lazy("School"),
    "value": gettext_lazy("What the case is about"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the comparison; `differs` when both sides say something and it is not the same."""

    label: str
    values: tuple[str, ...]
    differs: bool


class VerdictForm(forms.Form):
    """What holds, and why."""

    verdict = forms.ChoiceField(label=gettext_lazy("Choose one"), widget=forms.RadioSelect)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)

    def __init__(self, *args: Any, kind: CaseKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(verdict.value, VERDICTS_IN_WORDS[verdict]) for verdict in VERDICTS[kind]]
        self.fields["verdict"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField has them


class UndoForm(forms.Form):
    """Why a decision is taken back."""

    reason = forms.CharField(label=gettext_lazy("Why it is taken back"), max_length=300)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def case_page(request: HttpRequest, person: User, case_id: UUID) -> HttpResponse:
    """Show the case; record or take back a decision, and go on to the next."""
    case = get_case(case_id)
    require(person, Action.READ_DISTRICT, case.reconciliation.district_id)
    may_work = may(person, Action.IMPORT_DATA, case.reconciliation.district_id)
    is_open = case.state == CaseState.OPEN
    posted = request.POST or None
    form = VerdictForm(posted, kind=CaseKind(case.kind)) if is_open else UndoForm(posted)
    if request.method == "POST":
        require(person, Action.IMPORT_DATA, case.reconciliation.district_id)
        if form.is_valid() and _decide(person, case, form, is_open=is_open):
            return _after(request, case, is_open=is_open)
    context = _context(request, person, case) | {"form": form if may_work else None, "is_open": is_open}
    return render(request, "officers/reconciliation/case.html", context, status=422 if form.errors else 200)


def _decide(person: User, case: ReconciliationCase, form: forms.Form, *, is_open: bool) -> bool:
    verdict = Verdict(form.cleaned_data["verdict"]) if is_open else Verdict.REOPENED
    try:
        decide_case(
            actor=person,
            now=timezone.now(),
            case_id=case.pk,
            verdict=verdict,
            reason=form.cleaned_data["reason"],
        )
    except DomainError as refusal:
        form.add_error(None, refusal_in_words(refusal))
        return False
    return True


def _after(request: HttpRequest, case: ReconciliationCase, *, is_open: bool) -> HttpResponse:
    """Go to the next open case of the list one came from; after taking back, stay."""
    chosen = read_filter(request)
    if not is_open:
        messages.success(request, _("The decision was taken back; the case is open again."))
        return redirect(f"/office/reconciliation/cases/{case.pk}/?{chosen.query()}")
    messages.success(request, _("Recorded. The next reconciliation uses it."))
    following = find_next_case(case, chosen)
    if following is None:
        return redirect(f"/office/reconciliation/cases/?{chosen.query()}")
    return redirect(f"/office/reconciliation/cases/{following.pk}/?{chosen.query()}")


def _context(request: HttpRequest, person: User, case: ReconciliationCase) -> dict[str, Any]:
    chosen = read_filter(request)
    sides = case_sides(case, reader=person)
    may_read = may(person, Action.IMPORT_DATA, case.reconciliation.district_id)
    rule = score_rule(case)
    points = []
    if case.score is not None and len(sides) == 2 and may_read:
        points = points_in_words(points_of_sides(sides[0], sides[1], rule), rule)
    following = find_next_case(case, chosen)
    decided = list(list_decisions(case))
    return {
        "case": case,
        "title": code_in_words(case.code),
        "kind": KINDS[case.kind],
        "remedy": remedy_in_words(case.code),
        "verdict": VERDICTS_IN_WORDS.get(case.verdict, ""),
        "sides": [str(SOURCES[side.source]) for side in sides],
        "rows": _rows(case, sides, unit_names(case.reconciliation.district_id), may_read=may_read),
        "may_read": may_read,
        "points": points,
        "rule": rule,
        "decisions": [(row, VERDICTS_IN_WORDS[row.verdict]) for row in decided],
        "holds": _holds(case, decided, person, may_read=may_read),
        "following": following,
        "query": chosen.query(),
    }


def _holds(
    case: ReconciliationCase, decided: Sequence[ReconciliationDecision], person: User, *, may_read: bool
) -> str:
    """Say whether the decided value holds in this run; "" where no side was chosen."""
    sides = {Verdict.FIRST_HOLDS.value: case.first, Verdict.SECOND_HOLDS.value: case.second}
    if case.verdict not in sides:
        return ""
    run = {"number": case.reconciliation.number}
    if not decided or decided[-1].pk not in case.child.decided.values():
        return _("It holds from the next run on; run %(number)s was made before it.") % run
    value = "" if case.code in OPAQUE else str(sides[case.verdict].get("value", ""))
    if may_read:
        value = _personal_value(case, person) or value
    if not value:
        return _("It holds for the child in run %(number)s.") % run
    return _("It holds for the child in run %(number)s: %(value)s.") % {**run, "value": value}


def _personal_value(case: ReconciliationCase, person: User) -> str:
    """Return the name or the guardian's number that holds, "" of a case about something else."""
    district = case.reconciliation.district_id
    if case.code == CaseCode.NAME_DIFFERS:
        return open_reconciled([case.child], reader=person, district_code=district)[0].name
    if case.code == CaseCode.GUARDIAN_NUMBER_DIFFERS:
        [stated] = load_guardians([case.child], reader=person, district_code=district)
        return " ".join(stated.who[:2]) if stated else ""
    return ""


def _rows(
    case: ReconciliationCase, sides: tuple[CaseSide, ...], names: dict[str, str], *, may_read: bool
) -> list[Row]:
    value = () if case.code in OPAQUE else ("value",)
    fields = (*value, *(PERSONAL if may_read else ()), "birth_on", "sex", "unit_code", "school")
    rows = []
    for name in fields:
        values = tuple(_value(side, name, names) for side in sides)
        if any(values):
            stated = {value for value in values if value}
            rows.append(Row(str(LABELS[name]), values, len(stated) > 1))
    return rows


def _value(side: CaseSide, name: str, names: dict[str, str]) -> str:
    if name in PERSONAL:
        return str(getattr(side.person, name))
    if name == "birth_on":
        return date_format(side.birth_on) if side.birth_on else ""
    if name == "sex":
        return str(Sex(side.sex).label) if side.sex else ""
    if name == "unit_code":
        return f"{names.get(side.unit_code, '')} {side.unit_code}".strip()
    return str(side.value if name == "value" else side.school)
