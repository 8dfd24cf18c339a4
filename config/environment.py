"""The settings a bureau sets: the environment first, then the file named by JIUJIN_ENV_FILE (var/jiujin.env)."""

import json
import os
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from config.paths import VAR, socket_folder

LISTS_ASKED = (
    "registrations",
    "permits",
    "titles",
    "rentals",
    "insurances",
    "civil_affairs",
    "preferences",
)
IMPORTED_LIST = "admissions.selectors.imported_lists.ImportedList"
PUPIL_LIST = "admissions.selectors.pupil_list.PupilList"


@cache
def _file_values() -> dict[str, str]:
    path = Path(os.environ.get("JIUJIN_ENV_FILE", VAR / "jiujin.env"))
    if not path.is_file():
        return {}
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, value in pairs}


def text(name: str, default: str | None = None) -> str:
    """Return a setting. Raises RuntimeError, saying how to set it, when it is missing and has no default."""
    value = os.environ.get(name, _file_values().get(name, default))
    if value is None:
        raise RuntimeError(f"{name} is not set. Run `make setup`, or set it yourself: docs/settings.md")
    return value


def flag(name: str, default: bool) -> bool:
    """Return a yes-or-no setting: 1, true, yes, on count as yes."""
    return text(name, "yes" if default else "no").lower() in {"1", "true", "yes", "on"}


def words(name: str, default: str = "") -> list[str]:
    """Return a comma-separated setting."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def look_ups(path: str) -> list[dict[str, object]]:
    """Return the registers named by a JSON file, or the imported lists when no file is named.

    Raises RuntimeError for an entry without an adapter: a register left out by a slip would be missed by families.
    """
    if not path:
        lists: list[dict[str, object]] = [
            {"adapter": IMPORTED_LIST, "options": {"kind": kind}} for kind in LISTS_ASKED
        ]
        return [*lists, {"adapter": PUPIL_LIST}]
    entries = json.loads(Path(path).read_text(encoding="utf-8"))
    if not isinstance(entries, list) or any("adapter" not in entry for entry in entries):
        raise RuntimeError(f"{path}: write a list of objects with an adapter: docs/look-ups.md")
    return entries


def database(url: str) -> dict[str, object]:
    """Return Django's database settings for postgres://user:password@host:port/name?host=/socket/folder.

    An empty URL means the private cluster under var/.
    """
    if not url:
        return {"NAME": "jiujin", "USER": "jiujin", "HOST": str(socket_folder())}
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql", "postgis"}:
        raise RuntimeError("DATABASE_URL must start with postgres://")
    options = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return {
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }
