"""The weights of drawing, in words: a folded part of the form, and what a plan was drawn for."""

from collections.abc import Mapping
from dataclasses import dataclass

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frontend.pages.words import PRESETS as PRESET_WORDS
from zoning.engine.faults import LARGEST_CLASS
from zoning.engine.objective import PRESETS
from zoning.selectors.drawn_for import DrawnFor
from zoning.selectors.weights import OFFERED

# Title, and what the number means; what no preset's officer would picture (whether ways count at all) is left out.
WEIGHTS: Mapping[str, tuple[Promise, Promise]] = {
    "moved_child_m": (
        gettext_lazy("A child changes school"),
        gettext_lazy("Metres of way that the change must spare the child."),
    ),
    "moved_unit_m": (
        gettext_lazy("An estate or village changes school"),
        gettext_lazy(
            "Children times metres that the change must spare all its children together, beyond the line above:"
            " 5,000 is five children and a kilometre each."
        ),
    ),
    "parted_child_m": (
        gettext_lazy("Neighbours who share a school now are parted"),
        gettext_lazy("Metres for each child of the smaller of two adjoining estates or villages."),
    ),
    "township_child_m": (
        gettext_lazy("All schools stand in other townships"),
        gettext_lazy("Metres for each child of such an estate or village."),
    ),
    "crossing_m": (
        gettext_lazy("A main road must be crossed"),
        gettext_lazy(
            "Metres for each main road that each child crosses on the way to school, on top of what the walks count"
            " for a crossing already. Walking distances only."
        ),
    ),
    "balance_m": (
        gettext_lazy("Schools are unequally full"),
        gettext_lazy(
            "Metres for each child of a zone that is exactly full; half of it where it is half full."
        ),
    ),
    "class_seat_m": (
        gettext_lazy("Seats stay empty in classes"),
        gettext_lazy("Metres for each empty seat in the classes that a zone must open."),
    ),
    "filling_m": (
        gettext_lazy("Seats stay empty or lack"),
        gettext_lazy("Metres for a zone whose seats are all empty; in proportion otherwise."),
    ),
    "parity_m": (
        gettext_lazy("Zones of several schools are unequally full"),
        gettext_lazy("Metres, as for schools that are unequally full, between such zones only."),
    ),
    "worst_year_m": (
        gettext_lazy("Seats lack in a later year"),
        gettext_lazy(
            "Metres for each child without a seat in the worst later year, where later years are weighed."
        ),
    ),
    "border_m": (
        gettext_lazy("Zones have long borders"),
        gettext_lazy("Metres for every two adjoining estates or villages in different zones."),
    ),
}
SHORT: Mapping[str, Promise] = {
    "fewest_changes": gettext_lazy("few changes"),
    "nearest": gettext_lazy("short ways"),
    "balanced": gettext_lazy("evenly full"),
}


def weight_fields() -> dict[str, forms.IntegerField]:
    """Return a field for every weight, and for the size of a class."""
    fields = {
        name: _number(str(title), f"{meaning} {_in_presets(name)}", 0, OFFERED[name])
        for name, (title, meaning) in WEIGHTS.items()
    }
    title, meaning = _("Children of a full class"), _("45 in primary and 50 in junior schools if left empty.")
    return {**fields, "class_size": _number(title, meaning, 1, LARGEST_CLASS)}


def _number(title: str, meaning: str, least: int, most: int) -> forms.IntegerField:
    limits = _("From %(least)s to %(most)s.") % {"least": f"{least:,}", "most": f"{most:,}"}
    return forms.IntegerField(
        label=title,
        help_text=f"{meaning} {limits}",
        required=False,
        min_value=least,
        max_value=most,
        widget=forms.NumberInput({"class": "short", "inputmode": "numeric"}),
    )


def _in_presets(name: str) -> str:
    """Return what the presets have, where any of them has it."""
    had = {preset: getattr(weights, name) for preset, weights in PRESETS.items() if getattr(weights, name)}
    if not had:
        return _("No choice above counts it.")
    return _("Otherwise: %(values)s.") % {
        "values": _(", ").join(f"{SHORT[preset]} {metres:,}" for preset, metres in had.items())
    }


@dataclass(frozen=True, slots=True)
class WeightLine:
    """A weight that counted, metres as they are read; is_own -- it was changed by hand."""

    title: str
    meaning: str
    metres: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class DrawnForWords:
    """What a plan was drawn for; preset "" where it is not known."""

    preset: str
    has_own: bool
    lines: tuple[WeightLine, ...]
    class_size: int


def drawn_for_in_words(told: DrawnFor | None) -> DrawnForWords | None:
    """Return the weights that counted or were own ones, in the order of the form."""
    if told is None:
        return None
    lines = (
        WeightLine(str(title), str(meaning), f"{told.weights.get(name, 0):,}", name in told.changed)
        for name, (title, meaning) in WEIGHTS.items()
        if told.weights.get(name) or name in told.changed
    )
    preset = str(PRESET_WORDS.get(told.preset or "", "")) if told.preset else ""
    return DrawnForWords(preset, bool(told.changed), tuple(lines), told.class_size)
