"""Triggers for tables to which rows are only ever added."""

import pgtrigger


def insert_only() -> list[pgtrigger.Trigger]:
    """Return the triggers of a table whose rows are never changed, deleted or truncated, whoever asks."""
    return [
        pgtrigger.Protect(name="insert_only", operation=pgtrigger.Update | pgtrigger.Delete),
        _no_truncate(),
    ]


def kept_but_for_sealing(*sealed: str) -> list[pgtrigger.Trigger]:
    """Return the triggers of such a table with sealed columns, which a renewal of the keys seals again."""
    return [
        pgtrigger.ReadOnly(name="read_only", exclude=list(sealed)),
        pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
        _no_truncate(),
    ]


def _no_truncate() -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name="no_truncate",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func="RAISE EXCEPTION 'pgtrigger: Cannot truncate % table', TG_TABLE_NAME;",
    )
