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
from geo_data.models.datasets import Dataset, DatasetKind, DatasetStatus, District, RowsKept, Stage
from geo_data.models.findings import DatasetFinding, RepairPreview
from geo_data.models.schools import Ownership, School
from geo_data.models.streets import (
    DistanceMeasure,
    DistanceMethod,
    StreetEdit,
    StreetEditKind,
    StreetNetwork,
    UnitDistances,
)
from geo_data.models.units import CatchmentUnit, UnitBorder
from geo_data.models.uploads import HeaderMapping, Upload

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
    "DatasetFinding",
    "DatasetKind",
    "DatasetStatus",
    "DistanceMeasure",
    "DistanceMethod",
    "District",
    "HeaderMapping",
    "Household",
    "MapFeature",
    "MapFeatureKind",
    "Ownership",
    "RepairPreview",
    "RowsKept",
    "School",
    "Sex",
    "Stage",
    "StreetEdit",
    "StreetEditKind",
    "StreetNetwork",
    "UnitBorder",
    "UnitDistances",
    "Upload",
]
