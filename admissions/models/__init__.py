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
    ApplicationVersion,
    ChildReceipt,
)
from admissions.models.audit_bundles import AuditBundle
from admissions.models.chances import ChanceTable
from admissions.models.draws import (
    ChoiceOutcome,
    DrawRecord,
    Entry,
    EntryList,
    LineCutoff,
    Placement,
    PublicValue,
)
from admissions.models.dwellings import DwellingUse
from admissions.models.family_messages import FamilyMessage, MessageKind, MessageStatus
from admissions.models.offers import (
    LIVE_OFFERS,
    Offer,
    OfferStatus,
)
from admissions.models.policies import (
    PUBLIC_STATUSES,
    PolicyApproval,
    PolicyStatus,
    PolicyStep,
    PolicyVersion,
)
from admissions.models.portals import BatchKind, PortalApplication, PortalBatch, PortalMappingVersion
from admissions.models.rounds import (
    AdmissionRound,
    PlanLine,
    RoundStatus,
)

__all__ = [
    "LIVE_OFFERS",
    "LIVE_STATUSES",
    "PUBLIC_STATUSES",
    "AdmissionRound",
    "Application",
    "ApplicationChoice",
    "ApplicationStatus",
    "ApplicationVersion",
    "AuditBundle",
    "BatchKind",
    "ChanceTable",
    "ChildReceipt",
    "ChoiceOutcome",
    "DrawRecord",
    "DwellingUse",
    "Entry",
    "EntryList",
    "FamilyMessage",
    "LeftOff",
    "LineCutoff",
    "MessageKind",
    "MessageStatus",
    "Offer",
    "OfferStatus",
    "OfferStep",
    "Placement",
    "PlanLine",
    "PolicyApproval",
    "PolicyStatus",
    "PolicyStep",
    "PolicyVersion",
    "PortalApplication",
    "PortalBatch",
    "PortalMappingVersion",
    "PublicValue",
    "RoundStatus",
    "WaitingWish",
    "WaitlistMove",
    "WaitlistRun",
]
