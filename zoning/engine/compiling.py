"""How the inner loops are compiled, and their dice."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, cast

import numba as nb
import numpy as np
import numpy.typing as npt

Function = TypeVar("Function", bound=Callable[..., Any])

# A digest of all that is compiled. Numba renews what it keeps by the date of the file that holds the function, and
# would not notice a change in a function that this one calls, or in a constant.
PATTERNS = ("*kernel*.py", "field.py", "compiling.py")
SOURCES = sha256(
    b"".join(
        path.read_bytes() for pattern in PATTERNS for path in sorted(Path(__file__).parent.glob(pattern))
    )
).hexdigest()


def njit(function: Function) -> Function:
    """Compile on first use, into the cache; release the interpreter lock.

    `_nrt=False` turns reference counting off: nothing here allocates, and counting the arrays of two tuples
    at every call cost five sixths of the time. What is kept is good for exactly these SOURCES.
    """
    return _compiled(function, is_woven_in=False)


def woven(function: Function) -> Function:
    """Compile like `njit`, and into the body of every function that calls this one.

    A call hands over the arrays of Field and State word by word, about 400 words, and that costs more than what
    most of these functions do: woven in, annealing is three to six times as fast. But the body is compiled again
    wherever it is called, so what is called seldom, or from many places, is left to `njit`.
    """
    return _compiled(function, is_woven_in=True)


def _compiled(function: Function, *, is_woven_in: bool) -> Function:
    untyped: Any = nb.njit
    compiled = untyped(cache=True, nogil=True, error_model="numpy", _nrt=False, forceinline=is_woven_in)(
        function
    )
    compiled._cache._cache_file._source_stamp = SOURCES
    return cast(Function, compiled)


@woven
def draw(rng: npt.NDArray[np.uint64]) -> int:
    """Return 31 random bits (xorshift64*)."""
    x = rng[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    rng[0] = x
    return np.int64((x * np.uint64(2685821657736338717)) >> np.uint64(33))  # type: ignore[return-value]


@woven
def below(rng: npt.NDArray[np.uint64], n: int) -> int:
    """Return a random whole number in 0..n-1, n < 2^31."""
    return (draw(rng) * n) >> 31
