"""Addresses imported before `unit_by_point` was kept: whether the file stated their unit cannot be told any more.

Judged so that nobody is sent to the wrong school: an address whose point lies in its unit is taken for one whose unit
the point decided, so near the edge of another zone the answer is "ask us". Where the point lies elsewhere, or is
missing, the unit was stated. The version says so among its findings; importing the register again tells.
"""

from datetime import datetime
from typing import Any

from django.apps.registry import Apps
from django.db import connection, migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

KEPT_SINCE = "0017_units_found_by_point"
CODE, NOTE = "unit_maybe_by_point", 2
TOLERANCE_DEGREES = 1e-6  # about a decimetre: points were compared in metres, and are stored in degrees
ASSUME = """
UPDATE geo_data_addressentry e
SET unit_by_point = true
FROM geo_data_catchmentunit u
WHERE e.dataset_id = %s AND u.dataset_id = %s AND u.code = e.unit_code
  AND e.point IS NOT NULL AND u.area IS NOT NULL AND ST_DWithin(u.area, e.point, %s)
"""


def assume(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Judge every register that was imported before, and note it with the version."""
    since = _kept_since()
    if since is None:
        return
    dataset_model = apps.get_model("geo_data", "Dataset")
    for register in dataset_model.objects.filter(kind="addresses", imported_at__lt=since).order_by("pk"):
        units = register.basis.get("units") or _units_in_use(dataset_model, register)
        if units is None:
            continue
        with connection.cursor() as cursor:
            cursor.execute(ASSUME, [register.pk, units, TOLERANCE_DEGREES])
            assumed = cursor.rowcount
        if assumed:
            _note(apps, register, assumed)


def _kept_since() -> datetime | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT applied FROM django_migrations WHERE app = 'geo_data' AND name = %s", [KEPT_SINCE]
        )
        found = cursor.fetchone()
    return found[0] if found else None


def _units_in_use(dataset_model: Any, register: Any) -> Any:
    return (
        dataset_model.objects.filter(district=register.district_id, kind="units", status="current")
        .values_list("pk", flat=True)
        .first()
    )


def _note(apps: Apps, register: Any, assumed: int) -> None:
    finding_model = apps.get_model("geo_data", "DatasetFinding")
    numbers = finding_model.objects.filter(dataset=register).order_by("-number")
    last = numbers.values_list("number", flat=True).first() or 0
    finding_model.objects.create(
        dataset=register, number=last + 1, code=CODE, weight=NOTE, row=0, column="", value=str(assumed)
    )
    told = {"code": CODE, "row": 0, "column": "", "value": str(assumed)}
    register.findings = [*register.findings, told]
    register.finding_counts = {**register.finding_counts, CODE: 1}
    register.save(update_fields=["findings", "finding_counts"])


class Migration(migrations.Migration):
    dependencies = [
        ("geo_data", "0017_units_found_by_point"),
    ]

    operations = [migrations.RunPython(assume, migrations.RunPython.noop)]
