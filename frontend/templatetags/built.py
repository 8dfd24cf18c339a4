"""Puts what Vite built into pages: `{% built "src/site/main.ts" %}`."""

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
MANIFEST = settings.BASE / "frontend" / "dist" / ".vite" / "manifest.json"


class NotBuilt(RuntimeError):
    """The front end was not built: `npm run build`."""


@lru_cache(maxsize=2)
def _manifest(path: Path, changed_at: int) -> Mapping[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def manifest() -> Mapping[str, Any]:
    """Return Vite's manifest, read again only when a build has changed it."""
    try:
        return _manifest(MANIFEST, MANIFEST.stat().st_mtime_ns)
    except FileNotFoundError:
        raise NotBuilt("frontend/dist has no manifest. Run `npm run build`.") from None


@register.simple_tag
def built(entry: str) -> SafeString:
    """Return the tags of an entry: its style sheets, then its script or itself as a style sheet."""
    tags = [_style(name) for name in _styles(entry)]
    file = manifest()[entry]["file"]
    tags.append(_style(file) if file.endswith(".css") else _script(file))
    return mark_safe("\n".join(tags))


def _styles(entry: str) -> Iterator[str]:
    chunk = manifest()[entry]
    for imported in chunk.get("imports", []):
        yield from _styles(imported)
    yield from chunk.get("css", [])


def _style(file: str) -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', _address(file))


def _script(file: str) -> SafeString:
    return format_html('<script type="module" src="{}"></script>', _address(file))


def _address(file: str) -> str:
    # Vite's names carry a hash already; a second name by Django would load shared modules twice.
    return f"{static_root()}{file}"


def static_root() -> str:
    """Return where static files are served from."""
    return str(settings.STATIC_URL)
