"""Chances for families: the office has a closed round drawn again and again, and sees what families will read."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.models import LIVE, JobStatus, User
from accounts.permissions import Action, may, require
from accounts.selectors.jobs import find_latest_job
from admissions.models import RoundStatus
from admissions.models.chances import MOST_DRAWS
from admissions.replay_tasks import CHANCES, request_chances
from admissions.selectors.chances import list_chance_tables
from admissions.services.chances import DRAWS, LEAST_DRAWS
from common.errors import DomainError
from frontend.pages.guards import for_staff
from frontend.pages.officers.steps import round_for
from frontend.pages.refusals import refusal_in_words


class ChancesForm(forms.Form):
    """How often the round is drawn again, and with which luck."""

    draws = forms.IntegerField(
        label=_("How often to repeat the draw"),
        help_text=_("1,000 is usual; more takes longer and changes little."),
        min_value=LEAST_DRAWS,
        max_value=MOST_DRAWS,
        initial=DRAWS,
    )
    luck = forms.IntegerField(
        label=_("A number for the luck"),
        help_text=_("The same number gives the same result again."),
        min_value=0,
        max_value=2**31 - 1,
        initial=1,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def chances(request: HttpRequest, person: User, round_id: UUID) -> HttpResponse:
    """Show the versions made and how far the one in the making is; have one made."""
    found = round_for(person, Action.READ_DISTRICT, round_id)
    form = ChancesForm(request.POST or None)
    if request.method == "POST":
        require(person, Action.RUN_ROUND, found.district_id)
    if request.method == "POST" and form.is_valid():
        try:
            request_chances(actor=person, now=timezone.now(), admission_round=found, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, refusal_in_words(refusal))
        else:
            return redirect("office-chances", found.pk)
    job = find_latest_job(CHANCES, found)
    works = job is not None and job.status in LIVE
    context = {
        "round": found,
        "form": form if may(person, Action.RUN_ROUND, found.district_id) and not works else None,
        "job": job if job and (works or job.status == JobStatus.FAILED) else None,
        "tables": list_chance_tables(found),
        "is_public": found.status == RoundStatus.PUBLISHED,
    }
    return render(request, "officers/chances.html", context, status=422 if form.errors else 200)
