"""Files in and out of a command: read whole, and written all or none, with an error that names the file."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from django.core.management.base import CommandError

UNREADABLE = 2  # exit status: what was given cannot be read, or the results cannot be written
REMEDY = "check the path, the rights and the room on the disk"


def read_whole(path: Path) -> bytes:
    """Return the bytes of the file. Raises CommandError that names it."""
    try:
        return path.read_bytes()
    except OSError as problem:
        raise _refusal(path, problem) from problem


def write_tables(folder: Path, tables: Mapping[str, Iterable[Sequence[object]]]) -> None:
    """Write the tables as CSV (UTF-8, LF) into the folder: each beside its place first, then all are put in place.

    Raises CommandError that names the file, and leaves no new file behind.
    """
    parts = {folder / name: folder / f"{name}.part" for name in tables}
    if folder.exists() and not folder.is_dir():
        raise CommandError(f"{folder} is a file; name a folder for the results", returncode=UNREADABLE)
    for path in parts:
        if path.is_dir():
            raise CommandError(f"{path}: is a folder", returncode=UNREADABLE)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, part in parts.items():
            with part.open("w", encoding="utf-8", newline="") as out:
                csv.writer(out, lineterminator="\n").writerows(tables[path.name])
        for path, part in parts.items():
            part.replace(path)
    except OSError as problem:
        raise _refusal(folder, problem) from problem
    finally:
        if folder.is_dir():
            for part in parts.values():
                part.unlink(missing_ok=True)


def _refusal(path: Path, problem: OSError) -> CommandError:
    what = f"{problem.filename or path}: {problem.strerror or problem}; {REMEDY}"
    return CommandError(what, returncode=UNREADABLE)
