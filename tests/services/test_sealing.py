"""Sealed values open for the field of the row they were sealed for, and for nothing else."""

import base64
import hmac
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from accounts import sealing
from accounts.sealing import (
    BadKeys,
    CannotOpen,
    IndexHash,
    Keyring,
    SealingCipher,
    blind_index,
    field_opener,
    field_sealer,
    is_sealed_as_now,
    keyed_index,
    open_sealed,
    read_keyring,
    seal,
    sealing_key_of,
)
from common.canonical import canonical_json

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
RING = Keyring({"old": OLD}, "old")
ROTATED = Keyring({"new": NEW, "old": OLD}, "new")
SM4 = Keyring({"old": OLD}, "old", SealingCipher.SM4_GCM)
ROW, OTHER_ROW = uuid4(), uuid4()
HMAC_SHA_256 = "4bcdbc7fac76ff2ef7ed85af2098939f6ec4f8dc3bf4cacace8b7946bd2e3d44"
HMAC_SM3 = "5667b6d68444b55a1510eda06b6ccb3b2167b82038822e2bb23da2fcdb6aa972"


def sealed_name(ring: Keyring = RING, row: object = ROW) -> bytes:
    return seal("李小明", table="child", row_id=row, field="name_sealed", keyring=ring)


def open_name(sealed: bytes, ring: Keyring = RING, row: object = ROW) -> str:
    return open_sealed(sealed, table="child", row_id=row, field="name_sealed", keyring=ring)


@pytest.mark.parametrize("ring", [RING, ROTATED, SM4])
def test_sealed_text_opens_again(ring: Keyring) -> None:
    assert open_name(sealed_name(ring), ring) == "李小明"


@pytest.mark.parametrize("ring", [RING, ROTATED, SM4])
def test_what_seals_many_rows_does_what_seals_one(ring: Keyring) -> None:
    sealed, opened = field_sealer("child", "name_sealed", ring), field_opener("child", "name_sealed", ring)
    made = [sealed("李小明", str(ROW)) for _ in range(50)]

    assert {open_name(one, ring) for one in made} == {"李小明"}
    assert len(set(made)) == 50
    assert opened(memoryview(sealed_name(ring)), str(ROW)).decode() == "李小明"
    with pytest.raises(CannotOpen, match=r"child\.name_sealed"):
        opened(sealed_name(ring), str(OTHER_ROW))
    with pytest.raises(CannotOpen):
        open_name(made[0], ring, OTHER_ROW)


def test_the_same_text_never_gives_the_same_bytes() -> None:
    assert len({sealed_name() for _ in range(50)}) == 50


def test_aes_sealing_is_plain_aes_256_gcm_over_the_stated_layout() -> None:
    sealed = sealed_name()

    head, nonce, rest = sealed[:6], sealed[6:18], sealed[18:]
    place = head + canonical_json(["child", str(ROW), "name_sealed"])
    assert head == b"\x01\x01\x03old"
    assert AESGCM(OLD).decrypt(nonce, rest, place).decode() == "李小明"


@pytest.mark.parametrize("ring", [RING, SM4])
def test_values_swapped_between_two_rows_do_not_open(ring: Keyring) -> None:
    mine, yours = sealed_name(ring, ROW), sealed_name(ring, OTHER_ROW)

    for sealed, row in ((yours, ROW), (mine, OTHER_ROW)):
        with pytest.raises(CannotOpen):
            open_name(sealed, ring, row)


@pytest.mark.parametrize(("table", "field"), [("guardian", "name_sealed"), ("child", "address_sealed")])
def test_a_value_moved_to_another_table_or_field_does_not_open(table: str, field: str) -> None:
    with pytest.raises(CannotOpen):
        open_sealed(sealed_name(), table=table, row_id=ROW, field=field, keyring=RING)


@pytest.mark.parametrize("ring", [RING, SM4])
def test_a_value_damaged_in_any_byte_does_not_open(ring: Keyring) -> None:
    sealed = sealed_name(ring)

    for i in range(len(sealed)):
        damaged = sealed[:i] + bytes([sealed[i] ^ 1]) + sealed[i + 1 :]
        with pytest.raises(CannotOpen):
            open_name(damaged, ring)


