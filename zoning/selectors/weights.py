"""The weights that an officer chooses for a district, and whether its data tell what they speak of."""

from collections.abc import Mapping
from dataclasses import fields

from common.errors import MalformedInput
from geo_data.models import Dataset, Stage
from geo_data.selectors.units import list_units
from geo_data.tables.school_table import STANDARD_CLASS
from zoning.engine.faults import LARGEST_CLASS
from zoning.engine.objective import HEAVIEST, HEAVIEST_M, PRESETS, Weights, weighted

# Only files state the land, and which ways cross a main road: measured walks count the penalty of a crossing already.
OF_FILES = frozenset({"shape_m", "crossing_m"})
OFFERED: Mapping[str, int] = {
    one.name: HEAVIEST.get(one.name, HEAVIEST_M) for one in fields(Weights) if one.name not in OF_FILES
}


class UnknownPreset(MalformedInput):
    """There is no such preset."""

    code = "unknown_preset"


class UnusableWeights(MalformedInput):
    """There is no such weight, no such number of metres, or the data do not tell what it would count."""

    code = "unusable_weights"


def usable_weights(preset: str, changes: Mapping[str, int]) -> Weights:
    """Return the preset's weights with these changed. Raises UnknownPreset and UnusableWeights."""
    if preset not in PRESETS:
        raise UnknownPreset("there is no such preset", preset=preset, presets=sorted(PRESETS))
    for name in sorted(OF_FILES & set(changes)):
        message = "shapes and main roads count only where files state the land and the crossings"
        raise UnusableWeights(message, weights=dict(changes), option=name)
    try:
        return weighted(preset, changes)
    except ValueError as fault:
        raise UnusableWeights(str(fault), weights=dict(changes)) from fault


def class_size_of(stage: Stage, weights: Weights, stated: int | None) -> int:
    """Return the children of a full class, those of the standard where none are stated; 0 where classes do not count.

    Raises UnusableWeights for a size that no class has, and for one that would count for nothing.
    """
    if stated is not None and not weights.class_seat_m:
        message = "the size of a class counts only where empty seats in classes do: class_seat_m"
        raise UnusableWeights(message, class_size=stated, option="class_size")
    if stated is not None and not 1 <= stated <= LARGEST_CLASS:
        message = f"a class has from 1 to {LARGEST_CLASS} children"
        raise UnusableWeights(message, class_size=stated, option="class_size")
    return (stated or STANDARD_CLASS[stage]) if weights.class_seat_m else 0


def refuse_unknown(units: Dataset, changes: Mapping[str, int]) -> None:
    """Raise UnusableWeights where township borders shall count and no unit states its township."""
    if changes.get("township_child_m") and not list_units(units).exclude(township="").exists():
        message = "no unit states its township, so township borders cannot count"
        raise UnusableWeights(message, weights=dict(changes), option="township_child_m")
