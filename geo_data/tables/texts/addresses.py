"""Findings about the address register, in Chinese and English."""

from collections.abc import Mapping

from geo_data.tables.finding_text import FindingText, note, severe, warning

ADDRESS_TEXTS: Mapping[str, FindingText] = {
    "address_without_name": severe(
        "既没有小区（村），也没有道路",
        "there is neither an estate or village nor a road",
        "请至少填写其一",
        "Fill in one of them",
    ),
    "door_number_malformed": severe(
        "门牌号无法识别（应如 12、12号、12号附3、12-1、甲12号）",
        "the door number cannot be read (12, 12号, 12号附3, 12-1, 甲12号)",
        "请改正门牌号，一行只填一个门牌（如 2-100双号 请逐个填写）；楼栋、单元、房间号请勿填在此列",
        "Correct it: one door a row, not a range; buildings and rooms do not belong into this column",
    ),
    "door_number_range": warning(
        "像是一段门牌范围，已按一个门牌（前数为号、后数为附号）登记",
        "this looks like a range of numbers; it was taken for one door, the second number being its suffix",
        "如是范围，请逐个门牌各占一行；确为附号的无需处理",
        "Where a range is meant, give every door a row of its own; where it is a suffix, nothing need be done",
    ),
    "door_number_missing": warning(
        "只有道路，没有门牌号、小区或楼栋",
        "there is a road without a number, an estate or a building",
        "请补充门牌号",
        "Add the number",
    ),
    "address_without_place": severe(
        "既没有单元编号，也没有坐标",
        "there is neither a unit nor a point",
        "请补充单元编号或坐标",
        "Add the unit's code or coordinates",
    ),
    "address_outside_units": warning(
        "坐标不在任何单元内，查询时将请家庭联系教育局",
        "the point lies in no unit: families who ask will be sent to the bureau",
        "请核对坐标或填写单元编号",
        "Check the point, or state the unit",
    ),
    "address_outside_its_unit": warning(
        "坐标不在所填单元内，以所填单元为准",
        "the point lies outside the unit stated; the unit stated holds",
        "请核对坐标和单元编号",
        "Check point and unit",
    ),
    "unit_maybe_by_point": note(
        "导入时未记录这些地址的单元是文件所填还是由坐标判定；靠近其他学区边界时，查询将请家庭咨询教育局",
        "it was not kept whether the file stated the unit of these addresses or their point decided: near the edge of"
        " another zone families are told to ask the bureau",
        "重新导入地址库即可分清",
        "Import the register again, and it is told apart",
    ),
    "address_twice": severe(
        "同一地址重复出现，首次在所示的行",
        "this address stands in an earlier row, the one shown",
        "请删除重复行",
        "Remove one of the rows",
    ),
    "alias_of_two_places": warning(
        "同一别名或曾用名指向两个地方，查询时将请家庭选择",
        "one alias or old name stands for two places: families who ask will have to choose",
        "请核对别名",
        "Check the alias",
    ),
    "alias_is_its_name": note(
        "别名与正式名称相同", "the alias is the name itself", "可删除", "It may be removed"
    ),
}
