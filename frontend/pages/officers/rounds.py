"""The round page of an officer: the steps, what blocks each, and the one thing to do now."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import LIVE, JobRun, JobStatus, User
from accounts.permissions import Action, may
from accounts.selectors.jobs import find_latest_job
from admissions.models import AdmissionRound, ApplicationStatus, RoundStatus
from admissions.selectors.applications import list_applications
from admissions.selectors.migrant_places import load_migrant_places
from admissions.selectors.overview import RoundOverview, round_overview
from admissions.selectors.withdrawals import list_withdrawals_near_line
from admissions.tasks import CLOSE, DRAW, PUBLISH
from frontend.pages.guards import for_staff
from frontend.pages.officers.steps import round_for, unread_values
from frontend.pages.officers.titles import titles_of
from frontend.pages.words import PHASES

ROWS = 50


@require_safe
@for_staff
def round_page(request: HttpRequest, person: User, round_id: UUID) -> HttpResponse:
    """Show where the round stands."""
    found = round_for(person, Action.READ_DISTRICT, round_id)
    overview = round_overview(found, timezone.now())
    job = _shown_job(found)
    works = job is not None and job.status in LIVE  # the step is under way: nothing else to press
    context = {
        "round": found,
        "overview": overview,
        "phase": PHASES[overview.phase],
        "lines": [(line, titles_of(found)[line.rule]) for line in overview.lines],
        "statuses": [(label, overview.by_status[value]) for value, label in ApplicationStatus.choices],
        "job": job,
        "may_run": may(person, Action.RUN_ROUND, found.district_id) and not works,
        "may_accept": _may_accept(overview),
        "has_read_all": bool(overview.entry_list and not unread_values(overview.entry_list, person)),
        "near_line": list_withdrawals_near_line(found),
        "migrants": load_migrant_places(found) if found.status == RoundStatus.PUBLISHED else None,
        "values_differ": any(reading.differs for reading in overview.values),
    }
    return render(request, "officers/round.html", context)


@require_safe
@for_staff
def applications(request: HttpRequest, person: User, round_id: UUID) -> HttpResponse:
    """List applications by receipt, without a name."""
    found = round_for(person, Action.READ_DISTRICT, round_id)
    status = request.GET.get("status", "")
    status = status if status in ApplicationStatus.values else ""
    disputed, objecting = (request.GET.get(name) == "1" for name in ("disputed", "objecting"))
    asked = list_applications(found, status=status, contradictory=disputed, objecting=objecting)
    rows = Paginator(asked, ROWS).get_page(request.GET.get("page"))
    titles = titles_of(found)
    context = {
        "round": found,
        "page": rows,
        "rows": [(row, titles[row.category]) for row in rows],
        "status": status,
        "disputed": disputed,
        "objecting": objecting,
        "statuses": ApplicationStatus.choices,
    }
    return render(request, "officers/applications.html", context)


def _may_accept(overview: RoundOverview) -> bool:
    """Say whether something waits although the time for review is over."""
    waits = overview.others_waiting + overview.by_status["returned"] > 0
    return waits and overview.is_review_over


def _shown_job(found: AdmissionRound) -> JobRun | None:
    """Return the job of the round asked for last, unless it has done its work."""
    jobs = [job for kind in (CLOSE, DRAW, PUBLISH) if (job := find_latest_job(kind, found))]
    last = max(jobs, key=lambda job: job.requested_at, default=None)
    return last if last and last.status not in (JobStatus.SUCCEEDED, JobStatus.CANCELLED) else None
