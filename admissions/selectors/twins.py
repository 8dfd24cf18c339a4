"""The twin group of an application: whether it is proved, who else is in it, and whether they draw together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from django.db.models import Prefetch, Q

from admissions.models import LIVE_STATUSES, Application, ApplicationChoice
from admissions.rules.facts import FactName, FactSource, facts_from_data
from admissions.rules.twins import NO_TWIN, GroupMember, are_one_birth, group_member
from admissions.selectors.dwellings import guardians_by_child


class TwinState(StrEnum):
    """What comes of a twin group as things stand; only TOGETHER draws with one ticket."""

    UNPROVED = "unproved"
    FOUND_NONE = "found_none"
    ALONE = "alone"
    OTHER_BIRTH = "other_birth"
    OTHER_LIST = "other_list"
    TOGETHER = "together"


@dataclass(frozen=True, slots=True)
class OtherOfGroup:
    """Another live application that names the group, for officers only.

    shares_guardian -- None when no register names the guardians of both
    """

    application_id: UUID
    receipt: str
    born_on: date
    source: FactSource
    is_one_birth: bool
    has_same_list: bool
    shares_guardian: bool | None


@dataclass(frozen=True, slots=True)
class TwinStanding:
    """The twin group that an application names.

    is_stated      -- the family's word, that an officer can still find wrong
    may_be_split   -- every form of those drawn together allows it
    """

    state: TwinState
    is_stated: bool
    may_be_split: bool
    others: tuple[OtherOfGroup, ...]


def find_twin_standing(application: Application) -> TwinStanding | None:
    """Return what comes of the group that the application names; None when it names none.

    Families are shown the state alone: of another child nothing but that a twin has the same list or another.
    """
    fact = facts_from_data(application.facts).get(FactName.TWIN_GROUP)
    if fact is None:
        return None
    rows = [] if fact.value == NO_TWIN else _naming(application, str(fact.value))
    own = _member(application)
    proved = [twin for twin in map(_member, rows) if twin.group_code == own.group_code]
    alike = [twin for twin in proved if _is_one_birth(own, twin) and twin.choices == own.choices]
    return TwinStanding(
        state=_state(own, proved) if fact.value != NO_TWIN else TwinState.FOUND_NONE,
        is_stated=not fact.is_proved,
        may_be_split=all(twin.split_allowed for twin in (own, *alike)),
        others=_others(application, own, rows),
    )


def _state(own: GroupMember, proved: Sequence[GroupMember]) -> TwinState:
    if not own.group_code or own.born_on is None:
        return TwinState.UNPROVED
    if not proved:
        return TwinState.ALONE
    twins = [twin for twin in proved if _is_one_birth(own, twin)]
    if not twins:
        return TwinState.OTHER_BIRTH
    same = any(twin.choices == own.choices for twin in twins)
    return TwinState.TOGETHER if same else TwinState.OTHER_LIST


def _is_one_birth(one: GroupMember, other: GroupMember) -> bool:
    return one.born_on is not None and other.born_on is not None and are_one_birth(one.born_on, other.born_on)


def _naming(application: Application, code: str) -> list[Application]:
    """Return the other live applications of the round that name the group, proved or not, by receipt. Two queries."""
    stated = [{"name": FactName.TWIN_GROUP.value, "value": code}]
    rows = Application.objects.filter(
        Q(group_code=code) | Q(facts__contains=stated), round=application.round_id, status__in=LIVE_STATUSES
    ).exclude(pk=application.pk)
    listed = Prefetch("choices", ApplicationChoice.objects.order_by("position"))
    return list(rows.select_related("receipt").prefetch_related(listed).order_by("receipt__receipt"))


def _member(application: Application) -> GroupMember:
    listed = tuple(
        (row.line_id, row.choice) for row in sorted(application.choices.all(), key=lambda row: row.position)
    )
    return group_member(
        application.receipt.receipt,
        facts_from_data(application.facts),
        listed,
        split_allowed=application.split_allowed,
    )


def _others(
    application: Application, own: GroupMember, rows: Sequence[Application]
) -> tuple[OtherOfGroup, ...]:
    children = [application.child_index, *(row.child_index for row in rows)]
    guardians = guardians_by_child(application.round.district_id, children) if rows else {}
    ours = guardians.get(application.child_index)
    found = []
    for row in rows:
        fact, theirs = facts_from_data(row.facts)[FactName.TWIN_GROUP], guardians.get(row.child_index)
        found.append(
            OtherOfGroup(
                application_id=row.pk,
                receipt=row.receipt.receipt,
                born_on=row.birth_on,
                source=fact.source,
                is_one_birth=are_one_birth(application.birth_on, row.birth_on),
                has_same_list=_member(row).choices == own.choices,
                shares_guardian=bool(ours & theirs) if ours and theirs else None,
            )
        )
    return tuple(found)
