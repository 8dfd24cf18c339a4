"""Previews of repairs: looked at, then chosen as a new proposal; the unrepaired version stays."""

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

import shapely
from django.db import transaction

from accounts.models import User
from accounts.permissions import Action, require
from accounts.services.audit import record_event
from accounts.services.jobs import Report, not_reported
from geo_data.apart.reading import read_apart
from geo_data.models import DatasetKind, RepairPreview, Upload
from geo_data.selectors.headers import remembered_headers
from geo_data.services.bringing_in import declared_system
from geo_data.services.headers import plain_headers
from geo_data.services.kinds import Option, kind_of
from geo_data.services.stored_files import open_upload
from geo_data.services.uploads import ChoiceNotOffered, check_tolerance
from geo_data.tables.coverage import Repair
from geo_data.tables.findings import Findings
from geo_data.tables.placing import Ground
from geo_data.tables.repair_preview import RepairOutcome, UnitChange, preview_repair


@transaction.atomic
def preview_repairs(
    *,
    actor: User | None,
    now: datetime,
    upload: Upload,
    repairs: Collection[Repair],
    tolerance_mm: int,
    report: Report = not_reported,
) -> RepairPreview:
    """Keep what the repairs would change in the file, and what would still be found; nothing is proposed.

    Raises ChoiceNotOffered for kinds without repairs, and UploadIsDeleted.
    """
    if actor is not None:
        require(actor, Action.IMPORT_DATA, upload.district_id)
    if Option.REPAIRS not in kind_of(upload.kind).options or not repairs:
        raise ChoiceNotOffered("this kind does not offer that", option=Option.REPAIRS.asked_as)
    check_tolerance(tolerance_mm)
    headers = remembered_headers(upload.district_id, DatasetKind(upload.kind))
    findings = Findings(
        headers=headers | plain_headers(upload.headers), working_epsg=upload.district.working_crs
    )
    swap_axes, declared = (
        bool(upload.choices.get("swap_axes")),
        declared_system(upload.choices.get("crs", "")),
    )
    ground = Ground(upload.district.working_crs, swap_axes=swap_axes)
    asked = sorted(set(repairs))
    outcomes: list[RepairOutcome] = []

    def keep(outcome: RepairOutcome) -> int:
        outcomes.append(outcome)
        return outcome.changed

    with open_upload(upload) as path:

        def read(found: Findings) -> RepairOutcome:
            return preview_repair(
                path,
                ground=ground,
                declared=declared,
                repairs=asked,
                tolerance_m=tolerance_mm / 1000,
                findings=found,
            )

        read_apart(read, findings, keep, report=report, stores_refused=True)
    return _kept(upload, asked, tolerance_mm, outcomes, findings, actor=actor, now=now)


def _kept(
    upload: Upload,
    repairs: list[Repair],
    tolerance_mm: int,
    outcomes: list[RepairOutcome],
    findings: Findings,
    *,
    actor: User | None,
    now: datetime,
) -> RepairPreview:
    changes = [_as_data(change) for outcome in outcomes for change in outcome.changes]
    preview, _ = RepairPreview.objects.update_or_create(
        upload=upload,
        repairs=[repair.value for repair in repairs],
        tolerance_mm=tolerance_mm,
        defaults={
            "changes": changes,
            "changed": sum(outcome.changed for outcome in outcomes),
            "counts_left": dict(findings.counts()),
            "made_at": now,
        },
    )
    record_event(
        actor=actor,
        now=now,
        action="repairs.previewed",
        subject=upload,
        district_code=upload.district_id,
        details={
            "repairs": preview.repairs,
            "tolerance_mm": tolerance_mm,
            "changed": preview.changed,
        },
    )
    return preview


def _as_data(change: UnitChange) -> dict[str, Any]:
    return {
        "code": change.code,
        "row": change.row,
        "area_before_m2": change.area_before_m2,
        "area_after_m2": change.area_after_m2,
        "moved_mm": change.moved_mm,
        "before": _geojson(change.before),
        "after": _geojson(change.after),
    }


def _geojson(shape: shapely.Geometry | None) -> Any:
    return None if shape is None else json.loads(shapely.to_geojson(shape))
