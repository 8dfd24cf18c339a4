"""Coordinated placement with the least total walk, against every placement there is of tiny counties."""

from collections.abc import Iterator, Mapping
from itertools import product
from random import Random

import pytest

from admissions.matching.least_walk import least_total_walk
from admissions.matching.records import Fallback

SEATS = {"A": 1, "B": 2, "C": 1}


def child(rank: int, ticket: int, **walks: int) -> Fallback:
    nearest = sorted(walks, key=lambda name: (walks[name], name))
    return Fallback(rank, ticket, tuple(nearest), tuple(walks[name] for name in nearest))


def all_placements(
    fallbacks: Mapping[str, Fallback], seats: Mapping[str, int]
) -> Iterator[dict[str, tuple[str, int]]]:
    """Every lawful placement: line and metres of each child with a seat."""
    reach = [[*zip(item.line_ids, item.walk_metres, strict=True), ("", 0)] for item in fallbacks.values()]
    for chosen in product(*reach):
        taken = [name for name, _ in chosen if name]
        if all(taken.count(name) <= seats.get(name, 0) for name in set(taken)):
            yield {r: place for r, place in zip(fallbacks, chosen, strict=True) if place[0]}


def first_of_the_cheapest(fallbacks: Mapping[str, Fallback], seats: Mapping[str, int]) -> dict[str, str]:
    """The rule of the docstring, word by word, over all placements."""
    order = sorted(fallbacks, key=lambda r: (fallbacks[r].rank, fallbacks[r].ticket, r))

    def worth(placed: Mapping[str, tuple[str, int]]) -> tuple[int, int, list[int]]:
        near = [
            fallbacks[r].line_ids.index(placed[r][0]) if r in placed else len(fallbacks[r].line_ids)
            for r in order
        ]
        return -len(placed), sum(metres for _, metres in placed.values()), near

    best = min(all_placements(fallbacks, seats), key=worth)
    return {receipt: name for receipt, (name, _) in best.items()}


@pytest.mark.parametrize("seed", range(300))
def test_the_answer_is_the_first_of_the_cheapest_placements_of_the_most_children(seed: int) -> None:
    dice = Random(seed)
    names = "ABCD"[: dice.randint(1, 4)]
    seats = {name: dice.randint(0, 2) for name in names}
    fallbacks = {
        f"R{number}": child(
            dice.randint(1, 2),
            dice.randint(1, 9),
            **{name: 100 * dice.randint(1, 3) for name in names if dice.random() < 0.8},
        )
        for number in range(dice.randint(0, 5))
    }
    assert least_total_walk(fallbacks, seats) == first_of_the_cheapest(fallbacks, seats)


def test_of_two_equal_sums_the_child_that_goes_first_has_the_nearer_seat() -> None:
    # given two children for whom either way round takes 300 metres in all
    seats = {"A": 1, "B": 1}
    first, second = child(1, 5, A=100, B=200), child(1, 6, A=100, B=200)
    assert least_total_walk({"R1": first, "R2": second}, seats) == {"R1": "A", "R2": "B"}
    assert least_total_walk({"R2": first, "R1": second}, seats) == {"R2": "A", "R1": "B"}


def test_of_two_equal_walks_the_child_that_goes_first_has_the_only_seat() -> None:
    seats = {"A": 1}
    earlier, later = child(1, 5, A=100), child(2, 1, A=100)
    assert least_total_walk({"R9": earlier, "R1": later}, seats) == {"R9": "A"}


def test_the_shorter_walk_has_the_only_seat_whoever_goes_first() -> None:
    assert least_total_walk({"R1": child(1, 1, A=101), "R2": child(2, 2, A=100)}, {"A": 1}) == {"R2": "A"}


def test_the_order_in_which_children_are_named_changes_nothing() -> None:
    fallbacks = {f"R{n}": child(1, n % 3, A=100, B=100, C=100) for n in range(6)}
    backwards = dict(reversed(fallbacks.items()))
    assert least_total_walk(fallbacks, SEATS) == least_total_walk(backwards, SEATS)


def test_nobody_and_no_seats() -> None:
    assert least_total_walk({}, SEATS) == {}
    assert least_total_walk({"R1": child(1, 1, A=100)}, {"A": 0}) == {}
    assert least_total_walk({"R1": child(1, 1)}, SEATS) == {}


def test_metres_that_do_not_stand_beside_their_lines_are_a_fault() -> None:
    with pytest.raises(ValueError, match="zip"):
        least_total_walk({"R1": Fallback(1, 1, ("A", "B"), (100,))}, SEATS)
