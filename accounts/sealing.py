"""Seals personal values so that a stolen table, or a value moved to another row, opens for nobody.

A sealed value is: format 1 | cipher number | length of key id | key id | nonce (12 bytes) | ciphertext and tag
(16 bytes). Table, row, field and that head are authenticated with it: NIST SP 800-38D; SM4: GB/T 32907.
`table` is the table's name in the database, `row_id` the row's key as text, made before the row is inserted,
`field` the column's name.
"""

import base64
import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import hmac as sm3_hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.signals import setting_changed

from common.canonical import canonical_json
from common.comparing import as_compared

FORMAT = 1
NONCE_BYTES = 12
TAG_BYTES = 16
KEY_BYTES = 32
BLOCK_BYTES = 64  # of SHA-256


class SealingCipher(Enum):
    """What seals. The values are stored and never change."""

    AES_256_GCM = 1
    SM4_GCM = 2


class IndexHash(Enum):
    """What makes blind indexes. Changing it means indexing every row again."""

    SHA_256 = "sha256"
    SM3 = "sm3"


class CannotOpen(Exception):
    """A sealed value is damaged, belongs elsewhere, or its key is missing: a fault, never a refusal."""


class BadKeys(Exception):
    """The keys in the settings cannot be used."""


@dataclass(
    frozen=True, slots=True, eq=False
)  # one ring is itself only, so that what it seals with is kept beside it
class Keyring:
    """The keys by id, and which key and cipher seal. All keys open."""

    keys: Mapping[str, bytes]
    sealing_id: str
    cipher: SealingCipher = SealingCipher.AES_256_GCM


def read_keyring(entries: Sequence[str], cipher: str = "AES-256-GCM") -> Keyring:
    """Return the keyring of entries `id:base64`, each key 32 bytes; the first one seals.

    Raises BadKeys for no key, a bad key, two of one id, or an unknown cipher.
    """
    keys: dict[str, bytes] = {}
    for entry in entries:
        key_id, _, encoded = entry.partition(":")
        if key_id in keys or not 1 <= len(key_id.encode()) <= 255:
            raise BadKeys(f"key ids must be short and differ: {key_id}")
        keys[key_id] = _read_key(encoded, key_id)
    if not keys:
        raise BadKeys("there is no sealing key: set JIUJIN_SEAL_KEYS")
    names = {member.name.replace("_", "-"): member for member in SealingCipher}
    if cipher not in names:
        raise BadKeys(f"unknown cipher {cipher}: choose {' or '.join(names)}")
    return Keyring(keys, next(iter(keys)), names[cipher])


def current_keyring() -> Keyring:
    """Return the keyring of this installation."""
    return _keyring(tuple(settings.SEAL_KEYS), settings.SEAL_CIPHER)


@lru_cache(maxsize=4)
def _keyring(entries: tuple[str, ...], cipher: str) -> Keyring:
    return read_keyring(entries, cipher)


def seal(text: str, *, table: str, row_id: object, field: str, keyring: Keyring | None = None) -> bytes:
    """Return the text sealed for one field of one row. Every call gives other bytes."""
    return seal_bytes(text.encode(), table=table, row_id=row_id, field=field, keyring=keyring)


def field_sealer(table: str, field: str, keyring: Keyring) -> Callable[[str, str], bytes]:
    """Return what does for many rows what `seal` does for one: of text and row id, a UUID as text, it makes the seal.

    What is the same for all rows is put together once. Every seal draws a nonce of its own.
    """
    head, gcm = _head_and_sealer(keyring)
    before, after = _around_row_id(table, field)
    bound = head + before

    def sealed(text: str, row_id: str) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return head + nonce + gcm.encrypt(nonce, text.encode(), bound + row_id.encode() + after)

    return sealed


def open_sealed(
    sealed: bytes | memoryview, *, table: str, row_id: object, field: str, keyring: Keyring | None = None
) -> str:
    """Return the text that was sealed for this field of this row. Raises CannotOpen for any other."""
    return open_bytes(sealed, table=table, row_id=row_id, field=field, keyring=keyring).decode()


def seal_bytes(
    data: bytes, *, table: str, row_id: object, field: str, keyring: Keyring | None = None
) -> bytes:
    """Return the bytes sealed for one field of one row, 31 bytes and the key id longer."""
    head, gcm = _head_and_sealer(keyring or current_keyring())
    nonce = os.urandom(NONCE_BYTES)
    return head + nonce + gcm.encrypt(nonce, data, head + _place(table, row_id, field))


