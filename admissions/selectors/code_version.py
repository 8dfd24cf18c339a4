"""Which program decides: its release, and a digest of the sources by which rounds are judged, drawn and placed."""

import tomllib
from functools import cache

from django.conf import settings

from common.canonical import digest, digest_bytes

DECIDING = ("lottery", "matching", "rules")
DIGITS = 12


@cache
def code_version() -> str:
    """Return what is published with an entry list, such as `0.1.0+3f9a0c55e1b2`.

    The release, then the first digits of a digest: SHA-256 of the canonical JSON of every Python file under
    admissions/lottery, matching and rules with its own SHA-256. A change in what decides changes it.
    Source: docs/lottery.md (code version).
    """
    release = tomllib.loads((settings.BASE / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "version"
    ]
    root = settings.BASE / "admissions"
    sources = {
        path.relative_to(root).as_posix(): digest_bytes(path.read_bytes())
        for part in DECIDING
        for path in (root / part).rglob("*.py")
    }
    return f"{release}+{digest(sources)[:DIGITS]}"
