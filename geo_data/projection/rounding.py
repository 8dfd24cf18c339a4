"""From exact shares to whole children: units add up to their township, townships to the district.

Exact children are kept as thousandths, whole numbers themselves, so that every remainder and every tie is the same
on every machine, and so that schools and zones can be added up from them before anything is rounded: the sum of many
small rounded units would be far off.
"""

import numpy as np

from geo_data.projection.records import FloatArray, IntArray

THOUSAND = 1000


def thousandths(exact: FloatArray) -> IntArray:
    """Return exact children as whole thousandths, a half to the even one.

    Source: docs/projection.md (rounding).
    """
    return np.asarray(np.rint(exact * THOUSAND), dtype=np.int64)


def half_up(milli: int) -> int:
    """Return whole children for thousandths that are not negative; a half goes up.

    Source: docs/projection.md (rounding).
    """
    return (milli + THOUSAND // 2) // THOUSAND


def whole_children(milli: IntArray, most: IntArray | None = None, total: int | None = None) -> IntArray:
    """Return whole children by largest remainder that add up to `total`, or else to the rounded sum.

    milli -- [n] thousandths, not negative, in the order of the codes; total -- at least the sum of the whole parts
    most  -- [n] not less than the whole parts, or None for no limit
    1. Everybody gets the whole part. 2. What is missing to the total goes, one child each, to the largest
    remainders; ties to the smaller code, which is the earlier position. Nobody goes above `most`; when all who
    have room were served and something is left, they are served again.
    Source: docs/projection.md (rounding).
    """
    whole: IntArray = milli // THOUSAND
    missing = (half_up(int(milli.sum())) if total is None else total) - int(whole.sum())
    order = np.argsort(-(milli % THOUSAND), kind="stable")
    while missing > 0:
        served = order if most is None else order[whole[order] < most[order]]
        if not len(served):
            return whole
        whole[served[:missing]] += 1
        missing -= min(missing, len(served))
    return whole


def whole_by_group(milli: IntArray, groups: IntArray, most: IntArray | None = None) -> IntArray:
    """Return whole children that add up within every group, and the groups to the whole.

    groups -- [n] number of the township of each unit, from 0
    1. Round the groups by largest remainder to the rounded sum of all. 2. Round the units of each group by largest
    remainder to the group's figure. `most` is kept in both.
    Source: docs/projection.md (rounding).
    """
    count = int(groups.max()) + 1
    sums = _sums(milli, groups, count)
    of_groups = whole_children(sums, None if most is None else _sums(most, groups, count))
    whole = np.zeros_like(milli)
    order = np.argsort(groups, kind="stable")
    for inside in np.split(order, np.flatnonzero(np.diff(groups[order])) + 1):
        limit = None if most is None else most[inside]
        whole[inside] = whole_children(milli[inside], limit, int(of_groups[groups[inside[0]]]))
    return whole


def whole_table(milli: IntArray, groups: IntArray, most: IntArray | None = None) -> IntArray:
    """Return `whole_by_group` of every column of a table [n_units, n_categories].

    Source: docs/projection.md (rounding).
    """
    columns = range(milli.shape[1])
    limits = [None if most is None else most[:, column] for column in columns]
    return np.stack(
        [whole_by_group(milli[:, column], groups, limits[column]) for column in columns],
        axis=1,
    )


def _sums(values: IntArray, groups: IntArray, count: int) -> IntArray:
    sums = np.zeros(count, dtype=np.int64)
    np.add.at(sums, groups, values)
    return sums
