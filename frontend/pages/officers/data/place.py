"""Where a file falls on the map that was stopped for its coordinates: as declared, and in the likely systems."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import shapely
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.permissions import Action
from frontend.pages.guards import for_staff
from frontend.pages.officers.data.access import dataset_for
from frontend.pages.officers.data.maps import Role, feature, given, schools_layer, units_layer
from frontend.pages.officers.data.systems import system_in_words
from geo_data.models import Dataset, DatasetKind
from geo_data.selectors.datasets import find_current_dataset

LIKELY = "likely"
Preview = Mapping[str, Any]  # as `Preview.as_data` writes it


@dataclass(frozen=True, slots=True)
class SystemLine:
    """Where the file falls in one system, in words."""

    key: str
    name: str
    title: str
    words: str
    outcome: str
    may_choose: bool


@require_safe
@for_staff
def place(request: HttpRequest, person: User, dataset_id: UUID) -> HttpResponse:
    """Show the file over the units and schools in use."""
    found = dataset_for(person, Action.IMPORT_DATA, dataset_id)
    context = {
        "dataset": found,
        "systems": system_lines(found.preview, may_choose=_is_kept(found)),
        "places": {"layers": system_layers(found.district_id, found.preview)},
        "base_map": find_current_dataset(found.district_id, DatasetKind.BASE_MAP),
        "back": reverse("version", args=[found.pk]),
    }
    return render(request, "officers/data/place.html", context)


def system_lines(previews: Sequence[Preview], *, may_choose: bool) -> list[SystemLine]:
    """Return where a file falls as declared and in the likely systems, in words."""
    return [_line(number, preview, may_choose) for number, preview in enumerate(previews)]


def system_layers(district_code: str, previews: Sequence[Preview]) -> list[Mapping[str, Any]]:
    """Return the same for the map, over the units and schools in use."""
    layers = [*units_layer(district_code), *schools_layer(district_code)]
    for number, preview in enumerate(previews):
        role: Role = "likely" if preview["role"] == LIKELY else "wrong"
        words = system_in_words(preview["system"])
        shape = feature(preview["geometry"], f"s{number}", words)
        layers.append(given(role, words, [shape], shown=role == "likely" or not layers))
    return layers


def _is_kept(found: Dataset) -> bool:
    return found.upload is not None and found.upload.deleted_at is None


def _line(number: int, preview: Preview, may_choose: bool) -> SystemLine:
    middle = shapely.centroid(shapely.geometry.shape(preview["geometry"]))
    is_likely = preview["role"] == LIKELY
    return SystemLine(
        key=f"s{number}",
        name=preview["system"],
        title=_("Likely") if is_likely else _("As declared"),
        words=system_in_words(preview["system"]),
        outcome=_("Its middle is at %(longitude)s° east, %(latitude)s° north.")
        % {"longitude": f"{middle.x:.4f}", "latitude": f"{middle.y:.4f}"},
        may_choose=is_likely and may_choose,
    )
