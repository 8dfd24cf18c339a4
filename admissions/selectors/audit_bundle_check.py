"""Checks an auditor's bundle in one go: nothing but the bundle is read, and every file in it is used."""

import json
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from admissions.lottery import verify as lottery_verify
from admissions.matching import verify as matching_verify
from admissions.matching import verify_moves
from admissions.selectors.audit_earlier_lists import is_of_earlier_version
from admissions.selectors.audit_facts_check import (
    WITHHELD,
    application_faults,
    left_off_faults,
    list_fact_faults,
    read_round_facts,
)
from admissions.selectors.audit_log_check import Log, log_faults, read_log, round_log_faults
from admissions.selectors.audit_offers_check import offer_faults
from admissions.selectors.audit_policy_check import policy_faults
from admissions.selectors.audit_reasons_check import reason_faults
from admissions.selectors.bundles import unzip_files
from admissions.selectors.csv_tables import csv_rows
from common.canonical import digest_bytes

Files = Mapping[str, bytes]


def audit_bundle_faults(files: Files) -> list[str]:
    """Return everything wrong with the bundle, each in a sentence that names the file; none is good news.

    1. Every file is as the manifest says. 2. Policies, lists and plans have the digests that were announced.
    3. Category, tier and keys of every child at every line follow from facts and policy; locks, choices, twins and
    nearest lines from what the family said and the county recorded. 4. Published ranks are the order of these.
    5. Two people read every public value alike, and those values are in the draw. 6. The independent verifiers
    accept every draw and every place given on. 7. Offers are those that placements, moves and answers lead to.
    8. The log's roots follow from its leaves, every event has its leaf at its place, and whatever the bundle says was
    decided is in the log, and the other way round. 9. Two people other than the writer approved the policy, with
    every step on record, before it was published and the round opened. Source: docs/audit-bundle.md.
    """
    try:
        log = read_log(files)
        return [
            *_manifest_faults(files),
            *(fault for folder in _folders(files) for fault in _round_faults(files, folder, log)),
            *log_faults(files),
        ]
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, zipfile.BadZipFile) as problem:
        return [f"审计包格式不符 / the bundle is malformed: {type(problem).__name__}: {problem}"]


def audit_bundle_notes(files: Files) -> list[str]:
    """Return what the reader should know of a bundle without faults: what it keeps back, or never recorded."""
    kept = {
        (folder, row["receipt"])
        for folder in _folders(files)
        for row in csv_rows(files[f"{folder}/facts.csv"])
        if row["source"] == WITHHELD
    }
    withheld = read_log(files).withheld
    notes = [
        f"{place}：名单由较早的版本截止，当时没有记录的不作比对（截止时事实的摘要、各顺位填报人数）"
        f" / closed by an earlier version; what it did not record is not compared: facts at closing, applicants by tier"
        for place in sorted({"/".join(name.split("/")[:4]) for name in files if "/lists/" in name})
        if is_of_earlier_version(files, place)
    ]
    if kept:
        notes.append(
            f"{len(kept)} 名孩子有一项事实未给出，按其可能的值核对"
            f" / of {len(kept)} children one fact is kept back; checked against every value it can have"
        )
    if withheld:
        notes.append(
            f"{withheld} 条审计记录只给出叶子（特殊教育需要）"
            f" / {withheld} events are shown as leaves only (special needs)"
        )
    return notes


def _manifest_faults(files: Files) -> Iterator[str]:
    listed = json.loads(files["MANIFEST.json"])
    for name in sorted({*listed, *files} - {"MANIFEST.json"}):
        if name not in files or listed.get(name) != digest_bytes(files[name]):
            yield f"文件与清单摘要不符 / file missing or not as in the manifest: {name}"


def _folders(files: Files) -> list[str]:
    return sorted({"/".join(name.split("/")[:2]) for name in files if name.startswith("rounds/")})


def _round_faults(files: Files, folder: str, log: Log) -> Iterator[str]:
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
        yield from offer_faults(files, folder, f"{folder}/lists/{lists[-1]}")
    yield from _fact_faults(files, folder, lists)
    yield from policy_faults(files, folder, log)
    yield from round_log_faults(files, folder, log)


def _fact_faults(files: Files, folder: str, lists: list[str]) -> Iterator[str]:
    facts = read_round_facts(files, folder)
    for fault in application_faults(facts):
        yield f"{folder}: {fault}"
    left_off = {
        row["receipt"]
        for number in lists
        for row in json.loads(files.get(f"{folder}/lists/{number}/left_off.json", b"[]"))
    }
    for number in lists:
        place = f"{folder}/lists/{number}"
        for fault in list_fact_faults(files, place, facts, left_off):
            yield f"{place}: {fault}"
        if f"{place}/left_off.json" in files:
            for fault in left_off_faults(files, place, facts):
                yield f"{place}: {fault}"


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
        yield from reason_faults(files, folder)


def _rank_faults(files: Files, folder: str, entry_list: Any) -> Iterator[str]:
    """Compare every published rank with the order of tiers and keys at its line."""
    plan = json.loads(files[f"{folder}/round.json"])
    losing = {
        line for stage in plan["stages"] if stage["losers"] == "same_class_last" for line in stage["line_ids"]
    }
    standing = {
        (row["receipt"], row["line_id"]): (int(row["tier"]), *map(int, row["keys"].split()))
        for row in csv_rows(files[f"{folder}/standings.csv"])
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
    for row in csv_rows(files[f"{folder}/values.csv"]):
        read.setdefault(row["name"], []).append((row["entered_by"], row["value"]))
    for name, value in json.loads(drawn["public_values.json"]):
        readers = {person for person, seen in read.get(name, []) if seen == value}
        if len(readers) < 2 or len({seen for _, seen in read.get(name, [])}) > 1:
            yield f"公开数值 {name} 没有两人一致的录入 / two people did not read it alike"
