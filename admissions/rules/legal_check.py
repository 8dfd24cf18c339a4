"""The legal check: what a policy may not say, with the clause, and what it should think about again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from admissions.rules.category import KEY_TERMS
from admissions.rules.class_size import greatest_intake, standard_intake
from admissions.rules.clauses import (
    AGE_SIX,
    CLASS_SIZE,
    EQUAL_TERMS,
    LOCAL_RULE,
    MATERIALS,
    PERMIT_TERMS,
    SERVICE_MEMBERS,
    SYNCHRONIZED,
    ZONES,
    Clause,
)
from admissions.rules.conditions import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    NotThat,
    Operator,
    comparisons_in,
)
from admissions.rules.days import months_later
from admissions.rules.documents_catalogue import CATALOGUE, Standing
from admissions.rules.facts import FactName
from admissions.rules.legal_texts import LEGAL_TEXTS
from admissions.rules.policy_records import (
    PRIVATE_KINDS,
    ApprovalStep,
    Area,
    FallbackKind,
    LineKind,
    LoserRule,
    Policy,
    SortKey,
    TwinRule,
)
from admissions.rules.sentences import Language
from admissions.rules.terms import Computed, facts_behind

HALF_YEAR_MONTHS = 6
DAYS_OF_RESIDENCE = (FactName.RESIDENCE_SINCE, FactName.PERMIT_VALID_FROM)


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


@dataclass(frozen=True, slots=True)
class PlannedIntake:
    """Seats of one plan line at one school, and the starting classes of that school in all."""

    school_id: str
    line: str
    seats: int
    classes: int


def violations(
    policy: Policy, intakes: Sequence[PlannedIntake] = (), *, on: date | None = None
) -> tuple[Violation, ...]:
    """Return everything that the law, the notices or plain care hold against the policy.

    `on` is the day of approval: given, a policy not published before its window opens is refused only
    when publication can no longer come in time. Facts outside the vocabulary never get this far: reading the
    policy refuses them with their clause.
    Source: docs/rules/legal-check.md.
    """
    return (
        *_age(policy),
        *_documents(policy),
        *_needless_documents(policy),
        *_lines(policy),
        *_reserves(policy),
        *_publication(policy, on),
        *_fallback_and_twins(policy),
        *_lengthened_terms(policy),
        *_approval(policy),
        *_class_sizes(policy, intakes),
    )


def refusals(
    policy: Policy, intakes: Sequence[PlannedIntake] = (), *, on: date | None = None
) -> tuple[Violation, ...]:
    """Return the violations that stop approval. Source: docs/rules/legal-check.md."""
    return tuple(item for item in violations(policy, intakes, on=on) if item.severity is Severity.REFUSE)


def violation_text(violation: Violation, language: Language) -> str:
    """Return the violation in words with its path and clause. Source: docs/rules/legal-check.md."""
    chinese, english = LEGAL_TEXTS[violation.code]
    if language == "zh":
        return f"{violation.path}：{chinese}（{violation.clause.zh}）"
    return f"{violation.path}: {english} ({violation.clause.en})"


def _age(policy: Policy) -> Iterator[Violation]:
    if policy.age.refuse_older_than is not None:
        yield _refuse("over_age_refusal", "age.refuse_older_than", AGE_SIX)
    for index, category in enumerate(policy.categories):
        if any(_asks_youth(test, negated=negated) for test, negated in _tests(category.when)):
            yield _refuse("over_age_refusal", f"categories[{index}].when", AGE_SIX)
    if policy.age.entry_age > 6:
        # The statute lets areas without the conditions wait until seven; whether this is one, people decide.
        yield Violation("entry_age_above_six", "age.entry_age", Severity.WARN, AGE_SIX)


def _documents(policy: Policy) -> Iterator[Violation]:
    for index, document in enumerate(policy.documents):
        entry = CATALOGUE[document]
        if entry.standing is Standing.FORBIDDEN:
            yield _refuse("forbidden_document", f"documents[{index}]", entry.clause)
        elif entry.standing is Standing.AFTER_ADMISSION:
            yield _refuse("document_before_admission", f"documents[{index}]", entry.clause)


def _needless_documents(policy: Policy) -> Iterator[Violation]:
    used = {FactName.BIRTH_DATE, FactName.RELATION_SHOWN, *facts_spoken_of(policy)}
    for index, document in enumerate(policy.documents):
        entry = CATALOGUE[document]
        if entry.standing is Standing.ALLOWED and not used.intersection(entry.proves):
            yield Violation("needless_document", f"documents[{index}]", Severity.WARN, MATERIALS)


def facts_spoken_of(policy: Policy) -> frozenset[FactName]:
    """Return every fact that a category, a key or a point item of the policy rests on.

    Source: docs/rules/documents.md.
    """
    conditions = [item.when for item in policy.categories]
    conditions += [item.when for item in policy.points if item.when is not None]
    terms = {test.term for condition in conditions for test in comparisons_in(condition)}
    terms |= {item.per for item in policy.points if item.per is not None}
    keys = {key for item in policy.categories for key in item.keys if key is not SortKey.TICKET}
    return frozenset(name for term in terms | {KEY_TERMS[key] for key in keys} for name in facts_behind(term))


def _lines(policy: Policy) -> Iterator[Violation]:
    calendar = policy.calendar
    for index, line in enumerate(policy.lines):
        path = f"lines[{index}]"
        if line.kind not in PRIVATE_KINDS:
            continue
        if line.window and (
            line.window.opens_at < calendar.opens_at or line.window.closes_at > calendar.closes_at
        ):
            yield _refuse("private_outside_window", f"{path}.window", SYNCHRONIZED)
        if line.area in (Area.PROVINCE, Area.COUNTRY):
            yield _refuse("private_beyond_prefecture", f"{path}.area", SYNCHRONIZED)
        if line.kind is LineKind.PRIVATE_OPEN and line.categories:
            yield _refuse("private_not_drawn", f"{path}.categories", SYNCHRONIZED)


def _reserves(policy: Policy) -> Iterator[Violation]:
    """Warn where seats set aside may stay empty, and where a child that they are meant for stands behind the others."""
    for index, line in enumerate(policy.lines):
        if line.reserve is None:
            continue
        path, is_public = f"lines[{index}].reserve.spills", line.kind not in PRIVATE_KINDS
        if not line.reserve.spills and is_public:
            yield Violation("reserve_may_stay_empty", path, Severity.WARN, ZONES)
        if line.reserve.spills and is_public and policy.private.loser is LoserRule.AFTER_ALL:
            national = line.kind is LineKind.PREFERENTIAL_RESERVE
            clause = SERVICE_MEMBERS if national else LOCAL_RULE
            yield Violation("reserve_behind_others", path, Severity.WARN, clause)


def _publication(policy: Policy, on: date | None) -> Iterator[Violation]:
    if abs(policy.calendar.opens_at.year - policy.year) > 1:
        yield Violation("calendar_of_another_year", "calendar.opens_at", Severity.WARN, LOCAL_RULE)
    published, opens_on = policy.calendar.published_on, policy.calendar.opens_at.date()
    path = "calendar.published_on"
    if (published is None and (on is None or on >= opens_on)) or (
        published is not None and published >= opens_on
    ):
        yield _refuse("unpublished_before_opening", path, ZONES)


def _fallback_and_twins(policy: Policy) -> Iterator[Violation]:
    if policy.fallback.kind is FallbackKind.NONE:
        yield _refuse("no_fallback", "fallback.kind", EQUAL_TERMS)
    if policy.twins is TwinRule.EITHER_WINS:
        yield _refuse("either_twin_wins", "twins", SYNCHRONIZED)
    if not any(line.kind in (LineKind.ZONE, LineKind.MULTI_SCHOOL) for line in policy.lines):
        yield _refuse("no_zone_line", "lines", ZONES)


def _lengthened_terms(policy: Policy) -> Iterator[Violation]:
    """Warn where a migrant child must show more than the permit's own terms, in whatever form it is written."""
    half_year_before = months_later(policy.calendar.closes_at.date(), -HALF_YEAR_MONTHS)
    for index, category in enumerate(policy.categories):
        tests = tuple(_tests(category.when))
        of_migrants = any(_speaks_of_migrants(test) for test, _ in tests)
        found = [_lengthened(test, half_year_before, negated, of_migrants) for test, negated in tests]
        for code, clause in (("longer_residence", PERMIT_TERMS), ("longer_insurance", MATERIALS)):
            if code in found:
                yield Violation(code, f"categories[{index}].when", Severity.WARN, clause)


