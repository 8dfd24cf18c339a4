"""Districts: made once, by whoever runs the server or by an administrator."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.permissions import Action, require
from accounts.services.audit import record_event
from common.errors import RulesSayNo
from geo_data.models import District
from geo_data.tables.projecting import is_metric


class SystemIsNotMetric(RulesSayNo):
    """The working system of a district must be projected and in metres."""

    code = "system_is_not_metric"


class DistrictDiffers(RulesSayNo):
    """The district exists with another working system, on which its data stand."""

    code = "district_differs"


@transaction.atomic
def ensure_district(
    *, actor: User | None, now: datetime, code: str, name: str, working_crs: int, name_en: str = ""
) -> District:
    """Return the district, made if there is none of this code."""
    if actor is not None:
        require(actor, Action.ADMINISTER, code)
    if not is_metric(working_crs):
        raise SystemIsNotMetric("the working system must be projected, in metres", epsg=working_crs)
    district, is_new = District.objects.get_or_create(
        code=code, defaults={"name": name, "name_en": name_en, "working_crs": working_crs}
    )
    if district.working_crs != working_crs:
        raise DistrictDiffers("the district has another working system", epsg=district.working_crs)
    if is_new:
        record_event(
            actor=actor,
            now=now,
            action="district.created",
            subject=("district", code),
            district_code=code,
            details={"working_crs": working_crs},
        )
    return district
