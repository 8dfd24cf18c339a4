"""Reserves of a policy from opening to the auditor: shares, spill, precedence, and a reserved seat given up."""

import csv
import io
import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from accounts.models import User
from admissions.matching import verify_moves
from admissions.models import (
    AdmissionRound,
    Application,
    DrawRecord,
    LineCutoff,
    Placement,
    PlanLine,
    RoundStatus,
)
from admissions.rules.policy_records import Precedence, ReserveRules
from admissions.selectors.applications import application_view
from admissions.selectors.audit_bundle_check import audit_bundle_faults
from admissions.selectors.bundles import unzip_files
from admissions.selectors.chances import find_chances_of
from admissions.selectors.offers import find_offer_view
from admissions.selectors.rounds import policy_of
from admissions.selectors.waiting import bundle_after_results
from admissions.services.answers import decline_offer
from admissions.services.applications import file_application
from admissions.services.audit_bundles import write_audit_bundle
from admissions.services.chances import make_chance_table
from admissions.services.giving_on import give_places_on
from admissions.services.results import bundle_faults, publish_results
from admissions.services.rounds import SeatsDoNotFit, open_round
from admissions.services.simulating import simulate_policy
from tests.policies import shipped_policy
from tests.services.accounts_world import auditor, guardian
from tests.services.round_world import (
    OPENS,
    RESULTS_DAY,
    WHILE_OPEN,
    RoundWorld,
    add_children,
    county_with_zones,
    drawn,
    file_all,
    form,
    round_made,
)

pytestmark = pytest.mark.django_db

SOON = RESULTS_DAY + timedelta(hours=1)
RESERVED = {("preferential", "A"): 2}


def lines_with(**reserve: object) -> list[dict[str, Any]]:
    """The lines of the shipped county policy, its reserve stated in another way."""
    lines: list[dict[str, Any]] = shipped_policy()["lines"]
    return [{**line, "reserve": reserve} if line["code"] == "preferential" else line for line in lines]


def seats_of(admission_round: AdmissionRound) -> dict[str, int]:
    return dict(PlanLine.objects.filter(round=admission_round).values_list("line_id", "seats"))


def opened(
    world: RoundWorld, seats: dict[tuple[str, str], int] | None = None, **changes: object
) -> AdmissionRound:
    made = round_made(world, **changes)
    return open_round(actor=world.officer, now=OPENS, round_id=made.pk, seats=seats)


@pytest.mark.parametrize(
    ("share", "lines"),
    [
        (24, {"A.zone": 4, "B.zone": 4, "P.private_open": 2}),
        (25, {"A.zone": 3, "A.preferential": 1, "B.zone": 3, "B.preferential": 1, "P.private_open": 2}),
        (100, {"A.zone": 0, "A.preferential": 4, "B.zone": 0, "B.preferential": 4, "P.private_open": 2}),
    ],
)
def test_a_share_is_set_aside_at_every_school_with_the_open_line_rounded_down(
    share: int, lines: dict[str, int]
) -> None:
    world = county_with_zones()
    found = opened(world, lines=lines_with(of=["zone"], share_percent=share))
    assert seats_of(found) == lines
    rows = PlanLine.objects.filter(round=found, rule="preferential")
    assert {
        row.line_id: row.reserve_of.line_id for row in rows.select_related("reserve_of") if row.reserve_of
    } == {line: line.replace("preferential", "zone") for line in lines if "preferential" in line}


def test_seats_given_when_the_round_opens_win_over_the_share() -> None:
    world = county_with_zones()
    found = opened(world, {("preferential", "A"): 3}, lines=lines_with(of=["zone"], share_percent=25))
    assert seats_of(found)["A.preferential"] == 3
    assert seats_of(found)["B.preferential"] == 1


def test_a_share_of_another_open_line_sets_nothing_aside_here() -> None:
    world = county_with_zones()
    found = opened(world, lines=lines_with(of=["multi_school"], share_percent=50))
    assert seats_of(found) == {"A.zone": 4, "B.zone": 4, "P.private_open": 2}


@pytest.mark.parametrize(("of", "school"), [(["multi_school"], "A"), (["zone", "multi_school"], "P")])
def test_a_stated_reserve_without_its_open_line_at_the_school_is_refused_and_nothing_is_written(
    of: list[str], school: str
) -> None:
    world = county_with_zones()
    made = round_made(world, lines=lines_with(of=of, spills=True))
    with pytest.raises(SeatsDoNotFit) as refused, transaction.atomic():
        open_round(actor=world.officer, now=OPENS, round_id=made.pk, seats={("preferential", school): 1})
    assert refused.value.details["school"] == school
    made.refresh_from_db()
    assert made.status == RoundStatus.DRAFT
    assert not PlanLine.objects.exists()