def _tests(condition: Condition, *, negated: bool = False) -> Iterator[tuple[Comparison, bool]]:
    """Yield every comparison, and whether it stands under an odd number of "not"."""
    match condition:
        case Comparison():
            yield condition, negated
        case NotThat(part):
            yield from _tests(part, negated=not negated)
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _tests(part, negated=negated)


def _asks_youth(test: Comparison, *, negated: bool) -> bool:
    """Say whether a day of birth is asked before which nobody is born: the older child is refused by another name."""
    upper = (Operator.ON_OR_BEFORE,) if negated else (Operator.ON_OR_AFTER, Operator.IS)
    return test.term is FactName.BIRTH_DATE and test.operator in upper


def _speaks_of_migrants(test: Comparison) -> bool:
    if test.term is Computed.REGISTRATION_SCOPE and test.operator in (Operator.IS, Operator.IN):
        scopes = test.operand if isinstance(test.operand, tuple) else (test.operand,)
        return set(scopes) <= {"province", "elsewhere"}
    return test.term in (Computed.PERMIT_VALID, Computed.RESIDENCE_YEARS)


def _lengthened(test: Comparison, half_year_before: date, negated: bool, of_migrants: bool) -> str | None:
    """Return the warning that the test deserves, or None."""
    least, term = _least_asked(test, negated=negated), test.term
    if least is not None:
        if term is FactName.INSURANCE_MONTHS and least > 0 and of_migrants:
            return "longer_insurance"
        months = (Computed.RESIDENCE_MONTHS, *((Computed.RENTAL_MONTHS,) if of_migrants else ()))
        is_longer = term in months and least > HALF_YEAR_MONTHS
        return "longer_residence" if is_longer or (term is Computed.RESIDENCE_YEARS and least > 0) else None
    latest = _latest_day(test, negated=negated)
    days = (*DAYS_OF_RESIDENCE, *((FactName.RENTAL_SINCE,) if of_migrants else ()))
    return "longer_residence" if term in days and latest is not None and latest < half_year_before else None


