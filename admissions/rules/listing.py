"""The lines on a family's list: the schools it names become lines, in an order that a clerk can follow."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from admissions.rules.policy_records import PRIVATE_KINDS, LineKind, Policy
from admissions.rules.stages import RESERVED_KINDS


@dataclass(frozen=True, slots=True)
class SchoolLine:
    """Seats of one school under one plan line of the policy."""

    line_id: str
    rule: str
    school_id: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A line on the list; lines of one school share the number of the choice, 1 is the first."""

    line_id: str
    choice: int


def listed_lines(
    policy: Policy,
    lines: Iterable[SchoolLine],
    *,
    private_schools: Sequence[str],
    public_schools: Sequence[str],
    may_apply: Callable[[SchoolLine], bool],
) -> tuple[Listed, ...]:
    """Return the lines of a child's list in order.

    1. Private schools come first, then public ones, each in the family's order; every school is one choice.
    2. At a school the seats set aside for the child come first (reserved, own pupils), then the open ones.
    3. A line that the rules close to the child is left out; so is a school with none left.
    Source: docs/rules/choices.md.
    """
    kinds = {line.code: line.kind for line in policy.lines}
    order = {line.code: position for position, line in enumerate(policy.lines)}
    by_school: dict[tuple[str, bool], list[SchoolLine]] = {}
    for line in sorted(
        lines, key=lambda line: (_open_last(kinds[line.rule]), order[line.rule], line.line_id)
    ):
        by_school.setdefault((line.school_id, kinds[line.rule] in PRIVATE_KINDS), []).append(line)
    wanted = [(school, True) for school in private_schools] + [(school, False) for school in public_schools]
    return tuple(_numbered([by_school.get(school, []) for school in wanted], may_apply))


def _open_last(kind: LineKind) -> bool:
    return kind not in RESERVED_KINDS and kind is not LineKind.PRIVATE_OWN_PUPILS


def _numbered(
    schools: Iterable[Sequence[SchoolLine]], may_apply: Callable[[SchoolLine], bool]
) -> Iterator[Listed]:
    choice = 0
    for lines in schools:
        possible = [line for line in lines if may_apply(line)]
        choice += bool(possible)
        yield from (Listed(line.line_id, choice) for line in possible)
