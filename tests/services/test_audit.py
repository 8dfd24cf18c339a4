"""The audit log: written with the change, never changed, provable."""

import hashlib
from datetime import timedelta
from io import StringIO
from threading import Event, Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, InternalError, ProgrammingError, connection, transaction

from accounts.models import AuditEvent, AuditLeaf, AuditTreeHead
from accounts.selectors.audit import (
    EventNotInTree,
    get_inclusion_proof,
    list_audit_faults,
    list_events,
    list_events_about,
)
from accounts.services.audit import NothingToPublish, NotInTransaction, publish_tree_head, record_event
from common.merkle import is_included, root
from tests.services.accounts_world import DISTRICT, NOON, OTHER_DISTRICT, auditor, officer

SUBJECT = ("zoning.zoneplan", "7")


def event(action: str = "plan.drawn", district_code: str = DISTRICT) -> AuditEvent:
    with transaction.atomic():
        return record_event(
            actor=None,
            now=NOON,
            action=action,
            subject=SUBJECT,
            district_code=district_code,
            details={"n": 1},
        )


@pytest.mark.django_db
def test_event_says_who_did_what_to_what() -> None:
    actor, subject = officer(), officer()

    recorded = record_event(actor=actor, now=NOON, action="plan.drawn", subject=subject, details={"n": 1})

    stored = AuditEvent.objects.get(pk=recorded.pk)
    assert (stored.actor, stored.actor_role, stored.action) == (actor, "district_officer", "plan.drawn")
    assert (stored.subject_type, stored.subject_id) == ("accounts.user", str(subject.pk))
    assert (stored.at, stored.details, stored.district_code) == (NOON, {"n": 1}, "")


@pytest.mark.django_db
def test_leaf_is_the_digest_of_what_the_event_says() -> None:
    said = (
        '{"action":"plan.drawn","actor":null,"actor_role":"","at":"2026-03-02T04:00:00.000000+00:00",'
        '"details":{"n":1},"district_code":"410181","subject_id":"7","subject_type":"zoning.zoneplan"}'
    )
    assert event().leaf == hashlib.sha256(said.encode()).hexdigest()


@pytest.mark.django_db(transaction=True)
def test_event_outside_a_transaction_is_a_fault_and_writes_nothing() -> None:
    with pytest.raises(NotInTransaction):
        record_event(actor=None, now=NOON, action="plan.drawn", subject=SUBJECT)

    assert not AuditEvent.objects.exists()


@pytest.mark.django_db
def test_event_goes_with_its_change() -> None:
    with transaction.atomic():
        event()
        transaction.set_rollback(True)

    assert not AuditEvent.objects.exists()


@pytest.mark.django_db
def test_details_hold_no_floats() -> None:
    with pytest.raises(TypeError):
        record_event(actor=None, now=NOON, action="a", subject=SUBJECT, details={"x": 0.5})  # type: ignore[dict-item]


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["accounts_auditevent", "accounts_auditleaf", "accounts_audittreehead"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "TRUNCATE {} CASCADE", "UPDATE {} SET {} = {}"])
def test_log_is_insert_only_in_the_database(table: str, statement: str) -> None:
    event()
    publish_tree_head(actor=None, now=NOON)
    column = {"accounts_auditevent": "action", "accounts_auditleaf": "position"}.get(table, "root")
    connection.check_constraints()  # else TRUNCATE would fail for the references not yet checked

    with (
        pytest.raises((InternalError, ProgrammingError), match="pgtrigger: Cannot"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table, column, column))

    assert (AuditEvent.objects.count(), AuditLeaf.objects.count(), AuditTreeHead.objects.count()) == (1, 1, 1)


@pytest.mark.django_db
def test_a_person_with_events_cannot_be_deleted() -> None:
    actor = officer()
    record_event(actor=actor, now=NOON, action="plan.drawn", subject=SUBJECT)

    with pytest.raises(IntegrityError):
        actor.delete()


@pytest.mark.django_db
def test_head_is_the_rfc_6962_root_over_the_events_in_their_order() -> None:
    events = [event(f"step.{n}") for n in range(11)]

    head = publish_tree_head(actor=None, now=NOON)

    assert head.size == 11
    assert head.root == root([bytes.fromhex(e.leaf) for e in events]).hex()


@pytest.mark.django_db
def test_heads_grow_and_old_places_stay() -> None:
    first = [event("a"), event("b"), event("c")]
    publish_tree_head(actor=None, now=NOON)
    second = [event("d"), event("e")]

    head = publish_tree_head(actor=None, now=NOON + timedelta(days=1))

    assert head.size == 5
    assert head.root == root([bytes.fromhex(e.leaf) for e in first + second]).hex()
    assert list_audit_faults() == ()


@pytest.mark.django_db
def test_head_without_new_events_is_the_last_one() -> None:
    event()
    head = publish_tree_head(actor=None, now=NOON)

    assert publish_tree_head(actor=None, now=NOON + timedelta(days=1)) == head
    assert AuditTreeHead.objects.count() == 1


