"""Working with a county's records at once."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_search_for_cycles() -> Iterator[None]:
    """Let Python free records by their counts alone while the block runs.

    A county's applications, entries and bids are millions of small records without a cycle among them; to look
    through all of them for cycles, again and again while they are made, takes a third of the time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
