"""Approval: the steps of a bureau, two people, one text; and the authority of every rule."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from admissions.rules.approval import Approval, RecordedStep, reasons_against_publication
from admissions.rules.authority import authority_table
from admissions.rules.clauses import Mark
from admissions.rules.policy import example_names, example_policy, load_policy, policy_digest
from admissions.rules.policy_records import ApprovalStep, TwinRule
from admissions.rules.sentences import say
from tests.pure.rules_world import town_policy

POLICY = town_policy()
DIGEST = policy_digest(POLICY)
DAY = date(2026, 5, 18)
STEPS = tuple(RecordedStep(step, DAY, "office", "No. 12 (2026)") for step in ApprovalStep)
COMPLETE = Approval(DIGEST, "writer", STEPS, ("director", "lawyer"))


def reasons(approval: Approval, on: date = DAY) -> list[str]:
    found = reasons_against_publication(POLICY, approval, digest=DIGEST, on=on)
    assert all(say(reason.sentence, "zh") and say(reason.sentence, "en") for reason in found)
    return [reason.code for reason in found]


def test_a_complete_approval_lets_the_policy_be_published() -> None:
    assert reasons(COMPLETE) == []


@pytest.mark.parametrize(
    ("approvers", "enough"),
    [
        (("director", "lawyer"), True),
        (("director",), False),
        (("director", "director"), False),
        (("director", "writer"), False),
        (("director", "lawyer", "writer"), True),
    ],
)
def test_two_people_other_than_the_writer_approve(approvers: tuple[str, ...], enough: bool) -> None:
    assert reasons(replace(COMPLETE, approvers=approvers)) == ([] if enough else ["approvers_missing"])


@pytest.mark.parametrize("step", list(ApprovalStep))
def test_each_configured_step_must_be_on_record(step: ApprovalStep) -> None:
    without = tuple(item for item in STEPS if item.step is not step)
    assert reasons(replace(COMPLETE, steps=without)) == [f"step_missing_{step}"]
    unnumbered = (*without, RecordedStep(step, DAY, "office", " "))
    assert reasons(replace(COMPLETE, steps=unnumbered)) == [f"step_missing_{step}"]


def test_a_step_counts_from_its_day() -> None:
    assert len(reasons(COMPLETE, on=DAY - timedelta(days=1))) == len(ApprovalStep)


def test_a_step_that_is_not_configured_is_not_asked() -> None:
    policy = replace(POLICY, approval=(ApprovalStep.MINUTES,))
    approval = replace(COMPLETE, policy_digest=policy_digest(policy), steps=STEPS[2:3])
    assert STEPS[2].step is ApprovalStep.MINUTES
    assert reasons_against_publication(policy, approval, digest=policy_digest(policy), on=DAY) == ()


def test_the_approval_is_of_one_text() -> None:
    assert reasons(replace(COMPLETE, policy_digest="0" * 64)) == ["approval_of_another_text"]


def test_what_the_legal_check_refuses_cannot_be_published() -> None:
    policy = replace(POLICY, twins=TwinRule.EITHER_WINS)
    found = reasons_against_publication(policy, COMPLETE, digest=DIGEST, on=DAY)
    assert [say(reason.sentence, "en") for reason in found] == ["The legal check refuses: twins"]


@pytest.mark.parametrize("name", example_names())
def test_every_line_and_category_shows_its_authority(name: str) -> None:
    policy = load_policy(example_policy(name))
    rows = authority_table(policy)
    paths = [row.path for row in rows]
    assert {f"lines[{i}]" for i in range(len(policy.lines))} <= set(paths)
    assert {f"categories[{i}]" for i in range(len(policy.categories))} <= set(paths)
    for row in rows:
        assert row.clause.zh
        assert row.clause.en
        assert (row.clause.mark is Mark.NOTICE) is (row.clause.year is not None)
