"""Place every child of a public bundle again and compare. Standard library only; share this file freely.

    python verify.py BUNDLE

BUNDLE is a folder or a zip. Lists, policy digest, public values and results are all it reads: seed and tickets are
computed here again. Exit status 0: everything is right; 2: no bundle. Rules: docs/lottery.md; no code is shared.
"""

import csv
import hashlib
import io
import json
import sys
import zipfile
import zlib
from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from runpy import run_path
from typing import Any, NamedTuple, cast

UNOPENED = (OSError, EOFError, RuntimeError, ValueError, zipfile.BadZipFile, zlib.error)
MALFORMED = (LookupError, TypeError, ValueError, AttributeError, RecursionError, csv.Error)
Standing = tuple[int, int, str]  # rank as it counted, ticket, receipt: at a line the smaller goes first
Standings = Mapping[str, dict[str, Standing]]  # by receipt and line
Held = dict[str, list[Standing]]  # by line, the first first
Seats = Mapping[str, int]
Bundle = Mapping[str, bytes]
Coordinated = Mapping[str, tuple[str, str]]


class Unreadable(Exception):
    """The bundle cannot be read far enough to check the rest."""


class Child(NamedTuple):
    """`bids` are (line, choice, rank, rank after a lost private draw) in the order in which the child asks."""

    receipt: str
    group: str | None
    may_split: bool
    bids: list[tuple[str, int, int, int]]
    fallback: tuple[int, int, str] | None


class Round(NamedTuple):
    lines: dict[str, Any]
    stages: list[Any]
    coordination: Any
    ticket: Callable[[str, str], int]
    children: dict[str, Child]
    withdrawn: dict[str, Child]


class Answer(NamedTuple):
    """The round as placed again here."""

    got: dict[str, str]
    held: Held
    standing: dict[str, dict[str, Standing]]
    behind: set[str]
    struck: list[tuple[str, str]]


def _sm3() -> Callable[[bytes], bytes]:
    """Return SM3 as verify_lottery.py writes it out: it lies beside this file in every bundle."""
    here = Path(__file__).parent
    for neighbour in (here / "verify_lottery.py", here.parent / "lottery" / "verify.py"):
        if neighbour.exists():
            return cast("Callable[[bytes], bytes]", run_path(str(neighbour))["sm3"])
    raise Unreadable("需要同一文件夹里的 verify_lottery.py / SM3 needs verify_lottery.py in the same folder")


def _mac(algorithm: str, key: bytes) -> Callable[[str], int]:
    """Return HMAC (RFC 2104) under a key of 32 bytes; its two hashes begin alike for every text."""
    name = {"HMAC-SHA-256": "sha256", "HMAC-SM3": "sm3"}[algorithm]
    inside, outside = (bytes(b ^ pad for b in key.ljust(64, b"\0")) for pad in (0x36, 0x5C))
    try:
        inner, outer = hashlib.new(name, inside), hashlib.new(name, outside)
    except ValueError:  # many a Python has no SM3
        sm3 = _sm3()
        return lambda text: int.from_bytes(sm3(outside + sm3(inside + text.encode())), "big")

    def mac(text: str) -> int:
        first, second = inner.copy(), outer.copy()
        first.update(text.encode())
        second.update(first.digest())
        return int.from_bytes(second.digest(), "big")

    return mac


def _json(bundle: Bundle, name: str) -> Any:
    try:
        return json.loads(bundle[name])
    except (KeyError, ValueError, RecursionError) as problem:
        raise Unreadable(f"{name} 缺失或无法读取 / is missing or unreadable: {problem}") from problem


def _table(bundle: Bundle, name: str, columns: str, keys: int) -> dict[Any, tuple[str, ...]]:
    """Return the rest of each row by its first column, or its first two, which no two rows may share."""
    header, *rows = csv.reader(io.StringIO(bundle[name].decode()))
    if header != columns.split() or {len(header)} != {len(header), *map(len, rows)}:
        raise Unreadable(f"{name} 列不符 / has other columns than {columns}")
    found = {row[0] if keys == 1 else (row[0], row[1]): tuple(row[keys:]) for row in rows}
    if len(found) < len(rows):
        raise Unreadable(f"{name} 有重复行 / repeats a row")
    return found


