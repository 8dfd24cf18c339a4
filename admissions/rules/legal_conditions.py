"""What the conditions of a policy ask, in whatever form it is written: youth, longer residence, insurance.

A category asks what its own condition asks; where it asks for points, it also asks what those points are given for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from admissions.rules.clauses import AGE_SIX, MATERIALS, PERMIT_TERMS
from admissions.rules.conditions import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    NotThat,
    Operator,
    holds,
)
from admissions.rules.days import months_later
from admissions.rules.facts import FactName
from admissions.rules.legal_findings import Violation, refuse, warn
from admissions.rules.policy_records import Category, PointItem, Policy, SortKey
from admissions.rules.terms import Computed, Term

HALF_YEAR_MONTHS = 6
DAYS_OF_RESIDENCE = (FactName.RESIDENCE_SINCE, FactName.PERMIT_VALID_FROM)
SCOPES_OF_MIGRANTS = ("province", "elsewhere")


@dataclass(frozen=True, slots=True)
class Asked:
    """One comparison that a category asks, by itself or through a point item.

    negated     -- the comparison stands under an odd number of "not"
    of_migrants -- a child registered in another city or province may be the one who is asked
    path        -- where in the policy
    """

    test: Comparison
    negated: bool
    of_migrants: bool
    path: str


def unlawful_conditions(policy: Policy) -> Iterator[Violation]:
    """Yield what the categories ask and may not, or should not without a second thought.

    1. A category for the younger only is an over-age refusal; so is one that asks for points of the younger, or for
       few of those that the older have.
    2. Points of the younger that order children are warned of.
    3. A longer term than the permit's own is warned of; so is a number of points that such a term alone reaches.
    Source: docs/rules/legal-check.md.
    """
    half_year_before = months_later(policy.calendar.closes_at.date(), -HALF_YEAR_MONTHS)
    for index, category in enumerate(policy.categories):
        found: dict[Violation, None] = {}  # in the order of the policy, each once
        for asked in asked_by(policy, index, category):
            if _asks_youth(asked.test, negated=asked.negated):
                found[refuse("over_age_refusal", asked.path, AGE_SIX)] = None
            longer = _lengthened(asked, half_year_before)
            if longer is not None:
                clause = PERMIT_TERMS if longer == "longer_residence" else MATERIALS
                found[warn(longer, asked.path, clause)] = None
        yield from found
        if SortKey.POINTS in category.keys:
            yield from _younger_first(policy, f"categories[{index}].keys")


def asked_by(policy: Policy, index: int, category: Category) -> Iterator[Asked]:
    """Yield every comparison that the category asks, in the order of the policy. Source: docs/rules/legal-check.md."""
    path = f"categories[{index}].when"
    of_migrants = _may_hold_migrants(category.when)
    for test, negated in _tests(category.when):
        yield Asked(test, negated, of_migrants, path)
        if test.term is not Computed.POINTS:
            continue
        for place, item in enumerate(policy.points):
            item_path = f"{path} (points[{place}])"
            parts = (category.when, *((item.when,) if item.when else ()))
            of_both = _may_hold_migrants(AllOf(parts))
            for inner, turned in _tests_of_points(item, test, negated):
                yield Asked(inner, turned, of_both, item_path)


def _tests_of_points(item: PointItem, test: Comparison, negated: bool) -> Iterator[tuple[Comparison, bool]]:
    """Yield what a test of points asks of one item: to have its points, or not to have them.

    An amount is asked up to what this item alone must give, or to all that it can give.
    """
    least, most = _least_asked(test, negated=negated), _most_asked(test, negated=negated)
    if least is not None and least > 0:
        yield from _tests(item.when) if item.when else ()
        if item.per is not None:
            wanted = min(least, item.most or least)
            yield Comparison(item.per, Operator.AT_LEAST, -(-wanted // item.points) * item.each), False
    if most is not None and item.when:
        yield from _tests(item.when, negated=True)


def _younger_first(policy: Policy, path: str) -> Iterator[Violation]:
    for place, item in enumerate(policy.points):
        if item.when and any(_asks_youth(test, negated=negated) for test, negated in _tests(item.when)):
            yield warn("points_for_youth", f"{path} (points[{place}])", AGE_SIX)


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


def _may_hold_migrants(condition: Condition) -> bool:
    """Say whether the condition can hold for a child registered in another city or province."""
    open_otherwise = _only_scope_known(condition)
    return any(_can_hold(open_otherwise, scope) for scope in SCOPES_OF_MIGRANTS)


def _can_hold(condition: Condition, scope: str) -> bool:
    def answer(term: Term) -> str | None:
        return scope if term is Computed.REGISTRATION_SCOPE else None

    return holds(condition, answer) is not False


def _only_scope_known(condition: Condition) -> Condition:
    """Return the condition with every other comparison left open, "is known" included."""
    match condition:
        case Comparison(term):
            is_scope = term is Computed.REGISTRATION_SCOPE
            return condition if is_scope else Comparison(term, Operator.IS, True)
        case NotThat(part):
            return NotThat(_only_scope_known(part))
        case AllOf(parts):
            return AllOf(tuple(_only_scope_known(part) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(_only_scope_known(part) for part in parts))


def _lengthened(asked: Asked, half_year_before: date) -> str | None:
    """Return the warning that the test deserves, or None."""
    least, term = _least_asked(asked.test, negated=asked.negated), asked.test.term
    if least is not None:
        if term is FactName.INSURANCE_MONTHS and least > 0 and asked.of_migrants:
            return "longer_insurance"
        months = (Computed.RESIDENCE_MONTHS, *((Computed.RENTAL_MONTHS,) if asked.of_migrants else ()))
        is_longer = term in months and least > HALF_YEAR_MONTHS
        return "longer_residence" if is_longer or (term is Computed.RESIDENCE_YEARS and least > 0) else None
    latest = _latest_day(asked.test, negated=asked.negated)
    days = (*DAYS_OF_RESIDENCE, *((FactName.RENTAL_SINCE,) if asked.of_migrants else ()))
    return "longer_residence" if term in days and latest is not None and latest < half_year_before else None


def _least_asked(test: Comparison, *, negated: bool) -> int | None:
    """Return the least whole number that the test asks, or None; "not at most 11" asks 12, "not 0" asks 1."""
    match test.operator, test.operand, negated:
        case _, bool(), _:
            return None
        case Operator.AT_LEAST | Operator.IS, int(least), False:
            return least
        case Operator.AT_MOST, int(most), True:
            return most + 1
        case Operator.IS, 0, True:
            return 1
    return None


def _most_asked(test: Comparison, *, negated: bool) -> int | None:
    """Return the greatest whole number that the test takes, or None; "not at least 12" takes 11."""
    match test.operator, test.operand, negated:
        case _, bool(), _:
            return None
        case Operator.AT_MOST | Operator.IS, int(most), False:
            return most
        case Operator.AT_LEAST, int(least), True:
            return least - 1
    return None


def _latest_day(test: Comparison, *, negated: bool) -> date | None:
    """Return the latest day that the test takes, or None; "not on or after the 2nd" takes the 1st."""
    match test.operator, test.operand, negated:
        case Operator.ON_OR_BEFORE | Operator.IS, date() as latest, False:
            return latest
        case Operator.ON_OR_AFTER, date() as first, True:
            return first - timedelta(days=1)
    return None
