"""Writes what is generated from the code, or checks that it is fresh: `python -m setup.generated write | check`."""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from config.paths import BASE
from setup import pages

SCHEMA = "frontend/src/api/openapi.yaml"
TYPES = "frontend/src/api/schema.ts"


def main(arguments: Sequence[str]) -> int:
    match arguments:
        case ["write"]:
            for name, make in MAKERS.items():
                make(BASE / name)
                print(f"written: {name}")
        case ["check"]:
            return _check()
        case _:
            print(__doc__)
            return 2
    return 0


def write_schema(to: Path) -> None:
    """Write the API's description; a warning is a fault, because the front end's types come from it."""
    # In English, whose words need no compiled catalogue: the same file on every machine.
    options = ("--lang", "en", "--validate", "--fail-on-warn", "--file", str(to))
    _run(sys.executable, "manage.py", "spectacular", *options)


def write_types(to: Path) -> None:
    """Write the front end's types of the API from its committed description."""
    _run("npx", "--no-install", "openapi-typescript", SCHEMA, "--output", str(to))


MAKERS: dict[str, Callable[[Path], None]] = {
    SCHEMA: write_schema,
    TYPES: write_types,
    "docs/settings.md": pages.write_settings,
    "docs/errors.md": pages.write_errors,
}


def _check() -> int:
    with tempfile.TemporaryDirectory() as folder:
        stale = [name for name, make in MAKERS.items() if not _is_fresh(name, make, Path(folder))]
    for name in stale:
        print(f"{name} is not what the code says: run `make docs` and commit it", file=sys.stderr)
    return 1 if stale else 0


def _is_fresh(name: str, make: Callable[[Path], None], folder: Path) -> bool:
    fresh = folder / Path(name).name
    make(fresh)
    return (BASE / name).exists() and fresh.read_bytes() == (BASE / name).read_bytes()


def _run(*command: str) -> None:
    ended = subprocess.run(command, cwd=BASE, capture_output=True, text=True, check=False)
    if ended.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{ended.stdout}{ended.stderr}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
