"""Adjustment from the form to the auditor: said on the form, on the list, placed, told, and checked by strangers."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from admissions.matching import verify_list
from admissions.models import (
    AdmissionRound,
    Application,
    DrawRecord,
    Placement,
    PlanLine,
)
from admissions.selectors.applications import application_view
from admissions.selectors.audit_bundle_check import audit_bundle_faults
from admissions.selectors.bundles import unzip_files
from admissions.selectors.chances import find_chances_of
from admissions.selectors.refills import seats_left
from admissions.selectors.results import find_result
from admissions.services.applications import ApplicationRefused, file_application, file_applications
from admissions.services.audit_bundles import write_audit_bundle
from admissions.services.chances import make_chance_table
from admissions.services.results import bundle_faults, publish_results
from common.errors import DomainError
from tests.policies import shipped_policy
from tests.services.accounts_world import auditor, guardian
from tests.services.bundle_world import ROUND, changed_to, row_changed, sealed, where_is
from tests.services.round_world import (
    RESULTS_DAY,
    WHILE_OPEN,
    RoundWorld,
    add_children,
    county_with_zones,
    drawn,
    form,
    round_open,
)

pytestmark = pytest.mark.django_db

SOON = RESULTS_DAY + timedelta(hours=1)
Asked = tuple[tuple[str, ...], bool]


def private_rules(**changes: object) -> dict[str, Any]:
    rules: dict[str, Any] = shipped_policy()["private"]
    return {**rules, **changes}


@dataclass(frozen=True, slots=True)
class Placed:
    """Children of one estate; P has one seat, Q two; results are out."""

    world: RoundWorld
    round: AdmissionRound
    draw: DrawRecord
    applications: tuple[Application, ...]

    def at(self, line_id: str) -> list[int]:
        rows = Placement.objects.filter(draw=self.draw, line__line_id=line_id)
        pks = set(rows.values_list("application_id", flat=True))
        return [place for place, row in enumerate(self.applications) if row.pk in pks]

    def by_rule(self) -> list[str]:
        rows = unzip_files(bytes(self.draw.bundle))["by_rule.csv"].decode().splitlines()[1:]
        return sorted(row.split(",")[0] for row in rows if row.endswith(",Q.private_open,adjusted"))

    def receipts(self, places: Sequence[int]) -> list[str]:
        return sorted(self.applications[place].receipt.receipt for place in places)


def placed(asked: Sequence[Asked], **rules: object) -> Placed:
    world = county_with_zones({"A": (0, 4), "B": (3, 4)}, private={"P": (1, 1), "Q": (2, 2)})
    numbers = add_children(world, ["u0"] * len(asked))
    opened = round_open(world, private=private_rules(**rules))
    applications = tuple(
        file_application(
            actor=guardian(f"+86138000003{place:02d}"),
            now=WHILE_OPEN,
            round_id=opened.pk,
            form=form(number, "u0", private_schools=schools, accepts_adjustment=yes),
        )
        for place, (number, (schools, yes)) in enumerate(zip(numbers, asked, strict=True))
    )
    record = drawn(world, opened)
    publish_results(actor=world.officer, now=RESULTS_DAY, round_id=opened.pk)
    opened.refresh_from_db()
    return Placed(world, opened, record, applications)


def codes_of(refusal: DomainError) -> list[str]:
    reasons: Any = refusal.details["reasons"]
    return [reason["code"] for reason in reasons]


FOUR_AT_P: list[Asked] = [(("P",), True)] * 4


def test_losers_who_said_yes_take_the_seats_left_at_another_private_school_and_no_more() -> None:
    found = placed(FOUR_AT_P)
    assert (len(found.at("P.private_open")), len(found.at("Q.private_open")), len(found.at("A.zone"))) == (
        1,
        2,
        1,
    )
    assert found.by_rule() == found.receipts(found.at("Q.private_open"))
    assert bundle_faults(found.draw) == []
    # The larger ticket of the losers is the one that found the school full.
    tickets = _private_tickets(found.draw)
    losers = [place for place in range(4) if place not in found.at("P.private_open")]
    assert [max(losers, key=lambda place: tickets[found.applications[place].receipt.receipt])] == found.at(
        "A.zone"
    )


def _private_tickets(draw: DrawRecord) -> dict[str, str]:
    rows = [row.split(",") for row in unzip_files(bytes(draw.bundle))["tickets.csv"].decode().splitlines()]
    return {receipt: ticket for receipt, urn, ticket in rows if urn == "private"}


@pytest.mark.parametrize(
    ("asked", "at_q"),
    [
        # Nobody said yes; nobody lost; who listed Q goes before all who are adjusted.
        ([(("P",), False)] * 4, []),
        ([(("P",), True), (("Q",), False)], [1]),
        ([*[(("P",), True)] * 3, (("Q",), False), (("Q",), False)], [3, 4]),
    ],
)
def test_nobody_is_adjusted_against_its_word_without_losing_or_before_who_listed_the_school(
    asked: list[Asked], at_q: list[int]
) -> None:
    found = placed(asked)
    assert found.at("Q.private_open") == at_q
    assert found.by_rule() == []
    assert bundle_faults(found.draw) == []


def test_where_losing_costs_nothing_adjustment_comes_after_the_whole_list() -> None:
    found = placed(FOUR_AT_P, loser="class_kept")
    assert len(found.at("A.zone")) == 3
    assert found.at("Q.private_open") == []


def test_a_policy_without_adjustment_refuses_the_word_and_so_does_a_list_without_a_private_school() -> None:
    world = county_with_zones()
    number = add_children(world, ["u0"])[0]
    opened = round_open(world, private=private_rules(adjustment=False))
    with pytest.raises(ApplicationRefused) as refused:
        file_application(
            actor=guardian(),
            now=WHILE_OPEN,
            round_id=opened.pk,
            form=form(number, "u0", private_schools=("P",), accepts_adjustment=True),
        )
    assert codes_of(refused.value) == ["adjustment_not_offered"]
    assert not Application.objects.exists()


def test_without_a_private_school_on_the_list_the_word_is_refused() -> None:
    world = county_with_zones()
    number = add_children(world, ["u0"])[0]
    opened = round_open(world)
    filed = file_applications(
        actor=world.officer,
        now=WHILE_OPEN,
        round_id=opened.pk,
        forms=[form(number, "u0", accepts_adjustment=True)],
        source="test",
    )
    assert filed.applications == ()
    [problem] = filed.refused
    assert codes_of(problem.problem) == ["adjustment_without_private"]


def test_the_family_and_the_public_read_that_it_was_adjustment() -> None:
    found = placed(FOUR_AT_P)
    adjusted = found.applications[found.at("Q.private_open")[0]]
    view = application_view(Application.objects.get(pk=adjusted.pk))
    assert view.result is not None
    assert (view.result.reason, view.result.school) == ("adjusted", "Q小学")
    assert "调剂" in view.result.sentence
    assert [(item.line_id, item.reason) for item in view.choices] == [
        ("P.private_open", "same_category_ticket"),
        ("A.zone", "higher_choice_won"),
        ("Q.private_open", "admitted"),
    ]
    assert find_result(found.round, adjusted.receipt.receipt).sentence == view.result.sentence


def test_a_school_that_adjustment_passed_by_is_not_told_among_the_choices() -> None:
    found = placed(FOUR_AT_P)
    [left] = found.at("A.zone")
    view = application_view(Application.objects.get(pk=found.applications[left].pk))
    assert [item.line_id for item in view.choices] == ["P.private_open", "A.zone"]
    told = find_result(found.round, found.applications[left].receipt.receipt)
    assert [school for school, _ in told.choices] == ["P小学", "A小学"]


def test_the_auditor_proves_the_list_and_finds_a_word_that_was_changed() -> None:
    found = placed(FOUR_AT_P)
    audit = unzip_files(write_audit_bundle(actor=auditor(), now=SOON, round_id=found.round.pk))
    assert audit_bundle_faults(audit) == []
    receipt = found.applications[0].receipt.receipt
    damage = row_changed(
        f"{ROUND}/applications.csv", changed_to(accepts_adjustment="0"), where=where_is(receipt=receipt)
    )
    assert any(receipt in fault for fault in audit_bundle_faults(sealed(damage(audit))))


def test_a_school_with_seats_left_to_adjustment_did_not_draw_and_may_refill() -> None:
    found = placed([*FOUR_AT_P, (("P",), True)])
    assert len(found.at("Q.private_open")) == 2
    line = PlanLine.objects.get(round=found.round, line_id="Q.private_open")
    PlanLine.objects.filter(pk=line.pk).update(seats=3)
    # Q was listed by nobody, P by five for one seat: what is left at Q may be refilled, P's may not.
    PlanLine.objects.filter(round=found.round, line_id="P.private_open").update(seats=2)
    assert "Q.private_open" in {item.line.line_id for item in seats_left(found.round)}
    assert "P.private_open" not in {item.line.line_id for item in seats_left(found.round)}


def test_chances_of_a_private_school_are_those_of_who_listed_it() -> None:
    found = placed([*FOUR_AT_P, *[(("Q",), False)] * 6])
    make_chance_table(actor=None, now=SOON, round_id=found.round.pk, draws=100, luck=1)
    told = find_chances_of(found.round)
    assert told is not None
    whole = next(line for line in told.lines if line.line_id == "Q.private_open").group(0)
    assert whole is not None
    assert (whole.children, whole.share) == (6, 33)


def damaged(found: Placed, change: Any) -> list[str]:
    files = unzip_files(bytes(found.draw.bundle))
    data = json.loads(files["entry_list.json"])
    change({entry["receipt"]: entry["choices"] for entry in data["entries"]})
    return verify_list.faults({**files, "entry_list.json": json.dumps(data).encode()})


def test_the_check_of_the_list_finds_every_damage_to_an_adjustment() -> None:
    found = placed([*FOUR_AT_P, ((), False)])
    adjusted, public = found.receipts(found.at("Q.private_open"))[0], found.applications[4].receipt.receipt
    files = unzip_files(bytes(found.draw.bundle))
    assert verify_list.faults(files) == []
    added = ["Q.private_open", 3, 1, 1]

    def first(choices: dict[str, list[Any]]) -> None:
        choices[adjusted].insert(0, choices[adjusted].pop())

    assert "不在所填志愿之后" in damaged(found, first)[0]
    assert "不在所填志愿之后" in damaged(found, lambda c: c[adjusted][-1].__setitem__(1, 2))[0]
    assert "调剂次序" in damaged(found, lambda c: c[adjusted][-1].__setitem__(2, 2))[0]
    assert any("没有填报民办" in fault for fault in damaged(found, lambda c: c[public].append(added)))
    for forged in (
        files["by_rule.csv"].replace(b"adjusted", b"spilled", 1),
        files["by_rule.csv"].splitlines(keepends=True)[0],
        files["by_rule.csv"] + files["by_rule.csv"].splitlines(keepends=True)[1],
    ):
        assert any("by_rule.csv" in fault for fault in verify_list.faults({**files, "by_rule.csv": forged}))
