"""Where a file handed in lies open while it is read: in a folder that belongs to the process that reads it.

The process holds a lock on its folder as long as it lives. So a folder whose lock is free was left by a process that
was killed, and can go at once, on any machine and at any hour.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from django.conf import settings


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Return a folder for this process alone while the block runs; those of killed processes are deleted first."""
    settings.SCRATCH.mkdir(mode=0o700, parents=True, exist_ok=True)
    sweep_scratch()
    folder, lock = _own_folder()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def sweep_scratch() -> int:
    """Delete the folders of processes that were killed; return how many."""
    folders = sorted(settings.SCRATCH.iterdir()) if settings.SCRATCH.is_dir() else []
    return sum(_delete_unless_in_use(folder) for folder in folders)


def _own_folder() -> tuple[Path, int]:
    """Return a new folder and its lock. A sweeper that comes between the two takes the folder, so look again."""
    while True:
        folder = Path(mkdtemp(dir=settings.SCRATCH))
        lock = _lock(folder)
        if lock is not None and folder.is_dir():
            return folder, lock
        if lock is not None:
            os.close(lock)


def _delete_unless_in_use(folder: Path) -> bool:
    lock = _lock(folder)
    if lock is None:
        return False
    shutil.rmtree(folder, ignore_errors=True)
    os.close(lock)
    return True


def _lock(folder: Path) -> int | None:
    """Return the descriptor that holds the folder, or None when another process has it or it is gone."""
    try:
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock
