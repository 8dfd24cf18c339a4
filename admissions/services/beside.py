"""Pure work in processes beside this one, so that it uses more than one core."""

import logging
import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, TypeVar

from geo_data.apart.limits import die_with

Given = TypeVar("Given")
Made = TypeVar("Made")

PROCESSES = 2
AHEAD = 2  # parts in hand beyond one for each process

log = logging.getLogger(__name__)


def map_beside(work: Callable[[Given], Made], parts: Iterable[Given]) -> Iterator[Made]:
    """Yield work(part) for each part in order. A few parts are taken ahead, not all. See `forked` for the work."""
    with forked(work, PROCESSES) as ask:
        begun: deque[Callable[[], Made]] = deque()
        for part in parts:
            begun.append(ask(part))
            if len(begun) > PROCESSES + AHEAD:
                yield begun.popleft()()
        while begun:
            yield begun.popleft()()


@contextmanager
def forked(work: Callable[[Given], Made], processes: int) -> Iterator[Callable[[Given], Callable[[], Made]]]:
    """Give a function that begins work(part) in a forked process; what it returns waits for the answer.

    `work` must not use the database: the processes inherit its connection, which belongs to this one, and end without
    touching it: with the block, with this process, or killed. What a killed process owed is worked out in this one.
    `work` is inherited, not sent, so it may hold what is large; parts and answers are sent.
    """
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(
        processes, mp_context=context, initializer=_begin, initargs=(os.getpid(), work)
    ) as pool:

        def ask(part: Given) -> Callable[[], Made]:
            try:
                answer: Future[Made] | None = pool.submit(_work, part)
            except BrokenProcessPool:
                answer = None
            return lambda: _answered(answer, work, part)

        yield ask


def _answered(answer: Future[Made] | None, work: Callable[[Given], Made], part: Given) -> Made:
    try:
        if answer is not None:
            return answer.result()
    except BrokenProcessPool:
        log.warning("a process beside this one was killed; its work is done in this one")
    return work(part)


# Of a process beside: what it was given when it was forked.
_given: Callable[[Any], Any]


def _begin(parent: int, work: Callable[[Any], Any]) -> None:
    global _given
    die_with(parent)
    _given = work


def _work(part: Any) -> Any:
    return _given(part)
