"""What an officer decides about a version: each decision asks first, and says what it means."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.permissions import Action
from admissions.selectors.rounds import list_rounds_on_plans
from common.errors import DomainError
from frontend.pages.guards import for_staff
from frontend.pages.officers.data.access import dataset_for
from frontend.pages.officers.forms import ConfirmForm
from frontend.pages.refusals import refusal_in_words
from geo_data.models import Dataset, DatasetKind
from geo_data.selectors.datasets import find_current_dataset
from geo_data.services.versions import (
    BasisChanged,
    ComparisonIsOld,
    compare_again,
    confirm_dataset,
    discard_dataset,
    restore_dataset,
    withdraw_dataset,
)
from zoning.models import ZonePlan
from zoning.selectors.pins import list_plans_using

Service = Callable[..., Dataset]


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision: its name on the button, what it means, the service, and what is said when it is done.

    stands_on -- the version whose plans and rounds are listed, None where nobody asks
    """

    title: str
    meaning: tuple[str, ...]
    service: Service
    done: str
    replaces: Dataset | None = None
    stands_on: Dataset | None = None
    is_danger: bool = False


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def confirm(request: HttpRequest, person: User, dataset_id: UUID) -> HttpResponse:
    """Make a proposed version the current one."""
    found = dataset_for(person, Action.IMPORT_DATA, dataset_id)
    current = find_current_dataset(found.district_id, DatasetKind(found.kind))
    meaning = (
        _("From now on this version is used for new zone plans, projections and answers to families."),
        _("It can be withdrawn later, and the version before it can be restored."),
    )
    title, done = _("Use this version"), _("The version is in use.")
    decision = Decision(title, meaning, confirm_dataset, done, replaces=current, stands_on=current)
    return _decide(request, person, found, decision)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def discard(request: HttpRequest, person: User, dataset_id: UUID) -> HttpResponse:
    """Drop a proposed or refused version."""
    found = dataset_for(person, Action.IMPORT_DATA, dataset_id)
    meaning = (
        _("Its rows are deleted. What was found stays on record, and the file can be handed in again."),
    )
    title, done = _("Discard the proposal"), _("The proposal was discarded.")
    return _decide(request, person, found, Decision(title, meaning, discard_dataset, done, is_danger=True))


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def withdraw(request: HttpRequest, person: User, dataset_id: UUID) -> HttpResponse:
    """Take a version out of use."""
    found = dataset_for(person, Action.IMPORT_DATA, dataset_id)
    meaning = (
        _("The version is not used for anything new. No other version takes its place by itself."),
        _("It can be restored at any time."),
    )
    title, done = _("Withdraw this version"), _("The version was withdrawn.")
    decision = Decision(title, meaning, withdraw_dataset, done, stands_on=found, is_danger=True)
    return _decide(request, person, found, decision)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def restore(request: HttpRequest, person: User, dataset_id: UUID) -> HttpResponse:
    """Make an earlier version current again."""
    found = dataset_for(person, Action.IMPORT_DATA, dataset_id)
    current = find_current_dataset(found.district_id, DatasetKind(found.kind))
    meaning = (_("This version is used again for everything new."),)
    title, done = _("Restore this version"), _("The version is in use again.")
    decision = Decision(title, meaning, restore_dataset, done, replaces=current, stands_on=current)
    return _decide(request, person, found, decision)


def _decide(request: HttpRequest, person: User, found: Dataset, decision: Decision) -> HttpResponse:
    form, again = ConfirmForm(request.POST if request.method == "POST" else None), ""
    if request.method == "POST" and form.is_valid():
        try:
            decision.service(actor=person, now=timezone.now(), dataset=found)
        except ComparisonIsOld:
            compare_again(actor=person, now=timezone.now(), dataset=found)
            messages.warning(
                request, _("Another version has come into use since. Look at what would change now.")
            )
            return redirect("version", found.pk)
        except DomainError as refusal:
            form.add_error(None, refusal_in_words(refusal))
            again = _reading_again(found) if isinstance(refusal, BasisChanged) else ""
        else:
            messages.success(request, decision.done)
            return redirect("version", found.pk)
    plans = _plans_on(decision.stands_on)
    context: dict[str, Any] = {
        "dataset": found,
        "form": form,
        "title": decision.title,
        "meaning": decision.meaning,
        "replaces": decision.replaces,
        "is_danger": decision.is_danger,
        "plans": [(plan, any(one.withdrawn_at is None for one in plan.publications.all())) for plan in plans],
        "rounds": list_rounds_on_plans(plans),
        "again": again,
        "asks_who_uses": decision.stands_on is not None,
        "back": reverse("version", args=[found.pk]),
        "middle": [(reverse("version", args=[found.pk]), found.file_name)],
    }
    return render(request, "officers/data/confirm.html", context, status=422 if form.errors else 200)


def _reading_again(found: Dataset) -> str:
    """Return where the file is checked anew, or nothing where it is not kept."""
    kept = found.upload is not None and found.upload.deleted_at is None
    return reverse("data-file-again", args=[found.upload_id]) if kept else ""


def _plans_on(dataset: Dataset | None) -> list[ZonePlan]:
    return list(list_plans_using(dataset)) if dataset else []
