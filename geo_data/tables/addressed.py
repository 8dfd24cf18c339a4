"""Addresses of a long list, held against the address register."""

from collections.abc import Callable

from geo_data.tables.cells import Row

AddressAnswers = Callable[[str], tuple[bool, str]]


def unit_by_address(row: Row, unit: str, answers: AddressAnswers | None) -> str:
    """Return the unit of a row: its own, or, where it states none, the one in which the register has its address.

    unit    -- as the row states it; it holds, whatever the register says
    answers -- whether the register has an address, and its unit, "" where that is not one alone; None without register
    An address that the register does not have is noted, and so is every unit that was found by address.
    Source: docs/addresses.md (lists that carry addresses).
    """
    if answers is None or not (address := row.text("address")):
        return unit
    is_found, found = answers(address)
    if not is_found:
        row.note("address_not_found", "address")
    elif found and not unit:
        row.note("unit_by_address", "unit_id" if row.has("unit_id") else "", found)
        return found
    return unit
