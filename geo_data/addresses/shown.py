"""An address of the register as people write it."""


def shown_address(road: str, number: int | None, suffix: str, estate: str, building: str) -> str:
    """Return road, number, estate and building as one line: 文化路12号附3 锦绣花园3栋.

    A number without a road is the house number of the estate or village and stands behind it; a building that is a
    bare number gets 号楼. Source: docs/addresses.md (the register).
    """
    door = "" if number is None else door_words(number, suffix)
    house = f"{building}号楼" if building.isdigit() else building
    if road:
        return " ".join(part for part in (f"{road}{door}", f"{estate}{house}") if part)
    return f"{estate}{house}{door}"


def door_words(number: int, suffix: str) -> str:
    """Return 12号, 12号附3 or 甲12号."""
    return f"{suffix}{number}号" if suffix in ("甲", "乙", "丙", "丁", "戊") else f"{number}号{suffix}"
