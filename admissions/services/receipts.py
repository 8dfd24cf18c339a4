"""Receipt numbers: one per child and round, from the child alone: neither order nor anybody's wish shows in it."""

from collections.abc import Sequence

from accounts.sealing import blind_index
from admissions.models import AdmissionRound, ChildReceipt
from admissions.selectors.rounds import round_code

DIGITS = 12


def give_receipts(admission_round: AdmissionRound, child_indexes: Sequence[str]) -> dict[str, ChildReceipt]:
    """Return the receipt of each child, locked, giving one to those that have none in this round.

    A child that files again gets the receipt it had.
    """
    given = _given(admission_round, child_indexes)
    taken = {row.receipt for row in given.values()}
    wanted = {
        index: receipt_number(round_code(admission_round), index)
        for index in child_indexes
        if index not in given
    }
    taken |= set(
        ChildReceipt.objects.filter(round=admission_round, receipt__in=wanted.values()).values_list(
            "receipt", flat=True
        )
    )
    rows = [
        ChildReceipt(round=admission_round, child_index=index, receipt=_free(wanted[index], taken))
        for index in wanted
    ]
    # Two callers may file for one child at once: the first row stays, both read it back.
    ChildReceipt.objects.bulk_create(sorted(rows, key=lambda row: row.child_index), ignore_conflicts=True)
    locked = ChildReceipt.objects.select_for_update().order_by("child_index")
    found = locked.filter(round=admission_round, child_index__in=child_indexes)
    return {row.child_index: row for row in found}


def receipt_number(code: str, child_index: str) -> str:
    """Return 12 digits of a keyed hash and a check digit (Luhn), the same for the same child and round."""
    number = int(blind_index(f"{code}|{child_index}", purpose="receipt"), 16) % 10**DIGITS
    return with_check_digit(f"{number:0{DIGITS}d}")


def with_check_digit(digits: str) -> str:
    """Return the digits and their Luhn check digit. Source: ISO/IEC 7812-1, annex B."""
    doubled = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits))]
    total = sum(value - 9 if value > 9 else value for value in doubled)
    return f"{digits}{-total % 10}"


def _free(receipt: str, taken: set[str]) -> str:
    """Return the receipt, or the next free number where two children meet at one."""
    while receipt in taken:
        receipt = with_check_digit(f"{(int(receipt[:-1]) + 1) % 10**DIGITS:0{DIGITS}d}")
    taken.add(receipt)
    return receipt


def _given(admission_round: AdmissionRound, child_indexes: Sequence[str]) -> dict[str, ChildReceipt]:
    rows = ChildReceipt.objects.filter(round=admission_round, child_index__in=child_indexes)
    return {row.child_index: row for row in rows}
