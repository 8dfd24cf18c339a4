"""Draw every ticket of a public bundle again. Standard library only; share this file freely.

    python verify.py BUNDLE [--list-digest HEX] [--policy-digest HEX] [--value NAME=VALUE ...]

BUNDLE is a folder or a zip. The options are what you saw published elsewhere: the digests announced
when the list was closed, the public values from their own source. Exit status 0: everything is right; 2: no bundle.
The rules it follows are in docs/lottery.md.
"""

import argparse
import csv
import hashlib
import hmac
import io
import json
import sys
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

UNOPENED = (OSError, EOFError, RuntimeError, ValueError, zipfile.BadZipFile, zlib.error)
MALFORMED = (LookupError, TypeError, ValueError, AttributeError, RecursionError, csv.Error)
FILES = (
    "MANIFEST.json", "README.txt", "amendments.json", "coordination.json", "cutoffs.csv", "draw_record.json",
    "entry_list.json", "placements.csv", "public_values.json", "reasons.csv", "round.json", "struck.csv",
    "tickets.csv", "verify_lottery.py", "verify_matching.py",
)  # fmt: skip
# Where reserves or adjustment are, and after results: `verify_list.py` and `verify_moves.py` check them.
LATER_FILES = ("by_rule.csv", "verify_list.py", "moves.json", "places.csv", "verify_moves.py")
ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
MASK = 0xFFFFFFFF
SM3_START = (
    0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E,
)  # fmt: skip


class Unreadable(Exception):
    """The bundle cannot be read far enough to check the rest."""


def _turn(word: int, bits: int) -> int:
    bits %= 32
    return ((word << bits) | (word >> (32 - bits))) & MASK


def _sm3_block(state: Sequence[int], block: bytes) -> tuple[int, ...]:
    w = [int.from_bytes(block[i : i + 4], "big") for i in range(0, 64, 4)]
    for j in range(16, 68):
        x = w[j - 16] ^ w[j - 9] ^ _turn(w[j - 3], 15)
        w.append(x ^ _turn(x, 15) ^ _turn(x, 23) ^ _turn(w[j - 13], 7) ^ w[j - 6])
    a, b, c, d, e, f, g, h = state
    for j in range(64):
        constant = 0x79CC4519 if j < 16 else 0x7A879D8A
        ss1 = _turn((_turn(a, 12) + e + _turn(constant, j)) & MASK, 7)
        ff = a ^ b ^ c if j < 16 else (a & b) | (a & c) | (b & c)
        gg = e ^ f ^ g if j < 16 else (e & f) | (~e & MASK & g)
        tt1 = (ff + d + (ss1 ^ _turn(a, 12)) + (w[j] ^ w[j + 4])) & MASK
        tt2 = (gg + h + ss1 + w[j]) & MASK
        a, b, c, d = tt1, a, _turn(b, 9), c
        e, f, g, h = tt2 ^ _turn(tt2, 9) ^ _turn(tt2, 17), e, _turn(f, 19), g
    return tuple(old ^ new for old, new in zip(state, (a, b, c, d, e, f, g, h), strict=True))


def sm3(data: bytes) -> bytes:
    """Return the SM3 digest, 32 bytes. Source: GB/T 32905-2016."""
    padded = data + b"\x80" + bytes((55 - len(data)) % 64) + (8 * len(data)).to_bytes(8, "big")
    state: tuple[int, ...] = SM3_START
    for i in range(0, len(padded), 64):
        state = _sm3_block(state, padded[i : i + 64])
    return b"".join(word.to_bytes(4, "big") for word in state)


def hmac_sm3(key: bytes, message: bytes) -> bytes:
    """Return HMAC with SM3 for a key of at most 64 bytes. Source: RFC 2104."""
    padded = key.ljust(64, b"\x00")
    inner = sm3(bytes(byte ^ 0x36 for byte in padded) + message)
    return sm3(bytes(byte ^ 0x5C for byte in padded) + inner)


def keyed_hash(algorithm: str) -> Callable[[bytes, bytes], bytes]:
    """Return the ticket function of the algorithm; the machine's own SM3 if it has one, else ours."""
    if algorithm == "HMAC-SHA-256":
        return lambda key, message: hmac.digest(key, message, "sha256")
    if algorithm != "HMAC-SM3":
        raise Unreadable(f"未知的派位算法 / unknown ticket algorithm: {algorithm}")
    try:
        hashlib.new("sm3")
    except ValueError:
        return hmac_sm3
    return lambda key, message: hmac.digest(key, message, "sm3")


def canonical(value: object) -> bytes:
    """Return the canonical JSON of the value."""
    return ENCODER.encode(value).encode()


