"""Compares what came back with the register and an earlier return: differences are shown, never merged silently."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from geo_data.tables.findings import Findings, earlier_row
from geo_data.tables.identity import identity_faults, normalized
from geo_data.tables.survey_records import (
    FIELDS,
    HOUSEHOLD_FIELDS,
    LEFT,
    Answer,
    KnownRow,
    Outcome,
    is_new,
    masked_identity,
)

CHILD, OUTCOME = "child", "outcome"  # what a difference can be about beside FIELDS
NEEDED = ("name", "sex", "birth_on")


class Difference(StrEnum):
    """How a returned value stands to the register and to an earlier return."""

    ADDED = "added"
    CHANGED = "changed"
    LEFT = "left"
    NEW_CHILD = "new_child"
    KNOWN_ELSEWHERE = "known_elsewhere"
    RETURNED_TWICE = "returned_twice"


@dataclass(frozen=True, slots=True)
class Differing:
    """One value that is not the register's.

    field    -- one of FIELDS, or "child" (is there such a child here), or "outcome"
    register -- what the register says, or where it knows the child; earlier -- what an earlier return said
    """

    key: str
    place: int
    field: str
    kind: Difference
    register: str
    earlier: str
    sheet: str


def filled_in(answers: Sequence[Answer], known: Mapping[str, KnownRow]) -> tuple[Answer, ...]:
    """Return the answers in full: an empty or masked cell of a known child stands for the register's value.

    A household's address and phone may be corrected in any one of its rows; the correction is moved to the
    household's first row, so that it is decided once. Order is kept.
    """
    full = [_completed(answer, known.get(answer.key)) for answer in answers]
    return tuple(_with_household_first(full, known))


def check_answers(
    answers: Sequence[Answer], known: Mapping[str, KnownRow], headers: Mapping[str, str], findings: Findings
) -> None:
    """Note what cannot be true in completed answers: GB 11643, double children, households that contradict.

    headers -- the header of every column, by name
    Source: docs/door-to-door.md (checks).
    """
    rows_of: dict[str, int] = {}
    for answer in answers:
        values = answer.values
        for name in NEEDED:
            if not values.get(name):
                findings.add("cell_empty", answer.row, headers[name])
        identity = values.get("identity", "")
        if not identity:
            findings.add("survey_identity_missing", answer.row, headers["identity"])
            continue
        born = date.fromisoformat(values["birth_on"]) if values.get("birth_on") else None
        for fault in identity_faults(identity, birth_on=born, sex=values.get("sex", "")):
            findings.add(f"identity_{fault}", answer.row, headers["identity"])
        if rows_of.setdefault(identity, answer.row) != answer.row:
            findings.add("child_twice", answer.row, headers["identity"], earlier_row(rows_of[identity]))
    _check_households(answers, known, headers, findings)


def compare(
    answers: Sequence[Answer],
    known: Mapping[str, KnownRow],
    *,
    elsewhere: Mapping[str, str],
    earlier: Mapping[str, Answer] | None,
) -> tuple[Differing, ...]:
    """Return every value that is not the register's, by place and then in the order of the sheet.

    answers   -- completed by `filled_in`
    elsewhere -- identity number -> where the register already has the child, for new rows
    earlier   -- the completed answers of the return that counted until now, None when there was none;
                 a value that differs from it is a conflict even where it agrees with the register
    """
    found: list[Differing] = []
    for answer in answers:
        before = None if earlier is None else earlier.get(answer.key)
        if answer.outcome == Outcome.NOT_MET:
            found += _not_met(answer, before)
        elif is_new(answer.key):
            found += _of_new_child(answer, before, elsewhere, was_returned=earlier is not None)
        else:
            found += _of_known_child(answer, known[answer.key], before)
    answered = {answer.key for answer in answers}
    gone = [answer for key, answer in sorted((earlier or {}).items()) if key not in answered]
    found += [
        Differing(answer.key, answer.place, CHILD, Difference.RETURNED_TWICE, "", _stated(answer), "")
        for answer in gone
    ]
    order = {name: place for place, name in enumerate((CHILD, OUTCOME, *FIELDS))}
    return tuple(sorted(found, key=lambda d: (d.place, d.key, order[d.field])))


def _stated(answer: Answer) -> str:
    return answer.values.get("name", "") if is_new(answer.key) else answer.outcome.value


def _completed(answer: Answer, row: KnownRow | None) -> Answer:
    if row is None:
        return answer
    values = {name: answer.values.get(name) or row.values.get(name, "") for name in FIELDS}
    if values["identity"] == masked_identity(row.values.get("identity", "")):
        values["identity"] = normalized(row.values["identity"])
    return replace(answer, values=values, household_code=row.household_code)


def _with_household_first(answers: Sequence[Answer], known: Mapping[str, KnownRow]) -> list[Answer]:
    moved = list(answers)
    for places in _households(answers).values():
        rows = [known[answers[i].key] for i in places]
        for name in HOUSEHOLD_FIELDS:
            changed = _changes(answers, places, rows, name)
            if len(changed) != 1:
                continue  # none, or a contradiction that check_answers notes
            for i, row in zip(places, rows, strict=True):
                value = changed[0] if i == places[0] else row.values.get(name, "")
                moved[i] = replace(moved[i], values={**moved[i].values, name: value})
    return moved


def _households(answers: Sequence[Answer]) -> Mapping[str, list[int]]:
    """Return the positions of known children by household, in order."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for i, answer in enumerate(answers):
        if not is_new(answer.key) and answer.household_code:
            places[answer.household_code].append(i)
    return places


