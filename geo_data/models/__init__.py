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
from geo_data.models.past import (
    GradeCount,
    HousingKind,
    MoveBalance,
    NewHousing,
    PastEnrolment,
    SourceCategory,
)
from geo_data.models.projections import Projection, ProjectionRow
from geo_data.models.reconciliation import (
    CaseState,
    ReconciledChild,
    Reconciliation,
    ReconciliationCase,
    ReconciliationDecision,
)
from geo_data.models.registers import RegisterEntry, SelfRegistration
from geo_data.models.schools import Ownership, School, SchoolSeats, Site
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
    "CaseState",
    "CatchmentUnit",
    "Child",
    "Dataset",
    "DatasetFinding",
    "DatasetKind",
    "DatasetStatus",
    "DistanceMeasure",
    "DistanceMethod",
    "District",
    "GradeCount",
    "HeaderMapping",
    "Household",
    "HousingKind",
    "MapFeature",
    "MapFeatureKind",
    "MoveBalance",
    "NewHousing",
    "Ownership",
    "PastEnrolment",
    "Projection",
    "ProjectionRow",
    "ReconciledChild",
    "Reconciliation",
    "ReconciliationCase",
    "ReconciliationDecision",
    "RegisterEntry",
    "RepairPreview",
    "RowsKept",
    "School",
    "SchoolSeats",
    "SelfRegistration",
    "Sex",
    "Site",
    "SourceCategory",
    "Stage",
    "StreetEdit",
    "StreetEditKind",
    "StreetNetwork",
    "UnitBorder",
    "UnitDistances",
    "Upload",
]
