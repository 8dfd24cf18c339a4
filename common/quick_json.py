"""JSON for what is stored by the million: about eight times as quick as the standard library's.

What digests rest on is written by `common.canonical` instead.
"""

from typing import Any

import orjson


def encoded(value: object) -> str:
    """Return the value as JSON without white space, keys in their order. Raises TypeError for what JSON cannot say."""
    return orjson.dumps(value).decode()


def as_bytes(value: object) -> bytes:
    """Return the same in UTF-8. Raises TypeError for what JSON cannot say."""
    return orjson.dumps(value)


def decoded(text: str | bytes) -> Any:
    """Return what JSON says. Raises ValueError."""
    return orjson.loads(text)
