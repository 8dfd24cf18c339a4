"""Addresses of a long list, held against the address register."""

from collections.abc import Callable

from geo_data.tables.rows import Row

AddressAnswers = Callable[[str], tuple[bool, tuple[str, ...]]]
MOST_NAMED = 10  # units


def unit_by_address(row: Row, unit: str, answers: AddressAnswers | None) -> str | None:
    """Return the unit of a row: its own, or, where it states none, the one in which the register has its address.

    unit    -- as the row states it; it holds, whatever the register says
    answers -- whether the register has an address, and the units in which it may lie ("" for none); None without
               register
    None where no unit is stated and the address lies in several units.
    An address that the register does not have is noted, and so are a unit that was found by address, a stated one in
    which the address does not lie, and an address in several units.
    Source: docs/addresses.md (lists that carry addresses).
    """
    if answers is None or not (address := row.text("address")):
        return unit
    is_found, found = answers(address)
    if not is_found:
        row.note("address_not_found", "address")
        return unit
    if not unit and len(found) > 1:
        row.note("address_in_several_units", _column(row), _named(found))
        return None
    if unit in found or found == ("",):
        return unit
    if unit:
        row.note("unit_differs_from_address", "unit_id", _named(found))
        return unit
    row.note("unit_by_address", _column(row), found[0])
    return found[0]


def _named(units: tuple[str, ...]) -> str:
    codes = [code or "?" for code in units[:MOST_NAMED]]
    return ", ".join(codes) + (", …" if len(units) > MOST_NAMED else "")


def _column(row: Row) -> str:
    return "unit_id" if row.has("unit_id") else ""
