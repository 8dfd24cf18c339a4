"""Children enrolled at their schools: all or none, with the use of the dwelling, and taken back."""

from collections.abc import Sequence
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent, Role, User
from admissions.models import (
    AdmissionRound,
    Application,
    DwellingUse,
    Offer,
    OfferStatus,
    OfferStep,
    WaitingWish,
)
from admissions.rules.enrolment import ListedReceipt
from admissions.selectors.dwellings import load_dwelling_locks
from admissions.selectors.enrolment import (
    count_arrivals,
    list_expected,
    list_without_arrival,
    preferential_categories,
)
from admissions.selectors.results import find_draw
from admissions.selectors.rounds import policy_of
from admissions.selectors.waiting import load_after_draw
from admissions.services.answers import decline_offer
from admissions.services.enrolment import (
    MOST_AT_ONCE,
    ArrivalsRefused,
    Enrolled,
    InPupilRegister,
    NotEnrolled,
    NothingListed,
    enrol_offers,
    take_enrolment_back,
)
from admissions.services.results import publish_results
from admissions.services.rounds import RoundMovedOn
from common.errors import DomainError, MalformedInput, NotPermitted
from geo_data.models import DatasetKind, RegisterEntry
from geo_data.selectors.registers import dwelling_key
from tests.services.accounts_world import DISTRICT, auditor, guardian, officer, staff
from tests.services.after_world import PublishedRound, published_round
from tests.services.round_world import (
    RESULTS_DAY,
    RoundWorld,
    add_children,
    county_with_zones,
    drawn,
    file_all,
    form,
    round_open,
)
from tests.services.worlds import dataset

pytestmark = pytest.mark.django_db

SCHOOL_DAY = RESULTS_DAY + timedelta(days=60)
KEY = "410181 F0007"


def enrol(found: AdmissionRound, actor: User | None, receipts: Sequence[str], school: str = "A") -> Enrolled:
    listed = [ListedReceipt(place, receipt) for place, receipt in enumerate(receipts, 1)]
    return enrol_offers(actor=actor, now=SCHOOL_DAY, round_id=found.pk, school_code=school, receipts=listed)


def receipts_at(found: PublishedRound, school: str) -> list[str]:
    return [row.receipt.receipt for row in found.placed_at(school)]


def nothing_was_written() -> bool:
    enrolled = Offer.objects.filter(status=OfferStatus.ENROLLED).exists()
    written = OfferStep.objects.filter(action="enrol").exists() or DwellingUse.objects.exists()
    return not (enrolled or written or AuditEvent.objects.filter(action="children.enrolled").exists())


def with_dwelling() -> tuple[RoundWorld, AdmissionRound, str]:
    """One child, placed at school A with a dwelling that a register states."""
    world = county_with_zones()
    (number,) = add_children(world, ["u0"], dwelling_key=KEY)
    opened = round_open(world)
    (receipt,) = file_all(world, opened, [form(number, "u0")])
    drawn(world, opened)
    publish_results(actor=world.officer, now=RESULTS_DAY, round_id=opened.pk)
    return world, opened, receipt


def locks(found: AdmissionRound) -> set[str]:
    """The schools that the dwelling is locked for in the eyes of the round after this one."""
    AdmissionRound.objects.filter(pk=found.pk).update(year=2027)
    later = AdmissionRound(
        district_id=found.district_id, policy=found.policy, policy_digest=found.policy_digest, year=2027
    )
    uses = load_dwelling_locks(later).uses.get(dwelling_key(KEY), ())
    return {use.school_id for use in uses}


def test_children_who_arrived_are_enrolled_with_steps_and_one_event() -> None:
    # given two children at school A, one of whom confirmed
    found = published_round()
    receipts = receipts_at(found, "A")
    assert len(receipts) == 2

    # when the school enrols them
    school = staff(Role.SCHOOL_OFFICER, DISTRICT, "A")
    done = enrol(found.round, school, receipts)

    # then both are enrolled, and it is on record who did it
    assert done == Enrolled(added=2, known=0, dwelling_uses=0)
    enrolled = Offer.objects.filter(status=OfferStatus.ENROLLED)
    assert {offer.line.school.code for offer in enrolled} == {"A"}
    assert {offer.decided_at for offer in enrolled} == {SCHOOL_DAY}
    steps = OfferStep.objects.values_list("action", "status", "taken_by", "taken_at")
    assert list(steps) == [("enrol", "enrolled", school.pk, SCHOOL_DAY)] * 2
    event = AuditEvent.objects.get(action="children.enrolled")
    assert (event.actor, event.details["school"], event.details["receipts"]) == (
        school,
        "A",
        sorted(receipts),
    )


