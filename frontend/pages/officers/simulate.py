"""The policy simulator: the children of a closed round under other rules, with the same tickets."""

import csv
from collections.abc import Iterable, Mapping
from io import StringIO
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import LIVE, JobRun, JobStatus, User
from accounts.permissions import Action, require
from accounts.selectors.jobs import NoSuchJob, find_live_job, get_job, list_jobs
from admissions.models import AdmissionRound, PolicyStatus, PolicyVersion
from admissions.replay_tasks import SIMULATE, request_simulation
from admissions.rules.policy_records import LoserRule
from admissions.rules.synchronized import COUNTY_TITLES
from admissions.selectors.policies import list_policy_versions
from admissions.selectors.rounds import policy_of, round_code
from admissions.services.simulating import Question
from common.errors import DomainError
from common.formulas import guarded
from frontend.pages.guards import for_staff
from frontend.pages.officers.files import file_response
from frontend.pages.officers.steps import round_for
from frontend.pages.officers.titles import titles_of
from frontend.pages.refusals import reasons_in_words, refusal_in_words

EARLIER = 20
LOSERS: Mapping[str, Promise] = {
    "": gettext_lazy("As the policy says"),
    LoserRule.SAME_CLASS_LAST.value: gettext_lazy("Last of their own category at the public school"),
    LoserRule.AFTER_ALL.value: gettext_lazy("Behind all others at the public school"),
    LoserRule.CLASS_KEPT.value: gettext_lazy("As if they had never tried a private school"),
}


