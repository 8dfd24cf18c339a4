"""Facts: the closed vocabulary, which source stands, and storage."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admissions.rules.facts import (
    Fact,
    FactName,
    Facts,
    FactSource,
    contradictions,
    facts_as_data,
    facts_from_data,
)
from admissions.rules.vocabulary import VOCABULARY, FactSpec, FactValue, Kind
from geo_data.tables.child_facts import FACT_COLUMNS
from tests.pure.rules_world import fact

DAY = date(2026, 6, 1)
VALUES: dict[Kind, st.SearchStrategy[object]] = {
    Kind.TEXT: st.text(min_size=1, max_size=5),
    Kind.INTEGER: st.integers(0, 100),
    Kind.FLAG: st.booleans(),
    Kind.DATE: st.dates(),
    Kind.TEXTS: st.lists(st.text(min_size=1, max_size=4), max_size=3).map(tuple),
    Kind.DATES: st.lists(st.dates(), max_size=3).map(tuple),
}


def values_of(spec: FactSpec) -> st.SearchStrategy[object]:
    return st.sampled_from(spec.choices) if spec.kind is Kind.CHOICE else VALUES[spec.kind]


@st.composite
def any_fact(draw: st.DrawFn) -> Fact:
    name = draw(st.sampled_from(list(FactName)))
    value: FactValue = draw(values_of(VOCABULARY[name]))  # type: ignore[assignment]
    source, expires = draw(st.sampled_from(list(FactSource))), draw(st.none() | st.dates())
    return Fact(name, value, source, draw(st.dates()), draw(st.text(max_size=5)), expires)


def test_every_name_has_a_kind_and_words_in_both_languages() -> None:
    assert set(VOCABULARY) == set(FactName)
    assert all(spec.zh and spec.en for spec in VOCABULARY.values())
    assert all(bool(spec.choices) is (spec.kind is Kind.CHOICE) for spec in VOCABULARY.values())


@pytest.mark.parametrize("word", ["score", "certificate", "contest", "income", "post", "donation"])
def test_the_vocabulary_has_no_word_for_what_may_not_decide(word: str) -> None:
    assert not [name for name in FactName if word in name.split("_")]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("birth_date", "2020-13-01"),
        ("ownership_share_percent", 101),
        ("ownership_share_percent", -1),
        ("ownership_share_percent", True),
        ("lives_there", "yes"),
        ("dwelling_right", "borrowed"),
        ("registration_unit", ""),
        ("sibling_school", ["east", ""]),
        ("permit_endorsed_on", "2026-01-01"),
    ],
)
def test_a_value_of_another_kind_is_refused(name: str, value: object) -> None:
    with pytest.raises(ValueError):
        fact(name, value)


@given(st.lists(any_fact(), max_size=6))
def test_stored_facts_come_back_as_they_were(known: list[Fact]) -> None:
    stored = json.loads(json.dumps(facts_as_data(known)))
    assert dict(facts_from_data(stored)) == dict(Facts(known))


@given(st.lists(any_fact(), max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_facts_changes_nothing(known: list[Fact], shuffler: object) -> None:
    shuffled = list(known)
    shuffler.shuffle(shuffled)  # type: ignore[attr-defined]
    assert facts_as_data(shuffled) == facts_as_data(known)
    assert dict(Facts(shuffled)) == dict(Facts(known))


@pytest.mark.parametrize(
    ("sources", "stands"),
    [
        (("declared", "document"), "document"),
        (("document", "look_up"), "look_up"),
        (("look_up", "officer"), "officer"),
        (("officer", "declared"), "officer"),
    ],
)
def test_officer_stands_over_look_up_over_document_over_declared(
    sources: tuple[str, str], stands: str
) -> None:
    known = Facts(Fact(FactName.DWELLING_UNIT, source, FactSource(source), DAY) for source in sources)
    assert known.text(FactName.DWELLING_UNIT) == stands


def test_of_one_source_the_newer_day_stands() -> None:
    older = Fact(FactName.DWELLING_UNIT, "old", FactSource.LOOK_UP, date(2026, 1, 1))
    newer = Fact(FactName.DWELLING_UNIT, "new", FactSource.LOOK_UP, date(2026, 5, 1))
    assert Facts([newer, older]).text(FactName.DWELLING_UNIT) == "new"


@pytest.mark.parametrize(("on", "known"), [(date(2026, 6, 30), True), (date(2026, 7, 1), False)])
def test_a_fact_may_be_relied_on_until_the_day_it_expires(on: date, known: bool) -> None:
    expiring = Fact(FactName.LIVES_THERE, True, FactSource.OFFICER, DAY, expires_on=date(2026, 7, 1))
    assert (FactName.LIVES_THERE in Facts([expiring]).in_force(on)) is known


def test_two_registers_that_disagree_are_named_until_an_officer_settles_it() -> None:
    disagreeing = [
        Fact(FactName.DWELLING_UNIT, "willow", FactSource.LOOK_UP, DAY, "title register"),
        Fact(FactName.DWELLING_UNIT, "hill", FactSource.LOOK_UP, DAY, "permit register"),
        Fact(FactName.DWELLING_UNIT, "bridge", FactSource.DECLARED, DAY),
    ]
    assert contradictions(disagreeing) == (FactName.DWELLING_UNIT,)
    settled = Fact(FactName.DWELLING_UNIT, "willow", FactSource.OFFICER, DAY, "officer-3")
    assert contradictions([*disagreeing, settled]) == ()


def test_what_the_family_says_differently_is_no_contradiction_between_registers() -> None:
    known = [fact("dwelling_unit", "willow"), fact("dwelling_unit", "hill", FactSource.DECLARED)]
    assert contradictions(known) == ()


def test_the_census_file_has_a_column_for_every_fact_and_no_other() -> None:
    columns = {column.name: column for column in FACT_COLUMNS}
    # The date of birth is a column of the child itself.
    assert set(columns) == set(FactName) - {FactName.BIRTH_DATE}
    for name, column in columns.items():
        assert set((column.choices or {}).values()) == set(VOCABULARY[FactName(name)].choices)


@pytest.mark.parametrize("missing", ["name", "value", "source", "as_of"])
def test_a_stored_fact_without_one_of_its_parts_is_refused(missing: str) -> None:
    [stored] = facts_as_data([fact("lives_there", True)])
    del stored[missing]
    with pytest.raises(ValueError, match=missing):
        facts_from_data([stored])


@pytest.mark.parametrize("part", ["name", "source", "as_of", "verifier", "expires_on"])
def test_a_stored_fact_with_a_list_where_a_text_belongs_is_refused(part: str) -> None:
    [stored] = facts_as_data([fact("lives_there", True)])
    with pytest.raises(ValueError, match="list"):
        facts_from_data([{**stored, part: ["x"]}])


def test_a_value_of_another_kind_is_refused_although_an_equal_one_was_read_before() -> None:
    [stored] = facts_as_data([fact("insurance_months", 1)])
    assert facts_from_data([stored]).number(FactName.INSURANCE_MONTHS) == 1
    for equal in (True, 1.0, [1], {"months": 1}):
        with pytest.raises(ValueError, match="social insurance"):
            facts_from_data([{**stored, "value": equal}])
