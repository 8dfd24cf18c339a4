"""Findings about schools, in Chinese and English."""

from collections.abc import Mapping

from geo_data.tables.finding_text import FindingText, note, severe, warning

SCHOOL_TEXTS: Mapping[str, FindingText] = {
    "unit_nearest": note(
        "单元是点：未填所在单元的学校归到最近的单元（学校、单元与距离）",
        "units are points: a school that states no unit stands in the nearest one (school, unit and metres)",
        "请核对；不对的请填所在单元",
        "Look at it; state the unit where it is another one",
    ),
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
    "feeder_stage": warning(
        "对口关系应为小学升初中",
        "a feeder chain leads from a primary to a junior school; this one does not",
        "请核对编号和学段",
        "Check code and stage",
    ),
    "seats_below_enrolled": warning(
        "学位数少于在校生数", "there are fewer seats than pupils", "请核对两个数字", "Check both numbers"
    ),
    "purchased_in_public": severe(
        "公办学校不能有政府购买学位",
        "places are purchased in private schools only; this one is public",
        "请核对办学性质或删除该数字",
        "Check the ownership or remove the number",
    ),
    "purchased_above_intake": warning(
        "政府购买学位多于招生计划",
        "more places are purchased than the school plans to take",
        "请核对两个数字",
        "Check both numbers",
    ),
    "beds_without_boarding": warning(
        "非寄宿制学校填写了床位",
        "there are beds, but the school is not said to be a boarding school",
        "请核对是否寄宿",
        "Say whether it boards pupils",
    ),
    "boarding_without_beds": warning(
        "寄宿制学校没有床位",
        "a boarding school without a bed",
        "请填写床位数",
        "State the number of beds",
    ),
    "main_school_unknown": severe(
        "校区或教学点的本部学校不在表中",
        "the school that runs this campus or teaching point is not in the table",
        "请填写本部学校编号",
        "State the code of its school",
    ),
    "main_school_not_main": severe(
        "本部关系不成立：本部不能再有本部，校区只能属于本部",
        "a main site belongs to no other school, and a campus belongs to a main site",
        "请核对校址类别和本部学校编号",
        "Check the kind of site and the code",
    ),
    "site_differs": warning(
        "校区与本部的学段或办学性质不同",
        "stage or ownership of the site differ from those of its school",
        "请核对",
        "Check both rows",
    ),
    "nine_year_inconsistent": warning(
        "九年一贯制学校的各行不一致：应为小学、初中各一行，办学性质和集团相同，小学对口本校初中",
        "the rows of a nine-year school do not fit: it is one primary and one junior row,"
        " of the same ownership and group, the first feeding the second",
        "请核对各行",
        "Check its rows",
    ),
    "group_of_one": warning(
        "集团只有一所学校", "the group has one school only", "请核对集团编号", "Check the group's code"
    ),
    "school_unknown": severe(
        "没有这个学校编号", "there is no such school", "请核对学校编号", "Check the school's code"
    ),
    "grade_of_other_stage": severe(
        "该学段没有这个年级", "the school's stage has no such grade", "请核对年级", "Check the grade"
    ),
    "seats_twice": severe(
        "同一学校、学年、年级出现两次",
        "school, year and grade stand in an earlier row",
        "请删除重复行",
        "Remove one row",
    ),
    "intake_not_entry_grade": severe(
        "招生计划只能填在起始年级",
        "an intake is planned for the entry grade only",
        "请删除或改到起始年级",
        "Move it to the entry grade",
    ),
    "intake_above_seats": warning(
        "招生计划多于该年级学位",
        "the planned intake is larger than the seats of the grade",
        "请核对两个数字",
        "Check both numbers",
    ),
    "intake_differs": warning(
        "与学校表中本年招生计划不同，招生以学校表为准",
        "the school file states another intake for the coming round; the school file's counts",
        "请核对两张表",
        "Make both files agree",
    ),
    "school_in_two_zones": severe(
        "同一学校出现在两个学区",
        "a school is named in two zones",
        "一所学校只能属于一个学区；多校划片请在每行写全部学校",
        "A school belongs to one zone; rows of a multi-school zone name all its schools",
    ),
}
