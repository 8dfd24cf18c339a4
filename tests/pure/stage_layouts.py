"""The three ways of the private-loser rule as layouts of stages, for rounds that no policy stands behind.

The product lays its stages out from the policy: `admissions.rules.stages.stage_layout`.
"""

from collections.abc import Sequence

from admissions.matching.records import LoserRule, Mechanism, Stage


def stages_for(
    rule: LoserRule,
    *,
    private_line_ids: Sequence[str],
    public_line_ids: Sequence[str],
    public_mechanism: Mechanism = Mechanism.DEFERRED_ACCEPTANCE,
) -> tuple[Stage, ...]:
    """Return the stages: `class_kept` is one run over the family's whole list, else private goes first.

    In `after_all` the losers stand behind all others in the public stage. They can displace nobody
    there, so the result is that of a third stage over the seats left.
    Source: docs/lottery.md (stages).
    """
    private, public = tuple(sorted(private_line_ids)), tuple(sorted(public_line_ids))
    if not private:
        return (Stage("public", public_mechanism, public),)
    if rule is LoserRule.CLASS_KEPT:
        return (Stage("all", Mechanism.DEFERRED_ACCEPTANCE, (*private, *public)),)
    return (
        Stage("private", Mechanism.DEFERRED_ACCEPTANCE, private),
        Stage("public", public_mechanism, public, losers=rule),
    )
