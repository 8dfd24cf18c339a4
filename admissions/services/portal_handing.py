"""Statuses and results handed to a portal: read, and that they were handed out is recorded with their digest."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.permissions import Action, may_speak_for
from accounts.services.audit import record_event
from admissions.models import PortalMappingVersion
from admissions.rules.portal_files import PortalFile
from admissions.selectors.portal_results import portal_results, portal_statuses
from admissions.selectors.portals import get_mapping_version, mapping_of
from admissions.selectors.rounds import get_round, round_code
from admissions.services.rounds import require_actor
from common.canonical import digest_bytes
from common.errors import NotPermitted


class Told(StrEnum):
    """What a portal is told."""

    STATUSES = "statuses"
    RESULTS = "results"


@transaction.atomic
def hand_over(
    *,
    actor: User | None,
    now: datetime,
    round_id: UUID,
    portal: str,
    told: Told,
    mapping: PortalMappingVersion | None = None,
) -> PortalFile:
    """Return statuses or results of the portal's applications in its form, by the mapping that holds or the one given.

    Raises NoSuchPortal, NoResults before publication, and SchoolWithoutCode.
    """
    admission_round = get_round(round_id)
    require_actor(actor, Action.EXCHANGE_APPLICATIONS, admission_round.district_id)
    if actor is not None and not may_speak_for(actor, portal):
        raise NotPermitted("a portal speaks for itself only", portal=portal)
    version = mapping or get_mapping_version(admission_round.district_id, portal)
    read = portal_results if told is Told.RESULTS else portal_statuses
    file = read(admission_round, mapping_of(version))
    record_event(
        actor=actor,
        now=now,
        action=f"portal.{told.value}_handed_over",
        subject=admission_round,
        district_code=admission_round.district_id,
        details={
            "round": round_code(admission_round),
            "portal": portal,
            "mapping": version.digest,
            "file": file.name,
            "rows": len(file.rows),
            "digest": digest_bytes(file.data),
        },
    )
    return file