def open_bytes(
    sealed: bytes | memoryview, *, table: str, row_id: object, field: str, keyring: Keyring | None = None
) -> bytes:
    """Return the bytes that were sealed for this field of this row. Raises CannotOpen for any other."""
    ring = keyring or current_keyring()
    return _opened_at(_place(table, row_id, field), bytes(sealed), ring, f"{table}.{field}")


def field_opener(table: str, field: str, keyring: Keyring) -> Callable[[bytes | memoryview, str], bytes]:
    """Return what does for many rows what `open_bytes` does for one: of a seal and the row's id, a UUID as text.

    What is the same for all rows is put together once. Raises CannotOpen as `open_bytes` does.
    """
    before, after = _around_row_id(table, field)
    where = f"{table}.{field}"
    return lambda sealed, row_id: _opened_at(before + row_id.encode() + after, bytes(sealed), keyring, where)


def _opened_at(place: bytes, data: bytes, ring: Keyring, where: str) -> bytes:
    head = data[: 3 + data[2]] if len(data) > 2 else b""
    begin = len(head) + NONCE_BYTES
    gcm = _opener(ring, head)
    if len(data) < begin + TAG_BYTES:
        raise CannotOpen("the sealed value is cut off")
    try:
        return gcm.decrypt(data[len(head) : begin], data[begin:], head + place)
    except InvalidTag:
        raise CannotOpen(f"not sealed for {where} of this row, or damaged") from None


@lru_cache(maxsize=64)
def _opener(ring: Keyring, head: bytes) -> "AESGCM | Sm4Gcm":
    """Return what opens values with this head. Raises CannotOpen for one that is none, or whose key is missing."""
    key_id, cipher = sealing_key_of(head), _cipher_of(head)
    if key_id not in ring.keys:
        raise CannotOpen(f"key {key_id} is missing")
    return _gcm(cipher, ring.keys[key_id])


@lru_cache(maxsize=64)
def _head_and_sealer(ring: Keyring) -> tuple[bytes, "AESGCM | Sm4Gcm"]:
    key_id = ring.sealing_id.encode()
    head = bytes([FORMAT, ring.cipher.value, len(key_id)]) + key_id
    return head, _gcm(ring.cipher, ring.keys[ring.sealing_id])


def sealing_key_of(sealed: bytes | memoryview) -> str:
    """Return the id of the key that sealed the value. Raises CannotOpen for anything else than a sealed value."""
    data = bytes(sealed)
    if len(data) < 3 or data[0] != FORMAT or len(data) < 3 + data[2]:
        raise CannotOpen("not a sealed value")
    try:
        return data[3 : 3 + data[2]].decode()
    except UnicodeDecodeError:
        raise CannotOpen("not a sealed value") from None


def is_sealed_as_now(sealed: bytes | memoryview, keyring: Keyring) -> bool:
    """Say whether the keyring's sealing key and cipher made the value."""
    return sealing_key_of(sealed) == keyring.sealing_id and bytes(sealed)[1] == keyring.cipher.value


def blind_index(value: str, *, purpose: str) -> str:
    """Return the index of this installation under which the value is found without being stored."""
    key, by = _index_key()
    return keyed_index(value, purpose=purpose, key=key, by=by)


def blind_digest(text: str | bytes, *, purpose: str) -> str:
    """Return a keyed digest of a long text, character by character: it tells whether two texts are equal, no more.

    text -- or its bytes in UTF-8
    """
    key, by = _index_key()
    data = text.encode() if isinstance(text, str) else text
    return _keyed(key, f"{purpose}\0".encode() + data, by)


@lru_cache(maxsize=1)  # a census asks millions of times
def _index_key() -> tuple[bytes, IndexHash]:
    key = _read_key(settings.BLIND_INDEX_KEY, "JIUJIN_BLIND_INDEX_KEY")
    return key, IndexHash(settings.BLIND_INDEX_HASH)


def _forget_index_key(**_changed: object) -> None:
    _index_key.cache_clear()


setting_changed.connect(_forget_index_key)


