"""Bulk rows into a table by PostgreSQL's COPY: several times quicker than INSERT, in the same transaction."""

import io
from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models import Model

Value = str | int | bool | bytes | None
ESCAPES = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"))


def copy_rows(model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> int:
    """Append rows to the model's table, values in the order of its database columns; return how many.

    Geometry is given as hexadecimal EWKB, JSON as text.
    """
    lines = ["\t".join(map(_text, row)) for row in rows]
    if not lines:
        return 0
    quote = connection.ops.quote_name
    names = ", ".join(map(quote, columns))
    body = io.StringIO("\n".join(lines) + "\n")
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {quote(model._meta.db_table)} ({names}) FROM STDIN", body)
    return len(lines)


def _text(value: Value) -> str:
    match value:
        case None:
            return "\\N"
        case bool():
            return "t" if value else "f"
        case int():
            return str(value)
        case bytes():
            return f"\\\\x{value.hex()}"
        case str():
            for mark, escape in ESCAPES:  # several times quicker on long texts than str.translate
                value = value.replace(mark, escape)
            return value
