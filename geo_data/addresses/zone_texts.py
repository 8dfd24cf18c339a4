"""Zone texts as bureaus publish them, taken apart into phrases: streets with odd and even numbers, estates, village
groups, townships, stretches and sides of roads, and what is left out.

人民路1-99号（单号）、建设街以东、锦绣花园、东柳庄村1-5组；城关镇（除西关村外）
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

from geo_data.addresses.zone_words import Numbers, Phrase, PhraseKind, Side, figures_to_digits, read_numbers

ROADS = "大道|大街|胡同|公路|马路|环路|路|街|巷|弄|国道|省道|县道|铁路|河|渠"
ROADS_TO_ROADS = rf"(?:{ROADS})-"
TOWNSHIP = re.compile(r"(?P<name>.+(?:镇|乡|街道))(?:办事处|办)?(?:全部|全域|全境|辖区|所有区域|整个)?")
REST = re.compile(r"(?P<name>.*?)(?:的|内|中)?(?:其余|其他|其它|剩余)(?:的|各)?(?P<what>.{0,6})")
SIDES = {"东": Side.EAST, "南": Side.SOUTH, "西": Side.WEST, "北": Side.NORTH}
OPPOSITE = {
    Side.EAST: Side.WEST,
    Side.WEST: Side.EAST,
    Side.NORTH: Side.SOUTH,
    Side.SOUTH: Side.NORTH,
}
ONE_SIDE = re.compile(r"(?P<road>[^以]{2,}?)以(?P<side>[东南西北])(?:侧|边|面|部分|区域|片区)?")
NUMBERED = re.compile(r"\d(?:号(?:楼|院)?|栋|幢)?$")
BOUND = re.compile(r"(?P<side>[东南西北])(?:至|到|起|临|抵|以)(?P<road>.{2,})")
ROAD = re.compile(rf"(?P<road>.*?[^\d&-]*?(?:{ROADS}))(?P<rest>(?:\d|单|双|奇|偶|从|自|\().*)?")
ROAD_AND_STRETCH = re.compile(
    rf"(?P<road>.+?(?:{ROADS}))(?:从|自|由)?(?P<a>.{{2,}}?(?:{ROADS}|桥|口))(?:至|到|-)(?P<b>.{{2,}}?)(?:之?间)?(?:路?段)?"
)
STRETCH = re.compile(r"(?:从|自|由)?(?P<a>.{2,}?)(?:至|到|-)(?P<b>.{2,}?)(?:之?间)?(?:路?段)?")
COUNTED_THING = re.compile(
    r"(?P<name>.*?)第?(?P<numbers>\d[\d&-]*)(?P<what>(?:村民)?小?组|号楼|栋|幢|座)(?:全部|居民)?"
)
BARE_NUMBERS = re.compile(r"(?:\d[\d&-]*号|单|双|奇|偶).*")
WHOLE = re.compile(r"(?:全段|全路|全街|全线|全部|沿线|沿街|两侧|整条|全程)$")
LEADING = re.compile(r"^(?:(?:服务|招生|划片|施教|学区)?(?:范围|区域|区)?[:：]|包括|包含|含|凡|以及|另外?)+")
TRAILING = re.compile(
    r"(?:(?:内|的)*(?:适龄)?(?:儿童|居民|住户|学生)|的?(?:辖区|范围内?|区域)|全村|全部|所有楼栋|全小区)+$"
)
OPEN_LIST = "等"
OFFICES = (
    (re.compile(r"(?:村村民委员会|村民委员会|村委会)$"), "村"),
    (re.compile(r"(?:居民委员会|居委会)$"), ""),
)
WITHOUT_BEFORE = re.compile(
    r"(^|[、,;。\n(])除([^;。()\n]+?)(?:以外|之外|外)的?(?=[^、,;。)\n])([^、,;。()\n]+)"
)
WITHOUT_AFTER = re.compile(r"[、,]?除(?:了|去)?([^;。()\n]+?)(?:以外|之外|外)(?=[、,;。)\n]|$)")
EXCEPTED = re.compile(r"[、,]?([^、,;。()\n]+)除外")
LEFT_OUT = re.compile(r"^(?:不含|不包括|不包含|除去|除)")
SEPARATORS = "、,;。\n"
AND = re.compile(
    r"(?<=[镇乡村组园苑区庄路街巷院楼里城湾栋号府])(?:以及|和|与|及)(?!平|谐|睦|美|顺|信|兴|畅|泰|盛)(?=.{2,})"
)
ALONE = re.compile(r"\(?[\d一二三四五六七八九十]{1,2}[).]?")
LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class _Said:
    """A clause: its words before any bracket, and what stands in its brackets."""

    text: str
    head: str
    brackets: tuple[str, ...]


def read_zone_text(text: str) -> tuple[Phrase, ...]:
    """Return the phrases of a zone text, in its order. Nothing is dropped: what is not understood is a phrase as well.

    1. Widths, dashes and brackets are made one; 除A、B外, A、B除外 and 不含A、B become brackets of what they belong to.
    2. The text is cut at 、，；。 and line ends outside brackets; lists of numbers of one thing stay together.
    3. Every clause is read as one kind of phrase; a clause of bare numbers belongs to the road, village or estate
       named before it.
    4. Sides of roads that follow one another (人民路以北、建设街以东; 东至…，南至…) are one region.
    Text beyond 20,000 letters is one unreadable phrase. Source: docs/zone-texts.md.
    """
    found: list[Phrase] = []
    for said in _clauses(_plain(text[:LONGEST])):
        phrase = _phrase(said, found[-1] if found else None)
        if phrase.kind is PhraseKind.REGION and found and found[-1].kind is PhraseKind.REGION:
            last = found.pop()
            phrase = replace(phrase, text=f"{last.text}、{phrase.text}", sides=(*last.sides, *phrase.sides))
        found.append(phrase)
    if len(text) > LONGEST:
        found.append(Phrase(f"{text[LONGEST : LONGEST + 40]}…", PhraseKind.UNREADABLE))
    return tuple(found)


def _plain(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).replace("【", "(").replace("】", ")")
    plain = plain.replace("[", "(").replace("]", ")").replace("；", ";").replace("\r", "\n")
    plain = re.sub(r"[‐-―−－—–~～]+", "-", plain)
    plain = re.sub(r"(?<=\d)#(?:楼|栋|幢)?", "号楼", plain)
    plain = re.sub(r"[ \t“”\"'‘’《》]+", "", plain)
    plain = figures_to_digits(plain)
    plain = WITHOUT_BEFORE.sub(r"\1\3(不含\2)", plain)
    plain = WITHOUT_AFTER.sub(r"(不含\1)", plain)
    plain = EXCEPTED.sub(r"(不含\1)", plain)
    return plain.replace("((", "(").replace("))", ")")


def _clauses(text: str) -> Iterator[_Said]:
    for part in _cut(text):
        if not ALONE.fullmatch(part):
            heads = AND.split(part) if "(" not in part else [part]
            for head in heads:
                yield _said(head)


def _cut(text: str) -> Iterator[str]:
    """Yield the parts between separators that stand outside brackets, without white space, none empty."""
    depth, part = 0, ""
    for letter in text + SEPARATORS[0]:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter in SEPARATORS and depth <= 0:
            depth = 0
            if part.strip():
                yield part.strip()
            part = ""
        else:
            part += letter
    if part.strip():
        yield part.strip()


def _said(clause: str) -> _Said:
    brackets = tuple(re.findall(r"\(([^()]*)\)?", clause))
    head = re.sub(r"\([^()]*\)?", "", clause)
    return _Said(clause, head, brackets)


def _phrase(said: _Said, before: Phrase | None) -> Phrase:
    head = LEADING.sub("", said.head)
    is_open = head.endswith(OPEN_LIST) and len(head) > len(OPEN_LIST)
    head = head.removesuffix(OPEN_LIST) if is_open else head
    head = TRAILING.sub("", head) or head
    is_left_out = LEFT_OUT.match(head)
    if is_left_out and before is not None and not said.brackets:
        return Phrase(said.text, PhraseKind.UNREADABLE, remark="excluded")
    phrase = replace(
        _read_head(head, before), text=said.text.replace("&", "、"), remark=OPEN_LIST if is_open else ""
    )
    for words in said.brackets:
        phrase = _with_brackets(phrase, words)
    return phrase


def _read_head(head: str, before: Phrase | None) -> Phrase:
    for read in (_region, _rest, _counted, _bare_numbers, _township, _road):
        found = read(head, before)
        if found is not None:
            return found
    name = _without_office(head)
    if (
        len(name) < 2
        or not re.search(r"[^\W\d]", name)
        or re.search(rf"以[东南西北]|至|到|{ROADS_TO_ROADS}", name)
    ):
        return Phrase(head, PhraseKind.UNREADABLE)
    return Phrase(head, PhraseKind.PLACE, name)


def _without_office(name: str) -> str:
    for pattern, kept in OFFICES:
        name = pattern.sub(kept, name)
    return name


def _region(head: str, _before: Phrase | None) -> Phrase | None:
    sides, rest = [], head
    while found := ONE_SIDE.match(rest):
        sides.append((found["road"], SIDES[found["side"]]))
        rest = rest[found.end() :]
    if any(NUMBERED.search(road) for road, _ in sides):  # 文化路95号以东: east of a door, which is no line
        return Phrase(head, PhraseKind.UNREADABLE)
    if sides and not rest:
        return Phrase(head, PhraseKind.REGION, sides=tuple(sides))
    if found := BOUND.fullmatch(head):
        return Phrase(head, PhraseKind.REGION, sides=((found["road"], OPPOSITE[SIDES[found["side"]]]),))
    return None


def _rest(head: str, _before: Phrase | None) -> Phrase | None:
    found = REST.fullmatch(head)
    if found is None:
        return None
    township = TOWNSHIP.fullmatch(found["name"]) if found["name"] else None
    return Phrase(head, PhraseKind.REST, township["name"] if township else found["name"])


def _counted(head: str, before: Phrase | None) -> Phrase | None:
    """Groups of a village or buildings of an estate; without a name, those of the one named before."""
    found = COUNTED_THING.fullmatch(head)
    numbers = read_numbers(found["numbers"] + "号") if found else None
    if found is None or numbers is None:
        return None
    kind = PhraseKind.GROUPS if found["what"].endswith("组") else PhraseKind.BUILDINGS
    name = _without_office(found["name"])
    if not name and before is not None and before.kind in (kind, PhraseKind.PLACE):
        name = before.name
    return Phrase(head, kind if name else PhraseKind.UNREADABLE, name, numbers if name else ())


def _bare_numbers(head: str, before: Phrase | None) -> Phrase | None:
    """Door numbers without a road belong to the road named before."""
    if not BARE_NUMBERS.fullmatch(head):
        return None
    numbers = read_numbers(head)
    if numbers is None:
        return None
    if before is None or before.kind is not PhraseKind.ROAD:
        return Phrase(head, PhraseKind.UNREADABLE)
    return Phrase(head, PhraseKind.ROAD, before.name, numbers)


def _township(head: str, _before: Phrase | None) -> Phrase | None:
    found = TOWNSHIP.fullmatch(head)
    return Phrase(head, PhraseKind.TOWNSHIP, found["name"]) if found else None


def _road(head: str, _before: Phrase | None) -> Phrase | None:
    if found := ROAD_AND_STRETCH.fullmatch(head):
        return Phrase(head, PhraseKind.STRETCH, found["road"], between=(found["a"], found["b"]))
    whole = WHOLE.sub("", head)
    found = ROAD.fullmatch(whole)
    if found is None or re.search(r"[-至到]", found["road"]):
        return None
    if not found["rest"]:
        return Phrase(head, PhraseKind.ROAD, found["road"])
    numbers = read_numbers(found["rest"])
    return Phrase(head, PhraseKind.ROAD, found["road"], numbers) if numbers else None


def _with_brackets(phrase: Phrase, words: str) -> Phrase:
    """Return the phrase as its brackets narrow it down; words that do not are kept as a remark."""
    if not words:
        return phrase
    if found := LEFT_OUT.match(words):
        left_out = tuple(_inherited(one, phrase) for one in read_zone_text(words[found.end() :]))
        return replace(phrase, excluded=(*phrase.excluded, *left_out))
    if WHOLE.fullmatch(words) or words in ("含", "整体"):
        return phrase
    if phrase.kind is PhraseKind.ROAD:
        return _narrowed_road(phrase, words)
    if phrase.kind is PhraseKind.PLACE and (inner := _counted(figures_to_digits(words), phrase)):
        return replace(phrase, kind=inner.kind, numbers=inner.numbers)
    return replace(phrase, remark="; ".join(filter(None, (phrase.remark, words))))


def _narrowed_road(phrase: Phrase, words: str) -> Phrase:
    ranges: list[Numbers] = []
    for part in re.split(r"[、,;]", words):
        numbers = read_numbers(part)
        if numbers is None:
            break
        ranges += numbers
    else:
        return replace(phrase, numbers=_combined(phrase.numbers, tuple(ranges)))
    found = STRETCH.fullmatch(words)
    if found and not phrase.numbers:
        return replace(phrase, kind=PhraseKind.STRETCH, between=(found["a"], found["b"]))
    return replace(phrase, remark="; ".join(filter(None, (phrase.remark, words))))


def _combined(stated: tuple[Numbers, ...], narrowed: tuple[Numbers, ...]) -> tuple[Numbers, ...]:
    """A bracket that says only odd or even (单号) narrows the ranges before it; one with numbers adds its own."""
    if stated and len(narrowed) == 1 and narrowed[0].first == 1 and narrowed[0].last is None:
        return tuple(replace(one, parity=narrowed[0].parity) for one in stated)
    return (*stated, *narrowed)


def _inherited(left_out: Phrase, of: Phrase) -> Phrase:
    """Groups, buildings and numbers left out without a name are those of the phrase they are left out of."""
    if left_out.kind is not PhraseKind.UNREADABLE:
        return left_out
    plain = Phrase(of.text, PhraseKind.PLACE if of.kind is not PhraseKind.ROAD else PhraseKind.ROAD, of.name)
    return replace(_read_head(left_out.text, plain), text=left_out.text)
