"""Differences between two policies: every change by path, and nothing else."""

from dataclasses import replace

import pytest

from admissions.rules.policy import example_names, example_policy, load_policy
from admissions.rules.policy_differences import Difference, policy_differences, unfit_lines
from admissions.rules.policy_records import LineKind, LoserRule, TwinRule
from tests.pure.rules_world import town_policy

POLICY = town_policy()


def test_equal_policies_have_no_differences() -> None:
    assert policy_differences(POLICY, town_policy()) == ()


def test_a_changed_value_is_named_with_both_readings() -> None:
    changed = replace(POLICY, private=replace(POLICY.private, loser=LoserRule.AFTER_ALL))
    (found,) = policy_differences(POLICY, changed)
    assert found == Difference("private.loser", POLICY.private.loser.value, "after_all")


def test_a_line_put_in_front_changes_the_order_and_no_other_line() -> None:
    extra = replace(POLICY.lines[0], code="extra")
    found = policy_differences(POLICY, replace(POLICY, lines=(extra, *POLICY.lines)))
    assert {item.path.split("]")[0] for item in found} == {"lines (order)", "lines[extra"}
    assert all(item.before is None for item in found if item.path.startswith("lines[extra]"))


def test_what_only_the_earlier_policy_says_is_shown_too() -> None:
    found = policy_differences(POLICY, replace(POLICY, lines=POLICY.lines[1:]))
    gone = [item for item in found if item.path.startswith(f"lines[{POLICY.lines[0].code}]")]
    assert gone
    assert all(item.after is None for item in gone)


def test_differences_turn_round_with_their_direction() -> None:
    changed = replace(POLICY, twins=TwinRule.EITHER_WINS, year=POLICY.year + 1)
    there, back = policy_differences(POLICY, changed), policy_differences(changed, POLICY)
    assert {(item.path, item.after, item.before) for item in there} == {
        (item.path, item.before, item.after) for item in back
    }
    assert len(there) == 2


@pytest.mark.parametrize("name", example_names())
def test_every_example_differs_from_the_others_and_not_from_itself(name: str) -> None:
    policy = load_policy(example_policy(name))
    for other in example_names():
        found = policy_differences(policy, load_policy(example_policy(other)))
        assert bool(found) == (other != name)


def test_lines_that_the_other_policy_lacks_or_has_for_others_do_not_fit() -> None:
    own = town_policy()
    without = replace(own, lines=tuple(line for line in own.lines if line.code != "private_open"))
    renamed = replace(
        own,
        lines=tuple(
            replace(line, kind=LineKind.MULTI_SCHOOL) if line.code == "zone" else line for line in own.lines
        ),
    )

    assert unfit_lines(own, own, ["private_open", "zone"]) == ()
    assert unfit_lines(own, without, ["private_open", "zone"]) == ("private_open",)
    assert unfit_lines(own, without, ["zone"]) == ()  # the round has no seats of the line
    assert unfit_lines(own, renamed, ["private_open", "zone"]) == ("zone",)
