"""The stated score of two records born on the same day: 0 to 100, whole points, thresholds as data."""

from collections.abc import Iterable
from dataclasses import dataclass

from geo_data.reconciliation.likeness import ALIKE_BY_SOUND, likeness, plain_name
from geo_data.reconciliation.records import Record

ALL = 100


@dataclass(frozen=True, slots=True)
class ScoreRule:
    """Points and thresholds. Source: docs/reconciliation.md (score).

    name, guardian, sex, unit -- points for full agreement; they add up to 100
    *_unknown                 -- points where either side says nothing
    other_number              -- taken off when both state numbers and none is the same
    sure_from                 -- from here on two records are one child, if the names are at least alike by sound
    doubtful_from             -- from here on somebody must look; below they are different children
    """

    name: int = 50
    guardian: int = 25
    guardian_unknown: int = 12
    sex: int = 10
    sex_unknown: int = 5
    unit: int = 15
    unit_unknown: int = 8
    other_number: int = 30
    sure_from: int = 85
    doubtful_from: int = 65

    def __post_init__(self) -> None:
        if self.name + self.guardian + self.sex + self.unit != ALL:
            raise ValueError("the points for full agreement must add up to 100")
        if not self.guardian + self.sex + self.unit < self.doubtful_from <= self.sure_from <= ALL:
            raise ValueError("names without a letter in common must never be doubtful")


@dataclass(frozen=True, slots=True)
class Profile:
    """What all records joined so far say of a child; names and guardians as they are compared."""

    names: frozenset[str]
    numbers: frozenset[str]
    guardians: frozenset[str]
    guardian_numbers: frozenset[str]
    phones: frozenset[str]
    sexes: frozenset[str]
    units: frozenset[str]


@dataclass(frozen=True, slots=True)
class Score:
    """The points of two profiles; `is_sure` says whether they are one child without a person looking.

    without_numbers -- the points before anything was taken off for other numbers
    """

    points: int
    without_numbers: int
    name_likeness: int
    guardian_agrees: bool
    is_sure: bool


@dataclass(frozen=True, slots=True)
class Points:
    """What a score is made of, each part with its own points; `other_number` is taken off.

    guardian_numbers_differ -- both state numbers of guardians and none is the same
    """

    name: int
    guardian: int
    sex: int
    unit: int
    other_number: int
    name_likeness: int
    guardian_agrees: bool
    guardian_numbers_differ: bool = False

    @property
    def total(self) -> int:
        """Return the sum, never below 0."""
        return max(0, self.without_numbers - self.other_number)

    @property
    def without_numbers(self) -> int:
        """Return the sum before anything is taken off."""
        return self.name + self.guardian + self.sex + self.unit


UNIT_FACTS = ("registration_unit", "dwelling_unit")


def profile(records: Iterable[Record]) -> Profile:
    """Return what the records say together; units are those of the rows and of their facts."""
    records = tuple(records)
    return Profile(
        names=_stated(plain_name(record.name) for record in records),
        numbers=_stated(record.identity for record in records),
        guardians=_stated(plain_name(name) for record in records for name, _ in record.guardians),
        guardian_numbers=_stated(number for record in records for _, number in record.guardians),
        phones=_stated(record.phone for record in records),
        sexes=_stated(record.sex for record in records),
        units=_stated(unit for record in records for unit in _units(record)),
    )


def score(a: Profile, b: Profile, rule: ScoreRule) -> Score:
    """Return the points of two profiles of the same birth date; the same whichever comes first.

    1. Name: likeness of the two names most alike, in percent of its points, rounded down.
    2. Guardian: full for a number or a phone in common; else the likeness of the names most alike, of both guardians
       where a side names two; else, where either side names nobody, the points of an unknown guardian. Where both
       state numbers and none is in common, names alike count no more than an unknown guardian: perhaps two people of
       one name. Different phones alone say nothing.
    3. Sex and unit: full where one is in common, nothing where none is, the points of unknown where not stated.
    4. When both state identity numbers and none is in common, `other_number` is taken off; never below 0.
    5. Sure: at least `sure_from`, names at least alike by sound, no other number.
    Source: docs/reconciliation.md (score).
    """
    parts = points_of(a, b, rule)
    names, points = parts.name_likeness, parts.without_numbers
    is_sure = points >= rule.sure_from and names >= ALIKE_BY_SOUND and not parts.other_number
    return Score(parts.total, points, names, parts.guardian_agrees, is_sure)


def points_of(a: Profile, b: Profile, rule: ScoreRule) -> Points:
    """Return the parts of the score by steps 1 to 4 of `score`; the same whichever profile comes first."""
    names = _most_alike(a.names, b.names)
    guardian, agrees = _guardian_points(a, b, rule)
    numbers_differ = _differ(a.guardian_numbers, b.guardian_numbers)
    return Points(
        name=rule.name * names // ALL,
        guardian=guardian,
        sex=_points(a.sexes, b.sexes, rule.sex, rule.sex_unknown),
        unit=_points(a.units, b.units, rule.unit, rule.unit_unknown),
        other_number=rule.other_number * _differ(a.numbers, b.numbers),
        name_likeness=names,
        guardian_agrees=agrees,
        guardian_numbers_differ=numbers_differ,
    )


def _guardian_points(a: Profile, b: Profile, rule: ScoreRule) -> tuple[int, bool]:
    if a.guardian_numbers & b.guardian_numbers or a.phones & b.phones:
        return rule.guardian, True
    numbers_differ = _differ(a.guardian_numbers, b.guardian_numbers)
    if a.guardians and b.guardians:
        alike = _most_alike(a.guardians, b.guardians)
        points = rule.guardian * alike // ALL
        return (min(points, rule.guardian_unknown), False) if numbers_differ else (points, alike == ALL)
    return (0 if numbers_differ else rule.guardian_unknown), False


def _differ(a: frozenset[str], b: frozenset[str]) -> bool:
    """Say whether both sides state something and nothing is in common."""
    return bool(a) and bool(b) and not a & b


def _points(a: frozenset[str], b: frozenset[str], full: int, unknown: int) -> int:
    if not a or not b:
        return unknown
    return full if a & b else 0


def _most_alike(a: frozenset[str], b: frozenset[str]) -> int:
    return max((likeness(x, y) for x in a for y in b), default=0)


def _stated(values: Iterable[str]) -> frozenset[str]:
    return frozenset(value for value in values if value)


def _units(record: Record) -> Iterable[str]:
    yield record.unit
    for name in UNIT_FACTS:
        yield from record.facts.said(name)