@dataclass(frozen=True, slots=True)
class Placed:
    """A school of four seats, two of them reserved, a martyr's child and five others; results are out."""

    world: RoundWorld
    round: AdmissionRound
    draw: DrawRecord
    families: tuple[User, ...]
    applications: tuple[Application, ...]

    def at(self, line_id: str) -> list[int]:
        """Who was placed at the line, by place in the file: 0 is the martyr's child."""
        rows = Placement.objects.filter(draw=self.draw, line__line_id=line_id)
        pks = set(rows.values_list("application_id", flat=True))
        return [place for place, row in enumerate(self.applications) if row.pk in pks]


def placed(
    *, others: int = 5, martyrs: int = 1, accepts_coordination: bool = True, **changes: object
) -> Placed:
    """Every child is registered a day after the one before, so that the order of the zone is that of the file."""
    world = county_with_zones({"A": (0, 4), "B": (3, 4)})
    numbers: list[str] = []
    for place in range(martyrs + others):
        kind = "martyr" if place < martyrs else "none"
        since = f"2020-05-{place + 1:02d}"
        numbers += add_children(world, ["u0"], preferential_kind=kind, registration_since=since)
    found = opened(world, RESERVED, **changes)
    families = tuple(guardian(f"+86138000002{place:02d}") for place in range(len(numbers)))
    applications = tuple(
        file_application(
            actor=family,
            now=WHILE_OPEN,
            round_id=found.pk,
            form=form(number, "u0", accepts_coordination=accepts_coordination),
        )
        for family, number in zip(families, numbers, strict=True)
    )
    record = drawn(world, found)
    publish_results(actor=world.officer, now=RESULTS_DAY, round_id=found.pk)
    found.refresh_from_db()
    return Placed(world, found, record, families, applications)


@pytest.mark.parametrize(
    ("reserve", "reserved", "open_seats"),
    [
        ({"precedence": "reserve_first", "spills": True}, [0, 3], [1, 2]),
        ({"precedence": "reserve_first", "spills": False}, [0], [1, 2]),
        ({"precedence": "open_first", "spills": True}, [2, 3], [0, 1]),
        ({"precedence": "open_first", "spills": False}, [], [0, 1]),
    ],
)
def test_a_round_is_placed_by_the_stated_reserve_and_every_checker_agrees(
    reserve: dict[str, object], reserved: list[int], open_seats: list[int]
) -> None:
    found = placed(lines=lines_with(**reserve))
    assert (found.at("A.preferential"), found.at("A.zone")) == (reserved, open_seats)
    assert bundle_faults(found.draw) == []
    files = unzip_files(bytes(found.draw.bundle))
    plan = {line["line_id"]: line for line in json.loads(files["round.json"])["lines"]}
    assert plan["A.preferential"]["reserve"] == reserve
    assert plan["A.preferential"].get("own_ranks") == (2 if reserve["spills"] else None)
    audit = unzip_files(write_audit_bundle(actor=auditor(), now=SOON, round_id=found.round.pk))
    assert audit_bundle_faults(audit) == []


def test_the_auditor_finds_a_child_without_a_claim_listed_among_those_with_one() -> None:
    found = placed()
    audit = unzip_files(write_audit_bundle(actor=auditor(), now=SOON, round_id=found.round.pk))
    name = "rounds/410181-primary-2026/lists/1/standings.csv"
    receipt = found.applications[3].receipt.receipt
    rows = list(csv.DictReader(io.StringIO(audit[name].decode())))
    row = next(row for row in rows if (row["receipt"], row["line_id"]) == (receipt, "A.preferential"))
    assert (row["category"], row["tier"]) == ("registered_and_living", "2")
    forged = audit[name].replace(
        f"{receipt},A.preferential,registered_and_living,2".encode(),
        f"{receipt},A.preferential,preferential,1".encode(),
    )
    assert forged != audit[name]
    assert any(receipt in fault for fault in audit_bundle_faults({**audit, name: forged}))


def test_a_family_reads_under_which_seats_its_child_came_in_and_never_what_others_claim() -> None:
    found = placed()
    view = application_view(Application.objects.get(pk=found.applications[3].pk))
    assert [(item.line_id, item.seats_aside, item.reason) for item in view.choices] == [
        ("A.zone", "", "same_category_key_below"),
        ("A.preferential", "优抚优待学位", "admitted"),
    ]
    figures = view.choices[1].figures
    assert figures is not None
    assert (figures.own_category, figures.applicants) == ("人户一致", 6)
    last = application_view(Application.objects.get(pk=found.applications[4].pk))
    assert [item.reason for item in last.choices] == ["same_category_key_below", "same_category_key_below"]


def test_a_child_with_a_place_is_not_offered_to_wait_for_other_seats_of_its_school() -> None:
    found = placed(lines=lines_with(precedence="open_first", spills=True))
    for place in (2, 3):
        view = find_offer_view(Application.objects.get(pk=found.applications[place].pk), SOON)
        assert view is not None
        assert (view.school, view.higher, view.may_wait) == ("A小学", (), False)


