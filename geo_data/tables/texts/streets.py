"""Findings about the street network, in Chinese and English."""

from collections.abc import Mapping

from geo_data.tables.finding_text import FindingText, note, severe, warning

STREET_TEXTS: Mapping[str, FindingText] = {
    "not_a_line": severe("图形不是线", "the shape is not a line", "请提供线图层", "Give a layer of lines"),
    "street_without_length": warning(
        "线没有长度，未使用",
        "the line has no length and was not used",
        "请删除或重画",
        "Remove it or draw it again",
    ),
    "street_twice": warning(
        "与前面的线完全重复，未使用",
        "the line is the same as an earlier one and was not used",
        "请删除其中一条",
        "Remove one of them",
    ),
    "street_class_unknown": warning(
        "不认识的道路等级，按可步行的小路处理",
        "the class is not known; it was taken for a small street that can be walked along",
        "请核对等级，或改用文档所列名称",
        "Check the class, or use one of those in the documentation",
    ),
    "street_outside": warning(
        "线不在本县区范围内，未使用",
        "the line lies outside the district and was not used",
        "请核对坐标",
        "Check its coordinates",
    ),
    "streets_outside": note(
        "文件范围大于本县区，区外路段未使用（段数）",
        "the file reaches beyond the district; pieces of street outside were not used (number)",
        "无需处理",
        "Nothing need be done",
    ),
    "street_nodes_missing": note(
        "文件边缘的路段缺少节点，未使用（段数）",
        "pieces of street at the edge of the file lack their nodes and were not used (number)",
        "如靠近本县区，请用范围更大的文件",
        "If they are near the district, use a larger extract",
    ),
    "street_island": warning(
        "一片路网与主路网不相连，从那里走不到其他地方（节点数 @ 经度, 纬度）",
        "this part of the network does not hang together with the rest: nobody can walk from it"
        " (nodes @ longitude, latitude)",
        "请在路网页上添加连接，或修正文件",
        "Add a link on the page of streets, or correct the file",
    ),
    "street_islands_small": note(
        "若干不足 10 个节点的小片路网与主路网不相连（片数；其中几片的节点数 @ 经度, 纬度）",
        "small parts of fewer than 10 nodes do not hang together with the rest"
        " (number; nodes @ longitude, latitude of some)",
        "多为院内道路；如有住户，请添加连接",
        "Mostly paths inside yards; add a link where people live",
    ),
}