def test_a_value_cut_off_anywhere_does_not_open() -> None:
    sealed = sealed_name()

    for length in range(len(sealed)):
        with pytest.raises(CannotOpen):
            open_name(sealed[:length])


def test_an_old_key_still_opens_after_rotation_but_no_longer_seals() -> None:
    before, after = sealed_name(RING), sealed_name(ROTATED)

    assert open_name(before, ROTATED) == "李小明"
    assert (sealing_key_of(before), sealing_key_of(after)) == ("old", "new")
    assert not is_sealed_as_now(before, ROTATED)
    assert is_sealed_as_now(after, ROTATED)


def test_without_its_key_a_value_does_not_open() -> None:
    with pytest.raises(CannotOpen, match="key new is missing"):
        open_name(sealed_name(ROTATED), RING)


def test_a_change_of_cipher_leaves_old_values_readable() -> None:
    assert open_name(sealed_name(RING), SM4) == "李小明"
    assert not is_sealed_as_now(sealed_name(RING), SM4)


@pytest.mark.parametrize(
    ("entries", "cipher"),
    [
        ([], "AES-256-GCM"),
        (["k1:not base64"], "AES-256-GCM"),
        (["k1:" + base64.b64encode(bytes(16)).decode()], "AES-256-GCM"),
        (["k1:" + base64.b64encode(OLD).decode()] * 2, "AES-256-GCM"),
        ([":" + base64.b64encode(OLD).decode()], "AES-256-GCM"),
        (["k1:" + base64.b64encode(OLD).decode()], "ROT13"),
    ],
)
def test_unusable_keys_are_refused(entries: list[str], cipher: str) -> None:
    with pytest.raises(BadKeys):
        read_keyring(entries, cipher)


def test_the_first_key_seals() -> None:
    entries = [f"{name}:{base64.b64encode(key).decode()}" for name, key in (("new", NEW), ("old", OLD))]

    ring = read_keyring(entries, "SM4-GCM")

    assert (ring.keys, ring.sealing_id, ring.cipher) == (
        {"new": NEW, "old": OLD},
        "new",
        SealingCipher.SM4_GCM,
    )


@pytest.mark.parametrize(
    "same", ["41018120150102003x", " 41018120150102003X\n", "４１０１８１２０１５０１０２００３Ｘ"]
)
def test_values_that_look_the_same_have_one_index(same: str) -> None:
    assert blind_index(same, purpose="id number") == blind_index("41018120150102003X", purpose="id number")


def test_indexes_of_different_purposes_or_keys_differ() -> None:
    indexes = {
        keyed_index("410181", purpose=purpose, key=key, by=by)
        for purpose in ("phone", "id number")
        for key in (OLD, NEW)
        for by in IndexHash
    }
    assert len(indexes) == 8


def test_index_is_hmac_of_purpose_and_value() -> None:
    # printf '["phone","ABC"]' | openssl dgst -sha256 -mac HMAC -macopt hexkey:000102...1f (and -sm3)
    assert keyed_index("abc", purpose="phone", key=OLD) == HMAC_SHA_256
    assert keyed_index("abc", purpose="phone", key=OLD, by=IndexHash.SM3) == HMAC_SM3


@pytest.mark.parametrize(
    "texts",
    [
        ("geo_data_child", "0b0c8f6e-5f2b-4c1c-9d0a-0f2d3c4b5a69", "name_sealed"),
        ("identity", "990102202001010028"),
        ("identity", ""),
        ("phone", "+8610000000001"),
        ("name", '甲"子\\涵'),
        ("name", "甲·子涵\u2028\t"),
        ("name", "甲子涵𠮷"),
        ("name", "-"),
    ],
)
def test_what_is_bound_is_canonical_json_however_it_is_written(texts: tuple[str, ...]) -> None:
    assert sealing._canonical_list(*texts) == canonical_json(list(texts))


@pytest.mark.parametrize("text", ["990102202001010028", "", "+8610000000001", '甲"子', "甲子涵", "P-1"])
def test_an_index_is_over_canonical_json_however_it_is_written(text: str) -> None:
    expected = hmac.new(OLD, canonical_json(["identity", text]), "sha256").hexdigest()

    assert keyed_index(text, purpose="identity", key=OLD) == expected
