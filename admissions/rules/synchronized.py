"""Synchronized admission: when a private school draws, and what looks like keeping it from drawing."""


def must_draw(applicants: int, planned_intake: int) -> bool:
    """Say whether a private school's places are drawn: more children listed it than it may take.

    Then all of them are drawn, by the bureau; otherwise all are admitted.
    Source: docs/rules/synchronized.md.
    """
    return applicants > planned_intake


def kept_below_draw(applicants: int, withdrawn: int, planned_intake: int) -> bool:
    """Say whether withdrawals alone kept a private school from a draw; a case for a look, not a verdict.

    `withdrawn` are children who had listed the school in this round and took it off their list.
    Source: docs/rules/synchronized.md.
    """
    return not must_draw(applicants, planned_intake) and must_draw(applicants + withdrawn, planned_intake)
