"""Children by unit, category and entry year, and the cohorts that nobody has counted yet."""

from collections.abc import Mapping, Sequence

import numpy as np

from geo_data.projection.age import births_of, entry_year
from geo_data.projection.frame import Frame
from geo_data.projection.records import AgeRule, Born, FloatArray, IntArray, Source

LEAST_SHARE_OF_OLDER = 2  # a cohort of less than half the next older one was not counted whole


def count_children(births: Sequence[Born], frame: Frame, rule: AgeRule) -> Mapping[int, IntArray]:
    """Return by entry year the children [n_units + 1, n_categories]; the last row lives in no known unit.

    Source: docs/projection.md (children).
    """
    counted: dict[int, IntArray] = {}
    years: dict[int, int] = {}
    for group in births:
        day = group.born_on.toordinal()
        if day not in years:
            years[day] = entry_year(group.born_on, rule)
        table = counted.setdefault(years[day], frame.empty())
        table[frame.row(group.unit), frame.column(group.category)] += group.children
    return counted


def last_counted_year(counted: Mapping[int, IntArray], source: Source) -> int:
    """Return the last entry year whose children the census holds whole; the year before the first one if none.

    Going on from the first projected year: all were born on or before the day of the census, and there are not
    fewer than half as many as in the cohort before. The first year that fails ends the search.
    Source: docs/projection.md (cohorts that nobody has counted).
    """
    before = int(counted[source.first_year - 1].sum()) if source.first_year - 1 in counted else 0
    year = source.first_year
    while year in counted:
        children = int(counted[year].sum())
        born_whole = (births_of(source.rule, year)[1] - source.as_of).days <= 1
        if not born_whole or not children or LEAST_SHARE_OF_OLDER * children < before:
            break
        before, year = children, year + 1
    return year - 1


def carried_cohort(youngest_first: Sequence[FloatArray], townships: IntArray) -> FloatArray:
    """Return a cohort that nobody has counted: as large as the youngest, spread over units like the youngest few.

    youngest_first -- cohorts [n_units + 1, n_categories], at least one, the youngest first
    townships      -- [n_units + 1] number of each unit's township, from 0
    Each township keeps its total of the youngest cohort by category, where growth shows first; inside it the units
    share it as they share the youngest cohorts together, because one year of a small unit is mostly chance.
    Source: docs/projection.md (cohorts that nobody has counted).
    """
    totals = _by_township(youngest_first[0], townships)
    together: FloatArray = np.stack(youngest_first).sum(axis=0)
    sums = _by_township(together, townships)[townships]
    shares = np.divide(together, sums, out=np.zeros_like(together), where=sums > 0)
    return np.asarray(shares * totals[townships])


def _by_township(table: FloatArray, townships: IntArray) -> FloatArray:
    sums = np.zeros((int(townships.max()) + 1, table.shape[1]))
    np.add.at(sums, townships, table)
    return sums