def merkle_root(leaves: Sequence[bytes]) -> str:
    """Return the tree head. Source: RFC 6962, 2.1."""
    level = [hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves]
    while len(level) > 1:
        pairs = [
            hashlib.sha256(b"\x01" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)
        ]
        level = pairs + level[2 * len(pairs) :]
    return (level[0] if level else hashlib.sha256(b"").digest()).hex()


def seed_of(lottery_id: str, list_digest: str, values: Sequence[tuple[str, str]]) -> str:
    """Return the seed, 64 hexadecimal digits."""
    lines = ["jiujin-seed-1", lottery_id, list_digest, *(f"{name}={value}" for name, value in values)]
    return hashlib.sha256("".join(line + "\n" for line in lines).encode()).hexdigest()


def _load(bundle: Mapping[str, bytes], name: str) -> Any:
    try:
        return json.loads(bundle[name])
    except (KeyError, ValueError, RecursionError) as problem:
        raise Unreadable(f"{name} 缺失或无法读取 / is missing or unreadable: {problem}") from problem


def _manifest_faults(bundle: Mapping[str, bytes]) -> list[str]:
    listed = _load(bundle, "MANIFEST.json")
    found = [f"缺少文件 / file missing: {name}" for name in FILES if name not in bundle]
    found += [f"多余文件 / unexpected file: {name}" for name in sorted(set(bundle) - {*FILES, *LATER_FILES})]
    for name in sorted({*FILES[1:], *LATER_FILES} & set(bundle)):
        if listed.get(name) != hashlib.sha256(bundle[name]).hexdigest():
            found.append(f"文件与清单摘要不符 / file differs from the manifest: {name}")
    return found


def _list_faults(bundle: Mapping[str, bytes], entry_list: Any, leaves: Sequence[bytes]) -> list[str]:
    found = []
    receipts = [entry["receipt"] for entry in entry_list["entries"]]
    # No text in JSON holds a bare quotation mark, so the empty list below can only be that of the entries.
    before, key, after = canonical({**entry_list, "entries": []}).partition(b'"entries":[')
    if b"".join((before, key, b",".join(leaves), after)) != bundle["entry_list.json"]:
        found.append("名单不是规范格式 / the entry list is not in canonical form")
    if receipts != sorted(set(receipts)):
        found.append("名单未按报名号排序或有重复 / receipts on the list are not sorted or not unique")
    if entry_list["plan_digest"] != hashlib.sha256(bundle["round.json"]).hexdigest():
        found.append("round.json 不是名单所绑定的方案 / round.json is not the plan the list is bound to")
    return found


def _record_faults(
    record: Any, entry_list: Any, leaves: Sequence[bytes], digest: str, seed: str
) -> list[str]:
    expected = {
        "format": "jiujin-draw-record-1",
        "lottery_id": entry_list["lottery_id"],
        "entry_list_digest": digest,
        "merkle_root": merkle_root(leaves),
        "count": len(entry_list["entries"]),
        "ticket_algorithm": entry_list["ticket_algorithm"],
        "seed": seed,
    }
    return [
        f"派位记录的 {key} 不符 / the draw record's {key} is {record.get(key)}, should be {expected.get(key)}"
        for key in sorted({*expected, *record})
        if record.get(key) != expected.get(key)
    ]


def _urns(entry: Any, scope: str, tracks: Mapping[str, str]) -> set[str]:
    lines = [choice[0] for choice in entry["choices"]]
    if scope == "track":
        found = {tracks[line] for line in lines}
        return found | {"public"} if entry["fallback_rank"] is not None else found
    if scope == "round":
        return {"all"} if lines or entry["fallback_rank"] is not None else set()
    return set(lines) | ({"coordination"} if entry["fallback_rank"] is not None else set())


def tickets_of(entry_list: Any, plan: Any, seed: str, added: Sequence[Any]) -> dict[tuple[str, str], str]:
    """Return every ticket by (receipt, urn), 64 hexadecimal digits."""
    mac, key = keyed_hash(entry_list["ticket_algorithm"]), bytes.fromhex(seed)
    tracks = {line["line_id"]: line["track"] for line in plan["lines"]}
    found = {}
    for entry in [*entry_list["entries"], *added]:
        ball = entry["group"] or entry["receipt"]
        for urn in _urns(entry, entry_list["ticket_scope"], tracks):
            message = "\n".join(("jiujin-ticket-1", entry_list["lottery_id"], urn, ball)).encode()
            found[entry["receipt"], urn] = mac(key, message).hex()
    return found


