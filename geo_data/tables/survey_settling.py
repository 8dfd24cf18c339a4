"""What holds after the decisions: each row of a returned sheet, value by value."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from geo_data.tables.survey_comparing import CHILD, OUTCOME, Difference, Differing
from geo_data.tables.survey_records import FIELDS, Answer, Outcome, is_new


class Decision(StrEnum):
    """What an officer decided on a difference."""

    TAKE_SHEET = "take_sheet"
    KEEP_REGISTER = "keep_register"
    TAKE_EARLIER = "take_earlier"
    ASK_AGAIN = "ask_again"


@dataclass(frozen=True, slots=True)
class Decided:
    """A difference and what was decided on it."""

    difference: Differing
    decision: Decision


@dataclass(frozen=True, slots=True)
class SettledRow:
    """A child as survey and decisions leave it.

    values -- those of FIELDS that are not empty
    taken  -- the fields whose value the survey brought; of the others it confirmed the child only
    """

    key: str
    place: int
    outcome: Outcome
    household_code: str
    values: Mapping[str, str]
    moved_to: str
    taken: frozenset[str]


def decisions_for(kind: Difference, field: str, key: str) -> tuple[Decision, ...]:
    """Return how a difference can be decided.

    The earlier return can hold only where there was one; the register only where it says something of the matter:
    of known children, and of children whom it has elsewhere (then the new row is left out).
    """
    decisions = [Decision.TAKE_SHEET]
    if not is_new(key) or field == CHILD:
        decisions.append(Decision.KEEP_REGISTER)
    if kind is Difference.RETURNED_TWICE:
        decisions.append(Decision.TAKE_EARLIER)
    return (*decisions, Decision.ASK_AGAIN)


def settle(
    answers: Sequence[Answer], decided: Iterable[Decided], earlier: Mapping[str, Answer]
) -> tuple[SettledRow, ...]:
    """Return the rows that hold, by place: children met, and children of whom it is known where they went.

    answers -- completed, of the return that counts
    decided -- every difference of that return; who calls this has made sure that none is undecided
    earlier -- the completed answers of the return before it
    Rows where nobody was met, new children who were not accepted, and rows whose child is to be asked about again
    are left out.
    """
    by_row: dict[str, dict[str, Decided]] = {}
    for item in decided:
        by_row.setdefault(item.difference.key, {})[item.difference.field] = item
    rows = {answer.key: answer for answer in answers}
    gone = [key for key in by_row if key not in rows and key in earlier]
    settled = [
        _settled(answer, by_row.get(answer.key, {}), earlier.get(answer.key))
        for answer in (*rows.values(), *(earlier[key] for key in gone))
        if answer.key in rows or _decision(by_row[answer.key], CHILD) is Decision.TAKE_EARLIER
    ]
    return tuple(sorted((row for row in settled if row), key=lambda row: (row.place, row.key)))


def _settled(answer: Answer, decided: Mapping[str, Decided], before: Answer | None) -> SettledRow | None:
    of_child = _decision(decided, CHILD)
    if of_child in (Decision.KEEP_REGISTER, Decision.ASK_AGAIN):
        return None
    if of_child is Decision.TAKE_EARLIER:
        if before is None:
            return None
        answer = before
    outcome = _outcome(answer, decided.get(OUTCOME))
    if outcome is None or outcome is Outcome.NOT_MET:
        return None
    values = {field: answer.values.get(field, "") for field in FIELDS}
    for field, item in decided.items():
        if field in values:
            values[field] = _value(item)
    kept = {field: value for field, value in values.items() if value}
    brought = frozenset(kept) if is_new(answer.key) else _taken(decided) & frozenset(kept)
    return SettledRow(
        answer.key, answer.place, outcome, answer.household_code, kept, answer.moved_to, brought
    )


def _taken(decided: Mapping[str, Decided]) -> frozenset[str]:
    from_sheets = (Decision.TAKE_SHEET, Decision.TAKE_EARLIER)
    return frozenset(field for field, item in decided.items() if item.decision in from_sheets)


def _decision(decided: Mapping[str, Decided], field: str) -> Decision | None:
    return decided[field].decision if field in decided else None


def _outcome(answer: Answer, item: Decided | None) -> Outcome | None:
    if item is None or item.decision is Decision.TAKE_SHEET:
        return answer.outcome
    if item.decision is Decision.TAKE_EARLIER:
        return Outcome(item.difference.earlier)
    return Outcome.LIVES_HERE if item.decision is Decision.KEEP_REGISTER else None


def _value(item: Decided) -> str:
    match item.decision:
        case Decision.TAKE_SHEET:
            return item.difference.sheet
        case Decision.TAKE_EARLIER:
            return item.difference.earlier
        case Decision.KEEP_REGISTER | Decision.ASK_AGAIN:
            return item.difference.register
