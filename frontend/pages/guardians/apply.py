"""The application of one child: a question per page, then everything once more, then the receipt."""

from collections.abc import Mapping
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.selectors.people import open_phone
from admissions.models import AdmissionRound
from admissions.rules.adjustment import comes_before_public
from admissions.rules.calendar import Phase
from admissions.selectors.rounds import find_open_rounds, get_round, phase_of, policy_of
from admissions.services.applications import AlreadyFiled, ApplicationRefused, file_application
from admissions.services.steps import NotOpen
from admissions.tasks import request_asking
from common.errors import DomainError
from frontend.pages.guardians.chances import chances_in_words
from frontend.pages.guardians.change import amendable, check_change
from frontend.pages.guardians.checking import asks_adjustment, check_context, step_context
from frontend.pages.guardians.drafts import CHECK, STEPS, Draft, forget_draft, keep_answer, read_draft
from frontend.pages.guardians.forms import ChildForm, ChoicesForm, CoordinationForm, HomeForm
from frontend.pages.guardians.previews import Preview, preview
from frontend.pages.guards import for_guardians


@require_safe
@for_guardians
def apply(request: HttpRequest, guardian: User) -> HttpResponse:
    """Lead to the only open round, or let the family choose one."""
    rounds = find_open_rounds(timezone.now())
    if len(rounds) == 1:
        return redirect("apply-start", rounds[0].pk)
    offered = [(found, policy_of(found).calendar) for found in rounds]
    return render(request, "guardians/apply_rounds.html", {"rounds": offered})


@require_safe
@for_guardians
def start(request: HttpRequest, guardian: User, round_id: UUID) -> HttpResponse:
    """Say what will be asked, and that the order of filing changes nothing."""
    admission_round = _open_round(round_id)
    draft = read_draft(request, round_id)
    if draft.amends:  # a change begun and left: this is the way to a new application
        forget_draft(request)
        draft = read_draft(request, round_id)
    context = {
        "round": admission_round,
        "calendar": policy_of(admission_round).calendar,
        "next_step": draft.first_open_step(),
        "begun": bool(draft.answers),
    }
    return render(request, "guardians/apply_start.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_guardians
def step(request: HttpRequest, guardian: User, round_id: UUID, name: str) -> HttpResponse:
    """Ask one question; answers before it must have been given."""
    draft = read_draft(request, round_id)
    admission_round = _round_of(draft, guardian)
    first_open = draft.first_open_step()
    if name not in STEPS or (first_open != CHECK and STEPS.index(name) > STEPS.index(first_open)):
        return (
            redirect("apply-step", round_id, first_open)
            if first_open != CHECK
            else redirect("apply-check", round_id)
        )
    shown = preview(admission_round, draft, guardian) if STEPS.index(name) > 1 else None
    form = _form(name, request, admission_round, draft, shown)
    if request.method == "POST" and (form is None or form.is_valid()):
        draft = keep_answer(request, draft, name, _answer(form))
        following = draft.first_open_step()
        return (
            redirect("apply-check", round_id)
            if following == CHECK
            else redirect("apply-step", round_id, following)
        )
    context = step_context(admission_round, name, draft) | {"form": form, "preview": shown}
    if name == "choices" and shown is not None:
        context["chances"] = chances_in_words(admission_round, shown)
    return render(request, f"guardians/apply_{name}.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_guardians
def check(request: HttpRequest, guardian: User, round_id: UUID) -> HttpResponse:
    """Show every answer once more, and file the application."""
    draft = read_draft(request, round_id)
    admission_round = _round_of(draft, guardian)
    if draft.first_open_step() != CHECK:
        return redirect("apply-step", round_id, draft.first_open_step())
    if draft.amends:
        return check_change(request, guardian, admission_round, draft)
    refusal: DomainError | None = None
    if request.method == "POST":
        form = draft.form(open_phone(guardian))
        try:
            filed = file_application(actor=guardian, now=timezone.now(), round_id=round_id, form=form)
        except (ApplicationRefused, AlreadyFiled) as refused:
            refusal = refused
        else:
            forget_draft(request)
            if filed.unanswered:  # a register was silent: the worker asks it again
                request_asking(now=timezone.now(), admission_round=filed.round)
            return redirect("apply-done", filed.pk)
    context = check_context(admission_round, draft, guardian, refusal)
    return render(request, "guardians/apply_check.html", context, status=422 if refusal else 200)


def _open_round(round_id: UUID) -> AdmissionRound:
    found = get_round(round_id)
    phase = phase_of(found, timezone.now())
    if phase is not Phase.OPEN:
        raise NotOpen("families cannot apply in this round now", phase=phase.value)
    return found


def _round_of(draft: Draft, guardian: User) -> AdmissionRound:
    """Return the round of a draft: open, or one in which the application that it changes was returned."""
    if draft.amends:
        return amendable(draft.amends, guardian).round
    return _open_round(draft.round_id)


def _form(
    name: str, request: HttpRequest, admission_round: AdmissionRound, draft: Draft, shown: Preview | None
) -> forms.Form | None:
    data = request.POST if request.method == "POST" else None
    initial = dict(draft.answers.get(name, {}))
    match name:
        case "child":
            return ChildForm(data, initial=initial, is_known=bool(draft.amends))
        case "home":
            return HomeForm(data, initial=initial, units=admission_round.publication.plan.units_dataset)
        case "choices" if shown is not None:
            return ChoicesForm(data, initial=_choices_initial(draft), preview=shown)
        case "coordination" if shown is not None:
            policy = policy_of(admission_round)
            return CoordinationForm(
                data,
                initial={"accepts": "yes", "adjusts": "no", "twins": "together", **initial},
                asks_adjustment=asks_adjustment(admission_round, draft),
                before_public=comes_before_public(policy),
                asks_twins=shown.has_twin,
            )
    return None


def _answer(form: forms.Form | None) -> Mapping[str, object]:
    if isinstance(form, ChoicesForm):
        return {"private": form.listed("private"), "public": form.listed("public")}
    return {} if form is None else dict(form.cleaned_data)


def _choices_initial(draft: Draft) -> dict[str, str]:
    return {
        f"{track}_{number}": code
        for track in ("private", "public")
        for number, code in enumerate(draft.texts("choices", track), start=1)
    }
