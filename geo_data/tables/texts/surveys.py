"""Findings about survey sheets that came back, in Chinese and English."""

from collections.abc import Mapping

from geo_data.tables.finding_text import FindingText, severe, warning

SURVEY_TEXTS: Mapping[str, FindingText] = {
    "survey_not_ours": severe(
        "不是本系统发出的入户调查表",
        "this is no survey sheet that was issued here",
        "请使用下载的调查表填写，不要另存到新表",
        "Fill in the sheet as it was downloaded",
    ),
    "survey_unknown": severe(
        "本县没有这个表号",
        "no sheet of this number was issued in the district",
        "请核对表号",
        "Check the number of the sheet",
    ),
    "survey_older_issue": warning(
        "这是重新发放之前的旧表",
        "the sheet was handed out again; this is the older one",
        "请确认没有遗漏新表的内容",
        "Make sure that nothing of the newer one is missing",
    ),
    "survey_row_unknown": severe(
        "该行没有本表的行号",
        "the row has no number of this sheet",
        "请把内容填到表内空行，不要插入或复制行",
        "Write it into an empty row of the sheet; do not insert or copy rows",
    ),
    "survey_row_twice": severe(
        "行号重复", "the row's number stands in an earlier row", "请删除复制的行", "Remove the copied row"
    ),
    "survey_row_missing": warning(
        "表内已有的一行被删除，按未入户处理",
        "a row of the sheet was deleted; the child counts as not visited",
        "请补充入户",
        "Visit the family",
    ),
    "survey_outcome_missing": warning(
        "未选择“情况”，按未入户处理",
        "no state was chosen; the child counts as not visited",
        "请补充入户",
        "Visit the family",
    ),
    "survey_identity_missing": warning(
        "没有证件号码，比对时只能用姓名、出生日期和住处",
        "there is no identity number: name, birth date and home must do for matching",
        "请尽快补录证件号码",
        "Ask for the number",
    ),
    "survey_date_missing": severe(
        "没有填写入户日期", "the day of the visits is missing", "请在表头填写", "Fill it in at the top"
    ),
    "survey_date_outside": severe(
        "入户日期早于发放日期或晚于今天",
        "the day of the visits lies before the sheet was issued, or in the future",
        "请核对日期",
        "Check the day",
    ),
}
