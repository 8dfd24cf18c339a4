"""What the options of the commands that draw zones may be; a refusal says what is wanted."""

import argparse
import math

from zoning.engine.faults import LARGEST_CLASS


def rounds(text: str) -> int:
    """Return rounds of search."""
    return _whole(text, 0, math.inf, "0 or more")


def seed(text: str) -> int:
    """Return a seed."""
    return _whole(text, 0, math.inf, "0 or more")


def class_size(text: str) -> int:
    """Return the children of a full class."""
    return _whole(text, 1, LARGEST_CLASS, f"from 1 to {LARGEST_CLASS} children")


def seconds(text: str) -> float:
    """Return a length of time, finite."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is not a number of seconds, 0 or more")
    return value


def _whole(text: str, least: int, most: float, wanted: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = least - 1
    if not least <= value <= most:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number, {wanted}")
    return value
