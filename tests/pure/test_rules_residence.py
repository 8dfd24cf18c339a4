"""Residence standing. Clauses: Residence Permit Regulations 2015, arts. 2, 9 and 10."""

from dataclasses import replace
from datetime import date

import pytest

from admissions.rules.clauses import PERMIT_ENDORSEMENT
from admissions.rules.conditions import Comparison, Operator
from admissions.rules.facts import FactName
from admissions.rules.places import city_of, scope_of
from admissions.rules.policy_records import PermitRules
from admissions.rules.residence import continuity, facts_on, may_obtain_permit, permit_valid, residence_years
from tests.pure.rules_world import ON, fact, facts, migrant, town_policy

POLICY = town_policy()


def codes(answer_reasons: object) -> list[str]:
    return [reason.code for reason in answer_reasons]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("district", "city"),
    [
        ("410181", "4101"),
        ("410102", "4101"),
        ("110101", "11"),
        ("110229", "11"),
        ("500236", "50"),
        ("419001", "419001"),
        ("429004", "429004"),
    ],
)
def test_a_city_is_a_prefecture_a_municipality_or_a_directly_governed_county(
    district: str, city: str
) -> None:
    assert city_of(district) == city


@pytest.mark.parametrize(
    ("district", "scope"),
    [("410181", "district"), ("410105", "prefecture"), ("410302", "province"), ("340102", "elsewhere")],
)
def test_how_near_a_registration_is(district: str, scope: str) -> None:
    assert scope_of(district, "410181") == scope


@pytest.mark.parametrize(
    ("changes", "yes", "reasons"),
    [
        ({}, True, []),
        # Art. 2: another city.
        ({"registration_district": "410105"}, False, ["same_city"]),
        ({"registration_district": "410181"}, False, ["same_city"]),
        ({"registration_district": "410302"}, True, []),
        # Art. 2: half a year, the day that completes it included.
        ({"residence_since": "2025-12-20"}, True, []),
        ({"residence_since": "2025-12-21"}, False, ["half_year"]),
        # Art. 9: one of work, dwelling, schooling.
        ({"work_evidence": "none"}, True, []),
        ({"work_evidence": "none", "dwelling_right": "relatives", "continuous_schooling": True}, True, []),
        (
            {"work_evidence": "none", "dwelling_right": "relatives", "continuous_schooling": False},
            False,
            ["none_of_three"],
        ),
        (
            {
                "registration_district": "410105",
                "residence_since": "2026-06-01",
                "work_evidence": "none",
                "dwelling_right": "none",
                "continuous_schooling": False,
            },
            False,
            ["same_city", "half_year", "none_of_three"],
        ),
    ],
)
def test_who_may_obtain_a_permit(changes: dict[str, object], yes: bool, reasons: list[str]) -> None:
    answer = may_obtain_permit(migrant(**changes), POLICY, on=ON)
    assert (answer.yes, codes(answer.reasons)) == (yes, reasons)


@pytest.mark.parametrize(
    ("missing", "asked"),
    [
        ({"registration_district": None}, {FactName.REGISTRATION_DISTRICT}),
        ({"residence_since": None}, {FactName.RESIDENCE_SINCE}),
        (
            {"work_evidence": None, "dwelling_right": None},
            {FactName.WORK_EVIDENCE, FactName.DWELLING_RIGHT, FactName.CONTINUOUS_SCHOOLING},
        ),
    ],
)
def test_the_question_stays_open_while_a_fact_is_missing(
    missing: dict[str, object], asked: set[FactName]
) -> None:
    answer = may_obtain_permit(migrant(**missing), POLICY, on=ON)
    assert answer.yes is None
    assert set(answer.missing) == asked


def test_a_local_list_may_waive_the_half_year() -> None:
    exempt = Comparison(FactName.PREFERENTIAL_KIND, Operator.IS, "talent")
    policy = replace(POLICY, permit=PermitRules(guardian_counts=True, exempt=exempt))
    newcomer = {"residence_since": "2026-06-01"}
    assert may_obtain_permit(migrant(**newcomer, preferential_kind="talent"), policy, on=ON).yes is True
    assert may_obtain_permit(migrant(**newcomer, preferential_kind="none"), policy, on=ON).yes is False


@pytest.mark.parametrize(
    ("on", "yes"),
    [
        (date(2023, 1, 31), False),
        (date(2023, 2, 1), True),
        (date(2024, 2, 1), True),
        (date(2024, 2, 2), False),
    ],
)
def test_a_permit_works_from_issue_through_the_day_that_completes_the_year(on: date, yes: bool) -> None:
    assert permit_valid(migrant(permit_endorsed_on=[]), POLICY, on=on).yes is yes


@pytest.mark.parametrize(
    ("endorsed", "on", "yes", "years"),
    [
        # In the month before the anniversary, its first and its last day.
        (["2024-01-01"], date(2024, 2, 2), True, 1),
        (["2024-02-01"], date(2024, 2, 2), True, 1),
        # A day before that month it is no yearly endorsement.
        (["2023-12-31"], date(2024, 2, 2), False, 0),
        # A day late: nothing on the second, restored on the third, counting from there.
        (["2024-02-03"], date(2024, 2, 2), False, 0),
        (["2024-02-03"], date(2024, 2, 3), True, 0),
        (["2024-02-03"], date(2025, 2, 2), True, 0),
        (["2024-02-03"], date(2025, 2, 3), True, 1),
        (["2024-02-03"], date(2025, 2, 4), False, 0),
        # Two endorsements in one year count once.
        (["2024-01-10", "2024-01-12"], date(2025, 2, 2), False, 0),
        # Three years without a gap, and the same with one.
        (["2024-01-20", "2025-01-20", "2026-01-20"], ON, True, 3),
        (["2024-01-20", "2025-03-01", "2026-02-20"], ON, True, 1),
    ],
)
def test_endorsement_keeps_restores_and_restarts(
    endorsed: list[str], on: date, yes: bool, years: int
) -> None:
    holder = migrant(permit_endorsed_on=endorsed)
    assert permit_valid(holder, POLICY, on=on).yes is yes
    assert residence_years(holder, POLICY, on=on) == years


