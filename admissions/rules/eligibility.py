"""Reasons against applying to a line or against a list of choices: all at once, none is good news."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from admissions.rules.age import age_reasons
from admissions.rules.category import classify
from admissions.rules.clauses import EQUAL_TERMS, LOCAL_RULE, PROHIBITIONS, SYNCHRONIZED, Clause
from admissions.rules.facts import FactName, Facts
from admissions.rules.places import scope_of
from admissions.rules.policy_records import PRIVATE_KINDS, Area, LineKind, PlanLine, Policy
from admissions.rules.reason import Reason
from admissions.rules.residence import facts_on
from admissions.rules.sentences import sentence
from admissions.rules.standing import Target, ZoneSchools

# How far each area reaches, in the words of `places.scope_of`.
REACH: dict[Area, tuple[str, ...]] = {
    Area.DISTRICT: ("district",),
    Area.PREFECTURE: ("district", "prefecture"),
    Area.PROVINCE: ("district", "prefecture", "province"),
    Area.COUNTRY: ("district", "prefecture", "province", "elsewhere"),
}


def reasons_against(
    facts: Facts, policy: Policy, *, target: Target, on: date, zone_schools: ZoneSchools
) -> tuple[Reason, ...]:
    """Return every reason against the child's applying to the target; the empty tuple admits it to the list.

    Being older than the others, a dwelling lock and an address without a zone are never reasons here.
    Raises KeyError for a line that the policy has not.
    Source: docs/rules/eligibility.md.
    """
    facts, line = facts_on(facts, on), policy.line(target.line)
    reasons = [*age_reasons(facts, policy, on=on), *enrolled_reasons(facts, on=on)]
    reasons.extend(_area_reasons(facts, policy, line))
    reasons.extend(_kind_reasons(facts, line, target))
    classified = classify(facts, policy, target=target, on=on, zone_schools=zone_schools)
    if classified.category is None:
        code = "category_not_decided" if classified.open else "no_category"
        reasons.append(_about(line, code, line.clause))
    return tuple(reasons)


def enrolled_reasons(facts: Facts, *, on: date) -> tuple[Reason, ...]:
    """Return the reason against a child who is enrolled at a school of the stage already, wherever it applies.

    Source: docs/rules/eligibility.md (already enrolled).
    """
    if FactName.ENROLLED_SCHOOL not in facts_on(facts, on):
        return ()
    return (Reason(sentence("already_enrolled"), PROHIBITIONS),)


def window_reasons(choices: Sequence[Target], policy: Policy, now: datetime) -> tuple[Reason, ...]:
    """Return a reason for every line on the list whose own window is not open at the moment; most lines have none.

    Source: docs/rules/eligibility.md (choices).
    """
    lines = {choice.line: policy.line(choice.line) for choice in choices}
    return tuple(
        Reason(
            sentence(
                "line_not_open",
                zh=line.title.zh,
                en=line.title.en,
                opens=line.window.opens_at.isoformat(" ", "minutes"),
                closes=line.window.closes_at.isoformat(" ", "minutes"),
            ),
            line.clause,
        )
        for line in lines.values()
        if line.window is not None and not line.window.opens_at <= now < line.window.closes_at
    )


def choice_reasons(choices: Sequence[Target], policy: Policy) -> tuple[Reason, ...]:
    """Return every reason against a list of choices as such, whoever the child is.

    Source: docs/rules/eligibility.md (choices).
    """
    lines = [policy.line(choice.line) for choice in choices]
    reasons = []
    if len({(choice.line, choice.school_id) for choice in choices}) < len(choices):
        reasons.append(Reason(sentence("listed_twice"), LOCAL_RULE))
    for line in policy.lines:
        listed = lines.count(line)
        if listed > line.choices:
            reasons.append(_about(line, "too_many_choices", LOCAL_RULE, listed=listed, most=line.choices))
    return (*reasons, *_private_choice_reasons(choices, policy))


def _private_choice_reasons(choices: Sequence[Target], policy: Policy) -> Iterator[Reason]:
    kinds = Counter(policy.line(choice.line).kind for choice in choices)
    private, listed_open = sum(kinds[kind] for kind in PRIVATE_KINDS), kinds[LineKind.PRIVATE_OPEN]
    if listed_open > policy.private.choices:
        yield Reason(
            sentence("private_choices_exceeded", most=policy.private.choices, listed=listed_open),
            SYNCHRONIZED,
        )
    if policy.private.exclusive and 0 < private < len(choices):
        yield Reason(sentence("private_and_public"), LOCAL_RULE)


def _area_reasons(facts: Facts, policy: Policy, line: PlanLine) -> Iterator[Reason]:
    homes = [facts.text(FactName.REGISTRATION_DISTRICT), facts.text(FactName.DWELLING_DISTRICT)]
    stated = [home for home in homes if home is not None]
    reach = REACH[line.area]
    if stated and all(scope_of(home, policy.district) not in reach for home in stated):
        private = line.kind in PRIVATE_KINDS
        yield _about(line, "outside_area", SYNCHRONIZED if private else EQUAL_TERMS)


def _kind_reasons(facts: Facts, line: PlanLine, target: Target) -> Iterator[Reason]:
    match line.kind:
        case LineKind.PRIVATE_OWN_PUPILS:
            if facts.text(FactName.OWN_PUPIL_SCHOOL) != target.school_id:
                yield Reason(sentence("not_own_pupil"), LOCAL_RULE)
        case LineKind.STAFF:
            if facts.text(FactName.STAFF_SCHOOL) != target.school_id:
                yield Reason(sentence("not_staff_child"), LOCAL_RULE)
        case LineKind.PREFERENTIAL_RESERVE:
            if facts.text(FactName.PREFERENTIAL_KIND) in (None, "none"):
                yield Reason(sentence("no_preferential_group"), LOCAL_RULE)
        case LineKind.SPECIAL_NEEDS:
            if not facts.flag(FactName.SPECIAL_NEEDS):
                yield Reason(sentence("no_special_needs"), LOCAL_RULE)


def _about(line: PlanLine, code: str, clause: Clause, **values: int) -> Reason:
    return Reason(sentence(code, zh=line.title.zh, en=line.title.en, **values), clause)