def _tickets(bundle: Bundle, entry_list: Any, plan: Any) -> Callable[[str, str], int]:
    """Return (line, ball) -> ticket, from the seed computed here; line "" is coordinated placement."""
    digest = hashlib.sha256(bundle["entry_list.json"]).hexdigest()
    values = [f"{name}={value}" for name, value in _json(bundle, "public_values.json")]
    lines = ["jiujin-seed-1", entry_list["lottery_id"], digest, *values, ""]
    mac = cache(_mac(entry_list["ticket_algorithm"], hashlib.sha256("\n".join(lines).encode()).digest()))
    tracks = {line["line_id"]: line["track"] for line in plan["lines"]} | {"": "public"}
    by_line, alike = {name: name or "coordination" for name in tracks}, dict.fromkeys(tracks, "all")
    urns = {"track": tracks, "round": alike, "line": by_line}[entry_list["ticket_scope"]]
    start = f"jiujin-ticket-1\n{entry_list['lottery_id']}\n"
    starts = {line: f"{start}{urn}\n" for line, urn in urns.items()}
    return lambda line, ball: mac(starts[line] + ball)


def _child(entry: Any, ticket: Callable[[str, str], int], stage_of: Mapping[str, int]) -> Child:
    bids, rank, fallback = entry["choices"], entry["fallback_rank"], None
    bids.sort(key=lambda bid: stage_of[bid[0]])  # earlier stages first, then as listed
    if rank is not None:
        fallback = (rank, ticket("", entry["group"] or entry["receipt"]), entry["fallback_commitment"])
    return Child(entry["receipt"], entry["group"], entry["split_allowed"], bids, fallback)


def _round(bundle: Bundle) -> Round:
    entry_list, plan = _json(bundle, "entry_list.json"), _json(bundle, "round.json")
    amendments = _json(bundle, "amendments.json")
    if hashlib.sha256(bundle["round.json"]).hexdigest() != entry_list["plan_digest"]:
        raise Unreadable("round.json 不是名单所绑定的方案 / round.json is not the plan the list is bound to")
    ticket = _tickets(bundle, entry_list, plan)
    stage_of = {name: index for index, stage in enumerate(plan["stages"]) for name in stage["line_ids"]}
    everybody = [_child(entry, ticket, stage_of) for entry in [*entry_list["entries"], *amendments["added"]]]
    children = {child.receipt: child for child in everybody}
    if len(children) < len(everybody):
        raise Unreadable("报名号重复 / a receipt appears twice")
    withdrawn = {receipt: children.pop(receipt) for receipt in amendments["withdrawn"]}
    lines = {line["line_id"]: line for line in plan["lines"]}
    for name, seats in amendments["seats"].items():
        lines[name]["seats"] = seats
    return Round(lines, plan["stages"], plan["coordination"], ticket, children, withdrawn)


def _defer(askers: Iterable[str], wishes: Standings, seats: Seats, held: Held) -> None:
    """Each line holds its first askers; whoever is turned away asks on at once, after that line."""
    for receipt in askers:
        left = iter(wishes[receipt].items())
        while asked := next(left, None):
            name, mine = asked
            here = held[name]
            if len(here) == seats[name] and not (here and mine < here[-1]):
                continue
            insort(here, mine)
            if len(here) <= seats[name]:
                break
            out = wishes[here.pop()[2]]
            left = iter([*out.items()][[*out].index(name) + 1 :])


def _splitting(
    members: Sequence[Child], wishes: Standings, got: Mapping[str, str]
) -> tuple[int, str, str] | None:
    """The line that took one of the group and turned another away, first on the list; with the group's ticket."""
    for member in members:
        for name in wishes[member.receipt]:
            here = [other.receipt for other in members if name in wishes[other.receipt]]
            if not any(got.get(receipt) == name for receipt in here):
                continue
            for receipt in here:
                listed = [*wishes[receipt]]
                place = listed.index(got[receipt]) if receipt in got else len(listed)
                if place > listed.index(name):
                    return min(wishes[one][name][1] for one in here), str(member.group), name
    return None


def _fill(round_: Round, wishes: dict[str, dict[str, Standing]], seats: Seats, answer: Answer) -> None:
    """One stage, until no twin group is split. Who asks first changes nothing: only the twins need ask again."""
    may_split = {child.group for child in round_.children.values() if child.may_split} | {None}
    groups: dict[str, list[Child]] = defaultdict(list)
    for receipt in sorted(wishes):
        if (child := round_.children[receipt]).group not in may_split:
            groups[str(child.group)].append(child)
    twins = {child.receipt for members in groups.values() for child in members}
    others: Held = {name: [] for name in seats}
    _defer([receipt for receipt in wishes if receipt not in twins], wishes, seats, others)
    while True:
        held = {name: [*here] for name, here in others.items()}
        _defer(twins, wishes, seats, held)
        got = {standing[2]: name for name, here in held.items() for standing in here}
        splits = [found for members in groups.values() if (found := _splitting(members, wishes, got))]
        if not splits:
            break
        _, group, line = min(splits)
        answer.struck.append((group, line))
        for child in groups[group]:
            wishes[child.receipt] = {name: at for name, at in wishes[child.receipt].items() if name != line}
    answer.got.update(got)
    answer.held.update(held)


