"""Give every freed place on again and compare. Standard library only; share this file freely.

    python verify_moves.py BUNDLE

BUNDLE is a folder or a zip, checked before with verify_lottery.py and verify_matching.py: tickets, placements and
reasons are taken from it as those two found them. Exit status 0: all of it is right; 2: no bundle.
The rule is in docs/rules/after-results.md; this shares no code with the program that made the moves.
"""

import csv
import hashlib
import io
import json
import sys
import zipfile
import zlib
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path
from runpy import run_path
from typing import Any

UNOPENED = (OSError, EOFError, RuntimeError, ValueError, zipfile.BadZipFile, zlib.error)
MALFORMED = (LookupError, TypeError, ValueError, AttributeError, StopIteration, RecursionError, csv.Error)
Bundle = Mapping[str, bytes]
Standing = tuple[int, int, int, str]
SETTLED = ("admitted", "higher_choice_won", "withdrawn")


class Wrong(Exception):
    """Something that makes everything after it worthless."""


def _hash(name: str, data: bytes) -> bytes:
    """Hash with SHA-256 or SM3; verify_lottery.py, beside this file in every bundle, writes SM3 out."""
    try:
        return hashlib.new(name, data).digest()
    except ValueError:  # many a Python has no SM3
        here = Path(__file__).parent
        for neighbour in (here / "verify_lottery.py", here.parent / "lottery" / "verify.py"):
            if neighbour.exists():
                return bytes(run_path(str(neighbour))[name](data))
        raise Wrong(
            "需要同一文件夹里的 verify_lottery.py / SM3 needs verify_lottery.py in the same folder"
        ) from None


def _rows(bundle: Bundle, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(bundle[name].decode())))


class Round:
    """The round as drawn: where every child stands at every line, and what it holds."""

    def __init__(self, bundle: Bundle) -> None:
        plan = json.loads(bundle["round.json"])
        self.list = json.loads(bundle["entry_list.json"])
        self.entries = {entry["receipt"]: entry for entry in self.list["entries"]}
        self.seats = {line["line_id"]: line["seats"] for line in plan["lines"]}
        self.drawn_seats = dict(self.seats)
        self.left_off: set[str] = set()
        self.track = {line["line_id"]: line["track"] for line in plan["lines"]}
        self.stages = plan["stages"]
        self.stage = {line: place for place, stage in enumerate(self.stages) for line in stage["line_ids"]}
        self.seed = bytes.fromhex(json.loads(bundle["draw_record.json"])["seed"])
        drawn = {(row["receipt"], row["urn"]): int(row["ticket"], 16) for row in _rows(bundle, "tickets.csv")}
        self.drawn = drawn
        self.held = {
            row["receipt"]: row["line_id"] for row in _rows(bundle, "placements.csv") if row["line_id"]
        }
        self.admitted = {
            row["receipt"]: row["line_id"]
            for row in _rows(bundle, "placements.csv")
            if row["reason"] == "admitted"
        }
        self.highest: dict[int, int] = defaultdict(int)
        for entry in self.entries.values():
            for line, _, rank, _ in entry["choices"]:
                self.highest[self.stage[line]] = max(self.highest[self.stage[line]], rank)
        self.standing: dict[tuple[str, str], Standing] = {}
        self.wishes: dict[str, list[str]] = defaultdict(list)
        for row in _rows(bundle, "reasons.csv"):
            receipt, line = row["receipt"], row["line_id"]
            if row["reason"] not in SETTLED:
                self.standing[receipt, line] = self.stand(self.entries[receipt], line)
                self.wishes[receipt].append(line)
        for receipt, lines in self.wishes.items():
            lines.sort(key=lambda line: self.turn(self.entries[receipt], line))
        split = {e["group"] for e in self.entries.values() if e["split_allowed"]}
        self.group = {
            r: e["group"] for r, e in self.entries.items() if e["group"] and e["group"] not in split
        }

    def _urn(self, line: str) -> str:
        return str({"track": self.track[line], "round": "all", "line": line}[self.list["ticket_scope"]])

    def turn(self, entry: Any, line: str) -> tuple[int, int]:
        listed = [choice[0] for choice in entry["choices"]]
        return self.stage[line], listed.index(line)

    def behind(self, entry: Any, line: str) -> str:
        """The loser rule that holds for the child at the line: one that tried a private line in an earlier stage."""
        tried = any(
            self.track[choice[0]] == "private" and self.stage[choice[0]] < self.stage[line]
            for choice in entry["choices"]
        )
        return self.stages[self.stage[line]]["losers"] if tried else "class_kept"

    def stand(self, entry: Any, line: str) -> Standing:
        """Where a child of the list, or one left off it, stands: (rank, 0 before or 1 within it, ticket, receipt)."""
        choice = next(item for item in entry["choices"] if item[0] == line)
        rule, receipt = self.behind(entry, line), entry["receipt"]
        rank, within = choice[3 if rule == "same_class_last" else 2], 1
        if isinstance(rank, list):
            rank, within = rank
        if rule == "after_all":
            rank += self.highest[self.stage[line]]
        ticket = self.drawn.get((receipt, self._urn(line))) or self.draw(entry, line)
        return rank, within, ticket, receipt

    def draw(self, entry: Any, line: str) -> int:
        """The ticket of a child left off the list, from the same seed."""
        name = {"HMAC-SHA-256": "sha256", "HMAC-SM3": "sm3"}[self.list["ticket_algorithm"]]
        ball = entry["group"] or entry["receipt"]
        text = "\n".join(("jiujin-ticket-1", self.list["lottery_id"], self._urn(line), ball))
        inside, outside = (bytes(b ^ pad for b in self.seed.ljust(64, b"\0")) for pad in (0x36, 0x5C))
        return int.from_bytes(_hash(name, outside + _hash(name, inside + text.encode())), "big")


