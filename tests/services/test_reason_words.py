"""The words of every reason, in both languages, and nothing in them that is not so."""

import re
from dataclasses import replace

import pytest
from django.utils import translation

from admissions.matching.records import Reason
from admissions.models import LineCutoff
from admissions.rules.policy import example_policy, load_policy
from admissions.rules.policy_records import LoserRule, Policy
from admissions.selectors.reason_words import BEHIND_OTHERS, no_place_sentence, reason_sentence

POLICY = load_policy(example_policy("registration_and_dwelling"))
CUTOFF = LineCutoff(seats=40, applicants=55, admitted=40)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# What the product says beside the reasons of a placement: rules that added a place, and what came after results.
ADDED = ("spilled", "adjusted", "below_cutoff", "given_on", "left_off_placed", "left_off_waits")


def with_losers(rule: LoserRule) -> Policy:
    return replace(POLICY, private=replace(POLICY.private, loser=rule))


@pytest.mark.parametrize("code", [*(reason.value for reason in Reason), *ADDED])
@pytest.mark.parametrize("cutoff", [CUTOFF, None])
def test_every_reason_has_words_in_both_languages(code: str, cutoff: LineCutoff | None) -> None:
    policy = with_losers(LoserRule.SAME_CLASS_LAST)
    with translation.override("en"):
        english = reason_sentence(code, policy, cutoff)
    with translation.override("zh-hans"):
        chinese = reason_sentence(code, policy, cutoff)
    assert "%" not in english + chinese
    assert not CHINESE.search(english)
    assert CHINESE.search(chinese)


def test_a_reason_without_words_is_a_fault() -> None:
    with pytest.raises(KeyError):
        reason_sentence("luck", POLICY)


@pytest.mark.parametrize("code", sorted(BEHIND_OTHERS))
def test_figures_are_told_where_they_are_at_hand_and_never_made_up(code: str) -> None:
    policy = with_losers(LoserRule.AFTER_ALL)
    with translation.override("en"):
        assert reason_sentence(code, policy, CUTOFF).startswith("55 children listed this school for 40 seats")
        without = reason_sentence(code, policy)
    assert (
        without
        == "More children listed this school than it has seats; others came first by the published order."
    )


@pytest.mark.parametrize(
    ("rule", "said"),
    [(LoserRule.SAME_CLASS_LAST, "last within its category"), (LoserRule.AFTER_ALL, "behind all others")],
)
def test_the_loser_rule_of_the_policy_is_the_one_that_is_told(rule: LoserRule, said: str) -> None:
    with translation.override("en"):
        told = {
            other: reason_sentence("private_draw_lost", with_losers(other), CUTOFF)
            for other in (LoserRule.SAME_CLASS_LAST, LoserRule.AFTER_ALL)
        }
    assert [other for other, sentence in told.items() if said in sentence] == [rule]


def test_where_losing_costs_nothing_no_child_can_lose_by_it() -> None:
    with pytest.raises(KeyError):
        reason_sentence("private_draw_lost", with_losers(LoserRule.CLASS_KEPT), CUTOFF)


@pytest.mark.parametrize("accepts", [True, False])
def test_a_withdrawn_child_reads_that_it_was_withdrawn(accepts: bool) -> None:
    with translation.override("en"):
        told = no_place_sentence("withdrawn", POLICY, accepts_coordination=accepts)
    assert told == "The application was withdrawn."
