"""Enrolment: the office and each school enrol the children who arrived, and see who has not arrived yet."""

import csv
from collections.abc import Iterator, Mapping
from io import StringIO
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Role, User
from accounts.permissions import Action, may, require
from admissions.models import AdmissionRound, RoundStatus
from admissions.rules.enrolment import ArrivalFault, ListedReceipt, read_receipts
from admissions.selectors.enrolment import (
    count_arrivals,
    list_expected,
    list_without_arrival,
    school_arrivals,
)
from admissions.selectors.rounds import get_round, round_code
from admissions.services.enrolment import ArrivalsRefused, enrol_offers, take_enrolment_back
from admissions.services.rounds import RoundMovedOn
from common.errors import DomainError
from common.formulas import guarded
from frontend.pages.guards import for_staff
from frontend.pages.officers.titles import titles_of
from frontend.pages.refusals import refusal_in_words

LARGEST_FILE = 1_000_000
FAULTS: Mapping[str, Promise] = {
    ArrivalFault.UNKNOWN: gettext_lazy("no place was offered to this receipt in the round"),
    ArrivalFault.DOUBLED: gettext_lazy("stands in the list already"),
    ArrivalFault.OTHER_SCHOOL: gettext_lazy("holds its place at another school"),
    ArrivalFault.DECLINED: gettext_lazy("gave its place up"),
    ArrivalFault.LAPSED: gettext_lazy("its place has lapsed"),
    ArrivalFault.MOVED: gettext_lazy("its place moved to another line"),
}


