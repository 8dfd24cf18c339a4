"""The auditor's bundle: whole, without names, checked in one go, and every damage noticed."""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, JobRun
from admissions.audit_tasks import AUDIT_BUNDLE
from admissions.models import AdmissionRound, AuditBundle
from admissions.selectors.audit_bundle_check import audit_bundle_faults, audit_bundle_notes
from admissions.selectors.bundles import unzip_files, zip_files
from admissions.selectors.csv_tables import csv_rows, csv_table
from admissions.services.answers import confirm_offer, decline_offer, wait_for_higher_choice
from admissions.services.audit_bundles import (
    BundleIsDeleted,
    audit_bundle_storage,
    delete_expired_audit_bundles,
    make_audit_bundle,
    open_audit_bundle,
    write_audit_bundle,
)
from admissions.services.giving_on import give_places_on
from admissions.services.left_off import add_left_off
from admissions.services.results import publish_results
from common.canonical import canonical_json, digest_bytes
from common.errors import NotPermitted
from geo_data.selectors.registers import dwelling_key
from tests.services.accounts_world import auditor
from tests.services.after_world import PublishedRound, published_round
from tests.services.round_world import (
    RESULTS_DAY,
    RoundWorld,
    add_children,
    county_with_zones,
    drawn,
    file_all,
    form,
    identity,
    round_open,
)
from tests.services.test_dwelling_uses import KEY, used
from tests.services.test_giving_on import left_off
from tests.services.test_refill import refilled

pytestmark = pytest.mark.django_db

SOON = RESULTS_DAY + timedelta(hours=1)


def round_with_moves() -> PublishedRound:
    found = published_round(lists_private=(0, 1))
    first = found.waiting_for("A.zone")[0]
    wait_for_higher_choice(actor=found.family(first), now=SOON, application_id=first.pk, waits=True)
    gone = found.placed_at("A")[0]
    decline_offer(actor=found.family(gone), now=SOON, application_id=gone.pk)
    give_places_on(actor=found.world.officer, now=SOON, round_id=found.round.pk)
    return found


@dataclass(frozen=True, slots=True)
class Published:
    """A round of children of school A's zone that another portal filed, its results out."""

    world: RoundWorld
    round: AdmissionRound


def published_of(
    *facts: dict[str, Any], before: Callable[[RoundWorld], None] = lambda world: None
) -> Published:
    world = county_with_zones()
    numbers = [number for given in facts for number in add_children(world, ["u0"], **given)]
    before(world)
    opened = round_open(world)
    file_all(world, opened, [form(number, "u0") for number in numbers])
    drawn(world, opened)
    publish_results(actor=world.officer, now=RESULTS_DAY, round_id=opened.pk)
    opened.refresh_from_db()
    return Published(world, opened)


def handed_out(found: PublishedRound | Published) -> dict[str, bytes]:
    return unzip_files(write_audit_bundle(actor=auditor(), now=SOON, round_id=found.round.pk))


def sealed(files: dict[str, bytes]) -> dict[str, bytes]:
    """The files with a manifest that fits them, as a forger would write it."""
    listed = {name: digest_bytes(data) for name, data in files.items() if name != "MANIFEST.json"}
    return {**files, "MANIFEST.json": canonical_json(listed)}


def test_the_bundle_of_a_round_with_moves_and_a_refill_checks_and_names_nobody() -> None:
    found = round_with_moves()
    refilled(found)
    files = handed_out(found)
    assert audit_bundle_faults(files) == []
    folder = "rounds/410181-primary-2026"
    for name in (
        "README.txt",
        "audit/events.jsonl",
        "audit/leaves.txt",
        f"{folder}/policy.json",
        f"{folder}/policy_approval.json",
        f"{folder}/facts.csv",
        f"{folder}/applications.csv",
        f"{folder}/walks.csv",
        f"{folder}/lists/1/behind_ranks.csv",
        f"{folder}/lists/1/standings.csv",
        f"{folder}/lists/1/values.csv",
        f"{folder}/lists/1/draw.zip",
        f"{folder}/after_results.zip",
        f"{folder}/offer_steps.csv",
        f"{folder}-r1/round.json",
    ):
        assert name in files, name
    for name, data in files.items():
        assert "样例".encode() not in data, name
        assert identity(1).encode() not in data, name
    assert AuditEvent.objects.get(action="audit_bundle.made").details["with_preferences"] is True


