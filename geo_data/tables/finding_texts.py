"""The words of every finding: what is wrong and what to do, in Chinese and English."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FindingText:
    """What a finding says: severity (severe, warning, note), what is the matter, what to do about it."""

    severity: str
    zh: str
    en: str
    remedy_zh: str
    remedy_en: str


def _severe(zh: str, en: str, remedy_zh: str, remedy_en: str) -> FindingText:
    return FindingText("severe", zh, en, remedy_zh, remedy_en)


def _warning(zh: str, en: str, remedy_zh: str, remedy_en: str) -> FindingText:
    return FindingText("warning", zh, en, remedy_zh, remedy_en)


def _note(zh: str, en: str, remedy_zh: str, remedy_en: str) -> FindingText:
    return FindingText("note", zh, en, remedy_zh, remedy_en)


FILE_TEXTS: Mapping[str, FindingText] = {
    "file_unreadable": _severe(
        "文件无法读取", "the file cannot be read", "请检查格式和扩展名", "Check format and extension"
    ),
    "file_empty": _severe("文件中没有数据行", "there is no row", "请确认导出是否完整", "Check the export"),
    "column_missing": _severe("缺少必需的列", "a required column is missing", "请补上该列", "Add the column"),
    "column_twice": _severe(
        "两列表示同一内容", "two columns mean the same", "请删除其中一列", "Remove one of them"
    ),
    "column_unknown": _note(
        "该列未被使用",
        "this column is not used",
        "如有需要请改用模板中的列名",
        "Use a header of the template if needed",
    ),
    "cell_empty": _severe("必填内容为空", "a required value is empty", "请填写", "Fill it in"),
    "cell_malformed": _severe(
        "内容不符合要求的格式",
        "the value is not of the kind expected",
        "请按列说明改正",
        "See the column table",
    ),
    "cell_too_long": _severe("内容过长", "the value is too long", "请缩短", "Shorten it"),
    "value_out_of_range": _severe(
        "数值超出允许范围", "the number is out of range", "请核对", "Check the number"
    ),
    "value_twice": _severe(
        "编号重复出现",
        "this code stands in an earlier row",
        "每个编号只能出现一次",
        "Every code may stand once",
    ),
    "name_missing": _note(
        "没有名称，以编号代替", "there is no name; the code stands for it", "建议补充名称", "Add names"
    ),
}

COORDINATE_TEXTS: Mapping[str, FindingText] = {
    "place_missing": _severe(
        "没有坐标或图形", "there is no place: no shape and no coordinates", "请补充坐标", "Add coordinates"
    ),
    "crs_missing": _severe(
        "文件未声明坐标系",
        "the file does not name its coordinate system",
        "请用 --crs 声明",
        "Declare it with --crs",
    ),
    "crs_declared_otherwise": _warning(
        "声明的坐标系与文件自带的不同，以声明为准",
        "the declared system differs from the file's own; the declared one is used",
        "请确认",
        "Make sure that this is meant",
    ),
    "degrees_in_metric_layer": _severe(
        "声明为投影坐标（米），但数值是经纬度",
        "the declared system is in metres, but these are degrees",
        "请改用所示坐标系",
        "Declare the system shown",
    ),
    "metres_in_degree_layer": _severe(
        "声明为经纬度，但数值以米为单位",
        "the declared system is in degrees, but these are metres",
        "请改用所示坐标系",
        "Declare the system shown",
    ),
    "axes_swapped": _severe(
        "两个坐标轴颠倒", "the axes are swapped", "请交换两列坐标", "Swap the two coordinates"
    ),
    "outside_district": _severe(
        "位置不在本县区范围内",
        "this lies outside the district",
        "请检查声明的坐标系",
        "Check the declared coordinate system",
    ),
    "coordinate_not_finite": _severe(
        "坐标不是有效数值", "a coordinate is not a finite number", "请改正", "Correct it"
    ),
}

SHAPE_TEXTS: Mapping[str, FindingText] = {
    "polygon_invalid": _severe(
        "多边形无效（如自相交）",
        "the polygon is invalid",
        "请修正图形，或用 --repair make_valid",
        "Mend the shape, or import with --repair make_valid",
    ),
    "polygon_mended": _warning(
        "已按要求修复多边形（make_valid）",
        "the polygon was mended, as asked (make_valid)",
        "请核对",
        "Look at it",
    ),
    "not_a_polygon": _severe(
        "图形不是面",
        "the shape is not a polygon",
        "请提供面图层或点坐标",
        "Give polygons, or points throughout",
    ),
    "coverage_fault": _severe(
        "相邻单元的边界不一致（单元对与面积）",
        "borders of neighbours do not match (pair of units, area)",
        "请修正边界，或用 --repair snap",
        "Mend the border, or import with --repair snap",
    ),
    "overlap": _severe(
        "两个单元重叠（单元对与面积）",
        "two units overlap (pair of units, area)",
        "请在图上改正",
        "Correct it on the map",
    ),
    "gap": _warning(
        "单元之间有空隙（周边单元与面积）",
        "there is a gap between units (units around it, area)",
        "请核对是否有遗漏",
        "Check whether a unit is missing",
    ),
    "slivers": _warning(
        "单元之间有细小空隙（合计）",
        "there are tiny gaps between units (number, area in all)",
        "可用 --repair snap 消除",
        "Import with --repair snap to close them",
    ),
    "coverage_mended": _warning(
        "已按要求对齐边界（snap）",
        "borders were matched, as asked (snap)",
        "请核对",
        "Look at the units named",
    ),
    "multi_part": _warning(
        "单元由多块组成", "the unit has several parts", "请确认为飞地", "Make sure that it is an exclave"
    ),
    "no_neighbour": _warning(
        "单元没有相邻单元，无法与其他单元组成学区",
        "the unit adjoins no other and cannot join a zone",
        "请检查边界，或由工作人员添加连接",
        "Check its border, or let an officer add a link",
    ),
    "islands": _warning(
        "单元分成互不相连的几片",
        "the units fall into parts that do not adjoin each other",
        "请检查河流、道路处的边界",
        "Check the borders along rivers and roads",
    ),
    "borders_unknown": _warning(
        "点图层没有相邻关系",
        "points have no borders: what adjoins what is not known",
        "请提供面图层或相邻关系表",
        "Give polygons, or a table of neighbours",
    ),
    "unit_unknown": _severe(
        "没有这个单元编号", "there is no such unit", "请核对单元编号", "Check the unit's code"
    ),
}

SCHOOL_TEXTS: Mapping[str, FindingText] = {
    "outside_every_unit": _severe(
        "学校不在任何单元内", "the school lies in no unit", "请核对坐标", "Check its coordinates"
    ),
    "outside_its_unit": _warning(
        "学校坐标不在所填单元内",
        "the school's point lies outside the unit stated",
        "请核对坐标和单元",
        "Check point and unit",
    ),
    "same_place": _warning(
        "两所学校位于同一点",
        "two schools stand at one point",
        "请确认是否为同一校区",
        "Check that this is meant",
    ),
    "intake_above_capacity": _severe(
        "招生计划超过学位总数",
        "the planned intake is larger than the whole school",
        "请核对",
        "Check both numbers",
    ),
    "intake_computed": _note(
        "未填招生计划，按学位数除以年级数计算",
        "no planned intake is stated; it is places divided by grades, rounded down",
        "请补充招生计划",
        "State the planned intake",
    ),
    "large_class": _warning(
        "起始年级将出现大班额（每班超过 55 人）",
        "the entry grade would have classes of more than 55",
        "请减少计划或增加班级",
        "Lower the plan or add classes",
    ),
    "feeder_unknown": _warning(
        "对口学校不在表中", "the school fed is not in the table", "请核对编号", "Check its code"
    ),
}

CHILD_TEXTS: Mapping[str, FindingText] = {
    "identity_form": _severe(
        "证件号码格式不正确",
        "this is neither an identity number nor another document's number",
        "请核对证件",
        "Check the document",
    ),
    "identity_check_digit": _severe(
        "身份证号码校验位不正确（GB 11643）",
        "the check digit of the identity number is wrong (GB 11643)",
        "请核对证件",
        "Check the document",
    ),
    "identity_birth_date": _severe(
        "出生日期与身份证号码不一致",
        "birth date and identity number do not agree",
        "请核对证件",
        "Check the document",
    ),
    "identity_sex": _severe(
        "性别与身份证号码不一致",
        "sex and identity number do not agree",
        "请核对证件",
        "Check the document",
    ),
    "identity_old": _warning(
        "15 位旧身份证号码",
        "an old number of 15 digits",
        "请补录 18 位号码",
        "Ask for the number of 18 digits",
    ),
    "identity_other_document": _note(
        "其他证件号码，无法校验",
        "another kind of document: its number cannot be checked",
        "请人工核对",
        "Check it by eye",
    ),
    "child_twice": _severe(
        "同一儿童出现两次", "the child stands in an earlier row", "请删除重复行", "Remove one row"
    ),
    "household_differs": _severe(
        "同一户的住址、电话或单元前后不一致",
        "address, phone or unit differ from an earlier row of the household",
        "请核对户编号",
        "Check the household's code",
    ),
    "outside_units": _warning(
        "住户不属于任何已导入的单元",
        "the household lies in no unit that was imported",
        "请核对单元编号",
        "Check the unit's code",
    ),
    "age_unlikely": _warning(
        "年龄不在 0 至 18 岁之间", "the age is not between 0 and 18", "请核对出生日期", "Check the birth date"
    ),
    "permit_lapsed": _note(
        "居住证已过期",
        "the residence permit has lapsed",
        "请提醒签注",
        "Remind the family to have it endorsed",
    ),
}

TEXTS: Mapping[str, FindingText] = {
    **FILE_TEXTS,
    **COORDINATE_TEXTS,
    **SHAPE_TEXTS,
    **SCHOOL_TEXTS,
    **CHILD_TEXTS,
}
