"""Who left stays on a list until an officer knows where the child is: what answers what, and for how long."""

from datetime import date

import pytest

from admissions.rules import no_child_lost
from geo_data.reconciliation.gone import Left, is_answered
from geo_data.reconciliation.records import Answered, Decisions, Record
from geo_data.reconciliation.words import ANSWERS, Answer, Category, LeftHow, Source
from tests.pure.reconciliation_world import HERE, fact, facts, facts_of, record, run

FOUND = date(2026, 2, 20)
CENSUS = facts({"registration_district": HERE, "registration_unit": "A", "dwelling_unit": "A"})
CHILD = record(Source.CENSUS, unit="A", facts=CENSUS)


def visit(state: str, day: str = "2026-02-20", **fields: str) -> Record:
    """A visit of that day that found the child so."""
    lives_there = fact("lives_there", state == "lives_here", source="officer", as_of=day)
    return record(
        Source.SURVEYS, state=state, facts=facts_of(lives_there), record=f"visit {day} {state}", **fields
    )


def answered(
    answer: Answer,
    how: LeftHow = LeftHow.MOVED_AWAY,
    found_on: date = FOUND,
    happened_on: date = date(2026, 2, 25),
) -> Answered:
    """An answer of 1 March."""
    return Answered(answer, how, found_on, happened_on, date(2026, 3, 1), "7", number=1)


def gone_of(
    day: str = "2026-02-20", state: str = "moved_away", answer: Answered | None = None, child: str = "1"
) -> tuple[int, list[bool]]:
    """How many children count, and whether those who left are answered."""
    outcome = run(CHILD, visit(state, day), decisions=Decisions(answers={child: answer} if answer else {}))
    return len(outcome.children), [departed.is_answered for departed in outcome.departed]


def test_who_left_is_told_with_the_way_the_day_and_where_it_lived() -> None:
    [departed] = run(CHILD, visit("abroad")).departed

    assert (departed.how, departed.found_on, departed.is_answered) == (LeftHow.ABROAD, FOUND, False)
    assert (departed.key, departed.unit, departed.sex, departed.lead) == ("1", "A", "female", CHILD)


@pytest.mark.parametrize(
    ("how", "answer", "settles"),
    [
        (LeftHow.MOVED_AWAY, Answer.RECEIVED, True),
        (LeftHow.MOVED_AWAY, Answer.CAME_BACK, True),
        (LeftHow.MOVED_AWAY, Answer.PROVED_ABROAD, False),
        (LeftHow.MOVED_AWAY, Answer.DEATH_CONFIRMED, False),
        (LeftHow.ABROAD, Answer.PROVED_ABROAD, True),
        (LeftHow.ABROAD, Answer.CAME_BACK, True),
        (LeftHow.ABROAD, Answer.RECEIVED, False),
        (LeftHow.DECEASED, Answer.DEATH_CONFIRMED, True),
        (LeftHow.DECEASED, Answer.CAME_BACK, True),
        (LeftHow.DECEASED, Answer.RECEIVED, False),
        (LeftHow.DECEASED, Answer.REOPENED, False),
    ],
)
def test_each_way_of_leaving_has_its_own_answers(how: LeftHow, answer: Answer, settles: bool) -> None:
    assert is_answered(Left(how, FOUND), answered(answer, how)) is settles
    assert (answer in ANSWERS[how]) is settles


def test_a_visit_alone_answers_nothing() -> None:
    assert not is_answered(Left(LeftHow.MOVED_AWAY, FOUND), None)
    assert gone_of() == (0, [False])


@pytest.mark.parametrize(
    ("day", "settles"),
    [("2026-02-19", True), ("2026-02-20", True), ("2026-02-21", False)],  # the visit answered is of the 20th
)
def test_a_later_visit_asks_again(day: str, settles: bool) -> None:
    assert gone_of(day, answer=answered(Answer.RECEIVED)) == (0, [settles])


def test_an_answer_to_another_way_of_leaving_does_not_count() -> None:
    assert gone_of(state="abroad", answer=answered(Answer.RECEIVED)) == (0, [False])


def test_a_confirmed_death_is_not_asked_about_again() -> None:
    confirmed = answered(Answer.DEATH_CONFIRMED, LeftHow.DECEASED)

    assert gone_of("2027-03-01", "deceased", answer=confirmed) == (0, [True])


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-02-20", (1, [])),
        ("2026-02-25", (1, [])),  # the day of the return
        ("2026-02-26", (0, [False])),  # a visit after it finds the child gone once more
    ],
)
def test_who_came_back_counts_until_a_later_visit(day: str, expected: tuple[int, list[bool]]) -> None:
    assert gone_of(day, answer=answered(Answer.CAME_BACK)) == expected


def test_who_came_back_lives_there_by_the_officers_word() -> None:
    answers = {"1": answered(Answer.CAME_BACK)}

    [child] = run(CHILD, visit("moved_away"), decisions=Decisions(answers=answers)).children

    assert (child.category, child.unit) == (Category.REGISTERED_LIVING_HERE, "A")
    lives = next(one for one in child.facts if one["name"] == "lives_there")
    assert (lives["value"], lives["source"], lives["as_of"], lives["verifier"]) == (
        True,
        "officer",
        "2026-03-01",
        "7",
    )


def test_an_answer_about_another_child_changes_nothing() -> None:
    assert gone_of(answer=answered(Answer.CAME_BACK), child="2") == (0, [False])


def test_of_visits_of_one_day_the_stronger_record_says_how() -> None:
    outcome = run(CHILD, visit("abroad"), visit("deceased"))

    assert [departed.how for departed in outcome.departed] == [LeftHow.ABROAD]


def test_only_an_answered_departure_accounts_for_a_child() -> None:
    traces = [
        no_child_lost.GoneTrace(f"{how}-{told}", how, told)
        for how in no_child_lost.Gone
        for told in (True, False)
    ]

    accounts = no_child_lost.accounts_of_gone(traces)

    assert accounts == {
        "moved_away-True": no_child_lost.Account.MOVED_OUT,
        "abroad-True": no_child_lost.Account.ABROAD,
        "deceased-True": no_child_lost.Account.DECEASED,
    }
    census = [trace.child for trace in traces]
    assert no_child_lost.open_cases(census, accounts) == (
        "abroad-False",
        "deceased-False",
        "moved_away-False",
    )


def test_rules_and_reconciliation_name_the_ways_of_leaving_alike() -> None:
    assert {how.value for how in no_child_lost.Gone} == {how.value for how in LeftHow}
