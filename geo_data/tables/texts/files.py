"""Findings about files as such, in Chinese and English."""

from collections.abc import Mapping

from geo_data.tables.finding_text import FindingText, note, severe, warning

FILE_TEXTS: Mapping[str, FindingText] = {
    "file_unreadable": severe(
        "文件无法读取", "the file cannot be read", "请检查格式和扩展名", "Check format and extension"
    ),
    "file_too_heavy": severe(
        "文件超出读取上限（内存、时间或输出），已停止读取",
        "reading the file would take more memory, time or output than allowed; it was stopped",
        "请拆分文件，或检查是否异常膨胀",
        "Split the file, or check why it is so large",
    ),
    "file_crashed_the_reader": severe(
        "读取程序在该文件上异常退出，文件可能已损坏",
        "the reader broke down on this file; it may be damaged",
        "请重新导出；仍失败请联系管理员",
        "Export it again; if it still fails tell the administrator",
    ),
    "file_of_another_kind": severe(
        "文件内容与扩展名不符",
        "the file is not what its name says",
        "请用原软件另存为所需格式",
        "Save it anew in the format its name says",
    ),
    "archive_bomb": severe(
        "压缩文件解开后异常庞大",
        "the archive would unpack to an enormous size",
        "请重新压缩或拆分",
        "Pack it again, or split it",
    ),
    "archive_path": severe(
        "压缩文件中有指向外部的路径",
        "a name in the archive points outside of it",
        "请重新压缩，只包含图层文件",
        "Pack only the files of the layer",
    ),
    "xml_entities": severe(
        "XML 文件含有实体或文档类型声明",
        "the XML has entities or a document type",
        "请重新导出为普通 KML",
        "Export it again as plain KML",
    ),
    "layers_not_read": severe(
        "只读取第一个图层，其他图层还有数据",
        "only the first layer is read, and others hold shapes",
        "请每个图层另存为一个文件",
        "Save a file for each layer",
    ),
    "shapefile_incomplete": severe(
        "Shapefile 缺少组成文件",
        "files of the shapefile are missing",
        "请把同名的 .shp、.dbf、.shx、.prj 一起压缩",
        "Pack the files .shp, .dbf, .shx and .prj of the same name together",
    ),
    "too_many_vertices": severe(
        "图形顶点过多", "the shapes have too many vertices", "请先简化图层", "Simplify the layer first"
    ),
    "example_row": severe(
        "这是模板中的示例行", "this is the template's example row", "请删除该行", "Delete the row"
    ),
    "cell_is_formula": warning(
        "内容形似公式，按文字保存",
        "the value looks like a formula; it is kept as text",
        "请核对",
        "Check that it is meant",
    ),
    "file_empty": severe("文件中没有数据行", "there is no row", "请确认导出是否完整", "Check the export"),
    "no_row_left": severe(
        "去掉有问题的行后没有数据",
        "no row without severe findings is left",
        "请先改正",
        "Correct the rows first",
    ),
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
    "header_elsewhere": severe(
        "列名不在第一个工作表的第一行",
        "the headers do not stand in the first row of the first sheet",
        "请删除列名上方的行，或把该工作表移到最前",
        "Delete the rows above them, or put their sheet first",
    ),
    "sheets_not_read": severe(
        "只读取第一个工作表，其他工作表还有数据",
        "only the first sheet is read, and others hold rows",
        "请合并到第一个工作表，或另存为多个文件；不需要的工作表请删除",
        "Bring all rows into the first sheet, or save a file for each; delete sheets that are not needed",
    ),
    "sheets_passed_over": warning(
        "其他工作表未读取（隐藏的，或只有一列文字）",
        "other sheets were not read: they are hidden, or hold one column of text",
        "请确认其中没有数据",
        "Check that they hold no rows",
    ),
    "cell_without_header": warning(
        "单元格所在列（见列号）没有列名，内容未读取",
        "a value stands in a column without a header (see its letters); it was not read",
        "请补上列名，或删除该内容",
        "Give the column a header, or delete the value",
    ),
    "cell_empty": severe("必填内容为空", "a required value is empty", "请填写", "Fill it in"),
    "cell_malformed": severe(
        "内容不符合要求的格式",
        "the value is not of the kind expected",
        "请改为所示的一种写法（电子表格中设为百分比的单元格请改为整数）",
        "Write it in one of the ways shown (a cell formatted as a percentage: as a whole number)",
    ),
    "percent_unclear": severe(
        "份额为 1：可能是 1%，也可能是设为百分比、显示为 100% 的单元格",
        "a share of 1 may be 1 %, or a cell formatted as a percentage that shows 100 %",
        "请写 100 或 100%；确为百分之一的请写 1%",
        "Write 100 or 100%; where one per cent is meant, 1%",
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
    "codes_alike": warning(
        "编号与前面一个编号只差大小写或全角半角，视为两个不同的编号",
        "this code differs from an earlier one in case or width alone; they are taken for two",
        "如指同一对象，请统一写法；确为两个的，建议改用不易混淆的编号",
        "Where one is meant, write it in one way; else use codes that nobody mistakes",
    ),
    "letters_invisible": note(
        "单元格中有看不见的字符（所示），已去掉",
        "letters that nobody sees, shown by their numbers, were left out of the cell",
        "无需处理；建议在原表中清除",
        "Nothing need be done; clear them from the sheet",
    ),
    "name_missing": note(
        "没有名称，以编号代替", "there is no name; the code stands for it", "建议补充名称", "Add names"
    ),
}