def _least_asked(test: Comparison, *, negated: bool) -> int | None:
    """Return the least whole number that the test asks, or None; "not at most 11" asks 12."""
    match test.operator, test.operand, negated:
        case _, bool(), _:
            return None
        case Operator.AT_LEAST | Operator.IS, int(least), False:
            return least
        case Operator.AT_MOST, int(most), True:
            return most + 1
    return None


def _latest_day(test: Comparison, *, negated: bool) -> date | None:
    """Return the latest day that the test takes, or None; "not on or after the 2nd" takes the 1st."""
    match test.operator, test.operand, negated:
        case Operator.ON_OR_BEFORE | Operator.IS, date() as latest, False:
            return latest
        case Operator.ON_OR_AFTER, date() as first, True:
            return first - timedelta(days=1)
    return None


def _approval(policy: Policy) -> Iterator[Violation]:
    for step in ApprovalStep:
        if step not in policy.approval:
            yield Violation(f"without_{step}", "approval", Severity.WARN, ZONES)


def _class_sizes(policy: Policy, intakes: Sequence[PlannedIntake]) -> Iterator[Violation]:
    for school_id in sorted({item.school_id for item in intakes}):
        lines = [item for item in intakes if item.school_id == school_id]
        seats, classes = sum(item.seats for item in lines), max(item.classes for item in lines)
        path = f"intakes[{school_id}]"
        if seats > greatest_intake(classes):
            yield _refuse("large_class", path, CLASS_SIZE)
        elif seats > standard_intake(classes, policy.stage):
            yield Violation("above_standard_class", path, Severity.WARN, CLASS_SIZE)


def _refuse(code: str, path: str, clause: Clause) -> Violation:
    return Violation(code, path, Severity.REFUSE, clause)


__all__ = [
    "PlannedIntake",
    "Severity",
    "Violation",
    "refusals",
    "violation_text",
    "violations",
]
