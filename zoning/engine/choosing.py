"""The integer program of giving every unit one of its zones within the seats of every year, as HiGHS takes it."""

from collections.abc import Callable
from typing import Any

import highspy
import numpy as np
from scipy.sparse import csr_array

from zoning.engine.problem import FloatArray, IntArray


class Silent(highspy.Highs):
    """A solver that prints nothing: others name themselves while they are made, in what a command prints."""

    def enableCallbacks(self) -> None:  # noqa: N802, HiGHS calls it so
        self.setOptionValue("output_flag", False)
        super().enableCallbacks()  # type: ignore[no-untyped-call]


def new_solver(nodes: int, should_stop: Callable[[], bool]) -> Any:
    """Return a solver that ends after so many nodes: never by time of its own, so that it can be repeated.

    should_stop -- asked many times a second; once it says yes the solver ends as interrupted
    """
    make: Any = Silent
    solver = make()
    settings = (("threads", 1), ("parallel", "off"), ("random_seed", 1), ("mip_max_nodes", nodes))
    for option, value in settings:
        solver.setOptionValue(option, value)

    def look_up(event: Any) -> None:
        if should_stop():
            event.interrupt()

    solver.cbMipInterrupt.subscribe(look_up)
    return solver


def model_of(unit: IntArray, zone: IntArray, cost: FloatArray, children: IntArray, seats: IntArray) -> Any:
    """Return the program over pairs: one row a unit that has pairs, then one a zone and year.

    unit, zone, cost -- [n_pairs]; children -- [n_pairs, n_years] of the pair's unit; seats -- [n_zones, n_years]
    """
    units, place = np.unique(unit, return_inverse=True)
    n, count, (m, years) = len(units), len(unit), seats.shape
    rows = np.concatenate([place, *(n + year * m + zone for year in range(years))])
    values = np.concatenate([np.ones(count), *children.T.astype(np.float64)])
    matrix = csr_array((values, (rows, np.tile(np.arange(count), 1 + years))), shape=(n + years * m, count))
    model: Any = highspy.HighsLp()
    model.num_col_, model.num_row_ = count, n + years * m
    model.col_cost_ = cost
    model.col_lower_, model.col_upper_ = np.zeros(count), np.ones(count)
    model.row_lower_ = np.concatenate([np.ones(n), np.full(seats.size, -np.inf)])
    model.row_upper_ = np.concatenate([np.ones(n), seats.T.ravel().astype(np.float64)])
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_, model.a_matrix_.index_ = matrix.indptr, matrix.indices
    model.a_matrix_.value_ = matrix.data
    model.integrality_ = [highspy.HighsVarType.kInteger] * count
    return model
