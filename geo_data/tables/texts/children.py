"""Findings about children, in Chinese and English."""

from collections.abc import Mapping

from geo_data.tables.finding_text import FindingText, note, severe, warning

CHILD_TEXTS: Mapping[str, FindingText] = {
    "identity_form": severe(
        "证件号码格式不正确",
        "this is neither an identity number nor another document's number",
        "请核对证件",
        "Check the document",
    ),
    "identity_check_digit": severe(
        "身份证号码校验位不正确（GB 11643）",
        "the check digit of the identity number is wrong (GB 11643)",
        "请核对证件；号码以 000 结尾的，多半是电子表格丢失了后几位，请把该列设为文本后重新导出",
        "Check the document; a number that ends in 000 was most likely rounded by a spreadsheet: format the column as"
        " text and export it again",
    ),
    "identity_rounded": severe(
        "电子表格已丢失号码的后几位，证件本身没有问题",
        "a spreadsheet has lost the last digits of the number; the document itself is not wrong",
        "请把该列设为文本格式，从原系统重新导出",
        "Format the column as text, and export it again from the system it comes from",
    ),
    "identity_birth_date": severe(
        "出生日期与身份证号码不一致",
        "birth date and identity number do not agree",
        "请核对证件",
        "Check the document",
    ),
    "identity_sex": severe(
        "性别与身份证号码不一致",
        "sex and identity number do not agree",
        "请核对证件",
        "Check the document",
    ),
    "identity_old": warning(
        "15 位旧身份证号码",
        "an old number of 15 digits",
        "请补录 18 位号码",
        "Ask for the number of 18 digits",
    ),
    "identity_other_document": note(
        "其他证件号码，无法校验",
        "another kind of document: its number cannot be checked",
        "请人工核对",
        "Check it by eye",
    ),
    "child_twice": severe(
        "同一儿童出现两次，首次在所示的行",
        "the child stands in an earlier row, the one shown",
        "请删除重复行",
        "Remove one row",
    ),
    "child_in_two_households": severe(
        "同一儿童出现在两户，首次在所示的行",
        "the child stands in an earlier row, the one shown, as a member of another household",
        "请核实儿童随哪一户居住",
        "Find out in which household the child lives",
    ),
    "twins_in_two_households": warning(
        "同一多胞胎组号出现在两户",
        "one twin code stands in two households: as it stands, children of two families would be drawn together",
        "请核实是否为多胞胎，并改正组号",
        "Find out whether they are twins, and correct the code",
    ),
    "twins_born_apart": warning(
        "同一多胞胎组号的儿童出生日期相差超过一天，不是多胞胎",
        "children of one twin code were born more than a day apart: they are no twins",
        "请核对组号和出生日期",
        "Check the code and the birth dates",
    ),
    "household_differs": severe(
        "同一户的住址、电话或单元与该户所示的行不一致",
        "address, phone or unit differ from an earlier row of the household, the one shown",
        "请核对户编号",
        "Check the household's code",
    ),
    "outside_units": warning(
        "住户不属于任何已导入的单元",
        "the household lies in no unit that was imported",
        "请核对单元编号",
        "Check the unit's code",
    ),
    "address_not_found": warning(
        "现行地址库中查不到这个地址（或门牌、楼栋）",
        "the address register in force does not have this address, or its number or building",
        "请核对地址的写法；确有此址的，请补入地址库",
        "Check how it is written; if it exists, add it to the address register",
    ),
    "unit_by_address": note(
        "未填单元编号，已按地址在地址库中查得（单元编号）",
        "no unit was stated; it was found by the address in the register (code of the unit)",
        "请核对；不符的，请在表中填写单元编号",
        "Check it; where it is wrong, state the unit in the sheet",
    ),
    "unit_differs_from_address": warning(
        "所填单元与地址在现行地址库中的单元（所示）不一致，以所填单元为准",
        "the address register in force has this address in another unit, the one shown; the unit stated holds",
        "请核对：单元编号列是否错行，地址或地址库是否有误",
        "Check whether the column of units slipped by a row, or the address or the register is wrong",
    ),
    "address_in_several_units": warning(
        "地址所在的小区、村或道路分属几个单元（所示），无法确定是哪一个",
        "the estate, village or road of this address lies in several units, those shown; which one is not said",
        "请在住址中补上楼栋或门牌号，或填写单元编号",
        "Add the building or number to the address, or state the unit",
    ),
    "age_unlikely": warning(
        "年龄不在 0 至 18 岁之间，或出生在数据日期之后",
        "the age is not between 0 and 18, or the birth lies after the day of the data",
        "请核对出生日期和数据日期",
        "Check the birth date and the day of the data",
    ),
    "deferral_without_approver": warning(
        "缓学没有写明批准单位",
        "a deferral without the office that approved it",
        "请核对：缓学由乡镇人民政府或县级教育行政部门批准（《义务教育法》第十一条第二款）",
        "Check it: a township government or the county's education bureau approves it (art. 11(2))",
    ),
    "deferral_without_end": warning(
        "写明了缓学批准单位而没有截止日期",
        "the office that approved a deferral without the day it ends",
        "请补写缓学截止日期，没有缓学的请清空",
        "State the day on which it ends, or clear the cell where nothing is deferred",
    ),
    "permit_lapsed": note(
        "居住证已过期",
        "the residence permit has lapsed",
        "请提醒签注",
        "Remind the family to have it endorsed",
    ),
}
