"""Children of dwellings that are not lived in yet."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple

import numpy as np

from geo_data.projection.frame import Frame
from geo_data.projection.records import Estate, FloatArray, HousingYield

OTHER = "other"  # the kind whose figures stand for kinds without their own


def children_of_estate(estate: Estate, year: int, yields: Mapping[str, HousingYield]) -> float:
    """Return the children of one entry cohort who live in the estate in a year; none before it is delivered.

    dwellings x share lived in x share moved in by then x children per dwelling lived in
    Source: docs/projection.md (new housing).
    """
    since = year - estate.delivered_in
    factors = yields.get(estate.kind) or yields.get(OTHER)
    if since < 0 or factors is None:
        return 0.0
    moved_in = factors.moved_in_percent[min(since, len(factors.moved_in_percent) - 1)]
    children = factors.children_per_1000[min(since, len(factors.children_per_1000) - 1)]
    return estate.dwellings * estate.occupied_percent / 100 * moved_in / 100 * children / 1000


def children_of_housing(
    estates: Sequence[Estate],
    frame: Frame,
    year: int,
    *,
    counted_in: int,
    yields: Mapping[str, HousingYield],
    mix: FloatArray,
) -> FloatArray:
    """Return the children [n_units + 1, n_categories] of an entry year who come with new dwellings.

    counted_in -- the year of the census, which holds those who had moved in by then: only the increase counts
    mix        -- [n_categories] shares that add up to 1, or all zero: the district's categories
    Source: docs/projection.md (new housing).
    """
    coming = np.zeros(len(frame.units) + 1)
    for estate in sorted(estates, key=astuple):
        already = children_of_estate(estate, min(counted_in, year), yields)
        coming[frame.row(estate.unit)] += max(0.0, children_of_estate(estate, year, yields) - already)
    return np.outer(coming, mix)
