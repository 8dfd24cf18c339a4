"""Twin groups: children drawn as one ball because they ask for the same schools together.

A group is never a family's word alone: who writes another family's code would share its ticket, or strike its school.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from admissions.rules.facts import FactName, Facts

# Born before and after midnight; no register or certificate makes one child of the next week a twin.
MOST_DAYS_APART = 1

# What an officer states in the place of a code after finding that the child is no twin.
NO_TWIN = "none"


@dataclass(frozen=True, slots=True)
class GroupMember:
    """A child on an entry list: its receipt, proved group or "", proved birth date, list, and whether it may be split.

    Make it with `group_member`, so that nothing that nobody proved comes in.
    """

    receipt: str
    group_code: str
    born_on: date | None
    choices: Hashable
    split_allowed: bool = False


def group_proved(facts: Facts) -> str:
    """Return the code of the twin group that a register, a document or an officer stands behind, else "".

    It is "" as well where an officer found that there is no twin.

    Source: docs/rules/twins.md.
    """
    fact = facts.get(FactName.TWIN_GROUP)
    return str(fact.value) if fact is not None and fact.is_proved and fact.value != NO_TWIN else ""


def group_member(
    receipt: str, facts: Facts, choices: Hashable, *, split_allowed: bool = False
) -> GroupMember:
    """Return the child as far as its group and its birth date are proved. Source: docs/rules/twins.md."""
    birth = facts.get(FactName.BIRTH_DATE)
    born_on = facts.day(FactName.BIRTH_DATE) if birth is not None and birth.is_proved else None
    return GroupMember(receipt, group_proved(facts), born_on, choices, split_allowed)


def are_one_birth(one: date, other: date) -> bool:
    """Say whether children born on these days can be twins: on one day, or on two that follow one another.

    Source: docs/rules/twins.md.
    """
    return abs((one - other).days) <= MOST_DAYS_APART


def drawn_together(members: Iterable[GroupMember]) -> Mapping[str, str]:
    """Return the published group of every child that is drawn with another, by receipt.

    1. Children of one proved group with the same list are taken together.
    2. Of these, the eldest and all born on its day or the day after are one birth; then the next eldest, and so on.
    3. Two or more of one birth are drawn together; any other child is drawn for itself.
    A group is named after its smallest receipt. Source: docs/rules/twins.md.
    """
    return {
        twin.receipt: f"G{min(member.receipt for member in twins)}"
        for twins in _balls(members)
        for twin in twins
    }


def may_be_split(members: Iterable[GroupMember]) -> Mapping[str, bool]:
    """Return by receipt whether the family lets the child go on alone; of a group, whether every form says so.

    Source: docs/rules/twins.md.
    """
    members = list(members)
    agreed = {
        twin.receipt: all(member.split_allowed for member in twins)
        for twins in _balls(members)
        for twin in twins
    }
    return {member.receipt: agreed.get(member.receipt, member.split_allowed) for member in members}


def _balls(members: Iterable[GroupMember]) -> Iterator[list[GroupMember]]:
    named: dict[tuple[str, Hashable], list[tuple[date, GroupMember]]] = {}
    for member in members:
        if member.group_code and member.born_on is not None:
            named.setdefault((member.group_code, member.choices), []).append((member.born_on, member))
    for alike in named.values():
        yield from (twins for twins in _births(alike) if len(twins) > 1)


def _births(alike: list[tuple[date, GroupMember]]) -> Iterator[list[GroupMember]]:
    left = sorted(alike, key=lambda pair: pair[0])
    while left:
        eldest = left[0][0]
        yield [member for born_on, member in left if are_one_birth(eldest, born_on)]
        left = [pair for pair in left if not are_one_birth(eldest, pair[0])]
