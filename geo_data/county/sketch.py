"""The records of an invented county."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Points = tuple[tuple[float, float], ...]

DISTRICT = "990101"  # no province has the digits 99: no real code or identity number begins so
WORKING_CRS = 4543  # CGCS2000, Gauss-Krueger on 102° east: the county lies in the emptiest part of a desert
FIRST_AGE, LAST_AGE = 3, 15
PRIMARY_AGE, JUNIOR_AGE = 6, 12


class UnitKind(StrEnum):
    """What a unit is called in the file."""

    ESTATE = "小区"
    VILLAGE = "村"


@dataclass(frozen=True, slots=True)
class UnitSketch:
    """An invented unit. `ring` is its border in metres, closed; `x`, `y` its middle; `weight` its share of children."""

    code: str
    name: str
    kind: UnitKind
    township: str
    ring: Points
    x: float
    y: float
    weight: float


@dataclass(frozen=True, slots=True)
class SchoolSketch:
    """An invented school in the middle of a unit; `capacity` counts all grades, `planned_intake` the first."""

    code: str
    name: str
    stage: str
    ownership: str
    address: str
    unit: int
    x: float
    y: float
    capacity: int
    planned_intake: int
    classes: int
    group_code: str


@dataclass(frozen=True, slots=True)
class LineSketch:
    """A street, main road or river; points in metres."""

    kind: str
    name: str
    points: Points


@dataclass(frozen=True)
class County:
    """An invented county, without its children.

    children -- [n_units, n_ages] children by unit and age on 31 August of `year`, ages FIRST_AGE to LAST_AGE
    zones_last_year -- stage -> [n_units] index into `schools`: the public school each unit belonged to
    """

    seed: int
    year: int
    district: str
    units: tuple[UnitSketch, ...]
    pairs: IntArray
    schools: tuple[SchoolSketch, ...]
    lines: tuple[LineSketch, ...]
    children: IntArray
    zones_last_year: Mapping[str, IntArray]


def shares(total: int, weights: FloatArray) -> IntArray:
    """Return whole numbers in proportion to the weights that add up to `total`: largest remainders, then first."""
    exact = weights / weights.sum() * total
    whole: IntArray = np.floor(exact).astype(np.int64)
    missing = total - int(whole.sum())
    whole[np.argsort(-(exact - whole), kind="stable")[:missing]] += 1
    return whole
