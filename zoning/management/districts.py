"""Districts of a province drawn side by side on Dask: one district is one task, solved as it would be alone.

A worker gets the tables, not the files, so it may run on another machine. Nothing here needs Django.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from zoning.engine.building import build_problem
from zoning.engine.faults import ProblemFault
from zoning.engine.files import Tables, plan_csv
from zoning.engine.objective import NEAREST, Weights
from zoning.engine.problem import Wishes
from zoning.engine.report import Json, plan_rows, report
from zoning.engine.solve import Options, solve
from zoning.engine.verify import violations

SECONDS_BETWEEN_ASKING = 1.0
NOT_BEGUN = "stopped before it was begun"


@dataclass(frozen=True, slots=True)
class Order:
    """How every district is to be drawn: rounds of search or seconds, a seed and weights."""

    seed: int
    effort: int | None = None
    seconds: float | None = None
    weights: Weights = NEAREST

    def options(self) -> Options:
        if self.effort is not None:
            return Options(effort=self.effort, weights=self.weights)
        return Options(seconds=self.seconds, clock=time.monotonic, weights=self.weights)


@dataclass(frozen=True, slots=True)
class Drawn:
    """One district's plan as its file, its report, what the independent check found, what it took and where."""

    plan: bytes
    report: Mapping[str, Json]
    broken: tuple[str, ...]
    children: int
    cpu_seconds: float
    worker: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """Why a district has no plan at all."""

    reason: str


def draw_district(
    tables: Tables,
    order: Order,
    tell: Callable[[str, int, int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Drawn:
    """Draw one district. Raises ProblemFault where its tables contradict each other."""
    began, cpu = time.monotonic(), time.process_time()
    tables = tables.without_later_years()
    problem = build_problem(
        tables.units,
        tables.schools,
        tables.adjacency,
        wishes=Wishes(),
        matrix_m=tables.metres,
        borders_m=tables.borders_m,
    )
    solution = solve(problem, order.options(), seed=order.seed, progress=tell, should_stop=should_stop)
    plan = plan_rows(problem, solution)
    return Drawn(
        plan=plan_csv(plan),
        report=report(problem, solution, seconds=time.monotonic() - began),
        broken=tuple(sorted({one.code for one in violations(tables.facts(), list(plan.items()))})),
        children=int(problem.children.sum()),
        cpu_seconds=time.process_time() - cpu,
    )


def on_worker(run: str, name: str, tables: Tables, order: Order) -> Drawn | Failed:
    """Draw one district on the Dask worker that this runs on; faults of the input come back as words."""
    from distributed import Event, get_worker

    make_event: Any = Event
    worker: Any = get_worker()
    stop = make_event(run)
    if stop.is_set():
        return Failed(NOT_BEGUN)

    def tell(stage: str, done: int, total: int) -> None:
        worker.log_event(run, {"district": name, "stage": stage, "done": done, "total": total})

    try:
        drawn = draw_district(tables, order, tell, now_and_then(stop.is_set))
        return replace(drawn, worker=worker.address)
    except ProblemFault as fault:
        return Failed(str(fault))


def now_and_then(ask: Callable[[], bool]) -> Callable[[], bool]:
    """Return a question that asks at most once a second; the answer yes is kept."""
    last, answer = -SECONDS_BETWEEN_ASKING, False

    def asked() -> bool:
        nonlocal last, answer
        now = time.monotonic()
        if not answer and now - last >= SECONDS_BETWEEN_ASKING:
            last, answer = now, ask()
        return answer

    return asked


def draw_districts(
    client: Any,
    run: str,
    districts: Mapping[str, Tables],
    order: Order,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[tuple[str, Drawn | Failed]]:
    """Yield every district's result as it comes, whatever becomes of the others.

    client  -- a `distributed.Client`; run -- a name that no other run has: workers log their progress under it, as
               district, stage, done and total
    districts -- begun in the order of their size, largest first, names for ties
    stopped -- asked several times a second. Once it says yes, districts at work return their best plan so far, and
               those not begun come back as failed
    """
    from distributed import Event

    make_event: Any = Event
    stop = make_event(run, client=client)
    largest_first = sorted(districts, key=lambda name: (-len(districts[name].units), name))
    waiting = {
        client.submit(on_worker, run, name, districts[name], order, key=f"{run}-{name}"): name
        for name in largest_first
    }
    while waiting:
        if stopped() and not stop.is_set():
            stop.set()
            _drop_what_has_not_begun(client, waiting)
        ended = [future for future in waiting if future.done()]
        for future in ended:
            yield waiting.pop(future), _result(future)
        if not ended:
            time.sleep(0.2)


def _drop_what_has_not_begun(client: Any, waiting: Mapping[Any, str]) -> None:
    begun = {key for keys in client.processing().values() for key in keys}
    client.cancel([future for future in waiting if future.key not in begun])


def _result(future: Any) -> Drawn | Failed:
    if future.cancelled():
        return Failed(NOT_BEGUN)
    if future.status == "error":
        return Failed(f"the worker failed: {future.exception()!r}")
    found: Drawn | Failed = future.result()
    return found
