"""The key of a dwelling: the same through the census, a title and an address, where papers show that it is one."""

import pytest

from geo_data.reconciliation.blocks import Task, reconcile_block
from geo_data.reconciliation.papers import index_papers
from geo_data.reconciliation.records import Paper, Record
from geo_data.reconciliation.results import Child
from geo_data.reconciliation.words import Source
from tests.pure.reconciliation_world import HERE, NO_LISTS, ON, facts, paper, record

# Stand-ins for keyed indexes: "n…" of property numbers, "a…" of addresses.
LIVES = {"registration_district": HERE, "registration_unit": "A", "dwelling_unit": "A"}


def census(dwelling: str = "") -> Record:
    """The child by the census, which tells its dwelling by number or address, or not at all."""
    said = facts({**LIVES, "dwelling_key": dwelling} if dwelling else LIVES)
    return record(Source.CENSUS, unit="A", guardian_identity="father", property_key=dwelling, facts=said)


def title(holder: str, dwelling: str, unit: str = "A") -> Paper:
    """A title that tells its dwelling."""
    said = {"dwelling_right": "owned", "dwelling_key": dwelling}
    return paper(Source.TITLES, holder, said, property_key=dwelling, unit=unit)


def child_of(one: Record, *papers: Paper, numbers_at: dict[str, str] | None = None) -> Child:
    """The child, reconciled."""
    task = Task(here=HERE, on=ON, given=NO_LISTS)
    [child] = reconcile_block([one], index_papers(papers, numbers_at), task).children
    return child


@pytest.mark.parametrize(
    ("told", "numbers_at", "key"),
    [
        ("n1", {}, "n1"),
        ("a1", {}, "a1"),  # nobody states a number there
        ("a1", {"a1": "n1"}, "n1"),  # a paper states one
        ("a1", {"a1": ""}, ""),  # papers state several: the address is more than one dwelling
        ("", {"a1": "n1"}, ""),
    ],
)
def test_an_address_gives_way_to_the_one_number_stated_there(
    told: str, numbers_at: dict[str, str], key: str
) -> None:
    assert child_of(census(told), numbers_at=numbers_at).dwelling_key == key


def test_a_title_alone_tells_the_dwelling() -> None:
    assert child_of(census(), title("father", "n7")).dwelling_key == "n7"


def test_a_title_of_the_dwelling_stands_over_what_the_census_says() -> None:
    assert child_of(census("n1"), title("father", "n7")).dwelling_key == "n7"


def test_a_title_in_another_unit_says_nothing_of_the_dwelling_lived_in() -> None:
    assert child_of(census("n1"), title("father", "n7", unit="B")).dwelling_key == "n1"


def test_a_title_is_found_by_the_address_of_the_census() -> None:
    child = child_of(census("a1"), title("somebody", "n7"), numbers_at={"a1": "n7"})

    assert child.dwelling_key == "n7"
    assert [(trail.source, trail.how) for trail in child.trail] == [
        ("children", "identity"),
        ("titles", "property"),
    ]


def test_two_children_of_one_house_have_one_key_however_it_was_told() -> None:
    by_title = child_of(census(), title("father", "n7"), numbers_at={"a1": "n7"})
    by_address = child_of(census("a1"), numbers_at={"a1": "n7"})
    next_door = child_of(census("a2"), numbers_at={"a1": "n7"})

    assert by_title.dwelling_key == by_address.dwelling_key == "n7"
    assert next_door.dwelling_key == "a2"
