"""One version: what came of its file, what was found, what would change, and what can be done with it."""

from pathlib import Path
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import JobRun, JobStatus, User
from accounts.permissions import Action, may
from accounts.selectors.jobs import find_latest_job
from admissions.selectors.rounds import list_rounds_on_plans
from frontend.pages.guards import for_staff
from frontend.pages.officers.data.access import dataset_for
from frontend.pages.officers.data.advice import UNREADABLE, Step, advices_for
from frontend.pages.officers.data.comparing import comparison_in_words
from frontend.pages.officers.data.findings import finding_table, severity_counts
from frontend.pages.officers.data.maps import findings_map
from frontend.pages.officers.data.summary import summary_of
from frontend.pages.officers.data.systems import system_in_words
from frontend.pages.officers.data.words import repairs_in_words
from geo_data.models import Dataset, DatasetKind, DatasetStatus
from geo_data.selectors.datasets import find_current_dataset
from geo_data.services.workbooks import open_workbook
from geo_data.tables.street_table import OSM_SUFFIX
from geo_data.tasks import PAINTING, request_workbook
from zoning.selectors.pins import list_plans_using

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@for_staff
def dataset(request: HttpRequest, person: User, dataset_id: UUID) -> HttpResponse:
    """Show one version and its findings."""
    found = dataset_for(person, Action.READ_DISTRICT, dataset_id)
    may_import = may(person, Action.IMPORT_DATA, found.district_id)
    findings = finding_table(request, found)
    plans = list(list_plans_using(found))
    context: dict[str, Any] = {
        "dataset": found,
        "summary": summary_of(found),
        "severities": severity_counts(found.finding_counts),
        "advices": advices_for(found) if may_import else [],
        "steps": _steps(found) if may_import else [],
        "late_steps": _late_steps(found) if may_import else [],
        "comparison": comparison_in_words(found),
        "may_import": may_import,
        "workbook_job": _painting(found) if may_import else None,
        "findings": findings,
        "is_sheet": _is_sheet(found),
        "places": findings_map(found, findings.rows),
        "base_map": find_current_dataset(found.district_id, DatasetKind.BASE_MAP),
        "system": system_in_words(found.declared_crs) if found.declared_crs else "",
        "repairs": repairs_in_words(found.repairs),
        "plans": plans,
        "rounds": list_rounds_on_plans(plans),
    }
    return render(request, "officers/data/dataset.html", context)


@require_POST
@for_staff
def paint_workbook(request: HttpRequest, person: User, dataset_id: UUID) -> HttpResponse:
    """Have the error workbook made in the background."""
    found = dataset_for(person, Action.IMPORT_DATA, dataset_id)
    request_workbook(actor=person, now=timezone.now(), dataset=found)
    return redirect("version", found.pk)


@require_safe
@for_staff
def workbook(request: HttpRequest, person: User, dataset_id: UUID) -> FileResponse:
    """Hand out the error workbook."""
    found = dataset_for(person, Action.IMPORT_DATA, dataset_id)
    file = open_workbook(actor=person, now=timezone.now(), dataset=found)
    name = _("%(file)s with remarks.xlsx") % {"file": Path(found.file_name).stem}
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


def _painting(found: Dataset) -> JobRun | None:
    """Return the job that paints the workbook while it waits or runs, or when it failed."""
    job = find_latest_job(PAINTING, found)
    return job if job and job.status not in (JobStatus.SUCCEEDED, JobStatus.CANCELLED) else None


def _is_sheet(found: Dataset) -> bool:
    """Say whether the file is a table that can be painted: kept, no extract of streets, and readable."""
    is_table = found.upload is not None and not found.file_name.casefold().endswith(OSM_SUFFIX)
    return is_table and not UNREADABLE & found.finding_counts.keys()


def _steps(found: Dataset) -> list[Step]:
    """Return the decisions about a version that waits."""
    discard = Step(_("Discard"), reverse("version-discard", args=[found.pk]), is_second=True)
    if found.status == DatasetStatus.PROPOSED:
        return [Step(_("Use this version …"), reverse("version-confirm", args=[found.pk])), discard]
    return [discard] if found.status == DatasetStatus.REFUSED else []


def _late_steps(found: Dataset) -> list[Step]:
    """Return the decisions about a version that is or was in use."""
    withdraw = Step(
        _("Withdraw this version …"), reverse("version-withdraw", args=[found.pk]), is_danger=True
    )
    restore = Step(_("Restore this version …"), reverse("version-restore", args=[found.pk]))
    match DatasetStatus(found.status):
        case DatasetStatus.CURRENT:
            return [withdraw]
        case DatasetStatus.SUPERSEDED:
            return [restore, withdraw]
        case DatasetStatus.WITHDRAWN:
            return [restore]
        case _:
            return []
