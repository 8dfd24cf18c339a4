"""The legal check finds what the law forbids also where it is written as a condition, and names the clause."""

from dataclasses import replace
from datetime import date

import pytest

from admissions.rules.clauses import AGE_SIX, MATERIALS, PERMIT_TERMS, Clause
from admissions.rules.conditions import AllOf, AnyOf, Comparison, Condition, NotThat, Operator
from admissions.rules.days import months_later
from admissions.rules.facts import FactName
from admissions.rules.legal_check import Severity, violations
from admissions.rules.policy_records import Policy
from admissions.rules.terms import Computed
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
