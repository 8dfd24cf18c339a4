"""Reserves, loser layouts and comparison of policies."""

import pytest

from admissions.matching.comparison import Change, compare
from admissions.matching.records import (
    Applicant,
    Bid,
    Line,
    LoserRule,
    Mechanism,
    Precedence,
    RoundInput,
    RoundPlan,
    RoundResult,
    Stage,
)
from admissions.matching.stages import place
from tests.pure.reserve_oracle import Reserve, bids_at, lines_with_reserve
from tests.pure.stage_layouts import stages_for

RESERVE_FIRST, OPEN_FIRST = Precedence.RESERVE_FIRST, Precedence.OPEN_FIRST

# School of 4 seats, 2 reserved. m: members, o: others; the number is the ticket, all of one rank.
RESERVES = [
    # precedence, spills, children, admitted
    # Reserve first: the best members sit on reserved seats, the open seats go to the next two, o2 and o4.
    (RESERVE_FIRST, False, "m1 o2 m3 o4 m5 m6", "m1 o2 m3 o4"),
    # Open first: m1 and o2 take the open seats, the reserve adds the next members m3 and m5.
    (OPEN_FIRST, False, "m1 o2 m3 o4 m5 m6", "m1 o2 m3 m5"),
    # One member only: without spill a reserved seat stays empty, with spill it goes to the next other child.
    (RESERVE_FIRST, False, "m1 o2 o3 o4", "m1 o2 o3"),
    (RESERVE_FIRST, True, "m1 o2 o3 o4", "m1 o2 o3 o4"),
    # Spill never displaces a member, however late its ticket.
    (RESERVE_FIRST, True, "o1 o2 o3 o4 m8 m9", "o1 o2 m8 m9"),
]


@pytest.mark.parametrize(("precedence", "spills", "children", "admitted"), RESERVES)
def test_reserve_goes_by_precedence_and_spill(
    precedence: Precedence, spills: bool, children: str, admitted: str
) -> None:
    reserve = Reserve("S-reserve", 2, precedence, spills)
    lines = lines_with_reserve(Line("S", 4), reserve)
    stage = Stage("all", Mechanism.DEFERRED_ACCEPTANCE, ("S", "S-reserve"))
    applicants = tuple(
        Applicant(name, bids_at(Bid("S", 1, 1, int(name[1])), reserve, member=name[0] == "m", last_rank=1))
        for name in children.split()
    )
    result = place(RoundInput(RoundPlan("r", lines, (stage,)), applicants))
    assert {p.receipt for p in result.placements if p.line_id} == set(admitted.split())


def test_reserve_is_part_of_the_planned_intake() -> None:
    reserve = Reserve("S-reserve", 2, RESERVE_FIRST, True)
    assert [line.seats for line in lines_with_reserve(Line("S", 2), reserve)] == [0, 2]
    with pytest.raises(ValueError, match="2 of 1 seats"):
        lines_with_reserve(Line("S", 1), reserve)


def county(rule: LoserRule) -> RoundResult:
    """x and w try the private school with one seat; x lost. y, z are neighbours of S; z is of the next tier."""
    plan = RoundPlan(
        "r",
        (Line("P", 1, "private"), Line("S", 2)),
        stages_for(rule, private_line_ids=["P"], public_line_ids=["S"]),
    )
    applicants = (
        Applicant("w", (Bid("P", 1, 1, 1),)),
        Applicant("x", (Bid("P", 1, 1, 2), Bid("S", 2, 1, 3, loser_rank=2))),
        Applicant("y", (Bid("S", 1, 1, 4, loser_rank=2),)),
        Applicant("z", (Bid("S", 1, 3, 5, loser_rank=4),)),
    )
    return place(RoundInput(plan, applicants))


def test_simulator_shows_who_pays_for_the_loser_rule() -> None:
    kept, last, after = (county(rule) for rule in LoserRule)
    categories = {"w": "1", "x": "1", "y": "1", "z": "2"}
    assert set(compare(kept, last, categories).changes.values()) == {Change.SAME}
    found = compare(kept, after, categories)
    assert dict(found.changes) == {"w": Change.SAME, "x": Change.LOSES, "y": Change.SAME, "z": Change.GAINS}
    assert found.counts == (("1", Change.LOSES, 1), ("1", Change.SAME, 2), ("2", Change.GAINS, 1))


def test_results_of_different_children_are_not_compared() -> None:
    other = place(RoundInput(RoundPlan("r", (), ()), ()))
    with pytest.raises(ValueError, match="same children"):
        compare(county(LoserRule.CLASS_KEPT), other, {})
