"""Triggers for tables to which rows are only ever added."""

import pgtrigger


def insert_only() -> list[pgtrigger.Trigger]:
    """Return the triggers of a table whose rows are never changed, deleted or truncated, whoever asks."""
    return [
        pgtrigger.Protect(name="insert_only", operation=pgtrigger.Update | pgtrigger.Delete),
        pgtrigger.Trigger(
            name="no_truncate",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Truncate,
            func="RAISE EXCEPTION 'pgtrigger: Cannot truncate % table', TG_TABLE_NAME;",
        ),
    ]
