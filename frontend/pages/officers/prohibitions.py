"""The ten prohibitions on the data of one round: a page for officers and auditors, and a file."""

import csv
from collections.abc import Mapping
from io import StringIO
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.permissions import Action
from admissions.rules.prohibitions import ProhibitionRow
from admissions.selectors.prohibitions import load_prohibition_report
from admissions.selectors.rounds import round_code
from common.formulas import guarded
from frontend.pages.guards import for_staff
from frontend.pages.language import language
from frontend.pages.officers.steps import round_for

COUNTS: Mapping[str, Promise] = {
    "offers_over_plan": _("lines with more places given than planned"),
    "offers_to_enrolled": _("places given to children who have another"),
    "forbidden_terms": _("facts or terms outside the closed vocabulary"),
    "filed_before_opening": _("applications from before the window"),
    "offers_before_results": _("places given before the day of results"),
    "enrolled_outside_placement": _("places neither drawn nor listed by the family"),
    "unapproved_school_texts": _("columns that could hold a school's own publicity"),
    "payment_records": _("tables that could hold payments"),
    "forbidden_documents": _("forbidden documents in the policy"),
    "class_list_tables": _("tables that could hold class lists"),
    "registers_without_placement": _("enrolled children without a lawful place"),
}


@require_safe
@for_staff
def prohibitions(request: HttpRequest, person: User, round_id: UUID) -> HttpResponse:
    """Show the ten rows, each with its guard and its counts."""
    found = round_for(person, Action.READ_DISTRICT, round_id)
    rows = [_row(row) for row in load_prohibition_report(found)]
    broken = [row for row in rows if not row["is_kept"]]
    return render(
        request, "officers/prohibitions.html", {"round": found, "rows": rows, "broken": len(broken)}
    )


@require_safe
@for_staff
def prohibitions_file(request: HttpRequest, person: User, round_id: UUID) -> HttpResponse:
    """Return the report as a CSV file in both languages."""
    found = round_for(person, Action.READ_DISTRICT, round_id)
    text = StringIO()
    table = csv.writer(text)
    table.writerow(["编号 number", "严禁", "prohibited", "防线", "guard", "证据 evidence", "守住 kept"])
    for row in load_prohibition_report(found):
        counts = "; ".join(f"{name}={count}" for name, count in row.counts)
        cells = [row.zh, row.en, row.guard_zh, row.guard_en, counts]
        table.writerow([row.number, *map(guarded, cells), "yes" if row.is_kept else "no"])
    answer = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="prohibitions-{round_code(found)}.csv"'
    return answer


def _row(row: ProhibitionRow) -> dict[str, object]:
    chinese = language() == "zh"
    return {
        "number": row.number,
        "words": row.zh if chinese else row.en,
        "guard": row.guard_zh if chinese else row.guard_en,
        "counts": [(COUNTS[name], count) for name, count in row.counts],
        "is_kept": row.is_kept,
    }
