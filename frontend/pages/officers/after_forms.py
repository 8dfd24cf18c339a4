"""The forms of the office after results."""

from collections.abc import Mapping
from datetime import datetime

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

MOMENTS = ("opens_at", "closes_at", "review_until", "draw_at", "results_at", "confirm_until")


def _moment(label: object) -> forms.DateTimeField:
    widget = forms.DateTimeInput({"type": "datetime-local", "class": "short"}, "%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget)  # type: ignore[arg-type]  # a lazy text


class AnswerForm(forms.Form):
    """What a family said, and how the officer knows."""

    receipt = forms.CharField(label=_("Receipt number"), max_length=20)
    answer = forms.ChoiceField(
        label=_("What the family says"),
        choices=[
            ("confirm", _("It takes the place")),
            ("decline", _("It gives the place up")),
            ("restore", _("It takes back a place given up or lapsed, still free")),
        ],
    )
    reason = forms.CharField(
        label=_("Reason"), help_text=_("For example: by telephone, the family moves away."), max_length=300
    )
    confirmed = forms.BooleanField(label=_("Yes, I am sure"))


class LeftOffForm(forms.Form):
    """Which child, and how it came to be left off."""

    receipt = forms.CharField(label=_("Receipt number"), max_length=20)
    reason = forms.CharField(label=_("How the child came to be left off"), max_length=300)
    confirmed = forms.BooleanField(label=_("Yes, I am sure"))


class RefillForm(forms.Form):
    """The calendar of the refill round, and why it is held."""

    published_on = forms.DateField(
        label=_("Published on"), widget=forms.DateInput({"type": "date", "class": "short"}, "%Y-%m-%d")
    )
    opens_at = _moment(_("Applications open"))
    closes_at = _moment(_("Applications close"))
    review_until = _moment(_("Review until"))
    draw_at = _moment(_("Draw"))
    results_at = _moment(_("Results"))
    confirm_until = _moment(_("Families answer until"))
    reason = forms.CharField(label=_("Why seats are offered again"), max_length=300)
    confirmed = forms.BooleanField(label=_("Yes, I am sure"))

    def calendar(self) -> Mapping[str, str]:
        """Return the moments in the form of a policy."""
        moments: dict[str, datetime] = {name: self.cleaned_data[name] for name in MOMENTS}
        written = {name: timezone.localtime(moment).isoformat() for name, moment in moments.items()}
        return {"published_on": self.cleaned_data["published_on"].isoformat(), **written}
