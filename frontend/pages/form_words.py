"""Forms and their changes in words: what each field is called, and what stands in it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admissions.models import Application
from admissions.rules.application_form import FieldChange
from admissions.rules.vocabulary import VOCABULARY, FactName
from admissions.rules.words import value_words
from admissions.selectors.world import world_of
from frontend.pages.language import language
from geo_data.models import Sex
from geo_data.selectors.units import list_units

LABELS = {
    "child_name": gettext_lazy("The child's name"),
    "birth_on": gettext_lazy("Date of birth"),
    "sex": gettext_lazy("Sex"),
    "unit_code": gettext_lazy("Estate or village"),
    "address": gettext_lazy("Building and flat, or house number"),
    "guardian_name": gettext_lazy("Name of the guardian"),
    "phone": gettext_lazy("Phone number"),
    "private_schools": gettext_lazy("Private schools"),
    "public_schools": gettext_lazy("Public schools"),
    "accepts_coordination": gettext_lazy("If none has a place left"),
    "accepts_adjustment": gettext_lazy("If your private schools are all full"),
    "group_code": gettext_lazy("Twin group"),
    "split_allowed": gettext_lazy("Twins may go to different schools"),
    "facts": gettext_lazy("Further statements of the family"),
}
# Of these an officer reads that they changed; who needs the old value asks the family.
PERSONAL = ("address", "guardian_name", "phone")


@dataclass(frozen=True, slots=True)
class ChangeInWords:
    """A field, and what stood and stands in it."""

    title: str
    before: str
    after: str


def changes_in_words(
    changes: Iterable[FieldChange], application: Application, *, hidden: tuple[str, ...] = ()
) -> list[ChangeInWords]:
    """Return the changes in words; of hidden fields only that they changed."""
    changes = tuple(changes)
    names = _names(application, changes)
    return [
        ChangeInWords(str(LABELS[change.field]), "", "")
        if change.field in hidden
        else ChangeInWords(
            str(LABELS[change.field]),
            _words(change.field, change.before, names),
            _words(change.field, change.after, names),
        )
        for change in changes
    ]


def _names(application: Application, changes: tuple[FieldChange, ...]) -> Mapping[str, str]:
    codes = {
        str(code)
        for change in changes
        if change.field == "unit_code"
        for code in (change.before, change.after)
    }
    names = dict(world_of(application.round).school_names)
    if codes:
        units = list_units(application.round.publication.plan.units_dataset).filter(code__in=codes)
        names |= dict(units.values_list("code", "name"))
    return names


def _words(field: str, value: object, names: Mapping[str, str]) -> str:
    if field == "facts" and isinstance(value, tuple):
        return _statements(value)
    if field == "accepts_coordination":
        return (
            _("The bureau finds the nearest free place") if value else _("The family finds a solution itself")
        )
    if field == "accepts_adjustment":
        return (
            _("The nearest private school that still has a free place")
            if value
            else _("No other private school")
        )
    match value:
        case bool():
            return _("yes") if value else _("no")
        case date():
            return date_format(value, "DATE_FORMAT")
        case tuple():
            return " → ".join(names.get(str(item), str(item)) for item in value) or _("none")
    if field == "sex":
        return str(Sex(str(value)).label)
    return names.get(str(value), str(value)) or _("none")


def _statements(facts: tuple[tuple[FactName, object], ...]) -> str:
    place = 0 if language() == "zh" else 1
    told = (
        f"{(VOCABULARY[name].zh, VOCABULARY[name].en)[place]}: {value_words(value)[place]}"
        for name, value in facts
    )
    return "; ".join(told) or _("none")
