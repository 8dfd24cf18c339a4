"""The verifiers accept good bundles and name the fault in damaged ones; the browser page agrees with them."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from admissions.lottery import verify as verify_lottery
from admissions.lottery.entry_list import Choice, Entry
from admissions.lottery.tickets import Draw, TicketAlgorithm, TicketScope
from admissions.matching import verify as verify_matching
from admissions.matching.bundle import manifest
from admissions.matching.records import Coordination, CoordinationRule, Reason
from tests.cases.matching_rounds import Published, listed, published, random_world

ROOT = Path(__file__).parents[2]
Bundle = dict[str, bytes]


def good_bundle() -> Published:
    """A round with twins, a struck line, coordinated children, withdrawals and an addition."""
    world = random_world(198, children=60, twins=8)
    late = Entry("R99999", (Choice("S1", 1, 2, 2), Choice("S2", 2, 1, 1)))
    return published(world, withdrawn=("R00003",), added=(late,), seats={"S2": 9})


GOOD = good_bundle()


def with_new_manifest(bundle: Bundle) -> Bundle:
    return {**bundle, "MANIFEST.json": manifest(bundle)}


def both(bundle: Bundle) -> list[str]:
    return verify_lottery.faults(bundle) + verify_matching.faults(bundle)


def test_good_bundle_holds_every_kind_of_outcome_and_checks() -> None:
    reasons = {placement.reason for placement in GOOD.result.placements}
    assert {Reason.ADMITTED, Reason.COORDINATED, Reason.WITHDRAWN} <= reasons
    assert GOOD.result.struck
    assert both(GOOD.bundle) == []


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("algorithm", TicketAlgorithm)
def test_random_rounds_check_under_every_algorithm_and_scope(seed: int, algorithm: TicketAlgorithm) -> None:
    scope = list(TicketScope)[seed % 3]
    assert both(published(random_world(100 + seed, algorithm=algorithm, scope=scope)).bundle) == []


def change_row(name: str, row: int, change: Callable[[list[str]], list[str]]) -> Callable[[Bundle], Bundle]:
    def damage(bundle: Bundle) -> Bundle:
        lines = bundle[name].decode().splitlines()
        lines[row] = ",".join(change(lines[row].split(",")))
        return with_new_manifest({**bundle, name: ("\n".join(lines) + "\n").encode()})

    return damage


def change_json(name: str, change: Callable[[dict[str, Any]], object]) -> Callable[[Bundle], Bundle]:
    def damage(bundle: Bundle) -> Bundle:
        value = json.loads(bundle[name])
        change(value)
        text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return with_new_manifest({**bundle, name: text.encode()})

    return damage


def row_of(name: str, wanted: str) -> int:
    lines = GOOD.bundle[name].decode().splitlines()
    return next(i for i, line in enumerate(lines) if wanted in line)


def drop_row(name: str, row: int) -> Callable[[Bundle], Bundle]:
    def damage(bundle: Bundle) -> Bundle:
        lines = bundle[name].decode().splitlines()
        del lines[row]
        return with_new_manifest({**bundle, name: ("\n".join(lines) + "\n").encode()})

    return damage


def repeat_row(name: str, row: int) -> Callable[[Bundle], Bundle]:
    def damage(bundle: Bundle) -> Bundle:
        lines = bundle[name].decode().splitlines()
        return with_new_manifest({**bundle, name: ("\n".join([*lines, lines[row]]) + "\n").encode()})

    return damage


ADMITTED = row_of("placements.csv", ",admitted")
NOT_PLACED = row_of("placements.csv", ",not_placed")
COORDINATED = row_of("placements.csv", ",coordinated")
OPENED = next(iter(json.loads(GOOD.bundle["coordination.json"])))

LOTTERY_DAMAGES: dict[str, Callable[[Bundle], Bundle]] = {
    "a ticket": change_row("tickets.csv", 5, lambda row: [row[0], row[1], "0" * 64]),
    "a ticket left out": drop_row("tickets.csv", 3),
    "a ticket twice": repeat_row("tickets.csv", 3),
    "the seed": change_json("draw_record.json", lambda record: record.update(seed="0" * 64)),
    "the merkle root": change_json("draw_record.json", lambda record: record.update(merkle_root="0" * 64)),
    "the count": change_json("draw_record.json", lambda record: record.update(count=1)),
    "a public value": lambda b: with_new_manifest(
        {**b, "public_values.json": b["public_values.json"].replace(b"417", b"418")}
    ),
    "a rank on the list": lambda b: with_new_manifest(
        {**b, "entry_list.json": b["entry_list.json"].replace(b",1,1,1]", b",1,1,2]", 1)}
    ),
    "white space in the list": lambda b: with_new_manifest(
        {**b, "entry_list.json": b["entry_list.json"].replace(b",", b", ", 1)}
    ),
    "the plan": change_json("round.json", lambda plan: plan.update(round_id="another")),
    "a file not in the manifest": lambda b: {**b, "README.txt": b"changed"},
    "a file missing": lambda b: {name: data for name, data in b.items() if name != "struck.csv"},
    "a file too many": lambda b: {**b, "names.csv": b"receipt,name\n"},
    "an unreadable list": lambda b: with_new_manifest({**b, "entry_list.json": b"{"}),
}

MATCHING_DAMAGES: dict[str, Callable[[Bundle], Bundle]] = {
    "a child moved to another line": change_row("placements.csv", ADMITTED, lambda r: [r[0], "S3", *r[2:]]),
    "a child put above plan": change_row(
        "placements.csv", NOT_PLACED, lambda r: [r[0], "P0", "1", "", "admitted"]
    ),
    "a child left out": drop_row("placements.csv", ADMITTED),
    "a child twice": repeat_row("placements.csv", ADMITTED),
    "a child's place taken away": change_row(
        "placements.csv", ADMITTED, lambda r: [r[0], "", "", "", "not_placed"]
    ),
    "a coordinated child moved": change_row("placements.csv", COORDINATED, lambda r: [r[0], "S9", *r[2:]]),
    "a coordinated child nearer": change_row("placements.csv", COORDINATED, lambda r: [*r[:3], "9", r[4]]),
    "a cut-off rank": change_row("cutoffs.csv", 2, lambda r: [*r[:4], "77", r[5]]),
    "a cut-off's applicants": change_row("cutoffs.csv", 2, lambda r: [*r[:2], "999", *r[3:]]),
    "seats above plan": change_row("cutoffs.csv", 2, lambda r: [r[0], "99", *r[2:]]),
    "a cut-off left out": drop_row("cutoffs.csv", 2),
    "a reason": change_row("reasons.csv", 4, lambda r: [*r[:3], "same_category_key_below"]),
    "a reason's choice": change_row("reasons.csv", 4, lambda r: [*r[:2], "9", r[3]]),
    "a reason left out": drop_row("reasons.csv", 4),
    "a reason too many": repeat_row("reasons.csv", 4),
    "a struck line left out": drop_row("struck.csv", 1),
    "a withdrawal unrecorded": change_json("amendments.json", lambda a: a.update(withdrawn=[])),
    "an addition unrecorded": change_json("amendments.json", lambda a: a.update(added=[])),
    "an amendment of seats unrecorded": change_json("amendments.json", lambda a: a.update(seats={})),
    "nearest lines swapped": change_json(
        "coordination.json",
        lambda c: c[OPENED]["line_ids"].reverse(),
    ),
    "nearest lines not opened": change_json("coordination.json", lambda c: c.pop(OPENED)),
    "nearest lines opened needlessly": change_json(
        "coordination.json", lambda c: c.update({"R00000": {"salt": "", "line_ids": []}})
    ),
    "a public value": LOTTERY_DAMAGES["a public value"],
    "the plan": LOTTERY_DAMAGES["the plan"],
    "a file not in the manifest": LOTTERY_DAMAGES["a file not in the manifest"],
    "a column renamed": change_row("cutoffs.csv", 0, lambda r: [*r[:5], "number"]),
}


@pytest.mark.parametrize("name", LOTTERY_DAMAGES)
def test_lottery_verifier_notices_damage_to(name: str) -> None:
    assert verify_lottery.faults(LOTTERY_DAMAGES[name](GOOD.bundle)) != []


@pytest.mark.parametrize("name", MATCHING_DAMAGES)
def test_matching_verifier_notices_damage_to(name: str) -> None:
    assert verify_matching.faults(MATCHING_DAMAGES[name](GOOD.bundle)) != []


def test_verifier_names_the_child_and_what_it_should_have() -> None:
    row = GOOD.bundle["placements.csv"].decode().splitlines()[ADMITTED].split(",")
    damage = MATCHING_DAMAGES["a child's place taken away"]
    found = verify_matching.faults(damage(GOOD.bundle))
    assert any(f"{row[0]} 在 {row[1]} 被越过" in fault for fault in found)
    assert any(row[0] in fault and f"should be ('{row[1]}'" in fault for fault in found)


def test_list_changed_after_its_digest_was_announced_is_noticed() -> None:
    digest = GOOD.record.entry_list_digest
    assert verify_lottery.faults(GOOD.bundle, list_digest=digest, policy_digest="ab" * 32) == []
    assert verify_lottery.faults(GOOD.bundle, list_digest="0" * 64) != []
    assert verify_lottery.faults(GOOD.bundle, policy_digest="0" * 64) != []
    assert verify_lottery.faults(GOOD.bundle, values={"现场摇号": "418"}) != []


def test_least_total_walk_is_checked_for_seats_reach_and_number() -> None:
    world = random_world(12)
    plan = replace(
        world.plan, coordination=Coordination(CoordinationRule.LEAST_TOTAL_WALK, ("S0", "S1", "S2"))
    )
    world = replace(world, plan=plan, entry_list=listed(plan, world.entry_list.entries))
    good = published(world)
    assert both(good.bundle) == []
    row = row_in(good.bundle, ",coordinated")
    assert verify_matching.faults(
        change_row("placements.csv", row, lambda r: [r[0], "P0", *r[2:]])(good.bundle)
    )
    gone = change_row("placements.csv", row, lambda r: [r[0], "", "", "", "not_placed"])
    assert verify_matching.faults(gone(good.bundle))


def row_in(bundle: Bundle, wanted: str) -> int:
    lines = bundle["placements.csv"].decode().splitlines()
    return next(i for i, line in enumerate(lines) if wanted in line)


def test_bundle_tells_nothing_about_a_child_but_its_lists_and_results() -> None:
    entry = json.loads(GOOD.bundle["entry_list.json"])["entries"][0]
    assert set(entry) == {
        "receipt",
        "choices",
        "group",
        "split_allowed",
        "fallback_rank",
        "fallback_commitment",
    }
    assert b"category" not in GOOD.bundle["reasons.csv"].replace(b"same_category_ticket", b"")
    placed = {p.receipt for p in GOOD.result.placements if p.reason is Reason.ADMITTED}
    assert placed.isdisjoint(json.loads(GOOD.bundle["coordination.json"]))


def test_same_round_in_any_order_gives_the_same_bytes() -> None:
    world = random_world(198, children=60, twins=8)
    turned = replace(world, entry_list=replace(world.entry_list, entries=world.entry_list.entries[::-1]))
    assert published(turned).bundle == published(world).bundle


def test_copied_verifiers_run_alone_on_folder_and_zip(tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    folder.mkdir()
    for name, data in GOOD.bundle.items():
        (folder / name).write_bytes(data)
    archive = shutil.make_archive(str(tmp_path / "bundle"), "zip", folder)
    for program in ("verify_lottery.py", "verify_matching.py"):
        for target in (folder, archive):
            command = [sys.executable, "-I", str(folder / program), str(target)]
            run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8")
            assert run.returncode == 0, run.stdout + run.stderr
            assert "核验通过" in run.stdout
    (folder / "cutoffs.csv").write_bytes(MATCHING_DAMAGES["a cut-off rank"](GOOD.bundle)["cutoffs.csv"])
    command = [sys.executable, "-I", str(folder / "verify_matching.py"), str(folder)]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8")
    assert run.returncode == 1
    assert "do NOT check" in run.stdout


NODE = shutil.which("node")
HARNESS = """
const fs = require("fs"), path = require("path");
const bundle = {};
const read = (name) => new Uint8Array(fs.readFileSync(path.join(process.argv[1], name)));
for (const name of fs.readdirSync(process.argv[1])) bundle[name] = read(name);
const found = check(bundle, process.argv[2]);
process.stdout.write(JSON.stringify(found.steps.map((step) => [step.good, step.chinese, step.faults])));
"""


def browser_steps(bundle: Bundle, folder: Path, digest: str = "") -> list[list[object]]:
    """Run the page's own script under Node; nothing of it is changed."""
    folder.mkdir()
    for name, data in bundle.items():
        (folder / name).write_bytes(data)
    command = [str(NODE), "-e", page_script() + HARNESS, str(folder), digest]
    run = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
    steps: list[list[object]] = json.loads(run.stdout)
    return steps


