"""Findings about past enrolment, new housing and moves, in Chinese and English."""

from collections.abc import Mapping

from geo_data.tables.finding_text import FindingText, note, severe, warning

PAST_TEXTS: Mapping[str, FindingText] = {
    "enrolled_above_children": severe(
        "入读人数与外流人数之和超过适龄儿童数",
        "more children enrolled or went elsewhere than there were",
        "请核对三个数字",
        "Check the three numbers",
    ),
    "past_unit_unknown": warning(
        "往年的单元不在当前单元表中，只计入全县的到校率",
        "this unit of a past year is not among the current ones; it counts for the district's rate only",
        "单元合并或改号的，请改用当前编号",
        "Where units were merged or renumbered, use the current code",
    ),
    "past_school_unknown": warning(
        "学校编号不在现行学校表中",
        "this school is not among the current ones",
        "学校合并或改号的，请改用当前编号；已撤并的可保留",
        "Where schools were merged or renumbered, use the current code; one that was closed may stay",
    ),
    "past_stage_differs": warning(
        "该校现在没有这个学段或年级",
        "the school has no such stage or grade today",
        "请核对学校编号和学段、年级；当时确有的可保留",
        "Check the school's code, the stage and the grade; if it had them then, the row may stay",
    ),
    "year_not_past": warning(
        "年份晚于导入当年，不是往年数据",
        "the year lies after that of the import: this is no past year",
        "请核对年份",
        "Check the year",
    ),
    "row_twice": severe(
        "同一内容出现在两行",
        "two rows speak of the same thing",
        "请合并或删除其中一行",
        "Merge them or remove one",
    ),
    "one_year_only": note(
        "只有一个年份，无法回测，预测不给出区间",
        "there is one year only, so nothing can be held back and the projection has no band",
        "请补充更多年份",
        "Add more years",
    ),
    "more_left_than_lived": severe(
        "净迁出人数超过该年龄儿童数",
        "more children of this age left than lived here",
        "请核对",
        "Check both numbers",
    ),
}
