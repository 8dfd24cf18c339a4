"""Door to door: the sheets of a district, township by township; handing out, taking back, merging."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import LIVE, JobRun, JobStatus, User
from accounts.permissions import may, require
from accounts.selectors.jobs import find_latest_job, get_job
from accounts.selectors.people import list_staff
from common.errors import DomainError
from frontend.pages.guards import for_staff
from frontend.pages.officers.districts import district_of
from frontend.pages.officers.files import xlsx_response
from frontend.pages.officers.survey_forms import IssueForm, UploadForm
from frontend.pages.refusals import refusal_in_words
from geo_data.models import DatasetKind, District, SheetStatus
from geo_data.selectors.datasets import find_current_dataset
from geo_data.selectors.surveys import (
    SURVEYING,
    default_births,
    find_sheet_by_code,
    list_mergeable,
    list_packs,
    list_sheets,
    list_survey_years,
    township_progress,
)
from geo_data.selectors.units import list_townships
from geo_data.services.survey_batches import export_sheets
from geo_data.services.survey_papers import open_pack
from geo_data.services.surveys import issue_sheets
from geo_data.survey_tasks import (
    MERGING,
    PACKING,
    request_merging,
    request_packing,
    request_taking,
    survey_subject,
)

ROWS = 20
STATES = ("overdue", *SheetStatus.values)


@require_safe
@for_staff
def surveys(request: HttpRequest, person: User) -> HttpResponse:
    """Show how far the townships are, and the sheets: overdue ones first."""
    district = district_of(request, person)
    today = timezone.localdate()
    years = list_survey_years(district.code)
    year = _year(request, years)
    code = request.GET.get("code", "").strip()
    if code and (sheet := find_sheet_by_code(district.code, code)):
        return redirect("survey-sheet", sheet.pk)
    if code:
        messages.warning(request, _("There is no sheet of this number here."))
    township = request.GET.get("township") if "township" in request.GET else None
    state = request.GET.get("state", "")
    sheets = list_sheets(district.code, year, on=today, township=township or None, state=state)
    progress = township_progress(district.code, year, on=today)
    context = {
        "district": district,
        "year": year,
        "years": years,
        "progress": progress,
        "total": _total(progress),
        "page": Paginator(sheets, ROWS).get_page(request.GET.get("page")),
        "township": township or "",
        "state": state,
        "states": [("overdue", _("overdue")), *SheetStatus.choices],
        "today": today,
        **_work(person, district, year),
    }
    return render(request, "officers/surveys/surveys.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def issue(request: HttpRequest, person: User) -> HttpResponse:
    """Hand out the sheets of a township or of all of them."""
    district = district_of(request, person)
    require(person, SURVEYING, district.code)
    units = find_current_dataset(district.code, DatasetKind.UNITS)
    townships = [(name, name or _("without township")) for name in list_townships(units)] if units else []
    people = list_staff(district.code)
    form = IssueForm(request.POST or None, initial=_initial(), townships=townships, people=people)
    if request.method == "POST" and form.is_valid():
        try:
            count = issue_sheets(
                actor=person,
                now=timezone.now(),
                district_code=district.code,
                terms=form.terms(),
                surveyor=form.surveyor(),
                township=form.township_code(),
                names=form.cleaned_data["names"],
            )
        except DomainError as refusal:
            form.add_error(None, refusal_in_words(refusal))
        else:
            messages.success(request, _("%(count)s sheets were handed out.") % {"count": count})
            return redirect(f"/office/surveys/?year={form.cleaned_data['year']}")
    context = {"form": form, "district": district, "units": units}
    return render(request, "officers/surveys/issue.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def upload(request: HttpRequest, person: User) -> HttpResponse:
    """Take a filled sheet, or a zip of them, and have it read in the background."""
    district = district_of(request, person)
    require(person, SURVEYING, district.code)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        year = _year(request, list_survey_years(district.code))
        try:
            job = request_taking(
                actor=person,
                now=timezone.now(),
                district_code=district.code,
                year=year,
                data=form.cleaned_data["file"].read(),
            )
        except DomainError as refusal:
            form.add_error(None, refusal_in_words(refusal))
        else:
            return redirect("survey-upload-result", job.pk)
    status = 422 if form.errors else 200
    return render(request, "officers/surveys/upload.html", {"form": form}, status=status)


@require_safe
@for_staff
def upload_result(request: HttpRequest, person: User, job_id: UUID) -> HttpResponse:
    """Show how far the reading of an upload is, then what became of its files."""
    job = get_job(job_id)
    require(person, SURVEYING, job.district_code)
    found = job.result if job.status == JobStatus.SUCCEEDED else None
    return render(request, "officers/surveys/upload.html", {"job": job, "found": found})


@require_POST
@for_staff
def pack(request: HttpRequest, person: User) -> HttpResponse:
    """Ask for all sheets of a township or the district as one file."""
    district = district_of(request, person)
    year = _year(request, list_survey_years(district.code))
    township = request.POST.get("township") or None
    request_packing(
        actor=person, now=timezone.now(), district_code=district.code, year=year, township=township
    )
    return redirect(f"/office/surveys/?year={year}")


@require_safe
@for_staff
def pack_file(request: HttpRequest, person: User, pack_id: UUID) -> StreamingHttpResponse:
    """Hand out a file of sheets, opened part by part."""
    found, parts = open_pack(actor=person, now=timezone.now(), pack_id=pack_id)
    response = StreamingHttpResponse(parts, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="survey-{found.year}.zip"'
    response["Content-Length"] = str(found.bytes_count)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@for_staff
def merge(request: HttpRequest, person: User) -> HttpResponse:
    """Ask for the merging of everything that is decided."""
    district = district_of(request, person)
    year = _year(request, list_survey_years(district.code))
    request_merging(actor=person, now=timezone.now(), district_code=district.code, year=year)
    return redirect(f"/office/surveys/?year={year}")


@require_safe
@for_staff
def export(request: HttpRequest, person: User) -> HttpResponse:
    """Hand out the overview as a spreadsheet."""
    district = district_of(request, person)
    year = _year(request, list_survey_years(district.code))
    data = export_sheets(
        actor=person, now=timezone.now(), district_code=district.code, year=year, on=timezone.localdate()
    )
    return xlsx_response(data, f"survey-{year}")


def _work(person: User, district: District, year: int) -> dict[str, Any]:
    """Return what an officer can do here, with the jobs that do it; nothing for who only reads."""
    if not may(person, SURVEYING, district.code):
        return {"may_survey": False}
    subject = survey_subject(district.code, year)
    merging = find_latest_job(MERGING, subject)
    return {
        "may_survey": True,
        "jobs": [job for kind in (PACKING, MERGING) if (job := _shown(find_latest_job(kind, subject)))],
        "merged": merging.result if merging and merging.status == JobStatus.SUCCEEDED else None,
        "packs": list_packs(district.code, year, now=timezone.now()),
        "mergeable": 0 if _is_live(merging) else list_mergeable(district.code, year).count(),
    }


def _is_live(job: JobRun | None) -> bool:
    return job is not None and job.status in LIVE


def _shown(job: JobRun | None) -> JobRun | None:
    return job if job and job.status not in (JobStatus.SUCCEEDED, JobStatus.CANCELLED) else None


def _year(request: HttpRequest, years: list[int]) -> int:
    asked = request.POST.get("year") or request.GET.get("year", "")
    if asked.isdigit() and int(asked) in years:
        return int(asked)
    return years[0] if years else timezone.localdate().year


def _total(progress: list[Any]) -> dict[str, int]:
    names = ("sheets", "issued", "returned", "merged", "overdue", "back")
    return {name: sum(getattr(row, name) for row in progress) for name in names}


def _initial() -> dict[str, object]:
    today = timezone.localdate()
    born_from, born_until = default_births(today.year)
    return {
        "year": today.year,
        "issued_on": today,
        "due_on": date.fromordinal(today.toordinal() + 30),
        "born_from": born_from,
        "born_last": date.fromordinal(born_until.toordinal() - 1),
    }
