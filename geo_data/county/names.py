"""Invented names that sound like a Chinese county and belong to nobody."""

from collections.abc import Iterator, Sequence
from itertools import product

ESTATE_FIRST = (
    "锦绣",
    "阳光",
    "翠湖",
    "金桂",
    "御景",
    "和谐",
    "龙泉",
    "碧水",
    "春晖",
    "丹枫",
    "凤鸣",
    "枫林",
    "福星",
    "观澜",
    "海棠",
    "华庭",
    "嘉禾",
    "江南",
    "紫薇",
    "兰亭",
)
ESTATE_LAST = ("花园", "家园", "苑", "小区", "名邸", "新村", "公馆", "雅居", "华府", "里")
VILLAGE_FIRST = ("东", "西", "南", "北", "上", "下", "前", "后", "大", "小", "新", "老")
VILLAGE_MIDDLE = ("柳", "槐", "石", "沙", "青", "白", "黄", "双", "榆", "桑", "竹", "杏", "梨", "枣")
VILLAGE_LAST = ("庄", "屯", "岗", "湾", "沟", "寨", "河", "桥", "店", "营", "口", "坡")
TOWNSHIP_FIRST = (
    "样城",
    "样东",
    "样西",
    "样南",
    "样北",
    "样河",
    "样桥",
    "样岭",
    "样泉",
    "样林",
    "样山",
    "样湖",
    "样平",
    "样安",
    "样丰",
)
STREET_FIRST = (
    "文化",
    "建设",
    "人民",
    "解放",
    "和平",
    "育才",
    "迎宾",
    "新华",
    "光明",
    "胜利",
    "友谊",
    "团结",
    "朝阳",
    "兴业",
    "健康",
    "幸福",
)
SCHOOL_FIRST = (
    "实验",
    "育才",
    "文昌",
    "启明",
    "崇文",
    "明德",
    "新华",
    "建设",
    "向阳",
    "春晖",
    "求真",
    "弘文",
    "博雅",
    "致远",
    "立人",
    "正德",
)
SURNAMES = (
    "甲",
    "乙",
    "丙",
    "丁",
    "戊",
    "己",
    "庚",
    "辛",
    "壬",
    "癸",
)  # heavenly stems: read as samples at once
GIVEN_FIRST = ("子", "梓", "雨", "浩", "思", "佳", "欣", "宇", "嘉", "一", "诗", "俊", "可", "晨", "若", "文")
GIVEN_LAST = ("涵", "轩", "萱", "然", "怡", "琪", "宸", "妍", "睿", "彤", "航", "瑶", "辰", "悦", "霖", "宁")
NUMERALS = "〇一二三四五六七八九"


def estate_names() -> Iterator[str]:
    """Yield estate names without end, none twice; later rounds are second and third phases."""
    return _rounds([first + last for last, first in product(ESTATE_LAST, ESTATE_FIRST)], "期")


def village_names() -> Iterator[str]:
    """Yield village names without end, none twice; later rounds are numbered groups."""
    names = [f + m + t for t, m, f in product(VILLAGE_LAST, VILLAGE_MIDDLE, VILLAGE_FIRST)]
    return _rounds([f"{name}村" for name in _spread(names)], "组")


def township_names(suffix: str) -> Iterator[str]:
    """Yield names of townships (镇) or street offices (街道) without end, none twice."""
    return (f"{name}{suffix}" for name in _rounds(TOWNSHIP_FIRST, ""))


def street_names(suffix: str) -> Iterator[str]:
    """Yield street names without end, none twice."""
    return (f"{name}{suffix}" for name in _rounds(STREET_FIRST, ""))


def school_names(suffix: str) -> Iterator[str]:
    """Yield school names without end, none twice."""
    return (f"样例县{name}{suffix}" for name in _rounds(SCHOOL_FIRST, ""))


def child_name(surname: int, given: int) -> str:
    """Return a name that nobody bears; any two numbers do."""
    first, last = divmod(given, len(GIVEN_LAST))
    return SURNAMES[surname % len(SURNAMES)] + GIVEN_FIRST[first % len(GIVEN_FIRST)] + GIVEN_LAST[last]


def numeral(number: int) -> str:
    """Return a number below 1000 in Chinese digits, one after another."""
    return "".join(NUMERALS[int(digit)] for digit in str(number))


def _rounds(names: Sequence[str], suffix: str) -> Iterator[str]:
    number = 1
    while True:
        yield from (name if number == 1 else f"{name}{numeral(number)}{suffix}" for name in names)
        number += 1


def _spread(names: Sequence[str]) -> list[str]:
    """Return the names so that neighbours do not sound alike: every 37th, round and round."""
    stride = 37
    return [names[i * stride % len(names)] for i in range(len(names))]