def test_only_an_auditor_of_the_district_gets_it() -> None:
    found = published_round(("u0",))
    for stranger in (found.world.officer, auditor("410182"), found.families[0]):
        with pytest.raises(NotPermitted):
            write_audit_bundle(actor=stranger, now=SOON, round_id=found.round.pk)
        with pytest.raises(NotPermitted):
            make_audit_bundle(actor=stranger, now=SOON, round_id=found.round.pk)
    assert not AuditEvent.objects.filter(action="audit_bundle.made").exists()
    assert not AuditBundle.objects.exists()


ROUND = "rounds/410181-primary-2026"
LIST = f"{ROUND}/lists/1"
Damage = Callable[[dict[str, bytes]], dict[str, bytes]]


def _replaced(name: str, old: bytes, new: bytes) -> Damage:
    def damage(files: dict[str, bytes]) -> dict[str, bytes]:
        assert old in files[name]
        return {**files, name: files[name].replace(old, new, 1)}

    return damage


def _without(name: str) -> Damage:
    return lambda files: {other: data for other, data in files.items() if other != name}


def _row(
    name: str, change: Callable[[dict[str, str]], None], *, where: Callable[[dict[str, str]], bool]
) -> Damage:
    """Change the first row of a table that is as said."""

    def damage(files: dict[str, bytes]) -> dict[str, bytes]:
        rows = csv_rows(files[name])
        change(next(row for row in rows if where(row)))
        return {**files, name: csv_table(list(rows[0]), [list(row.values()) for row in rows])}

    return damage


def _less(name: str, *, where: Callable[[dict[str, str]], bool]) -> Damage:
    """Take the first row that is as said out of a table."""

    def damage(files: dict[str, bytes]) -> dict[str, bytes]:
        rows = csv_rows(files[name])
        rows.remove(next(row for row in rows if where(row)))
        return {
            **files,
            name: csv_table(list(csv_rows(files[name])[0]), [list(row.values()) for row in rows]),
        }

    return damage


def _approval(change: Callable[[dict[str, Any]], None]) -> Damage:
    def damage(files: dict[str, bytes]) -> dict[str, bytes]:
        version = json.loads(files[f"{ROUND}/policy_approval.json"])
        change(version)
        return {**files, f"{ROUND}/policy_approval.json": canonical_json(version)}

    return damage


def _any(row: dict[str, str]) -> bool:
    return True


def _is(**wanted: str) -> Callable[[dict[str, str]], bool]:
    return lambda row: all(row[name] == value for name, value in wanted.items())


def _set(**values: str) -> Callable[[dict[str, str]], None]:
    return lambda row: row.update(values)


def _an_event_changed(files: dict[str, bytes]) -> dict[str, bytes]:
    lines = files["audit/events.jsonl"].decode().splitlines()
    event = json.loads(lines[0])
    event["action"] = "round.invented"
    return {**files, "audit/events.jsonl": "\n".join([json.dumps(event), *lines[1:]]).encode()}


def _an_event_left_out(action: str) -> Damage:
    def damage(files: dict[str, bytes]) -> dict[str, bytes]:
        lines = files["audit/events.jsonl"].decode().splitlines()
        kept = [line for line in lines if json.loads(line)["action"] != action]
        assert len(kept) < len(lines)
        return {**files, "audit/events.jsonl": "\n".join(kept).encode()}

    return damage


