"""An integer program under way ends as soon as somebody asks: told by how often it looks up, not by seconds."""

from collections.abc import Callable

import numpy as np
import pytest

from tests.pure.engine_worlds import grid
from zoning.engine.building import build_problem
from zoning.engine.groundwork import lay_ground
from zoning.engine.merge import merged
from zoning.engine.objective import NEAREST
from zoning.engine.packing import surely_does_not_fit
from zoning.engine.pairs import cheap_pairs, pairs_around
from zoning.engine.problem import Problem
from zoning.engine.relaxing import fewest_changes
from zoning.engine.remedies import Kind
from zoning.engine.search import make_field
from zoning.engine.solve import Options, solve


class Stop:
    """Says yes from the time `after` on that it is asked, or never; `asked` counts."""

    def __init__(self, after: int | None = None) -> None:
        self.after, self.asked = after, 0

    def __call__(self) -> bool:
        self.asked += 1
        return self.after is not None and self.asked >= self.after


def lumpy(width: int, free: int) -> Problem:
    """Return a square county of four schools that fill all seats but `free` of them: hard to choose for."""
    children = np.array([20 + (7 * i * i) % 23 for i in range(width * width)])
    seats = int(children.sum()) + free
    far = width - 2
    spots = [(1, 1), (far, 1), (1, far), (far, far)]
    schools = {at: seats // 4 + (i < seats % 4) for i, at in enumerate(spots)}
    return build_problem(*grid(width, width, children, schools))


def merge_plans(stop: Callable[[], bool]) -> None:
    problem = lumpy(12, 10)
    good = solve(problem, Options(effort=3, prove=False), seed=1)
    assert good.lawful
    ground = lay_ground(problem, NEAREST)
    field = make_field(problem, NEAREST, ground, ground.relaxed.prices)
    merged(field, pairs_around(field, [good.zone], cheap_pairs(field), 0, 10_000), stop)


def pack_units(stop: Callable[[], bool]) -> None:
    surely_does_not_fit(lumpy(6, 0), stop)


def choose_changes(stop: Callable[[], bool]) -> None:
    problem = lumpy(6, 0)
    fewest_changes(problem, np.zeros(problem.n_units, dtype=np.int64), Kind.SEATS, stop)


@pytest.mark.parametrize("run", [merge_plans, pack_units, choose_changes])
def test_an_integer_program_ends_at_once_when_asked_to(run: Callable[[Callable[[], bool]], None]) -> None:
    free = Stop()
    run(free)
    assert free.asked > 20

    for after in (2, 10, 20):
        stop = Stop(after)
        run(stop)
        assert after <= stop.asked <= after + 2, "it went on"