@pytest.mark.skipif(NODE is None, reason="node runs the browser page's script")
@pytest.mark.parametrize("seed", range(4))
def test_browser_page_draws_and_places_the_same(seed: int, tmp_path: Path) -> None:
    world = random_world(
        200 + seed,
        children=120,
        twins=20,
        algorithm=list(TicketAlgorithm)[seed % 2],
        scope=list(TicketScope)[seed % 3],
    )
    bundle = published(world, withdrawn=("R00004",), seats={"S1": 4}).bundle
    assert [step for step in browser_steps(bundle, tmp_path / "good") if not step[0]] == []


@pytest.mark.skipif(NODE is None, reason="node runs the browser page's script")
@pytest.mark.parametrize(
    "damage",
    [
        LOTTERY_DAMAGES["a ticket"],
        LOTTERY_DAMAGES["the seed"],
        LOTTERY_DAMAGES["the plan"],
        LOTTERY_DAMAGES["a public value"],
        MATCHING_DAMAGES["a child moved to another line"],
        MATCHING_DAMAGES["a cut-off rank"],
        MATCHING_DAMAGES["a struck line left out"],
        MATCHING_DAMAGES["a coordinated child moved"],
        MATCHING_DAMAGES["nearest lines swapped"],
    ],
)
def test_browser_page_notices_damage(damage: Callable[[Bundle], Bundle], tmp_path: Path) -> None:
    steps = browser_steps(damage(GOOD.bundle), tmp_path / "bad")
    assert any(not step[0] for step in steps)


