"""The weights that an officer chooses for a district, and whether its data tell what they speak of."""

from collections.abc import Mapping
from dataclasses import fields

from common.errors import MalformedInput
from geo_data.models import Dataset, DistanceMeasure, Stage
from geo_data.selectors.units import list_units
from geo_data.tables.school_table import STANDARD_CLASS
from zoning.engine.faults import LARGEST_CLASS
from zoning.engine.objective import HEAVIEST, HEAVIEST_M, PRESETS, Weights, weighted

OF_FILES = frozenset({"shape_m"})  # only files state the land
OFFERED: Mapping[str, int] = {
    one.name: HEAVIEST.get(one.name, HEAVIEST_M) for one in fields(Weights) if one.name not in OF_FILES
}


class UnknownPreset(MalformedInput):
    """There is no such preset."""

    code = "unknown_preset"


class UnusableWeights(MalformedInput):
    """There is no such weight, no such number of metres, or the data do not tell what it would count."""

    code = "unusable_weights"


class RoadsNeedWalks(UnusableWeights):
    """Main roads shall count, and the plan would be drawn by straight lines: only walks know what they cross."""

    code = "roads_need_walks"


class RoadsNotCounted(UnusableWeights):
    """Main roads shall count, and the walks were measured before crossings were counted: measure them again."""

    code = "roads_not_counted"


def usable_weights(preset: str, changes: Mapping[str, int]) -> Weights:
    """Return the preset's weights with these changed. Raises UnknownPreset and UnusableWeights."""
    if preset not in PRESETS:
        raise UnknownPreset("there is no such preset", preset=preset, presets=sorted(PRESETS))
    for name in sorted(OF_FILES & set(changes)):
        message = "shapes count only where files state the land"
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


def refuse_unknown(units: Dataset, measure: DistanceMeasure | None, changes: Mapping[str, int]) -> None:
    """Refuse weights of what the data do not tell; `measure` None stands for straight lines.

    Raises UnusableWeights where township borders shall count and no unit states its township, RoadsNeedWalks and
    RoadsNotCounted.
    """
    if changes.get("township_child_m") and not list_units(units).exclude(township="").exists():
        message = "no unit states its township, so township borders cannot count"
        raise UnusableWeights(message, weights=dict(changes), option="township_child_m")
    if not changes.get("crossing_m"):
        return
    if measure is None:
        message = "straight lines cross no streets, so main roads cannot count; measure walks"
        raise RoadsNeedWalks(message, option="crossing_m")
    if not measure.counts_crossings:
        message = "these walks do not say which main roads they cross; measure the walks again"
        raise RoadsNotCounted(message, measure=measure.number, option="crossing_m")