def _an_event_shown_as_a_leaf(files: dict[str, bytes]) -> dict[str, bytes]:
    lines = [json.loads(line) for line in files["audit/events.jsonl"].decode().splitlines()]
    hidden = [
        {**{name: event[name] for name in ("position", "leaf")}, "withheld": True}
        if event["action"] == "entries.closed"
        else event
        for event in lines
    ]
    return {**files, "audit/events.jsonl": "\n".join(map(json.dumps, hidden)).encode()}


def _a_leaf_taken_out(files: dict[str, bytes]) -> dict[str, bytes]:
    leaves = files["audit/leaves.txt"].decode().splitlines()
    return {**files, "audit/leaves.txt": "\n".join(leaves[1:]).encode()}


def _a_draw_changed(files: dict[str, bytes]) -> dict[str, bytes]:
    inner = unzip_files(files[f"{LIST}/draw.zip"])
    inner["placements.csv"] = inner["placements.csv"].replace(b"A.zone", b"B.zone", 1)
    return {**files, f"{LIST}/draw.zip": zip_files(inner)}


def _a_list_added(files: dict[str, bytes]) -> dict[str, bytes]:
    return {**files, **{name.replace("lists/1/", "lists/2/"): data for name, data in files.items()}}


def _facts_and_standing_changed_alike(files: dict[str, bytes]) -> dict[str, bytes]:
    """A careful forger: the fact, the key that follows from it, and nothing that was announced."""
    row = next(row for row in csv_rows(files[f"{LIST}/standings.csv"]) if row["line_id"] == "A.zone")
    key = date(2020, 5, 1).toordinal()
    fact = _row(
        f"{ROUND}/facts.csv",
        _set(value='"2014-05-01"'),
        where=_is(name="registration_since", receipt=row["receipt"]),
    )
    keys = row["keys"].replace(str(key), str(date(2014, 5, 1).toordinal()))
    assert keys != row["keys"]
    standing = _row(
        f"{LIST}/standings.csv", _set(keys=keys), where=_is(receipt=row["receipt"], line_id="A.zone")
    )
    return standing(fact(files))