def test_a_list_handed_in_again_counts_and_writes_nothing() -> None:
    found = published_round()
    receipts = receipts_at(found, "A")
    enrol(found.round, found.world.officer, receipts[:1])
    assert enrol(found.round, found.world.officer, receipts) == Enrolled(1, 1, 0)
    assert enrol(found.round, found.world.officer, receipts) == Enrolled(0, 2, 0)
    assert OfferStep.objects.count() == 2
    assert AuditEvent.objects.filter(action="children.enrolled").count() == 2


def test_lines_that_cannot_be_enrolled_are_all_named_and_nobody_is_enrolled() -> None:
    # given a child of A, one of A who gave its place up, one of B, and a receipt that nobody has
    found = published_round()
    stays, gone = found.placed_at("A")
    decline_offer(actor=found.world.officer, now=RESULTS_DAY, application_id=gone.pk, reason="moved away")
    other = receipts_at(found, "B")[0]
    good = stays.receipt.receipt

    # when they are listed together
    with pytest.raises(ArrivalsRefused) as refusal, transaction.atomic():
        enrol(found.round, found.world.officer, [good, gone.receipt.receipt, other, "0000", good])

    # then every bad line is named, and nothing was written
    assert refusal.value.details["lines"] == [
        {"line": 2, "receipt": gone.receipt.receipt, "fault": "declined", "first_line": 0},
        {"line": 3, "receipt": other, "fault": "other_school", "first_line": 0},
        {"line": 4, "receipt": "0000", "fault": "unknown", "first_line": 0},
        {"line": 5, "receipt": good, "fault": "doubled", "first_line": 1},
    ]
    assert "line 4: 0000: no place was offered" in refusal.value.message
    assert nothing_was_written()


def test_only_the_own_school_and_the_districts_officers_enrol() -> None:
    found = published_round()
    receipts = receipts_at(found, "A")
    strangers = [
        staff(Role.SCHOOL_OFFICER, DISTRICT, "B"),
        staff(Role.SCHOOL_OFFICER, "410182", "A"),
        officer("410182"),
        auditor(),
        guardian("+8613800000999"),
    ]
    for stranger in strangers:
        with pytest.raises(NotPermitted), transaction.atomic():
            enrol(found.round, stranger, receipts)
    assert nothing_was_written()


@pytest.mark.parametrize("count", [0, MOST_AT_ONCE + 1])
def test_a_list_holds_one_receipt_at_least_and_not_too_many(count: int) -> None:
    found = published_round()
    with pytest.raises(NothingListed), transaction.atomic():
        enrol(found.round, found.world.officer, ["0"] * count)
    with pytest.raises(ArrivalsRefused), transaction.atomic():
        enrol(found.round, found.world.officer, ["0"] * MOST_AT_ONCE)
    assert nothing_was_written()


def test_nobody_is_enrolled_before_results_are_published() -> None:
    world = county_with_zones()
    (number,) = add_children(world, ["u0"])
    opened = round_open(world)
    (receipt,) = file_all(world, opened, [form(number, "u0")])
    drawn(world, opened)
    with pytest.raises(RoundMovedOn), transaction.atomic():
        enrol(opened, world.officer, [receipt])
    publish_results(actor=world.officer, now=RESULTS_DAY, round_id=opened.pk)
    assert enrol(opened, world.officer, [receipt]).added == 1


def test_the_dwelling_is_used_from_the_enrolment_on_and_free_again_when_it_is_taken_back() -> None:
    # given a child placed with a dwelling: nothing is locked yet
    world, found, receipt = with_dwelling()
    assert not DwellingUse.objects.exists()

    # when it is enrolled, then the next year's round sees the lock
    assert enrol(found, world.officer, [receipt]) == Enrolled(1, 0, 1)
    assert locks(found) == {"A"}

    # when the enrolment is taken back, then the record stays and locks nothing; the place stays the child's
    take_enrolment_back(
        actor=world.officer, now=SCHOOL_DAY, round_id=found.pk, receipt=receipt, reason="wrong child ticked"
    )
    assert DwellingUse.objects.count() == 1
    assert locks(found) == set()
    assert Offer.objects.get().status == OfferStatus.CONFIRMED
    step = OfferStep.objects.latest("pk")
    assert (step.action, step.reason, step.taken_by) == ("take_back", "wrong child ticked", world.officer)
    event = AuditEvent.objects.get(action="enrolment.taken_back")
    assert (event.details["receipt"], event.details["reason"]) == (receipt, "wrong child ticked")

    # when it is enrolled after all, then the same record counts again
    assert enrol(found, world.officer, [receipt]) == Enrolled(1, 0, 0)
    assert locks(found) == {"A"}


