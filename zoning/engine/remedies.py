"""What to change where no lawful plan exists: records, what they mean for a problem, and an officer's words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np

from zoning.engine.problem import NOWHERE, FloatArray, IntArray, Problem

CHANGE_WORDS = {
    "seats": "{n} more seats in the zone of {school}",
    "later_seats": "{n} more seats in the zone of {school} in {year}",
    "link": "{units} count as adjoining",
    "lock": "{units} need not be in the zone of {school}",
    "forbid": "{units} may be in the zone of {school}",
    "cap": "a distance cap of {metres} m",
    "school_cap": "a distance cap of {metres} m for {school}",
    "township": "zones may cross township borders",
}
KIND_WORDS = {"links": "Links", "rules": "Rules to lift", "all": "Seats, links and rules together"}
UNTOLD_WORDS = {
    "none_found": "{kind}: none were found that are enough; that is no proof that there are none.",
    "too_large": "{kind}: not tried, the county has too many units and schools for it.",
    "stopped": "{kind}: not tried to the end, it was stopped.",
}


class Kind(StrEnum):
    """What may be changed: SEATS, LINKS or RULES alone, or ALL of them where none of these is enough."""

    SEATS = "seats"
    LINKS = "links"
    RULES = "rules"
    ALL = "all"


class Untold(StrEnum):
    """Why no changes of a kind are told: proven that none are enough, none found, too many pairs to try, or stopped."""

    NONE_ENOUGH = "none_enough"
    NONE_FOUND = "none_found"
    TOO_LARGE = "too_large"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing to change, by id.

    code -- seats, later_seats: so many more in the school's zone, of the entry `year` where it is a later one; link:
            the units count as adjoining; lock, forbid: the rule of that unit and school is lifted; cap, school_cap: a
            cap of `metres` is enough; township: townships are not kept
    """

    code: str
    school_id: str = ""
    unit_ids: tuple[str, ...] = ()
    seats: int = 0
    metres: int = 0
    year: int = 0

    def __str__(self) -> str:
        return CHANGE_WORDS[self.code].format(
            n=self.seats,
            school=self.school_id,
            units=" and ".join(self.unit_ids),
            metres=self.metres,
            year=self.year,
        )


@dataclass(frozen=True, slots=True)
class Remedy:
    """Changes of one kind after which a plan can be lawful.

    least -- proven: so many are needed at least; seats in sum where the kind is SEATS, else links and rules
    is_smallest -- proven: no fewer are enough; none_spare -- proven of each link and rule: not enough without it
    zone  -- [n_units] a plan that is lawful with them; None where none was found: then at least so much is needed
    untold -- why there are no changes, "" where there are
    """

    kind: Kind
    changes: tuple[Change, ...]
    least: int = 0
    is_smallest: bool = False
    zone: IntArray | None = None
    none_spare: bool = False
    untold: str = ""

    @property
    def marks(self) -> dict[str, int | bool | str]:
        """Return how sure it is, as the report has it."""
        return {
            "least": self.least,
            "is_smallest": self.is_smallest,
            "none_spare": self.none_spare,
            "plan_found": self.zone is not None,
            "untold": self.untold,
        }

    def __str__(self) -> str:
        return remedy_in_words(self.kind, self.changes, self.marks)


def remedy_in_words(kind: str, changes: Sequence[Change], marks: Mapping[str, Any]) -> str:
    """Return a remedy in a line for the terminal; marks -- as in Remedy.marks."""
    told = "; ".join(str(change) for change in changes)
    if marks.get("untold"):
        return UNTOLD_WORDS[marks["untold"]].format(kind=KIND_WORDS[kind])
    if not marks["plan_found"]:
        return f"Needed at least, and no plan with it was found: {told}."
    if marks["is_smallest"]:
        return f"Enough, and nothing less of the kind: {told}."
    needed = f" (proven so far: at least {marks['least']})" if marks["least"] else ""
    if marks.get("none_spare"):
        return f"Enough, and not without any one of these, though fewer others may be: {told}{needed}."
    return f"Enough: {told}{needed}."


