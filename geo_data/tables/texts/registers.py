"""Findings about the lists of other offices, in Chinese and English."""

from collections.abc import Mapping

from geo_data.tables.finding_text import FindingText, note, severe, warning

REGISTER_TEXTS: Mapping[str, FindingText] = {
    "identity_absent": note(
        "没有证件号码，只能按姓名、出生日期和监护人比对",
        "no identity number: the row can only be matched on name, birth date and guardian",
        "请尽量补录证件号码",
        "Add the number where it can be had",
    ),
    "guardian_form": severe(
        "监护人证件号码格式不正确",
        "the guardian's number is neither an identity number nor another document's",
        "请核对证件",
        "Check the document",
    ),
    "guardian_check_digit": severe(
        "监护人身份证号码校验位不正确（GB 11643）",
        "the check digit of the guardian's identity number is wrong (GB 11643)",
        "请核对证件；号码以 000 结尾的，多半是电子表格丢失了后几位，请把该列设为文本后重新导出",
        "Check the document; a number that ends in 000 was most likely rounded by a spreadsheet: format the column as"
        " text and export it again",
    ),
    "guardian_rounded": severe(
        "电子表格已丢失监护人号码的后几位，证件本身没有问题",
        "a spreadsheet has lost the last digits of the guardian's number; the document itself is not wrong",
        "请把该列设为文本格式，从原系统重新导出",
        "Format the column as text, and export it again from the system it comes from",
    ),
    "guardian_birth_date": severe(
        "监护人身份证号码中的出生日期不存在",
        "the guardian's identity number holds a birth date that does not exist",
        "请核对证件",
        "Check the document",
    ),
    "guardian_is_child": severe(
        "监护人证件号码就是儿童本人的号码",
        "the guardian's number is the child's own",
        "请填写监护人本人的证件号码",
        "State the guardian's own number",
    ),
    "guardian_not_older": severe(
        "监护人的出生日期不早于儿童",
        "the guardian is not older than the child",
        "请核对监护人和儿童的证件，是否填反",
        "Check both documents; the numbers may have been exchanged",
    ),
    "guardian_under_age": warning(
        "监护人未满 18 周岁（《民法典》第十七条）",
        "the guardian is not 18 years old yet (Civil Code, art. 17)",
        "请核实监护人；未成年人一般不能担任监护人",
        "Ask who the guardian is; a minor is one in exceptions only",
    ),
    "guardian_twice": warning(
        "两名监护人是同一人",
        "both guardians are the same person",
        "请填写另一监护人，没有的留空",
        "State the other guardian, or leave the cell empty",
    ),
    "entry_repeated": warning(
        "与前面所示的一行完全相同，未导入",
        "the row repeats an earlier one, the one shown, and was left out",
        "请删除重复行",
        "Remove one row",
    ),
    "entry_twice": warning(
        "同一人在名单中出现两次（首次在所示的行）且内容不同，两行均保留",
        "the same person stands in an earlier row, the one shown, with other content; both rows are kept",
        "请在摸底比对中核实哪一行有效",
        "Settle in the reconciliation which row holds",
    ),
    "attended_above_due": warning(
        "实到天数多于应到天数",
        "the pupil was present on more days than there were",
        "请核对两个天数，是否填反",
        "Check both figures: they may stand in the other's column",
    ),
    "unit_not_here": warning(
        "单元编号不在已导入的单元中",
        "the unit is not among those imported",
        "请核对单元编号",
        "Check the unit's code",
    ),
    "school_not_here": warning(
        "学校编号不在已导入的学校中",
        "the school is not among those imported",
        "请核对学校编号；外县学校可保留",
        "Check the school's code; schools of other counties may stay",
    ),
    "permit_ends_before_it_begins": severe(
        "居住证失效日期不晚于签发日期",
        "the residence permit ends before it begins",
        "请核对日期",
        "Check the dates",
    ),
    "fact_not_declarable": severe(
        "此项不由监护人申报",
        "this is not for guardians to declare",
        "请由部门查询或现场核验",
        "It is looked up, or shown to an officer",
    ),
    "rental_ended": note(
        "租赁已到期", "the rental has ended", "请提醒续签备案", "Remind the family to have it recorded anew"
    ),
}