DAMAGES: dict[str, Damage] = {
    "another policy": _replaced(f"{ROUND}/policy.json", b'"year":2026', b'"year":2027'),
    "another value": _replaced(f"{LIST}/values.csv", b"4 8 1 5", b"4 8 1 6"),
    "another reader of a value": _row(f"{LIST}/values.csv", _set(entered_by=str(uuid4())), where=_any),
    "another list": _replaced(f"{LIST}/entry_list.json", b'"choices"', b'"chosen"'),
    "another plan": _replaced(f"{LIST}/round.json", b'"seats":2', b'"seats":3'),
    "a list closed at another moment": _replaced(f"{LIST}/list.json", b"2026-07-0", b"2026-07-1"),
    "a list that was never closed": _a_list_added,
    "another tier": _row(f"{LIST}/standings.csv", _set(tier="8"), where=_any),
    "another category": _row(f"{LIST}/standings.csv", _set(category="collective"), where=_any),
    "another key": _row(f"{LIST}/standings.csv", _set(keys="1 2"), where=_any),
    "a standing less": _less(f"{LIST}/standings.csv", where=_any),
    "an earlier registration": _row(
        f"{ROUND}/facts.csv", _set(value='"2014-05-01"'), where=_is(name="registration_since")
    ),
    "fact and key together": _facts_and_standing_changed_alike,
    "another home": _row(
        f"{ROUND}/facts.csv", _set(value='"u3"'), where=_is(name="dwelling_unit", value='"u0"')
    ),
    "a fact less": _less(f"{ROUND}/facts.csv", where=_is(name="dwelling_right")),
    "a fact that nobody proved": _row(f"{ROUND}/facts.csv", _set(name="test_score"), where=_any),
    "a fact kept back": _row(
        f"{ROUND}/facts.csv", _set(source="withheld", value="null"), where=_is(name="dwelling_right")
    ),
    "another category of an application": _row(
        f"{ROUND}/applications.csv", _set(category="collective"), where=_any
    ),
    "another tier of an application": _row(f"{ROUND}/applications.csv", _set(tier="5"), where=_any),
    "an application refused": _row(f"{ROUND}/applications.csv", _set(status="refused"), where=_any),
    "an application less": _less(f"{ROUND}/applications.csv", where=_any),
    "no coordination": _row(f"{ROUND}/applications.csv", _set(accepts_coordination="0"), where=_any),
    "a twin": _row(f"{ROUND}/applications.csv", _set(split_allowed="1"), where=_any),
    "another unit": _row(f"{ROUND}/applications.csv", _set(unit="u3"), where=_is(unit="u0")),
    "another choice": _row(f"{ROUND}/choices.csv", _set(choice="9"), where=_any),
    "a choice less": _less(f"{ROUND}/choices.csv", where=_is(line_id="A.zone")),
    "another zone": _row(f"{ROUND}/zones.csv", _set(schools="B"), where=_is(unit="u0")),
    "a walk less": _less(f"{ROUND}/walks.csv", where=_is(unit="u0", school="B")),
    "another walk": _row(f"{ROUND}/walks.csv", _set(metres="99999"), where=_is(unit="u0", school="A")),
    "another line": _row(f"{ROUND}/lines.csv", _set(school="B"), where=_is(line_id="A.zone")),
    "another salt": _row(f"{LIST}/behind_ranks.csv", _set(salt="0" * 64), where=_any),
    "a lock without a use": _row(f"{LIST}/behind_ranks.csv", _set(locked="A.zone=2030-09-01"), where=_any),
    "an offer more": lambda files: {
        **files,
        f"{ROUND}/offers.csv": files[f"{ROUND}/offers.csv"] + b"999,A.zone,held,,\n",
    },
    "an offer less": _less(f"{ROUND}/offers.csv", where=_is(status="held")),
    "an offer at another line": _row(
        f"{ROUND}/offers.csv", _set(line_id="B.zone"), where=_is(status="held", line_id="A.zone")
    ),
    "an offer of another state": _row(
        f"{ROUND}/offers.csv", _set(status="confirmed"), where=_is(status="held")
    ),
    "a place taken back": _row(f"{ROUND}/offers.csv", _set(status="held"), where=_is(status="declined")),
    "a step of another person": _row(
        f"{ROUND}/offer_steps.csv", _set(taken_by=str(uuid4())), where=_is(action="decline")
    ),
    "a step less": _less(f"{ROUND}/offer_steps.csv", where=_is(action="decline")),
    "a step at another moment": _row(
        f"{ROUND}/offer_steps.csv", _set(taken_at="2026-07-12T05:00:00+00:00"), where=_is(action="decline")
    ),
    "another draw": _a_draw_changed,
    "an approval less": _approval(lambda version: version["approvals"].pop()),
    "an approval by the writer": _approval(
        lambda version: version["approvals"][0].update(approver=version["writer"])
    ),
    "an approval by a third person": _approval(
        lambda version: version["approvals"][0].update(approver=str(uuid4()))
    ),
    "an approval at another moment": _approval(
        lambda version: version["approvals"][0].update(approved_at="2026-05-01T00:00:00+00:00")
    ),
    "a step of approval less": _approval(lambda version: version["steps"].pop()),
    "another paper": _approval(lambda version: version["steps"][0].update(reference="样教〔2026〕2 号")),
    "another day of a step": _approval(lambda version: version["steps"][0].update(done_on="2026-05-01")),
    "an earlier publication": _approval(
        lambda version: version.update(published_at="2026-05-01T00:00:00+00:00")
    ),
    "a publication after opening": _approval(
        lambda version: version.update(published_at="2026-06-20T00:00:00+00:00")
    ),
    "another text approved": _approval(lambda version: version["data"].update(year=2027)),
    "no record of the approval": _without(f"{ROUND}/policy_approval.json"),
    "an event changed": _an_event_changed,
    "a leaf less": _a_leaf_taken_out,
    "a closing less in the log": _an_event_left_out("entries.closed"),
    "a draw less in the log": _an_event_left_out("round.drawn"),
    "an answer less in the log": _an_event_left_out("offer.declined"),
    "an approval less in the log": _an_event_left_out("policy.approved_by_person"),
    "a publication less in the log": _an_event_left_out("policy.published"),
    "a run less in the log": _an_event_left_out("places.given_on"),
    "a closing that is shown as a leaf": _an_event_shown_as_a_leaf,
}


