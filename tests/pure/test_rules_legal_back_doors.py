"""The legal check finds what the law forbids also where it is written as a condition, and names the clause."""

from dataclasses import replace
from datetime import date

import pytest

from admissions.rules.clauses import AGE_SIX, MATERIALS, PERMIT_TERMS, Clause
from admissions.rules.conditions import AllOf, AnyOf, Comparison, Condition, NotThat, Operator
from admissions.rules.days import months_later
from admissions.rules.facts import FactName
from admissions.rules.legal_check import Severity, violations
from admissions.rules.policy_records import PointItem, Policy, SortKey, Title
from admissions.rules.terms import Computed, Term
from tests.pure.rules_world import town_policy

POLICY = town_policy()
MIGRANT = next(i for i, item in enumerate(POLICY.categories) if item.code == "migrant")
ELSEWHERE = Comparison(Computed.REGISTRATION_SCOPE, Operator.IN, ("province", "elsewhere"))
IN_THE_CITY = Comparison(Computed.REGISTRATION_SCOPE, Operator.IN, ("zone", "district"))
HALF_YEAR_BEFORE = months_later(POLICY.calendar.closes_at.date(), -6)


def with_category(when: Condition) -> Policy:
    """The county's policy with another condition of its migrant category."""
    categories = list(POLICY.categories)
    categories[MIGRANT] = replace(categories[MIGRANT], when=when)
    return replace(POLICY, categories=tuple(categories))


def found(when: Condition) -> list[tuple[str, str, Severity, Clause]]:
    return [(item.code, item.path, item.severity, item.clause) for item in violations(with_category(when))]


def born(operator: Operator, day: date) -> Comparison:
    return Comparison(FactName.BIRTH_DATE, operator, day)


@pytest.mark.parametrize(
    "test",
    [
        born(Operator.ON_OR_AFTER, date(2019, 9, 1)),
        born(Operator.IS, date(2020, 1, 1)),
        NotThat(born(Operator.ON_OR_BEFORE, date(2019, 8, 31))),
        AnyOf(
            (IN_THE_CITY, AllOf((ELSEWHERE, NotThat(NotThat(born(Operator.ON_OR_AFTER, date(2019, 9, 1)))))))
        ),
    ],
)
def test_a_category_for_the_younger_only_is_an_over_age_refusal(test: Condition) -> None:
    path = f"categories[{MIGRANT}].when"
    assert ("over_age_refusal", path, Severity.REFUSE, AGE_SIX) in found(AllOf((ELSEWHERE, test)))


@pytest.mark.parametrize(
    "test",
    [
        born(Operator.ON_OR_BEFORE, date(2020, 8, 31)),
        NotThat(born(Operator.ON_OR_AFTER, date(2020, 9, 1))),
        Comparison(FactName.BIRTH_DATE, Operator.KNOWN, True),
    ],
)
def test_a_category_that_asks_a_least_age_refuses_nobody_for_being_older(test: Condition) -> None:
    assert found(AllOf((ELSEWHERE, test))) == []


@pytest.mark.parametrize(
    ("of_whom", "test", "expected"),
    [
        (ELSEWHERE, Comparison(FactName.INSURANCE_MONTHS, Operator.AT_LEAST, 1), "longer_insurance"),
        (ELSEWHERE, Comparison(FactName.INSURANCE_MONTHS, Operator.AT_LEAST, 0), None),
        (ELSEWHERE, Comparison(FactName.INSURANCE_MONTHS, Operator.IS, 24), "longer_insurance"),
        (IN_THE_CITY, Comparison(FactName.INSURANCE_MONTHS, Operator.AT_LEAST, 24), None),
        (ELSEWHERE, Comparison(Computed.RENTAL_MONTHS, Operator.AT_LEAST, 7), "longer_residence"),
        (ELSEWHERE, Comparison(Computed.RENTAL_MONTHS, Operator.AT_LEAST, 6), None),
        (IN_THE_CITY, Comparison(Computed.RENTAL_MONTHS, Operator.AT_LEAST, 36), None),
        (ELSEWHERE, Comparison(Computed.RESIDENCE_MONTHS, Operator.IS, 7), "longer_residence"),
        (
            ELSEWHERE,
            NotThat(Comparison(FactName.RESIDENCE_SINCE, Operator.ON_OR_AFTER, HALF_YEAR_BEFORE)),
            "longer_residence",
        ),
        (
            ELSEWHERE,
            Comparison(FactName.RENTAL_SINCE, Operator.ON_OR_BEFORE, HALF_YEAR_BEFORE),
            None,
        ),
        (
            ELSEWHERE,
            Comparison(FactName.RENTAL_SINCE, Operator.ON_OR_BEFORE, date(2025, 1, 1)),
            "longer_residence",
        ),
    ],
)
def test_a_longer_term_is_warned_of_where_migrant_children_are_meant(
    of_whom: Condition, test: Condition, expected: str | None
) -> None:
    path = f"categories[{MIGRANT}].when"
    clause = {"longer_insurance": MATERIALS, "longer_residence": PERMIT_TERMS}
    told = [] if expected is None else [(expected, path, Severity.WARN, clause[expected])]
    assert found(AllOf((of_whom, test))) == told


