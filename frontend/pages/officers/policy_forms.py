"""The forms of a policy on its way to families."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from admissions.rules.policy_records import ApprovalStep
from frontend.pages.officers.policy_words import STEPS

MOST_CHARACTERS = 200_000


class PolicyForm(forms.Form):
    """A text and what changed in it."""

    text = forms.CharField(
        label=_("The policy, as YAML"),
        max_length=MOST_CHARACTERS,
        strip=False,
        widget=forms.Textarea({"rows": 30, "spellcheck": "false", "class": "code"}),
    )
    remark = forms.CharField(
        label=_("What is new in it, and why"),
        help_text=_("Those who approve read this first."),
        required=False,
        max_length=300,
    )


class StepForm(forms.Form):
    """A step that the bureau took, with the paper that shows it."""

    step = forms.ChoiceField(label=_("Step"))
    done_on = forms.DateField(
        label=_("Done on"), widget=forms.DateInput({"type": "date", "class": "short"}, "%Y-%m-%d")
    )
    reference = forms.CharField(
        label=_("Number or name of the paper"),
        help_text=_("For example 样教发〔2026〕12 号, or the day and number of the minutes."),
        max_length=200,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["step"].choices = [(step.value, STEPS[step]) for step in ApprovalStep]  # type: ignore[attr-defined]


class WithdrawForm(forms.Form):
    """Why a version is taken back."""

    reason = forms.CharField(label=_("Why"), max_length=300)
    confirmed = forms.BooleanField(label=_("Yes, I am sure. The text stays on record."))


class PublishPolicyForm(forms.Form):
    """Everybody will be able to read it."""

    confirmed = forms.BooleanField(
        label=_("I have read the text. Families will read it, and the round of the year will rest on it.")
    )


class ApproveForm(forms.Form):
    """One person's approval of this very text."""

    confirmed = forms.BooleanField(
        label=_("I have read the text and the findings, and I approve this text. I did not write it.")
    )
