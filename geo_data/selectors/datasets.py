"""Questions about districts and versions of data."""

from uuid import UUID

from django.db.models import F, QuerySet

from common.errors import NotFound
from geo_data.models import Dataset, DatasetKind, DatasetStatus, MapFeature


class NoSuchDataset(NotFound):
    """There is no such dataset, or none of this kind is current."""

    code = "no_such_dataset"


def get_dataset(dataset_id: UUID | str) -> Dataset:
    """Return the dataset with its district."""
    dataset = Dataset.objects.select_related("district").filter(pk=dataset_id).first()
    if dataset is None:
        raise NoSuchDataset("there is no such dataset", dataset=str(dataset_id))
    return dataset


def find_current_dataset(district_code: str, kind: DatasetKind) -> Dataset | None:
    """Return the version in use, with its district."""
    current = Dataset.objects.select_related("district").filter(status=DatasetStatus.CURRENT)
    return current.filter(district_id=district_code, kind=kind).first()


def get_current_dataset(district_code: str, kind: DatasetKind) -> Dataset:
    """Return the version in use, with its district."""
    dataset = find_current_dataset(district_code, kind)
    if dataset is None:
        raise NoSuchDataset(
            f"no {kind.value} have been imported", district_code=district_code, kind=kind.value
        )
    return dataset


def list_datasets(district_code: str) -> QuerySet[Dataset]:
    """Return all versions of a district, newest first."""
    return Dataset.objects.filter(district_id=district_code).order_by("-imported_at", "kind", "id")


def find_previous_dataset(dataset: Dataset) -> Dataset | None:
    """Return the version that was current last of those superseded: what withdrawing `dataset` may bring back."""
    superseded = Dataset.objects.filter(
        district_id=dataset.district_id, kind=dataset.kind, status=DatasetStatus.SUPERSEDED
    ).exclude(pk=dataset.pk)
    return superseded.order_by(F("current_until").desc(nulls_last=True), "-imported_at", "id").first()


def list_proposed_datasets(district_code: str) -> QuerySet[Dataset]:
    """Return the versions that wait for an officer, oldest first."""
    proposed = Dataset.objects.filter(district_id=district_code, status=DatasetStatus.PROPOSED)
    return proposed.order_by("imported_at", "id")


def list_map_features(dataset: Dataset) -> QuerySet[MapFeature]:
    """Return the lines of a base map, by kind and name."""
    return MapFeature.objects.filter(dataset=dataset).order_by("kind", "name", "id")
