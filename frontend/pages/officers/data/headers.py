"""What the unknown headers of a file mean: asked once, remembered for the next file."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.forms.boundfield import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.permissions import Action
from common.errors import DomainError
from frontend.pages.guards import for_staff
from frontend.pages.officers.data.access import upload_for
from frontend.pages.officers.data.contents import header_in_words
from frontend.pages.officers.data.forms import HeadersForm
from frontend.pages.refusals import refusal_in_words
from geo_data.models import Dataset, DatasetKind, Upload
from geo_data.selectors.findings import list_missing_columns, list_unknown_headers
from geo_data.selectors.headers import remembered_headers
from geo_data.services.header_samples import samples_under
from geo_data.services.headers import remember_headers
from geo_data.services.kinds import kind_of
from geo_data.tables.columns import plain_header
from geo_data.tasks import request_reading


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def headers(request: HttpRequest, person: User, upload_id: UUID) -> HttpResponse:
    """Ask what each unknown header means; remember it, and read the file again."""
    found = upload_for(person, Action.IMPORT_DATA, upload_id)
    newest = found.datasets.order_by("-imported_at", "id").first()
    unknown = list_unknown_headers(newest) if newest else []
    form = _form(request, found, unknown)
    if request.method == "POST" and form.is_valid():
        try:
            _remember(person, found, form)
        except DomainError as refusal:
            form.add_error(None, refusal_in_words(refusal))
        else:
            return redirect("data-file", found.pk)
    context: dict[str, Any] = {
        "upload": found,
        "form": form,
        "columns": _columns(person, found, form),
        "missing": _missing(found, newest),
        "back": reverse("version", args=[newest.pk]) if newest else reverse("data-file", args=[found.pk]),
    }
    answer = render(request, "officers/data/headers.html", context, status=422 if form.errors else 200)
    answer.headers["Cache-Control"] = "no-store"  # it holds values of the file
    return answer


def _form(request: HttpRequest, found: Upload, unknown: Sequence[str]) -> HeadersForm:
    told = remembered_headers(found.district_id, DatasetKind(found.kind))
    columns = [(column.name, header_in_words(column)) for column in kind_of(found.kind).columns]
    known = {header: told[plain_header(header)] for header in unknown if plain_header(header) in told}
    return HeadersForm(request.POST or None, headers=unknown, columns=columns, known=known)


def _columns(
    person: User, found: Upload, form: HeadersForm
) -> list[tuple[BoundField, tuple[str, ...] | None]]:
    """Return the question about each header with values that stand under it, None where the file is gone."""
    if found.deleted_at is not None:
        return [(field, None) for field in form]
    samples = samples_under(reader=person, upload=found, headers=form.headers)
    return [(field, samples.get(header, ())) for field, header in zip(form, form.headers, strict=True)]


def _missing(found: Upload, newest: Dataset | None) -> list[str]:
    names = set(list_missing_columns(newest)) if newest else set()
    return [header_in_words(column) for column in kind_of(found.kind).columns if column.name in names]


def _remember(person: User, found: Upload, form: HeadersForm) -> None:
    now = timezone.now()
    remember_headers(
        actor=person,
        now=now,
        district_code=found.district_id,
        kind=DatasetKind(found.kind),
        headers=form.meanings(),
    )
    request_reading(actor=person, now=now, upload=found)
