"""Handing in a file: what it holds, the file, and what is said of it."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.permissions import Action, require
from common.errors import DomainError
from frontend.pages.guards import for_staff
from frontend.pages.officers.data.dictionary import kind_of_file, kinds_of_files
from frontend.pages.officers.data.forms import BringForm
from frontend.pages.officers.data.guide import missing_before
from frontend.pages.officers.districts import district_of
from frontend.pages.refusals import refusal_in_words
from geo_data.models import DatasetKind, DatasetStatus, District, Upload
from geo_data.selectors.datasets import list_datasets
from geo_data.services.datasets import Origin
from geo_data.services.handing_in import receive_with_borders
from geo_data.tasks import request_reading


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def bring_in(request: HttpRequest, person: User) -> HttpResponse:
    """Ask what the file holds, then for the file; it is checked in the background."""
    district = district_of(request, person)
    require(person, Action.IMPORT_DATA, district.code)
    current = list_datasets(district.code).filter(status=DatasetStatus.CURRENT)
    here = frozenset(DatasetKind(kind) for kind in current.values_list("kind", flat=True))
    if not request.GET.get("kind"):
        kinds = [(found, _names(missing_before(found.entry.kind, here))) for found in kinds_of_files()]
        return render(request, "officers/data/bring.html", {"kinds": kinds})
    found = kind_of_file(request.GET["kind"])
    form = BringForm(
        request.POST or None,
        request.FILES or None,
        entry=found.entry,
        district=district,
        today=timezone.localdate(),
    )
    if request.method == "POST" and form.is_valid():
        try:
            upload = _received(person, district, found.entry.kind, form)
        except DomainError as refusal:
            form.add_error(None, refusal_in_words(refusal))
        else:
            return redirect("data-file", upload.pk)
    context: dict[str, Any] = {
        "kind": found,
        "before": _names(missing_before(found.entry.kind, here)),
        "form": form,
        "most_mib": settings.UPLOAD_MIB,
    }
    return render(request, "officers/data/bring.html", context, status=422 if form.errors else 200)


def _received(person: User, district: District, kind: DatasetKind, form: BringForm) -> Upload:
    """Store the file, with its table of neighbours where there is one, and have it checked."""
    now, said = timezone.now(), form.cleaned_data
    upload = receive_with_borders(
        actor=person,
        now=now,
        district_code=district.code,
        kind=kind,
        file=said["file"],
        borders=said.get("borders"),
        origin=Origin(said["source_office"], said["vintage_on"]),
        choices=form.choices(),
    )
    request_reading(actor=person, now=now, upload=upload)
    return upload


def _names(kinds: tuple[DatasetKind, ...]) -> list[str]:
    return [str(kind.label) for kind in kinds]
