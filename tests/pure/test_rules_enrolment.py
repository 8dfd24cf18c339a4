"""Who of a school's list is enrolled: one case for each fault, and lists as schools write them."""

import pytest

from admissions.rules.enrolment import (
    ArrivalFault,
    Arrivals,
    ListedReceipt,
    Place,
    RefusedLine,
    judge_arrivals,
    read_receipts,
)

PLACES = {
    "1": Place("A", "held"),
    "2": Place("A", "confirmed"),
    "3": Place("A", "enrolled"),
    "4": Place("B", "held"),
    "5": Place("A", "declined"),
    "6": Place("A", "lapsed"),
    "7": Place("A", "moved"),
    "8": Place("B", "enrolled"),
}


def judged(*receipts: str) -> Arrivals:
    listed = [ListedReceipt(place, receipt) for place, receipt in enumerate(receipts, 2)]
    return judge_arrivals(listed, PLACES, school="A")


def test_held_and_confirmed_places_are_enrolled_and_enrolled_ones_are_counted() -> None:
    assert judged("3", "2", "1") == Arrivals(("2", "1"), ("3",), ())


@pytest.mark.parametrize(
    ("receipt", "fault"),
    [
        ("9", ArrivalFault.UNKNOWN),
        ("", ArrivalFault.UNKNOWN),
        ("4", ArrivalFault.OTHER_SCHOOL),
        ("8", ArrivalFault.OTHER_SCHOOL),
        ("5", ArrivalFault.DECLINED),
        ("6", ArrivalFault.LAPSED),
        ("7", ArrivalFault.MOVED),
    ],
)
def test_every_other_line_is_named_with_its_fault(receipt: str, fault: ArrivalFault) -> None:
    assert judged("1", receipt) == Arrivals(("1",), (), (RefusedLine(3, receipt, fault),))


@pytest.mark.parametrize("receipt", ["1", "3"])
def test_a_receipt_listed_twice_names_both_lines(receipt: str) -> None:
    assert judged(receipt, "2", receipt).refused == (RefusedLine(4, receipt, ArrivalFault.DOUBLED, 2),)


@pytest.mark.parametrize(
    ("content", "listed"),
    [
        (b"123\n456\n", [(1, "123"), (2, "456")]),
        ("\ufeff报名号\n123\n\n45 6\n".encode(), [(2, "123"), (4, "456")]),
        ("班级,报名号\r\n一班,123\r\n,\r\n二班,\r\n".encode("gb18030"), [(2, "123"), (4, "")]),
        (b"Receipt Number,note\n123,\n", [(2, "123")]),
        (b"", []),
        ("报名号\n".encode(), []),
    ],
)
def test_a_list_is_read_with_the_numbers_of_its_lines(content: bytes, listed: list[tuple[int, str]]) -> None:
    assert read_receipts(content) == tuple(ListedReceipt(*row) for row in listed)


def test_what_is_no_text_is_no_list() -> None:
    with pytest.raises(ValueError, match="no text"):
        read_receipts(b"PK\x03\x04\xff\xff\xff")