@pytest.mark.skipif(NODE is None, reason="node runs the browser page's script")
def test_browser_page_compares_the_announced_digest(tmp_path: Path) -> None:
    assert not browser_steps(GOOD.bundle, tmp_path / "bundle", "0" * 64)[0][0]


DRAWS = """
const lines = [];
for (let i = 0; i < 10000; i++) {
  const seed = unhex(i.toString(16).padStart(64, "0")), algorithm = i % 2 ? "HMAC-SM3" : "HMAC-SHA-256";
  lines.push(hex(hmac(HASHES[algorithm], seed, utf8.encode(`jiujin-ticket-1\\n2026/1\\n民办\\nR${i}`))));
}
process.stdout.write(digestOf(utf8.encode(lines.join("\\n"))));
"""


def page_script() -> str:
    page = (ROOT / "frontend/verifier/check.html").read_text(encoding="utf-8")
    return page.split("<script>")[1].split("</script>")[0]


@pytest.mark.skipif(NODE is None, reason="node runs the browser page's script")
def test_ten_thousand_random_draws_agree_bit_for_bit() -> None:
    algorithms = [TicketAlgorithm.HMAC_SHA_256, TicketAlgorithm.HMAC_SM3]
    ours, alone = [], []
    for i in range(10_000):
        seed, algorithm = f"{i:064x}", algorithms[i % 2]
        ours.append(f"{Draw('2026/1', seed, algorithm).ticket('民办', f'R{i}'):064x}")
        message = f"jiujin-ticket-1\n2026/1\n民办\nR{i}".encode()
        alone.append(verify_lottery.keyed_hash(algorithm.value)(bytes.fromhex(seed), message).hex())
    command = [str(NODE), "-e", page_script() + DRAWS]
    run = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
    assert alone == ours
    assert run.stdout == hashlib.sha256("\n".join(ours).encode()).hexdigest()


@pytest.mark.skipif(NODE is None, reason="node runs the browser page's script")
def test_browser_page_reads_zips(tmp_path: Path) -> None:
    archive = tmp_path / "bundle.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in GOOD.bundle.items():
            out.writestr(name, data, zipfile.ZIP_STORED if name == "round.json" else None)
    harness = """
    unzip(new Uint8Array(require("fs").readFileSync(process.argv[1]))).then((bundle) =>
      process.stdout.write(JSON.stringify([Object.keys(bundle).length, check(bundle, "").steps.every((s) => s.good)])));
    """
    command = [str(NODE), "-e", page_script() + harness, str(archive)]
    run = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
    assert json.loads(run.stdout) == [15, True]


def test_page_is_one_offline_file_with_a_short_script() -> None:
    page = (ROOT / "frontend/verifier/check.html").read_text(encoding="utf-8")
    assert len(page_script().splitlines()) < 300
    assert not re.search(r"https?://|\bfetch\(|XMLHttpRequest|\bimport\b|src=", page)
