"""The legal check: what a policy may not say, with the clause, and what it should think about again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from admissions.rules.category import KEY_TERMS
from admissions.rules.class_size import greatest_intake, standard_intake
from admissions.rules.clauses import (
    AGE_SIX,
    CLASS_SIZE,
    EQUAL_TERMS,
    LOCAL_RULE,
    MATERIALS,
    SERVICE_MEMBERS,
    SYNCHRONIZED,
    ZONES,
)
from admissions.rules.conditions import comparisons_in
from admissions.rules.documents_catalogue import CATALOGUE, Standing
from admissions.rules.facts import FactName
from admissions.rules.legal_conditions import unlawful_conditions
from admissions.rules.legal_findings import Severity, Violation, refuse, warn
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
    Window,
)
from admissions.rules.sentences import Language
from admissions.rules.terms import facts_behind

OPEN_TO_THE_ZONE = (LineKind.ZONE, LineKind.MULTI_SCHOOL)


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
        *unlawful_conditions(policy),
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
        yield refuse("over_age_refusal", "age.refuse_older_than", AGE_SIX)
    if policy.age.entry_age > 6:
        # The statute lets areas without the conditions wait until seven; whether this is one, people decide.
        yield warn("entry_age_above_six", "age.entry_age", AGE_SIX)


def _documents(policy: Policy) -> Iterator[Violation]:
    for index, document in enumerate(policy.documents):
        entry = CATALOGUE[document]
        if entry.standing is Standing.FORBIDDEN:
            yield refuse("forbidden_document", f"documents[{index}]", entry.clause)
        elif entry.standing is Standing.AFTER_ADMISSION:
            yield refuse("document_before_admission", f"documents[{index}]", entry.clause)


def _needless_documents(policy: Policy) -> Iterator[Violation]:
    used = {FactName.BIRTH_DATE, FactName.RELATION_SHOWN, *facts_spoken_of(policy)}
    for index, document in enumerate(policy.documents):
        entry = CATALOGUE[document]
        if entry.standing is Standing.ALLOWED and not used.intersection(entry.proves):
            yield warn("needless_document", f"documents[{index}]", MATERIALS)


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
    yield from _windows(policy)
    for index, line in enumerate(policy.lines):
        path = f"lines[{index}]"
        if line.kind not in PRIVATE_KINDS:
            continue
        if line.area in (Area.PROVINCE, Area.COUNTRY):
            yield refuse("private_beyond_prefecture", f"{path}.area", SYNCHRONIZED)
        if line.kind is LineKind.PRIVATE_OPEN and line.categories:
            yield refuse("private_not_drawn", f"{path}.categories", SYNCHRONIZED)


def _windows(policy: Policy) -> Iterator[Violation]:
    """Refuse a line that can be listed only when no form is taken, and a private one when a public one cannot."""
    whole = Window(policy.calendar.opens_at, policy.calendar.closes_at)
    public = [line.window or whole for line in policy.lines if line.kind in OPEN_TO_THE_ZONE]
    for index, line in enumerate(policy.lines):
        window, path = line.window or whole, f"lines[{index}].window"
        if line.kind in PRIVATE_KINDS:
            if not all(_is_within(window, other) for other in (whole, *public)):
                yield refuse("private_outside_window", path, SYNCHRONIZED)
        elif not _is_within(window, whole):
            yield refuse("window_outside_calendar", path, SYNCHRONIZED)


def _is_within(window: Window, other: Window) -> bool:
    return other.opens_at <= window.opens_at and window.closes_at <= other.closes_at


def _reserves(policy: Policy) -> Iterator[Violation]:
    """Warn where seats set aside may stay empty, and where a child that they are meant for stands behind the others."""
    for index, line in enumerate(policy.lines):
        if line.reserve is None:
            continue
        path, is_public = f"lines[{index}].reserve.spills", line.kind not in PRIVATE_KINDS
        if not line.reserve.spills and is_public:
            yield warn("reserve_may_stay_empty", path, ZONES)
        if line.reserve.spills and is_public and policy.private.loser is LoserRule.AFTER_ALL:
            national = line.kind is LineKind.PREFERENTIAL_RESERVE
            clause = SERVICE_MEMBERS if national else LOCAL_RULE
            yield warn("reserve_behind_others", path, clause)


def _publication(policy: Policy, on: date | None) -> Iterator[Violation]:
    if abs(policy.calendar.opens_at.year - policy.year) > 1:
        yield warn("calendar_of_another_year", "calendar.opens_at", LOCAL_RULE)
    published, opens_on = policy.calendar.published_on, policy.calendar.opens_at.date()
    path = "calendar.published_on"
    if (published is None and (on is None or on >= opens_on)) or (
        published is not None and published >= opens_on
    ):
        yield refuse("unpublished_before_opening", path, ZONES)


def _fallback_and_twins(policy: Policy) -> Iterator[Violation]:
    if policy.fallback.kind is FallbackKind.NONE:
        yield refuse("no_fallback", "fallback.kind", EQUAL_TERMS)
    if policy.twins is TwinRule.EITHER_WINS:
        yield refuse("either_twin_wins", "twins", SYNCHRONIZED)
    if not any(line.kind in OPEN_TO_THE_ZONE for line in policy.lines):
        yield refuse("no_zone_line", "lines", ZONES)


def _approval(policy: Policy) -> Iterator[Violation]:
    for step in ApprovalStep:
        if step not in policy.approval:
            yield warn(f"without_{step}", "approval", ZONES)


def _class_sizes(policy: Policy, intakes: Sequence[PlannedIntake]) -> Iterator[Violation]:
    for school_id in sorted({item.school_id for item in intakes}):
        lines = [item for item in intakes if item.school_id == school_id]
        seats, classes = sum(item.seats for item in lines), max(item.classes for item in lines)
        path = f"intakes[{school_id}]"
        if seats > greatest_intake(classes):
            yield refuse("large_class", path, CLASS_SIZE)
        elif seats > standard_intake(classes, policy.stage):
            yield warn("above_standard_class", path, CLASS_SIZE)


__all__ = [
    "PlannedIntake",
    "Severity",
    "Violation",
    "refusals",
    "violation_text",
    "violations",
]
