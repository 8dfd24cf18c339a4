"""Rules of drawing: what every plan must keep to, stated and withdrawn with a reason."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.permissions import Action, may, require
from common.errors import DomainError
from frontend.pages.guards import for_staff
from frontend.pages.language import language
from frontend.pages.officers.districts import district_of
from frontend.pages.refusals import refusal_in_words
from geo_data.models import Stage
from geo_data.tables.findings import Finding
from geo_data.tables.rule_table import LONGEST_CAP, LONGEST_REASON, StatedRule, faults_of_rule, stated
from zoning.models import ZonePlan
from zoning.permissions import rule_for
from zoning.selectors.rules import (
    has_other_rules_now,
    known_codes,
    list_rules_in_force,
    list_rules_of_plan,
    list_withdrawn_rules,
    rules_in_words,
)
from zoning.services.rules import state_rule, withdraw_rule

SHOWN_RULES = 100
KINDS = (
    ("lock", gettext_lazy("Fixed: the estate stays with the school (unit and school)")),
    ("forbid", gettext_lazy("Never: the estate is not with the school (unit and school)")),
    ("enclave", gettext_lazy("Enclave: the estate may lie apart in the school's zone (unit and school)")),
    (
        "cap",
        gettext_lazy(
            "Longest way: none is longer; with a school, to that one, say by bus or to board (metres)"
        ),
    ),
    ("link", gettext_lazy("Adjoining: two estates count as neighbours, say by a bridge (two units)")),
    ("no_link", gettext_lazy("Not adjoining: two estates do not, say for a motorway (two units)")),
    ("township", gettext_lazy("Townships: no estate has a school of another township (nothing more)")),
)
FIELD_OF = {"unit_id": "unit", "other_unit_id": "other_unit", "school_id": "school", "metres": "metres"}


class RuleForm(forms.Form):
    """A rule of drawing; estates and schools by name or code."""

    stage = forms.ChoiceField(label=gettext_lazy("Stage"), choices=Stage.choices)
    kind = forms.ChoiceField(label=gettext_lazy("What holds"), choices=KINDS)
    unit = forms.CharField(
        label=gettext_lazy("Estate or village"),
        help_text=gettext_lazy("Its name or code."),
        required=False,
        max_length=100,
    )
    school = forms.CharField(
        label=gettext_lazy("School"),
        help_text=gettext_lazy("Its name or code."),
        required=False,
        max_length=100,
    )
    other_unit = forms.CharField(
        label=gettext_lazy("Other estate or village"),
        help_text=gettext_lazy("For neighbours only."),
        required=False,
        max_length=100,
    )
    metres = forms.IntegerField(
        label=gettext_lazy("Metres"),
        help_text=gettext_lazy("For the longest way only."),
        required=False,
        min_value=1,
        max_value=LONGEST_CAP,
    )
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=LONGEST_REASON)

    def __init__(self, *args: Any, district_code: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.district_code = district_code

    def clean(self) -> dict[str, Any]:
        """Return the fields with the rule as `stated`, names become codes; faults stand at their field."""
        asked = super().clean() or {}
        if self.errors:
            return asked
        units, schools = known_codes(self.district_code, Stage(asked["stage"]))
        unit, other = self._code("unit", units), self._code("other_unit", units)
        school = self._code("school", schools)
        rule = stated(asked["kind"], unit, other, school, asked["metres"], asked["reason"])
        for code, part in faults_of_rule(rule, units=units, schools=schools):
            if FIELD_OF[part] not in self.errors:
                self.add_error(FIELD_OF[part], Finding(code).sentence(language()))
        return {**asked, "stated": rule}

    def _code(self, name: str, known: Mapping[str, str]) -> str:
        """Return the code of what was written: a code, or a name that only one bears; what is unknown stays."""
        written = str(self.cleaned_data[name]).strip()
        if not written or written in known:
            return written
        codes = [code for code, called in known.items() if called == written]
        if len(codes) > 1:
            self.add_error(name, _("Several have this name; write the code."))
        return codes[0] if codes else written


class WithdrawForm(forms.Form):
    """Why a rule ends, and that it is meant."""

    reason = forms.CharField(label=gettext_lazy("Why"), max_length=LONGEST_REASON)
    confirmed = forms.BooleanField(
        label=gettext_lazy("New plans need not keep this rule. Plans drawn under it keep it on record.")
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def rules(request: HttpRequest, person: User) -> HttpResponse:
    """List the rules in force and those withdrawn; state a new one."""
    district = district_of(request, person)
    form = RuleForm(request.POST or None, district_code=district.code)
    if request.method == "POST":
        require(person, Action.EDIT_ZONES, district.code)
        if form.is_valid() and _is_stated(person, district.code, form):
            messages.success(request, _("The rule is in force. It counts for plans drawn from now on."))
            return redirect("zone-rules")
    context = {
        "district": district,
        "in_force": rules_in_words(district.code, list_rules_in_force(district.code)),
        "withdrawn": rules_in_words(district.code, list_withdrawn_rules(district.code)[:SHOWN_RULES]),
        "form": form if may(person, Action.EDIT_ZONES, district.code) else None,
    }
    return render(request, "officers/zone_rules.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def withdraw(request: HttpRequest, person: User, rule_id: UUID) -> HttpResponse:
    """Ask for the reason and a confirmation, then end the rule."""
    rule = rule_for(person, Action.EDIT_ZONES, rule_id)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_rule(
                actor=person, now=timezone.now(), rule_id=rule_id, reason=form.cleaned_data["reason"]
            )
        except DomainError as refusal:
            form.add_error(None, refusal_in_words(refusal))
        else:
            messages.success(request, _("The rule was withdrawn."))
            return redirect("zone-rules")
    [shown] = rules_in_words(rule.district_id, [rule])
    context = {"one": shown, "form": form}
    return render(request, "officers/zone_rule_withdraw.html", context, status=422 if form.errors else 200)


def rules_context(plan: ZonePlan) -> dict[str, Any]:
    """Return what the page of a plan says of rules: those it pins, and whether others are in force now."""
    pinned = list_rules_of_plan(plan).select_related("stated_by")
    return {
        "plan_rules": rules_in_words(plan.district_id, pinned),
        "has_other_rules": has_other_rules_now(plan),
        "islands": _islands(plan),
    }


def _islands(plan: ZonePlan) -> list[str]:
    """Return the names of the estates that may lie apart because they do today."""
    codes = [unit for unit, _school in plan.report.get("islands", ())]
    if not codes:
        return []
    units, _schools = known_codes(plan.district_id, Stage(plan.stage))
    return [units.get(code) or code for code in codes]


def _is_stated(person: User, district_code: str, form: RuleForm) -> bool:
    rule: StatedRule = form.cleaned_data["stated"]
    try:
        state_rule(
            actor=person,
            now=timezone.now(),
            district_code=district_code,
            stage=Stage(form.cleaned_data["stage"]),
            stated=rule,
        )
    except DomainError as refusal:
        form.add_error(None, refusal_in_words(refusal))
        return False
    return True
