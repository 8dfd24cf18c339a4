"""A round from policy to published results, through the services, on PostGIS."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction
from pytest_django import Settings

from accounts.models import AuditEvent, User
from accounts.services.jobs import not_reported
from admissions.lottery import verify as lottery_verify
from admissions.matching import verify as matching_verify
from admissions.models import (
    AdmissionRound,
    Application,
    ApplicationChoice,
    DrawRecord,
    EntryList,
    LineCutoff,
    Offer,
    Placement,
    PlanLine,
    PolicyStatus,
    PolicyVersion,
    RoundStatus,
)
from admissions.selectors.bundles import unzip_files, zip_files
from admissions.selectors.world import load_world
from admissions.services import judging
from admissions.services.closing import AlreadyClosed, StillOpen, Unreviewed, close_entries
from admissions.services.draw import ValueEntered, ValuesDisagree, ValuesMissing, enter_public_value, run_draw
from admissions.services.judging import LAST_TIER, judge_cases
from admissions.services.policies import PolicyMovedOn, PolicyNotPublished, withdraw_policy
from admissions.services.results import NotYet, bundle_faults, publish_results
from admissions.services.rounds import (
    NoZonesInForce,
    PolicyUnlawful,
    RoundExists,
    RoundMovedOn,
    SeatsDoNotFit,
    cancel_round,
    create_round,
    open_round,
)
from common.errors import MalformedInput, NotPermitted
from tests.services.accounts_world import auditor, officer
from tests.services.round_world import (
    AFTER_CLOSING,
    DRAW_DAY,
    NAMES,
    OPENS,
    RESULTS_DAY,
    VALUES,
    WHILE_OPEN,
    add_children,
    county_with_zones,
    drawn,
    entries_closed,
    file_all,
    form,
    identity,
    policy_checked,
    policy_published,
    round_made,
    round_open,
    values_entered,
)

pytestmark = pytest.mark.django_db


def placed_at(record: DrawRecord) -> dict[str, str | None]:
    rows = Placement.objects.filter(draw=record).values_list("application__receipt__receipt", "line__line_id")
    return dict(rows)


def test_round_opens_with_the_planned_intake_of_every_school() -> None:
    world = county_with_zones()
    opened = round_open(world)
    lines = dict(PlanLine.objects.filter(round=opened).values_list("line_id", "seats"))
    assert lines == {"A.zone": 4, "B.zone": 4, "P.private_open": 2}
    assert opened.status == RoundStatus.OPEN
    assert AuditEvent.objects.filter(action="round.opened", subject_id=str(opened.pk)).count() == 1


def test_seats_set_aside_are_taken_from_the_open_line() -> None:
    world = county_with_zones()
    made = round_made(world)
    open_round(actor=world.officer, now=OPENS, round_id=made.pk, seats={("preferential", "A"): 1})
    lines = {line.line_id: line for line in PlanLine.objects.filter(round=made).select_related("reserve_of")}
    assert (lines["A.zone"].seats, lines["A.preferential"].seats) == (3, 1)
    assert lines["A.preferential"].reserve_of == lines["A.zone"]


@pytest.mark.parametrize(
    "seats", [{("preferential", "A"): 5}, {("unknown", "A"): 1}, {("preferential", "Z"): 1}]
)
def test_seats_that_do_not_fit_are_refused_and_nothing_is_written(seats: dict[tuple[str, str], int]) -> None:
    world = county_with_zones()
    made = round_made(world)
    with pytest.raises(SeatsDoNotFit), transaction.atomic():
        open_round(actor=world.officer, now=OPENS, round_id=made.pk, seats=seats)
    made.refresh_from_db()
    assert made.status == RoundStatus.DRAFT
    assert not PlanLine.objects.exists()


def test_two_rounds_of_one_stage_and_year_are_refused_until_the_first_is_cancelled() -> None:
    world = county_with_zones()
    first = round_made(world)
    with pytest.raises(RoundExists):
        round_made(world)
    cancel_round(actor=world.officer, now=OPENS, round_id=first.pk, reason="wrong policy")
    round_made(world)
    assert AdmissionRound.objects.count() == 2


def test_round_cannot_be_made_on_a_policy_that_is_not_published() -> None:
    world = county_with_zones()
    version = policy_checked(world)
    with pytest.raises(PolicyNotPublished):
        create_round(actor=world.officer, now=OPENS, policy_version_id=version.pk)
    assert not AdmissionRound.objects.exists()


def test_round_pins_its_policy_and_opening_freezes_it() -> None:
    world = county_with_zones()
    opened = round_open(world)
    version = PolicyVersion.objects.get()
    assert (opened.policy_version, opened.policy_digest) == (version, version.digest)
    assert version.status == PolicyStatus.FROZEN
    assert AuditEvent.objects.filter(action="policy.frozen", subject_id=str(version.pk)).count() == 1
    with pytest.raises(PolicyMovedOn):
        withdraw_policy(actor=world.officer, now=OPENS, version_id=version.pk, reason="too late")
    with pytest.raises(Exception, match="Cannot update"), transaction.atomic():
        PolicyVersion.objects.update(remark="changed")


def test_round_cannot_open_on_a_policy_withdrawn_meanwhile_and_stays_a_draft() -> None:
    world = county_with_zones()
    made = round_made(world)
    version = PolicyVersion.objects.get(rounds=made)
    withdraw_policy(actor=world.officer, now=OPENS, version_id=version.pk, reason="new notice")
    with pytest.raises(PolicyNotPublished), transaction.atomic():
        open_round(actor=world.officer, now=OPENS, round_id=made.pk)
    made.refresh_from_db()
    assert made.status == RoundStatus.DRAFT


def test_the_database_opens_no_round_on_another_text() -> None:
    world = county_with_zones()
    made = round_made(world)
    with pytest.raises(InternalError, match="frozen policy version"), transaction.atomic():
        AdmissionRound.objects.filter(pk=made.pk).update(status=RoundStatus.OPEN, opened_at=OPENS)


def test_a_cancelled_round_can_be_made_again_on_the_frozen_policy() -> None:
    world = county_with_zones()
    cancel_round(actor=world.officer, now=OPENS, round_id=round_open(world).pk, reason="seats wrong")
    assert round_open(world).status == RoundStatus.OPEN
    assert PolicyVersion.objects.count() == 1


def test_round_needs_zones_in_force_on_its_opening_day() -> None:
    world = county_with_zones()
    world.publication.withdrawn_at, world.publication.withdrawn_reason = OPENS, "error"
    world.publication.save()
    with pytest.raises(NoZonesInForce):
        round_made(world)


def test_planned_intake_that_grew_to_a_large_class_after_publication_cannot_open() -> None:
    world = county_with_zones()
    made = round_made(world)
    school = world.county.schools.schools.get(code="A")
    school.classes, school.planned_intake = 1, 56
    school.save()
    with pytest.raises(PolicyUnlawful) as refusal, transaction.atomic():
        open_round(actor=world.officer, now=OPENS, round_id=made.pk)
    assert [item["code"] for item in refusal.value.details["violations"]] == ["large_class"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("stranger", [auditor, lambda: officer("410182")])
def test_only_an_officer_of_the_district_makes_rounds(stranger: Callable[[], User]) -> None:
    version = policy_published(county_with_zones())
    with pytest.raises(NotPermitted):
        create_round(actor=stranger(), now=OPENS, policy_version_id=version.pk)


def test_everybody_has_a_place_where_seats_suffice() -> None:
    world = county_with_zones()
    numbers = add_children(world, ["u0", "u1", "u2", "u3"])
    opened = round_open(world)
    receipts = file_all(
        world,
        opened,
        [form(number, unit) for number, unit in zip(numbers, ("u0", "u1", "u2", "u3"), strict=True)],
    )
    record = drawn(world, opened)
    assert placed_at(record) == dict(zip(receipts, ["A.zone", "A.zone", "B.zone", "B.zone"], strict=True))


def test_a_full_zone_school_sends_the_last_category_to_the_nearest_seat() -> None:
    world = county_with_zones({"A": (0, 2), "B": (3, 4)})
    own = add_children(world, ["u0", "u1"])
    mover = add_children(
        world,
        ["u1"],
        registration_unit="u3",
        dwelling_right="rented",
        title_since=None,
        residence_since="2024-01-01",
    )
    opened = round_open(world)
    receipts = file_all(world, opened, [form(own[0], "u0"), form(own[1], "u1"), form(mover[0], "u1")])
    record = drawn(world, opened)
    assert placed_at(record) == {receipts[0]: "A.zone", receipts[1]: "A.zone", receipts[2]: "B.zone"}
    assert (
        Placement.objects.get(draw=record, application__receipt__receipt=receipts[2]).reason == "coordinated"
    )
    cutoff = LineCutoff.objects.get(draw=record, line__line_id="A.zone")
    assert (cutoff.seats, cutoff.applicants, cutoff.admitted) == (2, 3, 2)


def test_private_school_is_drawn_by_ticket_and_losers_keep_their_class() -> None:
    world = county_with_zones(private={"P": (1, 2)})
    numbers = add_children(world, ["u0"] * 4)
    opened = round_open(world)
    receipts = file_all(world, opened, [form(number, "u0", private_schools=("P",)) for number in numbers])
    placed = placed_at(drawn(world, opened))
    assert sorted(map(str, placed.values())) == ["A.zone", "A.zone", "P.private_open", "P.private_open"]
    assert set(placed) == set(receipts)


def test_a_private_choice_wins_nothing_in_coordinated_placement() -> None:
    world = county_with_zones({"A": (0, 2), "B": (3, 4)}, private={"P": (1, 2)})
    numbers = add_children(world, ["u0", "u1"])
    opened = round_open(world)
    both, private_only = file_all(
        world, opened, [form(number, "u0", private_schools=("P",)) for number in numbers]
    )
    ApplicationChoice.objects.filter(
        application__receipt__receipt=private_only, line__line_id="A.zone"
    ).delete()

    cases = {case.receipt: case for case in judge_cases(opened, load_world(opened), not_reported)}

    assert [line for line, _ in cases[private_only].listed] == ["P.private_open"]
    assert cases[private_only].fallback_tier == LAST_TIER
    assert cases[both].fallback_tier == cases[both].standings["A.zone"][0]


def test_children_judged_in_processes_beside_are_judged_alike(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    world = county_with_zones({"A": (0, 2), "B": (3, 4)}, private={"P": (1, 2)})
    numbers = add_children(world, ["u0", "u1", "u2"] * 3)
    opened = round_open(world)
    file_all(world, opened, [form(number, "u0", private_schools=("P",)) for number in numbers])
    here = judge_cases(opened, load_world(opened), not_reported)

    settings.SIDE_BY_SIDE_CHILDREN = len(numbers)
    monkeypatch.setattr(judging, "PART", 2)
    shown: list[int] = []
    beside = judge_cases(opened, load_world(opened), lambda stage, done, total: shown.append(done))

    assert beside == here
    assert shown == [2, 4, 6, 8, 9]


def test_bundle_satisfies_both_verifiers_and_a_damaged_one_neither_passes() -> None:
    world = county_with_zones()
    numbers = add_children(world, ["u0"] * 6)
    opened = round_open(world)
    file_all(world, opened, [form(number, "u0", private_schools=("P",)) for number in numbers])
    files = unzip_files(bytes(drawn(world, opened).bundle))
    assert lottery_verify.faults(files) == []
    assert matching_verify.faults(files) == []
    forged = {**files, "placements.csv": files["placements.csv"].replace(b"P.private_open", b"A.zone")}
    assert matching_verify.faults(forged)
    forged = {**files, "public_values.json": files["public_values.json"].replace(b"4 8 1 5", b"4 8 1 6")}
    assert lottery_verify.faults(forged)


def test_verifiers_side_by_side_find_what_they_find_one_after_the_other(settings: Settings) -> None:
    # Given a bundle with a fault for each verifier
    world = county_with_zones()
    numbers = add_children(world, ["u0"] * 3)
    opened = round_open(world)
    file_all(world, opened, [form(number, "u0") for number in numbers])
    record = drawn(world, opened)
    files = unzip_files(bytes(record.bundle))
    files["tickets.csv"] = files["tickets.csv"].replace(b"receipt,urn,ticket", b"receipt,urn,number")
    files["cutoffs.csv"] = files["cutoffs.csv"].replace(b"line_id,seats", b"line_id,places")
    forged = DrawRecord(entry_list=record.entry_list, bundle=zip_files(files))
    one_after_the_other = bundle_faults(forged)
    # When every round is worth a process
    settings.SIDE_BY_SIDE_CHILDREN = 0
    # Then both speak, and the database's connection is as it was
    assert len(one_after_the_other) >= 2
    assert bundle_faults(forged) == one_after_the_other
    assert bundle_faults(record) == []
    assert DrawRecord.objects.count() == 1


def test_entries_cannot_be_closed_while_families_file() -> None:
    world = county_with_zones()
    opened = round_open(world)
    with pytest.raises(StillOpen), transaction.atomic():
        close_entries(actor=world.officer, now=WHILE_OPEN, round_id=opened.pk, public_value_names=NAMES)
    assert not EntryList.objects.exists()


def test_entries_cannot_be_closed_with_an_undecided_application() -> None:
    world = county_with_zones()
    add_children(world, ["u0"])
    opened = round_open(world)
    not_in_the_census = identity(499)
    file_all(world, opened, [form(not_in_the_census, "u0")])
    assert Application.objects.get().status == "filed"
    with pytest.raises(Unreviewed), transaction.atomic():
        entries_closed(world, opened)
    assert not EntryList.objects.exists()


def test_a_second_list_needs_a_reason_and_keeps_the_first() -> None:
    world = county_with_zones()
    numbers = add_children(world, ["u0"])
    opened = round_open(world)
    file_all(world, opened, [form(numbers[0], "u0")])
    first = entries_closed(world, opened)
    with pytest.raises(AlreadyClosed), transaction.atomic():
        entries_closed(world, opened)
    second = close_entries(
        actor=world.officer,
        now=AFTER_CLOSING,
        round_id=opened.pk,
        public_value_names=NAMES,
        reason="a child was left off",
    )
    assert (first.number, second.number) == (1, 2)
    assert EntryList.objects.count() == 2


@pytest.mark.parametrize("names", [("one",), ("same", "same"), ("a=b", "c"), ("", "c")])
def test_public_values_are_at_least_two_with_plain_names(names: tuple[str, ...]) -> None:
    world = county_with_zones()
    opened = round_open(world)
    with pytest.raises(MalformedInput):
        close_entries(actor=world.officer, now=AFTER_CLOSING, round_id=opened.pk, public_value_names=names)


def test_draw_waits_for_two_officers_and_for_their_agreement() -> None:
    world = county_with_zones()
    numbers = add_children(world, ["u0"])
    opened = round_open(world)
    file_all(world, opened, [form(numbers[0], "u0")])
    entry_list = entries_closed(world, opened)
    enter_public_value(
        actor=world.officer, now=DRAW_DAY, entry_list_id=entry_list.pk, name=NAMES[0], value="1"
    )
    with pytest.raises(ValuesMissing):
        run_draw(actor=world.officer, now=DRAW_DAY, entry_list_id=entry_list.pk)
    with pytest.raises(ValueEntered), transaction.atomic():
        enter_public_value(
            actor=world.officer, now=DRAW_DAY, entry_list_id=entry_list.pk, name=NAMES[0], value="2"
        )
    enter_public_value(
        actor=world.second_officer, now=DRAW_DAY, entry_list_id=entry_list.pk, name=NAMES[0], value="2"
    )
    with pytest.raises(ValuesDisagree):
        run_draw(actor=world.officer, now=DRAW_DAY, entry_list_id=entry_list.pk)
    assert not DrawRecord.objects.exists()


def test_a_second_run_returns_the_first_draw() -> None:
    world = county_with_zones()
    numbers = add_children(world, ["u0", "u0", "u0"])
    opened = round_open(world)
    file_all(world, opened, [form(number, "u0") for number in numbers])
    first = drawn(world, opened)
    again = run_draw(actor=world.officer, now=DRAW_DAY, entry_list_id=first.entry_list_id)
    assert again.pk == first.pk
    assert Placement.objects.count() == 3


def test_results_wait_for_their_day_and_then_every_placed_child_has_one_offer() -> None:
    world = county_with_zones()
    numbers = add_children(world, ["u0", "u2"])
    opened = round_open(world)
    file_all(world, opened, [form(numbers[0], "u0"), form(numbers[1], "u2")])
    record = drawn(world, opened)
    with pytest.raises(NotYet), transaction.atomic():
        publish_results(actor=world.officer, now=DRAW_DAY, round_id=opened.pk)
    assert bundle_faults(record) == []
    publish_results(actor=world.officer, now=RESULTS_DAY, round_id=opened.pk)
    assert Offer.objects.count() == 2
    assert dict(PlanLine.objects.values_list("line_id", "offers_live")) == {
        "A.zone": 1,
        "B.zone": 1,
        "P.private_open": 0,
    }
    with pytest.raises(RoundMovedOn), transaction.atomic():
        publish_results(actor=world.officer, now=RESULTS_DAY, round_id=opened.pk)


def test_the_database_itself_holds_offers_at_the_plan() -> None:
    world = county_with_zones({"A": (0, 1), "B": (3, 4)})
    numbers = add_children(world, ["u0", "u0"])
    opened = round_open(world)
    file_all(world, opened, [form(number, "u0") for number in numbers])
    line = PlanLine.objects.get(line_id="A.zone")
    first, second = Application.objects.order_by("pk")
    Offer.objects.create(
        round=opened, child_index=first.child_index, application=first, line=line, offered_at=DRAW_DAY
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        Offer.objects.create(
            round=opened, child_index=second.child_index, application=second, line=line, offered_at=DRAW_DAY
        )
    other = PlanLine.objects.get(line_id="B.zone")
    with pytest.raises(IntegrityError), transaction.atomic():
        Offer.objects.create(
            round=opened, child_index=first.child_index, application=first, line=other, offered_at=DRAW_DAY
        )
    Offer.objects.update(status="declined")
    Offer.objects.create(
        round=opened, child_index=second.child_index, application=second, line=line, offered_at=DRAW_DAY
    )
    line.refresh_from_db()
    assert line.offers_live == 1


def test_draw_records_cannot_be_changed_or_deleted() -> None:
    world = county_with_zones()
    numbers = add_children(world, ["u0"])
    opened = round_open(world)
    file_all(world, opened, [form(numbers[0], "u0")])
    record = drawn(world, opened)
    for attempt in (
        lambda: DrawRecord.objects.update(seed="0" * 64),
        lambda: record.placements.all().delete(),
    ):
        with pytest.raises(Exception, match="Cannot"), transaction.atomic():
            attempt()


def test_values_of_an_unnamed_kind_are_refused() -> None:
    world = county_with_zones()
    opened = round_open(world)
    entry_list = entries_closed(world, opened)
    for name, value in (("other", "1"), (NAMES[0], "  "), (NAMES[0], "two\nlines")):
        with pytest.raises(MalformedInput):
            enter_public_value(
                actor=world.officer, now=DRAW_DAY, entry_list_id=entry_list.pk, name=name, value=value
            )


def test_a_round_without_applications_can_be_drawn() -> None:
    world = county_with_zones()
    opened = round_open(world)
    record = drawn(world, opened)
    assert bundle_faults(record) == []
    publish_results(actor=world.officer, now=RESULTS_DAY + timedelta(days=1), round_id=opened.pk)
    assert not Offer.objects.exists()


def test_values_are_those_of_the_published_bundle() -> None:
    world = county_with_zones()
    opened = round_open(world)
    record = run_draw(
        actor=world.officer,
        now=DRAW_DAY,
        entry_list_id=values_entered(world, entries_closed(world, opened)).pk,
    )
    assert record.public_values == [[name, VALUES[name]] for name in NAMES]
