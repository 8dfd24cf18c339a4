"""Compile the kernels into the cache, so that the first round need not wait: python -m admissions.matching.warm."""

from admissions.matching.chances import chances
from admissions.matching.file_form import read_choices
from admissions.matching.records import Applicant, Bid, Line, Mechanism, RoundInput, RoundPlan, Stage
from admissions.matching.stages import place

CHOICES = b"receipt,rank,line_id,tier,key,ticket,group_id\nR1,1,A,1,,7,\n"


def warm() -> None:
    """Place one round of three children, two of them twins, through every kernel, and read a table."""
    bids = (Bid("A", 1, 1, 7), Bid("B", 2, 1, 7))
    twins = tuple(Applicant(receipt, bids, group_id="R1") for receipt in ("R1", "R2"))
    plan = RoundPlan(
        "warm", (Line("A", 1), Line("B", 2)), (Stage("all", Mechanism.DEFERRED_ACCEPTANCE, ("A", "B")),)
    )
    round_input = RoundInput(plan, (*twins, Applicant("R3", (Bid("A", 1, 1, 8),))))
    place(round_input)
    chances(round_input, draws=1, seed=1)
    read_choices(CHOICES, plan.lines, Mechanism.DEFERRED_ACCEPTANCE)


if __name__ == "__main__":
    warm()
