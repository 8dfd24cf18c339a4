"""Ids of rows made together: UUIDs that count up from a random beginning."""

from itertools import islice
from uuid import RFC_4122, UUID

from geo_data.services.copying import row_ids


def test_ids_are_uuids_of_version_8_in_the_order_in_which_they_are_made() -> None:
    made = list(islice(row_ids(), 1000))

    read = [UUID(text) for text in made]
    assert [str(one) for one in read] == made == sorted(made)
    assert {(one.version, one.variant) for one in read} == {(8, RFC_4122)}
    assert len(set(made)) == 1000


def test_two_beginnings_never_meet() -> None:
    assert len({next(row_ids()) for _ in range(1000)}) == 1000
