"""The register in force, read once before a long list is."""

from collections.abc import Callable
from functools import lru_cache

from geo_data.addresses.book import AddressBook, Answer, BookEntry, BookName, book_of
from geo_data.addresses.letters import normalized
from geo_data.addresses.typed import without_flat
from geo_data.models import AddressEntry, AddressName, Dataset

KEPT_ANSWERS = 1 << 17  # buildings: their homes often follow one another


def load_address_book(register: Dataset) -> AddressBook:
    """Return the register as a book; two queries."""
    names = AddressName.objects.filter(dataset=register).order_by("pk")
    entries = AddressEntry.objects.filter(dataset=register).order_by("pk")
    named = names.values_list("name", "kind", "place", "township", "unit_code")
    told = entries.values_list(
        *("road_text", "estate_text", "building_key", "number", "suffix", "township", "unit_code")
    )
    return book_of(
        (
            BookName(normalized(name), kind, place, normalized(township), unit)
            for name, kind, place, township, unit in named.iterator()
        ),
        (
            BookEntry(road, estate, building, number, suffix, normalized(township), unit)
            for road, estate, building, number, suffix, township, unit in told.iterator()
        ),
    )


def answers_of(register: Dataset | None) -> Callable[[str], Answer] | None:
    """Return what the register says of an address, for the readers of long lists; None where there is no register."""
    if register is None:
        return None
    answer = lru_cache(maxsize=KEPT_ANSWERS)(load_address_book(register).answer)
    return lambda address: answer(without_flat(address))
