"""Reconciliation: start a run, see what the lists add up to, and the work list."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import LIVE, JobRun, JobStatus, User
from accounts.permissions import Action, may, require
from accounts.selectors.jobs import find_latest_job
from common.errors import DomainError
from frontend.pages.guards import for_staff
from frontend.pages.officers.case_words import (
    KINDS,
    SOURCES,
    VERDICTS_IN_WORDS,
    code_in_words,
)
from frontend.pages.officers.districts import district_of
from frontend.pages.officers.files import xlsx_response
from frontend.pages.officers.survey_forms import day_input
from frontend.pages.refusals import refusal_in_words
from geo_data.models import (
    CaseState,
    DatasetKind,
    DepartureState,
    District,
    Reconciliation,
    ReconciliationCase,
)
from geo_data.models.departures import LEFT_LABELS
from geo_data.models.reconciliation import CATEGORY_LABELS
from geo_data.reconciliation.words import CaseCode, CaseKind, Category, Verdict
from geo_data.selectors.case_lists import CaseFilter, filtered_cases, unit_names
from geo_data.selectors.datasets import find_current_dataset
from geo_data.selectors.decisions import list_decisions_in_force
from geo_data.selectors.departures import count_departures
from geo_data.selectors.reconciliation import count_cases, find_newest_reconciliation, list_reconciliations
from geo_data.selectors.units import list_townships
from geo_data.services.case_decisions import take_back_decision
from geo_data.services.case_lists import MOST_AT_ONCE, decide_cases, export_cases
from geo_data.tasks import RECONCILING, reconciliation_subject, request_reconciliation

ROWS = 20
SAFE_AT_ONCE = frozenset(
    {CaseCode.NOT_REGISTERED, CaseCode.NO_PUPIL_RECORD, CaseCode.NO_ATTENDANCE_RECORD}
)  # they say that a list is silent: nothing about a child changes when they are acknowledged


class StartForm(forms.Form):
    """For which day permits and ages are judged."""

    as_of = forms.DateField(label=gettext_lazy("For the day"), widget=day_input())


class BulkForm(forms.Form):
    """One reason for many cases."""

    reason = forms.CharField(label=gettext_lazy("Reason for all of them"), max_length=300)
    confirmed = forms.BooleanField(label=gettext_lazy("I have looked at the list; they may all stay so."))


class TakeBackForm(forms.Form):
    """Which decision, and why."""

    decision = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label=gettext_lazy("Why it is taken back"), max_length=300)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def reconciliation(request: HttpRequest, person: User) -> HttpResponse:
    """Show the newest run; let an officer start the next."""
    district = district_of(request, person)
    may_work = may(person, Action.IMPORT_DATA, district.code)
    form = StartForm(request.POST or None, initial={"as_of": timezone.localdate()})
    if request.method == "POST":
        require(person, Action.IMPORT_DATA, district.code)
        if form.is_valid() and _start(request, person, district, form.cleaned_data["as_of"]):
            return redirect("reconciliation")
    run = find_newest_reconciliation(district.code)
    job = _shown(find_latest_job(RECONCILING, reconciliation_subject(district.code)))
    context = {
        "district": district,
        "run": run,
        "runs": list_reconciliations(district.code)[:10],
        "job": job,
        "form": form if may_work and not (job and job.status in LIVE) else None,
        "census": find_current_dataset(district.code, DatasetKind.CHILDREN),
        **(_summary(run) if run else {}),
    }
    return render(request, "officers/reconciliation/run.html", context, status=422 if form.errors else 200)


@require_safe
@for_staff
def cases(request: HttpRequest, person: User) -> HttpResponse:
    """Show the work list of the newest run."""
    district = district_of(request, person)
    run = find_newest_reconciliation(district.code)
    if run is None:
        return redirect("reconciliation")
    return render(request, "officers/reconciliation/cases.html", _list_context(request, person, run))


@require_POST
@for_staff
def bulk(request: HttpRequest, person: User) -> HttpResponse:
    """Acknowledge all cases of the filter, with one reason."""
    district = district_of(request, person)
    require(person, Action.IMPORT_DATA, district.code)
    run = find_newest_reconciliation(district.code)
    if run is None:
        return redirect("reconciliation")
    form, chosen = BulkForm(request.POST), read_filter(request)
    if form.is_valid() and chosen.code in SAFE_AT_ONCE:
        try:
            count = decide_cases(
                actor=person,
                now=timezone.now(),
                run=run,
                chosen=chosen,
                verdict=Verdict.ACKNOWLEDGED,
                reason=form.cleaned_data["reason"],
            )
        except DomainError as refusal:
            messages.error(request, refusal_in_words(refusal))
        else:
            messages.success(request, _("%(count)s cases were decided.") % {"count": count})
        return redirect(f"/office/reconciliation/cases/?{chosen.query()}")
    context = _list_context(request, person, run) | {"bulk": form}
    return render(request, "officers/reconciliation/cases.html", context, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def decisions(request: HttpRequest, person: User) -> HttpResponse:
    """List what is decided; take back also what no longer comes up as a case."""
    district = district_of(request, person)
    form = TakeBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            take_back_decision(
                actor=person,
                now=timezone.now(),
                decision_id=form.cleaned_data["decision"],
                reason=form.cleaned_data["reason"],
            )
        except DomainError as refusal:
            messages.error(request, refusal_in_words(refusal))
        else:
            messages.success(request, _("Taken back. The next reconciliation uses it."))
        return redirect("case-decisions")
    in_force = sorted(list_decisions_in_force(district.code), key=lambda row: -row.pk)
    page = Paginator(in_force, ROWS).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(row, code_in_words(row.code), VERDICTS_IN_WORDS[row.verdict]) for row in page],
        "form": form,
        "may_work": may(person, Action.IMPORT_DATA, district.code),
    }
    template = "officers/reconciliation/decisions.html"
    return render(request, template, context, status=422 if form.errors else 200)


@require_safe
@for_staff
def export(request: HttpRequest, person: User) -> HttpResponse:
    """Hand out the work list as a spreadsheet; names only to officers."""
    district = district_of(request, person)
    run = find_newest_reconciliation(district.code)
    if run is None:
        return redirect("reconciliation")
    data = export_cases(actor=person, now=timezone.now(), run=run, chosen=read_filter(request))
    return xlsx_response(data, f"reconciliation-{run.number}")


def read_filter(request: HttpRequest) -> CaseFilter:
    """Return what the address asks for; what is no known word is passed over."""
    asked = request.GET.dict()
    return CaseFilter(
        state=CaseState(asked["state"]) if asked.get("state") in CaseState.values else None,
        kind=CaseKind(asked["kind"]) if asked.get("kind") in set(CaseKind) else None,
        code=CaseCode(asked["code"]) if asked.get("code") in set(CaseCode) else None,
        township=asked.get("township") or None,
        unit_code=asked.get("unit") or None,
    )


def _list_context(request: HttpRequest, person: User, run: Reconciliation) -> dict[str, Any]:
    chosen = read_filter(request)
    rows = filtered_cases(run, chosen)
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    names = unit_names(run.district_id)
    units = find_current_dataset(run.district_id, DatasetKind.UNITS)
    may_work = may(person, Action.IMPORT_DATA, run.district_id)
    is_safe = chosen.code in SAFE_AT_ONCE and chosen.state == CaseState.OPEN
    return {
        "run": run,
        "page": page,
        "rows": [(case, code_in_words(case.code), _place(case, names)) for case in page],
        "chosen": chosen,
        "query": chosen.query(),
        "kinds": list(KINDS.items()),
        "codes": [(code.value, code_in_words(code)) for code in CaseCode],
        "states": CaseState.choices,
        "townships": [name for name in list_townships(units) if name] if units else [],
        "verdicts": VERDICTS_IN_WORDS,
        "bulk": BulkForm() if may_work and is_safe and page.paginator.count else None,
        "most": MOST_AT_ONCE,
    }


def _place(case: ReconciliationCase, names: Mapping[str, str]) -> str:
    return names.get(case.unit_code, case.unit_code)


def _start(request: HttpRequest, person: User, district: District, as_of: date) -> bool:
    try:
        request_reconciliation(actor=person, now=timezone.now(), district_code=district.code, as_of=as_of)
    except DomainError as refusal:
        messages.error(request, refusal_in_words(refusal))
    return True


def _summary(run: Reconciliation) -> dict[str, Any]:
    counts = count_cases(run)
    by_kind = [(kind.value, KINDS[kind], *_counted(counts, kind)) for kind in CaseKind]
    categories = run.report.get("categories", {})
    records = run.report.get("records", {})
    left = count_departures(run)
    return {
        "kinds": by_kind,
        "open_cases": sum(row[2] for row in by_kind),
        "all_cases": sum(counts.values()),
        "done_cases": sum(row[3] for row in by_kind),
        "categories": [
            (CATEGORY_LABELS[c], categories[c.value]) for c in Category if categories.get(c.value)
        ],
        "left": [
            (label, sum(left.get((how, state), 0) for state in DepartureState.values), how.value)
            for how, label in LEFT_LABELS.items()
        ],
        "left_awaited": sum(number for (_how, state), number in left.items() if state == "awaited"),
        "sources": [(label, records[name]) for name, label in SOURCES.items() if name in records],
    }


def _counted(
    counts: Mapping[tuple[str, str, str], int], kind: CaseKind
) -> tuple[int, int, list[tuple[str, str, int, int]]]:
    """Return open and decided cases of a kind, and the same for each code that has any."""
    codes = [
        (code.value, code_in_words(code), waiting, decided)
        for code in CaseCode
        if (waiting := counts.get((kind, code, "open"), 0))
        + (decided := counts.get((kind, code, "decided"), 0))
    ]
    return sum(row[2] for row in codes), sum(row[3] for row in codes), codes


def _shown(job: JobRun | None) -> JobRun | None:
    return job if job and job.status not in (JobStatus.SUCCEEDED, JobStatus.CANCELLED) else None
