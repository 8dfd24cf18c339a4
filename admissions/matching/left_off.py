"""A child left off the list by mistake: where it stands in the orders of a draw that is over."""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from admissions.matching.ranks import dense_ranks
from admissions.matching.records import PRIVATE_TRACK, LoserRule, RoundPlan

Key = tuple[int, ...]
Place = tuple[int, int]
Standing = tuple[int, int, int, str]


@dataclass(frozen=True, slots=True)
class LateChoice:
    """One line that the child listed.

    rank, loser_rank -- (rank of the list, 1) where the child's keys are those of the rank, so that the ticket decides;
                        (rank, 0) where it goes before everybody of the rank
    """

    line_id: str
    choice: int
    rank: Place
    loser_rank: Place


@dataclass(frozen=True, slots=True)
class LateEntry:
    """A child with a receipt who was left off; `group_id` is the ball of its twins, who drew already."""

    receipt: str
    choices: tuple[LateChoice, ...]
    group_id: str | None = None


def late_place(key: Key, listed: Mapping[Key, int]) -> Place:
    """Return where a key falls on the scale of a line's published ranks.

    listed -- keys of the children on the list and their dense ranks, in the same order
    Two children left off between the same ranks are told apart by ticket. Source: docs/rules/after-results.md.
    """
    if key in listed:
        return listed[key], 1
    keys = sorted(listed)
    index = bisect_left(keys, key)
    return (listed[keys[index]] if index < len(keys) else max(listed.values(), default=0) + 1), 0


@dataclass(frozen=True, slots=True)
class DrawnLines:
    """What of a draw decides where a late child stands.

    highest   -- by line: the largest rank on the list in the line's stage
    last      -- by line: (rank as it counted, ticket) of the last child admitted, absent where seats were left
    ticket_of -- (line, ball) -> ticket
    """

    plan: RoundPlan
    highest: Mapping[str, int]
    last: Mapping[str, tuple[int, int]]
    ticket_of: Callable[[str, str], int]

    def in_turn(self, entry: LateEntry) -> tuple[str, ...]:
        """Return the child's lines in the order of stages, then of its list."""
        listed = [choice.line_id for choice in entry.choices]
        return tuple(name for stage in self.plan.stages for name in listed if name in stage.line_ids)

    def standing(self, entry: LateEntry, line_id: str) -> Standing:
        """Return where a child that got nothing before stands at the line; smaller goes first."""
        choice = next(item for item in entry.choices if item.line_id == line_id)
        stage = next(stage for stage in self.plan.stages if line_id in stage.line_ids)
        rank, within = choice.rank
        if self._tried_private(entry, line_id):
            if stage.losers is LoserRule.SAME_CLASS_LAST:
                rank, within = choice.loser_rank
            elif stage.losers is LoserRule.AFTER_ALL:
                rank += self.highest[line_id]
        return rank, within, self.ticket_of(line_id, entry.group_id or entry.receipt), entry.receipt

    def line_won(self, entry: LateEntry) -> str | None:
        """Return the first line at which the child would have been admitted, had it been on the list, or None.

        That is a line with seats left by the draw, or one whose last child admitted stands behind it.
        Source: docs/rules/after-results.md.
        """
        return next((name for name in self.in_turn(entry) if self._wins(entry, name)), None)

    def _wins(self, entry: LateEntry, line_id: str) -> bool:
        if line_id not in self.last:
            return next(line.seats > 0 for line in self.plan.lines if line.line_id == line_id)
        rank, ticket = self.last[line_id]
        return self.standing(entry, line_id)[:3] < (rank, 1, ticket)

    def _tried_private(self, entry: LateEntry, line_id: str) -> bool:
        private = {line.line_id for line in self.plan.lines if line.track == PRIVATE_TRACK}
        listed = {choice.line_id for choice in entry.choices} & private
        for stage in self.plan.stages:
            if line_id in stage.line_ids:
                return False
            if listed & set(stage.line_ids):
                return True
        return False

    def inserted(
        self, order: Sequence[str], line_id: str, entries: Mapping[str, LateEntry]
    ) -> tuple[str, ...]:
        """Return the waiting list of the line with a late child in it.

        entries -- of everybody in `order`, and of the late child, who is the one not in it
        """
        (late,) = set(entries) - set(order)
        mine = self.standing(entries[late], line_id)
        index = bisect_left(order, mine, key=lambda receipt: self.standing(entries[receipt], line_id))
        return (*order[:index], late, *order[index:])


def on_the_list(entry: Mapping[str, Any]) -> LateEntry:
    """Return a child of the entry list (`lottery.entry_list.entry_value`) in the form of a late one."""
    choices = (
        LateChoice(line, choice, (rank, 1), (loser, 1)) for line, choice, rank, loser in entry["choices"]
    )
    return LateEntry(entry["receipt"], tuple(choices), entry["group"])


def late_places(key: Key, listed: Sequence[Key], *, losers_last: bool) -> tuple[Place, Place]:
    """Return (place, place after a lost private draw) of a key on the scale of a line's published ranks.

    key, listed -- (tier, sort keys...), of the late child and of the children on the list
    losers_last -- whether the line's stage puts losers last in their tier: both places are then on one scale
    Source: docs/rules/after-results.md.
    """
    if not losers_last:
        place = late_place(key, dict(zip(listed, dense_ranks(listed), strict=True)))
        return place, place
    scale = [(item[0], lost, *item[1:]) for lost in (0, 1) for item in listed]
    ranks = dict(zip(scale, dense_ranks(scale), strict=True))
    return late_place((key[0], 0, *key[1:]), ranks), late_place((key[0], 1, *key[1:]), ranks)