def with_points(when: Condition, *items: PointItem) -> Policy:
    """The county's policy with point items, and another condition of its migrant category."""
    return replace(with_category(when), points=items)


def found_by_points(when: Condition, *items: PointItem) -> list[tuple[str, str, Clause]]:
    return [(item.code, item.path, item.clause) for item in violations(with_points(when, *items))]


def item(
    when: Condition | None = None, per: Term | None = None, *, points: int = 5, **more: int
) -> PointItem:
    return PointItem("x", Title("项", "item"), points, when, per, **more)


def points(operator: Operator, number: int) -> Comparison:
    return Comparison(Computed.POINTS, operator, number)


OF_POINTS = f"categories[{MIGRANT}].when (points[0])"
YOUNG = item(born(Operator.ON_OR_AFTER, date(2019, 9, 1)))
OLDER = item(born(Operator.ON_OR_BEFORE, date(2019, 8, 31)))
SIX = item(born(Operator.ON_OR_BEFORE, date(2020, 8, 31)))
HOME = item(Comparison(FactName.DWELLING_RIGHT, Operator.IS, "owned"), points=20)


@pytest.mark.parametrize(
    ("when", "one", "is_refused"),
    [
        (points(Operator.AT_LEAST, 5), YOUNG, True),
        (points(Operator.AT_LEAST, 1), YOUNG, True),
        (points(Operator.AT_LEAST, 0), YOUNG, False),
        (points(Operator.IS, 5), YOUNG, True),
        (NotThat(points(Operator.AT_MOST, 4)), YOUNG, True),
        (NotThat(points(Operator.IS, 0)), YOUNG, True),
        (points(Operator.AT_MOST, 4), YOUNG, False),
        (points(Operator.AT_LEAST, 5), item(NotThat(born(Operator.ON_OR_BEFORE, date(2019, 8, 31)))), True),
        (points(Operator.AT_LEAST, 5), item(AnyOf((IN_THE_CITY, YOUNG.when or IN_THE_CITY))), True),
        # Few of the points that older children have is the same thing from the other side.
        (points(Operator.AT_MOST, 4), OLDER, True),
        (points(Operator.IS, 0), OLDER, True),
        (NotThat(points(Operator.AT_LEAST, 5)), OLDER, True),
        (points(Operator.AT_LEAST, 5), OLDER, False),
        # Honest: the age of entry, and points that ask nothing of age.
        (points(Operator.AT_LEAST, 5), SIX, False),
        (points(Operator.AT_LEAST, 5), HOME, False),
        (points(Operator.KNOWN, True), YOUNG, False),
    ],
)
def test_points_are_no_back_door_to_an_over_age_refusal(
    when: Comparison | NotThat, one: PointItem, is_refused: bool
) -> None:
    told = [("over_age_refusal", OF_POINTS, AGE_SIX)] if is_refused else []
    assert found_by_points(AllOf((ELSEWHERE, when)), one) == told


def test_every_category_that_asks_for_points_of_youth_is_named() -> None:
    asks = points(Operator.AT_LEAST, 5)
    whole = tuple(replace(one, when=AllOf((one.when, asks))) for one in POLICY.categories)
    policy = replace(POLICY, categories=whole, points=(YOUNG,))
    refused = [one.path for one in violations(policy) if one.code == "over_age_refusal"]
    assert refused == [f"categories[{index}].when (points[0])" for index in range(len(whole))]
    assert violations(replace(policy, points=(HOME,))) == ()


def test_points_of_youth_that_only_order_children_are_warned_of() -> None:
    categories = list(POLICY.categories)
    categories[MIGRANT] = replace(categories[MIGRANT], keys=(SortKey.POINTS, SortKey.TICKET))
    policy = replace(POLICY, categories=tuple(categories), points=(HOME, YOUNG))
    told = [(one.code, one.path, one.severity, one.clause) for one in violations(policy)]
    assert told == [
        ("points_for_youth", f"categories[{MIGRANT}].keys (points[1])", Severity.WARN, AGE_SIX),
    ]
    assert violations(replace(policy, points=(HOME, SIX))) == ()


PERMIT = Comparison(Computed.PERMIT_VALID, Operator.IS, True)


def per(term: Term, scored: int = 1, **more: int) -> PointItem:
    return item(None, term, points=scored, **more)


