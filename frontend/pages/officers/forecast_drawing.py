"""What charts and maps of a projection are drawn from; the tables beside them hold the same figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from geo_data.models import DatasetKind, Projection
from geo_data.projection.age import cut_off
from geo_data.projection.defaults import RULES
from geo_data.selectors.datasets import find_current_dataset
from geo_data.selectors.projections import ages_by_sex, claimants_by_unit, projected_years
from geo_data.selectors.units import list_units
from zoning.selectors.outlook import ZoneOutlook

HEAT_STEPS = (0, 5, 10, 20, 40, 80)  # children at most, of every colour but the last
BAR_HEIGHT, BAR_GAP, HALF_WIDTH, MIDDLE = 16, 4, 200, 44


@dataclass(frozen=True, slots=True)
class PyramidBar:
    """Girls and boys of an age; lengths and places in the units of the drawing."""

    age: int
    girls: int
    boys: int
    y: int
    text_y: int
    girls_x: int
    girls_width: int
    boys_width: int


@dataclass(frozen=True, slots=True)
class Pyramid:
    """Children by age and sex on the cut-off day of the census year, the oldest on top."""

    on: date
    bars: tuple[PyramidBar, ...]
    height: int
    girls: int
    boys: int


def pyramid(projection: Projection) -> Pyramid | None:
    """Return the pyramid of the census, None where it holds nobody."""
    census = projection.children_dataset
    if census is None:
        return None
    taken = date.fromisoformat(str(projection.parameters["as_of"]))
    on = cut_off(RULES[projection.stage], taken.year)
    counted = {age: pair for age, pair in ages_by_sex(census, on).items() if age >= 0}
    if not counted:
        return None
    longest = max(max(pair) for pair in counted.values()) or 1
    bars = []
    for place, (age, (girls, boys)) in enumerate(sorted(counted.items(), reverse=True)):
        y = place * (BAR_HEIGHT + BAR_GAP)
        width = round(HALF_WIDTH * girls / longest)
        bars.append(
            PyramidBar(
                age,
                girls,
                boys,
                y,
                y + BAR_HEIGHT - 4,
                HALF_WIDTH - width,
                width,
                round(HALF_WIDTH * boys / longest),
            )
        )
    totals = [sum(pair[sex] for pair in counted.values()) for sex in (0, 1)]
    return Pyramid(on, tuple(bars), len(bars) * (BAR_HEIGHT + BAR_GAP), totals[0], totals[1])


def chart_data(zone: ZoneOutlook, history: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """Return the lines of a zone or the district; src/forecast/options.ts names the same fields."""
    return {
        "past": [{"year": one["year"], "actual": one["actual"]} for one in history],
        "years": [
            {
                "year": year.entry_year,
                "low": year.low,
                "medium": year.demand,
                "high": year.high,
                "seats": year.seats,
            }
            for year in zone.years
        ],
    }


def heat_data(projection: Projection, year: int) -> dict[str, Any]:
    """Return the units of a year by expected entrants, most first, and what the map needs; nine queries."""
    names = dict(list_units(projection.units_dataset).values_list("code", "name"))
    by_year = {one: claimants_by_unit(projection, one) for one in projected_years(projection)}
    rows = sorted(
        ((code, names[code], count) for code, count in by_year[year].items() if code in names),
        key=lambda row: (-row[2], row[0]),
    )
    base = find_current_dataset(projection.district_id, DatasetKind.BASE_MAP)
    return {
        "rows": rows,
        "total": sum(by_year[year].values()),
        "without_unit": by_year[year].get("", 0),
        "legend": [(step, f"{low}–{most}" if most > low else f"{most}") for step, low, most in _ranges()]
        + [(len(HEAT_STEPS), f"> {HEAT_STEPS[-1]}")],
        "heat": {
            "units": str(projection.units_dataset_id),
            "baseMap": str(base.pk) if base else "",
            "year": year,
            "steps": HEAT_STEPS,
            "entrants": {str(one): counts for one, counts in by_year.items()},
            "address": reverse("forecast-map", args=[projection.pk]),
        },
    }


def heat_step(entrants: int) -> int:
    """Return the number of the colour: the first whose limit is not exceeded."""
    return next((step for step, most in enumerate(HEAT_STEPS) if entrants <= most), len(HEAT_STEPS))


def _ranges() -> list[tuple[int, int, int]]:
    lows = (0, *(most + 1 for most in HEAT_STEPS[:-1]))
    return [(step, low, most) for step, (low, most) in enumerate(zip(lows, HEAT_STEPS, strict=True))]
