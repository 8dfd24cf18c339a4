"""The forms in which portals write a day."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

DATE_FORMS: Mapping[str, str] = {
    "YYYY-MM-DD": r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})",
    "YYYY/MM/DD": r"(?P<y>\d{4})/(?P<m>\d{1,2})/(?P<d>\d{1,2})",
    "YYYY.MM.DD": r"(?P<y>\d{4})\.(?P<m>\d{1,2})\.(?P<d>\d{1,2})",
    "YYYYMMDD": r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})",
    "YYYY年MM月DD日": r"(?P<y>\d{4})年(?P<m>\d{1,2})月(?P<d>\d{1,2})日",
    "DD/MM/YYYY": r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})",
}
OF_WORKBOOKS = "YYYY-MM-DD"  # a date cell has no form of its own


def read_form(text: str, forms: Sequence[str]) -> date | None:
    """Return the day that a text states in one of the forms, or as a workbook's date cell does; None otherwise.

    Source: docs/portal.md.
    """
    for form in (*forms, OF_WORKBOOKS):
        found = re.fullmatch(DATE_FORMS[form], text, re.ASCII)
        if found is not None:
            try:
                return date(int(found["y"]), int(found["m"]), int(found["d"]))
            except ValueError:
                return None
    return None