def _changes(
    answers: Sequence[Answer], places: Sequence[int], rows: Sequence[KnownRow], name: str
) -> list[str]:
    stated = (answers[i].values.get(name, "") for i in places)
    return sorted({v for v, row in zip(stated, rows, strict=True) if v != row.values.get(name, "")})


def _check_households(
    answers: Sequence[Answer], known: Mapping[str, KnownRow], headers: Mapping[str, str], findings: Findings
) -> None:
    for places in _households(answers).values():
        rows = [known[answers[i].key] for i in places]
        for name in HOUSEHOLD_FIELDS:
            if len(_changes(answers, places, rows, name)) > 1:
                first, last = answers[places[0]].row, answers[places[-1]].row
                findings.add("household_differs", last, headers[name], earlier_row(first))


def _not_met(answer: Answer, before: Answer | None) -> list[Differing]:
    if before is None or before.outcome == Outcome.NOT_MET:
        return []
    kind, earlier = Difference.RETURNED_TWICE, before.outcome.value
    return [Differing(answer.key, answer.place, OUTCOME, kind, "", earlier, answer.outcome.value)]


def _of_new_child(
    answer: Answer, before: Answer | None, elsewhere: Mapping[str, str], *, was_returned: bool
) -> list[Differing]:
    name, place_known = answer.values.get("name", ""), elsewhere.get(answer.values.get("identity", ""), "")
    if was_returned and before is None:
        first = Differing(answer.key, answer.place, CHILD, Difference.RETURNED_TWICE, place_known, "", name)
    elif place_known:
        first = Differing(answer.key, answer.place, CHILD, Difference.KNOWN_ELSEWHERE, place_known, "", name)
    else:
        first = Differing(answer.key, answer.place, CHILD, Difference.NEW_CHILD, "", "", name)
    if before is None:
        return [first]
    changed = [
        Differing(answer.key, answer.place, field, Difference.RETURNED_TWICE, "", old, new)
        for field in FIELDS
        if (old := before.values.get(field, "")) != (new := answer.values.get(field, ""))
    ]
    return [first, *changed]


def _of_known_child(answer: Answer, row: KnownRow, before: Answer | None) -> list[Differing]:
    found = []
    said_before = before.outcome if before and before.outcome != Outcome.NOT_MET else None
    if said_before and said_before != answer.outcome:
        kind = Difference.RETURNED_TWICE
        found.append(
            Differing(answer.key, answer.place, OUTCOME, kind, "", said_before.value, answer.outcome.value)
        )
    elif answer.outcome in LEFT:
        found.append(
            Differing(answer.key, answer.place, OUTCOME, Difference.LEFT, "", "", answer.outcome.value)
        )
    for field in FIELDS:
        register, sheet = row.values.get(field, ""), answer.values.get(field, "")
        earlier = before.values.get(field, "") if said_before and before else sheet
        if sheet != earlier:
            kind = Difference.RETURNED_TWICE
        elif sheet == register:
            continue
        else:
            kind = Difference.CHANGED if register else Difference.ADDED
            earlier = ""
        found.append(Differing(answer.key, answer.place, field, kind, register, earlier, sheet))
    return found