def _left_off(round_: Round, entry: Any, run: Any) -> None:
    """A child left off: a place at once where it stands before the cut-off, else a place on the waiting lists."""
    receipt = entry["receipt"]
    if receipt in round_.entries or receipt in round_.left_off:
        raise Wrong(f"{receipt} 已在名单上 / is on the list already")
    round_.left_off.add(receipt)
    lines = sorted((choice[0] for choice in entry["choices"]), key=lambda line: round_.turn(entry, line))
    for line in lines:
        mine = round_.stand(entry, line)
        others = [
            round_.stand(round_.entries[r], line) for r, name in round_.admitted.items() if name == line
        ]
        won = len(others) < round_.drawn_seats[line] or mine < max(others, default=(0, 0, 0, ""))
        if won:
            _seat(round_, receipt, line, run)
            return
        round_.standing[receipt, line] = mine
        round_.wishes[receipt].append(line)


def _seat(round_: Round, receipt: str, line: str, run: Any) -> None:
    if _free(round_, line) <= 0:
        if run["seats"].get(line, 0) <= 0:
            raise Wrong(f"{line} 没有记录增加计划 / no amendment of the plan is recorded")
        run["seats"][line] -= 1
        round_.seats[line] += 1
    round_.held[receipt] = line
    run["done"].append([receipt, "", line, "left_off"])


def _free(round_: Round, line: str) -> int:
    return int(round_.seats[line]) - sum(name == line for name in round_.held.values())


