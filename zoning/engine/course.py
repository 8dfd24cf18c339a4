"""Where a search stands: what its lanes go on from, when it starts anew, and which plans it keeps for merging."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from zoning.engine.field import Field
from zoning.engine.lane import FIRST_PROBES, Found, proposals

LANES = 2
# Rounds without a better plan after which a start is given up while no lawful plan is known; else the sooner, the
# shorter it has gone on.
PATIENCE = 3
AGE_OF_PATIENCE = 8
# A plan counts as better when it saves one part of so many.
STEP = 10_000
# After this round a start that is far behind the best plan is given up.
HOPELESS = 5
MOST_PLANS = 100
KEPT_OF_START = 2
# Rounds of the first epoch without a better plan after which the best one is looked at closely.
STALE = 300
# An epoch ends when it has gone on twice as long as its best plan took to find, and so many rounds more.
EPOCH = 300
# The plans of an epoch that later ones are merged with, and of how many epochs.
KEPT_OF_EPOCH = 100
MOST_EPOCHS = 10


@dataclass(slots=True)
class Course:
    """Where the search stands; it starts anew when nothing better was found for a few rounds.

    Starts whose plans are merged come to look alike: what they all miss is found by none. So when they bring nothing
    better for long, an epoch begins, which knows nothing of the plans before; now and then all are merged.

    start, best -- the plan it starts from, and the best of all; origins -- where each lane goes on
    leader      -- the best plan of the epoch
    met, kept   -- the best plans since the last start, and of those before it in the epoch
    past        -- the best plans of epochs before, by epoch; epochs -- how many there were
    age, idle   -- rounds since the last start, and since the last better plan
    rounds, led -- rounds of the epoch, and how many there were when its best plan was found
    starts, moves -- starts so far; moves proposed on a lane in all
    """

    start: Found
    best: Found
    leader: Found
    origins: list[Found]
    met: list[Found] = field(default_factory=list)
    kept: list[Found] = field(default_factory=list)
    past: list[list[Found]] = field(default_factory=list)
    epochs: int = 0
    rounds: int = 0
    led: int = 0
    age: int = 0
    idle: int = 0
    starts: int = 1
    moves: int = 0

    def watched(self, watch: Callable[[int], None]) -> Callable[[int], None]:
        """Return `watch`, told of the best plan of all where a later start has not come so far."""
        best = self.best
        return lambda cost: watch(cost if best.overload else min(cost, best.cost))

    @property
    def is_stale(self) -> bool:
        """Say whether the first epoch has brought nothing better for long, or is over."""
        return bool(self.epochs) or self.rounds - self.led >= STALE

    def plans(self) -> list[Found]:
        """Return the plans of the epoch that are worth merging, best first."""
        return best_plans([self.leader, *self.kept, *self.met])

    def plans_of_all_epochs(self) -> list[Found]:
        """Return them with those of epochs before, best first."""
        return best_plans([*self.plans(), *(plan for some in self.past for plan in some)])

    def go_on(self, world: Field, found: list[Found]) -> None:
        """Take in what a round found."""
        before, now = min(self.origins, key=Found.rank), min(found, key=Found.rank)
        is_better = now.overload < before.overload or now.cost < before.cost - before.cost // STEP
        self.moves += proposals(world, self.age)
        self._take_in(now)
        self.met = best_plans([*self.met, *found])[:KEPT_OF_START]
        self.idle = 0 if is_better else self.idle + 1
        self.rounds += 1
        if self.leader.overload == 0 and self.rounds > 2 * self.led + EPOCH:
            self._begin_epoch()
        elif self.idle >= self.patience() or (self.age == HOPELESS and self._is_far_behind(now)):
            self._start_anew([self.start] * LANES, 0)
        else:
            self.origins = [now] * LANES if self.age % 4 == 3 else found
            self.age += 1

    def patience(self) -> int:
        """Return after how many rounds without a better plan to start anew."""
        return PATIENCE if self.best.overload else 1 + self.age // AGE_OF_PATIENCE

    def go_on_from(self, plan: Found) -> bool:
        """Start anew from a plan made of others where it is better than the best of the epoch; say whether it is."""
        is_better = plan.rank() < self.leader.rank()
        if is_better:
            self._take_in(plan)
            self._start_anew([plan] * LANES, FIRST_PROBES)
        return is_better

    def keep(self, plan: Found) -> None:
        """Keep a plan made of those of all epochs for others to be made of; this epoch shall not know it."""
        self.best = min(self.best, plan, key=Found.rank)
        self.past[-1] = best_plans([*self.past[-1], plan])[: 2 * KEPT_OF_EPOCH]

    def _take_in(self, plan: Found) -> None:
        if plan.rank() < self.leader.rank():
            self.leader, self.led = plan, self.rounds
            self.best = min(self.best, plan, key=Found.rank)

    def _begin_epoch(self) -> None:
        self.epochs += 1
        self.past = [*self.past, self.plans()[:KEPT_OF_EPOCH]][-MOST_EPOCHS:]
        self.kept, self.met, self.leader, self.rounds, self.led = [], [], self.start, 0, 0
        self._start_anew([self.start] * LANES, 0)

    def _is_far_behind(self, now: Found) -> bool:
        """Say whether a plan lacks seats or costs a hundredth more than the best, which is lawful."""
        return self.best.overload == 0 and (
            now.overload > 0 or now.cost - self.best.cost > self.best.cost // 100
        )

    def _start_anew(self, origins: list[Found], age: int) -> None:
        self.kept, self.met = best_plans([*self.kept, *self.met])[:MOST_PLANS], []
        self.origins, self.age, self.idle = origins, age, 0
        self.starts += 1


def best_plans(plans: Iterable[Found]) -> list[Found]:
    """Return the lawful ones among the plans, each once, best first."""
    lawful = {plan.zone.tobytes(): plan for plan in plans if plan.overload == 0}
    return sorted(lawful.values(), key=Found.rank)
