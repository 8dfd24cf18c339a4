"""Rules behind the entry list: who is seated before the draw, who is one ball, which line takes open seats."""

from datetime import date

import pytest

from admissions.rules.facts import Fact, FactName, Facts, FactSource
from admissions.rules.open_seats import open_kind
from admissions.rules.policy_records import LineKind
from admissions.rules.special_needs import seat_line


def needs(value: bool) -> Facts:
    return Facts([Fact(FactName.SPECIAL_NEEDS, value, FactSource.OFFICER, date(2026, 3, 1), "committee")])


@pytest.mark.parametrize(
    ("facts", "listed", "nearest", "line"),
    [
        (needs(True), ["east.zone"], ["west.zone", "east.zone"], "east.zone"),
        (needs(True), [], ["west.zone", "east.zone"], "west.zone"),
        (needs(True), [], [], None),
        (needs(False), ["east.zone"], ["west.zone"], None),
        (Facts([]), ["east.zone"], ["west.zone"], None),
    ],
)
def test_special_needs_seat_is_at_the_listed_school_first_then_the_nearest(
    facts: Facts, listed: list[str], nearest: list[str], line: str | None
) -> None:
    assert seat_line(facts, listed=listed, nearest=nearest) == line


@pytest.mark.parametrize(
    ("is_private", "schools_in_zone", "kind"),
    [
        (True, 0, LineKind.PRIVATE_OPEN),
        (True, 1, LineKind.PRIVATE_OPEN),
        (False, 0, None),
        (False, 1, LineKind.ZONE),
        (False, 2, LineKind.MULTI_SCHOOL),
    ],
)
def test_open_seats_follow_ownership_and_the_size_of_the_zone(
    is_private: bool, schools_in_zone: int, kind: LineKind | None
) -> None:
    assert open_kind(is_private=is_private, schools_in_zone=schools_in_zone) is kind
