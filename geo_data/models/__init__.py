"""The world as imported: districts, datasets, units, schools, households and children. Datasets are versions."""

from geo_data.models.base_map import MapFeature, MapFeatureKind
from geo_data.models.children import Child, Household, Sex
from geo_data.models.datasets import Dataset, DatasetKind, DatasetStatus, District, Stage
from geo_data.models.reconciliation import (
    CaseState,
    ReconciledChild,
    Reconciliation,
    ReconciliationCase,
    ReconciliationDecision,
)
from geo_data.models.registers import RegisterEntry, SelfRegistration
from geo_data.models.schools import Ownership, School
from geo_data.models.units import CatchmentUnit, UnitBorder

__all__ = [
    "CaseState",
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
    "ReconciledChild",
    "Reconciliation",
    "ReconciliationCase",
    "ReconciliationDecision",
    "RegisterEntry",
    "School",
    "SelfRegistration",
    "Sex",
    "Stage",
    "UnitBorder",
]
