"""Identity numbers after GB 11643."""

from datetime import date

import pytest

from geo_data.tables.identity import IdentityFault, check_digit, identity_faults, normalized

FORM, CHECK, BIRTH, SEX, ROUNDED = IdentityFault


@pytest.mark.parametrize(
    ("number", "birth_on", "sex", "faults"),
    [
        # 11010519491231002X is the example of GB 11643 itself: a girl, by the even order number.
        ("11010519491231002X", date(1949, 12, 31), "female", ()),
        ("11010519491231002x", date(1949, 12, 31), "female", ()),
        ("110105 19491231 002X", None, "", ()),
        ("110105194912310021", None, "", (CHECK,)),
        ("11010519491231002X", date(1949, 12, 30), "", (BIRTH,)),
        ("11010519491231002X", None, "male", (SEX,)),
        ("11010519491231002X", date(1950, 1, 1), "male", (BIRTH, SEX)),
        ("110105491231002", date(1949, 12, 31), "female", ()),
        ("110105491331002", None, "", (BIRTH,)),
        # As some keyboards type them: of full width, in whole or in part.
        ("１１０１０５１９４９１２３１００２Ｘ", date(1949, 12, 31), "female", ()),
        ("１１０１０５１９４９１２３１００２X", date(1949, 12, 31), "", ()),
        ("11010519491231００２ｘ", None, "male", (SEX,)),
        ("１１０１０５４９１２３１００２", date(1949, 12, 31), "", ()),
        ("Ｈ１２３４５６７（８）", None, "", ()),
        # Digits of another script are no digits here.
        ("١١٠١٠٥١٩٤٩١٢٣١٠٠٢X", None, "", (FORM,)),
        ("١١٠١٠٥٤٩١٢٣١٠٠٢", None, "", (FORM,)),
        # What a spreadsheet leaves of a number that was not kept as text.
        ("9.90001E+17", None, "", (ROUNDED,)),
        ("1.1010519491231e+17", date(1949, 12, 31), "female", (ROUNDED,)),
        ("9E+15", None, "", (ROUNDED,)),
        ("9.9E+14", None, "", (FORM,)),
        ("9.9E+19", None, "", (FORM,)),
        ("99.9E+17", None, "", (FORM,)),
        # The apostrophe by which a spreadsheet marks a text.
        ("'11010519491231002X", date(1949, 12, 31), "female", ()),
        ("＇11010519491231002X", None, "", ()),
        ("''11010519491231002X", None, "", (FORM,)),
        ("H12345678", None, "", ()),
        ("E1234567", None, "", ()),
        ("", None, "", (FORM,)),
        ("ABCDEF", None, "", (FORM,)),
        ("1101051949123100", None, "", (FORM,)),
        ("11010519491231002", None, "", (FORM,)),
    ],
)
def test_identity_number(
    number: str, birth_on: date | None, sex: str, faults: tuple[IdentityFault, ...]
) -> None:
    assert identity_faults(number, birth_on=birth_on, sex=sex) == faults


def test_a_single_wrong_digit_is_always_found() -> None:
    good = "11010519491231002X"
    for place in range(17):
        for digit in "0123456789":
            if digit != good[place]:
                damaged = good[:place] + digit + good[place + 1 :]
                assert CHECK in identity_faults(damaged)


def test_every_place_has_its_weight() -> None:
    # GB 11643: weights 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2; the sum's rest picks from 10X98765432.
    ones = [check_digit("0" * place + "1" + "0" * (16 - place)) for place in range(17)]
    nines = [check_digit("0" * place + "9" + "0" * (16 - place)) for place in range(17)]

    assert "".join(ones) == "532748X069532748X"
    assert "".join(nines) == "48X069532748X0695"


def test_check_digit_of_the_standard() -> None:
    assert check_digit("11010519491231002") == "X"
    assert (
        check_digit("１１０１０５１９４９１２３１００２") == "X"
    )  # digits of full width, as some keyboards type them
    assert normalized("１１０１０５　１９４９１２３１００２ｘ") == "11010519491231002X"
    assert normalized(" 1101 05194912\t31002x") == "11010519491231002X"
