"""Findings about files as such, in Chinese and English."""

from collections.abc import Mapping

from geo_data.tables.finding_text import FindingText, note, severe

FILE_TEXTS: Mapping[str, FindingText] = {
    "file_unreadable": severe(
        "文件无法读取", "the file cannot be read", "请检查格式和扩展名", "Check format and extension"
    ),
    "file_empty": severe("文件中没有数据行", "there is no row", "请确认导出是否完整", "Check the export"),
    "column_missing": severe("缺少必需的列", "a required column is missing", "请补上该列", "Add the column"),
    "column_twice": severe(
        "两列表示同一内容", "two columns mean the same", "请删除其中一列", "Remove one of them"
    ),
    "column_unknown": note(
        "该列未被使用",
        "this column is not used",
        "如有需要请改用模板中的列名",
        "Use a header of the template if needed",
    ),
    "cell_empty": severe("必填内容为空", "a required value is empty", "请填写", "Fill it in"),
    "cell_malformed": severe(
        "内容不符合要求的格式",
        "the value is not of the kind expected",
        "请按列说明改正",
        "See the column table",
    ),
    "cell_too_long": severe("内容过长", "the value is too long", "请缩短", "Shorten it"),
    "value_out_of_range": severe(
        "数值超出允许范围", "the number is out of range", "请核对", "Check the number"
    ),
    "value_twice": severe(
        "编号重复出现",
        "this code stands in an earlier row",
        "每个编号只能出现一次",
        "Every code may stand once",
    ),
    "name_missing": note(
        "没有名称，以编号代替", "there is no name; the code stands for it", "建议补充名称", "Add names"
    ),
}
