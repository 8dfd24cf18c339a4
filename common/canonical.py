"""Canonical JSON and digests: the same value gives the same bytes on every machine."""

import hashlib
import json
from collections.abc import Mapping, Sequence

TYPE_ERROR = "canonical JSON holds strings, integers, booleans, null, lists and string-keyed objects only"

SCALARS = (str, int)  # bool is an int
PLAIN = frozenset({str, int, bool, type(None)})
# One encoder for all calls: making one costs more than writing a short value.
_ENCODE = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
CanonicalValue = str | int | bool | None | Sequence["CanonicalValue"] | Mapping[str, "CanonicalValue"]


def canonical_json(value: CanonicalValue) -> bytes:
    """Return UTF-8 JSON with keys sorted by code point, no white space and no escapes but JSON's own.

    Floats are refused: what decides is an integer.
    Raises TypeError for a float, a non-string key or any other type.
    Source: docs/lottery.md (canonical form).
    """
    _refuse_other_types(value)
    return _ENCODE(value).encode()


def digest(value: CanonicalValue) -> str:
    """Return the SHA-256 of the canonical JSON, 64 lower-case hexadecimal digits."""
    return digest_bytes(canonical_json(value))


def digest_bytes(data: bytes) -> str:
    """Return the SHA-256 of the bytes, 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def _refuse_other_types(value: object) -> None:
    waiting = [value]  # entry lists hold millions of values: a stack is several times quicker than recursion
    while waiting:
        item = waiting.pop()
        if item is None or isinstance(item, SCALARS):
            continue
        if isinstance(item, list | tuple):
            waiting.extend([part for part in item if type(part) not in PLAIN])
        elif isinstance(item, Mapping) and all(isinstance(key, str) for key in item):
            waiting.extend([part for part in item.values() if type(part) not in PLAIN])
        else:
            raise TypeError(TYPE_ERROR)
