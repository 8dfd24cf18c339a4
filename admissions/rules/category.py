"""Category, tier and sort keys of a child at a school: computed from facts, never picked."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from admissions.rules.conditions import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    NotThat,
    comparison_holds,
    comparisons_in,
    holds,
)
from admissions.rules.facts import FactName, Facts
from admissions.rules.policy_records import Category, PlanLine, Policy, SortKey
from admissions.rules.residence import facts_on
from admissions.rules.sentences import Sentence, sentence
from admissions.rules.standing import Standing, Target, ZoneSchools
from admissions.rules.synchronized import county_standing, recruits_county_first, tiers_of
from admissions.rules.terms import Computed
from admissions.rules.words import operand_words, term_words, value_words

# The key of what is not known: behind every known value, before nothing.
KEY_LAST = 999_999_999

KEY_TERMS: dict[SortKey, FactName | Computed] = {
    SortKey.REGISTRATION_SINCE: FactName.REGISTRATION_SINCE,
    SortKey.TITLE_SINCE: FactName.TITLE_SINCE,
    SortKey.RENTAL_SINCE: FactName.RENTAL_SINCE,
    SortKey.RESIDENCE_MONTHS: Computed.RESIDENCE_MONTHS,
    SortKey.RESIDENCE_YEARS: Computed.RESIDENCE_YEARS,
    SortKey.INSURANCE_MONTHS: FactName.INSURANCE_MONTHS,
    SortKey.POINTS: Computed.POINTS,
    SortKey.WALK_METRES: Computed.WALK_METRES,
    SortKey.SIBLING: Computed.SIBLING_AT_SCHOOL,
}
MORE_IS_BETTER = (SortKey.RESIDENCE_MONTHS, SortKey.RESIDENCE_YEARS, SortKey.INSURANCE_MONTHS, SortKey.POINTS)


@dataclass(frozen=True, slots=True)
class Classified:
    """The class of a child at a school.

    category  -- code, None when no category of the line holds
    tier      -- place of the category on the line, 1 first; None with no category. On a line without categories 1,
                 where it recruits beyond its county 1 for children of the county and 2 for others
    keys      -- integers without the ticket, smaller first: days as proleptic ordinals, metres as they are,
                 months, years and points negative, a sibling 0 and none 1, what is unknown KEY_LAST
    open      -- facts that would decide a better category and that nobody, or only the family, states
    """

    category: str | None
    tier: int | None
    keys: tuple[int, ...]
    open: tuple[FactName, ...]
    standing: Standing = field(compare=False, repr=False)

    @property
    def declared(self) -> tuple[FactName, ...]:
        """Return the facts that the result rests on and that only the family stands behind, in alphabetical order.

        Source: docs/rules/documents.md.
        """
        facts = self.standing.facts
        return tuple(name for name in self.used if name in facts and not facts[name].is_proved)

    @property
    def used(self) -> tuple[FactName, ...]:
        """Return the facts that category, tier and keys rest on for this child, in alphabetical order.

        Source: docs/rules/documents.md.
        """
        policy, line = self.standing.policy, self.standing.policy.line(self.standing.target.line)
        if self.category is not None and line.categories:
            return facts_used(policy.category(self.category), self.standing)
        return county_standing(self.standing.facts, policy).rests_on if recruits_county_first(line) else ()

    @property
    def trace(self) -> tuple[Sentence, ...]:
        """Return every category looked at, with the comparisons that decided, in words a clerk can read.

        Worked out when asked for, because a round classifies many children and few clerks ask.
        Source: docs/rules/categories.md (trace).
        """
        return tuple(_trace(self.standing))


def classify(
    facts: Facts, policy: Policy, *, target: Target, on: date, zone_schools: ZoneSchools
) -> Classified:
    """Return category, tier and keys at the target school, with a trace.

    1. Facts that expired or are out of date are set aside.
    2. The line's categories are tried in order; the first that holds is the child's.
    3. A category that hangs on an unknown fact is passed over, and the fact is named.
    Ties in all keys are decided by the ticket. Raises KeyError for a line that the policy has not.
    Source: docs/rules/categories.md.
    """
    standing = Standing(facts_on(facts, on), policy, target, on, zone_schools)
    line, unknown = policy.line(target.line), set[FactName]()
    if recruits_county_first(line):
        county = county_standing(standing.facts, policy)
        tier = 1 if county.is_own else 2
        return Classified(category_of_tier(line, tier), tier, (), county.open, standing)
    if not line.categories:
        return Classified(line.code, 1, (), (), standing)
    value = cache(standing.value)  # one category after another asks for the same terms
    for tier, category in enumerate(policy.categories_of(line), start=1):
        outcome = holds(category.when, value)
        if outcome:
            keys = sort_keys(category, standing)
            return Classified(category.code, tier, keys, tuple(sorted(unknown)), standing)
        if outcome is None:
            unknown.update(_open_facts(category.when, standing))
    return Classified(None, None, (), tuple(sorted(unknown)), standing)


def category_of_tier(line: PlanLine, tier: int) -> str:
    """Return the code of the category that stands at the tier on the line, 1 first; "" where none does.

    On a line without categories every child stands at tier 1, under the line's own code, or by its county, as
    `classify` has it. Source: docs/rules/categories.md, docs/rules/synchronized.md (own county first).
    """
    codes = tiers_of(line)
    return codes[tier - 1] if 1 <= tier <= len(codes) else ""


def sort_keys(category: Category, standing: Standing) -> tuple[int, ...]:
    """Return the integers that order children of the category, smaller first, without the ticket.

    Source: docs/rules/sort-keys.md.
    """
    return tuple(_key(key, standing) for key in category.keys if key is not SortKey.TICKET)


def facts_used(category: Category, standing: Standing) -> tuple[FactName, ...]:
    """Return the facts on which the category and its keys rest for this child, in alphabetical order.

    Source: docs/rules/documents.md.
    """
    names: set[FactName] = set()
    for comparison in decisive(category.when, standing):
        names.update(standing.rests_on(comparison.term))
    for key in category.keys:
        if key is not SortKey.TICKET:
            names.update(standing.rests_on(KEY_TERMS[key]))
        if key is SortKey.POINTS:
            names.update(_facts_of_points(standing))
    return tuple(sorted(names))


def decisive(condition: Condition, standing: Standing) -> Iterator[Comparison]:
    """Yield the comparisons that make the condition hold: all of "all", the first that holds of "any".

    Source: docs/rules/categories.md (trace).
    """
    match condition:
        case Comparison():
            yield condition
        case NotThat(part):
            yield from comparisons_in(part)
        case AllOf(parts):
            for part in parts:
                yield from decisive(part, standing)
        case AnyOf(parts):
            for part in parts:
                if holds(part, standing.value):
                    yield from decisive(part, standing)
                    return


def _key(key: SortKey, standing: Standing) -> int:
    value = standing.value(KEY_TERMS[key])
    if key is SortKey.SIBLING:
        return 0 if value else 1
    if value is None or isinstance(value, str | tuple):
        return KEY_LAST
    if isinstance(value, int):
        return -value if key in MORE_IS_BETTER else value
    return value.toordinal()


def _facts_of_points(standing: Standing) -> set[FactName]:
    names: set[FactName] = set()
    for item in standing.policy.points:
        if standing.item_points(item) > 0:
            names.update(standing.rests_on(item.per) if item.per else ())
            for comparison in decisive(item.when, standing) if item.when else ():
                names.update(standing.rests_on(comparison.term))
    return names


def _open_facts(condition: Condition, standing: Standing) -> set[FactName]:
    """Return what an open condition hangs on: unknown facts, and declared ones that would need proof too."""
    asked: set[FactName] = set()
    for comparison in comparisons_in(condition):
        if comparison_holds(comparison, standing.value(comparison.term)) is not False:
            asked.update(standing.rests_on(comparison.term))
    return {name for name in asked if name not in standing.facts or not standing.facts[name].is_proved}


def _trace(standing: Standing) -> Iterator[Sentence]:
    line = standing.policy.line(standing.target.line)
    if recruits_county_first(line):
        is_own = county_standing(standing.facts, standing.policy).is_own
        yield sentence("county_first_own" if is_own else "county_first_other")
    elif not line.categories:
        yield sentence("line_without_categories")
    for category in standing.policy.categories_of(line):
        outcome = holds(category.when, standing.value)
        yield from _category_trace(category, standing, outcome)
        if outcome:
            return


def _category_trace(category: Category, standing: Standing, outcome: bool | None) -> Iterator[Sentence]:
    code = {True: "category_holds", False: "category_fails", None: "category_open"}[outcome]
    yield sentence(code, zh=category.title.zh, en=category.title.en)
    for comparison in comparisons_in(category.when):
        value = standing.value(comparison.term)
        held = comparison_holds(comparison, value)
        if held is outcome:
            yield _comparison_trace(comparison, value, held)


def _comparison_trace(comparison: Comparison, value: object, held: bool | None) -> Sentence:
    code = {True: "term_holds", False: "term_fails", None: "term_open"}[held]
    term_zh, term_en = term_words(comparison.term)
    wanted_zh, wanted_en = operand_words(comparison)
    known_zh, known_en = value_words(value)
    return sentence(
        code,
        term_zh=term_zh, term_en=term_en, wanted_zh=wanted_zh, wanted_en=wanted_en,
        value_zh=known_zh, value_en=known_en,
    )  # fmt: skip


__all__ = [
    "KEY_LAST",
    "Classified",
    "Target",
    "category_of_tier",
    "classify",
    "decisive",
    "facts_used",
    "sort_keys",
]
