"""What a projection reads: plain records with whole numbers, of one district and one stage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

METHOD = "cohort-capture-1"  # changes whenever the same input would give another result
YEARS_AHEAD = 6


class SourceCategory(StrEnum):
    """Where a child is registered, seen from the district and the unit it lives in."""

    REGISTERED = "registered"
    COUNTY_MOVER = "county_mover"
    CITY_MOVER = "city_mover"
    MIGRANT = "migrant"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class AgeRule:
    """Who enters: the entry age is completed on or before the cut-off day, that day included."""

    entry_age: int
    cut_off_month: int = 8
    cut_off_day: int = 31


@dataclass(frozen=True, slots=True)
class Place:
    """A catchment unit and the township it belongs to, which may be empty."""

    unit: str
    township: str = ""


@dataclass(frozen=True, slots=True)
class Born:
    """So many children of a unit and category who were born on one day."""

    unit: str
    born_on: date
    category: str
    children: int = 1


@dataclass(frozen=True, slots=True)
class PastClaim:
    """What became of a unit's children of entry age in a past year.

    school   -- code of the school of the unit's zone in that year
    children -- of entry age; enrolled -- who really entered the zone school, at most `children`
    """

    year: int
    unit: str
    category: str
    school: str
    children: int
    enrolled: int


@dataclass(frozen=True, slots=True)
class GradePupils:
    """Pupils of a grade (1 to 9) of a school in the autumn of a year."""

    year: int
    school: str
    grade: int
    pupils: int


@dataclass(frozen=True, slots=True)
class Moves:
    """Net arrivals of children of an age in the twelve months up to the cut-off day of `year`.

    age      -- at the beginning of the twelve months
    children -- of that age in the district at the beginning
    net      -- arrivals minus departures; negative when more leave
    """

    year: int
    age: int
    children: int
    net: int


@dataclass(frozen=True, slots=True)
class Estate:
    """New dwellings in a unit. `occupied_percent` is the share that will be lived in once all have moved in."""

    code: str
    unit: str
    dwellings: int
    kind: str
    delivered_in: int
    occupied_percent: int = 100


@dataclass(frozen=True, slots=True)
class HousingYield:
    """Children of one kind of dwelling, by full years since delivery; the last figure holds for all later years.

    moved_in_percent  -- of the dwellings that will be lived in, how many are by then
    children_per_1000 -- of the age that enters, in 1,000 dwellings that are lived in
    """

    moved_in_percent: Sequence[int]
    children_per_1000: Sequence[int]


@dataclass(frozen=True, slots=True)
class Method:
    """The numbers of the method; a bureau may choose others, and every result states them.

    years_fitted      -- past years that capture rates and survival are fitted on
    years_spread      -- youngest cohorts whose places later cohorts are spread by
    strength          -- children that a rate of the next larger area counts for, where this cannot be estimated
    least, greatest_strength -- bounds of that number where it is estimated
    least_step, greatest_step_percent -- bounds of one year's survival
    tail_percent      -- share of past errors left out at either end of the band
    yields_are_local  -- the bureau stated the yields itself; else they are general figures, and the result says so
    """

    years_fitted: int = 5
    years_spread: int = 3
    strength: int = 50
    least_strength: int = 2
    greatest_strength: int = 1000
    least_step_percent: int = 50
    greatest_step_percent: int = 150
    tail_percent: int = 10
    yields: Mapping[str, HousingYield] = field(default_factory=dict)
    yields_are_local: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """Everything known about a district and stage. Order of the sequences changes nothing.

    first_year -- the first entry year to project; `YEARS_AHEAD` years are projected
    as_of      -- the day of the census; without a census (no `births`) past claims stand for it
    """

    places: Sequence[Place]
    rule: AgeRule
    first_year: int
    as_of: date
    births: Sequence[Born] = ()
    claims: Sequence[PastClaim] = ()
    grades: Sequence[GradePupils] = ()
    moves: Sequence[Moves] = ()
    estates: Sequence[Estate] = ()
    method: Method = field(default_factory=Method)