@pytest.fixture(scope="module")
def whole(django_db_setup: None, django_db_blocker: Any) -> dict[str, bytes]:
    """One bundle for all damages; nothing of its round stays."""
    with django_db_blocker.unblock(), transaction.atomic():
        files = handed_out(round_with_moves())
        transaction.set_rollback(True)
    return files


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_the_check_notices_damage_also_by_a_forger_who_writes_the_manifest(
    whole: dict[str, bytes], damage: Damage
) -> None:
    assert audit_bundle_faults(whole) == []
    damaged = damage(whole)
    assert audit_bundle_faults(sealed(damaged))
    assert audit_bundle_faults(damaged)


def test_preferences_are_kept_back_from_who_may_not_see_them_and_are_checked_all_the_same() -> None:
    # given two children of a preferential group
    found = published_of({"preferential_kind": "martyr"}, {"preferential_kind": "martyr"})

    # when the bundle is written with and without the groups
    told = handed_out(found)
    kept = unzip_files(
        write_audit_bundle(actor=None, now=SOON, round_id=found.round.pk, with_preferences=False)
    )

    # then only one names them, both check, and the other says what it keeps back
    name = f"{ROUND}/facts.csv"
    assert b"martyr" in told[name]
    assert not any(b"martyr" in data for file, data in kept.items() if file == name)
    assert audit_bundle_faults(told) == audit_bundle_faults(kept) == []
    assert audit_bundle_notes(told) == []
    assert audit_bundle_notes(kept) == [
        "2 名孩子有一项事实未给出，按其可能的值核对"
        " / of 2 children one fact is kept back; checked against every value it can have"
    ]


def test_of_special_needs_children_nothing_is_in_it_but_their_number() -> None:
    # given a child with special needs, for whom its family has answered
    found = published_of({}, {}, {"special_needs": True})
    child = found.round.applications.get(facts__contains=[{"name": "special_needs", "value": True}])
    confirm_offer(actor=found.world.officer, now=SOON, application_id=child.pk, reason="by telephone")
    receipt = child.receipt.receipt.encode()

    # when
    files = handed_out(found)

    # then
    assert audit_bundle_faults(files) == []
    assert [name for name, data in files.items() if receipt in data] == []
    assert json.loads(files[f"{LIST}/list.json"])["placed_before_the_draw"] == 1
    assert "leaves only" in audit_bundle_notes(files)[0]


def test_a_child_left_off_is_worked_out_again_from_its_facts() -> None:
    found, missed = left_off({"A": (0, 5), "B": (3, 4)})
    add_left_off(actor=found.world.officer, now=SOON, application_id=missed.pk, reason="lost on the way")
    files = handed_out(found)
    assert audit_bundle_faults(files) == []
    added = json.loads(files[f"{LIST}/left_off.json"])
    line = next(iter(added[0]["standings"]))
    added[0]["standings"][line][1] += 1
    assert audit_bundle_faults(sealed({**files, f"{LIST}/left_off.json": canonical_json(added)}))


def test_the_locks_of_dwellings_follow_from_the_uses_on_record() -> None:
    # given a dwelling that took a place at the school less than six years ago
    found = published_of({"dwelling_key": KEY}, {}, before=used)

    # when
    files = handed_out(found)

    # then the bundle names neither and checks; a use less, or one more, is noticed
    assert audit_bundle_faults(files) == []
    assert not any(KEY.encode() in data or dwelling_key(KEY).encode() in data for data in files.values())
    assert b"A.zone=2026-09-02" in files[f"{LIST}/behind_ranks.csv"]
    assert audit_bundle_faults(sealed(_less(f"{ROUND}/dwelling_uses.csv", where=_any)(files)))
    free = _row(f"{LIST}/behind_ranks.csv", _set(locked=""), where=_is(locked="A.zone=2026-09-02"))
    assert audit_bundle_faults(sealed(free(files)))


