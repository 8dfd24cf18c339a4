"""The world as imported: districts, datasets, units, schools, households and children. Datasets are versions."""

from geo_data.models.addresses import (
    AddressEntry,
    AddressKey,
    AddressKeyKind,
    AddressName,
    AddressNameKind,
    AddressNameSort,
    AddressRequest,
    AddressRequestState,
)
from geo_data.models.base_map import MapFeature, MapFeatureKind
from geo_data.models.children import Child, Household, Sex
from geo_data.models.datasets import Dataset, DatasetKind, DatasetStatus, District, Stage
from geo_data.models.schools import Ownership, School, SchoolSeats, Site
from geo_data.models.units import CatchmentUnit, UnitBorder

__all__ = [
    "AddressEntry",
    "AddressKey",
    "AddressKeyKind",
    "AddressName",
    "AddressNameKind",
    "AddressNameSort",
    "AddressRequest",
    "AddressRequestState",
    "CatchmentUnit",
    "Child",
    "Dataset",
    "DatasetKind",
    "DatasetStatus",
    "District",
    "Household",
    "MapFeature",
    "MapFeatureKind",
    "Ownership",
    "School",
    "SchoolSeats",
    "Sex",
    "Site",
    "Stage",
    "UnitBorder",
]
