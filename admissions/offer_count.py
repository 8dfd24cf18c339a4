"""Triggers that keep the number of offers of a line at or below its plan, whoever writes."""

import pgtrigger

COUNT = """
UPDATE admissions_planline AS line SET offers_live = line.offers_live + changed.difference
FROM ({changes}) AS changed WHERE line.id = changed.line_id AND changed.difference <> 0;
RETURN NULL;
"""
LIVE = "status IN ('held', 'confirmed', 'enrolled')"
ADDED = f"SELECT line_id, count(*) AS difference FROM new_rows WHERE {LIVE} GROUP BY line_id"
REMOVED = f"SELECT line_id, -count(*) AS difference FROM old_rows WHERE {LIVE} GROUP BY line_id"
BOTH = f"{ADDED} UNION ALL {REMOVED}"
MOVED = f"SELECT line_id, sum(difference) AS difference FROM ({BOTH}) AS both_ways GROUP BY line_id"


def offer_count() -> list[pgtrigger.Trigger]:
    """Return statement triggers that count live offers into the plan line, where a check holds them below the plan."""
    return [
        _counting("count_added", pgtrigger.Insert, ADDED, pgtrigger.Referencing(new="new_rows")),
        _counting("count_removed", pgtrigger.Delete, REMOVED, pgtrigger.Referencing(old="old_rows")),
        _counting(
            "count_moved", pgtrigger.Update, MOVED, pgtrigger.Referencing(new="new_rows", old="old_rows")
        ),
    ]


def _counting(
    name: str, operation: pgtrigger.Operation, changes: str, referencing: pgtrigger.Referencing
) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=referencing,
        func=COUNT.format(changes=changes),
    )
