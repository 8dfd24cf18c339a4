"""Where things lie on this machine."""

import hashlib
import stat
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
VAR = BASE / "var"
LONGEST_SOCKET_FOLDER = 80  # the kernel allows 107 bytes with the socket's own name


def scratch_name() -> str:
    """Return this checkout's own name for folders outside it, such as jiujin-0f3a5c7e9b1d."""
    return f"jiujin-{hashlib.sha256(str(BASE).encode()).hexdigest()[:12]}"


def open_to_others(folder: Path) -> bool:
    """Say whether another user of this machine may walk down to a folder (it need not exist yet)."""
    return all(
        parent.stat().st_mode & stat.S_IXOTH for parent in (folder, *folder.parents) if parent.exists()
    )


def socket_folder() -> Path:
    """Return the folder of the private cluster's socket.

    It is under var/, or in /tmp where that path is too long or closed to the user the server runs as.
    """
    folder = VAR / "run"
    if len(str(folder).encode()) <= LONGEST_SOCKET_FOLDER and open_to_others(VAR):
        return folder
    return Path("/tmp") / scratch_name()


def wheel_library(package: str, pattern: str) -> str:
    """Return the path of a shared library that a wheel carries, for example GDAL inside pyogrio's.

    Raises FileNotFoundError when the wheel carries none.
    """
    import importlib.util

    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(f"{package} is not installed")
    folder = Path(spec.origin).parent.parent / f"{package}.libs"
    found = sorted(folder.glob(pattern))
    if not found:
        raise FileNotFoundError(f"no {pattern} in {folder}")
    return str(found[0])
