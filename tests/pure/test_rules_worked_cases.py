"""The example policies on their hand-worked cases: category, keys, documents, reasons and the place in the end."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from admissions.matching import records as placing
from admissions.matching.ranks import dense_ranks_with_losers
from admissions.matching.stages import place
from admissions.rules.adjustment import Listed, with_adjustment
from admissions.rules.category import Classified, classify
from admissions.rules.documents import needed
from admissions.rules.eligibility import choice_reasons, reasons_against
from admissions.rules.facts import Facts, FactSource
from admissions.rules.listing import SchoolLine
from admissions.rules.policy import Policy, example_names, example_policy, load_policy
from admissions.rules.policy_records import PRIVATE_KINDS
from admissions.rules.reserves import SeatsAside, seats_aside
from admissions.rules.stages import stage_layout
from admissions.rules.standing import Target
from tests.policies import from_yaml
from tests.pure.rules_world import fact

CASES = Path(__file__).parents[1] / "cases" / "policies"
Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """A hand-worked case: its policy and the data of its file."""

    policy: Policy
    data: Data

    @property
    def on(self) -> date:
        day: date = self.data["judged_on"]
        return day

    def facts(self, child: Data) -> Facts:
        stated = {**self.data["base"], **child["facts"]}
        declared = child.get("declared", [])
        return Facts(
            fact(name, value, FactSource.DECLARED if name in declared else FactSource.LOOK_UP)
            for name, value in stated.items()
        )

    def classified(self, child: Data, choice: Data) -> Classified:
        return classify(self.facts(child), self.policy, **self.asked(choice))

    def asked(self, choice: Data) -> Data:
        target = Target(choice["line"], choice["school"], choice.get("walk"))
        return {"target": target, "on": self.on, "zone_schools": self.data["zones"]}


def load_case(name: str) -> Case:
    data = from_yaml((CASES / f"{name}.yaml").read_text(encoding="utf-8"))
    return Case(load_policy(example_policy(data["policy"])), data)


CASES_BY_NAME = {name: load_case(name) for name in example_names()}
CHILDREN = [
    pytest.param(case, child, id=f"{name}-{child['receipt']}")
    for name, case in CASES_BY_NAME.items()
    for child in case.data["children"]
]


def as_key(written: int | date) -> int:
    return written.toordinal() if isinstance(written, date) else written


@pytest.mark.parametrize("name", example_names())
def test_every_example_policy_has_a_case_of_at_least_twelve_children(name: str) -> None:
    children = CASES_BY_NAME[name].data["children"]
    assert CASES_BY_NAME[name].policy.code == name
    assert len({child["receipt"] for child in children}) == len(children) >= 12
    assert all(child["why"] for child in children)


@pytest.mark.parametrize(("case", "child"), CHILDREN)
def test_category_tier_and_keys_are_those_worked_by_hand(case: Case, child: Data) -> None:
    for choice in child["choices"]:
        found = case.classified(child, choice)
        expected = choice.get("category", choice["line"])
        assert (found.category, found.tier) == (expected, choice["tier"])
        assert found.keys == tuple(as_key(key) for key in choice["keys"])


@pytest.mark.parametrize(("case", "child"), CHILDREN)
def test_documents_and_reasons_are_those_worked_by_hand(case: Case, child: Data) -> None:
    known = case.facts(child)
    asked = [item for choice in child["choices"] for item in needed(known, case.policy, **case.asked(choice))]
    assert sorted({str(item.document) for item in asked}) == child.get("documents", [])
    for choice in child["choices"]:
        reasons = reasons_against(known, case.policy, **case.asked(choice))
        assert [reason.code for reason in reasons] == choice.get("reasons", [])
    targets = [case.asked(choice)["target"] for choice in child["choices"]]
    listed = [reason.code for reason in choice_reasons(targets, case.policy)]
    assert listed == child.get("choice_reasons", [])


@pytest.mark.parametrize("name", example_names())
def test_the_places_are_those_worked_by_hand(name: str) -> None:
    case = CASES_BY_NAME[name]
    result = place(placing.RoundInput(_plan(case), _applicants(case)))
    found = {item.receipt: item.line_id for item in result.placements}
    expected = {child["receipt"]: child["placed"] for child in case.data["children"]}
    assert {receipt: found.get(receipt) for receipt in expected} == expected


def _plan(case: Case) -> placing.RoundPlan:
    seats, reserves = case.data["seats"], case.data["reserves"]
    lines = tuple(
        placing.Line(line_id, count, _track(case, line_id), reserves.get(line_id))
        for line_id, count in seats.items()
    )
    stages = tuple(
        placing.Stage(
            stage.code,
            placing.Mechanism(stage.mechanism.value),
            tuple(line_id for line_id in seats if line_id.partition("@")[0] in stage.line_codes),
            placing.LoserRule(stage.losers.value),
        )
        for stage in stage_layout(case.policy)
    )
    return placing.RoundPlan("worked", lines, stages)


def _track(case: Case, line_id: str) -> str:
    kind = case.policy.line(line_id.partition("@")[0]).kind
    return placing.PRIVATE_TRACK if kind in PRIVATE_KINDS else placing.PUBLIC_TRACK


def _applicants(case: Case) -> tuple[placing.Applicant, ...]:
    lists = {child["receipt"]: _list(case, child) for child in case.data["children"]}
    asking = {receipt: standings for receipt, (_, standings) in lists.items()}
    ranks: dict[tuple[str, str], tuple[int, int]] = {}
    for line_id in case.data["seats"]:
        there = {receipt: keys[line_id] for receipt, keys in asking.items() if line_id in keys}
        ranked = dense_ranks_with_losers(list(there.values()))
        ranks.update({(receipt, line_id): rank for receipt, rank in zip(there, ranked, strict=True)})
    return tuple(
        placing.Applicant(child["receipt"], bids, child.get("group"))
        for child in case.data["children"]
        if (bids := tuple(_bids(child, lists[child["receipt"]][0], ranks)))
    )


def _aside(case: Case) -> SeatsAside:
    lines = {name: SchoolLine(name, *name.split("@")) for name in case.data["seats"]}
    return seats_aside(case.policy, lines)


def _list(case: Case, child: Data) -> tuple[Listed, dict[str, tuple[int, ...]]]:
    """The list as the child asks, and where it stands, with what the rules add to the choices that are written down."""

    def standing(line_id: str) -> tuple[int, ...] | None:
        rule, school = line_id.split("@")
        found = case.classified(child, {"line": rule, "school": school})
        return None if found.tier is None else (found.tier, *found.keys)

    listed = [choice for choice in child["choices"] if not choice.get("reasons")]
    found = {_line_id(choice): case.classified(child, choice) for choice in listed}
    stated = {name: (item.tier, *item.keys) for name, item in found.items() if item.tier is not None}
    if child.get("choice_reasons"):
        return (), {}
    aside = _aside(case)
    standings = aside.with_spilled(stated, standing)
    schools = list(dict.fromkeys(choice["school"] for choice in child["choices"]))
    chosen = [(_line_id(choice), schools.index(choice["school"]) + 1) for choice in child["choices"]]
    rules = {line_id: line.rule for line_id, line in aside.lines.items()}
    near = [f"private_open@{school}" for school in child.get("adjusted_to", [])]
    return with_adjustment(case.policy, rules, aside.in_order(chosen, standings), standings, near)


def _bids(
    child: Data, listed: Listed, ranks: dict[tuple[str, str], tuple[int, int]]
) -> Iterator[placing.Bid]:
    tickets = {choice["school"]: choice["ticket"] for choice in child["choices"]}
    first = child["choices"][0]["ticket"]  # of the private track, where a child is adjusted
    for line_id, number in listed:
        rank, lost = ranks[child["receipt"], line_id]
        yield placing.Bid(line_id, number, rank, tickets.get(line_id.split("@")[1], first), lost)


def _line_id(choice: Data) -> str:
    return f"{choice['line']}@{choice['school']}"