class Chain:
    """While a free seat is wanted: the smallest line, its first child that wants it (twins: all, if they fit)."""

    def __init__(self, round_: Round, run: Any, closed: set[str], out: set[str]) -> None:
        self.round, self.run, self.out = round_, run, out
        self.stay = set(round_.held) - set(run["asks"])
        self.orders: dict[str, list[str]] = defaultdict(list)
        for receipt, line in sorted(round_.standing, key=lambda key: round_.standing[key]):
            self.orders[line].append(receipt)
        taken = Counter(round_.held.values())
        self.free = {line: seats - taken[line] for line, seats in round_.seats.items() if line not in closed}

    def give_on(self) -> None:
        waiting = {line for line in self.free if self.free[line] > 0}
        while waiting:
            line = min(waiting)
            found = self.takers(line) if self.free[line] > 0 else []
            for receipt in found:
                before = self.round.held.get(receipt, "")
                self.run["done"].append([receipt, before, line, "waitlist"])
                self.round.held[receipt] = line
                self.free[line] -= 1
                if before in self.free:
                    self.free[before] += 1
                    waiting.add(before)
            if not found:
                waiting.discard(line)

    def takers(self, line: str) -> list[str]:
        for receipt in self.orders[line]:
            if self.wants(receipt, line):
                twins = self.twins(receipt, line)
                if len(twins) <= self.free[line]:
                    return twins
        return []

    def twins(self, receipt: str, line: str) -> list[str]:
        group = self.round.group.get(receipt)
        if group is None:
            return [receipt]
        return [r for r in self.orders[line] if self.round.group.get(r) == group and self.wants(r, line)]

    def wants(self, receipt: str, line: str) -> bool:
        if receipt in self.out or receipt in self.stay:
            return False
        wishes, here = self.round.wishes[receipt], self.round.held.get(receipt)
        return here not in wishes or wishes.index(line) < wishes.index(here)


def _replay(round_: Round, run: Any, closed: set[str], out: set[str]) -> list[str]:
    found = []
    for receipt, line in run["gave_up"]:
        if round_.held.pop(receipt, "") != line:
            found.append(f"{receipt} 并未持有 {line} / does not hold it")
        out.add(receipt)
    for receipt, line in run["restored"]:
        if receipt in round_.held or receipt not in out or _free(round_, line) <= 0:
            found.append(f"{receipt} 不能恢复到 {line} / cannot take it back")
        round_.held[receipt] = line
        out.discard(receipt)
    run["done"] = []
    run["seats"] = dict(run["seats"])
    for entry in run["added"]:
        _left_off(round_, entry, run)
    if any(run["seats"].values()):
        found.append(f"计划无故增加 / seats amended without need: {run['seats']}")
    Chain(round_, run, closed, out).give_on()
    if run["done"] != run["moves"]:
        found.append(f"第 {run['number']} 次递补不符 / moves differ: {run['moves']}, should be {run['done']}")
    return found


def _places(bundle: Bundle) -> dict[str, str]:
    return {row["receipt"]: row["line_id"] for row in _rows(bundle, "places.csv")}


def faults(bundle: Bundle) -> list[str]:
    """Return everything wrong with the moves in the bundle; the empty list is good news."""
    try:
        listed = json.loads(bundle["MANIFEST.json"])
        found = [
            f"文件与清单摘要不符 / file missing or not as in the manifest: {name}"
            for name in sorted({*listed, *bundle} - {"MANIFEST.json"})
            if name not in bundle or listed.get(name) != hashlib.sha256(bundle[name]).hexdigest()
        ]
        round_, moves = Round(bundle), json.loads(bundle["moves.json"])
        closed, out = set(moves["closed"]), set[str]()
        for number, run in enumerate(moves["runs"], start=1):
            if run["number"] != number:
                found.append("递补次序缺号 / a run is missing")
            found += _replay(round_, dict(run), closed, out)
        if _places(bundle) != round_.held:
            found.append("places.csv 与递补结果不符 / places.csv is not what the moves lead to")
    except Wrong as problem:
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
    if len(sys.argv) != 2:
        print("用法 / usage: python verify_moves.py BUNDLE")
        return 2
    found = faults(read(Path(sys.argv[1])))
    for fault in found:
        print("✗", fault)
    if found:
        print(f"递补核验不通过，{len(found)} 处 / the moves do NOT check: {len(found)} fault(s)")
        return 1
    print(
        "递补核验通过：每个空出的学位都按公布的次序给出 / the moves check: every freed place went on by the rule"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
