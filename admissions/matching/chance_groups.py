"""Chances that may be told: by order, by choice and of a whole line, and never of a handful of children."""

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from admissions.matching.chances import Chance, Redraws, chances_of

LEAST = 5  # of fewer children nothing is told by itself
ALL = 0  # the choice or order of a sum
CHOICE, ORDER = 1, 2  # columns of `Redraws.kinds`


def grouped_chances(redraws: Redraws, *, least: int = LEAST) -> tuple[Chance, ...]:
    """Return the chances by order, by choice, and of whole lines, as far as they may be told.

    1. A group of fewer than `least` children is left out.
    2. A sum is left out when it holds one to `least` - 1 children beside those of the groups told within it:
       taking these away would tell of the few.
    A sum has choice or order 0. By line, choice, order.
    Source: docs/simulating.md.
    """
    by_choice = _merged(redraws, ORDER)
    parts = {
        place: list(same)
        for place, same in groupby(chances_of(redraws), key=lambda part: (part.line_id, part.choice))
    }
    sums = {
        line_id: list(same) for line_id, same in groupby(chances_of(by_choice), key=lambda one: one.line_id)
    }
    told: list[Chance] = []
    for whole in chances_of(_merged(by_choice, CHOICE)):
        within: list[Chance] = []
        counted = 0  # children of the line who are in a group that is told
        for one in sums[whole.line_id]:
            shown, inside = _told(one, parts[one.line_id, one.choice], least)
            within += shown
            counted += inside
        told += [whole, *within] if _may_be_told(whole, counted, least) else within
    return tuple(told)


def _told(one: Chance, parts: Sequence[Chance], least: int) -> tuple[list[Chance], int]:
    """Return what is told of a choice and its parts, and how many of its children that counts."""
    shown = [part for part in parts if part.children >= least]
    inside = sum(part.children for part in shown)
    return ([one, *shown], one.children) if _may_be_told(one, inside, least) else (shown, inside)


def _may_be_told(group: Chance, inside: int, least: int) -> bool:
    beside = group.children - inside
    return group.children >= least and (beside == 0 or beside >= least)


def _merged(redraws: Redraws, column: int) -> Redraws:
    """Return the counts without a column of the kinds; kinds that become one stand together already."""
    kinds = redraws.kinds.copy()
    kinds[:, column] = ALL
    merged, starts = np.unique(kinds, axis=0, return_index=True)
    return Redraws(
        redraws.line_ids,
        merged,
        np.add.reduceat(redraws.children, starts),
        np.add.reduceat(redraws.came, starts, axis=1),
        np.add.reduceat(redraws.met, starts, axis=1),
    )
