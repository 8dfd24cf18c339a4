"""Writes var/jiujin.env with this installation's random keys, once: `python -m setup.keys`.

Sealed fields open with these keys only, so an existing file is never touched. Keep a copy apart from the
database's.
"""

import base64
import os
import secrets
from pathlib import Path

from config.paths import VAR


def fresh_settings() -> str:
    """Return new random settings, a line each."""

    def key() -> str:
        return base64.b64encode(secrets.token_bytes(32)).decode()

    return (
        "# Keys of this installation. Keep a copy apart from the database: sealed fields open with them only.\n"
        f"JIUJIN_SECRET_KEY={secrets.token_urlsafe(48)}\n"
        f"JIUJIN_SEAL_KEYS=k1:{key()}\n"
        f"JIUJIN_BLIND_INDEX_KEY={key()}\n"
    )


def write_once(path: Path) -> bool:
    """Write fresh settings where there are none, whole or not at all. Returns whether it did."""
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(fresh_settings())
    try:
        os.link(draft, path)  # fails where another run was first, so that nothing is ever overwritten
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True


if __name__ == "__main__":
    settings = Path(os.environ.get("JIUJIN_ENV_FILE", VAR / "jiujin.env"))
    print(f"{settings}: {'written' if write_once(settings) else 'kept as it is'}")
