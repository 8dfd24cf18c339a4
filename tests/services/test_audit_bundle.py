"""The auditor's bundle: whole, without names, checked in one go, and every damage noticed."""

import csv
import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, JobRun
from accounts.services.audit import record_event
from admissions.audit_tasks import AUDIT_BUNDLE
from admissions.models import AuditBundle
from admissions.selectors.audit_bundle_check import audit_bundle_faults, audit_bundle_notes
from admissions.selectors.bundles import unzip_files
from admissions.selectors.csv_tables import csv_rows, csv_table
from admissions.services.answers import confirm_offer
from admissions.services.audit_bundles import (
    BundleIsDeleted,
    audit_bundle_storage,
    delete_expired_audit_bundles,
    make_audit_bundle,
    open_audit_bundle,
    write_audit_bundle,
)
from admissions.services.left_off import add_left_off
from common.canonical import CanonicalValue, canonical_json, digest_bytes
from common.errors import NotPermitted
from geo_data.selectors.registers import dwelling_key
from tests.services.accounts_world import auditor
from tests.services.after_world import published_round
from tests.services.bundle_world import (
    LIST,
    ROUND,
    SOON,
    any_row,
    changed_to,
    handed_out,
    published_of,
    round_with_moves,
    row_changed,
    row_less,
    sealed,
    where_is,
)
from tests.services.round_world import (
    WHILE_OPEN,
    add_children,
    county_with_zones,
    file_all,
    form,
    identity,
    round_open,
)
from tests.services.test_dwelling_uses import KEY, used
from tests.services.test_giving_on import left_off
from tests.services.test_refill import refilled

pytestmark = pytest.mark.django_db


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


def test_what_an_earlier_version_did_not_record_is_a_note_and_no_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # given a list closed and drawn when neither versions, digests of facts nor applicants by tier were recorded
    def recorded_then(*, details: dict[str, CanonicalValue], **event: Any) -> None:
        not_yet = ("code_version", "facts_digest")
        record_event(details={name: value for name, value in details.items() if name not in not_yet}, **event)

    monkeypatch.setattr("admissions.services.closing.record_event", recorded_then)
    monkeypatch.setattr("admissions.services.closing.code_version", lambda: "")
    monkeypatch.setattr("admissions.services.results._applicants_by_tier", lambda record: {})
    files = handed_out(published_of({}, {}, {}))

    # then its bundle checks, and says what could not be compared
    assert audit_bundle_faults(files) == []
    (note,) = audit_bundle_notes(files)
    assert note.startswith(f"{LIST}：名单由较早的版本截止")
    # also as the earlier version wrote it, without the column and the digest
    rows = [row[:-1] for row in csv.reader(io.StringIO(files[f"{LIST}/cutoffs.csv"].decode()))]
    about = {
        key: value for key, value in json.loads(files[f"{LIST}/list.json"]).items() if key != "facts_digest"
    }
    earlier = {
        f"{LIST}/cutoffs.csv": csv_table(rows[0], rows[1:]),
        f"{LIST}/list.json": canonical_json(about),
    }
    assert audit_bundle_faults(sealed({**files, **earlier})) == []
    # but what is told must be right
    lie = row_changed(f"{LIST}/cutoffs.csv", changed_to(by_tier="1:9"), where=where_is(line_id="A.zone"))
    assert audit_bundle_faults(sealed(lie(files)))


def test_a_round_in_which_families_still_file_has_a_bundle_that_checks() -> None:
    # given a child of the census, and one of whom only the family speaks
    world = county_with_zones()
    known = add_children(world, ["u0"])
    opened = round_open(world)
    file_all(world, opened, [form(known[0], "u0"), form(identity(77), "u3")])

    # when
    files = unzip_files(write_audit_bundle(actor=None, now=WHILE_OPEN, round_id=opened.pk))

    # then both are in it with what is known, and it checks
    assert audit_bundle_faults(files) == []
    rows = csv_rows(files["rounds/410181-primary-2026/applications.csv"])
    assert sorted(row["status"] for row in rows) == ["accepted", "filed"]
    assert not any("/lists/" in name for name in files)


def test_only_an_auditor_of_the_district_gets_it() -> None:
    found = published_round(("u0",))
    for stranger in (found.world.officer, auditor("410182"), found.families[0]):
        with pytest.raises(NotPermitted):
            write_audit_bundle(actor=stranger, now=SOON, round_id=found.round.pk)
        with pytest.raises(NotPermitted):
            make_audit_bundle(actor=stranger, now=SOON, round_id=found.round.pk)
    assert not AuditEvent.objects.filter(action="audit_bundle.made").exists()
    assert not AuditBundle.objects.exists()


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
    assert audit_bundle_faults(sealed(row_less(f"{ROUND}/dwelling_uses.csv", where=any_row)(files)))
    free = row_changed(
        f"{LIST}/behind_ranks.csv", changed_to(locked=""), where=where_is(locked="A.zone=2026-09-02")
    )
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
