"""Checks an auditor's bundle in one go: nothing but the bundle is read, and every file in it is used."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from accounts.tree import Frontier
from admissions.lottery import verify as lottery_verify
from admissions.matching import verify as matching_verify
from admissions.matching import verify_moves
from admissions.selectors.bundles import unzip_files
from common.canonical import digest, digest_bytes

Files = Mapping[str, bytes]
EVENT_FIELDS = (
    "at",
    "actor",
    "actor_role",
    "action",
    "district_code",
    "subject_type",
    "subject_id",
    "details",
)


def audit_bundle_faults(files: Files) -> list[str]:
    """Return everything wrong with the bundle, each in a sentence that names the file; none is good news.

    1. Every file is as the manifest says. 2. Policies, lists and plans have the digests that were announced.
    3. Published ranks are the order of the standings. 4. Two people read every public value alike, and those values
    are in the draw. 5. The independent verifiers accept every draw and every place given on.
    6. Offers are those that placements, moves and answers lead to. 7. The log's roots follow from its leaves, and
    every event shown has its leaf at its place. Source: docs/audit-bundle.md.
    """
    try:
        return [
            *_manifest_faults(files),
            *(fault for folder in _folders(files) for fault in _round_faults(files, folder)),
            *_log_faults(files),
        ]
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, zipfile.BadZipFile) as problem:
        return [f"审计包格式不符 / the bundle is malformed: {type(problem).__name__}: {problem}"]


def _manifest_faults(files: Files) -> Iterator[str]:
    listed = json.loads(files["MANIFEST.json"])
    for name in sorted({*listed, *files} - {"MANIFEST.json"}):
        if name not in files or listed.get(name) != digest_bytes(files[name]):
            yield f"文件与清单摘要不符 / file missing or not as in the manifest: {name}"


def _folders(files: Files) -> list[str]:
    return sorted({"/".join(name.split("/")[:2]) for name in files if name.startswith("rounds/")})


def _round_faults(files: Files, folder: str) -> Iterator[str]:
    policy_digest = json.loads(files[f"{folder}/round.json"])["policy_digest"]
    if digest_bytes(files[f"{folder}/policy.json"]) != policy_digest:
        yield f"{folder}: 政策与摘要不符 / the policy is not the one of the digest"
    lists = sorted({name.split("/")[3] for name in files if name.startswith(f"{folder}/lists/")}, key=int)
    for number in lists:
        for fault in _list_faults(files, f"{folder}/lists/{number}", policy_digest):
            yield f"{folder}/lists/{number}: {fault}"
    if (moved := files.get(f"{folder}/after_results.zip")) is not None:
        inner = unzip_files(moved)
        for fault in (
            *lottery_verify.faults(inner),
            *matching_verify.faults(inner),
            *verify_moves.faults(inner),
        ):
            yield f"{folder}/after_results.zip: {fault}"
    if lists:
        yield from _offer_faults(files, folder, f"{folder}/lists/{lists[-1]}")


def _list_faults(files: Files, folder: str, policy_digest: str) -> Iterator[str]:
    about, entry_list = (
        json.loads(files[f"{folder}/list.json"]),
        json.loads(files[f"{folder}/entry_list.json"]),
    )
    if digest_bytes(files[f"{folder}/entry_list.json"]) != about["digest"]:
        yield "名单与公布的摘要不符 / the list is not the one announced"
    if entry_list["policy_digest"] != policy_digest:
        yield "名单所依据的政策不是本批次的 / the list rests on another policy"
    if digest_bytes(files[f"{folder}/round.json"]) != entry_list["plan_digest"]:
        yield "计划与名单不符 / the plan is not the one of the list"
    if about["number"] > 1 and not about["reason"]:
        yield "重新截止没有理由 / a list was closed again without a reason"
    yield from _rank_faults(files, folder, entry_list)
    if f"{folder}/draw.zip" in files:
        drawn = unzip_files(files[f"{folder}/draw.zip"])
        if drawn["entry_list.json"] != files[f"{folder}/entry_list.json"]:
            yield "派位所用名单不是这一份 / the draw used another list"
        yield from lottery_verify.faults(drawn)
        yield from matching_verify.faults(drawn)
        yield from _value_faults(files, folder, drawn)


def _rank_faults(files: Files, folder: str, entry_list: Any) -> Iterator[str]:
    """Compare every published rank with the order of tiers and keys at its line."""
    plan = json.loads(files[f"{folder}/round.json"])
    losing = {
        line for stage in plan["stages"] if stage["losers"] == "same_class_last" for line in stage["line_ids"]
    }
    standing = {
        (row["receipt"], row["line_id"]): (int(row["tier"]), *map(int, row["keys"].split()))
        for row in _rows(files[f"{folder}/standings.csv"])
    }
    at_line: dict[str, set[tuple[int, ...]]] = {}
    for (_, line), key in standing.items():
        at_line.setdefault(line, set()).add(key)
    order: dict[tuple[str, tuple[int, ...]], int] = {}
    for line, keys in at_line.items():
        ways = (0, 1) if line in losing else (0,)
        scale = sorted({(key[0], way, *key[1:]) for key in keys for way in ways})
        order.update({(line, key): rank for rank, key in enumerate(scale, start=1)})
    for entry in entry_list["entries"]:
        for line, _, rank, loser_rank in entry["choices"]:
            key = standing.get((entry["receipt"], line), (0,))
            lost = 1 if line in losing else 0
            expected = (order.get((line, (key[0], 0, *key[1:]))), order.get((line, (key[0], lost, *key[1:]))))
            if (rank, loser_rank) != expected:
                yield f"{entry['receipt']} 在 {line} 的次序不是其排序值的次序 / rank is not the order of its keys"


def _value_faults(files: Files, folder: str, drawn: Files) -> Iterator[str]:
    read: dict[str, list[tuple[str, str]]] = {}
    for row in _rows(files[f"{folder}/values.csv"]):
        read.setdefault(row["name"], []).append((row["entered_by"], row["value"]))
    for name, value in json.loads(drawn["public_values.json"]):
        readers = {person for person, seen in read.get(name, []) if seen == value}
        if len(readers) < 2 or len({seen for _, seen in read.get(name, [])}) > 1:
            yield f"公开数值 {name} 没有两人一致的录入 / two people did not read it alike"


def _offer_faults(files: Files, folder: str, last: str) -> Iterator[str]:
    """Compare the live offers, and those given up since, with what draw and moves lead to."""
    moved, drawn = files.get(f"{folder}/after_results.zip"), files.get(f"{last}/draw.zip")
    if drawn is None or json.loads(files[f"{folder}/round.json"])["status"] != "published":
        return
    if moved is None:
        rows = _rows(unzip_files(drawn)["placements.csv"])
        places = {row["receipt"]: row["line_id"] for row in rows if row["line_id"]}
    else:
        places = {row["receipt"]: row["line_id"] for row in _rows(unzip_files(moved)["places.csv"])}
    newest = {row["receipt"]: row for row in _rows(files[f"{folder}/offers.csv"])}
    live = {
        r: row["line_id"] for r, row in newest.items() if row["status"] in ("held", "confirmed", "enrolled")
    }
    answered = {row["receipt"] for row in _rows(files[f"{folder}/offer_steps.csv"])}
    for receipt in sorted({*places, *live}):
        if places.get(receipt) != live.get(receipt) and receipt not in answered:
            yield f"{folder}: {receipt} 的学位与派位、递补和答复不符 / the place does not follow from what is recorded"


def _log_faults(files: Files) -> Iterator[str]:
    leaves = files["audit/leaves.txt"].decode().split()
    frontier = Frontier()
    for head in _rows(files["audit/heads.csv"]):
        more = leaves[frontier.size : int(head["size"])]
        frontier = frontier.grown_by([bytes.fromhex(leaf) for leaf in more])
        if frontier.root().hex() != head["root"]:
            yield f"审计树根不符 / the root over {head['size']} events does not follow from the leaves"
    for line in files["audit/events.jsonl"].decode().splitlines():
        event = json.loads(line)
        if digest({name: event[name] for name in EVENT_FIELDS}) != event["leaf"]:
            yield f"审计记录被改动 / an event was changed: {event['action']} {event['at']}"
        if leaves[event["position"]] != event["leaf"]:
            yield f"审计记录不在其位置 / an event is not at its place: {event['action']} {event['at']}"


def _rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode())))
