"""Merkle trees of RFC 6962: a root over a list, and proof that one item is in it."""

import hashlib
from collections.abc import Sequence


def leaf_hash(entry: bytes) -> bytes:
    """Return SHA-256(0x00 || entry), 32 bytes. Source: RFC 6962, 2.1."""
    return hashlib.sha256(b"\x00" + entry).digest()


def root(entries: Sequence[bytes]) -> bytes:
    """Return the tree head over the entries in their order, 32 bytes.

    The head of no entries is SHA-256 of the empty string. Source: RFC 6962, 2.1.
    """
    if not entries:
        return hashlib.sha256(b"").digest()
    return _reduce([leaf_hash(entry) for entry in entries])


def inclusion_proof(entries: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Return the sibling hashes from the leaf at `index` up to the root, nearest first.

    Raises IndexError when there is no such entry. Source: RFC 6962, 2.1.1.
    """
    return proof_in(levels(entries), index)


def levels(entries: Sequence[bytes]) -> tuple[tuple[bytes, ...], ...]:
    """Return the hashes of the tree level by level, the leaves first, for many proofs of one list."""
    level = [leaf_hash(entry) for entry in entries]
    found = [tuple(level)]
    while len(level) > 1:
        level = _next_level(level)
        found.append(tuple(level))
    return tuple(found)


def proof_in(tree: Sequence[Sequence[bytes]], index: int) -> tuple[bytes, ...]:
    """Return what `inclusion_proof` does, from the `levels` of the list. Raises IndexError as it does."""
    if not 0 <= index < len(tree[0]):
        raise IndexError(f"no entry {index} among {len(tree[0])}")
    proof: list[bytes] = []
    for level in tree[:-1]:
        sibling = index ^ 1
        if sibling < len(level):
            proof.append(level[sibling])
        index //= 2
    return tuple(proof)


def is_included(entry: bytes, index: int, size: int, proof: Sequence[bytes], expected_root: bytes) -> bool:
    """Say whether the proof leads from the entry at `index` of `size` to the expected root."""
    if not 0 <= index < size:
        return False
    running, last, remaining = leaf_hash(entry), size - 1, list(proof)
    while last > 0:
        if index % 2 or index < last:
            if not remaining:
                return False
            sibling = remaining.pop(0)
            running = _node(sibling, running) if index % 2 else _node(running, sibling)
        index, last = index // 2, last // 2
    return not remaining and running == expected_root


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _next_level(level: list[bytes]) -> list[bytes]:
    pairs = [_node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
    return pairs + level[len(pairs) * 2 :]


def _reduce(level: list[bytes]) -> bytes:
    while len(level) > 1:
        level = _next_level(level)
    return level[0]
