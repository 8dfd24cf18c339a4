"""The auditor's bundle: whole, without names, checked in one go, and every damage noticed."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent
from admissions.selectors.audit_bundle_check import audit_bundle_faults
from admissions.selectors.bundles import unzip_files, zip_files
from admissions.services.answers import decline_offer, wait_for_higher_choice
from admissions.services.audit_bundles import hand_out_audit_bundle
from admissions.services.giving_on import give_places_on
from common.canonical import canonical_json, digest_bytes
from common.errors import NotPermitted
from tests.services.accounts_world import auditor
from tests.services.after_world import PublishedRound, published_round
from tests.services.round_world import RESULTS_DAY, identity
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


def handed_out(found: PublishedRound) -> dict[str, bytes]:
    return unzip_files(hand_out_audit_bundle(actor=auditor(), now=SOON, round_id=found.round.pk))


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
    assert AuditEvent.objects.filter(action="audit_bundle.handed_out").count() == 1


def test_only_an_auditor_of_the_district_gets_it() -> None:
    found = published_round(("u0",))
    for stranger in (found.world.officer, auditor("410182"), found.families[0]):
        with pytest.raises(NotPermitted):
            hand_out_audit_bundle(actor=stranger, now=SOON, round_id=found.round.pk)
    assert not AuditEvent.objects.filter(action="audit_bundle.handed_out").exists()


LIST = "rounds/410181-primary-2026/lists/1"


def _replaced(name: str, old: bytes, new: bytes) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    def damage(files: dict[str, bytes]) -> dict[str, bytes]:
        assert old in files[name]
        return {**files, name: files[name].replace(old, new, 1)}

    return damage


def _an_event_changed(files: dict[str, bytes]) -> dict[str, bytes]:
    lines = files["audit/events.jsonl"].decode().splitlines()
    event = json.loads(lines[0])
    event["action"] = "round.invented"
    return {**files, "audit/events.jsonl": "\n".join([json.dumps(event), *lines[1:]]).encode()}


def _a_leaf_taken_out(files: dict[str, bytes]) -> dict[str, bytes]:
    leaves = files["audit/leaves.txt"].decode().splitlines()
    return {**files, "audit/leaves.txt": "\n".join(leaves[1:]).encode()}


def _a_tier_changed(files: dict[str, bytes]) -> dict[str, bytes]:
    header, first, *rest = files[f"{LIST}/standings.csv"].decode().splitlines()
    receipt, line, tier, keys = first.split(",")
    other = ",".join((receipt, line, str(int(tier) + 7), keys))
    return {**files, f"{LIST}/standings.csv": "\n".join([header, other, *rest]).encode()}


def _an_offer_invented(files: dict[str, bytes]) -> dict[str, bytes]:
    name = "rounds/410181-primary-2026/offers.csv"
    return {**files, name: files[name] + b"999,A.zone,held,,\n"}


def _a_draw_changed(files: dict[str, bytes]) -> dict[str, bytes]:
    inner = unzip_files(files[f"{LIST}/draw.zip"])
    inner["placements.csv"] = inner["placements.csv"].replace(b"A.zone", b"B.zone", 1)
    return {**files, f"{LIST}/draw.zip": zip_files(inner)}


@pytest.mark.parametrize(
    "damage",
    [
        _replaced("rounds/410181-primary-2026/policy.json", b'"year":2026', b'"year":2027'),
        _replaced(f"{LIST}/values.csv", b"4 8 1 5", b"4 8 1 6"),
        _replaced(f"{LIST}/entry_list.json", b'"choices"', b'"chosen"'),
        _an_event_changed,
        _a_leaf_taken_out,
        _a_tier_changed,
        _an_offer_invented,
        _a_draw_changed,
    ],
)
def test_the_check_notices_damage(damage: Callable[[dict[str, bytes]], dict[str, bytes]]) -> None:
    files = handed_out(round_with_moves())
    damaged = damage(files)
    assert audit_bundle_faults(sealed(damaged))
    assert audit_bundle_faults(damaged)


def test_the_commands_write_and_check_it(tmp_path: Path) -> None:
    round_with_moves()
    out, said = tmp_path / "audit.zip", io.StringIO()
    named = ("--district", "410181", "--stage", "primary", "--year", "2026")
    call_command("audit_bundle", *named, "--out", str(out), stdout=said)
    call_command("check_audit_bundle", str(out), stdout=said)
    assert "the auditor's bundle checks" in said.getvalue()
    out.write_bytes(b"no zip")
    with pytest.raises(CommandError, match="is no zip"):
        call_command("check_audit_bundle", str(out))


def test_the_page_hands_it_to_the_auditor_and_to_nobody_else() -> None:
    found = round_with_moves()
    reader, officer = Client(headers={"accept-language": "zh-hans"}), Client()
    reader.force_login(auditor())
    officer.force_login(found.world.officer)
    address = f"/office/audit/bundles/{found.round.pk}/"
    assert address in reader.get("/office/audit/").content.decode()
    answer = reader.post(address)
    assert zipfile.ZipFile(io.BytesIO(answer.content)).testzip() is None
    assert audit_bundle_faults(unzip_files(answer.content)) == []
    assert officer.post(address).status_code == 403
    assert reader.get(address).status_code == 405
    assert AuditEvent.objects.get(action="audit_bundle.handed_out").at <= timezone.now()
