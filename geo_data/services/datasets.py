"""Versions of data: a file becomes a proposed version, and the current one when it is confirmed."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from accounts.models import User
from accounts.services.audit import record_event
from common.canonical import CanonicalValue, canonical_json
from common.errors import RulesSayNo
from geo_data.models import Dataset, DatasetKind, DatasetStatus, District
from geo_data.selectors.comparisons import compare
from geo_data.selectors.datasets import find_current_dataset
from geo_data.selectors.districts import NoSuchDistrict
from geo_data.services.found import store_findings
from geo_data.services.terms import AT_ONCE, Origin, Settle, Terms
from geo_data.tables.findings import Finding, Findings

__all__ = ["ImportRefused", "ImportResult", "Origin"]

SIDECARS = (".dbf", ".shx", ".prj", ".cpg")
WITHOUT_ROWS = (DatasetStatus.REFUSED, DatasetStatus.DISCARDED)


class ImportRefused(RulesSayNo):
    """A file has severe findings; nothing of it was stored."""

    code = "import_refused"

    def __init__(self, findings: Findings) -> None:
        super().__init__("the file has severe findings; nothing was stored", counts=dict(findings.counts()))
        self.findings: tuple[Finding, ...] = findings.kept()


@dataclass(frozen=True, slots=True)
class ImportResult:
    """A version; `is_new` is False when the same import was done before."""

    dataset: Dataset
    findings: tuple[Finding, ...]
    counts: Mapping[str, int]
    is_new: bool


@dataclass(frozen=True, slots=True)
class Source:
    """What makes an import this import and no other, and what is told of it.

    basis -- the versions that the file is checked against
    """

    path: Path
    file_digest: str
    origin: Origin
    declared_crs: str = ""
    repairs: Sequence[str] = ()
    options: Mapping[str, CanonicalValue] = field(default_factory=dict)
    basis: Sequence[Dataset] = ()


def lock_district(code: str) -> District:
    """Return the district, locked until the transaction ends, so that decisions about versions follow one another.

    A file that is being read holds no such lock: nobody waits for it to confirm or withdraw something else.
    """
    district = District.objects.select_for_update(no_key=True).filter(pk=code).first()
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


def find_same(district: District, kind: DatasetKind, file_digest: str) -> Dataset | None:
    """Return the version that this very import made, whatever has become of it; the newest if there are several."""
    same = Dataset.objects.filter(district=district, kind=kind, file_digest=file_digest)
    return same.order_by("-imported_at", "id").first()


def begin_dataset(
    *,
    actor: User | None,
    now: datetime,
    district: District,
    kind: DatasetKind,
    source: Source,
    terms: Terms = AT_ONCE,
    again: Dataset | None = None,
) -> Dataset:
    """Add a proposed version without its rows, inside the caller's transaction.

    again -- the version without rows that the same import made before: it is used again
    """
    values: dict[str, Any] = {
        "status": DatasetStatus.PROPOSED,
        "file_name": source.origin.file_name or source.path.name,
        "source_office": source.origin.office,
        "vintage_on": source.origin.vintage_on,
        "declared_crs": source.declared_crs,
        "repairs": list(source.repairs),
        "options": dict(source.options),
        "basis": {version.kind: str(version.pk) for version in source.basis},
        "keep": terms.keep.value,
        "upload": terms.upload,
        "imported_by": actor,
        "imported_at": now,
        "decided_by": None,
        "decided_at": None,
    }
    if again is None:
        return Dataset.objects.create(district=district, kind=kind, file_digest=source.file_digest, **values)
    for name, value in values.items():
        setattr(again, name, value)
    again.save()
    return again


def finish_dataset(
    *,
    actor: User | None,
    now: datetime,
    dataset: Dataset,
    row_count: int,
    findings: Findings,
    terms: Terms = AT_ONCE,
) -> ImportResult:
    """Store what was found, compare with the current version, and propose or confirm; with the audit event.

    Raises ImportRefused when the file is refused and is not only proposed; that undoes the caller's transaction.
    """
    is_refused = findings.refuses
    if is_refused and terms.settle is Settle.CONFIRM:
        raise ImportRefused(findings)
    dataset.row_count = 0 if is_refused else row_count
    dataset.rows_left_out = 0 if is_refused else findings.bad_rows
    dataset.status = DatasetStatus.REFUSED if is_refused else DatasetStatus.PROPOSED
    store_findings(dataset, findings)
    if not is_refused:
        compare_with_current(dataset)
    dataset.save()
    action = "dataset.refused" if is_refused else "dataset.proposed"
    if terms.settle is Settle.CONFIRM:
        make_current(dataset, actor=actor, now=now)
        action = "dataset.imported"
    record_event(
        actor=actor,
        now=now,
        action=action,
        subject=dataset,
        district_code=dataset.district_id,
        details=_told(dataset, findings),
    )
    return ImportResult(dataset, findings.kept(), findings.counts(), is_new=True)


def compare_with_current(dataset: Dataset) -> None:
    """Set what confirming the version would change, without saving it."""
    current = find_current_dataset(dataset.district_id, DatasetKind(dataset.kind))
    dataset.compared_with = current
    dataset.comparison = compare(dataset, current)


def make_current(dataset: Dataset, *, actor: User | None, now: datetime) -> None:
    """Put the version in the place of the current one, inside the caller's transaction."""
    current = Dataset.objects.filter(
        district_id=dataset.district_id, kind=dataset.kind, status=DatasetStatus.CURRENT
    )
    current.exclude(pk=dataset.pk).update(status=DatasetStatus.SUPERSEDED, current_until=now)
    dataset.status = DatasetStatus.CURRENT
    dataset.decided_by, dataset.decided_at = actor, now
    dataset.save(update_fields=["status", "decided_by", "decided_at"])


def repeated(dataset: Dataset) -> ImportResult:
    """Return the result of an import that was done before."""
    findings = tuple(Finding(**data) for data in dataset.findings)
    return ImportResult(dataset, findings, dataset.finding_counts, is_new=False)


def _told(dataset: Dataset, findings: Findings) -> Mapping[str, CanonicalValue]:
    return {
        "kind": dataset.kind,
        "file_digest": dataset.file_digest,
        "rows": dataset.row_count,
        "rows_left_out": dataset.rows_left_out,
        "keep": dataset.keep,
        "repairs": list(dataset.repairs),
        "findings": dict(findings.counts()),
    }
