"""Classes of streets, as OpenStreetMap and Chinese road files name them: which are walked along, which are main."""

from enum import StrEnum


class StreetClass(StrEnum):
    """What a class means to somebody on foot."""

    CLOSED = "closed"
    MINOR = "minor"
    MAIN = "main"


MAIN = ("trunk", "trunk_link", "primary", "primary_link", "secondary", "secondary_link")
MINOR = (
    "tertiary",
    "tertiary_link",
    "unclassified",
    "residential",
    "living_street",
    "service",
    "road",
    "pedestrian",
    "footway",
    "path",
    "steps",
    "corridor",
    "elevator",
    "cycleway",
    "bridleway",
    "track",
    "crossing",
    "street",
)
CLOSED = (
    "motorway",
    "motorway_link",
    "construction",
    "proposed",
    "planned",
    "abandoned",
    "disused",
    "razed",
    "raceway",
    "bus_guideway",
    "busway",
    "escape",
    "platform",
    "rest_area",
    "services",
    "via_ferrata",
    "no",
    "river",
)
CHINESE_MAIN = ("快速路", "主干路", "主干道", "次干路", "次干道", "国道", "省道", "main_road")
CHINESE_MINOR = (
    "支路",
    "街道",
    "街巷",
    "县道",
    "乡道",
    "村道",
    "居住区道路",
    "小区道路",
    "内部道路",
    "步行街",
    "人行道",
    "人行天桥",
    "地下通道",
    "步道",
    "小路",
    "台阶",
    "自行车道",
    "机耕路",
)
CHINESE_CLOSED = ("高速公路", "高速", "匝道", "在建", "规划", "铁路", "河流")

CLASSES = {
    **dict.fromkeys((*MAIN, *CHINESE_MAIN), StreetClass.MAIN),
    **dict.fromkeys((*MINOR, *CHINESE_MINOR), StreetClass.MINOR),
    **dict.fromkeys((*CLOSED, *CHINESE_CLOSED), StreetClass.CLOSED),
}


def class_of(word: str) -> StreetClass | None:
    """Return what the class means, None for one that nobody wrote down."""
    return CLASSES.get(word.strip().casefold())
