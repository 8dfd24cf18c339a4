"""What a zone text says, taken apart: the records of `zone_texts`, and reading numbers out of words."""

import re
from dataclasses import dataclass
from enum import StrEnum

from geo_data.addresses.letters import chinese_number


class PhraseKind(StrEnum):
    """What a phrase names.

    place      -- an estate or village by its name
    groups     -- groups of a village, by number
    buildings  -- buildings of an estate, by number
    road       -- door numbers of a road, or all of it
    stretch    -- a road from one road to another
    region     -- what lies on given sides of roads
    township   -- all of a township
    rest       -- what nobody else names, of a township or of the county
    unreadable -- not understood
    """

    PLACE = "place"
    GROUPS = "groups"
    BUILDINGS = "buildings"
    ROAD = "road"
    STRETCH = "stretch"
    REGION = "region"
    TOWNSHIP = "township"
    REST = "rest"
    UNREADABLE = "unreadable"


class Parity(StrEnum):
    """Which numbers of a range."""

    ALL = "all"
    ODD = "odd"
    EVEN = "even"


class Side(StrEnum):
    """On which side of a road."""

    EAST = "east"
    SOUTH = "south"
    WEST = "west"
    NORTH = "north"


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers from `first` to `last`, both included; `last` None means that the range is open."""

    first: int
    last: int | None
    parity: Parity = Parity.ALL

    def has(self, number: int) -> bool:
        """Say whether the number is one of them."""
        fits = self.parity is Parity.ALL or (number % 2 == 1) == (self.parity is Parity.ODD)
        return fits and self.first <= number and (self.last is None or number <= self.last)


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase of a zone text.

    text     -- as written, widths and dashes made one
    name     -- estate, village, road or township
    numbers  -- doors, groups or buildings; empty means all
    between  -- for a stretch: the two roads at its ends
    sides    -- for a region: (road, side of it that is meant)
    excluded -- what the phrase leaves out
    remark   -- words in brackets that were not understood
    """

    text: str
    kind: PhraseKind
    name: str = ""
    numbers: tuple[Numbers, ...] = ()
    between: tuple[str, str] = ("", "")
    sides: tuple[tuple[str, Side], ...] = ()
    excluded: tuple["Phrase", ...] = ()
    remark: str = ""


FIGURE = "一二三四五六七八九十百"
NUMBER = rf"(?:\d{{1,5}}|[{FIGURE}]{{1,5}})"
GROUP, HOUSE = "(?:村民)?小?组", "(?:号楼|号院|栋|幢|座)"
LINKS = "(?:[、,，&]|-|至|到|和|及)"
# Lists of numbers of one thing: between groups and buildings the word may stand again; door numbers may carry 单号.
CHAINS = tuple(
    re.compile(rf"{NUMBER}(?:{inner}{LINKS}{NUMBER})*(?={word})")
    for inner, word in ((f"(?:{GROUP})?", GROUP), (f"(?:{HOUSE})?", HOUSE), ("", "号(?!楼|院)"))
)
COUNTED = re.compile(rf"{GROUP}|{HOUSE}")
LINK = re.compile(r"(?<=[\d号])(?:至|到)(?=\d)")
ODD = re.compile(r"\(?(?:单数?号|奇数号?|单侧|单号侧|单)(?:门牌)?\)?")
EVEN = re.compile(r"\(?(?:双数?号|偶数号?|双侧号|双号侧|双)(?:门牌)?\)?")
ONE_RANGE = re.compile(
    r"(?P<first>\d{1,5})(?:号楼|号院|栋|幢|座|号)?"
    r"(?:-(?P<last>\d{1,5})|(?P<open>号?(?:及)?(?:以上|以后|以外起|起))|(?P<upto>号?(?:及)?(?:以下|以内|以前|之内)))?"
    r"(?:号楼|号院|栋|幢|座|(?:村民)?小?组|号)?(?:门牌)?"
)


def figures_to_digits(text: str) -> str:
    """Return the text with Chinese figures as digits where they count something, and lists of numbers joined by "&".

    一至五组 -> 1-5组; 1、2、3组 -> 1&2&3组: a list of numbers of one thing is one phrase. 三里屯 stays.
    """

    def spelled(found: re.Match[str]) -> str:
        parts = re.split(r"([、,，&至到和及-])", COUNTED.sub("", found[0]))
        out = []
        for part in parts:
            if part in "、,，&和及":
                out.append("&")
            elif part in "至到-":
                out.append("-")
            else:
                out.append(re.sub(rf"[{FIGURE}]+", lambda one: str(chinese_number(one[0])), part))
        return "".join(out)

    for chain in CHAINS:
        text = chain.sub(spelled, text)
    return LINK.sub("-", text)


def read_numbers(text: str) -> tuple[Numbers, ...] | None:
    """Return the ranges that the text consists of, None when it says anything else.

    1-99号单号, 单号1-99, 2号-88号(双号), 99号以上, 120号以内, 1&3&5号, 单号. Odd or even holds for the whole text;
    without a number it means all such numbers.
    """
    parity = Parity.ALL
    rest = text
    for pattern, word in ((ODD, Parity.ODD), (EVEN, Parity.EVEN)):
        found = pattern.search(rest)
        if found:
            if parity is not Parity.ALL:
                return None
            parity, rest = word, rest[: found.start()] + rest[found.end() :]
    rest = rest.strip("()的")
    if not rest:
        return (Numbers(1, None, parity),) if parity is not Parity.ALL else None
    ranges = []
    for part in rest.split("&"):
        found = ONE_RANGE.fullmatch(part)
        numbers = _range_of(found, parity) if found else None
        if numbers is None:
            return None
        ranges.append(numbers)
    return tuple(ranges)


def _range_of(found: re.Match[str], parity: Parity) -> Numbers | None:
    first = int(found["first"])
    if found["open"]:
        return Numbers(first, None, parity)
    if found["upto"]:
        return Numbers(1, first, parity)
    last = int(found["last"]) if found["last"] else first
    return Numbers(first, last, parity) if first <= last else None
