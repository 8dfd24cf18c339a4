"""A few values of a column, so that an officer can tell what it holds; what looks personal is covered."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from geo_data.tables.cells import cell_text
from geo_data.tables.layers import first_rows

SAMPLES = 3  # values of a column that are shown
ROWS_LOOKED_AT = 500
SHOWN_LETTERS = 40
HAN = r"[\u3400-\u9fff]"
NAME = re.compile(rf"(?<!{HAN})(?:{HAN}+(?:[·•‧∙]{HAN}+)+|{HAN}{{2,4}})(?!{HAN})")
LATIN_NAME = re.compile(r"[A-Z][A-Za-z]+(?:[ ,-]+[A-Z][A-Za-z]+){1,3}")
NUMBER = re.compile(r"[0-9](?:[ -]?[0-9]){5,}[Xx]?")  # identity numbers, phones, passports, cards
PLAIN_NUMBER = re.compile(r"-?[0-9]{1,9}\.[0-9]+")
DAY = re.compile(r"(?:19|20)[0-9]{2}([-/.]?)(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12][0-9]|3[01])")
HOME = re.compile(r"[单單]元|室|户|戶|房|号楼|栋|幢|门牌")
DIGIT = re.compile(r"[0-9]")
STAR = "*"


def sample_values(path: Path, headers: Iterable[str], *, working_epsg: int) -> Mapping[str, tuple[str, ...]]:
    """Return up to SAMPLES different values of each of these headers, covered, in the order of the file.

    Only the first ROWS_LOOKED_AT rows are looked at; headers that the file does not have are left out.
    Raises UnreadableFile.
    Source: docs/import.md (unknown headers).
    """
    sheet = first_rows(path, ROWS_LOOKED_AT, working_epsg=working_epsg)
    wanted = set(headers)
    places = {header: at for at, header in reversed(list(enumerate(sheet.headers))) if header in wanted}
    found: dict[str, dict[str, None]] = {header: {} for header in sheet.headers if header in places}
    for _, cells in sheet.rows:
        for header, at in places.items():
            _keep(found[header], cells, at)
    return {header: tuple(values) for header, values in found.items()}


def _keep(values: dict[str, None], cells: Sequence[object], at: int) -> None:
    if len(values) < SAMPLES and at < len(cells) and (text := cell_text(cells[at])):
        values.setdefault(covered(text))


def covered(text: str) -> str:
    """Return a value as it may be shown: at most SHOWN_LETTERS letters, and covered where it looks personal.

    1. Two to four Chinese letters alone or between other signs, a name with a middle dot, Latin words with capitals:
       may be names. The first letter stays.
    2. Six digits or more in a row, also with spaces or dashes: may be an identity number or a phone. The first digit
       stays. A day or a number with decimals is none.
    3. Digits of what may be somebody's home (室, 单元, 栋 ...) go; of a mail address the first letter stays.
    Source: docs/import.md (unknown headers).
    """
    plain = " ".join(text.split())
    if LATIN_NAME.fullmatch(plain) or "@" in plain:
        return _first_only(plain[:SHOWN_LETTERS])
    if PLAIN_NUMBER.fullmatch(plain) or DAY.fullmatch(plain):
        return plain[:SHOWN_LETTERS]
    shown = NAME.sub(lambda found: found[0] if HOME.fullmatch(found[0]) else _first_only(found[0]), plain)
    shown = NUMBER.sub(lambda found: _first_only(found[0]), shown)
    if HOME.search(shown):
        shown = DIGIT.sub(STAR, shown)
    return shown[:SHOWN_LETTERS] + ("…" if len(shown) > SHOWN_LETTERS else "")


def _first_only(text: str) -> str:
    return text[0] + STAR * (len(text) - 1)
