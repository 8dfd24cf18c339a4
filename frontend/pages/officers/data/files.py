"""A file handed in: how far its check is, and reading it again on other terms."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import LIVE, JobStatus, User
from accounts.permissions import Action
from accounts.selectors.jobs import find_latest_job
from common.errors import DomainError
from frontend.pages.guards import for_staff
from frontend.pages.officers.data.access import upload_for
from frontend.pages.officers.data.forms import TermsForm, choices_of
from frontend.pages.officers.districts import district_of
from frontend.pages.refusals import refusal_in_words
from geo_data.models import Upload
from geo_data.services.kinds import kind_of
from geo_data.services.uploads import ChoiceNotOffered, Choices, choose_for_upload
from geo_data.tables.coverage import Repair
from geo_data.tables.findings import Keep
from geo_data.tasks import READING, request_reading


@require_safe
@for_staff
def upload(request: HttpRequest, person: User, upload_id: UUID) -> HttpResponse:
    """Show how far the check is; when it is over, go to what came of it."""
    found = upload_for(person, Action.IMPORT_DATA, upload_id)
    job = find_latest_job(READING, found)
    if job and job.status == JobStatus.SUCCEEDED:
        return redirect("version", job.result["dataset"])
    context: dict[str, Any] = {
        "upload": found,
        "job": job,
        "waiting": job is not None and job.status in LIVE,
        "failed": job is None or job.status == JobStatus.FAILED,
        "datasets": found.datasets.order_by("-imported_at"),
    }
    return render(request, "officers/data/upload.html", context)


@require_POST
@for_staff
def check_again(request: HttpRequest, person: User, upload_id: UUID) -> HttpResponse:
    """Read the file again with the one thing changed that the button names."""
    found = upload_for(person, Action.IMPORT_DATA, upload_id)
    read_again(person, found, choices_of(found, **_changes(request)))
    return redirect("data-file", found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def other_terms(request: HttpRequest, person: User, upload_id: UUID) -> HttpResponse:
    """Ask for other terms, and read the file again."""
    found = upload_for(person, Action.IMPORT_DATA, upload_id)
    district = district_of(request, person)
    initial = {
        "crs": found.choices.get("crs", ""),
        "stage": found.choices.get("stage", ""),
        "keep": found.keep,
        "swap_axes": bool(found.choices.get("swap_axes")),
        "accept_offset": bool(found.choices.get("accept_offset")) or "offset" in request.GET,
        "offset_reason": found.choices.get("offset_reason", ""),
    }
    form = TermsForm(request.POST or None, entry=kind_of(found.kind), district=district, initial=initial)
    if request.method == "POST" and form.is_valid():
        said = form.choices()
        try:
            changed = choices_of(
                found,
                crs=said.crs,
                stage=said.stage,
                keep=said.keep,
                swap_axes=said.swap_axes,
                accept_offset=said.accept_offset,
                offset_reason=said.offset_reason,
            )
            read_again(person, found, changed)
        except DomainError as refusal:
            form.add_error(None, refusal_in_words(refusal))
        else:
            return redirect("data-file", found.pk)
    context = {"upload": found, "form": form}
    return render(request, "officers/data/terms.html", context, status=422 if form.errors else 200)


def read_again(person: User, found: Upload, choices: Choices) -> None:
    """Store how the file is to be read, and have it read."""
    now = timezone.now()
    changed = choose_for_upload(actor=person, now=now, upload=found, choices=choices)
    request_reading(actor=person, now=now, upload=changed)


def _changes(request: HttpRequest) -> dict[str, Any]:
    """Return what a button changes. Raises ChoiceNotOffered for words that mean nothing."""
    said, changed = request.POST, dict[str, Any]()
    try:
        if "crs" in said:
            changed["crs"] = said["crs"]
        if "swap_axes" in said:
            changed["swap_axes"] = said["swap_axes"] == "yes"
        if "keep" in said:
            changed["keep"] = Keep(said["keep"])
        if "repairs" in said:
            changed["repairs"] = tuple(Repair(word) for word in said.getlist("repairs") if word)
        if "tolerance_mm" in said:
            changed["tolerance_mm"] = int(said["tolerance_mm"])
    except ValueError:
        raise ChoiceNotOffered("there is no such choice") from None
    return changed
