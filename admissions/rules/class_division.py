"""Class division: random balanced classes from the same verifiable draw."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Sex(StrEnum):
    """As in the register."""

    FEMALE = "female"
    MALE = "male"


class DivisionImpossible(ValueError):
    """A group of twins cannot be kept as its family asked in so few or so small classes."""


@dataclass(frozen=True, slots=True)
class Pupil:
    """A pupil to be put in a class; members of a twin group share `group_id`, the ticket and the wish.

    together -- the family wants the group in one class, else in different ones; without a group it says nothing
    """

    receipt: str
    sex: Sex
    ticket: int
    group_id: str | None = None
    together: bool = True


def divide(pupils: Iterable[Pupil], classes: int) -> tuple[tuple[str, ...], ...]:
    """Return the receipts of each class, sorted; sizes differ by at most one, and so does each sex.

    1. Places: each class gets its share of each sex; left-over boys go to the first classes, left-over girls to the
       classes after those, so that sizes stay within one.
    2. Twin groups by ticket: together into the next class in turn with places for all; apart one after another.
    3. All others by ticket, ties by receipt: each into the next class in turn with a place for its sex.
    Raises ValueError for no class, DivisionImpossible when step 2 finds no class. The input's order changes nothing.
    Source: docs/rules/class-division.md.
    """
    if classes < 1:
        raise ValueError("a grade has at least one class")
    ordered = sorted(pupils, key=lambda pupil: (pupil.ticket, pupil.receipt))
    dealer = _Dealer(ordered, classes)
    for group in _groups(ordered):
        dealer.seat_group(group)
    for pupil in ordered:
        if pupil.group_id is None:
            dealer.seat([pupil], avoid=())
    return tuple(tuple(sorted(members)) for members in dealer.members)


def unbalanced_classes(pupils: Iterable[Pupil], division: Sequence[Sequence[str]]) -> int:
    """Return how many classes lie more than one away from the smallest, in size or in either sex.

    Source: docs/rules/class-division.md.
    """
    sex_of = {pupil.receipt: pupil.sex for pupil in pupils}
    counts = [
        (
            len(members),
            sum(sex_of[receipt] is Sex.FEMALE for receipt in members),
            sum(sex_of[receipt] is Sex.MALE for receipt in members),
        )
        for members in division
    ]
    least = [min(column) for column in zip(*counts, strict=True)]
    return sum(any(count > low + 1 for count, low in zip(counted, least, strict=True)) for counted in counts)


def _groups(ordered: Sequence[Pupil]) -> Iterator[list[Pupil]]:
    """Yield the twin groups in the order of their first member."""
    for group_id in dict.fromkeys(pupil.group_id for pupil in ordered if pupil.group_id is not None):
        yield [pupil for pupil in ordered if pupil.group_id == group_id]


class _Dealer:
    """Deals pupils to classes in turn, within the places of each sex."""

    def __init__(self, pupils: Sequence[Pupil], classes: int) -> None:
        self.members: list[list[str]] = [[] for _ in range(classes)]
        self._turn = 0
        counted = {sex: sum(pupil.sex is sex for pupil in pupils) for sex in Sex}
        boys_left = counted[Sex.MALE] % classes
        self._places = [
            {
                Sex.MALE: counted[Sex.MALE] // classes + (place < boys_left),
                Sex.FEMALE: counted[Sex.FEMALE] // classes
                + ((place - boys_left) % classes < counted[Sex.FEMALE] % classes),
            }
            for place in range(classes)
        ]

    def seat_group(self, group: list[Pupil]) -> None:
        if group[0].together:
            self.seat(group, avoid=())
            return
        used: list[int] = []
        for pupil in group:
            used.append(self.seat([pupil], avoid=used))

    def seat(self, pupils: list[Pupil], avoid: Sequence[int]) -> int:
        """Put the pupils into the next class in turn that has places for all, and return it."""
        classes = len(self.members)
        for step in range(classes):
            place = (self._turn + step) % classes
            if place not in avoid and self._has_places(place, pupils):
                self.members[place].extend(pupil.receipt for pupil in pupils)
                for pupil in pupils:
                    self._places[place][pupil.sex] -= 1
                self._turn = (place + 1) % classes
                return place
        raise DivisionImpossible(f"no class can take {', '.join(pupil.receipt for pupil in pupils)}")

    def _has_places(self, place: int, pupils: list[Pupil]) -> bool:
        wanted = {sex: sum(pupil.sex is sex for pupil in pupils) for sex in Sex}
        return all(self._places[place][sex] >= count for sex, count in wanted.items())
