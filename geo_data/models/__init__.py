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
from geo_data.models.surveys import (
    CONFLICTS,
    DifferenceKind,
    PackPurpose,
    PaperPack,
    PaperPart,
    ReturnStatus,
    SheetStatus,
    SurveyAnswer,
    SurveyDecision,
    SurveyDifference,
    SurveyorRole,
    SurveyOutcome,
    SurveyReturn,
    SurveyRow,
    SurveySheet,
)
from geo_data.models.units import CatchmentUnit, UnitBorder

__all__ = [
    "CONFLICTS",
    "CaseState",
    "CatchmentUnit",
    "Child",
    "Dataset",
    "DatasetKind",
    "DatasetStatus",
    "DifferenceKind",
    "District",
    "Household",
    "MapFeature",
    "MapFeatureKind",
    "Ownership",
    "PackPurpose",
    "PaperPack",
    "PaperPart",
    "ReconciledChild",
    "Reconciliation",
    "ReconciliationCase",
    "ReconciliationDecision",
    "RegisterEntry",
    "ReturnStatus",
    "School",
    "SelfRegistration",
    "Sex",
    "SheetStatus",
    "Stage",
    "SurveyAnswer",
    "SurveyDecision",
    "SurveyDifference",
    "SurveyOutcome",
    "SurveyReturn",
    "SurveyRow",
    "SurveySheet",
    "SurveyorRole",
    "UnitBorder",
]
