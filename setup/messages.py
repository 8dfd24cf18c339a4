"""Keeps the Chinese translation whole: `python -m setup.messages update | check`.

Strings are written in English where they are used; frontend/locale/zh_Hans holds the Chinese. `check` refuses a string
without a finished translation, and words in a template that nobody marked for translation.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from config.paths import BASE

APPS = ("accounts", "geo_data", "zoning", "admissions", "frontend", "config", "common")
LANGUAGE = "zh_Hans"
TRANSLATION = BASE / "frontend" / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"

FAULTS = {
    "not translated": ("--untranslated", "--no-obsolete"),
    "translated by guess (fuzzy)": ("--only-fuzzy", "--no-obsolete"),
    "translated but used nowhere": ("--only-obsolete",),
}

# What a template may hold beside words for people: names of styles, comments, code, translated blocks, tags.
MACHINERY = re.compile(
    r"{%\s*block (?:header_)?width.*?endblock[^%]*%}"
    r"|{%\s*comment.*?endcomment\s*%}|{#.*?#}|{%\s*blocktranslate.*?endblocktranslate\s*%}|<!--.*?-->"
    r"|<(script|style|svg|code|kbd)\b.*?</\1>|{%.*?%}|{{.*?}}|&#?\w+;",
    re.DOTALL,
)
SPOKEN_ATTRIBUTE = re.compile(
    r"""\b(?:alt|title|placeholder|aria-label|aria-description)=(["'])(.*?)\1""", re.DOTALL
)
TAG = re.compile(r"<(?:[^>\"']|\"[^\"]*\"|'[^']*')*>")
OWN_NAMES = {"中文", "English"}  # languages are named in themselves, whatever the page's language
LETTER = re.compile(r"[^\W\d_]")


def main(arguments: Sequence[str]) -> int:
    match arguments:
        case ["update"]:
            update()
        case ["check"]:
            faults = (*unfinished(), *unmarked(), *misformatted())
            print(*faults, sep="\n", end="\n" if faults else "", file=sys.stderr)
            return 1 if faults else 0
        case _:
            print(__doc__)
            return 2
    return 0


def update() -> None:
    """Add new strings to the translation file and drop those nobody uses; translating them is a person's work."""
    with tempfile.TemporaryDirectory() as folder:
        merged = _merged(Path(folder))
        _run("msgattrib", "--no-obsolete", "--no-location", "-o", TRANSLATION, merged)


def unfinished() -> tuple[str, ...]:
    """Return the strings of code and templates without a finished translation, and translations nobody uses."""
    with tempfile.TemporaryDirectory() as folder:
        merged = _merged(Path(folder))
        return tuple(
            f"{fault}: {string}"
            for fault, choice in FAULTS.items()
            for string in _strings(_run("msgattrib", "--no-wrap", *choice, merged))
        )


def unmarked() -> tuple[str, ...]:
    """Return words in templates that reach people as they stand."""
    return tuple(
        f"{path.relative_to(BASE)}: “{words}” is not marked for translation"
        for path in sorted((BASE / "frontend" / "templates").rglob("*.html"))
        for words in _bare_words(path.read_text(encoding="utf-8"))
    )


def misformatted() -> list[str]:
    """Return translations whose placeholders are not those of the string: the page would fail when it is shown."""
    command = ("msgfmt", "--check-format", "-o", os.devnull, TRANSLATION)
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    return ended.stderr.splitlines() if ended.returncode else []


def _bare_words(template: str) -> Iterator[str]:
    marked = MACHINERY.sub(" ", template)
    spoken = (match[2] for match in SPOKEN_ATTRIBUTE.finditer(marked))
    for words in (*TAG.sub("\n", marked).splitlines(), *spoken):
        if LETTER.search(words) and words.strip() not in OWN_NAMES:
            yield words.strip()


def _template(work: Path) -> Path:
    """Write every marked string of the tree to a .pot file in a folder, and return it."""
    for app in APPS:
        (work / app).symlink_to(BASE / app)
    (work / "locale" / LANGUAGE).mkdir(parents=True)
    _run(
        *(sys.executable, "-m", "django", "makemessages", "--locale", LANGUAGE, "--keep-pot", "--symlinks"),
        *("--no-location", "--ignore", "locale/*", "--ignore", "frontend/src/*"),
        cwd=work,
    )
    return work / "locale" / "django.pot"


def _merged(folder: Path) -> Path:
    """Write the translation file, brought up to date with the tree, to a folder and return it."""
    merged = folder / "merged.po"
    _run(
        "msgmerge",
        "--quiet",
        "--no-fuzzy-matching",
        "--no-location",
        "-o",
        merged,
        TRANSLATION,
        _template(folder),
    )
    return merged


def _strings(catalogue: str) -> Iterator[str]:
    """Yield the English of every entry but the head; one that runs over several lines shows its first."""
    lines = [line.removeprefix("#~ ") for line in catalogue.splitlines()]
    for line, following in pairwise((*lines, "")):
        if line.startswith("msgid ") and (line != 'msgid ""' or following.startswith('"')):
            text = line if line != 'msgid ""' else following
            if not text.startswith('"Project-Id-Version'):
                yield text.removeprefix("msgid ")


def _run(*command: str | Path, cwd: Path = BASE) -> str:
    ended = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if ended.returncode:
        sys.exit(f"{command[0]} failed:\n{ended.stdout}{ended.stderr}")
    return ended.stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