def test_what_cannot_be_taken_back_stays_enrolled() -> None:
    world, found, receipt = with_dwelling()
    enrol(found, world.officer, [receipt])

    def refused(by: type[DomainError], actor: User, number: str = receipt, reason: str = "a mistake") -> None:
        with pytest.raises(by), transaction.atomic():
            take_enrolment_back(actor=actor, now=SCHOOL_DAY, round_id=found.pk, receipt=number, reason=reason)

    refused(NotPermitted, staff(Role.SCHOOL_OFFICER, DISTRICT, "A"))
    refused(NotPermitted, officer("410182"))
    refused(MalformedInput, world.officer, reason=" ")
    refused(NotEnrolled, world.officer, number="0000")
    register = dataset(world.county.district, DatasetKind.PUPILS)
    row = {"dataset": register, "person_sealed": b"-", "identity_index": Offer.objects.get().child_index}
    RegisterEntry.objects.create(**row, row_number=2, record_index="1", school_code="A")
    refused(InPupilRegister, world.officer)
    assert Offer.objects.get().status == OfferStatus.ENROLLED
    assert not OfferStep.objects.filter(action="take_back").exists()
    assert not AuditEvent.objects.filter(action="enrolment.taken_back").exists()


def test_the_register_of_the_school_before_does_not_bind() -> None:
    world, found, receipt = with_dwelling()
    enrol(found, world.officer, [receipt])
    register = dataset(world.county.district, DatasetKind.PUPILS)
    row = {"dataset": register, "person_sealed": b"-", "identity_index": Offer.objects.get().child_index}
    RegisterEntry.objects.create(**row, row_number=2, record_index="1", school_code="B")
    take_enrolment_back(
        actor=world.officer, now=SCHOOL_DAY, round_id=found.pk, receipt=receipt, reason="wrong child"
    )
    with pytest.raises(NotEnrolled):
        take_enrolment_back(
            actor=world.officer, now=SCHOOL_DAY, round_id=found.pk, receipt=receipt, reason="again"
        )


def test_an_enrolled_child_waits_for_no_other_place() -> None:
    found = published_round()
    row = found.waiting_for("A.zone")[0]
    WaitingWish.objects.create(application=row, waits=True, said_at=RESULTS_DAY)
    draw = find_draw(found.round)
    assert draw is not None
    assert load_after_draw(found.round, draw).asking == {row.receipt.receipt}
    enrol(found.round, found.world.officer, [row.receipt.receipt], school="B")
    assert load_after_draw(found.round, draw).asking == frozenset()


def test_who_has_not_arrived_is_listed_and_names_only_for_who_may_read_them() -> None:
    found = published_round()
    first, second = receipts_at(found, "A")
    enrol(found.round, found.world.officer, [first])
    counts = {row.code: (row.places, row.enrolled, row.awaited) for row in count_arrivals(found.round)}
    assert counts == {"A": (2, 1, 1), "B": (3, 0, 3), "P": (0, 0, 0)}
    assert [row.code for row in count_arrivals(found.round)] == ["B", "A", "P"]
    awaited = [offer.application.receipt.receipt for offer in list_without_arrival(found.round)]
    assert awaited == [second, *receipts_at(found, "B")]
    school = staff(Role.SCHOOL_OFFICER, DISTRICT, "A")
    with CaptureQueriesContext(connection) as queries:
        own = list_expected(found.round, "A", reader=school)
    assert [(child.receipt, child.is_enrolled, child.name) for child in own] == [
        (second, False, ""),
        (first, True, ""),
    ]
    assert len(queries) == 1
    assert all(child.name for child in list_expected(found.round, "A", reader=found.world.officer))


def test_a_school_is_not_told_a_category_of_preferential_groups_and_the_office_is() -> None:
    found = published_round()
    policy = policy_of(found.round)
    assert preferential_categories(policy) == {"preferential"}
    first, second = receipts_at(found, "A")
    Application.objects.filter(receipt__receipt=first).update(category="preferential")
    school = staff(Role.SCHOOL_OFFICER, DISTRICT, "A")
    told = {child.receipt: child.category for child in list_expected(found.round, "A", reader=school)}
    assert told == {first: "", second: "registered_and_living"}
    office = list_expected(found.round, "A", reader=found.world.officer)
    assert {child.receipt: child.category for child in office}[first] == "preferential"


def test_the_command_enrols_a_file_and_refuses_a_bad_one_whole(tmp_path: Path) -> None:
    found = published_round()
    where = ["--district=410181", "--stage=primary", "--year=2026", "--school=A"]
    bad, good = tmp_path / "bad.csv", tmp_path / "good.csv"
    first, second = receipts_at(found, "A")
    bad.write_text(f"报名号\n{first}\n0000\n", encoding="utf-8")
    good.write_text(f"报名号\n{first}\n{second}\n", encoding="utf-8")
    with pytest.raises(CommandError, match="line 3: 0000"):
        call_command("enrol_children", *where, f"--file={bad}")
    assert nothing_was_written()
    said = StringIO()
    call_command("enrol_children", *where, f"--file={good}", stdout=said)
    assert "2 children enrolled, 0 were enrolled" in said.getvalue()
