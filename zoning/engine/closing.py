"""Looking closely at the best plan, when nothing has bettered it for long.

Merging knows the pairs that some plan has, and those that are cheap at seat prices. Here the stronger bound chooses:
it rises with each pair of unit and zone by what the pair loses (`losses.py`), and a better plan loses next to
nothing. An integer program over the pairs that lose least, with many more nodes than merging has, closes what is left
where the bound is near: in counties of many small units.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zoning.engine.course import Course
from zoning.engine.field import Field
from zoning.engine.lane import Found
from zoning.engine.merge import merged
from zoning.engine.pairs import least_losses
from zoning.engine.problem import IntArray

# What is found is taken in after so many moves of a lane, about as long as it takes; with the bound worked out first.
CLOSING_MOVES = 60_000_000
FIRST_CLOSING_MOVES = 150_000_000
PAIRS = 250
NODES = 10_000

# What each pair loses by a stronger bound, given the best plan and what says when to break off; None: not known.
LossesOf = Callable[[IntArray, Callable[[], bool]], IntArray | None]


@dataclass(slots=True)
class Closing:
    """What was looked at closely.

    losses_of, losses -- what tells the losses, None where the problem is too large; and what it told
    plan, epochs      -- the plan that was last looked at, and how many epochs there had been
    """

    field: Field
    losses_of: LossesOf | None
    losses: IntArray | None = None
    plan: IntArray | None = None
    epochs: int = 0

    def is_due(self, course: Course) -> bool:
        """Say whether to look: at every best plan that has stood for long, and again after twice as many epochs."""
        is_time = course.best.zone is not self.plan or course.epochs >= max(2 * self.epochs, 1)
        return self.losses_of is not None and course.best.overload == 0 and course.is_stale and is_time

    def moves(self) -> int:
        """Return after how many moves to take in what is found."""
        return FIRST_CLOSING_MOVES if self.losses is None else CLOSING_MOVES

    def begin(
        self, course: Course, rng: npt.NDArray[np.uint64], is_over: Callable[[], bool]
    ) -> Callable[[], Found | None]:
        """Return the work to do beside the rounds; a plan that was looked at before gets other pairs by chance."""
        base = course.best.zone
        dice = rng if base is self.plan else None
        self.plan, self.epochs = base, course.epochs

        def work() -> Found | None:
            if self.losses is None and self.losses_of is not None:
                self.losses = self.losses_of(base, is_over)
            if self.losses is None:
                self.losses_of = None
                return None
            return merged(self.field, least_losses(base, self.losses, PAIRS, dice), is_over, NODES)

        return work
