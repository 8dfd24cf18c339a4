"""Rounds, applications and their facts, entry lists, draws, placements and offers."""

from admissions.models.after_results import (
    LeftOff,
    OfferStep,
    WaitingWish,
    WaitlistMove,
    WaitlistRun,
)
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
    LIVE_OFFERS,
    Offer,
    OfferStatus,
)
from admissions.models.rounds import (
    AdmissionRound,
    PlanLine,
    RoundStatus,
)

__all__ = [
    "LIVE_OFFERS",
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
    "LeftOff",
    "LineCutoff",
    "Offer",
    "OfferStatus",
    "OfferStep",
    "Placement",
    "PlanLine",
    "PublicValue",
    "RoundStatus",
    "WaitingWish",
    "WaitlistMove",
    "WaitlistRun",
]
