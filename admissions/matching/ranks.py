"""Priority ranks: the order at a line, with everything but the order taken out."""

from collections.abc import Sequence


def dense_ranks(keys: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    """Return 1 for the smallest key, 2 for the next different one, and so on, in the order given.

    keys -- (tier, sort keys...) of each applicant of one line, all integers, smaller goes first
    Equal keys share a rank: the ticket decides between them.
    """
    positions = {key: rank for rank, key in enumerate(sorted(set(keys)), start=1)}
    return tuple(positions[key] for key in keys)


def dense_ranks_with_losers(keys: Sequence[tuple[int, ...]]) -> tuple[tuple[int, int], ...]:
    """Return (rank, loser rank) on one scale: after a lost private draw a child is last in its tier.

    keys -- (tier, sort keys...), at least the tier
    """
    kept = [(key[0], 0, *key[1:]) for key in keys]
    lost = [(key[0], 1, *key[1:]) for key in keys]
    ranks = dense_ranks([*kept, *lost])
    return tuple(zip(ranks[: len(keys)], ranks[len(keys) :], strict=True))
