"""Messages to families: queued with what they tell of, sent once, tried again, without anybody's name."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.messages import JsonGateway, MessageNotSent, OutboxGateway
from accounts.models import AuditEvent, JobRun, OutboxMessage
from accounts.sealing import open_sealed
from admissions.message_tasks import SEND, SEND_AGAIN, request_sending
from admissions.models import FamilyMessage, MessageKind, MessageStatus, Offer
from admissions.selectors.rounds import policy_of
from admissions.services.answers import (
    confirm_offer,
    decline_offer,
    settle_unanswered,
    wait_for_higher_choice,
)
from admissions.services.family_messages import (
    WAITS,
    MessageNotGivenUp,
    Sent,
    send_messages,
    try_message_again,
)
from admissions.services.giving_on import give_places_on
from admissions.services.results import publish_results
from admissions.tasks import SETTLE, see_to_new_places
from common.errors import NotPermitted
from tests.services.accounts_world import auditor, officer
from tests.services.after_world import PublishedRound, published_round
from tests.services.killing import work_until_idle
from tests.services.round_world import (
    RESULTS_DAY,
    add_children,
    county_with_zones,
    drawn,
    file_all,
    form,
    round_open,
)
from tests.services.test_accounts_messages import gateway_answering

pytestmark = pytest.mark.django_db

SOON = RESULTS_DAY + timedelta(hours=1)


@dataclass
class Notebook:
    """A gateway that notes what it is given, and refuses as often as it is told."""

    refuses: int = 0
    taken: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)

    def send(self, *, now: datetime, phone: str, values: Mapping[str, str]) -> None:
        if self.refuses:
            self.refuses -= 1
            raise MessageNotSent("not now")
        self.taken.append((phone, values))


def end_of(found: PublishedRound) -> datetime:
    return policy_of(found.round).calendar.confirm_until


def reminded(found: PublishedRound) -> datetime:
    """Remind everybody a day before the end; return that moment."""
    at = end_of(found) - timedelta(days=1)
    settle_unanswered(actor=None, now=at, round_id=found.round.pk)
    return at


def send(found: PublishedRound, at: datetime, gateway: Notebook) -> Sent:
    return send_messages(actor=None, now=at, admission_round=found.round, gateway=gateway)


def test_a_reminder_goes_to_the_guardians_phone_with_receipt_school_and_moment_and_no_name() -> None:
    found, book = published_round(("u0",)), Notebook()
    at = reminded(found)

    assert send(found, at, book) == Sent(1, 0, None)

    [(phone, values)] = book.taken
    receipt = found.applications[0].receipt.receipt
    assert phone == "+8613800000100"
    assert (values["kind"], values["receipt"], values["id"]) == (
        "answer_reminder",
        receipt,
        str(FamilyMessage.objects.get().pk),
    )
    assert receipt in values["text"]
    assert values["until"] in values["text"]
    assert "样例" not in values["text"]
    assert phone not in values["text"]
    assert AuditEvent.objects.get(action="family_messages.sent").details["sent"] == 1


def test_whoever_is_reminded_twice_gets_one_message_and_a_message_is_sent_once() -> None:
    found, book = published_round(("u0",)), Notebook()
    at = reminded(found)
    settle_unanswered(actor=None, now=at + timedelta(hours=1), round_id=found.round.pk)

    send(found, at, book)
    assert send(found, at, book) == Sent(0, 0, None)

    assert len(book.taken) == 1


def test_nobody_is_reminded_after_the_end() -> None:
    found = published_round(("u0",))
    assert settle_unanswered(actor=None, now=end_of(found), round_id=found.round.pk) == (0, 0)
    assert not FamilyMessage.objects.exists()


def test_who_has_answered_meanwhile_or_whose_time_is_over_is_not_bothered() -> None:
    found, book = published_round(("u0", "u1")), Notebook()
    at = reminded(found)
    child = found.applications[0]
    confirm_offer(actor=found.families[0], now=at, application_id=child.pk)

    send(found, end_of(found), book)

    assert book.taken == []
    assert set(FamilyMessage.objects.values_list("status", flat=True)) == {MessageStatus.NEEDLESS}


def test_what_the_gateway_refuses_is_tried_again_later_each_time_and_at_last_left_to_the_office() -> None:
    # given
    found, book = published_round(("u0",)), Notebook(refuses=6)
    settle_unanswered(actor=None, now=end_of(found) - timedelta(days=1), round_id=found.round.pk)
    at = end_of(found) - timedelta(days=1)

    # when every try fails, each comes at its time and not before
    for wait in WAITS:
        assert send(found, at, book) == Sent(0, 1, at + wait)
        assert send(found, at + wait - timedelta(seconds=1), book).failed == 0
        at += wait
    assert send(found, at, book) == Sent(0, 1, None)

    # then the office sees it and tries once more
    message = FamilyMessage.objects.get()
    assert (message.status, message.attempts, message.failure_code) == ("given_up", 6, "message_not_sent")
    with pytest.raises(NotPermitted):
        try_message_again(actor=auditor(), now=at, message_id=message.pk)
    with pytest.raises(NotPermitted):
        try_message_again(actor=officer("410182"), now=at, message_id=message.pk)
    try_message_again(actor=found.world.officer, now=at, message_id=message.pk)
    assert send(found, at, book) == Sent(1, 0, None)
    with pytest.raises(MessageNotGivenUp):
        try_message_again(actor=found.world.officer, now=at, message_id=message.pk)
    assert AuditEvent.objects.filter(action="family_message.again").count() == 1


def test_a_place_given_on_and_a_move_are_told_in_their_own_words() -> None:
    # given a child without a place, and one that waits for a higher choice
    found, book = published_round(lists_private=(0, 1), accepts_coordination=False), Notebook()
    gone = found.placed_at("A")[0]
    decline_offer(actor=found.family(gone), now=SOON, application_id=gone.pk)

    # when
    give_places_on(actor=found.world.officer, now=SOON, round_id=found.round.pk)
    send(found, SOON, book)

    # then who got the place hears so, once
    [(_, values)] = book.taken
    assert values["kind"] == MessageKind.PLACE_GIVEN
    given = Offer.objects.get(answer_until__isnull=False)
    assert values["receipt"] == given.application.receipt.receipt


def test_a_child_that_asked_to_move_hears_that_it_has_moved() -> None:
    found, book = published_round(lists_private=(0, 1)), Notebook()
    first = found.waiting_for("A.zone")[0]
    wait_for_higher_choice(actor=found.family(first), now=SOON, application_id=first.pk, waits=True)
    gone = found.placed_at("A")[0]
    decline_offer(actor=found.family(gone), now=SOON, application_id=gone.pk)
    give_places_on(actor=found.world.officer, now=SOON, round_id=found.round.pk)

    send(found, SOON, book)

    kinds = {values["receipt"]: values["kind"] for _, values in book.taken}
    assert kinds[first.receipt.receipt] == MessageKind.PLACE_MOVED


def test_a_child_of_another_portal_without_a_phone_is_shown_to_the_office() -> None:
    world, book = county_with_zones(), Notebook()
    opened = round_open(world)
    file_all(world, opened, [form(number, "u0") for number in add_children(world, ["u0"])])
    draw = drawn(world, opened)
    publish_results(actor=world.officer, now=RESULTS_DAY, round_id=opened.pk)
    found = PublishedRound(world, opened, draw, (), ())
    opened.refresh_from_db()

    assert send(found, reminded(found), book).sent == 0

    assert FamilyMessage.objects.get().status == MessageStatus.NO_PHONE
    assert book.taken == []


def test_the_outbox_takes_the_same_message_once_and_keeps_it_sealed() -> None:
    found = published_round(("u0",))
    at = reminded(found)
    for _ in range(2):
        FamilyMessage.objects.update(status=MessageStatus.WAITING, sent_at=None)
        send_messages(actor=None, now=at, admission_round=found.round, gateway=OutboxGateway())
    kept = OutboxMessage.objects.get()
    text = open_sealed(kept.text_sealed, table="accounts_outboxmessage", row_id=kept.pk, field="text_sealed")
    assert found.applications[0].receipt.receipt in text


def test_nothing_personal_is_in_logs_events_or_the_table(caplog: pytest.LogCaptureFixture) -> None:
    found = published_round(("u0",))
    at = reminded(found)
    with caplog.at_level(logging.DEBUG), gateway_answering(500) as (url, received):
        body = '{"to": "{phone}", "kind": "{kind}", "until": "{until}", "id": "{id}", "code": "{code}"}'
        send_messages(actor=None, now=at, admission_round=found.round, gateway=JsonGateway(url, "", body))
    sent = received[0][2]
    assert isinstance(sent, dict)
    assert (sent["to"], sent["kind"], sent["code"]) == ("+8613800000100", "answer_reminder", "")
    message = FamilyMessage.objects.get()
    told = f"{caplog.text} {[*AuditEvent.objects.values_list('details', flat=True)]} {message.__dict__}"
    assert "13800000100" not in told
    assert "样例" not in told


def test_the_office_sees_every_message_in_a_known_number_of_queries(
    django_assert_max_num_queries: object,
) -> None:
    found = published_round()
    reminded(found)
    reader, stranger = Client(), Client()
    reader.force_login(found.world.officer)
    stranger.force_login(officer("410182"))
    page = f"/office/rounds/{found.round.pk}/after/messages/"
    text = reader.get(page).content.decode()
    for application in found.applications:
        assert application.receipt.receipt in text
    assert stranger.get(page).status_code == 403
    message = FamilyMessage.objects.first()
    assert message is not None
    assert stranger.post(f"/office/family-messages/{message.pk}/again/").status_code == 403
    with django_assert_max_num_queries(12):  # type: ignore[operator]  # a fixture of pytest-django
        reader.get(page)


def test_a_run_of_the_waiting_lists_queues_messages_and_what_is_due_at_the_end_of_the_new_answers() -> None:
    found = published_round(accepts_coordination=False)
    gone = found.placed_at("A")[0]
    decline_offer(actor=found.family(gone), now=SOON, application_id=gone.pk)
    give_places_on(actor=found.world.officer, now=SOON, round_id=found.round.pk)

    for _ in range(2):
        see_to_new_places(now=SOON, admission_round=found.round)

    until = Offer.objects.get(answer_until__isnull=False).answer_until
    assert until is not None
    kinds = sorted(JobRun.objects.values_list("kind", flat=True))
    assert kinds == [
        SEND,
        f"{SETTLE}.end.{until:%y%m%d%H%M}",
        f"{SETTLE}.remind.{until:%y%m%d%H%M}",
    ]


def test_without_a_message_no_job_is_queued() -> None:
    found = published_round(("u0",))
    assert request_sending(now=SOON, admission_round=found.round) is None
    assert not JobRun.objects.filter(kind__in=[SEND, SEND_AGAIN]).exists()


@pytest.mark.django_db(transaction=True)
def test_the_worker_sends_what_is_due() -> None:
    found = published_round(("u0",))
    reminded(found)
    Offer.objects.update(answer_until=timezone.now() + timedelta(hours=5))
    FamilyMessage.objects.update(next_at=timezone.now())
    request_sending(now=timezone.now(), admission_round=found.round)

    work_until_idle()

    assert FamilyMessage.objects.get().status == MessageStatus.SENT
    assert JobRun.objects.get(kind=SEND).result == {"sent": 1, "failed": 0}
    assert OutboxMessage.objects.count() == 1
