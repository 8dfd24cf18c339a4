"""Portals' mappings: every text that was saved stays, the newest holds."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.permissions import Action
from accounts.services.audit import record_event
from admissions.models import PortalMappingVersion
from admissions.rules.portal_mapping import PortalMappingFault, load_portal_mapping, mapping_digest
from admissions.rules.portal_records import PortalMapping
from admissions.rules.reading import Fault
from admissions.selectors.portals import find_mapping_version
from admissions.services.rounds import require_actor
from geo_data.models import DatasetKind, District
from geo_data.selectors.datasets import find_current_dataset
from geo_data.selectors.districts import get_district
from geo_data.selectors.schools import list_schools


@transaction.atomic
def save_portal_mapping(
    *, actor: User | None, now: datetime, district_code: str, text: str
) -> PortalMappingVersion:
    """Save a text as the next version of its portal's mapping; what says the same as the newest is not saved again.

    Raises PortalMappingFault with every path; then nothing is stored.
    """
    require_actor(actor, Action.MANAGE_ROUND, district_code)
    mapping, data = load_portal_mapping(text)
    _refuse_misfits(mapping, district_code)
    # Two writers at once: the second waits here and gets the next number.
    District.objects.select_for_update().get(pk=get_district(district_code).pk)
    newest, digest = find_mapping_version(district_code, mapping.portal), mapping_digest(data)
    if newest and newest.digest == digest:
        return newest
    saved = PortalMappingVersion.objects.create(
        district_id=district_code,
        portal=mapping.portal,
        number=newest.number + 1 if newest else 1,
        text=text,
        data=data,
        digest=digest,
        saved_by=actor,
        saved_at=now,
    )
    record_event(
        actor=actor,
        now=now,
        action="portal.mapping_saved",
        subject=saved,
        district_code=district_code,
        details={"portal": saved.portal, "number": saved.number, "digest": digest},
    )
    return saved


def _refuse_misfits(mapping: PortalMapping, district_code: str) -> None:
    """Raise PortalMappingFault when the mapping speaks of another district or of schools that are not here."""
    if mapping.district != district_code:
        raise PortalMappingFault(
            [
                Fault(
                    "district",
                    f"is {mapping.district}; write {district_code}, or save it for the other district",
                )
            ]
        )
    schools = find_current_dataset(district_code, DatasetKind.SCHOOLS)
    if schools is None:
        return
    known = set(list_schools(schools).values_list("code", flat=True))
    faults = [
        Fault(
            f"schools[{place}].school",
            f'no school "{item.school}" in the county\'s list of schools; write the code as it stands there',
        )
        for place, item in enumerate(mapping.schools)
        if item.school not in known
    ]
    if faults:
        raise PortalMappingFault(faults)
