"""Which answer comes first: whole numbers, and a rule for every tie."""

from dataclasses import dataclass
from enum import IntEnum

from geo_data.addresses.asking import Match


class DoorMatch(IntEnum):
    """How the number or building that was typed is answered; the smaller, the better."""

    EXACT = 0  # it is in the register
    NONE = 1  # none was typed
    NEAR = 2  # the register has the number without its suffix, or one on either side of it
    MISSING = 3  # it is not in the register, nor one near it


@dataclass(frozen=True, slots=True)
class Standing:
    """What an answer is ranked by.

    faults    -- typing errors
    letters   -- length of the key that answered
    township_named -- its township was typed
    sort, kind -- official name before alias before old name; estate before road before single address
    away      -- how far the number is from the one typed
    """

    match: Match
    faults: int
    letters: int
    township_named: bool
    door: DoorMatch
    away: int
    sort: int
    kind: int
    shown: str
    township: str
    code: str


def rank(standing: Standing) -> tuple[int | str, ...]:
    """Return what answers are sorted by, smallest first. No two answers are equal: codes differ.

    1. How the name answers (Match), then fewer typing errors.
    2. The number or building that was typed: exact, none typed, near, missing.
    3. Of names that stand in what was typed, the longer one; of others the shorter one.
    4. The township that was typed; official name, alias, old name; estate, road, single address.
    5. The nearer number, then the smaller one's text; then text, township, code.
    Source: docs/addresses.md (order).
    """
    letters = -standing.letters if standing.match <= Match.PART else standing.letters
    return (
        *(int(standing.match), standing.faults, int(standing.door), letters),
        *(int(not standing.township_named), standing.sort, standing.kind),
        *(standing.away, standing.shown, standing.township, standing.code),
    )