class ArrivedForm(forms.Form):
    """Who arrived: ticked, or as a file of receipts."""

    receipts = forms.MultipleChoiceField(required=False)
    file = forms.FileField(
        label=gettext_lazy("Or a file of receipts (CSV)"),
        help_text=gettext_lazy("One receipt a line, or a column 报名号. All lines are taken, or none."),
        required=False,
    )
    confirmed = forms.BooleanField(label=gettext_lazy("Yes, these children came to the school in person"))

    def __init__(self, *args: Any, expected: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(receipt, receipt) for receipt in expected]
        self.fields["receipts"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField has them

    def clean(self) -> dict[str, Any]:
        """Read the file; either ticks or a file, never both."""
        told = super().clean() or self.cleaned_data
        ticked, file = told.get("receipts") or [], told.get("file")
        if bool(ticked) == bool(file):
            raise forms.ValidationError(_("Tick children, or choose a file: one of the two."))
        if file and file.size > LARGEST_FILE:
            raise forms.ValidationError(_("The file is too large for a list of receipts."))
        try:
            told["listed"] = read_receipts(file.read()) if file else _in_order(ticked)
        except ValueError:
            raise forms.ValidationError(_("The file is no text. Save it as CSV.")) from None
        return told


class TakeBackForm(forms.Form):
    """Which enrolment was a mistake, and why."""

    receipt = forms.CharField(label=gettext_lazy("Receipt number"), max_length=20)
    reason = forms.CharField(label=gettext_lazy("Why it is taken back"), max_length=300)
    confirmed = forms.BooleanField(label=gettext_lazy("Yes, I am sure"))


@require_safe
@for_staff
def enrolment(request: HttpRequest, person: User, round_id: UUID) -> HttpResponse:
    """Show school by school how many children arrived; a school goes to its own page."""
    found = _published(round_id)
    if person.role == Role.SCHOOL_OFFICER:
        return redirect("enrolment-school", found.pk, person.school_code)
    require(person, Action.READ_DISTRICT, found.district_id)
    schools = count_arrivals(found)
    context = {
        "round": found,
        "schools": schools,
        "places": sum(row.places for row in schools),
        "enrolled": sum(row.enrolled for row in schools),
        "awaited": sum(row.awaited for row in schools),
        "may_take_back": may(person, Action.REVIEW_APPLICATIONS, found.district_id),
    }
    return render(request, "officers/enrolment.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def enrolment_school(request: HttpRequest, person: User, round_id: UUID, school_code: str) -> HttpResponse:
    """Show who is awaited at the school and who arrived; enrol those who came."""
    found = _published(round_id)
    require(person, Action.READ_SCHOOL, found.district_id, school_code)
    may_enrol = may(person, Action.ENROL_CHILDREN, found.district_id, school_code)
    school = school_arrivals(found, school_code)
    children = list_expected(found, school_code, reader=person)
    form = ArrivedForm(
        request.POST or None,
        request.FILES or None,
        expected=[child.receipt for child in children],
    )
    if request.method == "POST":
        require(person, Action.ENROL_CHILDREN, found.district_id, school_code)
        if form.is_valid() and _enrol(request, person, found, school_code, form):
            return redirect("enrolment-school", found.pk, school_code)
    titles = titles_of(found)
    context = {
        "round": found,
        "school": school,
        "awaited": [(child, titles[child.category]) for child in children if not child.is_enrolled],
        "arrived": [(child, titles[child.category]) for child in children if child.is_enrolled],
        "shows_names": any(child.name for child in children),
        "ticked": form["receipts"].value() or [],
        "form": form,
        "may_enrol": may_enrol,
        "reads_district": may(person, Action.READ_DISTRICT, found.district_id),
    }
    return render(request, "officers/enrolment_school.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def take_back(request: HttpRequest, person: User, round_id: UUID) -> HttpResponse:
    """Take back an enrolment made by mistake."""
    found = _published(round_id)
    require(person, Action.REVIEW_APPLICATIONS, found.district_id)
    form = TakeBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            offer = take_enrolment_back(
                actor=person,
                now=timezone.now(),
                round_id=found.pk,
                receipt=told["receipt"].strip().replace(" ", ""),
                reason=told["reason"],
            )
        except DomainError as refusal:
            form.add_error(None, refusal_in_words(refusal))
        else:
            messages.success(request, _("The enrolment is taken back; the place stays the child's."))
            return redirect("enrolment-school", found.pk, offer.line.school.code)
    context = {
        "round": found,
        "form": form,
        "title": _("Take an enrolment back"),
        "back": "enrolment",
        "meaning": (
            _("The place stays the child's, as confirmed. Its dwelling is free again for the lock."),
            _("Your name and the reason stay on record. It ends when the pupil register has the child."),
        ),
    }
    return render(request, "officers/round_step.html", context, status=422 if form.errors else 200)


@require_safe
@for_staff
def without_arrival_file(request: HttpRequest, person: User, round_id: UUID) -> HttpResponse:
    """Return the places without arrival as a CSV file, by school and receipt; no names."""
    found = _published(round_id)
    require(person, Action.READ_DISTRICT, found.district_id)
    titles, text = titles_of(found), StringIO()
    table = csv.writer(text)
    table.writerow(["学校编号 school", "学校 name", "报名号 receipt", "类别 category", "状态 state"])
    for offer in list_without_arrival(found):
        school, application = offer.line.school, offer.application
        cells = [school.code, school.name, application.receipt.receipt, titles[application.category]]
        table.writerow([*map(guarded, cells), offer.status])
    answer = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="without-arrival-{round_code(found)}.csv"'
    return answer


def _published(round_id: UUID) -> AdmissionRound:
    found = get_round(round_id)
    if found.status != RoundStatus.PUBLISHED:
        raise RoundMovedOn(f"the round is {found.status}", status=found.status)
    return found


def _in_order(receipts: list[str]) -> tuple[ListedReceipt, ...]:
    return tuple(ListedReceipt(place, receipt) for place, receipt in enumerate(receipts, 1))


def _enrol(
    request: HttpRequest, person: User, found: AdmissionRound, school_code: str, form: ArrivedForm
) -> bool:
    try:
        done = enrol_offers(
            actor=person,
            now=timezone.now(),
            round_id=found.pk,
            school_code=school_code,
            receipts=form.cleaned_data["listed"],
        )
    except ArrivalsRefused as refusal:
        form.add_error(None, [refusal_in_words(refusal), *_lines_in_words(refusal)])
        return False
    except DomainError as refusal:
        form.add_error(None, refusal_in_words(refusal))
        return False
    said = _("%(added)s children are enrolled; %(known)s were enrolled already.")
    messages.success(request, said % {"added": done.added, "known": done.known})
    return True


def _lines_in_words(refusal: DomainError) -> Iterator[str]:
    """Yield a sentence for every line that stopped the list."""
    lines: Any = refusal.details["lines"]
    for row in lines:
        fault = FAULTS[row["fault"]]
        first = _(" (line %(line)s)") % {"line": row["first_line"]} if row["first_line"] else ""
        said = _("Line %(line)s, receipt %(receipt)s: %(fault)s")
        yield said % {"line": row["line"], "receipt": row["receipt"] or "–", "fault": fault} + first
