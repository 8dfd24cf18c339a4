"""The seed: from the closed entry list and public values that nobody in the room could choose."""

import hashlib
from collections.abc import Mapping, Sequence

from common.errors import MalformedInput

LABEL = "jiujin-seed-1"


class PublicValuesDiffer(MalformedInput):
    """The values given are not exactly the values that were named beforehand."""

    code = "public_values_differ"


def seed(lottery_id: str, entry_list_digest: str, names: Sequence[str], values: Mapping[str, str]) -> str:
    """Return the seed, 64 hexadecimal digits.

    SHA-256 of UTF-8 lines, each ended by LF: the label, the lottery id, the entry-list digest,
    then `name=value` for each name in the order named beforehand.
    Raises PublicValuesDiffer when a value is missing, empty, unnamed or not one printable line.
    Source: docs/lottery.md (seed).
    """
    _refuse_other_values(names, values)
    lines = [LABEL, lottery_id, entry_list_digest, *(f"{name}={values[name]}" for name in names)]
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def _refuse_other_values(names: Sequence[str], values: Mapping[str, str]) -> None:
    if not names or len(set(names)) != len(names) or set(names) != set(values):
        raise PublicValuesDiffer(
            "the public values are not those named beforehand", named=list(names), given=sorted(values)
        )
    for name in names:
        value = values[name]
        if not name or "=" in name or not name.isprintable() or not value or not value.isprintable():
            raise PublicValuesDiffer("a public value is one printable line; no name holds '='", name=name)
