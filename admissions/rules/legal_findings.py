"""What the legal check finds: a code, the path in the policy, how grave it is, and the clause."""

from dataclasses import dataclass
from enum import StrEnum

from admissions.rules.clauses import Clause


class Severity(StrEnum):
    """`refuse` stops approval; `warn` is shown to those who approve."""

    REFUSE = "refuse"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Violation:
    """What is wrong at a path of the policy, and the clause that says so."""

    code: str
    path: str
    severity: Severity
    clause: Clause


def refuse(code: str, path: str, clause: Clause) -> Violation:
    """Return a finding that stops approval. Source: docs/rules/legal-check.md."""
    return Violation(code, path, Severity.REFUSE, clause)


def warn(code: str, path: str, clause: Clause) -> Violation:
    """Return a finding for those who approve to think about. Source: docs/rules/legal-check.md."""
    return Violation(code, path, Severity.WARN, clause)
