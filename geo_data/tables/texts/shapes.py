"""Findings about shapes and borders of units, in Chinese and English."""

from collections.abc import Mapping

from geo_data.tables.finding_text import FindingText, note, severe, warning

SHAPE_TEXTS: Mapping[str, FindingText] = {
    "polygon_invalid": severe(
        "多边形无效（如自相交）",
        "the polygon is invalid",
        "请修正图形，或选用修复“修复自相交的边界”（make_valid）",
        "Mend the shape, or choose the repair of borders that cross themselves (make_valid)",
    ),
    "polygon_mended": warning(
        "已按要求修复多边形（make_valid）",
        "the polygon was mended, as asked (make_valid)",
        "请核对",
        "Look at it",
    ),
    "not_a_polygon": severe(
        "图形不是面",
        "the shape is not a polygon",
        "请提供面图层或点坐标",
        "Give polygons, or points throughout",
    ),
    "coverage_fault": severe(
        "相邻单元的边界不一致（单元对与面积）",
        "borders of neighbours do not match (pair of units, area)",
        "请修正边界，或选用修复“弥合缝隙”（snap）",
        "Mend the border, or choose the repair of hair-thin cracks (snap)",
    ),
    "overlap": severe(
        "两个单元重叠（单元对与面积）",
        "two units overlap (pair of units, area)",
        "请在图上改正",
        "Correct it on the map",
    ),
    "gap": warning(
        "单元之间有空隙（周边单元与面积）",
        "there is a gap between units (units around it, area)",
        "请核对是否有遗漏",
        "Check whether a unit is missing",
    ),
    "slivers": warning(
        "单元之间有细小空隙（个数、总面积、最宽处）",
        "there are tiny gaps between units (number, area in all, widest place)",
        "可选用修复“弥合缝隙”（snap）消除，容差不小于缝隙最宽处；选用前可预览",
        "Choose the repair of hair-thin cracks (snap) from their widest place up; you see it first",
    ),
    "neighbours_apart": warning(
        "相邻单元之间有一条通到外侧的缝隙，没有公共边（单元对与距离）",
        "a crack open to the outside runs between neighbours, which share no border (pair of units, distance)",
        "可选用修复“弥合缝隙”（snap）消除，容差不小于该距离；选用前可预览",
        "Choose the repair of hair-thin cracks (snap) from that distance up; you see it first",
    ),
    "coverage_mended": warning(
        "已按要求对齐边界、弥合缝隙（snap；单元、面积与容差）",
        "borders were matched and cracks closed, as asked (snap; units, area and tolerance)",
        "请核对",
        "Look at the units named",
    ),
    "multi_part": warning(
        "单元由多块组成", "the unit has several parts", "请确认为飞地", "Make sure that it is an exclave"
    ),
    "no_neighbour": warning(
        "单元没有相邻单元，无法与其他单元组成学区",
        "the unit adjoins no other and cannot join a zone",
        "请检查边界，或在“划片约束”中将其与对岸单元“相连”，或批为某校“飞地”",
        "Check its border, or state under “Rules of drawing” a link to a unit, or an enclave of a school",
    ),
    "islands": warning(
        "单元分成互不相连的几片",
        "the units fall into parts that do not adjoin each other",
        "请检查河流、道路处的边界，或在“划片约束”中将两岸单元“相连”",
        "Check the borders along rivers and roads, or state links under “Rules of drawing”",
    ),
    "borders_of_polygons": severe(
        "面图层的相邻关系由图形得出，相邻关系表只用于点图层",
        "what adjoins what is read from polygons; a table of neighbours is for points",
        "请不带该表导入；需要增加或去掉的相邻关系，请在“划片约束”（或约束文件）中写“相连”“不相连”",
        "Import without it; state links to add and borders to remove under “Rules of drawing” (or in the rules file)",
    ),
    "neighbours_derived": note(
        "点图层没有边界：相邻关系由各点的三角剖分得出（相邻对数）",
        "points have no borders: what adjoins what was worked out from their triangulation (number of pairs)",
        "请核对方案文件中的 adjacency.csv；有相邻关系表的请一并提供，个别的在“划片约束”中写“相连”“不相连”",
        "Check adjacency.csv among a plan's files; give a table of neighbours if there is one, or state links by rules",
    ),
    "neighbours_by_streets": note(
        "点图层没有边界：相邻关系由现用路网上最近的几个点得出（相邻对数）",
        "points have no borders: what adjoins what was worked out from those nearest on the streets (number of pairs)",
        "请核对方案文件中的 adjacency.csv；有相邻关系表的请一并提供，个别的在“划片约束”中写“相连”“不相连”",
        "Check adjacency.csv among a plan's files; give a table of neighbours if there is one, or state links by rules",
    ),
    "parts_joined": warning(
        "两片互不相连，已以最短的连线相连（两点与距离）",
        "two parts did not hang together and were joined by the shortest link (both units and metres)",
        "请核对这条连线是否走得通；不通的在“划片约束”中写“不相连”",
        "Make sure that one can walk there; if not, state under “Rules of drawing” that they do not adjoin",
    ),
    "unit_unknown": severe(
        "没有这个单元编号", "there is no such unit", "请核对单元编号", "Check the unit's code"
    ),
}
