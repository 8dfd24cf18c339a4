"""What differs between two versions of a kind: rows added, changed and removed, counted in the database.

Personal values are sealed anew with every import and cannot be compared; a keyed digest of the row stands for them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from geo_data.models import Dataset, DatasetKind

SHOWN_KEYS = 20
SAME, ADDED, CHANGED, REMOVED = "same", "added", "changed", "removed"


@dataclass(frozen=True, slots=True)
class Comparison:
    """How rows of one kind are matched and compared. Expressions are SQL over the table as `t`.

    table   -- the rows' table, with its column dataset_id
    key     -- tells rows apart: equal in both versions for the same thing
    label   -- what is shown of a row; never personal
    columns -- what is compared: name as shown -> expression
    join    -- further tables
    """

    table: str
    key: str
    label: str
    columns: Mapping[str, str]
    join: str = ""


def _plain(*names: str) -> dict[str, str]:
    return {name: f"t.{name}" for name in names}


def _shapes(*names: str) -> dict[str, str]:
    return {name: f"ST_AsBinary(t.{name})" for name in names}


COMPARISONS: dict[DatasetKind, Comparison] = {
    DatasetKind.UNITS: Comparison(
        table="geo_data_catchmentunit",
        key="t.code",
        label="t.code",
        columns={**_plain("name", "kind", "township", "children"), **_shapes("point", "area")},
    ),
    DatasetKind.SCHOOLS: Comparison(
        table="geo_data_school",
        key="t.code",
        label="t.code",
        columns={
            **_plain("name", "stage", "ownership", "address", "unit_code", "capacity", "planned_intake"),
            **_plain("classes", "group_code", "feeds", "site", "main_code", "enrolled", "purchased_places"),
            **_plain("boarding", "boarding_beds", "bus_lines", "nine_year_code"),
            **_shapes("point"),
        },
    ),
    DatasetKind.SEATS: Comparison(
        table="geo_data_schoolseats",
        key="t.school_code || ' ' || t.year || ' ' || t.grade",
        label="t.school_code || ' ' || t.year || ' ' || t.grade",
        columns=_plain("seats", "classes", "enrolled", "planned_intake"),
    ),
    DatasetKind.CHILDREN: Comparison(
        table="geo_data_child",
        key="t.identity_index",
        label="h.code",
        columns={
            **_plain("birth_on", "sex", "school_now"),
            "unit_code": "h.unit_code",
            "household": "h.code",
            "guardians": "t.guardian_indexes",
            "details": "NULLIF(t.row_digest, '')",
        },
        join="JOIN geo_data_household h ON h.id = t.household_id",
    ),
    DatasetKind.BASE_MAP: Comparison(
        table="geo_data_mapfeature",
        key="md5(ROW(t.kind, t.name, ST_AsBinary(t.line))::text)",
        label="t.kind || ' ' || t.name",
        columns={},
    ),
    DatasetKind.STREETS: Comparison(  # a network is one packed row: it is the same or another one
        table="geo_data_streetnetwork",
        key="'network'",
        label="'network'",
        columns={**_plain("nodes", "edges"), "content": "md5(t.content)"},
    ),
    DatasetKind.ADDRESSES: Comparison(
        table="geo_data_addressentry",
        key="t.code",
        label="concat(t.road, t.number, t.suffix, t.estate, t.building)",
        columns={
            **_plain("township", "estate", "building", "road", "number", "suffix", "unit_code"),
            **_plain("dwellings", "aliases", "old_names"),
            **_shapes("point"),
        },
    ),
    **dict.fromkeys(
        (
            DatasetKind.REGISTRATIONS,
            DatasetKind.PERMITS,
            DatasetKind.TITLES,
            DatasetKind.RENTALS,
            DatasetKind.INSURANCES,
            DatasetKind.CIVIL_AFFAIRS,
            DatasetKind.PREFERENCES,
            DatasetKind.PUPILS,
            DatasetKind.ATTENDANCE,
            DatasetKind.KINDERGARTENS,
            DatasetKind.BIRTHS,
            DatasetKind.SURVEYS,
        ),
        Comparison(
            table="geo_data_registerentry",
            key="t.record_index",
            label="concat('#', t.row_number)",
            columns={
                **_plain("birth_on", "sex", "unit_code", "school_code", "grade", "guardian_index"),
                **_plain("second_guardian_index", "property_index", "details"),
            },
        ),
    ),
    DatasetKind.ENROLMENTS: Comparison(
        table="geo_data_pastenrolment",
        key="concat_ws(' ', t.year, t.stage, t.category, t.unit_code)",
        label="concat_ws(' ', t.year, t.unit_code, t.category)",
        columns=_plain("school_code", "children", "enrolled", "elsewhere"),
    ),
    DatasetKind.GRADES: Comparison(
        table="geo_data_gradecount",
        key="concat_ws(' ', t.year, t.grade, t.school_code)",
        label="concat_ws(' ', t.year, t.school_code, t.grade)",
        columns=_plain("pupils"),
    ),
    DatasetKind.HOUSING: Comparison(
        table="geo_data_newhousing",
        key="t.code",
        label="t.code",
        columns=_plain("name", "unit_code", "dwellings", "kind", "delivered_in", "occupied_percent"),
    ),
    DatasetKind.MIGRATION: Comparison(
        table="geo_data_movebalance",
        key="concat_ws(' ', t.year, t.age)",
        label="concat_ws(' ', t.year, t.age)",
        columns=_plain("children", "net"),
    ),
}


def compare(new: Dataset, old: Dataset | None) -> dict[str, Any] | None:
    """Return what confirming `new` in the place of `old` would change, None for kinds that are not compared.

    {"same": count, "added" / "changed" / "removed": {"count", "keys": up to SHOWN_KEYS labels}}, and in "changed"
    also "columns": how many rows differ in each column. One query. A digest that one side lacks counts as equal.
    """
    how = COMPARISONS.get(DatasetKind(new.kind))
    if how is None:
        return None
    with connection.cursor() as cursor:
        # A version just copied has no statistics yet: loops over it would never end.
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(_query(how), {"new": new.pk, "old": old.pk if old else None, "shown": SHOWN_KEYS})
        found = cursor.fetchone()
        cursor.execute("SET LOCAL enable_nestloop = on")
    same, counts, keys, differing = found[0], found[1:4], found[4:7], found[7:]
    told: dict[str, Any] = {
        state: {"count": count, "keys": labels or []}
        for state, count, labels in zip((ADDED, CHANGED, REMOVED), counts, keys, strict=True)
    }
    told[CHANGED]["columns"] = {name: rows for name, rows in zip(how.columns, differing, strict=True) if rows}
    return {SAME: same, **told}


def _query(how: Comparison) -> str:
    """Return the question: both versions joined in full by key, each pair in one of four states."""
    numbered = [(f"c{i}", sql) for i, sql in enumerate(how.columns.values())]
    columns = "".join(f", {sql} AS {name}" for name, sql in numbered)
    side = f"SELECT {how.key} AS k, {how.label} AS l{columns} FROM {how.table} t {how.join} WHERE t.dataset_id = "
    differs = [_differs(name, sql) for name, sql in numbered]
    flags = "".join(f", {test} AS d{i}" for i, test in enumerate(differs))
    state = (
        f"CASE WHEN o.k IS NULL THEN '{ADDED}' WHEN n.k IS NULL THEN '{REMOVED}' "
        f"WHEN {' OR '.join(differs) or 'false'} THEN '{CHANGED}' ELSE '{SAME}' END"
    )
    states = (ADDED, CHANGED, REMOVED)
    totals = [f"count(*) FILTER (WHERE state = '{name}')" for name in (SAME, *states)]
    keys = [f"(array_agg(l ORDER BY l, k) FILTER (WHERE state = '{name}'))[1:%(shown)s]" for name in states]
    rows = [f"count(*) FILTER (WHERE state = '{CHANGED}' AND d{i})" for i in range(len(differs))]
    return (
        f"WITH n AS ({side} %(new)s), o AS ({side} %(old)s), d AS ("
        f"SELECT COALESCE(n.k, o.k) AS k, COALESCE(n.l, o.l) AS l, {state} AS state{flags} "
        f"FROM n FULL JOIN o ON n.k = o.k) SELECT {', '.join((*totals, *keys, *rows))} FROM d"
    )


def _differs(name: str, sql: str) -> str:
    if sql.startswith("NULLIF("):  # a digest that an older version lacks says nothing
        return f"COALESCE(n.{name} <> o.{name}, false)"
    return f"n.{name} IS DISTINCT FROM o.{name}"
