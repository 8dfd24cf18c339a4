"""Canonical JSON, periods and Merkle trees."""

import hashlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import merkle
from common.canonical import CanonicalValue, canonical_json, digest
from common.periods import Period

# The reference tests of Certificate Transparency's Merkle tree: eight leaves and the root over the first n.
LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "60" * 16)
]
LEAVES[7] = bytes(range(0x60, 0x70))
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (7, "7"),
        (-(2**80), str(-(2**80))),
        ("学区", '"学区"'),
        ('a"b\n', '"a\\"b\\n"'),
        ([], "[]"),
        ({}, "{}"),
        ({"b": 1, "a": [1, {"d": None, "c": False}]}, '{"a":[1,{"c":false,"d":null}],"b":1}'),
        (("x", 1), '["x",1]'),
    ],
)
def test_canonical_form(value: CanonicalValue, text: str) -> None:
    assert canonical_json(value) == text.encode()
    assert digest(value) == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    "value", [1.0, {"a": [2, 0.5]}, {1: "a"}, {"a": {None: 1}}, {"a": {1, 2}}, b"bytes", object()]
)
def test_what_is_not_canonical_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical_json(value)  # type: ignore[arg-type]  # that is the point


@pytest.mark.parametrize(("size", "root"), ROOTS.items())
def test_merkle_roots_of_the_reference(size: int, root: str) -> None:
    assert merkle.root(LEAVES[:size]).hex() == root


@given(st.lists(st.binary(max_size=4), min_size=1, max_size=40), st.data())
def test_every_entry_has_a_proof_and_no_other_passes(entries: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(entries) - 1))
    proof, root = merkle.inclusion_proof(entries, index), merkle.root(entries)
    assert merkle.is_included(entries[index], index, len(entries), proof, root)
    assert not merkle.is_included(entries[index] + b"!", index, len(entries), proof, root)
    assert not merkle.is_included(entries[index], len(entries), len(entries), proof, root)
    if proof:
        assert not merkle.is_included(entries[index], index, len(entries), proof[:-1], root)
        assert not merkle.is_included(entries[index], index, len(entries), (*proof, proof[0]), root)


def test_there_is_no_proof_beyond_the_list() -> None:
    with pytest.raises(IndexError):
        merkle.inclusion_proof([b"a"], 1)


@pytest.mark.parametrize(
    ("day", "covered"),
    [
        (date(2026, 2, 28), False),
        (date(2026, 3, 1), True),
        (date(2027, 2, 28), True),
        (date(2027, 3, 1), False),
    ],
)
def test_a_period_holds_its_first_day_and_not_its_last(day: date, covered: bool) -> None:
    assert Period(date(2026, 3, 1), date(2027, 3, 1)).covers(day) is covered


def test_periods_that_only_touch_do_not_overlap() -> None:
    first, second = Period(date(2026, 1, 1), date(2026, 2, 1)), Period(date(2026, 2, 1))
    assert not first.overlaps(second)
    assert not second.overlaps(first)
    assert Period(date(2026, 1, 31)).overlaps(first)
    assert second.overlaps(Period(date(2030, 1, 1)))


@pytest.mark.parametrize("until_on", [date(2026, 1, 1), date(2025, 12, 31)])
def test_a_period_without_a_day_is_refused(until_on: date) -> None:
    with pytest.raises(ValueError, match="at least one day"):
        Period(date(2026, 1, 1), until_on)
