"""Text that a spreadsheet would run: seen at import, and made harmless in everything we export."""

import re

STARTS = frozenset("=+-@\t\r\n＝＋－＠")
NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*%?")
RUNS = re.compile(r"[=@＝＠\t\r]|[+\-＋－](?=.*[(A-Za-z!|])")


def looks_like_formula(text: str) -> bool:
    """Say whether somebody may have meant the text as a formula: "=1+1", "@SUM(A1)", "+cmd|x"; not "-5" or "+86 10"."""
    return bool(RUNS.match(text))


def guarded(text: str) -> str:
    """Return the text so that no spreadsheet runs it: an apostrophe before what could start a formula.

    Plain numbers stay as they are. Every writer of CSV passes the texts of others through here; in XLSX texts are
    written as texts (xlsxwriter's `write_string`), which needs no apostrophe.
    """
    return f"'{text}" if text[:1] in STARTS and not NUMBER.fullmatch(text) else text
