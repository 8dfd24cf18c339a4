"""A typed address in the columns of a register, so that nobody types it again."""

from collections.abc import Iterable
from dataclasses import dataclass

from geo_data.addresses.letters import normalized
from geo_data.addresses.shown import door_words
from geo_data.addresses.typed import Typed, read_typed


@dataclass(frozen=True, slots=True)
class Parts:
    """An address as a row of a register writes it; "" where it has no such part. No room is ever among them."""

    township: str
    estate: str
    building: str
    road: str
    door_number: str


def parts_of_address(text: str, *, townships: Iterable[str], district: str) -> Parts:
    """Return the parts of an address; what cannot be told apart stays the name of an estate or village.

    townships -- as the district writes them: one that stands before the place is its township
    district  -- the district's name: whatever stands before the place up to it is left out
    A bare number behind a road is its door, behind another name a building. Read by the register's own rules, the
    parts are found again by the text they were made of.
    Source: docs/addresses.md (not in the register).
    """
    typed = read_typed(text)
    head = typed.road or typed.name
    township, place = _without_township(_behind(head, normalized(district)), townships)
    estate = place if not typed.road else "" if typed.name == typed.road else typed.name
    building, door = _numbers(typed)
    return Parts(township, estate, building, place if typed.road else "", door)


def _without_township(text: str, townships: Iterable[str]) -> tuple[str, str]:
    """Return the township at the beginning, the longest that fits, and the rest; no township where nothing is left."""
    for township in sorted(townships, key=lambda name: (-len(name), name)):
        plain = normalized(township)
        if plain and text.startswith(plain) and text != plain:
            return township, text[len(plain) :]
    return "", text


def _behind(text: str, outer: str) -> str:
    _, found, rest = text.partition(outer) if outer else (text, "", "")
    return rest if found and rest else text


def _numbers(typed: Typed) -> tuple[str, str]:
    """Return building and door number as they are written. 锦绣花园12 is building 12, 文化路12 door 12."""
    door = "" if typed.door is None else door_words(typed.door.number, typed.door.suffix)
    if typed.door and typed.building == str(typed.door.number) and not typed.text.endswith("号"):
        return ("", door) if typed.road else (_building(typed.building), "")
    return _building(typed.building), door


def _building(key: str) -> str:
    if key.isdigit():
        return f"{key}号楼"
    return f"{key.upper()}座" if len(key) == 1 and key.isascii() else key
