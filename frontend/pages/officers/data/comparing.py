"""What confirming a version would change, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from geo_data.models import Dataset, DatasetKind

COLUMNS: Mapping[str, Promise] = {
    "name": gettext_lazy("name"),
    "kind": gettext_lazy("type"),
    "township": gettext_lazy("township"),
    "children": gettext_lazy("number of children"),
    "point": gettext_lazy("place"),
    "area": gettext_lazy("border"),
    "stage": gettext_lazy("stage"),
    "ownership": gettext_lazy("public or private"),
    "address": gettext_lazy("address"),
    "unit_code": gettext_lazy("unit"),
    "capacity": gettext_lazy("seats"),
    "planned_intake": gettext_lazy("planned intake"),
    "classes": gettext_lazy("classes"),
    "group_code": gettext_lazy("school group"),
    "feeds": gettext_lazy("feeder schools"),
    "birth_on": gettext_lazy("birth date"),
    "sex": gettext_lazy("sex"),
    "school_now": gettext_lazy("school now"),
    "household": gettext_lazy("household"),
    "guardians": gettext_lazy("numbers of the guardians"),
    "guardian_index": gettext_lazy("numbers of the guardians"),
    "second_guardian_index": gettext_lazy("numbers of the guardians"),
    "details": gettext_lazy("other details"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """Rows added, changed or removed: how many, and the first of them by name."""

    label: str
    count: int
    samples: Sequence[str]
    columns: Sequence[tuple[str, int]] = ()


@dataclass(frozen=True, slots=True)
class ComparisonInWords:
    """All parts, and the version that was compared with, None where there was none.

    whole -- what is said of a kind that is one thing and not rows: its parts are left out
    """

    against: Dataset | None
    parts: Sequence[Part]
    whole: str = ""


def comparison_in_words(dataset: Dataset) -> ComparisonInWords | None:
    """Return what is stored with a version, or None where nothing was compared."""
    told = dataset.comparison
    if not told:
        return None
    if dataset.kind == DatasetKind.STREETS:
        same = _("The network is the same.") if int(told["same"]) else _("The network is another one.")
        return ComparisonInWords(dataset.compared_with, (), same if dataset.compared_with else "")
    labels = {"added": _("added"), "changed": _("changed"), "removed": _("removed")}
    parts = [_part(label, told[name]) for name, label in labels.items()]
    return ComparisonInWords(dataset.compared_with, [*parts, Part(_("unchanged"), int(told["same"]), ())])


def _part(label: str, told: Mapping[str, Any]) -> Part:
    named = [(str(COLUMNS.get(name, name)), int(rows)) for name, rows in told.get("columns", {}).items()]
    return Part(label, int(told["count"]), [str(key) for key in told["keys"]], named)
