"""Text that a spreadsheet would run: seen at import, and made harmless in everything we export."""

import re

STARTS = frozenset("=+-@\t\r\n＝＋－＠")
MARK = "'"
NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*%?")
RUNS = re.compile(r"[=@＝＠\t\r]|[+\-＋－](?=.*[(A-Za-z!|])")


def looks_like_formula(text: str) -> bool:
    """Say whether somebody may have meant the text as a formula: "=1+1", "@SUM(A1)", "+cmd|x"; not "-5" or "+86 10"."""
    return bool(RUNS.match(text))


def guarded(text: str) -> str:
    """Return the text so that no spreadsheet runs it: an apostrophe before what could start a formula.

    Plain numbers stay as they are. Every writer of CSV passes the texts of others through here; in XLSX texts are
    written as texts (xlsxwriter's `write_string`), which needs no apostrophe. `unguarded` returns the text.
    """
    could_start = text.lstrip(MARK)[:1] in STARTS
    return f"{MARK}{text}" if could_start and not NUMBER.fullmatch(text) else text


def unguarded(text: str) -> str:
    """Return the text that `guarded` was given, for tables that we read back."""
    return text[1:] if text[:1] == MARK and text.lstrip(MARK)[:1] in STARTS else text
