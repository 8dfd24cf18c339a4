"""Twin groups: proved, of one birth, with one list; nobody joins a group by writing its code. Clause: local."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import permutations

import pytest

from admissions.rules.documents import facts_to_prove, needed
from admissions.rules.facts import Facts, FactSource
from admissions.rules.policy import example_names, example_policy, load_policy
from admissions.rules.standing import Target
from admissions.rules.twins import (
    NO_TWIN,
    GroupMember,
    are_one_birth,
    drawn_together,
    group_member,
    group_proved,
    may_be_split,
)
from tests.pure.rules_world import AT_SCHOOL, ON, ZONES, fact, facts, registered_and_living, town_policy

BORN = date(2020, 3, 4)
SAME, OTHER = (("east.zone", 1),), (("west.zone", 1),)
POLICIES = [load_policy(example_policy(name)) for name in example_names()]


def twin(
    receipt: str, code: str = "T", choices: object = SAME, *, days: int = 0, split: bool = False
) -> GroupMember:
    """A child born so many days after the others."""
    return GroupMember(receipt, code, BORN + timedelta(days=days), (choices,), split)


@pytest.mark.parametrize(
    ("members", "groups"),
    [
        ([twin("3"), twin("2")], {"2": "G2", "3": "G2"}),
        ([twin("2"), twin("3", choices=OTHER)], {}),
        ([twin("2"), twin("3", "U")], {}),
        ([twin("2", ""), twin("3", "")], {}),
        ([twin("4"), twin("2", choices=OTHER), twin("3")], {"3": "G3", "4": "G3"}),
        ([twin("4"), twin("2"), twin("3")], {"2": "G2", "3": "G2", "4": "G2"}),
        ([GroupMember("2", "T", None, (SAME,)), twin("3")], {}),
        ([], {}),
        # Over midnight, and a day more.
        ([twin("2"), twin("3", days=1)], {"2": "G2", "3": "G2"}),
        ([twin("2"), twin("3", days=2)], {}),
        ([twin("2"), twin("3", days=365)], {}),
        # One code written for two families' twins: the births part them.
        (
            [twin("2"), twin("3"), twin("4", days=30), twin("5", days=30)],
            {"2": "G2", "3": "G2", "4": "G4", "5": "G4"},
        ),
        # A third child of another birth does not part those of one birth.
        ([twin("1", days=30), twin("2"), twin("3")], {"2": "G2", "3": "G2"}),
        # Counted from the eldest: three days in a row are no one birth.
        ([twin("2"), twin("3", days=1), twin("4", days=2)], {"2": "G2", "3": "G2"}),
    ],
)
def test_children_of_one_group_birth_and_list_are_one_ball(
    members: list[GroupMember], groups: dict[str, str]
) -> None:
    for ordered in permutations(members):
        assert drawn_together(ordered) == groups


@pytest.mark.parametrize(
    ("days", "are_one"), [(-2, False), (-1, True), (0, True), (1, True), (2, False), (366, False)]
)
def test_twins_are_born_on_one_day_or_over_midnight(days: int, are_one: bool) -> None:
    assert are_one_birth(BORN, BORN + timedelta(days=days)) is are_one


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (FactSource.LOOK_UP, "T1"),
        (FactSource.OFFICER, "T1"),
        (FactSource.DOCUMENT, "T1"),
        (FactSource.DECLARED, ""),
    ],
)
def test_a_group_counts_when_somebody_other_than_the_family_stands_behind_it(
    source: FactSource, code: str
) -> None:
    known = facts(birth_date="2020-03-04").with_facts(fact("twin_group", "T1", source))
    assert group_proved(known) == code
    assert group_member("2", known, SAME) == GroupMember("2", code, BORN, SAME)


def test_a_birth_date_that_only_the_family_states_makes_no_twins() -> None:
    known = facts(FactSource.DECLARED, birth_date="2020-03-04").with_facts(fact("twin_group", "T1"))
    stated = group_member("2", known, SAME)
    assert stated == GroupMember("2", "T1", None, SAME)
    assert drawn_together([stated, twin("3", "T1", SAME)]) == {}


def test_who_an_officer_found_to_be_no_twin_is_in_no_group() -> None:
    known = facts(birth_date="2020-03-04", twin_group="T1").with_facts(
        fact("twin_group", NO_TWIN, FactSource.OFFICER)
    )
    assert group_proved(known) == ""
    alike = [group_member(receipt, known, SAME) for receipt in ("2", "3")]
    assert drawn_together(alike) == {}


@pytest.mark.parametrize(
    ("members", "split"),
    [
        ([twin("2", split=True), twin("3", split=True)], {"2": True, "3": True}),
        ([twin("2", split=True), twin("3")], {"2": False, "3": False}),
        ([twin("2"), twin("3")], {"2": False, "3": False}),
        # Whoever is drawn alone keeps its own word.
        ([twin("2", split=True), twin("3", choices=OTHER)], {"2": True, "3": False}),
    ],
)
def test_twins_are_split_only_when_every_form_says_so(
    members: Sequence[GroupMember], split: dict[str, bool]
) -> None:
    assert may_be_split(members) == split


def test_a_group_that_only_the_family_names_has_to_be_proved() -> None:
    policy = town_policy()
    known = registered_and_living().with_facts(fact("twin_group", "T1", FactSource.DECLARED))
    [item] = needed(known, policy, target=AT_SCHOOL, on=ON, zone_schools=ZONES)
    assert (item.document, item.proves) == ("birth_certificate", ("twin_group",))
    assert facts_to_prove(known, policy, target=AT_SCHOOL, on=ON, zone_schools=ZONES) == ("twin_group",)


@pytest.mark.parametrize("known", [registered_and_living(), registered_and_living(twin_group="T1")])
def test_a_group_that_a_register_knows_or_nobody_names_asks_for_no_paper(known: Facts) -> None:
    assert needed(known, town_policy(), target=AT_SCHOOL, on=ON, zone_schools=ZONES) == ()


@pytest.mark.parametrize("policy", POLICIES, ids=example_names())
def test_every_example_policy_wants_a_named_group_proved_at_every_line(policy: object) -> None:
    known = registered_and_living().with_facts(fact("twin_group", "T1", FactSource.DECLARED))
    for line in policy.lines:  # type: ignore[attr-defined]  # a Policy
        target = Target(line.code, "east")
        assert "twin_group" in facts_to_prove(known, policy, target=target, on=ON, zone_schools=ZONES)  # type: ignore[arg-type]