class SimulateForm(forms.Form):
    """Another policy, another rule for losers of a private draw, or both; and a luck."""

    policy = forms.ChoiceField(label=gettext_lazy("Policy to try"), required=False)
    losers = forms.ChoiceField(
        label=gettext_lazy("Children who lose a private draw stand"),
        choices=list(LOSERS.items()),
        required=False,
    )
    luck = forms.CharField(
        label=gettext_lazy("A number for the luck"),
        help_text=gettext_lazy(
            "It makes the tickets, the same for both. Try several: luck decides for some."
        ),
        initial="1",
        max_length=50,
    )

    def __init__(self, *args: Any, versions: Iterable[PolicyVersion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            ("", _("The round's own policy")),
            *((str(row.pk), version_words(row)) for row in versions),
        ]
        self.fields["policy"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField has them

    def clean(self) -> dict[str, Any]:
        """Refuse a question that changes nothing."""
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not cleaned.get("policy") and not cleaned.get("losers"):
            raise forms.ValidationError(_("Choose another policy, another rule for losers, or both."))
        return cleaned

    def question(self) -> Question:
        """Return what was asked."""
        policy = self.cleaned_data["policy"]
        return Question(
            UUID(policy) if policy else None, self.cleaned_data["losers"], self.cleaned_data["luck"]
        )


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def simulate(request: HttpRequest, person: User, round_id: UUID) -> HttpResponse:
    """Ask what shall be tried; list what was tried before."""
    found = round_for(person, Action.READ_DISTRICT, round_id)
    form = SimulateForm(request.POST or None, versions=_versions(found))
    reasons: tuple[str, ...] = ()
    if request.method == "POST" and form.is_valid():
        try:
            job = request_simulation(
                actor=person, now=timezone.now(), admission_round=found, question=form.question()
            )
        except DomainError as refusal:
            form.add_error(None, refusal_in_words(refusal))
            reasons = reasons_in_words(refusal)
        else:
            return redirect("simulation", found.pk, job.pk)
    earlier, names = list_jobs(SIMULATE, found, status=JobStatus.SUCCEEDED)[:EARLIER], _names(found)
    live = find_live_job(SIMULATE, found)
    context = {
        "round": found,
        "form": None if live else form,
        "reasons": reasons,
        "live": live,
        "earlier": [(job, _asked(job, names), _totals(job)) for job in earlier],
    }
    return render(request, "officers/simulate.html", context, status=422 if form.errors else 200)


@require_safe
@for_staff
def simulation(request: HttpRequest, person: User, round_id: UUID, job_id: UUID) -> HttpResponse:
    """Show how far a simulation is, then who gains and who loses."""
    found, job = _job(person, round_id, job_id)
    is_done = job.status == JobStatus.SUCCEEDED
    context = {
        "round": found,
        "job": None if is_done else job,
        "works": job.status in LIVE,
        "found": job.result if is_done else None,
        "simulation": job,
        "asked": _asked(job, _names(found)) if is_done else (),
        "totals": _totals(job),
        "rows": _rows(found, job),
    }
    return render(request, "officers/simulation.html", context)


@require_safe
@for_staff
def simulation_counts(request: HttpRequest, person: User, round_id: UUID, job_id: UUID) -> HttpResponse:
    """Hand out the counts by category."""
    found, job = _job(person, round_id, job_id)
    policy = policy_of(found)
    titles = dict(COUNTY_TITLES)
    titles |= {item.code: item.title for item in policy.categories}
    titles |= {item.code: item.title for item in policy.lines}
    rows = [
        (
            row["category"],
            guarded(titles[row["category"]].zh) if row["category"] in titles else "",
            guarded(titles[row["category"]].en) if row["category"] in titles else "",
            row["gains"],
            row["same"],
            row["loses"],
        )
        for row in job.result.get("categories", [])
    ]
    heads = ("类别代码 code", "类别", "category", "受益 gain", "不变 same", "受损 lose")
    return _csv(f"simulation-{round_code(found)}-counts", heads, rows)


@require_safe
@for_staff
def simulation_children(request: HttpRequest, person: User, round_id: UUID, job_id: UUID) -> HttpResponse:
    """Hand out who gains and who loses by receipt, to those who read applications; everybody else is as before."""
    found, job = _job(person, round_id, job_id)
    require(person, Action.READ_DISTRICT, found.district_id)
    rows = [(receipt, "gains") for receipt in job.result.get("gained", [])]
    rows += [(receipt, "loses") for receipt in job.result.get("lost", [])]
    return _csv(f"simulation-{round_code(found)}-children", ("报名号 receipt", "变化 change"), sorted(rows))


def version_words(version: PolicyVersion) -> str:
    """Name a version of a policy as the office lists it."""
    said = {"year": version.year, "number": version.number, "status": version.get_status_display()}
    return _("%(year)s, version %(number)s (%(status)s)") % said


def _versions(found: AdmissionRound) -> list[PolicyVersion]:
    rows = list_policy_versions(found.district_id).filter(stage=found.stage)
    others = rows.exclude(status=PolicyStatus.WITHDRAWN)
    return [row for row in others if row.pk != found.policy_version_id]


def _job(person: User, round_id: UUID, job_id: UUID) -> tuple[AdmissionRound, JobRun]:
    found = round_for(person, Action.READ_DISTRICT, round_id)
    job = get_job(job_id)
    if (job.kind, job.subject_id) != (SIMULATE, str(found.pk)):
        raise NoSuchJob("there is no such simulation of this round")
    return found, job


def _names(found: AdmissionRound) -> dict[str, str]:
    """Return every version of the district in words, by id; the round's own stands under ""."""
    names = {str(row.pk): version_words(row) for row in list_policy_versions(found.district_id)}
    return {"": _("The round's own policy"), **names}


def _asked(job: JobRun, names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return what was tried, as name and value."""
    asked = job.result
    return (
        (_("Policy"), names[asked["policy_version"]]),
        (_("Children who lose a private draw stand"), str(LOSERS[asked["losers"]])),
        (_("Luck"), str(asked["luck"])),
    )


def _totals(job: JobRun) -> dict[str, int]:
    rows = job.result.get("categories", [])
    return {change: sum(row[change] for row in rows) for change in ("gains", "same", "loses")}


def _rows(found: AdmissionRound, job: JobRun) -> list[dict[str, Any]]:
    """Return the counts in the order of the policy's categories, those without one last."""
    titles = titles_of(found)
    order = [category.code for category in policy_of(found).categories]
    rows = [
        {**row, "title": titles[row["category"]] if row["category"] else _("without a category")}
        for row in job.result.get("categories", [])
    ]
    return sorted(
        rows, key=lambda row: order.index(row["category"]) if row["category"] in order else len(order)
    )


def _csv(name: str, heads: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> HttpResponse:
    text = StringIO()
    table = csv.writer(text)
    table.writerow(heads)
    table.writerows(rows)
    return file_response(("\ufeff" + text.getvalue()).encode(), f"{name}.csv", "text/csv; charset=utf-8")