@dataclass(frozen=True, slots=True)
class Relief:
    """The same by index.

    seats -- [n_zones, n_kept] more; links -- [k, 2] units; locked -- [k] units; forbidden -- [k, 2] unit, zone
    caps -- by site that has a cap of its own, or NOWHERE for the general one, metres that are enough
    keeps_townships -- whether townships stay kept
    """

    seats: IntArray
    links: IntArray
    locked: IntArray
    forbidden: IntArray
    caps: Mapping[int, int]
    keeps_townships: bool

    def size(self) -> int:
        """Return how many links and rules change."""
        lifted = len(self.locked) + len(self.forbidden) + len(self.caps) + (not self.keeps_townships)
        return len(self.links) + lifted


def only_seats(seats: IntArray) -> Relief:
    """Return the relief that is so many seats more, [n_zones, n_kept]."""
    none = np.zeros((0, 2), dtype=np.int64)
    return Relief(seats, none, none[:, 0], none, {}, keeps_townships=True)


def relieved(problem: Problem, relief: Relief) -> Problem:
    """Return the problem after the changes."""
    locked = problem.locked.copy()
    locked[relief.locked] = NOWHERE
    key = problem.forbidden[:, 0] * problem.n_zones + problem.forbidden[:, 1]
    lifted = relief.forbidden[:, 0] * problem.n_zones + relief.forbidden[:, 1]
    pairs = np.concatenate([problem.pairs, np.sort(relief.links, axis=1)])
    return replace(
        problem,
        seats=problem.seats + relief.seats[:, 0],
        later_seats=problem.later_seats + relief.seats[:, 1:] if problem.every_year else problem.later_seats,
        pairs=pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))],
        locked=locked,
        forbidden=problem.forbidden[~np.isin(key, lifted)],
        distance_cap_m=relief.caps.get(NOWHERE, problem.distance_cap_m),
        own_cap_m=_own_caps(problem, relief),
        townships_kept=problem.townships_kept and relief.keeps_townships,
    )


def _own_caps(problem: Problem, relief: Relief) -> FloatArray | None:
    if problem.own_cap_m is None:
        return None
    caps = problem.own_cap_m.copy()
    for site in relief.caps.keys() - {NOWHERE}:
        caps[site] = relief.caps[site]
    return caps


def renamed_plan(remedy: Remedy, units: IntArray, zones: IntArray) -> Remedy:
    """Return the remedy with unit i of its plan being unit `units[i]` before, and `zones` the new number of each."""
    return replace(remedy, zone=None if remedy.zone is None else zones[remedy.zone][units])


def changes_of(problem: Problem, relief: Relief) -> tuple[Change, ...]:
    """Return the changes by id: seats by year and zone, links, locks, forbidden pairs, cap, townships."""
    units, zones = problem.unit_ids, problem.zone_ids
    return (
        *_more_seats(problem, relief.seats),
        *(Change("link", unit_ids=(units[a], units[b])) for a, b in relief.links.tolist()),
        *(Change("lock", zones[problem.locked[u]], (units[u],)) for u in relief.locked.tolist()),
        *(Change("forbid", zones[s], (units[u],)) for u, s in relief.forbidden.tolist()),
        *(
            Change("cap", metres=metres)
            if site == NOWHERE
            else Change("school_cap", problem.site_ids[site], metres=metres)
            for site, metres in sorted(relief.caps.items())
        ),
        *([] if relief.keeps_townships else [Change("township")]),
    )


def _more_seats(problem: Problem, seats: IntArray) -> Sequence[Change]:
    return [
        Change("later_seats", problem.zone_ids[s], seats=int(seats[s, y]), year=problem.later_years[y - 1])
        if y
        else Change("seats", problem.zone_ids[s], seats=int(seats[s, 0]))
        for y, s in np.argwhere(seats.T > 0).tolist()
    ]
