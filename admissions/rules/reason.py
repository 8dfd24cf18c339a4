"""A reason: what is said to a family, and the clause that it rests on."""

from dataclasses import dataclass

from admissions.rules.clauses import Clause
from admissions.rules.sentences import Sentence


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason against something; `code` is stable and is the code of its sentence."""

    sentence: Sentence
    clause: Clause

    @property
    def code(self) -> str:
        """Return the stable code."""
        return self.sentence.code
