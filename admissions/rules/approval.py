"""Approval of a policy: what a bureau has to have done before families may see it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from admissions.rules.clauses import LOCAL_RULE, ZONES
from admissions.rules.legal_check import PlannedIntake, refusals
from admissions.rules.policy_records import ApprovalStep, Policy
from admissions.rules.reason import Reason
from admissions.rules.sentences import sentence

APPROVERS_NEEDED = 2


@dataclass(frozen=True, slots=True)
class RecordedStep:
    """A step that was taken: when, by whom, and the number or file that shows it."""

    step: ApprovalStep
    done_on: date
    actor: str
    reference: str


@dataclass(frozen=True, slots=True)
class Approval:
    """What was done for one version of a policy, identified by its digest; `writer` drafted it."""

    policy_digest: str
    writer: str
    steps: tuple[RecordedStep, ...]
    approvers: tuple[str, ...]


def reasons_against_publication(
    policy: Policy, approval: Approval, *, digest: str, intakes: Sequence[PlannedIntake] = (), on: date
) -> tuple[Reason, ...]:
    """Return every reason against publishing the policy on the day; the empty tuple lets it be published.

    The approval must be of this very text, every configured step recorded with its reference and not after the day,
    two people other than the writer must have approved, and the legal check must refuse nothing.
    Source: docs/rules/approval.md.
    """
    return tuple(_reasons(policy, approval, digest, intakes, on))


def _reasons(
    policy: Policy, approval: Approval, digest: str, intakes: Sequence[PlannedIntake], on: date
) -> Iterator[Reason]:
    if approval.policy_digest != digest:
        yield Reason(sentence("approval_of_another_text"), LOCAL_RULE)
    done = {item.step for item in approval.steps if item.reference.strip() and item.done_on <= on}
    for step in policy.approval:
        if step not in done:
            yield Reason(sentence(f"step_missing_{step}"), ZONES)
    approvers = set(approval.approvers) - {approval.writer}
    if len(approvers) < APPROVERS_NEEDED:
        yield Reason(sentence("approvers_missing", needed=APPROVERS_NEEDED, found=len(approvers)), LOCAL_RULE)
    for violation in refusals(policy, intakes, on=on):
        yield Reason(sentence("legal_check_refuses", path=violation.path), violation.clause)