@pytest.mark.django_db
def test_head_over_nothing_is_refused() -> None:
    with pytest.raises(NothingToPublish):
        publish_tree_head(actor=None, now=NOON)

    assert not AuditTreeHead.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_event_that_commits_late_holds_nobody_up_and_gets_the_next_place() -> None:
    recorded, may_commit = Event(), Event()

    def slow_writer() -> None:
        try:
            with transaction.atomic():
                event("slow")
                recorded.set()
                assert may_commit.wait(10)
        finally:
            connection.close()

    writer = Thread(target=slow_writer)
    writer.start()
    assert recorded.wait(10)
    event("quick")
    first = publish_tree_head(actor=None, now=NOON)
    may_commit.set()
    writer.join(10)
    second = publish_tree_head(actor=None, now=NOON)

    in_tree = AuditEvent.objects.order_by("place__position").values_list("action", flat=True)
    in_table = AuditEvent.objects.order_by("id").values_list("action", flat=True)
    assert list(in_table) == ["slow", "quick"]
    assert list(in_tree) == ["quick", "slow"]
    assert (first.size, second.size) == (1, 2)
    assert list_audit_faults() == ()


@pytest.mark.django_db(transaction=True)
def test_two_publishers_at_once_make_one_head() -> None:
    for n in range(20):
        event(f"step.{n}")

    def publish() -> None:
        try:
            publish_tree_head(actor=None, now=NOON)
        finally:
            connection.close()

    threads = [Thread(target=publish) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert [head.size for head in AuditTreeHead.objects.all()] == [20]
    assert list_audit_faults() == ()


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 2, 7, 8])
def test_every_event_can_be_proved_to_be_in_the_log(count: int) -> None:
    events = [event(f"step.{n}") for n in range(count)]
    head = publish_tree_head(actor=None, now=NOON)

    for recorded in events:
        proof = get_inclusion_proof(recorded.pk)
        path = [bytes.fromhex(step) for step in proof.path]
        assert proof.root == head.root
        assert is_included(
            bytes.fromhex(recorded.leaf), proof.position, proof.size, path, bytes.fromhex(proof.root)
        )


@pytest.mark.django_db
def test_event_without_a_place_has_no_proof_yet() -> None:
    event("a")
    publish_tree_head(actor=None, now=NOON)
    later = event("b")

    with pytest.raises(EventNotInTree):
        get_inclusion_proof(later.pk)


TAMPERING = {
    "UPDATE accounts_auditevent SET action = 'other' WHERE action = 'step.2'": "was changed after it was recorded",
    "UPDATE accounts_auditevent SET details = '{\"n\": 2}' WHERE action = 'step.2'": "was changed",
    "UPDATE accounts_auditevent SET at = at + interval '1 microsecond' WHERE action = 'step.2'": "was changed",
    "DELETE FROM accounts_auditleaf WHERE position = 1": "place 1 is missing",
    "DELETE FROM accounts_auditleaf WHERE position = 4": "does not follow from the events",
    "DELETE FROM accounts_audittreehead": "places are under no head",
    "UPDATE accounts_audittreehead SET root = repeat('0', 64) WHERE size = 3": "head over 3 events does not follow",
    (
        "UPDATE accounts_auditevent e SET action = o.action, leaf = o.leaf FROM accounts_auditevent o"
        " WHERE (e.action, o.action) IN (('step.0', 'step.1'), ('step.1', 'step.0'))"
    ): "head over 3 events does not follow",
}


@pytest.mark.django_db
@pytest.mark.parametrize("statement", TAMPERING)
def test_tampering_behind_the_triggers_is_found(statement: str) -> None:
    for n in range(5):
        event(f"step.{n}")
        if n in {2, 4}:
            publish_tree_head(actor=None, now=NOON)
    assert list_audit_faults() == ()

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # triggers off, as a superuser could
        cursor.execute(statement)

    assert any(TAMPERING[statement] in fault for fault in list_audit_faults())
    with pytest.raises(CommandError, match="does not agree with itself"):
        call_command("verify_audit", stderr=StringIO())


@pytest.mark.django_db
def test_verify_audit_compares_heads_noted_elsewhere() -> None:
    event()
    out = StringIO()
    call_command("publish_audit_head", stdout=out)
    noted = out.getvalue().strip()

    call_command("verify_audit", head=[noted], stdout=out)
    with pytest.raises(CommandError):
        call_command("verify_audit", head=["1:" + "0" * 64], stderr=StringIO())
    with pytest.raises(CommandError):
        call_command("verify_audit", head=["nonsense"])


@pytest.mark.django_db
def test_log_is_listed_by_district_and_by_subject() -> None:
    auditor()
    mine = [event("a"), event("b")]
    event("c", OTHER_DISTRICT)

    assert list(list_events(DISTRICT)) == mine[::-1]
    assert [e.action for e in list_events_about(SUBJECT)] == ["a", "b", "c"]


@pytest.mark.django_db
def test_listing_takes_one_query(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    for n in range(5):
        event(f"step.{n}")
    publish_tree_head(actor=None, now=NOON)

    with django_assert_num_queries(1):
        assert [e.place.position for e in list_events(DISTRICT)] == [4, 3, 2, 1, 0]
