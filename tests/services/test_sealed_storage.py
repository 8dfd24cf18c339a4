"""Files are sealed part by part: the storage beneath never sees them, and no part can be changed, moved or cut off."""

import io
import tracemalloc
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile, File

from accounts.sealed_storage import LENGTH_BYTES, MAGIC, PART_BYTES, SealedStorage, SealingFile
from accounts.sealing import CannotOpen

FOLDER_STORAGE = "django.core.files.storage.FileSystemStorage"


def _storage(folder: Path) -> SealedStorage:
    return SealedStorage(FOLDER_STORAGE, folder=str(folder))


def _parts(sealed: bytes) -> list[bytes]:
    parts, at = [], len(MAGIC)
    while at < len(sealed):
        length = int.from_bytes(sealed[at : at + LENGTH_BYTES], "big")
        parts.append(sealed[at : at + LENGTH_BYTES + length])
        at += LENGTH_BYTES + length
    return parts


@pytest.mark.parametrize("size", [0, 1, PART_BYTES - 1, PART_BYTES, PART_BYTES + 1, 3 * PART_BYTES])
def test_a_file_comes_back_as_it_was(size: int, tmp_path: Path) -> None:
    data = (b"0123456789abcdef" * (size // 16 + 1))[:size]
    storage = _storage(tmp_path)

    name = storage.save("a.sealed", ContentFile(data))

    assert storage.open(name).read() == data
    sealed = (tmp_path / "a.sealed").read_bytes()
    assert b"0123456789abcdef" not in sealed
    assert len(_parts(sealed)) == max(1, -(-size // PART_BYTES))
    assert (tmp_path / "a.sealed").stat().st_mode & 0o077 == 0


def test_a_changed_file_is_not_opened(tmp_path: Path) -> None:
    storage, path = _storage(tmp_path), tmp_path / "a.sealed"
    storage.save("a.sealed", ContentFile(b"x" * (2 * PART_BYTES + 5)))
    sealed = path.read_bytes()
    first, second, last = _parts(sealed)
    damages = {
        "a bit": sealed[:-1] + bytes([sealed[-1] ^ 1]),
        "cut off": MAGIC + first + second,
        "cut in a part": sealed[:-3],
        "left out": MAGIC + first + last,
        "moved": MAGIC + second + first + last,
        "repeated": MAGIC + first + second + second + last,
        "longer": sealed + last,
        "no file of ours": b"x" * 100,
        "nothing but the head": MAGIC,
    }

    def opens(damaged: bytes) -> bool:
        path.write_bytes(damaged)
        try:
            storage.open("a.sealed").read()
        except CannotOpen:
            return False
        return True

    assert opens(sealed)
    assert [how for how, damaged in damages.items() if opens(damaged)] == []


def test_a_file_under_another_name_is_not_opened(tmp_path: Path) -> None:
    storage = _storage(tmp_path)
    storage.save("a.sealed", ContentFile(b"x"))
    (tmp_path / "a.sealed").rename(tmp_path / "b.sealed")

    with pytest.raises(CannotOpen):
        storage.open("b.sealed").read()


def test_a_storage_that_reads_what_it_is_given_gets_the_same_sealed_parts() -> None:
    """As storages do that send files away."""
    data = b"y" * (PART_BYTES + 10)

    sealing = SealingFile(ContentFile(data), "a")
    pieces = iter(lambda: sealing.read(70_000), b"")
    sealed = b"".join(pieces)

    assert sealed.startswith(MAGIC)
    assert [len(part) for part in _parts(sealed)] == [
        len(part) for part in _parts(SealingFile(ContentFile(data), "a").read())
    ]


def test_a_large_file_is_never_in_memory_as_a_whole(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_bytes(bytes(24 * PART_BYTES))
    storage = _storage(tmp_path / "kept")

    tracemalloc.start()
    with plain.open("rb") as file:
        storage.save("a.sealed", File(file))
    with storage.open("a.sealed") as opened:
        while opened.read(PART_BYTES):
            pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 8 * PART_BYTES


def test_any_storage_may_lie_beneath_and_its_options_are_json(tmp_path: Path) -> None:
    memory = SealedStorage("django.core.files.storage.InMemoryStorage")
    memory.save("a", File(io.BytesIO(b"z")))
    assert memory.open("a").read() == b"z"

    elsewhere = SealedStorage(FOLDER_STORAGE, options=f'{{"location": "{tmp_path}/other"}}', folder="unused")
    elsewhere.save("a", File(io.BytesIO(b"z")))
    assert (tmp_path / "other" / "a").exists()

    with pytest.raises(ImproperlyConfigured):
        SealedStorage(FOLDER_STORAGE, options="{")
