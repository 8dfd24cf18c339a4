"""Files handed in, as tests need them: a storage and a scratch folder of their own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import storages
from django.test import override_settings

from accounts.models import User
from geo_data.models import DatasetKind, Upload
from geo_data.services.uploads import Choices, receive_upload
from tests.services import geo_world as world

DEFAULT = Choices()


@contextmanager
def own_storage(folder: Path) -> Iterator[Path]:
    """Keep files under the folder while the block runs; yields where they lie."""
    kept = folder / "uploads"
    uploads: dict[str, Any] = dict(settings.STORAGES["uploads"])
    uploads["OPTIONS"] = {**uploads["OPTIONS"], "folder": str(kept)}
    stored = {**settings.STORAGES, "uploads": uploads}
    with override_settings(STORAGES=stored, SCRATCH=folder / "scratch"):
        yield kept


def hand_in(
    path: Path, kind: DatasetKind, *, actor: User | None = None, choices: Choices = DEFAULT, name: str = ""
) -> Upload:
    """Hand a file in for the test district."""
    with path.open("rb") as plain:
        return receive_upload(
            actor=actor,
            now=world.NOW,
            district_code=world.CODE,
            kind=kind,
            file=File(plain),
            file_name=name or path.name,
            origin=world.ORIGIN,
            choices=choices,
        )


def plain_of(upload: Upload) -> bytes:
    """Return the file as the storage opens it."""
    with storages["uploads"].open(upload.stored_name) as file:
        return bytes(file.read())


def content(data: bytes) -> "ContentFile[bytes]":
    """A file in memory."""
    return ContentFile(data)
