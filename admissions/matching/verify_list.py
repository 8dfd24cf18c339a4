"""Check that a list keeps to the terms of reserves and adjustment. Standard library only; share this file freely.

    python verify_list.py BUNDLE

BUNDLE is a folder or a zip, checked before with verify_lottery.py and verify_matching.py: those two prove that every
seat went to the first child who asked for it and that nobody was passed over. This one proves that the list they
started from asks as the plan says: seats set aside first or open seats first, and where seats spill, every child of
the open line behind all who have a claim of their own, in the very order of the open line; and a child whose family
accepts adjustment at other private schools after its whole list, behind all who listed them. It also works out again
who has a place by one of these two rules (by_rule.csv). Exit status 0: all is right; 2: no bundle.
The rules are in docs/rules/reserves.md and adjustment.md; this shares no code with the program that made the list.
"""

import csv
import io
import json
import sys
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

UNOPENED = (OSError, EOFError, RuntimeError, ValueError, zipfile.BadZipFile, zlib.error)
MALFORMED = (LookupError, TypeError, ValueError, AttributeError, RecursionError, csv.Error)
Bundle = Mapping[str, bytes]
Bids = Mapping[str, tuple[int, int, int, int]]
"""By line: (place on the list, choice, rank, rank after a lost private draw)."""


def _bids(entry: Any) -> Bids:
    return {
        line: (place, choice, rank, lost) for place, (line, choice, rank, lost) in enumerate(entry["choices"])
    }


def _reserve_faults(line: Any, children: Mapping[str, Bids]) -> Iterator[str]:
    name, opened = line["line_id"], line["reserve_of"]
    first, spills = line["reserve"]["precedence"] == "reserve_first", line["reserve"]["spills"]
    own = line["own_ranks"] if spills else None
    for receipt, bids in children.items():
        here, there = bids.get(name), bids.get(opened)
        if here is None:
            if there and spills:
                yield f"{receipt} 未列入 {name} 的溢出次序 / is left out where {name} spills"
            continue
        is_other = own is not None and here[2] > own
        if own is not None and (here[3] > own) is not is_other:
            yield f"{receipt} 在 {name} 的两个次序不在同一侧 / its two ranks at {name} are not on one side"
        if there is None:
            if is_other:
                yield f"{receipt} 没有填报 {opened} / did not list the open line"
        elif here[1] != there[1]:
            yield f"{receipt} 的 {name} 与 {opened} 不是同一志愿 / are not one choice"
        elif (here[0] < there[0]) is not (first and not is_other):
            yield f"{receipt} 申请 {name} 和 {opened} 的先后不符 / asks the two lines in the wrong order"
    if own is not None:
        yield from _order_faults(name, opened, own, children)


def _order_faults(name: str, opened: str, own: int, children: Mapping[str, Bids]) -> Iterator[str]:
    """Compare the order of the others at the reserve with theirs at the open line: alike, ties and all."""
    pairs: dict[tuple[int, int], str] = {}
    for receipt, bids in children.items():
        if name in bids and opened in bids and bids[name][2] > own:
            pairs.setdefault((bids[opened][2], bids[name][2]), receipt)
            pairs.setdefault((bids[opened][3], bids[name][3]), receipt)
    ordered = sorted(pairs)
    for before, after in pairwise(ordered):
        if before[0] == after[0] or before[1] >= after[1]:
            yield (
                f"{pairs[after]} 在 {name} 的溢出次序与 {opened} 不同 / "
                f"stands in another order where {name} spills than at {opened}"
            )


def _adjustment_faults(plan: Any, children: Mapping[str, Bids]) -> Iterator[str]:
    """Check every bid behind those who listed a private line: who may have it, where it stands, and at which rank."""
    own = {
        line["line_id"]: line["own_ranks"]
        for line in plan["lines"]
        if line["reserve_of"] is None and "own_ranks" in line
    }
    for receipt, bids in children.items():
        added = {name for name, bid in bids.items() if name in own and bid[2] > own[name]}
        if not added:
            continue
        chosen = [bid for name, bid in bids.items() if name not in added]
        if not any(name in own and name not in added for name in bids):
            yield f"{receipt} 没有填报民办而被调剂 / is adjusted without a private school on its list"
        for name in sorted(added):
            place, choice, rank, lost = bids[name]
            if any(place < bid[0] or choice <= bid[1] for bid in chosen):
                yield f"{receipt} 的调剂 {name} 不在所填志愿之后 / is not asked there after its own choices"
            if {choice} != {bids[other][1] for other in added}:
                yield f"{receipt} 的调剂不是一个志愿 / its adjustment is not one choice"
            if (rank, lost) != (own[name] + 1, own[name] + 1):
                yield f"{receipt} 在 {name} 的调剂次序不是填报者之后的一个次序 / stands elsewhere than right behind"


def _by_rule_faults(bundle: Bundle, plan: Any, children: Mapping[str, Bids]) -> Iterator[str]:
    """Work out by_rule.csv again from the places and the list."""
    lines = {line["line_id"]: line for line in plan["lines"] if "own_ranks" in line}
    placed = csv.DictReader(io.StringIO(bundle["placements.csv"].decode()))
    due = {
        (row["receipt"], row["line_id"], "spilled" if lines[row["line_id"]]["reserve_of"] else "adjusted")
        for row in placed
        if row["reason"] == "admitted"
        and row["line_id"] in lines
        and children[row["receipt"]][row["line_id"]][2] > lines[row["line_id"]]["own_ranks"]
    }
    told = [tuple(row.values()) for row in csv.DictReader(io.StringIO(bundle["by_rule.csv"].decode()))]
    for row in sorted(due.symmetric_difference(told)):
        yield f"by_rule.csv 不符 / is not what follows from list and places: {', '.join(map(str, row))}"
    if len(told) != len(set(told)):
        yield "by_rule.csv 有重复行 / repeats a row"


def faults(bundle: Bundle) -> list[str]:
    """Return everything on the list that is not as its plan says; the empty list is good news."""
    try:
        plan = json.loads(bundle["round.json"])
        ruled = any({"reserve", "own_ranks"} & line.keys() for line in plan["lines"])
        if not ruled and "by_rule.csv" not in bundle:
            return []
        entry_list = json.loads(bundle["entry_list.json"])
        added = json.loads(bundle["amendments.json"])["added"]
        children = {entry["receipt"]: _bids(entry) for entry in [*entry_list["entries"], *added]}
        found: list[str] = []
        for line in plan["lines"]:
            if "reserve" in line:
                found += _reserve_faults(line, children)
        found += _adjustment_faults(plan, children)
        found += _by_rule_faults(bundle, plan, children)
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
    if len(sys.argv) != 2:
        print("用法 / usage: python verify_list.py BUNDLE")
        return 2
    found = faults(read(Path(sys.argv[1])))
    for fault in found:
        print("✗", fault)
    if found:
        print(f"名单核验不通过，{len(found)} 处 / the list does NOT check: {len(found)} fault(s)")
        return 1
    print("名单核验通过：每个孩子都按公布的先后和次序申请 / the list checks: everybody asks as published")
    return 0


if __name__ == "__main__":
    sys.exit(main())
