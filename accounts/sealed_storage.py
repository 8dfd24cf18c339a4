"""A storage whose files are sealed, part by part, before any other storage gets them.

A sealed file is: magic | parts, each as its length in 4 bytes and the sealed bytes. A part is sealed for the file's
name, its number and whether it is the last: none can be cut off, left out, repeated or moved without notice, and no
more than two parts of the plain file are in memory at once.
"""

import io
import json
from collections.abc import Iterator
from typing import IO, Any

from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage
from django.utils.module_loading import import_string

from accounts.sealing import CannotOpen, open_bytes, seal_bytes

MAGIC = b"JJSEAL1\n"
PART_BYTES = 1 << 20
LENGTH_BYTES = 4
MOST_SEALED = PART_BYTES + 1024


class SealedStorage(Storage):
    """Seals for another storage: a folder by default, anything Django has a class for by setting.

    backend -- dotted name of the storage class
    options -- its arguments as JSON
    folder  -- where files lie when it is Django's own file storage
    """

    def __init__(self, backend: str, options: str = "", folder: str = "") -> None:
        kind = import_string(backend)
        try:
            arguments: dict[str, Any] = json.loads(options) if options else {}
        except ValueError as fault:
            raise ImproperlyConfigured("JIUJIN_UPLOADS_OPTIONS is not JSON") from fault
        if issubclass(kind, FileSystemStorage):
            arguments = {"location": folder, "file_permissions_mode": 0o600, **arguments}
            arguments.setdefault("directory_permissions_mode", 0o700)
        self._inner: Storage = kind(**arguments)

    def _save(self, name: str, content: "File[bytes]") -> str:
        return self._inner.save(name, SealingFile(content, name))

    def _open(self, name: str, mode: str = "rb") -> "File[bytes]":
        return File(io.BufferedReader(_PlainReader(self._inner.open(name, "rb"), name)), name)

    def delete(self, name: str) -> None:
        """Delete the file; one that is gone already is no fault."""
        self._inner.delete(name)

    def exists(self, name: str) -> bool:
        """Say whether there is such a file."""
        return self._inner.exists(name)

    def size(self, name: str) -> int:
        """Return the size of the sealed file."""
        return self._inner.size(name)

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """Return the name: names are drawn by chance and never taken twice, and a file is sealed for its name."""
        return name


class SealingFile(File):  # type: ignore[type-arg]  # Django's class is not generic at run time
    """A file that reads as its sealed self."""

    def __init__(self, plain: "File[bytes]", name: str) -> None:
        super().__init__(io.BytesIO(), name)
        self._parts = sealed_parts(plain, name)
        self._rest = b""

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Yield the sealed bytes."""
        yield from self._parts

    def read(self, size: int | None = -1) -> bytes:
        """Return up to `size` sealed bytes, as storages ask that send files away."""
        wanted = -1 if size is None else size
        pieces, length = [self._rest], len(self._rest)
        while wanted < 0 or length < wanted:
            part = next(self._parts, b"")
            if not part:
                break
            pieces.append(part)
            length += len(part)
        data = b"".join(pieces)
        cut = len(data) if wanted < 0 else wanted
        self._rest = data[cut:]
        return data[:cut]

    def seekable(self) -> bool:
        """Sealing goes forward only."""
        return False


def sealed_parts(plain: "File[bytes] | IO[bytes]", name: str) -> Iterator[bytes]:
    """Yield the sealed file, part by part; an empty file is one empty part."""
    yield MAGIC
    plain.seek(0)
    part, number = plain.read(PART_BYTES), 0
    while True:
        following = plain.read(PART_BYTES)
        sealed = seal_bytes(part, **_place(name, number, is_last=not following))
        yield len(sealed).to_bytes(LENGTH_BYTES, "big") + sealed
        if not following:
            return
        part, number = following, number + 1


class _PlainReader(io.RawIOBase):
    """Opens part after part."""

    def __init__(self, sealed: "File[bytes]", name: str) -> None:
        self._sealed = sealed
        self._name = name
        self._number = 0
        self._plain = memoryview(b"")
        self._is_over = False
        if sealed.read(len(MAGIC)) != MAGIC:
            raise CannotOpen("not a sealed file")
        self._following = self._read_part()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._plain and not self._is_over:
            self._open_part()
        count = min(len(buffer), len(self._plain))
        buffer[:count] = self._plain[:count]
        self._plain = self._plain[count:]
        return count

    def close(self) -> None:
        if not self.closed:
            self._sealed.close()
        super().close()

    def _open_part(self) -> None:
        part, self._following = self._following, self._read_part()
        self._is_over = not self._following
        place = _place(self._name, self._number, is_last=self._is_over)
        self._plain = memoryview(open_bytes(part, **place))
        self._number += 1

    def _read_part(self) -> bytes:
        head = self._sealed.read(LENGTH_BYTES)
        if not head:
            return b""
        length = int.from_bytes(head, "big")
        part = self._sealed.read(length) if len(head) == LENGTH_BYTES and length <= MOST_SEALED else b""
        if not part or len(part) != length:
            raise CannotOpen("the sealed file is cut off")
        return part


def _place(name: str, number: int, *, is_last: bool) -> dict[str, Any]:
    return {"table": "sealed_file", "row_id": f"{name}/{number}", "field": "last" if is_last else "part"}
