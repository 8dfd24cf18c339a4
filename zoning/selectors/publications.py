"""Which plan is in force when."""

from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from common.errors import NotFound
from common.periods import Period
from geo_data.models import Stage
from zoning.models import ZonePublication


class NoSuchPublication(NotFound):
    """There is no such publication."""

    code = "no_such_publication"


class NothingInForce(NotFound):
    """No zones are in force on that day."""

    code = "nothing_in_force"


def find_publication(district_code: str, stage: Stage, on: date) -> ZonePublication | None:
    """Return the publication in force on the day, with its plan and district. There is never more than one."""
    return _live(district_code, stage).filter(in_force__contains=on).first()


def get_publication_in_force(district_code: str, stage: Stage, on: date) -> ZonePublication:
    """Return the publication in force on the day. Raises NothingInForce."""
    found = find_publication(district_code, stage, on)
    if found is None:
        message = "no zones are in force on this day"
        raise NothingInForce(message, district=district_code, stage=stage.value, on=on.isoformat())
    return found


def find_latest_publication(district_code: str, stage: Stage, on: date) -> ZonePublication | None:
    """Return the publication in force on the day or, where none is, the last one that was before."""
    began = _live(district_code, stage).filter(in_force__startswith__lte=on)
    return began.order_by("-in_force__startswith").first()


def find_publication_before(publication: ZonePublication) -> ZonePublication | None:
    """Return the publication of the same district and stage that came before this one."""
    others = _live(publication.district_id, Stage(publication.stage))
    earlier = others.filter(in_force__startswith__lt=publication.in_force.lower)
    return earlier.order_by("-in_force__startswith").first()


def find_publication_after(publication: ZonePublication) -> ZonePublication | None:
    """Return the publication of the same district and stage that comes after this one."""
    others = _live(publication.district_id, Stage(publication.stage))
    later = others.filter(in_force__startswith__gt=publication.in_force.lower)
    return later.order_by("in_force__startswith").first()


def list_from(district_code: str, stage: Stage, on: date) -> QuerySet[ZonePublication]:
    """Return the publications in force on the day or later, in their order, with plan and district. One query."""
    rows = _live(district_code, stage).filter(in_force__endswith=None) | _live(district_code, stage).filter(
        in_force__endswith__gt=on
    )
    return rows.order_by("in_force__startswith")


def get_publication(publication_id: UUID) -> ZonePublication:
    """Return the publication, withdrawn or not. Raises NoSuchPublication."""
    found = ZonePublication.objects.select_related("plan", "district").filter(pk=publication_id).first()
    if found is None:
        raise NoSuchPublication("there is no such publication", publication=str(publication_id))
    return found


def list_publications(district_code: str, stage: Stage | None = None) -> QuerySet[ZonePublication]:
    """Return all publications of the district with their plans, newest period first; one query."""
    rows = ZonePublication.objects.filter(district_id=district_code).select_related("plan")
    if stage is not None:
        rows = rows.filter(stage=stage)
    return rows.order_by("-in_force__startswith", "stage", "-published_at")


def period_of(publication: ZonePublication) -> Period:
    """Return the days on which the publication is in force."""
    return Period(publication.in_force.lower, publication.in_force.upper)


def _live(district_code: str, stage: Stage) -> QuerySet[ZonePublication]:
    rows = ZonePublication.objects.filter(district_id=district_code, stage=stage, withdrawn_at=None)
    return rows.select_related("plan__units_dataset", "district")
