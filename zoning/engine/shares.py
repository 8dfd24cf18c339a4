"""Zones of earlier years on today's units: which unit lies in which zone, and which ones a border splits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

CLEAN_PERMILLE = 990
SLIVER_PERMILLE = 10
MAJORITY_PERMILLE = 500


class Standing(StrEnum):
    """How a unit stands to the zones.

    clean   -- one zone has at least 99 % of it, no other one more than 1 %
    split   -- several zones have more than 1 % each
    partly  -- one zone has more than 1 % and less than 99 %, the rest lies in none
    outside -- no zone has more than 1 %
    """

    CLEAN = "clean"
    SPLIT = "split"
    PARTLY = "partly"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class UnitStanding:
    """A unit with its shares.

    shares -- (zone, per mille of the unit), the largest first, equal ones by zone code; slivers are left out
    zone   -- the zone it goes to, None while that is undecided
    """

    unit_id: str
    standing: Standing
    shares: tuple[tuple[str, int], ...]
    zone: str | None


def settle_units(shares: Mapping[str, Mapping[str, int]], *, majority: bool) -> tuple[UnitStanding, ...]:
    """Return how every unit stands, by unit id.

    shares   -- unit -> zone -> per mille; zones that overlap may come to more than 1000
    majority -- an officer asks for it: a split unit, and one that lies partly in one zone, goes to the zone that has
                more than half of it. Without it, and where no zone has more than half, it stays undecided.
    Source: docs/zone-texts.md (split units).
    """
    return tuple(_settle(unit, shares[unit], majority) for unit in sorted(shares))


def undecided(standings: Sequence[UnitStanding]) -> tuple[str, ...]:
    """Return the units without a zone, by id."""
    return tuple(one.unit_id for one in standings if one.zone is None)


def _settle(unit_id: str, by_zone: Mapping[str, int], majority: bool) -> UnitStanding:
    found = sorted(((zone, share) for zone, share in by_zone.items()), key=lambda one: (-one[1], one[0]))
    shares = tuple((zone, share) for zone, share in found if share > SLIVER_PERMILLE)
    if not shares:
        return UnitStanding(unit_id, Standing.OUTSIDE, shares, None)
    first, share = shares[0]
    if len(shares) == 1 and share >= CLEAN_PERMILLE:
        return UnitStanding(unit_id, Standing.CLEAN, shares, first)
    standing = Standing.SPLIT if len(shares) > 1 else Standing.PARTLY
    wins = majority and share > MAJORITY_PERMILLE and (len(shares) == 1 or shares[1][1] < share)
    return UnitStanding(unit_id, standing, shares, first if wins else None)
