"""Rounds, applications and their facts, entry lists, draws, placements and offers."""

from admissions.models.applications import (
    LIVE_STATUSES,
    Application,
    ApplicationChoice,
    ApplicationStatus,
    ChildReceipt,
)
from admissions.models.draws import (
    ChoiceOutcome,
    DrawRecord,
    Entry,
    EntryList,
    LineCutoff,
    Placement,
    PublicValue,
)
from admissions.models.offers import (
    Offer,
    OfferStatus,
)
from admissions.models.rounds import (
    AdmissionRound,
    PlanLine,
    RoundStatus,
)

__all__ = [
    "LIVE_STATUSES",
    "AdmissionRound",
    "Application",
    "ApplicationChoice",
    "ApplicationStatus",
    "ChildReceipt",
    "ChoiceOutcome",
    "DrawRecord",
    "Entry",
    "EntryList",
    "LineCutoff",
    "Offer",
    "OfferStatus",
    "Placement",
    "PlanLine",
    "PublicValue",
    "RoundStatus",
]
