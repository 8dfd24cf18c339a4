"""The world as imported: districts, datasets, units, schools, households and children. Datasets are versions."""

from geo_data.models.base_map import MapFeature, MapFeatureKind
from geo_data.models.children import Child, Household, Sex
from geo_data.models.datasets import Dataset, DatasetKind, DatasetStatus, District, Stage
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

__all__ = [
    "CatchmentUnit",
    "Child",
    "Dataset",
    "DatasetKind",
    "DatasetStatus",
    "DistanceMeasure",
    "DistanceMethod",
    "District",
    "Household",
    "MapFeature",
    "MapFeatureKind",
    "Ownership",
    "School",
    "Sex",
    "Stage",
    "StreetEdit",
    "StreetEditKind",
    "StreetNetwork",
    "UnitBorder",
    "UnitDistances",
]