def _counted(losers: str, rank: int, lost_rank: int, highest: int) -> int:
    """Return the rank that counts for a child who tried a private line in an earlier stage."""
    return {"class_kept": rank, "same_class_last": lost_rank, "after_all": highest + rank}[losers]


def _place(round_: Round) -> Answer:
    answer = Answer({}, {}, {receipt: {} for receipt in round_.children}, set(), [])
    private: set[str] = set()
    for stage in round_.stages:
        seats = {name: round_.lines[name]["seats"] for name in stage["line_ids"]}
        listed = (bid for child in round_.children.values() for bid in child.bids if bid[0] in seats)
        highest = max((bid[2] for bid in listed), default=0)
        wishes: dict[str, dict[str, Standing]] = {}
        for receipt, child in round_.children.items():
            if receipt in answer.got:
                continue
            tried = not private.isdisjoint(answer.standing[receipt])
            mine, ball = {}, child.group or receipt
            for line, _, rank, lost_rank in child.bids:
                if line in seats:
                    counted = _counted(stage["losers"], rank, lost_rank, highest) if tried else rank
                    mine[line] = (counted, round_.ticket(line, ball), receipt)
            if mine:
                wishes[receipt] = mine
                answer.standing[receipt].update(mine)
                if tried and stage["losers"] != "class_kept":
                    answer.behind.add(receipt)
        _fill(round_, wishes, seats, answer)
        private |= {name for name in seats if round_.lines[name]["track"] == "private"}
    return answer


def _ends(round_: Round, held: Held) -> dict[str, Standing]:
    """Return the last standing admitted at each line whose seats are all taken."""
    return {
        name: here[-1] for name, here in held.items() if here and len(here) >= round_.lines[name]["seats"]
    }


def _cutoffs(round_: Round, answer: Answer) -> dict[str, tuple[str, ...]]:
    """Return the rows of cutoffs.csv by line."""
    listed = Counter(bid[0] for child in round_.children.values() for bid in child.bids)
    ends = _ends(round_, answer.held)
    end = {name: (str(rank), f"{ticket:064x}") for name, (rank, ticket, _) in ends.items()}
    return {
        name: (str(line["seats"]), str(listed[name]), str(len(answer.held[name])), *end.get(name, ("", "")))
        for name, line in round_.lines.items()
    }


def _reasons(round_: Round, answer: Answer) -> Iterator[tuple[str, str, int, str]]:
    """Yield receipt, line, choice and public reason of every bid, derived from the placements alone."""
    ends, reserve, struck = _ends(round_, answer.held), dict[str, Standing](), set(answer.struck)
    for receipt, name in answer.got.items():
        open_line, standing = round_.lines[name]["reserve_of"], answer.standing[receipt]
        if open_line in standing:  # the last at an open line among the children on seats set aside from it
            reserve[open_line] = max(standing[open_line], reserve.get(open_line, standing[open_line]))
    for receipt, child in round_.withdrawn.items():
        yield from ((receipt, bid[0], bid[1], "withdrawn") for bid in child.bids)
    for receipt, child in round_.children.items():
        got, met = answer.got.get(receipt), False
        for line, choice, rank, _ in child.bids:
            if line == got:
                reason, met = "admitted", True
            elif met:
                reason = "higher_choice_won"
            elif (child.group, line) in struck:
                reason = "group_kept_together"
            elif line in reserve and answer.standing[receipt][line] < reserve[line]:
                reason = "filled_by_reserve"
            else:
                behind = receipt in answer.behind
                reason = _lost(answer.standing[receipt][line], ends.get(line), rank, behind)
            yield receipt, line, choice, reason


def _lost(standing: Standing, end: Standing | None, own_rank: int, behind: bool) -> str:
    if end is None:
        return "no_seats"
    if behind and (own_rank, standing[1]) < end[:2]:
        return "private_draw_lost"
    return "same_category_ticket" if standing[0] == end[0] else "rank_below_cutoff"


def _reason_faults(bundle: Bundle, expected: Sequence[tuple[str, str, int, str]]) -> list[str]:
    """Compare reasons.csv: first as text, row by row in any order; if that differs, cell by cell."""
    columns, text = "receipt line_id choice reason", io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([columns.split(), *expected])
    if sorted(bundle["reasons.csv"].decode().split("\n")) == sorted(text.getvalue().split("\n")):
        return []
    due = {(receipt, line): (str(choice), reason) for receipt, line, choice, reason in expected}
    return _differences("理由 / reason", due, _table(bundle, "reasons.csv", columns, 2))


