"""Read the files of a zone plan for `verify.py`, and say its verdict in words. Standard library only, Python 3.9.

Every cell that cannot be read is named by file, line and column. Words are Chinese first, English beside it.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from runpy import run_path
from types import SimpleNamespace
from typing import Any


class Unreadable(Exception):
    """A file cannot be read, contradicts another one, or is missing: which, where and why."""


LATER = re.compile(r"children_(\d{4})")
FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # before what starts so, files have an apostrophe
LONGEST_M = 8e7
# What the report of a plan drawn under rules states, none of which a plan may be judged without.
RULES = ("locked", "forbidden", "distance_cap_m", "school_caps_m", "townships")
STATED = ("lawful", "cost_km", "loads", "seats")  # by the report of every plan
MALFORMED = (LookupError, TypeError, ValueError, AttributeError)
Where = str
Row = Mapping[str, str]
Plan = Sequence[tuple[str, str]]


def rows(path: str, columns: Iterable[str]) -> Iterator[tuple[Where, Row]]:
    """Yield file and line, and the cells, of every row. Raises Unreadable."""
    name = Path(path).name
    try:
        with open(path, newline="", encoding="utf-8-sig") as handle:
            reader = csv.DictReader(handle)
            missing = [column for column in columns if column not in (reader.fieldnames or ())]
            if missing:
                raise Unreadable(f"{name}: 没有列 / no column {', '.join(missing)}")
            for cells in reader:
                where = f"{name} 第 {reader.line_num} 行 / line {reader.line_num}"
                yield where, {column: _plain(cell or "") for column, cell in cells.items() if column}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Unreadable(f"{name}: 打不开 / cannot be read: {error}") from error


def _plain(cell: str) -> str:
    text = cell.strip()
    return text[1:] if text[:1] == "'" and text.lstrip("'").startswith(FORMULA) else text


def number(where: Where, row: Row, column: str, least: float = -1e12, most: float = 1e12) -> float:
    """Return the number in the cell. Raises Unreadable, naming the cell."""
    try:
        value = float(row[column])
    except ValueError:
        value = math.nan
    if not least <= value <= most:
        raise Unreadable(f"{where}: {column} “{row[column]}” 不是可用的数 / is no usable number")
    return value


def whole(where: Where, row: Row, column: str) -> int:
    """Return the whole number from 0 in the cell. Raises Unreadable, naming the cell."""
    value = number(where, row, column, least=0)
    if value != int(value):
        raise Unreadable(f"{where}: {column} “{row[column]}” 不是整数 / is not a whole number")
    return int(value)


def known(where: Where, row: Row, column: str, ids: Container[str]) -> str:
    """Return the id in the cell, one of these. Raises Unreadable, naming the cell."""
    if row[column] not in ids:
        raise Unreadable(f"{where}: {column} “{row[column]}” 没有这个编号 / is not known")
    return row[column]


def fresh(where: Where, row: Row, column: str, ids: Container[Any]) -> str:
    """Return the id in the cell, none of these. Raises Unreadable, naming the cell."""
    if not row[column] or row[column] in ids:
        raise Unreadable(f"{where}: {column} “{row[column]}” 空白或重复 / is empty or there twice")
    return row[column]


def read_units(judge: Any, path: str, years: Sequence[int]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for where, row in rows(path, ("unit_id", "x_m", "y_m", "children", *(f"children_{y}" for y in years))):
        found[fresh(where, row, "unit_id", found)] = judge.Place(
            whole(where, row, "children"),
            number(where, row, "x_m"),
            number(where, row, "y_m"),
            tuple(whole(where, row, f"children_{year}") for year in years),
            *(number(where, row, land) if row.get(land) else 0.0 for land in ("area_m2", "outline_m")),
            row.get("township", ""),
        )
    return found


def read_schools(judge: Any, path: str, years: Sequence[int], units: Container[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for where, row in rows(path, ("school_id", "unit_id", "seats", *(f"seats_{year}" for year in years))):
        found[fresh(where, row, "school_id", found)] = judge.Site(
            known(where, row, "unit_id", units),
            whole(where, row, "seats"),
            row.get("group", ""),
            tuple(whole(where, row, f"seats_{year}") for year in years),
        )
    return found


def read_links(path: str, units: Container[str]) -> dict[tuple[str, str], float | None]:
    """Return adjoining pairs, the smaller id first, with metres of common border, None where the file states none."""
    found: dict[tuple[str, str], float | None] = {}
    for where, row in rows(path, ("unit_a", "unit_b")):
        pair = _pair(known(where, row, "unit_a", units), known(where, row, "unit_b", units))
        border = number(where, row, "border_m", least=0) if "border_m" in row else None
        found[pair] = border if border is None else max(border, found.get(pair) or 0.0)
    return found


def read_distances(path: str, facts: Any, wanted: Callable[[str, str], bool]) -> dict[tuple[str, str], float]:
    """Return metres by unit and school of the wanted pairs; the rows of all others are read and left out."""
    found: dict[tuple[str, str], float] = {}
    for where, row in rows(path, ("unit_id", "school_id", "metres")):
        unit, school = (
            known(where, row, "unit_id", facts.units),
            known(where, row, "school_id", facts.schools),
        )
        pair = sys.intern(unit), sys.intern(school)
        metres = number(where, row, "metres", 0, LONGEST_M)
        if pair in found:
            raise Unreadable(f"{where}: {pair[0]}, {pair[1]} 重复 / is there twice")
        if wanted(*pair):
            found[pair] = metres
    return found


def read_crossings(path: str, facts: Any) -> dict[tuple[str, str], int]:
    """Return main roads to cross by unit and school."""
    found: dict[tuple[str, str], int] = {}
    for where, row in rows(path, ("unit_id", "school_id", "crossings")):
        pair = (
            known(where, row, "unit_id", facts.units),
            known(where, row, "school_id", facts.schools),
        )
        if pair in found:
            raise Unreadable(f"{where}: {pair[0]}, {pair[1]} 重复 / is there twice")
        found[pair] = whole(where, row, "crossings")
    return found


def read_rules(path: str, facts: Any) -> Any:
    """Return the facts under the rules of drawing of a file; a pair that one rule links and another cuts is cut."""
    of: dict[str, list[tuple[str, str]]] = defaultdict(list)
    cap, caps, locked = facts.distance_cap_m, dict(facts.school_caps_m), dict(facts.locked)
    for where, row in rows(path, ("rule", "unit_id", "other_unit_id", "school_id", "metres")):
        rule = row["rule"]
        if rule in ("lock", "forbid", "enclave"):
            unit = known(where, row, "unit_id", facts.units)
            if rule == "lock":  # to a school that has no zone any more: broken, whatever the plan
                locked[fresh(where, row, "unit_id", locked)] = row["school_id"]
            else:
                of[rule].append((unit, known(where, row, "school_id", facts.schools)))
        elif rule in ("link", "no_link"):
            ends = (known(where, row, column, facts.units) for column in ("unit_id", "other_unit_id"))
            of[rule].append(_pair(*ends))
        elif rule == "cap":
            metres, school = number(where, row, "metres", least=0), row["school_id"]
            if school:
                caps[school] = min(caps.get(known(where, row, "school_id", facts.schools), math.inf), metres)
            else:
                cap = min(cap or math.inf, metres)
        elif rule == "township":
            of[rule] = []
        else:
            raise Unreadable(f"{where}: 没有“{rule}”这种约束 / there is no such rule")
    adjacency = ({_pair(*pair) for pair in facts.adjacency} | {*of["link"]}) - {*of["no_link"]}
    return replace(
        facts,
        adjacency=adjacency,
        borders_m=facts.borders_m and {pair: m for pair, m in facts.borders_m.items() if pair in adjacency},
        locked=locked,
        forbidden=of["forbid"],
        enclaves=of["enclave"],
        distance_cap_m=cap,
        school_caps_m=caps,
        townships_kept="township" in of,
    )


def _pair(one: str, other: str) -> tuple[str, str]:
    return min(one, other), max(one, other)


def read_plan(path: str) -> Plan:
    return [(row["unit_id"], row["school_id"]) for _, row in rows(path, ("unit_id", "school_id"))]


def read_in_force(path: str) -> dict[str, str]:
    """Return unit -> school of today; units and schools may have gone since."""
    found: dict[str, str] = {}
    for where, row in rows(path, ("unit_id", "school_id")):
        found[fresh(where, row, "unit_id", found)] = fresh(where, row, "school_id", ())
    return found


def left_out(facts: Any) -> list[str]:
    """Return which units and schools of the zones in force are not listed, so that their rows do not count."""
    gone = {
        ("单元", "units"): {*facts.in_force} - {*facts.units},
        ("学校", "schools"): {*facts.in_force.values()} - {*facts.schools},
    }
    return [
        f"现行学区中的{zh} {', '.join(sorted(ids))} 不在表中，所在行不计 / of the zones in force these {en} are not"
        " listed, and their rows do not count"
        for (zh, en), ids in gone.items()
        if ids
    ]


def read_report(path: str) -> dict[str, Any]:
    try:
        report = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Unreadable(f"{Path(path).name}: 打不开 / cannot be read: {error}") from error
    if not isinstance(report, dict):
        raise Unreadable(f"{Path(path).name}: 不是方案报告 / is no report of a plan")
    return report


def is_by_walks(report: Mapping[str, Any]) -> bool:
    """Say whether the plan was drawn by stated distances, not by straight lines."""
    told = (report.get("distances", "straight"), report.get("basis", {}).get("distances", "straight"))
    return told != ("straight", "straight")


def refuse_other_ways(args: argparse.Namespace, report: Mapping[str, Any]) -> None:
    """Raise Unreadable where the ways of the report are not those of the files."""
    if is_by_walks(report) and not args.distances:
        raise Unreadable(
            "方案按步行距离划定，请用 --distances 给出距离表，不能改用直线 / the plan was drawn by walking distances:"
            " name their file with --distances; straight lines are no substitute"
        )
    if report and args.distances and not is_by_walks(report):
        raise Unreadable(
            "报告写明按直线距离，不能用距离表判断 / the report says straight lines: it cannot be judged by --distances"
        )
    if report.get("objective", {}).get("weights", {}).get("crossing_m") and not args.crossings:
        raise Unreadable(
            "报告计入主干道，请用 --crossings 给出穿越次数 / the report counts main roads: name their"
            " file with --crossings"
        )


def refuse_without_rules(args: argparse.Namespace, report: Mapping[str, Any]) -> None:
    """Raise Unreadable where the report states rules and no file does; enclaves may be islands in force."""
    rules = report.get("rules", {})
    lacks = any(rules.get(rule) for rule in RULES) and not args.rules
    if lacks or (rules.get("enclaves") and not (args.rules or args.in_force)):
        raise Unreadable(
            "报告写明有划片约束，请用 --rules 给出 / the report states rules of drawing: name their file with --rules"
        )


def read_facts(
    judge: Any, args: argparse.Namespace, report: Mapping[str, Any], plan: Plan | None = None
) -> Any:
    """Return `verify.Facts` of the files; which later years count, and how, is what the report says.

    plan -- its ways are all that is kept of a file of distances; without one every way is
    """
    rules, basis = report.get("rules", {}), report.get("basis", {})
    years = rules.get("later_years", years_of(args.units))
    units = read_units(judge, args.units, years)
    links = read_links(args.adjacency, units)
    borders = {pair: metres for pair, metres in links.items() if metres is not None}
    facts = judge.Facts(
        units=units,
        schools=read_schools(judge, args.schools, years, units),
        adjacency=[*links],
        later_years=tuple(years),
        every_year=args.every_year or rules.get("every_year", False) or basis.get("later") == "kept",
        borders_m=borders or None,
        in_force=read_in_force(args.in_force) if args.in_force else {},
    )
    if args.rules:
        facts = read_rules(args.rules, facts)
    if args.distances:
        zones, zone_of = judge.zones_of(facts), dict(plan or ())

        def wanted(unit: str, school: str) -> bool:
            return plan is None or school in zones.get(zone_of.get(unit, ""), ())

        facts = replace(facts, metres=read_distances(args.distances, facts, wanted))
    return facts


def years_of(path: str) -> list[int]:
    """Return the later entry years that the units file has columns for, ascending."""
    for _, row in rows(path, ()):
        return sorted(int(match[1]) for match in map(LATER.fullmatch, row) if match)
    return []


@lru_cache
def beside(name: str) -> SimpleNamespace:
    """Return what the program of this name in the same folder defines. Raises Unreadable without it."""
    path = Path(__file__).with_name(name)
    if not path.exists():
        raise Unreadable(f"需要同一文件夹里的 {name} / needs {name} in the same folder")
    return SimpleNamespace(**run_path(str(path)))


def report_faults(
    judge: Any,
    facts: Any,
    plan: Plan,
    report: Mapping[str, Any],
    found: Sequence[Any],
    crossings: Mapping[tuple[str, str], int],
) -> list[str]:
    """Return what the report claims and is not so, beginning with whether the plan is lawful."""
    says_lawful, told = report.get("lawful", not report.get("violations")), report.get("violations", [])
    faults = [f"报告缺少 / the report lacks {name}" for name in STATED if name not in report]
    if says_lawful is not (not found):
        faults.append(
            "报告说方案合法，其实不合法 / the report calls the plan lawful, which it is not"
            if says_lawful
            else "报告说方案不合法，其实合法 / the report calls the plan unlawful, which it is not"
        )
    if all(isinstance(one, dict) for one in told):
        stated = {(v["code"], v["zone"], tuple(v["units"]), v["children"], v.get("year", 0)) for v in told}
        if stated != {(v.code, v.school_id, v.unit_ids, v.children, v.year) for v in found}:
            faults.append(
                "报告列出的违规与重新核对的不同 / the report lists other broken rules than were found here"
            )
    if [*judge.rows_broken(facts, plan)]:
        return faults
    counting = beside("verify_figures.py")
    return [*faults, *counting.differences(drawn_of(counting, judge, facts, dict(plan), crossings), report)]


def drawn_of(
    counting: Any,
    judge: Any,
    facts: Any,
    zone_of: Mapping[str, str],
    crossings: Mapping[tuple[str, str], int],
) -> Any:
    zones = judge.zones_of(facts)
    home = {school: zone for zone, members in zones.items() for school in members}
    today = {u: home[s] for u, s in facts.in_force.items() if s in home and u in facts.units}
    return counting.Drawn(
        facts,
        zones,
        zone_of,
        {unit: [judge.metres_between(facts, unit, s) for s in zones[zone]] for unit, zone in zone_of.items()},
        today if facts.in_force else None,
        {unit: [crossings.get((unit, s), 0) for s in zones[zone]] for unit, zone in zone_of.items()},
    )


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="verify.py")
    for name in ("units", "schools", "adjacency", "plan"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--rules", help="划片约束 / rules of drawing")
    parser.add_argument("--distances", help="步行距离 / walking distances: unit_id, school_id, metres")
    parser.add_argument(
        "--crossings", help="要穿越的主干道 / main roads to cross: unit_id, school_id, crossings"
    )
    parser.add_argument("--in-force", help="现行学区 / the zones in force: unit_id, school_id")
    parser.add_argument("--report", help="方案报告，重算其中的数字 / the report whose figures are recomputed")
    parser.add_argument(
        "--every-year",
        action="store_true",
        help="以后各年也须容纳 / later years must fit too (a report says so)",
    )
    return parser.parse_args()


def main() -> int:
    """Read, judge, and say what was found. Return the exit status."""
    args = arguments()
    try:
        report = read_report(args.report) if args.report else {}
        refuse_other_ways(args, report)
        refuse_without_rules(args, report)
        judge, plan = beside("verify.py"), read_plan(args.plan)
        facts = read_facts(judge, args, report, plan)
        found = judge.violations(facts, plan)
        crossings = read_crossings(args.crossings, facts) if args.crossings else {}
        wrong = report_faults(judge, facts, plan, report, found, crossings) if args.report else []
    except Unreadable as fault:
        print("✗", fault)
        return 2
    except MALFORMED as fault:
        print(f"✗ 报告格式不符 / the report is malformed: {type(fault).__name__}: {fault}")
        return 1
    for line in left_out(facts):
        print("·", line)
    for line in (*map(beside("verify_words.py").sentence, found), *wrong):
        print("✗", line)
    units, zones = len(plan), len(judge.zones_of(facts))
    if found:
        print(f"方案不合法，{len(found)} 处 / the plan is NOT lawful: {len(found)} broken rule(s)")
    else:
        print(f"方案合法：{units} 个单元、{zones} 个学区，每条规则都已重新核对")
        print(f"The plan is lawful: {units} units, {zones} zones, every rule was checked again")
    if args.report and not wrong:
        print("报告的数字已重算一致 / the report's figures were recomputed and agree")
    return 1 if found or wrong else 0
