"""Findings about rules of drawing zones, in Chinese and English."""

from collections.abc import Mapping

from geo_data.tables.finding_text import FindingText, severe

RULE_TEXTS: Mapping[str, FindingText] = {
    "rule_lacks_a_part": severe(
        "这种约束缺少此项",
        "a rule of this kind needs a value here",
        "请填写：固定、禁止、飞地要单元和学校，相连、不相连要两个单元，距离上限要米数",
        "Fill it in: lock, forbid and enclave need a unit and a school, link and no_link two units, cap metres",
    ),
    "rule_takes_no_such_part": severe(
        "这种约束不含此项",
        "a rule of this kind says nothing here",
        "请清空，或更换约束类型",
        "Empty the cell, or choose another kind of rule",
    ),
    "rule_joins_one_unit": severe(
        "两个单元是同一个",
        "both units are the same",
        "请填写两个不同的单元",
        "Name two different units",
    ),
    "rules_contradict": severe(
        "与前面的约束相反",
        "an earlier row states the opposite",
        "请删去其中一行：固定与禁止、相连与不相连不能并存",
        "Delete one of the two rows: a unit is locked or forbidden, two units are joined or cut",
    ),
    "rule_twice": severe(
        "与前面的约束重复或冲突：一个单元只能固定一次，距离上限总的和每校各只能有一个",
        "an earlier row states this already, or another lock of the unit, or another cap alike",
        "请只保留一行",
        "Keep one of the rows",
    ),
}
