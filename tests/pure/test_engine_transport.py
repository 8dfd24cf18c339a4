"""The relaxation and its prices: proven cheapest by duality, also when few schools are offered at first."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoning.engine import transport
from zoning.engine.bound import linear_bound
from zoning.engine.transport import relax


def random_problem(seed: int, plenty: float) -> tuple[np.ndarray, ...]:
    chance = np.random.default_rng(seed)
    n, m = 40, 9
    cost = chance.integers(1, 5000, (n, m))
    allowed = chance.random((n, m)) < 0.8
    children = chance.integers(0, 20, n)
    seats = chance.integers(0, int(2 * plenty * children.sum() / m) + 1, m)
    return cost, allowed, children, seats


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), plenty=st.floats(0.5, 3.0), offered=st.sampled_from([1, 3, 24]))
def test_prices_prove_that_no_flow_is_cheaper(seed: int, plenty: float, offered: int) -> None:
    cost, allowed, children, seats = random_problem(seed, plenty)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transport, "NEAREST", offered)
        found = relax(cost, allowed, children, seats)

    assert (found.flow[~allowed] == 0).all()
    assert (found.flow.sum(axis=0) <= seats).all()
    assert (found.flow.sum(axis=1) + found.unseated == children).all()
    assert (found.prices >= 0).all()
    spent = int((found.flow * cost).sum())
    if found.unseated.any():
        assert found.unseated.sum() >= children.sum() - seats.sum()
    else:
        assert linear_bound(cost * children[:, None], allowed, children, seats, found.prices) == spent


def test_a_seat_is_worth_what_one_more_would_save() -> None:
    # Two children at the full school 0; one must go on to school 1, 700 mm farther.
    found = relax(np.array([[300, 1000]]), np.ones((1, 2), dtype=bool), np.array([2]), np.array([1, 5]))

    assert found.prices.tolist() == [700, 0]
    assert found.flow.tolist() == [[1, 1]]
