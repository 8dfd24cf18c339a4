"""Twin groups: children drawn as one ball because they ask for the same schools together."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GroupMember:
    """A child on an entry list: its receipt, the group its family named or "", and its list of choices."""

    receipt: str
    group_code: str
    choices: Hashable


def drawn_together(members: Iterable[GroupMember]) -> Mapping[str, str]:
    """Return the published group of every child that is drawn with another, by receipt.

    Children of one group are drawn together when their lists are the same; a child whose list differs, or that is
    alone in its group, is drawn for itself. A group is named after its smallest receipt.
    Source: docs/rules/twins.md.
    """
    together: dict[tuple[str, Hashable], list[str]] = {}
    for member in members:
        if member.group_code:
            together.setdefault((member.group_code, member.choices), []).append(member.receipt)
    return {
        receipt: f"G{min(receipts)}"
        for receipts in together.values()
        if len(receipts) > 1
        for receipt in receipts
    }