class Seating:
    """Children on seats, for coordinated placement; via[a][b] are those on line a who could sit on b."""

    def __init__(self, reach: Mapping[str, Sequence[str]], seats: Seats) -> None:
        self.reach, self.left = reach, dict(seats)
        self.at: dict[str, str] = {}
        self.via: dict[str, dict[str, set[str]]] = {name: defaultdict(set) for name in seats}

    def seat(self, receipt: str, names: Sequence[str]) -> bool:
        """Seat the child at one of the lines, moving others along a chain; say whether it could be done."""
        came = dict.fromkeys(names, (receipt, ""))
        queue = list(came)
        for name in queue:
            if self.left[name] > 0:
                while name:
                    mover, before = came[name]
                    if before:
                        self._leave(mover)
                    self.at[mover] = name
                    self.left[name] -= 1
                    for other in self.reach[mover]:
                        self.via[name][other].add(mover)
                    name = before
                return True
            found = [other for other, movers in self.via[name].items() if movers and other not in came]
            came |= {other: (next(iter(self.via[name][other])), name) for other in found}
            queue += found
        return False

    def _leave(self, receipt: str) -> None:
        self.left[self.at[receipt]] += 1
        for other in self.reach[receipt]:
            self.via[self.at[receipt]][other].discard(receipt)

    def settle(self, receipt: str) -> None:
        """Give the child the nearest line with which everybody seated stays seated, for good."""
        here = self.at[receipt]
        self._leave(receipt)
        for name in self.reach[receipt]:
            if name == here:
                break
            if self.seat(receipt, [name]):
                self._leave(receipt)
                break
        self.left[self.at[receipt]] -= 1


def _coordination_faults(round_: Round, bundle: Bundle, answer: Answer, published: Coordinated) -> list[str]:
    """Compare the coordinated placements (receipt -> line, nearness) with those found here."""
    if round_.coordination is None:
        return [f"{r}：本批次没有统筹安排 / no coordinated placement in this round" for r in published]
    opened = _json(bundle, "coordination.json")
    without = (child for receipt, child in round_.children.items() if receipt not in answer.got)
    waiting = {child.receipt: child.fallback for child in without if child.fallback is not None}
    found = [f"{r} 的就近次序未公开 / nearest lines are not opened" for r in waiting if r not in opened]
    for receipt in opened:
        text = "".join(f"{part}\n" for part in [opened[receipt]["salt"], *opened[receipt]["line_ids"]])
        if receipt not in waiting:
            found.append(f"{receipt} 的就近次序不应公开 / nearest lines are opened needlessly")
        elif hashlib.sha256(text.encode()).hexdigest() != waiting[receipt][2]:
            found.append(f"{receipt} 的就近次序与名单承诺不符 / nearest lines are not those of the list")
    if found:
        return found
    taken = Counter(answer.got.values())
    seats = {
        name: max(round_.lines[name]["seats"] - taken[name], 0) for name in round_.coordination["line_ids"]
    }
    order = sorted(waiting, key=lambda receipt: (waiting[receipt][:2], receipt))
    reach = {r: [name for name in opened[r]["line_ids"] if seats.get(name)] for r in order}
    seating = Seating(reach, seats)
    seated = [receipt for receipt in order if seating.seat(receipt, reach[receipt])]
    if round_.coordination["rule"] == "least_total_walk":
        return _walk_faults(reach, seats, len(seated), opened, published)
    for receipt in seated:
        seating.settle(receipt)
    expected = {r: (seating.at[r], str(opened[r]["line_ids"].index(seating.at[r]) + 1)) for r in seated}
    return _differences("统筹安排 / coordinated placement", expected, published)


def _walk_faults(reach: Any, seats: Seats, most: int, opened: Any, published: Coordinated) -> list[str]:
    """Metres are not public: here only that seats, reach and the number of children placed are right."""
    used = Counter(name for name, _ in published.values())
    above = sorted(name for name in used if used[name] > seats.get(name, 0))
    found = [f"{name} 统筹超出空余学位 / coordinated above the seats left" for name in above]
    for receipt, (name, near) in sorted(published.items()):
        if name not in reach.get(receipt, ()) or opened[receipt]["line_ids"][int(near) - 1] != name:
            found.append(f"{receipt} 统筹到范围外的 {name} / coordinated to a line out of reach")
    if len(published) < most:
        found.append("可统筹的人数多于公布人数 / more children could have been coordinated")
    return found


