"""What if: where seats are worth most, where more seats or a new school would help, which borders are uncertain."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.models import User
from common.errors import DomainError
from frontend.pages.guards import for_staff
from frontend.pages.officers.forms import unit_code_of
from frontend.pages.refusals import refusal_in_words
from frontend.templatetags.words import percent
from zoning.engine.borders import Border
from zoning.engine.siting import Gain
from zoning.permissions import plan_for_reading
from zoning.selectors.plans import unit_names
from zoning.selectors.what_if import (
    Question,
    list_best_sites,
    list_best_zones,
    list_seat_worths,
    list_uncertain_borders,
    load_question,
)

PERCENT = 5
SHOWN_BORDERS = 20
SHOWN_ESTATES = 8
# In larger counties trying every estate takes longer than a page may; the command does.
MOST_TRIED = 2_000


class WhatIfForm(forms.Form):
    """How many seats, and how near two zones must be in cost for a border to be uncertain."""

    seats = forms.IntegerField(
        label=_("Seats to add"),
        help_text=_("To a zone, or as a new school. Leave it empty to see the borders only."),
        min_value=1,
        max_value=10_000,
        required=False,
    )
    among = forms.CharField(
        label=_("Places for a new school"),
        help_text=_("Names or codes of estates, with commas. Leave it empty to try all without a school."),
        required=False,
        max_length=5000,
    )
    percent = forms.IntegerField(
        label=_("Uncertain up to (per cent)"), min_value=0, max_value=100, required=False, initial=PERCENT
    )

    def __init__(self, *args: Any, names: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = names

    def clean_among(self) -> list[str]:
        """Return the codes of the estates; a word that names none is told."""
        codes, faults = [], []
        for written in re.split(r"[\n,，、;；]+", str(self.cleaned_data["among"])):
            if not written.strip():
                continue
            try:
                codes.append(unit_code_of(written, self.names))
            except forms.ValidationError as fault:
                faults.append(f"{written.strip()}: {fault.messages[0]}")
        if faults:
            raise forms.ValidationError(faults)
        return codes


@require_safe
@for_staff
def what_if(request: HttpRequest, person: User, plan_id: UUID) -> HttpResponse:
    """Answer the questions about a plan; nothing is stored."""
    found = plan_for_reading(person, plan_id)
    form = WhatIfForm(request.GET or None, names=unit_names(found))
    context: dict[str, Any] = {"plan": found, "form": form, "percent": PERCENT}
    if form.is_bound and not form.is_valid():
        return render(request, "officers/what_if.html", context, status=422)
    asked = form.cleaned_data if form.is_bound else {}
    within = PERCENT if asked.get("percent") is None else asked["percent"]
    try:
        question, seats = load_question(found), asked.get("seats")
        context |= _answers(question, within, seats)
        if seats:
            context |= _sites(question, seats, asked["among"])
    except DomainError as refusal:
        context["refusal"] = refusal_in_words(refusal)
    return render(request, "officers/what_if.html", {**context, "percent": within})


def _answers(question: Question, within: int, seats: int | None) -> dict[str, Any]:
    names = question.names
    borders = list_uncertain_borders(question, within)
    return {
        "worths": [
            {"zone": names[one.zone_id], "metres": one.metres, "seats_a_child": one.seats_a_child}
            for one in list_seat_worths(question)
        ],
        "borders": [_told(border, names) for border in borders[:SHOWN_BORDERS]],
        "more_borders": max(len(borders) - SHOWN_BORDERS, 0),
        "seats": seats,
        "zones": _gains(list_best_zones(question, seats), names) if seats else [],
    }


def _sites(question: Question, seats: int, among: list[str]) -> dict[str, Any]:
    """Return where a new school would help most, among the estates named, or all of a county that is not too large."""
    are_too_many = not among and question.problem.n_units > MOST_TRIED
    found = () if are_too_many else list_best_sites(question, seats, among or None)
    return {
        "sites": _gains(found, question.names),
        "among": len(among),
        "are_too_many": are_too_many,
        "by_walks": question.basis.ways is not None,
    }


def _told(border: Border, names: dict[str, str]) -> dict[str, Any]:
    shown = border.doubts[:SHOWN_ESTATES]
    return {
        "zones": [names[zone] for zone in border.zone_ids],
        "children": border.children,
        "estates": [
            {
                "name": names[doubt.unit_id],
                "zone": names[zone],
                "more": _more(doubt.permille),
                "fits": doubt.fits,
            }
            for zone, doubt in shown
        ],
        "more": len(border.doubts) - len(shown),
    }


def _more(permille: int) -> str:
    """Say how much more an estate would cost on the other side of its border."""
    if permille == 0:
        return gettext("as much as here")
    share = {"share": percent(abs(permille) / 1000)}
    return gettext("%(share)s more") % share if permille > 0 else gettext("%(share)s less") % share


def _gains(gains: tuple[Gain, ...], names: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "place": names[gain.place_id],
            "seated": gain.seated_more,
            "kilometres": gain.child_metres / 1000,
        }
        for gain in gains
    ]
