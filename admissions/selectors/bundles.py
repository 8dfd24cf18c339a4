"""The public bundle as one file."""

import zipfile
from collections.abc import Mapping
from io import BytesIO

ZIP_DATE = (1980, 1, 1, 0, 0, 0)  # a fixed date, so that the same files give the same zip


def zip_files(files: Mapping[str, bytes]) -> bytes:
    """Return a zip of the files in alphabetical order; the same files give the same bytes."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, ZIP_DATE), files[name], zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def unzip_files(data: bytes) -> dict[str, bytes]:
    """Return the files of a zip by name."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
