"""What families say is missing from the address register, and files of addresses to look up."""

import csv
from dataclasses import astuple
from io import StringIO
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.permissions import Action, require
from accounts.selectors.jobs import find_latest_job
from common.errors import DomainError
from common.formulas import guarded
from frontend.pages.guards import for_staff
from frontend.pages.officers.districts import district_of
from frontend.pages.refusals import refusal_in_words
from geo_data.addresses.parts import parts_of_address
from geo_data.addresses.typed import without_room
from geo_data.models import AddressRequestState, DatasetKind, Stage
from geo_data.selectors.address_requests import (
    OpenedRequest,
    count_address_requests,
    get_address_request,
    list_address_requests,
    list_noted_addresses,
    open_address_request,
)
from geo_data.selectors.datasets import find_current_dataset
from geo_data.selectors.units import list_townships
from geo_data.services.address_requests import answer_address_request
from zoning.selectors.address_files import list_address_files
from zoning.services.address_files import hand_out_address_file
from zoning.tasks import ADDRESS_FILE, request_address_file

PER_PAGE, SHOWN_FILES = 50, 20
NOTED_COLUMNS = ("乡镇街道", "小区或村", "楼栋", "道路", "门牌号", "单元编号")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ReplyForm(forms.Form):
    """The answer to a family, and what the next register should hold."""

    reply = forms.CharField(
        label=gettext_lazy("Reply"),
        help_text=gettext_lazy("The family reads it on its page. Write no names."),
        max_length=1000,
        widget=forms.Textarea({"rows": 4}),
    )
    noted_text = forms.CharField(
        label=gettext_lazy("Address for the next register"),
        help_text=gettext_lazy("Without a room. Leave it empty if nothing is to be added."),
        required=False,
        max_length=100,
    )
    unit_code = forms.CharField(label=gettext_lazy("Code of its unit"), required=False, max_length=40)


class FileForm(forms.Form):
    """A file of addresses, of which stage, on which day."""

    file = forms.FileField(
        label=gettext_lazy("CSV or XLSX"),
        help_text=gettext_lazy(
            "With a column 地址 / address, 地址编号 / address_id or 单元编号 / unit_id; up to 20,000 rows."
        ),
    )
    stage = forms.ChoiceField(label=gettext_lazy("Stage"), choices=Stage.choices)
    on = forms.DateField(
        label=gettext_lazy("Zones in force on"),
        widget=forms.DateInput({"type": "date", "class": "short"}, "%Y-%m-%d"),
    )


@require_safe
@for_staff
def addresses(request: HttpRequest, person: User) -> HttpResponse:
    """List what is missing and the files looked up."""
    district = district_of(request, person)
    require(person, Action.IMPORT_DATA, district.code)
    return render(request, "officers/addresses.html", _context(request, person, district.code))


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def address_request(request: HttpRequest, person: User, request_id: UUID) -> HttpResponse:
    """Show what was typed, and take the reply."""
    opened = open_address_request(get_address_request(request_id), reader=person)
    form = ReplyForm(request.POST or None, initial={"noted_text": without_room(opened.typed)})
    if request.method == "POST" and form.is_valid():
        try:
            answer_address_request(actor=person, now=timezone.now(), request_id=request_id, **_reply(form))
        except DomainError as refusal:
            form.add_error(None, refusal_in_words(refusal))
        else:
            messages.success(request, _("The reply stands on the family's page."))
            return redirect("office-addresses")
    context = {"opened": opened, "form": form if opened.row.state == AddressRequestState.OPEN else None}
    status = 422 if request.method == "POST" else 200
    return render(request, "officers/address_request.html", context, status=status)


@require_safe
@for_staff
def noted_addresses(request: HttpRequest, person: User) -> HttpResponse:
    """Hand out what was noted for the next register in the register's own columns, each address once."""
    district = district_of(request, person)
    require(person, Action.IMPORT_DATA, district.code)
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(NOTED_COLUMNS)
    units = find_current_dataset(district.code, DatasetKind.UNITS)
    townships = list_townships(units) if units else []
    noted = list_noted_addresses(district.code)
    rows = dict.fromkeys(
        (
            *astuple(parts_of_address(row.noted_text, townships=townships, district=district.name)),
            row.noted_unit_code,
        )
        for row in noted
    )
    writer.writerows([guarded(cell) for cell in cells] for cells in rows)
    headers = {
        "Content-Disposition": 'attachment; filename="noted_addresses.csv"',
        "Cache-Control": "no-store",
    }
    return HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


@require_POST
@for_staff
def look_up_file(request: HttpRequest, person: User) -> HttpResponse:
    """Take a file in and queue its look-up."""
    district = district_of(request, person)
    require(person, Action.IMPORT_DATA, district.code)
    form = FileForm(request.POST, request.FILES)
    if form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            request_address_file(
                actor=person,
                now=timezone.now(),
                district_code=district.code,
                stage=Stage(form.cleaned_data["stage"]),
                on=form.cleaned_data["on"],
                data=upload.read(),
                suffix="." + upload.name.rsplit(".", 1)[-1],
            )
        except DomainError as refusal:
            form.add_error(None, refusal_in_words(refusal))
        else:
            messages.success(request, _("The file is being looked up."))
            return redirect("office-addresses")
    context = {**_context(request, person, district.code), "form": form}
    return render(request, "officers/addresses.html", context, status=422)


@require_POST
@for_staff
def download_file(request: HttpRequest, person: User, file_id: UUID) -> HttpResponse:
    """Hand the workbook out once; it is erased with that."""
    book = hand_out_address_file(actor=person, now=timezone.now(), file_id=file_id)
    headers = {
        "Content-Disposition": 'attachment; filename="zones_of_addresses.xlsx"',
        "Cache-Control": "no-store",
    }
    return HttpResponse(book, content_type=XLSX, headers=headers)


def _context(request: HttpRequest, person: User, district_code: str) -> dict[str, Any]:
    page = Paginator(list_address_requests(district_code), PER_PAGE).get_page(request.GET.get("page"))
    opened: list[OpenedRequest] = [open_address_request(row, reader=person) for row in page]
    files = list(list_address_files(district_code)[:SHOWN_FILES])
    return {
        "requests": opened,
        "page": page,
        "counts": count_address_requests(district_code),
        "files": [
            (file, find_latest_job(ADDRESS_FILE, file) if not file.erased_at else None) for file in files
        ],
        "kept_days": settings.ADDRESS_FILES_KEPT_DAYS,
        "form": FileForm(initial={"on": timezone.localdate()}),
    }


def _reply(form: ReplyForm) -> dict[str, str]:
    """A note counts only with its unit: the address is filled in beforehand."""
    given = {name: str(form.cleaned_data[name]).strip() for name in ("reply", "noted_text", "unit_code")}
    return given if given["unit_code"] else {**given, "noted_text": ""}
