"""Rules of drawing as a table: every kind, and each fault at its row."""

from pathlib import Path

import pytest

from geo_data.tables.findings import Findings
from geo_data.tables.rule_table import PARTS_OF, StatedRule, read_rules
from zoning.engine.rules import RuleKind

UNITS, SCHOOLS = {"A", "B", "C"}, {"P1", "P2"}
HEADER = "约束,单元编号,另一单元编号,学校编号,米,理由\n"


def read(folder: Path, rows: str, header: str = HEADER) -> tuple[tuple[StatedRule, ...], Findings]:
    path, findings = folder / "rules.csv", Findings()
    path.write_text(header + rows, encoding="utf-8")
    return read_rules(path, units=UNITS, schools=SCHOOLS, findings=findings), findings


def test_every_kind_is_read_in_chinese_and_in_english(tmp_path: Path) -> None:
    zh = "固定,A,,P1,,历史\n禁止,B,,P1,,\n飞地,C,,P2,,\n距离上限,,,,3000,\n相连,B,A,,,桥\n"
    zh += "不相连,B,C,,,高速\n不跨乡镇,,,,,\n"
    en = "lock,A,,P1,,历史\nforbid,B,,P1,,\nenclave,C,,P2,,\ncap,,,,3000,\nlink,A,B,,,桥\n"
    en += "no_link,C,B,,,高速\ntownship,,,,,\n"

    found, findings = read(tmp_path, zh)
    other, others = read(tmp_path, en, "rule,unit_id,other_unit_id,school_id,metres,reason\n")

    assert found == other
    assert found == (
        StatedRule("lock", "A", "", "P1", None, "历史"),
        StatedRule("forbid", "B", "", "P1"),
        StatedRule("enclave", "C", "", "P2"),
        StatedRule("cap", metres=3000),
        StatedRule("link", "A", "B", reason="桥"),
        StatedRule("no_link", "B", "C", reason="高速"),
        StatedRule("township"),
    )
    assert not findings.refuses
    assert not others.refuses


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("固定,A,,,,", [("rule_lacks_a_part", 2, "学校编号")]),
        ("固定,,,P1,,", [("rule_lacks_a_part", 2, "单元编号")]),
        ("固定,A,,P1,500,", [("rule_takes_no_such_part", 2, "米")]),
        ("固定,A,B,P1,,", [("rule_takes_no_such_part", 2, "另一单元编号")]),
        ("不跨乡镇,,,P1,,", [("rule_takes_no_such_part", 2, "学校编号")]),
        ("距离上限,,,,,", [("rule_lacks_a_part", 2, "米")]),
        ("距离上限,,,,0,", [("value_out_of_range", 2, "米")]),
        ("距离上限,,,,1,", []),
        ("距离上限,,,,200000,", []),
        ("距离上限,,,,200001,", [("value_out_of_range", 2, "米")]),
        ("距离上限,,,P1,900,\n距离上限,,,,800,", []),
        ("距离上限,,,P1,900,\n距离上限,,,P1,800,", [("rule_twice", 3, "约束")]),
        ("距离上限,,,P9,900,", [("school_unknown", 2, "学校编号")]),
        ("距离上限,A,,P1,900,", [("rule_takes_no_such_part", 2, "单元编号")]),
        ("固定,A,,P1,,\n禁止,A,,P1,,", [("rules_contradict", 3, "约束")]),
        ("禁止,A,,P1,,\n固定,A,,P1,,", [("rules_contradict", 3, "约束")]),
        ("固定,A,,P1,,\n禁止,A,,P2,,", []),
        ("相连,A,B,,,\n不相连,B,A,,,", [("rules_contradict", 3, "约束")]),
        ("相连,A,B,,,\n不相连,B,C,,,", []),
        ("距离上限,,,,远,", [("cell_malformed", 2, "米")]),
        ("相连,A,,,,", [("rule_lacks_a_part", 2, "另一单元编号")]),
        ("相连,A,A,,,", [("rule_joins_one_unit", 2, "另一单元编号")]),
        ("禁止,Z,,P1,,", [("unit_unknown", 2, "单元编号")]),
        ("不相连,A,Z,,,", [("unit_unknown", 2, "另一单元编号")]),
        ("飞地,A,,P9,,", [("school_unknown", 2, "学校编号")]),
        ("固定,A,,P1,,\n固定,A,,P2,,", [("rule_twice", 3, "约束")]),
        ("禁止,A,,P1,,\n禁止,A,,P2,,", []),
        ("相连,A,B,,,\n相连,B,A,,,", [("rule_twice", 3, "约束")]),
        ("距离上限,,,,900,\n距离上限,,,,800,", [("rule_twice", 3, "约束")]),
        ("别的,A,,P1,,", [("cell_malformed", 2, "约束")]),
        (",A,,P1,,", [("cell_empty", 2, "约束")]),
        ("", [("file_empty", 0, "")]),
    ],
)
def test_each_fault_is_told_at_its_row_with_a_remedy(
    tmp_path: Path, rows: str, found: list[tuple[str, int, str]]
) -> None:
    _, findings = read(tmp_path, rows)

    severe = [one for one in findings.kept() if one.severity == "severe"]
    assert [(one.code, one.row, one.column) for one in severe] == found
    assert findings.refuses == bool(found)


def test_engine_and_table_know_the_same_kinds() -> None:
    assert set(PARTS_OF) == {kind.value for kind in RuleKind}


def test_a_contradiction_names_both_rows(tmp_path: Path) -> None:
    _, findings = read(tmp_path, "固定,A,,P1,,\n不跨乡镇,,,,,\n禁止,A,,P1,,\n")

    (found,) = findings.kept()
    assert found.sentence("zh").startswith("第 4 行“约束”列：“第 2 行 row 2” 与前面的约束相反")
