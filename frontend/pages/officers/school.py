"""The desk of a school: its own lines, and once results are out the receipts of the children placed there."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.permissions import Action, require
from admissions.selectors.rounds import get_round
from admissions.selectors.schools import list_placed_receipts, list_school_lines
from frontend.pages.guards import for_staff
from frontend.pages.officers.titles import titles_of


def school_office(request: HttpRequest, person: User) -> HttpResponse:
    """Show seats, applicants and admitted children of every line of the person's school."""
    require(person, Action.READ_SCHOOL, person.district_code, person.school_code)
    lines = list_school_lines(person.district_code, person.school_code)
    context = {
        "school": lines[0].line.school.name if lines else person.school_code,
        "lines": [(row, titles_of(row.round)[row.line.rule]) for row in lines],
        "published": {row.round.pk: row.round for row in lines if row.round.status == "published"}.values(),
    }
    return render(request, "officers/school.html", context)


@require_safe
@for_staff
def receipts(request: HttpRequest, person: User, round_id: UUID) -> HttpResponse:
    """List the receipts placed at the person's school, line by line."""
    found = get_round(round_id)
    require(person, Action.READ_SCHOOL, found.district_id, person.school_code)
    titles = titles_of(found)
    placed = list_placed_receipts(found, person.school_code)
    context = {"round": found, "lines": [(titles[line.rule], numbers) for line, numbers in placed]}
    return render(request, "officers/receipts.html", context)