@pytest.mark.parametrize(
    ("of_whom", "asked", "one", "expected"),
    [
        (PERMIT, points(Operator.AT_LEAST, 60), per(FactName.INSURANCE_MONTHS), "longer_insurance"),
        (
            PERMIT,
            points(Operator.AT_LEAST, 1),
            per(FactName.INSURANCE_MONTHS, 5, each=12),
            "longer_insurance",
        ),
        (PERMIT, points(Operator.AT_LEAST, 0), per(FactName.INSURANCE_MONTHS), None),
        (PERMIT, points(Operator.AT_MOST, 60), per(FactName.INSURANCE_MONTHS), None),
        (
            PERMIT,
            points(Operator.AT_LEAST, 5),
            item(Comparison(FactName.INSURANCE_MONTHS, Operator.AT_LEAST, 24)),
            "longer_insurance",
        ),
        # A category of the city's own children may ask for insurance; an item for them alone asks nobody else.
        (IN_THE_CITY, points(Operator.AT_LEAST, 60), per(FactName.INSURANCE_MONTHS), None),
        (
            PERMIT,
            points(Operator.AT_LEAST, 60),
            item(IN_THE_CITY, FactName.INSURANCE_MONTHS, points=1),
            None,
        ),
        (
            PERMIT,
            points(Operator.AT_LEAST, 60),
            item(ELSEWHERE, FactName.INSURANCE_MONTHS, points=1),
            "longer_insurance",
        ),
        # Six months of residence are the permit's own term, seven are more; part of a unit earns nothing.
        (PERMIT, points(Operator.AT_LEAST, 6), per(Computed.RESIDENCE_MONTHS), None),
        (PERMIT, points(Operator.AT_LEAST, 7), per(Computed.RESIDENCE_MONTHS), "longer_residence"),
        (PERMIT, points(Operator.AT_LEAST, 12), per(Computed.RESIDENCE_MONTHS, 2), None),
        (PERMIT, points(Operator.AT_LEAST, 13), per(Computed.RESIDENCE_MONTHS, 2), "longer_residence"),
        (PERMIT, points(Operator.AT_LEAST, 5), per(Computed.RESIDENCE_MONTHS, 5, each=6), None),
        (PERMIT, points(Operator.AT_LEAST, 5), per(Computed.RESIDENCE_MONTHS, 5, each=7), "longer_residence"),
        # Beyond its own most an item cannot be what is asked.
        (PERMIT, points(Operator.AT_LEAST, 60), per(Computed.RESIDENCE_MONTHS, most=6), None),
        (PERMIT, points(Operator.AT_LEAST, 1), per(Computed.RESIDENCE_YEARS, 3, most=30), "longer_residence"),
        (PERMIT, points(Operator.AT_LEAST, 60), per(Computed.RENTAL_MONTHS), "longer_residence"),
        (IN_THE_CITY, points(Operator.AT_LEAST, 60), per(Computed.RENTAL_MONTHS), None),
        (
            PERMIT,
            points(Operator.AT_LEAST, 5),
            item(Comparison(FactName.RESIDENCE_SINCE, Operator.ON_OR_BEFORE, date(2024, 1, 1))),
            "longer_residence",
        ),
        (PERMIT, points(Operator.AT_LEAST, 20), HOME, None),
    ],
)
def test_points_are_no_back_door_to_a_longer_term(
    of_whom: Condition, asked: Comparison, one: PointItem, expected: str | None
) -> None:
    clause = {"longer_insurance": MATERIALS, "longer_residence": PERMIT_TERMS}
    told = [] if expected is None else [(expected, OF_POINTS, clause[expected])]
    assert found_by_points(AllOf((of_whom, asked)), one) == told


def test_terms_that_only_order_migrant_children_by_points_are_lawful() -> None:
    categories = list(POLICY.categories)
    categories[MIGRANT] = replace(categories[MIGRANT], keys=(SortKey.POINTS, SortKey.TICKET))
    items = (per(FactName.INSURANCE_MONTHS, 5, each=12, most=50), per(Computed.RESIDENCE_YEARS, 3))
    assert violations(replace(POLICY, categories=tuple(categories), points=items)) == ()


@pytest.mark.parametrize(
    ("of_whom", "is_warned"),
    [
        (AllOf(()), True),  # of nobody in particular: migrant children too
        (Comparison(Computed.REGISTRATION_SCOPE, Operator.KNOWN, True), True),
        (Comparison(Computed.PERMIT_VALID, Operator.KNOWN, True), True),
        (NotThat(IN_THE_CITY), True),
        (NotThat(ELSEWHERE), False),
        (AnyOf((IN_THE_CITY, ELSEWHERE)), True),
        (Comparison(Computed.REGISTRATION_SCOPE, Operator.IS, "prefecture"), False),
    ],
)
def test_a_category_that_may_hold_migrant_children_is_one_of_theirs(
    of_whom: Condition, is_warned: bool
) -> None:
    asks = Comparison(FactName.INSURANCE_MONTHS, Operator.AT_LEAST, 24)
    codes = [code for code, _, _, _ in found(AllOf((of_whom, asks)))]
    assert codes == (["longer_insurance"] if is_warned else [])
