"""What an officer does with a version: confirm, discard, withdraw, restore. Each is one transaction with its event."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.permissions import Action, require
from accounts.services.audit import record_event
from common.canonical import CanonicalValue
from common.errors import WrongMoment
from geo_data.models import Dataset, DatasetKind, DatasetStatus
from geo_data.selectors.datasets import find_current_dataset
from geo_data.services.datasets import compare_with_current, lock_district, make_current
from geo_data.services.found import delete_rows
from geo_data.services.stored_files import delete_upload

USED = (DatasetStatus.CURRENT, DatasetStatus.SUPERSEDED)
ALIVE = (*USED, DatasetStatus.PROPOSED, DatasetStatus.REFUSED)


class DatasetIsWithdrawn(WrongMoment):
    """The dataset was withdrawn already."""

    code = "dataset_is_withdrawn"


class DatasetNotProposed(WrongMoment):
    """The version does not wait for a decision."""

    code = "dataset_not_proposed"


class DatasetNotInUse(WrongMoment):
    """The version is not and was not in use, so it cannot be withdrawn."""

    code = "dataset_not_in_use"


class DatasetNotRestorable(WrongMoment):
    """The version is in use, or has no rows."""

    code = "dataset_not_restorable"


class BasisChanged(WrongMoment):
    """The file was checked against a version that is no longer current: it must be read again."""

    code = "dataset_basis_changed"


class ComparisonIsOld(WrongMoment):
    """The officer saw a comparison with another version than the one that is current now."""

    code = "dataset_comparison_is_old"


@transaction.atomic
def confirm_dataset(*, actor: User | None, now: datetime, dataset: Dataset) -> Dataset:
    """Make a proposed version the current one; nothing is read again.

    Raises DatasetNotProposed, BasisChanged and ComparisonIsOld.
    """
    _lock(dataset, actor)
    if dataset.status != DatasetStatus.PROPOSED:
        raise DatasetNotProposed("the version does not wait for a decision", status=dataset.status)
    check_basis(dataset)
    current = find_current_dataset(dataset.district_id, DatasetKind(dataset.kind))
    if dataset.compared_with_id != (current.pk if current else None):
        raise ComparisonIsOld("another version has become current since; compare again")
    make_current(dataset, actor=actor, now=now)
    replaced: CanonicalValue = str(current.pk) if current else None
    _record(dataset, actor=actor, now=now, action="dataset.confirmed", replaced=replaced)
    return dataset


@transaction.atomic
def compare_again(*, actor: User | None, now: datetime, dataset: Dataset) -> Dataset:
    """Compare a proposed version with what is current now."""
    _lock(dataset, actor)
    if dataset.status != DatasetStatus.PROPOSED:
        raise DatasetNotProposed("the version does not wait for a decision", status=dataset.status)
    compare_with_current(dataset)
    dataset.save(update_fields=["comparison", "compared_with"])
    _record(dataset, actor=actor, now=now, action="dataset.compared")
    return dataset


@transaction.atomic
def discard_dataset(*, actor: User | None, now: datetime, dataset: Dataset) -> Dataset:
    """Drop a proposed or refused version: its rows are deleted, its findings and its line in the list stay.

    The file goes too, unless another version that was read from it waits or is in use.
    """
    _lock(dataset, actor)
    if dataset.status not in (DatasetStatus.PROPOSED, DatasetStatus.REFUSED):
        raise DatasetNotProposed("the version does not wait for a decision", status=dataset.status)
    delete_rows(dataset)
    rows, dataset.row_count = dataset.row_count, 0
    _decide(dataset, DatasetStatus.DISCARDED, actor, now)
    _record(dataset, actor=actor, now=now, action="dataset.discarded", rows=rows)
    if dataset.upload and not dataset.upload.datasets.filter(status__in=ALIVE).exists():
        delete_upload(actor=actor, now=now, upload=dataset.upload)
    return dataset


@transaction.atomic
def withdraw_dataset(*, actor: User | None, now: datetime, dataset: Dataset) -> Dataset:
    """Take a version out of use; plans and rounds that pinned it keep it. Nothing takes its place by itself."""
    _lock(dataset, actor)
    if dataset.status == DatasetStatus.WITHDRAWN:
        raise DatasetIsWithdrawn("the dataset was withdrawn already", dataset=str(dataset.pk))
    if dataset.status not in USED:
        raise DatasetNotInUse("only a version that is or was in use can be withdrawn", status=dataset.status)
    if dataset.status == DatasetStatus.CURRENT:
        dataset.current_until = now
    _decide(dataset, DatasetStatus.WITHDRAWN, actor, now)
    _record(dataset, actor=actor, now=now, action="dataset.withdrawn")
    return dataset


@transaction.atomic
def restore_dataset(*, actor: User | None, now: datetime, dataset: Dataset) -> Dataset:
    """Make an earlier version current again, one that was superseded or withdrawn."""
    _lock(dataset, actor)
    restore(dataset, actor=actor, now=now)
    return dataset


def restore(dataset: Dataset, *, actor: User | None, now: datetime) -> None:
    """Make an earlier version current again, inside the caller's transaction, which holds the district."""
    if dataset.status not in (DatasetStatus.SUPERSEDED, DatasetStatus.WITHDRAWN):
        raise DatasetNotRestorable(
            "only a superseded or withdrawn version is restored", status=dataset.status
        )
    make_current(dataset, actor=actor, now=now)
    _record(dataset, actor=actor, now=now, action="dataset.restored")


def check_basis(dataset: Dataset) -> None:
    """Raise BasisChanged when a version that the file was checked against is no longer current."""
    for kind, version in dataset.basis.items():
        current = find_current_dataset(dataset.district_id, DatasetKind(kind))
        if current is None or str(current.pk) != version:
            raise BasisChanged("the file was checked against another version; read it again", kind=kind)


def _lock(dataset: Dataset, actor: User | None) -> None:
    if actor is not None:
        require(actor, Action.IMPORT_DATA, dataset.district_id)
    lock_district(dataset.district_id)
    dataset.refresh_from_db()


def _decide(dataset: Dataset, status: DatasetStatus, actor: User | None, now: datetime) -> None:
    dataset.status, dataset.decided_by, dataset.decided_at = status, actor, now
    fields = ["status", "decided_by", "decided_at", "current_until", "row_count"]
    dataset.save(update_fields=fields)


def _record(
    dataset: Dataset, *, actor: User | None, now: datetime, action: str, **details: CanonicalValue
) -> None:
    record_event(
        actor=actor,
        now=now,
        action=action,
        subject=dataset,
        district_code=dataset.district_id,
        details={"kind": dataset.kind, **details},
    )
