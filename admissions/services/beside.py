"""Pure work in processes beside this one, so that it uses more than one core."""

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Any, TypeVar

from geo_data.apart.limits import die_with

Given = TypeVar("Given")
Made = TypeVar("Made")

PROCESSES = 2
AHEAD = 2  # parts in hand beyond one for each process


def map_beside(work: Callable[[Given], Made], parts: Iterable[Given]) -> Iterator[Made]:
    """Yield work(part) for each part in order, worked out in forked processes that end with this one.

    `work` must not use the database: its connection is inherited and belongs to this process. It is inherited,
    too, not sent, so it may hold what is large; parts and results are sent. A few parts are taken ahead, not all.
    """
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(
        PROCESSES, mp_context=context, initializer=_begin, initargs=(os.getpid(), work)
    ) as pool:
        begun: deque[Future[Made]] = deque()
        for part in parts:
            begun.append(pool.submit(_work, part))
            if len(begun) > PROCESSES + AHEAD:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()


# Of a process beside: what it was given when it was forked.
_given: Callable[[Any], Any]


def _begin(parent: int, work: Callable[[Any], Any]) -> None:
    global _given
    die_with(parent)
    _given = work


def _work(part: Any) -> Any:
    return _given(part)
