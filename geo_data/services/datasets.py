"""Versions of data: a new one takes the place of the current one, the same file twice is one version."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import transaction

from accounts.models import User
from accounts.permissions import Action, require
from accounts.services.audit import record_event
from common.canonical import CanonicalValue, canonical_json
from common.errors import RulesSayNo, WrongMoment
from geo_data.models import Dataset, DatasetKind, DatasetStatus, District
from geo_data.selectors.districts import NoSuchDistrict
from geo_data.tables.findings import Finding, Findings

SIDECARS = (".dbf", ".shx", ".prj", ".cpg")


class ImportRefused(RulesSayNo):
    """A file has severe findings; nothing of it was stored."""

    code = "import_refused"

    def __init__(self, findings: Findings) -> None:
        super().__init__("the file has severe findings; nothing was stored", counts=dict(findings.counts()))
        self.findings: tuple[Finding, ...] = findings.kept()


class DatasetIsWithdrawn(WrongMoment):
    """The dataset was withdrawn already."""

    code = "dataset_is_withdrawn"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a file comes from, in the officer's words.

    file_name  -- as the officer knows it, where the path is that of an upload
    vintage_on -- the day the data were true
    """

    office: str = ""
    vintage_on: date | None = None
    file_name: str = ""


@dataclass(frozen=True, slots=True)
class ImportResult:
    """A stored version; `is_new` is False when the same import was done before."""

    dataset: Dataset
    findings: tuple[Finding, ...]
    counts: Mapping[str, int]
    is_new: bool


def lock_district(code: str) -> District:
    """Return the district, locked until the transaction ends, so that imports follow one another."""
    district = District.objects.select_for_update().filter(pk=code).first()
    if district is None:
        raise NoSuchDistrict("there is no such district", district_code=code)
    return district


def digest_of_import(path: Path, options: Mapping[str, CanonicalValue]) -> str:
    """Return the SHA-256 over the options and the file, with a shapefile's companions."""
    digest = hashlib.sha256(canonical_json(options))
    companions = SIDECARS if path.suffix.casefold() == ".shp" else ()
    for part in (path, *(path.with_suffix(suffix) for suffix in companions)):
        if part.exists():
            with part.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def find_same_import(
    *, actor: User | None, now: datetime, district: District, kind: DatasetKind, file_digest: str
) -> Dataset | None:
    """Return the version that this very import made; one that was superseded since becomes current again."""
    same = (
        Dataset.objects.filter(district=district, kind=kind, file_digest=file_digest)
        .exclude(status=DatasetStatus.WITHDRAWN)
        .first()
    )
    if same and same.status == DatasetStatus.SUPERSEDED:
        _supersede_current(district, kind)
        same.status = DatasetStatus.CURRENT
        same.save(update_fields=["status"])
        record_event(
            actor=actor, now=now, action="dataset.restored", subject=same, district_code=district.code
        )
    return same


def begin_dataset(
    *,
    actor: User | None,
    now: datetime,
    district: District,
    kind: DatasetKind,
    file_digest: str,
    path: Path,
    origin: Origin,
    declared_crs: str = "",
    repairs: Sequence[str] = (),
) -> Dataset:
    """Add the new current version without its rows, inside the caller's transaction."""
    _supersede_current(district, kind)
    return Dataset.objects.create(
        district=district,
        kind=kind,
        file_name=origin.file_name or path.name,
        file_digest=file_digest,
        source_office=origin.office,
        vintage_on=origin.vintage_on,
        declared_crs=declared_crs,
        repairs=list(repairs),
        imported_by=actor,
        imported_at=now,
    )


def finish_dataset(
    *, actor: User | None, now: datetime, dataset: Dataset, row_count: int, findings: Findings
) -> ImportResult:
    """Store what was found and the audit event. Raises ImportRefused, which undoes the caller's transaction."""
    if findings.refuses:
        raise ImportRefused(findings)
    dataset.row_count = row_count
    dataset.findings = [finding.as_data() for finding in findings.kept()]
    dataset.save(update_fields=["row_count", "findings"])
    details: Mapping[str, CanonicalValue] = {
        "kind": dataset.kind,
        "file_digest": dataset.file_digest,
        "rows": row_count,
        "repairs": list(dataset.repairs),
        "findings": dict(findings.counts()),
    }
    record_event(
        actor=actor,
        now=now,
        action="dataset.imported",
        subject=dataset,
        district_code=dataset.district_id,
        details=details,
    )
    return ImportResult(dataset, findings.kept(), findings.counts(), is_new=True)


def repeated(dataset: Dataset) -> ImportResult:
    """Return the result of an import that was done before."""
    findings = tuple(Finding(**data) for data in dataset.findings)
    return ImportResult(dataset, findings, {}, is_new=False)


@transaction.atomic
def withdraw_dataset(*, actor: User | None, now: datetime, dataset: Dataset) -> Dataset:
    """Take a version out of use; plans and rounds that pinned it keep it. Nothing takes its place by itself."""
    if actor is not None:
        require(actor, Action.IMPORT_DATA, dataset.district_id)
    lock_district(dataset.district_id)
    dataset.refresh_from_db(fields=["status"])
    if dataset.status == DatasetStatus.WITHDRAWN:
        raise DatasetIsWithdrawn("the dataset was withdrawn already", dataset=str(dataset.pk))
    dataset.status = DatasetStatus.WITHDRAWN
    dataset.save(update_fields=["status"])
    record_event(
        actor=actor,
        now=now,
        action="dataset.withdrawn",
        subject=dataset,
        district_code=dataset.district_id,
    )
    return dataset


def _supersede_current(district: District, kind: DatasetKind) -> None:
    current = Dataset.objects.filter(district=district, kind=kind, status=DatasetStatus.CURRENT)
    current.update(status=DatasetStatus.SUPERSEDED)
