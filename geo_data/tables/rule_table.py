"""Rules of drawing zones as a table: a row a rule, checked."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from geo_data.tables.columns import CellKind, Column
from geo_data.tables.findings import Findings, earlier_row
from geo_data.tables.headers import open_table
from geo_data.tables.rows import Row

Sense = tuple[str, str, str, str]

LONGEST_CAP = 200_000
LONGEST_REASON = 300
PARTS = ("unit_id", "other_unit_id", "school_id", "metres")
# What each kind of rule speaks of; nothing else may stand in its row but what MAY_NAME has.
PARTS_OF: Mapping[str, frozenset[str]] = {
    "lock": frozenset({"unit_id", "school_id"}),
    "forbid": frozenset({"unit_id", "school_id"}),
    "enclave": frozenset({"unit_id", "school_id"}),
    "cap": frozenset({"metres"}),
    "link": frozenset({"unit_id", "other_unit_id"}),
    "no_link": frozenset({"unit_id", "other_unit_id"}),
    "township": frozenset(),
}
# A cap that names a school holds for that school instead of the general one.
MAY_NAME: Mapping[str, frozenset[str]] = {"cap": frozenset({"school_id"})}
# Of the same units and school only one of each pair may be stated.
OPPOSITES: Mapping[str, str] = {"lock": "forbid", "forbid": "lock", "link": "no_link", "no_link": "link"}
RULE_COLUMNS = (
    Column(
        "rule",
        "约束",
        CellKind.CHOICE,
        required=True,
        aliases=("规则", "约束类型"),
        choices={
            "固定": "lock",
            "禁止": "forbid",
            "飞地": "enclave",
            "距离上限": "cap",
            "相连": "link",
            "不相连": "no_link",
            "不跨乡镇": "township",
        },
    ),
    Column("unit_id", "单元编号", aliases=("单元", "小区编号"), most=40),
    Column("other_unit_id", "另一单元编号", aliases=("另一单元",), most=40),
    Column("school_id", "学校编号", aliases=("学校代码", "学校"), most=40),
    Column("metres", "米", CellKind.INTEGER, aliases=("距离上限（米）", "距离"), least=1, most=LONGEST_CAP),
    Column("reason", "理由", aliases=("原因", "依据"), most=LONGEST_REASON),
)


@dataclass(frozen=True, slots=True)
class StatedRule:
    """A rule as it was stated: codes, "" where it names none; of two units the smaller code first."""

    kind: str
    unit_id: str = ""
    other_unit_id: str = ""
    school_id: str = ""
    metres: int | None = None
    reason: str = ""

    @property
    def sense(self) -> Sense:
        """Return what two rules must not have in common: a unit is locked once, and there is one cap of a kind."""
        return self.kind, self.unit_id, self.other_unit_id, "" if self.kind == "lock" else self.school_id

    @property
    def opposite(self) -> Sense:
        """Return the sense of a rule that may contradict this one; one of no kind where none does."""
        kind = OPPOSITES.get(self.kind, "")
        return kind, self.unit_id, self.other_unit_id, "" if kind == "lock" else self.school_id

    def contradicts(self, other: "StatedRule") -> bool:
        """Say whether the other rule states the opposite of the same units and school."""
        same = (self.unit_id, self.other_unit_id, self.school_id) == (
            other.unit_id,
            other.other_unit_id,
            other.school_id,
        )
        return same and OPPOSITES.get(self.kind) == other.kind


def stated(
    kind: str, unit_id: str, other_unit_id: str, school_id: str, metres: int | None, reason: str
) -> StatedRule:
    """Return the rule with the smaller code of two units first."""
    if other_unit_id and other_unit_id < unit_id:
        unit_id, other_unit_id = other_unit_id, unit_id
    return StatedRule(kind, unit_id, other_unit_id, school_id, metres, reason)


def faults_of_rule(
    rule: StatedRule, *, units: Collection[str], schools: Collection[str]
) -> tuple[tuple[str, str], ...]:
    """Return what is wrong with a rule by itself, as (finding code, column), in the order of the columns."""
    found = []
    for part in PARTS:
        is_there = getattr(rule, part) not in ("", None)
        if is_there and part not in PARTS_OF[rule.kind] | MAY_NAME.get(rule.kind, frozenset()):
            found.append(("rule_takes_no_such_part", part))
        elif not is_there and part in PARTS_OF[rule.kind]:
            found.append(("rule_lacks_a_part", part))
    for part, known in (("unit_id", units), ("other_unit_id", units)):
        if getattr(rule, part) and getattr(rule, part) not in known:
            found.append(("unit_unknown", part))
    if rule.school_id and rule.school_id not in schools:
        found.append(("school_unknown", "school_id"))
    if rule.unit_id and rule.unit_id == rule.other_unit_id:
        found.append(("rule_joins_one_unit", "other_unit_id"))
    return tuple(found)


def read_rules(
    path: Path, *, units: Collection[str], schools: Collection[str], findings: Findings
) -> tuple[StatedRule, ...]:
    """Return the rules of a table in the order of its rows.

    They may be used only when `findings` does not refuse them. Raises UnreadableFile.
    Source: docs/zone-rules.md (the file).
    """
    opened = open_table(path, RULE_COLUMNS, findings)
    found: list[StatedRule] = []
    rows_of: dict[Sense, tuple[StatedRule, int]] = {}
    is_empty = True
    for number, cells in opened.rows:
        is_empty = False
        row = opened.table.row(number, cells)
        kind = row.text("rule")
        if not kind:
            continue
        rule = _rule(kind, row)
        was_bad = row.is_bad  # what was written and cannot be read is told already
        for code, column in faults_of_rule(rule, units=units, schools=schools):
            if not (was_bad and code == "rule_lacks_a_part"):
                row.note(code, column, str(getattr(rule, column) or ""))
        _note_others(rule, row, number, rows_of)
        found.append(rule)
    if is_empty:
        findings.add("file_empty")
    return tuple(found)


def _note_others(
    rule: StatedRule, row: Row, number: int, rows_of: dict[Sense, tuple[StatedRule, int]]
) -> None:
    """Note that an earlier row states the same, or, with its number, that it states the opposite."""
    if rule.sense in rows_of:
        row.note("rule_twice", "rule", rule.kind)
    other, earlier = rows_of.get(rule.opposite, (rule, 0))
    if rule.contradicts(other):
        row.note("rules_contradict", "rule", earlier_row(earlier))
    rows_of.setdefault(rule.sense, (rule, number))


def _rule(kind: str, row: Row) -> StatedRule:
    return stated(
        kind,
        row.text("unit_id"),
        row.text("other_unit_id"),
        row.text("school_id"),
        row.integer("metres"),
        row.text("reason"),
    )
