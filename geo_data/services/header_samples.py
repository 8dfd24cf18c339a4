"""What stands under unknown headers: read afresh from the sealed file for one look, and kept nowhere.

This is the one reading that a page waits for: a few rows, in a process of its own, within small limits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from accounts.models import User
from accounts.permissions import Action, require
from geo_data.apart.limits import Limits, limits_of_settings
from geo_data.apart.reading import read_apart
from geo_data.models import Upload
from geo_data.services.stored_files import open_upload, require_file
from geo_data.tables.findings import Findings
from geo_data.tables.samples import sample_values

MOST_SECONDS = 15  # a person waits
MOST_BYTES = 1 << 20
Read = tuple[tuple[str, tuple[str, ...]], ...]


def samples_under(*, reader: User, upload: Upload, headers: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """Return a few values of each header for an officer who may import, what looks personal covered.

    Nothing is stored, logged or recorded. A file that cannot be read within the limits has none.
    Raises NotPermitted and UploadIsDeleted.
    """
    require(reader, Action.IMPORT_DATA, upload.district_id)
    require_file(upload)
    if not headers:
        return {}
    kept: list[Read] = []

    def keep(read: Read) -> int:
        kept.append(read)
        return len(read)

    epsg = upload.district.working_crs
    with open_upload(upload) as path:
        read_apart(
            lambda found: tuple(sample_values(path, headers, working_epsg=epsg).items()),
            Findings(),
            keep,
            limits=_limits(),
        )
    return dict(kept[0]) if kept else {}


def _limits() -> Limits:
    limits = limits_of_settings()
    return replace(
        limits,
        cpu_seconds=min(limits.cpu_seconds, MOST_SECONDS),
        wall_seconds=min(limits.wall_seconds, MOST_SECONDS),
        output_bytes=min(limits.output_bytes, MOST_BYTES),
    )
