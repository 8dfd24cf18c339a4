"""What the district states for its projections: when seats are short, how many children new dwellings bring."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.permissions import Action, may, require
from common.errors import DomainError
from frontend.pages.guards import for_staff
from frontend.pages.officers.districts import district_of
from frontend.pages.officers.forecast_words import YieldLine, yield_lines
from frontend.pages.refusals import refusal_in_words
from geo_data.models import HousingKind, ProjectionSettings, Stage
from geo_data.models.projection_settings import REASON_LETTERS
from geo_data.projection.records import YEARS_AHEAD, HousingYield
from geo_data.projection.seat_warnings import Thresholds
from geo_data.projection.stated import LARGEST_THRESHOLD, MOST_CHILDREN, MOST_YEARS
from geo_data.selectors.projection_settings import (
    StatedSettings,
    current_settings,
    list_settings,
    settings_of,
)
from geo_data.services.projection_settings import ProjectionSettingsUnfit, state_settings

SHOWN_VERSIONS = 50
FIELDS_OF_REASONS = {
    "thresholds_out_of_order": "yellow",
    "warned_years_out_of_range": "warned_years",
    "moved_in_out_of_range": "moved-commercial",
    "children_out_of_range": "children-commercial",
}


class FiguresField(forms.CharField):
    """Whole numbers, separated by spaces or commas."""

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        super().__init__(max_length=200, **kwargs)
        self.most = most

    def clean(self, value: Any) -> tuple[int, ...]:
        """Return the numbers."""
        words = str(super().clean(value)).replace("，", " ").replace("、", " ").replace(",", " ").split()
        if not all(word.isascii() and word.isdecimal() for word in words) or len(words) > MOST_YEARS:
            raise forms.ValidationError(_("Write whole numbers with spaces between them, a number a year."))
        figures = tuple(int(word) for word in words)
        if any(figure > self.most for figure in figures):
            raise forms.ValidationError(_("Each number is at most %(most)s."), params={"most": self.most})
        return figures


class PercentField(forms.DecimalField):
    """A share of the seats with one decimal."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.NumberInput({"class": "short", "step": "0.1"})
        most = LARGEST_THRESHOLD // 10
        super().__init__(min_value=1, max_value=most, max_digits=4, decimal_places=1, widget=widget, **kwargs)


class SettingsForm(forms.Form):
    """Thresholds in per cent of the seats, yields by full years since delivery, and why."""

    yellow = PercentField(label=gettext_lazy("Yellow above, percent of the seats"))
    orange = PercentField(label=gettext_lazy("Orange above, percent of the seats"))
    red = PercentField(label=gettext_lazy("Red above, percent of the seats"))
    warned_years = forms.IntegerField(
        label=gettext_lazy("Years ahead in which a colour is a warning"),
        help_text=gettext_lazy("Later years are an outlook."),
        min_value=1,
        max_value=YEARS_AHEAD,
        widget=forms.NumberInput({"class": "short"}),
    )
    number = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy("Name the document or the survey. It is shown with the figures."),
        max_length=REASON_LETTERS,
        widget=forms.Textarea({"rows": 3}),
    )

    def __init__(self, data: Any, *, settings: StatedSettings) -> None:
        super().__init__(data, initial=_initial(settings))
        self.kinds = tuple(kind for kind in HousingKind if kind in settings.yields)
        for kind in self.kinds:
            self.fields[f"moved-{kind}"] = FiguresField(
                label=gettext_lazy("Moved in, in %"), most=100, widget=forms.TextInput({"class": "wide"})
            )
            self.fields[f"children-{kind}"] = FiguresField(
                label=gettext_lazy("Children of one entry year in 1,000 dwellings lived in"),
                most=MOST_CHILDREN,
                widget=forms.TextInput({"class": "wide"}),
            )

    def groups(self) -> list[tuple[str, list[Any]]]:
        """Return the fields of every kind of dwelling under its name."""
        return [(str(kind.label), [self[f"moved-{kind}"], self[f"children-{kind}"]]) for kind in self.kinds]

    def thresholds(self) -> list[Any]:
        """Return the fields of the warnings."""
        return [self[name] for name in ("yellow", "orange", "red", "warned_years")]

    def stated(self) -> StatedSettings:
        """Return what was written."""
        said = self.cleaned_data
        yellow, orange, red = (int(said[name] * 10) for name in ("yellow", "orange", "red"))
        return StatedSettings(
            number=said["number"],
            thresholds=Thresholds(yellow, orange, red, said["warned_years"]),
            yields={
                kind.value: HousingYield(said[f"moved-{kind}"], said[f"children-{kind}"])
                for kind in self.kinds
            },
        )


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version as it is listed."""

    row: ProjectionSettings
    thresholds: Thresholds
    yields: list[YieldLine]


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def settings_page(request: HttpRequest, person: User, stage: str) -> HttpResponse:
    """Show what holds for new projections and every version of it; take the next one, with a reason."""
    district = district_of(request, person)
    needed = Action.DRAW_ZONES if request.method == "POST" else Action.READ_DISTRICT
    require(person, needed, district.code)
    if stage not in Stage.values:
        raise Http404
    asked = Stage(stage)
    now = current_settings(district.code, asked)
    may_state = may(person, Action.DRAW_ZONES, district.code)
    form = SettingsForm(request.POST or None, settings=now)
    if request.method == "POST" and form.is_valid():
        try:
            state_settings(
                actor=person,
                now=timezone.now(),
                district_code=district.code,
                stage=asked,
                stated=form.stated(),
                reason=form.cleaned_data["reason"],
            )
        except DomainError as refusal:
            _add(form, refusal)
        else:
            messages.success(request, _("The figures hold for every new projection."))
            return redirect(reverse("forecast-settings", args=[stage]))
    rows = list(list_settings(district.code, asked)[:SHOWN_VERSIONS])
    context: dict[str, Any] = {
        "district": district,
        "stage": asked,
        "stages": Stage.choices,
        "settings": now,
        "yields": yield_lines(now.yields),
        "form": form if may_state else None,
        "versions": [_line(row) for row in rows],
    }
    return render(request, "officers/forecast/settings.html", context, status=422 if form.errors else 200)


def _line(row: ProjectionSettings) -> VersionLine:
    stated = settings_of(row)
    return VersionLine(row, stated.thresholds, yield_lines(stated.yields))


def _add(form: SettingsForm, refusal: DomainError) -> None:
    """Put a refusal beside the fields it is about."""
    if not isinstance(refusal, ProjectionSettingsUnfit):
        form.add_error(None, refusal_in_words(refusal))
        return
    words = {
        "thresholds_out_of_order": _("Yellow comes before orange, orange before red."),
        "warned_years_out_of_range": _("At least one year, at most six."),
        "moved_in_out_of_range": _("A share of homes lived in cannot fall from year to year."),
        "children_out_of_range": _("This is more than one child of the same year in every home."),
    }
    for reason in refusal.reasons:
        form.add_error(FIELDS_OF_REASONS.get(reason), words.get(reason, reason))


def _initial(settings: StatedSettings) -> dict[str, Any]:
    thresholds = settings.thresholds
    figures: dict[str, Any] = {
        name: f"{getattr(thresholds, name) / 10:g}" for name in ("yellow", "orange", "red")
    }
    for kind, one in settings.yields.items():
        figures[f"moved-{kind}"] = " ".join(str(share) for share in one.moved_in_percent)
        figures[f"children-{kind}"] = " ".join(str(count) for count in one.children_per_1000)
    return {**figures, "warned_years": thresholds.warned_years, "number": settings.number}
