"""Documents: only what no look-up answered. Clause: Ministry of Education, admission materials, 2022."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admissions.rules.documents import facts_to_prove, needed
from admissions.rules.documents_catalogue import CATALOGUE, Document, Standing
from admissions.rules.facts import Fact, FactName, Facts, FactSource
from admissions.rules.policy import example_names, example_policy, load_policy
from admissions.rules.residence import facts_on
from admissions.rules.sentences import say
from admissions.rules.standing import Target
from tests.pure.rules_world import (
    AT_SCHOOL,
    ON,
    ZONES,
    fact,
    facts,
    migrant,
    registered_and_living,
    town_policy,
)
from tests.pure.test_rules_facts import any_fact

POLICY = town_policy()
POLICIES = [load_policy(example_policy(name)) for name in example_names()]


def asked(known: Facts, target: Target = AT_SCHOOL) -> dict[str, list[str]]:
    items = needed(known, POLICY, target=target, on=ON, zone_schools=ZONES)
    return {str(item.document): [str(name) for name in item.proves] for item in items}


def declared(known: Facts, *names: str) -> Facts:
    """The same facts with the named ones only stated by the family."""
    return Facts(
        Fact(item.name, item.value, FactSource.DECLARED, item.as_of) if item.name in names else item
        for item in known.values()
    )


def test_usually_nothing_is_asked() -> None:
    assert asked(registered_and_living()) == {}
    assert asked(migrant()) == {}


def test_a_failed_title_look_up_asks_for_the_deed_and_nothing_else() -> None:
    known = declared(registered_and_living(), "dwelling_right", "ownership_share_percent")
    assert asked(known) == {"title_deed": ["dwelling_right", "ownership_share_percent"]}


def test_an_unknown_fact_that_would_decide_a_better_category_is_asked() -> None:
    known = registered_and_living(ownership_share_percent=None)
    assert asked(known) == {"title_deed": ["ownership_share_percent"]}
    [item] = needed(known, POLICY, target=AT_SCHOOL, on=ON, zone_schools=ZONES)
    assert say(item.because, "zh") == "未能查询到，用于判定类别：产权份额（%）"


def test_real_residence_is_settled_by_a_home_visit() -> None:
    assert asked(declared(registered_and_living(), "lives_there")) == {"home_visit": ["lives_there"]}


def test_one_register_proves_all_that_it_shows() -> None:
    names = ("birth_date", "registration_district", "registration_unit", "registration_since")
    assert list(asked(declared(registered_and_living(), *names))) == ["household_register"]


def test_a_family_that_only_declared_is_asked_once_for_each_document() -> None:
    everything = declared(registered_and_living(), *[str(name) for name in FactName])
    assert list(asked(everything)) == ["household_register", "title_deed", "home_visit"]


def test_a_permit_look_up_that_failed_asks_for_the_permit() -> None:
    names = [name for name in FactName if name.startswith("permit_")]
    assert list(asked(declared(migrant(), *names))) == ["residence_permit"]


def test_a_permit_in_force_leaves_the_half_year_unasked() -> None:
    mover = migrant(registration_district="410105", lives_there=True, residence_since=None)
    assert asked(mover) == {}
    without = mover.with_facts(fact("permit_valid_until", "2026-01-01", FactSource.OFFICER))
    assert asked(without) == {"home_visit": ["residence_since"]}


@pytest.mark.parametrize(("shown", "expected"), [(False, ["birth_certificate"]), (True, [])])
def test_the_birth_certificate_is_asked_only_when_the_register_does_not_show_the_relation(
    shown: bool, expected: list[str]
) -> None:
    assert list(asked(registered_and_living(relation_shown=shown))) == expected


def test_what_no_document_proves_is_left_to_an_officer() -> None:
    known = registered_and_living().with_facts(fact("sibling_school", ["east"], FactSource.DECLARED))
    assert asked(known) == {}
    to_prove = facts_to_prove(known, POLICY, target=AT_SCHOOL, on=ON, zone_schools=ZONES)
    assert to_prove == (FactName.SIBLING_SCHOOL,)


def test_the_private_draw_asks_for_nothing_but_the_birthday_and_where_a_child_is_at_home() -> None:
    known = facts(registration_district="410181")
    assert asked(known, Target("private_open", "north")) == {"household_register": ["birth_date"]}
    assert asked(facts(), Target("private_open", "north")) == {
        "household_register": ["birth_date", "registration_district"],
        "title_deed": ["dwelling_district"],
    }


def test_every_document_has_a_standing_and_only_allowed_ones_prove_facts() -> None:
    assert set(CATALOGUE) == set(Document)
    for entry in CATALOGUE.values():
        assert bool(entry.proves) is (entry.standing is Standing.ALLOWED)


@given(st.integers(0, len(POLICIES) - 1), st.lists(any_fact(), max_size=25), st.data())
def test_no_document_is_ever_asked_whose_fact_is_already_known(
    index: int, known: list[Fact], data: st.DataObject
) -> None:
    chosen = POLICIES[index]
    line = data.draw(st.sampled_from(chosen.lines))
    settled = Facts(known)
    items = needed(settled, chosen, target=Target(line.code, "east"), on=ON, zone_schools=ZONES)
    proved = facts_on(settled, ON).proved()
    for item in items:
        assert item.document in chosen.documents
        assert CATALOGUE[item.document].standing is Standing.ALLOWED
        assert item.proves
        for name in item.proves:
            assert name not in proved or (name, proved[name].value) == (FactName.RELATION_SHOWN, False)
    assert len({item.document for item in items}) == len(items)