def keyed_index(value: str, *, purpose: str, key: bytes, by: IndexHash = IndexHash.SHA_256) -> str:
    """Return HMAC(key, purpose, normalized value), 64 hexadecimal digits.

    Values that look the same are the same (`common.comparing`).
    Indexes of different purposes cannot be compared. Source: RFC 2104; SM3: GB/T 32905.
    """
    text = as_compared(value)
    is_plain = text.isalnum()  # as nearly all are
    message = _begun_list(purpose) + text.encode() + b'"]' if is_plain else _canonical_list(purpose, text)
    return _keyed(key, message, by)


def _keyed(key: bytes, message: bytes, by: IndexHash) -> str:
    if by is IndexHash.SHA_256:
        begun = _begun(key)
        inner, outer = begun[0].copy(), begun[1].copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer.hexdigest()
    mac = sm3_hmac.HMAC(key, hashes.SM3())
    mac.update(message)
    return mac.finalize().hex()


@lru_cache(maxsize=16)
def _begun(key: bytes) -> tuple["hashlib._Hash", "hashlib._Hash"]:
    """Return the two SHA-256 of an HMAC that have read the key: a copy costs a quarter of beginning anew. RFC 2104."""
    block = (hashlib.sha256(key).digest() if len(key) > BLOCK_BYTES else key).ljust(BLOCK_BYTES, b"\0")
    return hashlib.sha256(bytes(b ^ 0x36 for b in block)), hashlib.sha256(bytes(b ^ 0x5C for b in block))


def _read_key(encoded: str, name: str) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except ValueError:
        raise BadKeys(f"key {name} is not base64") from None
    if len(key) != KEY_BYTES:
        raise BadKeys(f"key {name} must be {KEY_BYTES} bytes long")
    return key


def _place(table: str, row_id: object, field: str) -> bytes:
    """Return canonical JSON of the three."""
    text = str(row_id)
    if not text.replace("-", "").isalnum():
        return _canonical_list(table, text, field)
    before, after = _around_row_id(table, field)
    return before + text.encode() + after


@lru_cache(maxsize=64)  # a county's rows are of a handful of fields
def _around_row_id(table: str, field: str) -> tuple[bytes, bytes]:
    return _begun_list(table), b'",' + _canonical_list(field)[1:]


@lru_cache(maxsize=64)
def _begun_list(text: str) -> bytes:
    """Return canonical JSON of a list of this text and a second one, up to where the second one's letters stand."""
    return _canonical_list(text)[:-1] + b',"'


def _canonical_list(*texts: str) -> bytes:
    """Return canonical JSON of a list of texts; plain texts, nearly all there are, are written without the encoder."""
    # Letters and digits of any script, and these marks, need no escape.
    if "".join(texts).replace("-", "").replace("_", "").replace("|", "").replace("+", "").isalnum():
        return ('["' + '","'.join(texts) + '"]').encode()
    return canonical_json(texts)


def _cipher_of(sealed: bytes) -> SealingCipher:
    try:
        return SealingCipher(sealed[1])
    except ValueError:
        raise CannotOpen("sealed with an unknown cipher") from None


@lru_cache(maxsize=64)
def _gcm(cipher: SealingCipher, key: bytes) -> "AESGCM | Sm4Gcm":
    if cipher is SealingCipher.AES_256_GCM:
        return AESGCM(key)
    # SM4's keys are half as long; it gets one of its own, so that no key serves two ciphers.
    return Sm4Gcm(HKDF(hashes.SHA256(), 16, salt=None, info=b"jiujin seal SM4-GCM").derive(key))


@dataclass(frozen=True, slots=True)
class Sm4Gcm:
    """SM4 in GCM, with the methods of AESGCM: the library has no such class."""

    key: bytes

    def encrypt(self, nonce: bytes, data: bytes, bound: bytes) -> bytes:
        """Return ciphertext and tag."""
        encryptor = Cipher(algorithms.SM4(self.key), modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(bound)
        return encryptor.update(data) + encryptor.finalize() + encryptor.tag

    def decrypt(self, nonce: bytes, data: bytes, bound: bytes) -> bytes:
        """Return the plain bytes. Raises InvalidTag."""
        body, tag = data[:-TAG_BYTES], data[-TAG_BYTES:]
        decryptor = Cipher(algorithms.SM4(self.key), modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(bound)
        return decryptor.update(body) + decryptor.finalize()
