"""Findings about coordinates, in Chinese and English."""

from collections.abc import Mapping

from geo_data.tables.finding_text import FindingText, severe, warning

COORDINATE_TEXTS: Mapping[str, FindingText] = {
    "place_missing": severe(
        "没有坐标或图形", "there is no place: no shape and no coordinates", "请补充坐标", "Add coordinates"
    ),
    "coordinate_half": warning(
        "坐标只有一半，未读取",
        "only one half of the coordinates is stated; it was not read",
        "请补上缺少的经度或纬度（横坐标或纵坐标）",
        "Add the other coordinate",
    ),
    "crs_missing": severe(
        "文件未声明坐标系",
        "the file does not name its coordinate system",
        "请向提供文件的单位问明坐标系，并在上传页选择（命令行用 --crs）",
        "Ask the office that made the file, and choose the system on the upload page (in a command: --crs)",
    ),
    "crs_declared_otherwise": warning(
        "声明的坐标系与文件自带的不同，以声明为准",
        "the declared system differs from the file's own; the declared one is used",
        "请确认",
        "Make sure that this is meant",
    ),
    "degrees_in_metric_layer": severe(
        "声明为投影坐标（米），但数值是经纬度",
        "the declared system is in metres, but these are degrees",
        "请改用所示坐标系",
        "Declare the system shown",
    ),
    "metres_in_degree_layer": severe(
        "声明为经纬度，但数值以米为单位",
        "the declared system is in degrees, but these are metres",
        "请改用所示坐标系",
        "Declare the system shown",
    ),
    "axes_swapped": severe(
        "两个坐标颠倒（如测绘惯例 X 为北、Y 为东）",
        "the two coordinates stand in the other order, as in surveys, where X is north and Y is east",
        "请选“两个坐标对调后重新检查”，或勾选“两个坐标对调后读取”再检查（命令行用 --swap-axes），或在文件中把北坐标的"
        "列名改为 纵坐标、东坐标改为 横坐标",
        "Check again with the two coordinates exchanged, by the button or the box of the form (in a command:"
        " --swap-axes), or call the column of northings 纵坐标 and that of eastings 横坐标 in the file",
    ),
    "axes_exchanged": warning(
        "已按要求把两个坐标对调后读取",
        "the two coordinates were exchanged before they were read, as was asked for",
        "请在地图上核对位置",
        "Look at the map",
    ),
    "outside_district": severe(
        "位置不在本县区范围内",
        "this lies outside the district",
        "请检查声明的坐标系",
        "Check the declared coordinate system",
    ),
    "coordinate_not_finite": severe(
        "坐标不是有效数值", "a coordinate is not a finite number", "请改正", "Correct it"
    ),
    "shifted_like": severe(
        "与现有版本中的已知位置整体偏移，偏移量与所示坐标系相符",
        "the layer lies beside the known places of the current version, as the system shown would have it",
        "请改用所示坐标系；如现行版本的位置有误，请在上传页勾选“现行版本的位置有误，以本文件为准”并写明理由"
        "（命令行用 --accept-offset）",
        "Declare the system shown; if the current version is wrong, tick “The positions of the current version are"
        " wrong” on the upload page and say why (in a command: --accept-offset)",
    ),
    "shift_accepted": warning(
        "与现有版本整体偏移，已确认以新文件为准",
        "the layer lies beside the current version; it was confirmed that the new file is right",
        "请核对预览图",
        "Look at the map",
    ),
}
