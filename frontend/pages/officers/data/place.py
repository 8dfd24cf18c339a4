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
from frontend.pages.officers.data.advice import exchanging
from frontend.pages.officers.data.maps import Role, feature, given, schools_layer, units_layer
from frontend.pages.officers.data.systems import system_in_words
from geo_data.models import Dataset, DatasetKind
from geo_data.selectors.datasets import find_current_dataset

LIKELY, SWAPPED = "likely", "swapped"
Preview = Mapping[str, Any]  # as `Preview.as_data` writes it


@dataclass(frozen=True, slots=True)
class SystemLine:
    """Where the file falls in one system, in words."""

    key: str
    name: str
    title: str
    words: str
    outcome: str
    fields: Sequence[tuple[str, str]]
    is_exchange: bool


@require_safe
@for_staff
def place(request: HttpRequest, person: User, dataset_id: UUID) -> HttpResponse:
    """Show the file over the units and schools in use."""
    found = dataset_for(person, Action.IMPORT_DATA, dataset_id)
    context = {
        "dataset": found,
        "systems": system_lines(found.preview, found if _is_kept(found) else None),
        "places": {"layers": system_layers(found.district_id, found.preview)},
        "base_map": find_current_dataset(found.district_id, DatasetKind.BASE_MAP),
        "back": reverse("version", args=[found.pk]),
    }
    return render(request, "officers/data/place.html", context)


def system_lines(previews: Sequence[Preview], kept: Dataset | None) -> list[SystemLine]:
    """Return where a file falls as declared and in the likely systems, in words.

    kept -- the version whose file is kept, so that it can be checked again with another system; None: no such button
    """
    return [_line(number, preview, kept) for number, preview in enumerate(previews)]


def system_layers(district_code: str, previews: Sequence[Preview]) -> list[Mapping[str, Any]]:
    """Return the same for the map, over the units and schools in use."""
    layers = [*units_layer(district_code), *schools_layer(district_code)]
    for number, preview in enumerate(previews):
        role: Role = "likely" if preview["role"] in (LIKELY, SWAPPED) else "wrong"
        words = _words(preview)
        shape = feature(preview["geometry"], f"s{number}", words)
        layers.append(given(role, words, [shape], shown=role == "likely" or not layers))
    return layers


def _is_kept(found: Dataset) -> bool:
    return found.upload is not None and found.upload.deleted_at is None


def _line(number: int, preview: Preview, kept: Dataset | None) -> SystemLine:
    middle = shapely.centroid(shapely.geometry.shape(preview["geometry"]))
    role, name = preview["role"], preview["system"]
    fields: Sequence[tuple[str, str]] = ()
    if kept is not None and role in (LIKELY, SWAPPED):
        fields = exchanging(kept, name) if role == SWAPPED else (("crs", name),)
    return SystemLine(
        key=f"s{number}",
        name=preview["system"],
        title=_("Likely") if role in (LIKELY, SWAPPED) else _("As declared"),
        words=_words(preview),
        outcome=_("Its middle is at %(longitude)s° east, %(latitude)s° north.")
        % {"longitude": f"{middle.x:.4f}", "latitude": f"{middle.y:.4f}"},
        fields=fields,
        is_exchange=role == SWAPPED,
    )


def _words(preview: Preview) -> str:
    words = system_in_words(preview["system"])
    if preview["role"] != SWAPPED:
        return words
    return _("%(system)s, with the two coordinates exchanged") % {"system": words}
