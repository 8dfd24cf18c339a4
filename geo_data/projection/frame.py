"""The axes of a projection's tables: units and categories, sorted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from geo_data.projection.records import IntArray, Source


@dataclass(frozen=True, slots=True)
class Frame:
    """Position i of a table belongs to `units[i]`; one more row holds what lies in no known unit.

    townships   -- [n_units + 1] number of the township; the last row is a township of its own
    categories  -- sorted codes of the columns
    """

    units: tuple[str, ...]
    townships: IntArray
    categories: tuple[str, ...]
    rows: Mapping[str, int]
    columns: Mapping[str, int]

    def row(self, unit: str) -> int:
        """Return the row of a unit, the last one for a unit that is not known."""
        return self.rows.get(unit, len(self.units))

    def column(self, category: str) -> int:
        """Return the column of a category."""
        return self.columns[category]

    def empty(self) -> IntArray:
        """Return a table of zeros."""
        return np.zeros((len(self.units) + 1, len(self.categories)), dtype=np.int64)


def frame_of(source: Source) -> Frame:
    """Return the axes for everything that the source speaks of. Raises ValueError for a unit named twice."""
    places = sorted(source.places, key=lambda place: place.unit)
    units = tuple(place.unit for place in places)
    if len(set(units)) != len(units):
        raise ValueError("a unit is named twice")
    names = _sorted({place.township for place in places})
    number = {name: i for i, name in enumerate(names)}
    townships = np.array([*(number[place.township] for place in places), len(names)], dtype=np.int64)
    categories = _sorted(
        {born.category for born in source.births} | {claim.category for claim in source.claims}
    )
    return Frame(
        units,
        townships,
        tuple(categories),
        {unit: i for i, unit in enumerate(units)},
        {category: i for i, category in enumerate(categories)},
    )


def _sorted(names: Iterable[str]) -> Sequence[str]:
    return sorted(names)
