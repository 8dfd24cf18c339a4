"""Solve one service-area case with a model of others: run by `benchmarks.zoning_peers` in a process of its own.

    python zoning_peer_run.py spopt|flow instance.json result.json SECONDS

instance.json holds km [units][zones], children, seats, home (unit of each zone) and pairs, all by index.
Writes {"plan": [zone of each unit] or null, "seconds", "cpu_seconds", "peak_mib"}; building the model counts.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np


def by_spopt(case: Any, seconds: float) -> list[int] | None:
    """Capacitated p-median of PySAL spopt, every school open, solved by HiGHS through PuLP; it knows no neighbours."""
    import pulp  # type: ignore[import-not-found]  # not of our environment
    from spopt.locate import PMedian  # type: ignore[import-not-found]  # not of our environment

    began = time.monotonic()
    km, seats = np.array(case["km"]), np.array(case["seats"], dtype=float)
    model = PMedian.from_cost_matrix(
        km, np.array(case["children"], dtype=float), len(seats), facility_capacities=seats
    )
    solver = pulp.HiGHS(msg=False, timeLimit=max(seconds - (time.monotonic() - began), 1), threads=2)
    model.problem.solve(solver)
    if not any(one.value() for row in model.cli_assgn_vars for one in row if one is not None):
        return None
    return [int(np.argmax([one.value() or 0.0 for one in row])) for row in model.cli_assgn_vars]


def by_flow(case: Any, seconds: float) -> list[int] | None:
    """Whole units, seats, and a flow from each school that feeds its zone (Shirabe 2005), in one HiGHS model.

    x[u, z] is 1 where unit u is in zone z. From z's own unit flows as much as its zone has other units; every unit
    keeps one; what flows into a unit of another zone is nought.
    """
    import highspy

    began = time.monotonic()
    km, children, seats = np.array(case["km"]), np.array(case["children"]), np.array(case["seats"])
    n, m = km.shape
    arcs = np.array([pair for a, b in case["pairs"] for pair in ((a, b), (b, a))])
    k = len(arcs)
    assign = np.arange(n * m).reshape(n, m)
    flow = n * m + np.arange(k * m).reshape(k, m)
    rows: list[tuple[Any, Any, float, float]] = []
    for u in range(n):
        rows.append((assign[u], np.ones(m), 1, 1))
    for z in range(m):
        rows.append((assign[:, z], children.astype(float), -np.inf, float(seats[z])))
        for a, (_, v) in enumerate(arcs.tolist()):
            rows.append(([flow[a, z], assign[v, z]], [1.0, -(n - m)], -np.inf, 0.0))
        for u in range(n):
            if u != case["home"][z]:
                into, out = np.flatnonzero(arcs[:, 1] == u), np.flatnonzero(arcs[:, 0] == u)
                columns = [*flow[into, z], *flow[out, z], assign[u, z]]
                rows.append((columns, [*[1.0] * len(into), *[-1.0] * len(out), -1.0], 0.0, 0.0))
    make: Any = highspy.HighsLp
    lp = make()
    columns = n * m + k * m
    lp.num_col_, lp.num_row_ = columns, len(rows)
    lp.col_cost_ = np.concatenate([(km * children[:, None]).ravel(), np.zeros(k * m)])
    lower, upper = np.zeros(columns), np.concatenate([np.ones(n * m), np.full(k * m, float(n - m))])
    lower[assign[case["home"], np.arange(m)]] = 1
    lp.col_lower_, lp.col_upper_ = lower, upper
    lp.row_lower_, lp.row_upper_ = np.array([r[2] for r in rows]), np.array([r[3] for r in rows])
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.concatenate([[0], np.cumsum([len(r[0]) for r in rows])]).astype(np.int32)
    lp.a_matrix_.index_ = np.concatenate([np.asarray(r[0]) for r in rows]).astype(np.int32)
    lp.a_matrix_.value_ = np.concatenate([np.asarray(r[1], dtype=float) for r in rows])
    kinds = [highspy.HighsVarType.kInteger] * (n * m) + [highspy.HighsVarType.kContinuous] * (k * m)
    lp.integrality_ = kinds
    make = highspy.Highs
    solver = make()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("time_limit", max(seconds - (time.monotonic() - began), 1.0))
    solver.passModel(lp)
    solver.run()
    if solver.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None
    chosen = np.array(solver.getSolution().col_value)[: n * m].reshape(n, m)
    return [int(z) for z in chosen.argmax(axis=1)]


def peak_mib() -> float:
    """Return this program's own largest memory."""
    status = Path("/proc/self/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) / 1024


def main() -> None:
    """Read, solve, write."""
    name, instance, result, seconds = sys.argv[1:]
    case = json.loads(Path(instance).read_text())
    solve = {"spopt": by_spopt, "flow": by_flow}[name]
    began, cpu = time.monotonic(), time.process_time()
    plan = solve(case, float(seconds))
    told = {
        "plan": plan,
        "seconds": time.monotonic() - began,
        "cpu_seconds": time.process_time() - cpu,
        "peak_mib": peak_mib(),
    }
    Path(result).write_text(json.dumps(told))


if __name__ == "__main__":
    main()