def _ticket_faults(bundle: Mapping[str, bytes], expected: Mapping[tuple[str, str], str]) -> list[str]:
    rows = list(csv.reader(io.StringIO(bundle["tickets.csv"].decode())))
    if rows[:1] != [["receipt", "urn", "ticket"]] or any(len(row) != 3 for row in rows):
        return ["tickets.csv 列不符 / tickets.csv has other columns"]
    published = {(row[0], row[1]): row[2] for row in rows[1:]}
    found = ["tickets.csv 有重复行 / tickets.csv repeats a row"] if len(published) < len(rows) - 1 else []
    if published == expected:
        return found
    differing = {key for key in {*published, *expected} if published.get(key) != expected.get(key)}
    return found + [
        f"派位号不符 / ticket differs: {key[0]} ({key[1]}): {published.get(key)}, should be {expected.get(key)}"
        for key in sorted(differing)
    ]


def _outside_faults(
    entry_list: Any, list_digest: str, values: Sequence[tuple[str, str]], seen: Mapping[str, Any]
) -> list[str]:
    found = []
    if seen.get("list_digest") not in (None, list_digest):
        found.append(f"名单摘要与公布的不符 / the list's digest is {list_digest}, not the one announced")
    if seen.get("policy_digest") not in (None, entry_list["policy_digest"]):
        found.append("政策摘要与公布的不符 / the policy digest is not the one announced")
    if [name for name, _ in values] != entry_list["public_value_names"]:
        found.append("公开数值不是事先指定的那些 / the public values are not those named beforehand")
    for name, value in (seen.get("values") or {}).items():
        if dict(values).get(name) != value:
            found.append(f"公开数值与来源不符 / public value {name} is {dict(values).get(name)}, not {value}")
    return found


def faults(bundle: Mapping[str, bytes], **seen: Any) -> list[str]:
    """Return everything wrong with the draw in the bundle; the empty list is good news.

    seen -- list_digest, policy_digest, values (name -> value) as published elsewhere, if known
    """
    try:
        found = _manifest_faults(bundle)
        entry_list, plan = _load(bundle, "entry_list.json"), _load(bundle, "round.json")
        values = [(name, value) for name, value in _load(bundle, "public_values.json")]
        amendments = _load(bundle, "amendments.json")
        list_digest = hashlib.sha256(bundle["entry_list.json"]).hexdigest()
        seed = seed_of(entry_list["lottery_id"], list_digest, values)
        leaves = [canonical(entry) for entry in entry_list["entries"]]
        found += _list_faults(bundle, entry_list, leaves)
        found += _outside_faults(entry_list, list_digest, values, seen)
        record = _load(bundle, "draw_record.json")
        found += _record_faults(record, entry_list, leaves, list_digest, seed)
        found += _ticket_faults(bundle, tickets_of(entry_list, plan, seed, amendments["added"]))
    except Unreadable as problem:
        return [str(problem)]
    except MALFORMED as problem:
        return [f"结果包格式不符 / the bundle is malformed: {type(problem).__name__}: {problem}"]
    return found


def read(path: Path) -> dict[str, bytes]:
    """Return the files of a bundle, from a folder or a zip. Ends the program with status 2 when it is neither."""
    try:
        if path.is_dir():
            return {item.name: item.read_bytes() for item in path.iterdir() if item.is_file()}
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except UNOPENED as problem:
        print(f"✗ 打不开，请检查路径或重新下载 / check the path or download it again: {path}: {problem}")
        sys.exit(2)


def main() -> int:
    parser = argparse.ArgumentParser(description="重算派位号 / draw the tickets again")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--list-digest")
    parser.add_argument("--policy-digest")
    parser.add_argument("--value", action="append", default=[], metavar="NAME=VALUE")
    asked = parser.parse_args()
    if any("=" not in item for item in asked.value):
        parser.error("请写 --value 名称=数值 / write --value NAME=VALUE")
    values = dict(item.split("=", 1) for item in asked.value)
    bundle = read(asked.bundle)
    found = faults(bundle, list_digest=asked.list_digest, policy_digest=asked.policy_digest, values=values)
    for fault in found:
        print("✗", fault)
    if found:
        print(f"派位核验不通过，{len(found)} 处 / the draw does NOT check: {len(found)} fault(s)")
        return 1
    print("名单摘要 / entry-list digest:", hashlib.sha256(bundle["entry_list.json"]).hexdigest())
    print("种子 / seed:", json.loads(bundle["draw_record.json"])["seed"])
    print("派位核验通过：每个派位号都已重算一致 / the draw checks: every ticket was drawn again and agrees")
    return 0


if __name__ == "__main__":
    sys.exit(main())
