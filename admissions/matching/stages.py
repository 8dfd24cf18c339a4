"""A round: stage after stage, then coordinated placement."""

from admissions.matching.checks import refuse_faults
from admissions.matching.plain import place_plainly
from admissions.matching.records import RoundInput, RoundResult


def place(round_input: RoundInput) -> RoundResult:
    """Place every child of the round.

    1. Stage by stage, the children without a place who listed lines of the stage are placed by
       deferred acceptance over those lines, in the order (rank, ticket, receipt) of each line; with one
       order for all lines this is choosing one after another (`ranked_draw`, `points_first`).
    2. Children who lost a private draw earlier stand as the stage's loser rule says.
    3. Twin groups split by a last seat are repaired as published.
    4. Children left over are coordinated onto seats left over.
    Raises MalformedRound when the round has faults. The order of the input changes nothing.
    Source: docs/lottery.md (placement).
    """
    refuse_faults(round_input)
    return place_plainly(round_input)
