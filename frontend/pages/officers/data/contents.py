"""What may stand in a column, in words."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from geo_data.tables.columns import CellKind, Column


def content_in_words(column: Column) -> str:
    """Say what stands in a column."""
    match column.kind:
        case CellKind.TEXT:
            return _("text, at most %(most)s characters") % {"most": column.most}
        case CellKind.INTEGER:
            return _("whole number from %(least)s to %(most)s") % {"least": column.least, "most": column.most}
        case CellKind.NUMBER:
            return _("number")
        case CellKind.DATE:
            return _("day, such as 2026-03-01 or 2026年3月1日")
        case CellKind.DATES:
            return _("days, separated by semicolons")
        case CellKind.FLAG:
            return _("yes or no: 是 or 否")
        case CellKind.CODES:
            return _("codes, separated by semicolons")
        case CellKind.CHOICE:
            words = "、".join(f"{word} ({value})" for word, value in column.choices.items())
            return _("one of: %(words)s") % {"words": words}


def header_in_words(column: Column) -> str:
    """Return what a column is called in both languages."""
    return f"{column.zh} / {column.name}"


def meaning_in_words(columns: Iterable[Column], name: str) -> str:
    """Say which column a header means, or that it is not used."""
    if not name:
        return _("not used")
    return next((header_in_words(column) for column in columns if column.name == name), name)
