"""What a reader hands back, in frames: rows, and what was found since the last frame.

The reader worked on a stranger's file, so its frames are opened with care: only plain values, shapes, arrays and
records (dataclasses, named tuples and enums) of this app come to life, nothing is called and nothing is imported.
"""

import importlib
import io
import pickle
import sys
from collections.abc import Callable
from dataclasses import dataclass, is_dataclass
from enum import Enum, IntEnum
from typing import Any

from geo_data.tables.findings import News

OURS = "geo_data."
VALUES = frozenset(
    {
        ("builtins", "frozenset"),
        ("builtins", "set"),
        ("builtins", "complex"),
        ("builtins", "bytearray"),
        ("collections", "Counter"),
        ("collections", "OrderedDict"),
        ("datetime", "date"),
        ("datetime", "datetime"),
        ("datetime", "timedelta"),
        ("datetime", "timezone"),
        ("decimal", "Decimal"),
        ("uuid", "UUID"),
        ("shapely.io", "from_wkb"),
        ("numpy", "ndarray"),
        ("numpy", "dtype"),
        ("numpy._core.multiarray", "_reconstruct"),
        ("numpy._core.multiarray", "scalar"),
        ("numpy._core.numeric", "_frombuffer"),
        ("numpy.core.multiarray", "_reconstruct"),
        ("numpy.core.multiarray", "scalar"),
        ("numpy.core.numeric", "_frombuffer"),
    }
)


class FrameKind(IntEnum):
    """What a frame brings."""

    STREAM = 0  # some rows of an iterator
    PART = 1  # some rows of a tuple, which come together again
    WHOLE = 2  # the one thing read
    END = 3  # nothing more comes
    FAULT = 4  # the reader failed: where, in words without values


@dataclass(frozen=True, slots=True)
class Frame:
    """One message of a reader."""

    kind: FrameKind
    body: Any
    news: News


def pack(kind: FrameKind, body: object, news: News) -> bytes:
    """Return a frame as bytes."""
    return pickle.dumps((int(kind), body, news), protocol=5)


def unpack(data: bytes) -> Frame:
    """Return the frame. Raises UnpicklingError for anything that is not plain data."""
    kind, body, news = _Careful(io.BytesIO(data)).load()
    if not isinstance(news, News):
        raise pickle.UnpicklingError("a frame without its news")
    return Frame(FrameKind(kind), body, news)


class _Careful(pickle.Unpickler):
    def find_class(self, module: str, name: str, /) -> Callable[..., Any]:
        """Return a class or constructor that may come to life."""
        if (module, name) in VALUES:
            found: Callable[..., Any] = getattr(importlib.import_module(module), name)
            return found
        if module.startswith(OURS) and module in sys.modules and "." not in name:
            record = getattr(sys.modules[module], name, None)
            if isinstance(record, type) and record.__module__ == module and _is_data(record):
                return record
        raise pickle.UnpicklingError(f"{module}.{name} is not data")


def _is_data(record: type) -> bool:
    is_named_tuple = issubclass(record, tuple) and hasattr(record, "_fields")
    return is_dataclass(record) or is_named_tuple or issubclass(record, Enum)
