"""A file handed in together with its table of adjoining units: both are kept, or neither."""

from dataclasses import replace
from datetime import datetime

from django.core.files import File
from django.db import transaction

from accounts.models import User
from common.errors import DomainError
from geo_data.models import DatasetKind, Upload
from geo_data.services.stored_files import upload_storage
from geo_data.services.terms import Origin
from geo_data.services.uploads import Choices, receive_upload


@transaction.atomic
def receive_with_borders(
    *,
    actor: User | None,
    now: datetime,
    district_code: str,
    kind: DatasetKind,
    file: "File[bytes]",
    borders: "File[bytes] | None",
    origin: Origin,
    choices: Choices,
) -> Upload:
    """Keep the file as `receive_upload` does, and the table of adjoining units that it is to be read with.

    Raises what `receive_upload` raises; nothing of either is kept then, in the storage neither.
    """

    def kept(one: "File[bytes]", chosen: Choices) -> Upload:
        return receive_upload(
            actor=actor,
            now=now,
            district_code=district_code,
            kind=kind,
            file=one,
            file_name=one.name or "",
            origin=origin,
            choices=chosen,
        )

    if borders is None:
        return kept(file, choices)
    table = kept(borders, Choices())
    try:
        return kept(file, replace(choices, borders=table))
    except DomainError:
        upload_storage().delete(table.stored_name)
        raise
