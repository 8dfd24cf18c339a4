"""Published results, by school and by receipt; and the proof of them, for anybody."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from admissions.models import AdmissionRound, RoundStatus
from admissions.selectors.bundles import zip_files
from admissions.selectors.chances import has_chances
from admissions.selectors.offers import count_runs
from admissions.selectors.results import (
    NoResults,
    find_draw,
    find_result,
    get_bundle,
    list_published_lists,
    public_results,
)
from admissions.selectors.rounds import get_round, list_rounds, round_code
from admissions.selectors.waiting import bundle_after_results as files_after_results

CLOSED = (RoundStatus.CLOSED, RoundStatus.DRAWN, RoundStatus.PUBLISHED)
OFFLINE_PAGE = settings.BASE / "frontend" / "verifier" / "check.html"
# The offline page is one file with its script inside, so that it can be carried away on a stick.
OFFLINE_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """List the rounds whose results are published."""
    return render(request, "public/results.html", {"rounds": list_rounds(statuses=[RoundStatus.PUBLISHED])})


@require_safe
def result(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """Show what was published of a round, and one receipt when asked."""
    admission_round = get_round(round_id)
    receipt = request.GET.get("receipt", "").strip()
    context = {
        "round": admission_round,
        "results": public_results(admission_round),
        "receipt": receipt,
        "found": _find(admission_round, receipt),
        "has_chances": has_chances(admission_round),
    }
    return render(request, "public/result.html", context)


@require_safe
def check(request: HttpRequest) -> HttpResponse:
    """List what can be checked: every round whose list is closed."""
    return render(request, "public/check.html", {"rounds": list_rounds(statuses=CLOSED)})


@require_safe
def check_round(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """Show digest, values, seed and bundle of the newest list of a round, and how to check them; and all lists."""
    admission_round = get_round(round_id)
    lists = list_published_lists(admission_round)
    if not lists:
        raise NoResults("the entry list of this round is not closed")
    newest, is_published = lists[0], admission_round.status == RoundStatus.PUBLISHED
    context: dict[str, Any] = {
        "round": admission_round,
        "lists": lists if len(lists) > 1 else [],
        "entry_list": newest.entry_list,
        "lottery": newest.lottery,
        "draw": newest.draw,
        "runs": is_published and count_runs(admission_round),
    }
    return render(request, "public/check_round.html", context)


@require_safe
def bundle(request: HttpRequest, draw_id: UUID) -> HttpResponse:
    """Hand out the public bundle, byte for byte as published."""
    draw = get_bundle(draw_id)
    response = HttpResponse(bytes(draw.bundle), content_type="application/zip")
    response["Content-Disposition"] = (
        f'attachment; filename="{round_code(draw.entry_list.round)}-{draw.entry_list.number}.zip"'
    )
    response["ETag"] = f'"{draw.bundle_digest}"'
    return response


@require_safe
def bundle_after_results(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """Hand out the public bundle with every place given on since; without any it is not there."""
    admission_round = get_round(round_id)
    draw = find_draw(admission_round)
    if admission_round.status != RoundStatus.PUBLISHED or draw is None or not draw.waitlist_runs.exists():
        raise NoResults("no place was given on after these results")
    files = files_after_results(admission_round, draw)
    response = HttpResponse(zip_files(files), content_type="application/zip")
    name = f"{round_code(admission_round)}-after-results.zip"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
def offline_page(request: HttpRequest) -> FileResponse:
    """Hand out the page that checks a bundle in any browser, without this server."""
    response = FileResponse(OFFLINE_PAGE.open("rb"), content_type="text/html; charset=utf-8")
    response["Content-Security-Policy"] = OFFLINE_POLICY
    return response


def _find(admission_round: AdmissionRound, receipt: str) -> object:
    if not receipt:
        return None
    try:
        return find_result(admission_round, receipt)
    except NoResults:
        return None