def test_a_lapsed_permit_says_since_when_and_quotes_article_10() -> None:
    answer = permit_valid(migrant(permit_endorsed_on=["2024-01-20"]), POLICY, on=ON)
    assert answer.reasons[0].clause is PERMIT_ENDORSEMENT
    assert answer.reasons[0].sentence.values == (("since", "2025-02-02"),)


@pytest.mark.parametrize(("until", "yes"), [("2026-06-20", False), ("2026-06-21", True)])
def test_an_end_stated_by_the_register_decides_and_is_excluded(until: str, yes: bool) -> None:
    assert permit_valid(migrant(permit_valid_until=until), POLICY, on=ON).yes is yes


def test_without_endorsements_on_file_an_old_permit_is_an_open_question() -> None:
    answer = permit_valid(migrant(permit_endorsed_on=None), POLICY, on=ON)
    assert (answer.yes, answer.missing) == (None, (FactName.PERMIT_ENDORSED_ON,))
    assert residence_years(migrant(permit_endorsed_on=None), POLICY, on=ON) is None


def test_without_endorsements_on_file_a_young_permit_is_valid() -> None:
    young = migrant(permit_endorsed_on=None, permit_valid_from="2025-06-20")
    assert permit_valid(young, POLICY, on=ON).yes is True


def test_a_permit_holder_is_never_asked_the_half_year_again() -> None:
    newcomer = migrant(residence_since="2026-06-19", work_evidence="none", dwelling_right="none")
    assert permit_valid(newcomer, POLICY, on=ON).yes is True


@pytest.mark.parametrize(
    ("born", "guardian_counts", "reasons"),
    [
        ("2010-06-21", True, []),
        ("2010-06-20", True, ["too_old_for_guardian_permit"]),
        ("2020-03-04", False, ["guardian_permit_not_counted"]),
    ],
)
def test_a_guardians_permit_counts_under_16_where_local_rules_say_so(
    born: str, guardian_counts: bool, reasons: list[str]
) -> None:
    policy = replace(POLICY, permit=PermitRules(guardian_counts=guardian_counts))
    assert codes(permit_valid(migrant(birth_date=born), policy, on=ON).reasons) == reasons


def test_a_childs_own_permit_needs_no_guardian_rule() -> None:
    policy = replace(POLICY, permit=PermitRules(guardian_counts=False))
    assert permit_valid(migrant(permit_holder="child"), policy, on=ON).yes is True


def test_a_permit_of_another_county_does_not_count() -> None:
    answer = permit_valid(migrant(permit_district="410105"), POLICY, on=ON)
    assert (answer.yes, codes(answer.reasons)) == (False, ["permit_of_another_county"])


def test_nobody_without_a_permit_has_years_of_residence_by_permit() -> None:
    assert residence_years(facts(), POLICY, on=ON) is None


def test_an_endorsement_after_the_day_asked_about_does_not_count_yet() -> None:
    seen = continuity(date(2024, 2, 1), [date(2025, 3, 1)], on=date(2025, 2, 28))
    assert (seen.since, seen.due_on) == (date(2024, 2, 1), date(2025, 2, 1))


@pytest.mark.parametrize(
    ("asked_on", "yes", "missing"),
    [
        # The permit ends on 10 June; the register was asked the day before, on that day, and after it.
        (date(2026, 6, 9), None, (FactName.PERMIT_ENDORSED_ON,)),
        (date(2026, 6, 10), False, ()),
        (date(2026, 6, 15), False, ()),
    ],
)
def test_a_register_asked_before_the_end_does_not_know_of_an_endorsement_since(
    asked_on: date, yes: bool | None, missing: tuple[FactName, ...]
) -> None:
    until = fact("permit_valid_until", "2026-06-10", as_of=asked_on)
    known = migrant(permit_endorsed_on=None).with_facts(until)
    answer = permit_valid(known, POLICY, on=ON)
    assert (answer.yes, answer.missing) == (yes, missing)


@pytest.mark.parametrize(("asked_on", "yes"), [(date(2026, 2, 1), None), (date(2026, 2, 2), False)])
def test_endorsements_on_file_are_as_old_as_the_question(asked_on: date, yes: bool | None) -> None:
    # Due on 1 February 2026; on that day the family could still endorse in time.
    endorsed = fact("permit_endorsed_on", ["2024-01-20", "2025-01-20"], as_of=asked_on)
    known = migrant(permit_endorsed_on=None).with_facts(endorsed)
    assert permit_valid(known, POLICY, on=ON).yes is yes
    assert residence_years(known, POLICY, on=ON) == (None if yes is None else 0)


def test_what_is_out_of_date_is_left_out_and_all_else_stays() -> None:
    until = fact("permit_valid_until", "2026-06-10", as_of=date(2026, 5, 1))
    known = migrant().with_facts(until)
    assert set(known) - set(facts_on(known, ON)) == {FactName.PERMIT_VALID_UNTIL}
    assert facts_on(known, date(2026, 6, 9)) == known
