"""How the inner loops are compiled, and their dice."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba as nb
import numpy as np
import numpy.typing as npt

Function = TypeVar("Function", bound=Callable[..., Any])


def njit(function: Function) -> Function:
    """Compile on first use, into the cache; release the interpreter lock.

    `_nrt=False` turns reference counting off: nothing here allocates, and counting the arrays of two tuples
    at every call cost five sixths of the time.
    """
    untyped: Any = nb.njit
    return cast(Function, untyped(cache=True, nogil=True, error_model="numpy", _nrt=False)(function))


@njit
def draw(rng: npt.NDArray[np.uint64]) -> int:
    """Return 31 random bits (xorshift64*)."""
    x = rng[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    rng[0] = x
    return np.int64((x * np.uint64(2685821657736338717)) >> np.uint64(33))  # type: ignore[return-value]


@njit
def below(rng: npt.NDArray[np.uint64], n: int) -> int:
    """Return a random whole number in 0..n-1, n < 2^31."""
    return (draw(rng) * n) >> 31
