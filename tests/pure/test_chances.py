"""Chances: of whom came, by tier, taken together, and never of a handful of children."""

from collections.abc import Sequence

import numpy as np
import pytest

from admissions.matching.chance_groups import grouped_chances
from admissions.matching.chances import Chance, Redraws, by_tier, chances, chances_of, redraw
from admissions.matching.records import (
    Applicant,
    Bid,
    Line,
    LoserRule,
    Mechanism,
    RoundInput,
    RoundPlan,
    Stage,
)


def child(receipt: str, ticket: int, *bids: tuple[str, int, int, int]) -> Applicant:
    """A child whose bids are (line, choice, rank, tier)."""
    return Applicant(
        receipt,
        tuple(Bid(line, choice, rank, ticket, None, tier) for line, choice, rank, tier in bids),
    )


def one_stage(*lines: Line) -> RoundPlan:
    ids = tuple(line.line_id for line in lines)
    return RoundPlan("r", lines, (Stage("all", Mechanism.DEFERRED_ACCEPTANCE, ids, LoserRule.CLASS_KEPT),))


def counted(
    kinds: Sequence[tuple[int, int, int]], children: Sequence[int], draws: Sequence[Sequence[tuple[int, int]]]
) -> Redraws:
    """Draws written out: (came, met) of every kind."""
    table = np.array(draws, dtype=np.int32)
    return Redraws(
        ("A", "B"), np.array(kinds, dtype=np.int64), np.array(children), table[:, :, 0], table[:, :, 1]
    )


def places(told: Sequence[Chance]) -> list[tuple[str, int, int]]:
    return [(one.line_id, one.choice, one.order) for one in told]


def test_who_has_a_place_higher_on_the_list_does_not_come_to_the_next_line() -> None:
    # given two children who list P, which has one seat, before A, which has one
    both = [child(name, place, ("P", 1, 1, 1), ("A", 2, 1, 1)) for place, name in enumerate("ab")]

    found = chances(RoundInput(one_stage(Line("P", 1), Line("A", 1)), tuple(both)), draws=50, seed=1)

    # then in every draw one wins P, and the other comes to A and gets it
    assert found == (Chance("A", 2, 1, 2, 1, 100, 100, 100), Chance("P", 1, 1, 2, 2, 50, 50, 50))


def test_ranks_of_one_tier_are_counted_together() -> None:
    # given one seat for the first of three ranks, which make two tiers
    three = [
        child(name, place, ("A", 1, rank, tier))
        for place, (name, rank, tier) in enumerate([("a", 1, 1), ("b", 2, 1), ("c", 3, 2)])
    ]

    found = chances(RoundInput(one_stage(Line("A", 1)), tuple(three)), draws=20, seed=1, order_of_bid=by_tier)

    assert found == (Chance("A", 1, 1, 2, 2, 50, 50, 50), Chance("A", 1, 2, 1, 1, 0, 0, 0))


def test_progress_is_told_after_every_draw_and_a_seed_gives_the_same_again() -> None:
    rivals = tuple(child(f"c{i}", i, ("A", 1, 1, 1)) for i in range(7))
    said: list[tuple[int, int]] = []
    asked = RoundInput(one_stage(Line("A", 3)), rivals)

    first = redraw(asked, draws=4, seed=9, watch=lambda done, total: said.append((done, total)))

    assert said == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert chances_of(first) == chances(asked, draws=4, seed=9)


def test_the_range_leaves_out_the_five_worst_and_best_draws_in_a_hundred() -> None:
    # given a hundred draws in which 1, 2, ... 100 of a hundred children are admitted
    found = chances_of(counted([(0, 1, 1)], [100], [[(100, met)] for met in range(1, 101)]))

    assert found == (Chance("A", 1, 1, 100, 100, 50, 5, 95),)


def test_draws_in_which_nobody_came_say_nothing_of_the_chance() -> None:
    # given a line to which a child came in two draws of four, and got in once; and one to which nobody ever came
    draws = [[(0, 0), (0, 0)], [(1, 1), (0, 0)], [(0, 0), (0, 0)], [(1, 0), (0, 0)]]

    found = chances_of(counted([(0, 2, 1), (1, 2, 1)], [8, 3], draws))

    assert found == (Chance("A", 2, 1, 8, 0, 50, 0, 100), Chance("B", 2, 1, 3, 0, 0, 0, 0))


def test_sums_are_drawn_draw_by_draw_not_averaged() -> None:
    # given two tiers of five children whose luck is opposite: together five of ten in every draw
    draws = [[(5, 5), (5, 0)], [(5, 0), (5, 5)]]

    told = grouped_chances(counted([(0, 1, 1), (0, 1, 2)], [5, 5], draws))

    assert told == (
        Chance("A", 0, 0, 10, 10, 50, 50, 50),
        Chance("A", 1, 0, 10, 10, 50, 50, 50),
        Chance("A", 1, 1, 5, 5, 50, 0, 100),
        Chance("A", 1, 2, 5, 5, 50, 0, 100),
    )


WHOLE, FIRST = ("A", 0, 0), ("A", 1, 0)


@pytest.mark.parametrize(
    ("children", "expected"),
    [
        ([5], [WHOLE, FIRST, ("A", 1, 1)]),
        ([4], []),
        ([5, 5], [WHOLE, FIRST, ("A", 1, 1), ("A", 1, 2)]),
        ([90, 4], [("A", 1, 1)]),  # from the sum the four could be worked out
        ([90, 1], [("A", 1, 1)]),
        ([4, 4], [WHOLE, FIRST]),  # eight together, of whom nothing is told apart
        ([2, 2], []),
        ([90, 4, 1], [WHOLE, FIRST, ("A", 1, 1)]),  # five beside the group that is told
    ],
)
def test_groups_of_fewer_than_five_are_not_told_nor_to_be_worked_out(
    children: list[int], expected: list[tuple[str, int, int]]
) -> None:
    kinds = [(0, 1, order) for order in range(1, len(children) + 1)]

    told = grouped_chances(counted(kinds, children, [[(count, count) for count in children]]))

    assert places(told) == expected


def test_a_line_is_told_when_the_choices_that_are_not_hold_enough_children() -> None:
    # given a first choice that may be told whole, and second and third choices of three children each
    kinds = [(0, 1, 1), (0, 2, 1), (0, 3, 1)]

    told = grouped_chances(counted(kinds, [20, 3, 3], [[(20, 1), (3, 1), (3, 1)]]))

    assert places(told) == [WHOLE, FIRST, ("A", 1, 1)]


def test_a_line_is_not_told_when_taking_its_parts_away_leaves_a_few() -> None:
    # given a first choice of 20 in one tier, and a second of 5 and 4
    kinds = [(0, 1, 1), (0, 2, 1), (0, 2, 2)]

    told = grouped_chances(counted(kinds, [20, 5, 4], [[(20, 1), (5, 1), (4, 1)]]))

    assert places(told) == [FIRST, ("A", 1, 1), ("A", 2, 1)]


def test_lines_are_counted_apart() -> None:
    told = grouped_chances(counted([(0, 1, 1), (1, 1, 1)], [5, 4], [[(5, 5), (4, 0)]]))

    assert places(told) == [WHOLE, FIRST, ("A", 1, 1)]
