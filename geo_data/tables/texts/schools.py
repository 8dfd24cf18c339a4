"""Findings about schools, in Chinese and English."""

from collections.abc import Mapping

from geo_data.tables.finding_text import FindingText, note, severe, warning

SCHOOL_TEXTS: Mapping[str, FindingText] = {
    "outside_every_unit": severe(
        "学校不在任何单元内", "the school lies in no unit", "请核对坐标", "Check its coordinates"
    ),
    "outside_its_unit": warning(
        "学校坐标不在所填单元内",
        "the school's point lies outside the unit stated",
        "请核对坐标和单元",
        "Check point and unit",
    ),
    "same_place": warning(
        "两所学校位于同一点",
        "two schools stand at one point",
        "请确认是否为同一校区",
        "Check that this is meant",
    ),
    "intake_above_capacity": severe(
        "招生计划超过学位总数",
        "the planned intake is larger than the whole school",
        "请核对",
        "Check both numbers",
    ),
    "intake_computed": note(
        "未填招生计划，按学位数除以年级数计算",
        "no planned intake is stated; it is places divided by grades, rounded down",
        "请补充招生计划",
        "State the planned intake",
    ),
    "large_class": warning(
        "起始年级将出现大班额（每班超过 55 人）",
        "the entry grade would have classes of more than 55",
        "请减少计划或增加班级",
        "Lower the plan or add classes",
    ),
    "feeder_unknown": warning(
        "对口学校不在表中", "the school fed is not in the table", "请核对编号", "Check its code"
    ),
}
