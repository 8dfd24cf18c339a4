"""Versions and files for those who may see them or decide about them."""

from uuid import UUID

from accounts.models import User
from accounts.permissions import Action, require
from geo_data.models import Dataset, Upload
from geo_data.selectors.datasets import get_dataset
from geo_data.selectors.uploads import get_upload


def dataset_for(person: User, action: Action, dataset_id: UUID) -> Dataset:
    """Return the version to somebody who may do this in its district."""
    found = get_dataset(dataset_id)
    require(person, action, found.district_id)
    return found


def upload_for(person: User, action: Action, upload_id: UUID) -> Upload:
    """Return the file to somebody who may do this in its district."""
    found = get_upload(upload_id)
    require(person, action, found.district_id)
    return found
