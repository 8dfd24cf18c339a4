"""Repairs of borders: chosen, looked at unit by unit, and only then proposed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.models import LIVE, JobRun, User
from accounts.permissions import Action
from accounts.selectors.jobs import find_latest_job
from common.errors import DomainError
from frontend.pages.guards import for_staff
from frontend.pages.officers.data.access import upload_for
from frontend.pages.officers.data.findings import is_severe, rule_in_words
from frontend.pages.officers.data.forms import RepairForm
from frontend.pages.officers.data.maps import feature, given
from frontend.pages.officers.data.words import repairs_in_words
from frontend.pages.refusals import refusal_in_words
from geo_data.models import DatasetKind, RepairPreview, Upload
from geo_data.selectors.datasets import find_current_dataset
from geo_data.selectors.uploads import list_repair_previews
from geo_data.tables.coverage import Repair
from geo_data.tasks import PREVIEWING, request_repair_preview

UNITS_PER_PAGE = 50
STILL_OPEN = {  # wider somewhere than a corner may be moved
    "slivers": gettext_lazy("tiny gaps between units"),
    "neighbours_apart": gettext_lazy("cracks between neighbours, open to the outside"),
}


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One unit that a repair would change, in words."""

    key: str
    code: str
    row: int
    before: str
    after: str
    difference: str
    moved: str


@dataclass(frozen=True, slots=True)
class PreviewInWords:
    """What repairs would change, and what they would leave as it is."""

    title: str
    is_enough: bool
    summary: str
    left: Sequence[tuple[str, int]]
    open: Sequence[str]
    changed: int
    page: Page[Mapping[str, Any]]
    lines: Sequence[ChangeLine]
    fields: Sequence[tuple[str, str]]


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def repairs(request: HttpRequest, person: User, upload_id: UUID) -> HttpResponse:
    """Ask what may be repaired; show what would change; offer to propose it."""
    found = upload_for(person, Action.IMPORT_DATA, upload_id)
    form = RepairForm(
        request.POST or (request.GET if "repairs" in request.GET else None), initial=_usual(found)
    )
    if request.method == "POST" and form.is_valid():
        try:
            _request(person, found, form)
        except DomainError as refusal:
            form.add_error(None, refusal_in_words(refusal))
        else:
            return redirect(f"{reverse('data-file-repairs', args=[found.pk])}?{_query(form)}")
    context: dict[str, Any] = {
        "upload": found,
        "form": form,
        "base_map": find_current_dataset(found.district_id, DatasetKind.BASE_MAP),
        "back": reverse("data-file", args=[found.pk]),
    }
    if request.method != "POST" and form.is_bound and form.is_valid():
        context |= _shown(request, found, form)
    return render(request, "officers/data/repairs.html", context, status=422 if form.errors else 200)


def _shown(request: HttpRequest, found: Upload, form: RepairForm) -> dict[str, Any]:
    """Return the preview, or how far it is."""
    chosen, tolerance = form.chosen(), form.cleaned_data["tolerance_mm"]
    made = list_repair_previews(found).filter(tolerance_mm=tolerance)
    preview = made.filter(repairs=sorted(repair.value for repair in chosen)).first()
    if preview:
        page = Paginator(preview.changes, UNITS_PER_PAGE).get_page(request.GET.get("page"))
        return {"preview": _in_words(preview, page), "places": _map(preview.changes)}
    job = find_latest_job(PREVIEWING, found)
    return {"job": job, "waiting": _waits(job)}


def _waits(job: JobRun | None) -> bool:
    return job is not None and job.status in LIVE


def _request(person: User, found: Upload, form: RepairForm) -> None:
    request_repair_preview(
        actor=person,
        now=timezone.now(),
        upload=found,
        repairs=list(form.chosen()),
        tolerance_mm=form.cleaned_data["tolerance_mm"],
    )


def _query(form: RepairForm) -> str:
    asked = {"repairs": form.cleaned_data["repairs"], "tolerance_mm": form.cleaned_data["tolerance_mm"]}
    return urlencode(asked, doseq=True)


def _usual(found: Upload) -> dict[str, Any]:
    """Return what is ticked at first: what was chosen before, else both."""
    chosen = found.choices.get("repairs") or [repair.value for repair in Repair]
    return {"repairs": chosen, "tolerance_mm": found.choices.get("tolerance_mm", 1)}


def _in_words(preview: RepairPreview, page: Page[Mapping[str, Any]]) -> PreviewInWords:
    left = {code: int(count) for code, count in preview.counts_left.items() if is_severe(code)}
    names = "、".join(repairs_in_words(preview.repairs))
    return PreviewInWords(
        title=_("What would change: %(repairs)s") % {"repairs": names},
        is_enough=not left,
        summary=_enough() if not left else _("These faults would remain and refuse the file:"),
        left=[(rule_in_words(code), count) for code, count in left.items()],
        open=[str(words) for code, words in STILL_OPEN.items() if code in preview.counts_left],
        changed=preview.changed,
        page=page,
        lines=[_line(change) for change in page],
        fields=[("repairs", repair) for repair in preview.repairs]
        + [("tolerance_mm", str(preview.tolerance_mm))],
    )


def _enough() -> str:
    return _("After these repairs nothing refuses the file any more.")


def _line(change: Mapping[str, Any]) -> ChangeLine:
    before, after = int(change["area_before_m2"]), int(change["area_after_m2"])
    return ChangeLine(
        key=_key(change),
        code=str(change["code"]),
        row=int(change["row"]),
        before=_area(before),
        after=_area(after),
        difference=_difference(after - before),
        moved=_("%(number)s mm") % {"number": intcomma(change["moved_mm"])},
    )


def _area(square_metres: int) -> str:
    return f"{intcomma(square_metres)} m²"


def _difference(square_metres: int) -> str:
    if square_metres == 0:
        return _("under 1 m²")
    return f"{'+' if square_metres > 0 else '−'}{_area(abs(square_metres))}"


def _map(changes: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    shapes = {
        side: [
            feature(change[side], _key(change), str(change["code"])) for change in changes if change.get(side)
        ]
        for side in ("before", "after")
    }
    if not any(shapes.values()):
        return None
    after, before = (
        given("after", _("after the repair"), shapes["after"]),
        given("before", _("before the repair"), shapes["before"]),
    )
    return {"layers": [after, before]}


def _key(change: Mapping[str, Any]) -> str:
    return f"u{change['row']}-{change['code']}"
