"""Facts in groups: nothing is lost, and what cannot be written so is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_data.tables.fact_groups import Fact, grouped, listed

OFFICE: Fact = {"source": "look_up", "as_of": "2026-03-01", "verifier": "office"}
TOLD: Fact = {"source": "declared", "as_of": "2026-03-01"}


def fact(name: str, value: object, shared: Fact) -> Fact:
    return {"name": name, "value": value, **shared}


def test_what_many_share_is_written_once() -> None:
    facts = [fact("a", 1, OFFICE), fact("b", "x", TOLD), fact("c", None, OFFICE)]

    assert grouped(facts) == [{**OFFICE, "values": {"a": 1, "c": None}}, {**TOLD, "values": {"b": "x"}}]


def test_no_facts_are_no_groups() -> None:
    assert grouped([]) == []
    assert listed([]) == []


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ([fact("a", 1, OFFICE), fact("a", 2, OFFICE)], "a is stated twice"),
        ([fact("a", 1, {**OFFICE, "colour": "red"})], "a fact has no colour"),
    ],
)
def test_facts_that_groups_cannot_hold_are_refused(facts: list[Fact], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        grouped(facts)


SHARED = st.fixed_dictionaries(
    {
        "source": st.sampled_from(["look_up", "declared"]),
        "as_of": st.sampled_from(["2026-03-01", "2026-03-02"]),
    },
    optional={"verifier": st.sampled_from(["", "office"]), "expires_on": st.just("2027-03-01")},
)


@given(st.dictionaries(st.text(max_size=3), st.tuples(st.integers() | st.text(), SHARED)))
def test_listing_undoes_grouping(stated: dict[str, tuple[object, Fact]]) -> None:
    facts = [fact(name, value, shared) for name, (value, shared) in stated.items()]

    back = listed(grouped(facts))

    assert sorted(back, key=lambda one: str(one["name"])) == sorted(facts, key=lambda one: str(one["name"]))