def test_the_commands_write_and_check_it(tmp_path: Path) -> None:
    round_with_moves()
    out, said = tmp_path / "audit.zip", io.StringIO()
    named = ("--district", "410181", "--stage", "primary", "--year", "2026")
    call_command("audit_bundle", *named, "--out", str(out), stdout=said)
    call_command("check_audit_bundle", str(out), stdout=said)
    assert "the auditor's bundle checks" in said.getvalue()
    call_command("check_audit_bundle", str(out), "--digest", digest_bytes(out.read_bytes()), stdout=said)
    with pytest.raises(CommandError, match="not the bundle that was handed out"):
        call_command("check_audit_bundle", str(out), "--digest", "0" * 64)
    out.write_bytes(b"no zip")
    with pytest.raises(CommandError, match="is no zip"):
        call_command("check_audit_bundle", str(out))


def test_a_bundle_is_kept_sealed_handed_out_on_record_and_deleted_after_its_time() -> None:
    # given
    found, reader = published_round(("u0",)), auditor()
    made = make_audit_bundle(actor=reader, now=SOON, round_id=found.round.pk)

    # then what lies in the storage is sealed
    with audit_bundle_storage()._inner.open(made.stored_name) as stored:  # type: ignore[attr-defined]  # ours
        assert b"MANIFEST.json" not in stored.read()

    # when it is asked for
    bundle, parts = open_audit_bundle(actor=reader, now=SOON, bundle_id=made.pk)
    data = b"".join(parts)
    assert (digest_bytes(data), len(data)) == (bundle.digest, bundle.size_bytes)
    event = AuditEvent.objects.get(action="audit_bundle.handed_out")
    assert (event.actor, event.details["digest"]) == (reader, bundle.digest)

    # then nobody else gets it, and after a week nobody does
    for stranger in (found.world.officer, auditor("410182"), found.families[0]):
        with pytest.raises(NotPermitted):
            open_audit_bundle(actor=stranger, now=SOON, bundle_id=made.pk)
    week = timedelta(days=7)
    assert delete_expired_audit_bundles(actor=None, now=SOON + week - timedelta(seconds=1)) == 0
    with pytest.raises(BundleIsDeleted):
        open_audit_bundle(actor=reader, now=SOON + week, bundle_id=made.pk)
    assert delete_expired_audit_bundles(actor=None, now=SOON + week) == 1
    assert AuditBundle.objects.get().stored_name == ""


def test_the_page_has_it_made_and_hands_it_to_the_auditor_and_to_nobody_else() -> None:
    found = published_round(("u0",))
    reader, officer = Client(headers={"accept-language": "zh-hans"}), Client()
    person = auditor()
    reader.force_login(person)
    officer.force_login(found.world.officer)
    page = f"/office/audit/bundles/{found.round.pk}/"
    assert page in reader.get("/office/audit/").content.decode()
    assert officer.get(page).status_code == officer.post(f"{page}make/").status_code == 403
    assert "还没有" in reader.get(page).content.decode()

    # when asked for, a job does it, and only one
    for _ in range(2):
        assert reader.post(f"{page}make/").status_code == 302
    job = JobRun.objects.get(kind=AUDIT_BUNDLE)
    assert f'data-job="{job.pk}"' in reader.get(page).content.decode()
    made = make_audit_bundle(actor=person, now=timezone.now(), round_id=found.round.pk)

    # then it is handed out by POST
    address = f"/office/audit/bundles/files/{made.pk}/"
    assert address in reader.get(page).content.decode()
    answer = reader.post(address)
    data = b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # a streaming response
    assert zipfile.ZipFile(io.BytesIO(data)).testzip() is None
    assert audit_bundle_faults(unzip_files(data)) == []
    assert officer.post(address).status_code == 403
    assert reader.get(address).status_code == 405