@pytest.mark.parametrize(("spills", "taker", "free"), [(True, 4, 0), (False, None, 2)])
def test_a_reserved_seat_given_up_goes_on_in_the_open_order_where_it_spills_else_it_stays_free(
    spills: bool, taker: int | None, free: int
) -> None:
    found = placed(accepts_coordination=False, lines=lines_with(spills=spills))
    decline_offer(actor=found.families[0], now=SOON, application_id=found.applications[0].pk)
    run = give_places_on(actor=found.world.officer, now=SOON, round_id=found.round.pk)
    assert run is not None
    moves = [move[:3] for move in json.loads(bytes(run.document))["moves"]]
    receipt = None if taker is None else found.applications[taker].receipt.receipt
    assert moves == ([] if receipt is None else [[receipt, "", "A.preferential"]])
    line = PlanLine.objects.get(round=found.round, line_id="A.preferential")
    assert line.seats - line.offers_live == free
    assert verify_moves.faults(bundle_after_results(found.round, found.draw)) == []


def test_a_reserved_seat_given_up_goes_to_a_waiting_child_with_a_claim_before_any_other() -> None:
    # Given five children with a claim: two on reserved seats by ticket, two on open seats, one without a place
    found = placed(accepts_coordination=False, martyrs=5, others=2)
    sitting = found.at("A.preferential")
    [without] = [place for place in range(5) if place not in (*sitting, *found.at("A.zone"))]
    # When a reserved seat is given up
    gone = found.applications[sitting[0]]
    decline_offer(actor=found.families[sitting[0]], now=SOON, application_id=gone.pk)
    run = give_places_on(actor=found.world.officer, now=SOON, round_id=found.round.pk)
    # Then the child with a claim takes it, and not the two others who wait as well
    assert run is not None
    moves = [move[:3] for move in json.loads(bytes(run.document))["moves"]]
    assert moves == [[found.applications[without].receipt.receipt, "", "A.preferential"]]


def test_a_special_needs_child_sits_on_its_own_seat_at_a_school_that_has_a_reserve_too() -> None:
    world = county_with_zones({"A": (0, 4), "B": (3, 4)})
    special = add_children(world, ["u0"], special_needs=True)
    others = add_children(world, ["u0"] * 2)
    found = opened(world, RESERVED)
    file_all(world, found, [form(number, "u0") for number in (*special, *others)])
    record = drawn(world, found)
    assert bundle_faults(record) == []
    assert seats_of(found) == {
        "A.zone": 1, "A.preferential": 2, "A.special_needs": 1, "B.zone": 4, "P.private_open": 2
    }  # fmt: skip
    lines = sorted(
        Placement.objects.filter(draw=record, line__isnull=False).values_list("line__line_id", flat=True)
    )
    assert lines == ["A.preferential", "A.special_needs", "A.zone"]


def test_twins_stay_on_one_ticket_where_their_seats_spill() -> None:
    world = county_with_zones({"A": (0, 4), "B": (3, 4)})
    numbers = add_children(world, ["u0"] * 3, twin_group="twins-1")
    found = opened(world, {("preferential", "A"): 1})
    receipts = file_all(world, found, [form(number, "u0") for number in numbers])
    record = drawn(world, found)
    entries = json.loads(unzip_files(bytes(record.bundle))["entry_list.json"])["entries"]
    assert {entry["group"] for entry in entries} == {f"G{min(receipts)}"}
    assert [choice[0] for choice in entries[0]["choices"]] == ["A.zone", "A.preferential"]
    assert bundle_faults(record) == []


@pytest.mark.parametrize(("spills", "share"), [(True, 42), (False, 28)])
def test_chances_at_a_school_count_the_seats_that_spill(spills: bool, share: int) -> None:
    found = placed(others=7, lines=lines_with(spills=spills))
    make_chance_table(actor=None, now=SOON, round_id=found.round.pk, draws=100, luck=1)
    told = find_chances_of(found.round)
    assert told is not None
    group = next(line for line in told.lines if line.line_id == "A.zone").group(1)
    assert group is not None
    # The martyr's child never comes to the open seats; of the seven others two sit there, and one more by the spill.
    assert (group.children, group.came, group.share) == (8, 7, share)


def test_the_simulator_shows_who_loses_where_seats_do_not_spill() -> None:
    found = placed()
    own = policy_of(found.round)
    lines = tuple(
        replace(line, reserve=ReserveRules(precedence=Precedence.RESERVE_FIRST, spills=False))
        if line.code == "preferential"
        else line
        for line in own.lines
    )
    seen = simulate_policy(
        actor=None, now=SOON, round_id=found.round.pk, policy=replace(own, lines=lines), luck="1"
    )
    changes = {receipt: change.value for receipt, change in seen.comparison.changes.items()}
    changed = {receipt for receipt, change in changes.items() if change != "same"}
    assert changed == {found.applications[3].receipt.receipt}
    assert seen.placed_before == seen.placed_after == 6


def test_the_cutoff_of_a_reserve_that_spilled_is_that_of_the_last_child_on_it() -> None:
    found = placed()
    cutoff = LineCutoff.objects.get(draw=found.draw, line__line_id="A.preferential")
    assert (cutoff.seats, cutoff.admitted, cutoff.tier, cutoff.by_tier) == (2, 2, 2, [[1, 1], [2, 5]])
