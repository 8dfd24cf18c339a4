"""A growing RFC 6962 tree: new leaves are added without reading the old ones again."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from common.merkle import leaf_hash


@dataclass(frozen=True, slots=True)
class Frontier:
    """The roots of the full subtrees on the right edge, largest first: one for each 1 in `size` in binary."""

    size: int = 0
    subtrees: tuple[bytes, ...] = ()

    def grown_by(self, entries: Sequence[bytes]) -> "Frontier":
        """Return the frontier after the entries were added in their order."""
        size, subtrees = self.size, list(self.subtrees)
        for entry in entries:
            subtrees.append(leaf_hash(entry))
            size += 1
            for _ in range((size & -size).bit_length() - 1):  # one merge for each trailing 0
                right = subtrees.pop()
                subtrees[-1] = _node(subtrees[-1], right)
        return Frontier(size, tuple(subtrees))

    def root(self) -> bytes:
        """Return the tree head, 32 bytes; that of no entries is SHA-256 of the empty string."""
        if not self.subtrees:
            return hashlib.sha256(b"").digest()
        head = self.subtrees[-1]
        for left in reversed(self.subtrees[:-1]):
            head = _node(left, head)
        return head


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
