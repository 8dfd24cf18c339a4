"""The tree as the architecture tests see it, and copies of it to seed offences in."""

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path

from config.paths import BASE

APPS = ("accounts", "geo_data", "zoning", "admissions")
PACKAGES = ("common", *APPS, "frontend", "config", "setup", "tests")
PURE = (
    "common",
    "geo_data/tables",
    "geo_data/county",
    "geo_data/streets",
    "geo_data/projection",
    "geo_data/reconciliation",
    "geo_data/addresses",
    "zoning/engine",
    "admissions/rules",
    "admissions/matching",
    "admissions/lottery",
)
VERIFIERS = (
    "admissions/lottery/verify.py",
    "admissions/matching/verify.py",
    "admissions/matching/verify_list.py",
    "zoning/engine/verify.py",
    "zoning/engine/verify_bound.py",
    "zoning/engine/verify_figures.py",
    "zoning/engine/verify_files.py",
    "zoning/engine/verify_words.py",
)
LEFT_OUT = ("__pycache__", "node_modules", ".venv", "var", "dist", ".git", "*.mo", ".*_cache")


def python_files(base: Path, *folders: str) -> Iterator[Path]:
    """Yield the Python files under folders of a tree, migrations left out, in order of name."""
    for folder in folders:
        for path in sorted((base / folder).rglob("*.py")):
            if not {"migrations", "node_modules"} & set(path.parts):
                yield path


def parsed(path: Path) -> ast.Module:
    """Return a file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def copy_tree(to: Path) -> Path:
    """Copy what the gates read to a fresh folder and return it, so that an offence can be seeded."""
    copy = to / "tree"
    shutil.copytree(BASE, copy, ignore=shutil.ignore_patterns(*LEFT_OUT), symlinks=True)
    for folder in ("frontend/dist", "frontend/static"):
        (copy / folder).mkdir(parents=True, exist_ok=True)
    (copy / "node_modules").symlink_to(BASE / "node_modules")
    return copy