def _differences(what: str, expected: Mapping[Any, Any], published: Mapping[Any, Any]) -> list[str]:
    if expected == published:
        return []
    pairs = ((key, published.get(key), expected.get(key)) for key in {*expected, *published})
    told = "{}：{} 公布为 {}，应为 {} / published {}, should be {}"
    return sorted(told.format(what, key, was, due, was, due) for key, was, due in pairs if was != due)


def _lawful_faults(round_: Round, answer: Answer, got: Mapping[str, str]) -> list[str]:
    """Check the published placements by themselves: seats, lists, and that no one was passed over."""
    on: Held = {name: [] for name in round_.lines}
    found = []
    for receipt, name in sorted(got.items()):
        child = round_.children.get(receipt)
        if child is None or name not in [bid[0] for bid in child.bids]:
            found.append(f"{receipt} 没有填报 {name} / did not list it, or is not on the list")
        elif name in answer.standing[receipt]:
            on[name].append(answer.standing[receipt][name])
    end: dict[str, tuple[Any, ...]] = {}  # who stands before this belongs on the line
    for name, line in sorted(round_.lines.items()):
        if len(on[name]) > line["seats"]:
            found.append(f"{name} 超计划录取 / above plan: {len(on[name])} > {line['seats']}")
        end[name] = (sys.maxsize,) if len(on[name]) < line["seats"] else max(on[name], default=())
    struck = set(answer.struck)
    for receipt, child in round_.children.items():
        here = got.get(receipt)
        for line, standing in answer.standing[receipt].items():
            if line == here:
                break
            if standing < end[line] and (child.group, line) not in struck:
                found.append(f"{receipt} 在 {line} 被越过 / was passed over there")
    return found


def _result_faults(bundle: Bundle) -> list[str]:
    round_ = _round(bundle)
    answer = _place(round_)
    rows = _table(bundle, "placements.csv", "receipt line_id choice nearest reason", 1)
    coordinated = {receipt: (row[0], row[2]) for receipt, row in rows.items() if row[3] == "coordinated"}
    expected = dict.fromkeys(round_.withdrawn, ("", "", "", "withdrawn"))
    expected |= dict.fromkeys(round_.children, ("", "", "", "not_placed"))
    for receipt in coordinated.keys() & round_.children.keys():  # compared by itself below
        expected[receipt] = (coordinated[receipt][0], "", coordinated[receipt][1], "coordinated")
    for receipt, name in answer.got.items():
        choice = next(bid[1] for bid in round_.children[receipt].bids if bid[0] == name)
        expected[receipt] = (name, str(choice), "", "admitted")
    admitted = {receipt: row[0] for receipt, row in rows.items() if row[3] == "admitted"}
    found = _lawful_faults(round_, answer, admitted)
    found += _differences("录取 / placement", expected, rows)
    found += _coordination_faults(round_, bundle, answer, coordinated)
    told = _table(bundle, "cutoffs.csv", "line_id seats applicants admitted rank ticket", 1)
    found += _differences("分数线（次序线） / cut-off", _cutoffs(round_, answer), told)
    struck = list(_table(bundle, "struck.csv", "group line_id", 2))
    if struck != answer.struck:
        found.append(f"多胞胎处理不符 / twin groups: published {struck}, should be {answer.struck}")
    return found + _reason_faults(bundle, [*_reasons(round_, answer)])


def _manifest_faults(bundle: Bundle) -> list[str]:
    listed = _json(bundle, "MANIFEST.json")
    return [
        f"文件与清单摘要不符 / file missing or not as in the manifest: {name}"
        for name in sorted({*listed, *bundle} - {"MANIFEST.json"})
        if name not in bundle or listed.get(name) != hashlib.sha256(bundle[name]).hexdigest()
    ]


def faults(bundle: Bundle) -> list[str]:
    """Return everything wrong with the placements in the bundle; the empty list is good news."""
    try:
        return _manifest_faults(bundle) + _result_faults(bundle)
    except Unreadable as problem:
        return [str(problem)]
    except MALFORMED as problem:
        return [f"结果包格式不符 / the bundle is malformed: {type(problem).__name__}: {problem}"]


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
        print("用法 / usage: python verify.py BUNDLE")
        return 2
    found = faults(read(Path(sys.argv[1])))
    for fault in found:
        print("✗", fault)
    bad = f"录取核验不通过，{len(found)} 处 / the placements do NOT check: {len(found)} fault(s)"
    good = "录取核验通过：每个学位、次序线和理由都已重算一致 / the placements check: all was computed again and agrees"
    print(bad if found else good)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
