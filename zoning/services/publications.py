"""Puts plans in force, and takes them back before they were used."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.models import User
from accounts.services.audit import record_event
from common.errors import MalformedInput, RulesSayNo, WrongMoment
from geo_data.models import District
from zoning.models import PlanOrigin, ZonePlan, ZonePublication
from zoning.selectors.plans import get_plan
from zoning.selectors.publications import NoSuchPublication


class PlanNotLawful(RulesSayNo):
    """The plan breaks rules that a published plan keeps."""

    code = "plan_not_lawful"


class PeriodHoldsNoDay(MalformedInput):
    """The period ends before or on the day it begins."""

    code = "period_holds_no_day"


class PeriodsOverlap(WrongMoment):
    """Other zones of the same district and stage are in force on some of these days."""

    code = "periods_overlap"


class WithdrawalWithoutReason(MalformedInput):
    """A publication is withdrawn with a reason."""

    code = "withdrawal_without_reason"


class AlreadyWithdrawn(WrongMoment):
    """The publication was withdrawn before."""

    code = "already_withdrawn"


class PublicationInUse(WrongMoment):
    """Something is built on the publication, such as an admission round."""

    code = "publication_in_use"


@transaction.atomic
def publish_plan(
    *,
    actor: User | None,
    now: datetime,
    plan_id: UUID,
    from_on: date,
    until_on: date | None,
    document_number: str = "",
) -> ZonePublication:
    """Put the plan in force from a day until another, that one excluded.

    A drawn or edited plan must be lawful. An imported one was decided elsewhere and is published as it is, its
    violations stay on record. Publishers of one district wait for each other on its row.
    Raises NoSuchPlan, PlanNotLawful, PeriodHoldsNoDay and PeriodsOverlap.
    """
    plan = get_plan(plan_id)
    _refuse_unlawful(plan)
    if until_on is not None and until_on <= from_on:
        raise PeriodHoldsNoDay("the period holds no day", from_on=str(from_on), until_on=str(until_on))
    period = DateRange(from_on, until_on)
    District.objects.select_for_update(no_key=True).get(pk=plan.district_id)
    _refuse_overlap(plan, period)
    publication = ZonePublication(
        plan=plan,
        district_id=plan.district_id,
        stage=plan.stage,
        in_force=period,
        document_number=document_number,
        published_by=actor,
        published_at=now,
    )
    publication.save(force_insert=True)
    record_event(
        actor=actor,
        now=now,
        action="zones.published",
        subject=publication,
        district_code=plan.district_id,
        details={
            "plan": str(plan.pk),
            "number": plan.number,
            "stage": plan.stage,
            "from": from_on.isoformat(),
            "until": until_on.isoformat() if until_on else None,
            "document_number": document_number,
        },
    )
    return publication


@transaction.atomic
def withdraw_publication(
    *, actor: User | None, now: datetime, publication_id: UUID, reason: str
) -> ZonePublication:
    """Take a publication back that nothing is built on; its period becomes free again.

    The lock on the row keeps a round from being opened on it meanwhile: a foreign key waits for it.
    Raises NoSuchPublication, WithdrawalWithoutReason, AlreadyWithdrawn and PublicationInUse.
    """
    if not reason.strip():
        raise WithdrawalWithoutReason("say why the zones are withdrawn")
    publication = ZonePublication.objects.select_for_update().filter(pk=publication_id).first()
    if publication is None:
        raise NoSuchPublication("there is no such publication", publication=str(publication_id))
    if publication.withdrawn_at is not None:
        raise AlreadyWithdrawn("these zones were withdrawn before", publication=str(publication_id))
    if _is_built_on(publication):
        raise PublicationInUse("an admission round uses these zones", publication=str(publication_id))
    publication.withdrawn_at, publication.withdrawn_reason = now, reason
    publication.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    record_event(
        actor=actor,
        now=now,
        action="zones.withdrawn",
        subject=publication,
        district_code=publication.district_id,
        details={"reason": reason},
    )
    return publication


def _refuse_unlawful(plan: ZonePlan) -> None:
    if plan.lawful or plan.origin == PlanOrigin.IMPORTED:
        return
    found = plan.report.get("violations", [])
    raise PlanNotLawful("the plan breaks rules and cannot be published", plan=str(plan.pk), violations=found)


def _refuse_overlap(plan: ZonePlan, period: DateRange) -> None:
    others = ZonePublication.objects.filter(
        district_id=plan.district_id, stage=plan.stage, withdrawn_at=None, in_force__overlap=period
    )
    other = others.select_related("plan").order_by("in_force").first()
    if other is not None:
        raise PeriodsOverlap(
            "other zones are in force on some of these days",
            publication=str(other.pk),
            number=other.plan.number,
            from_on=str(other.in_force.lower),
            until_on=str(other.in_force.upper) if other.in_force.upper else None,
        )


def _is_built_on(publication: ZonePublication) -> bool:
    """Say whether any row refers to the publication, whatever app it belongs to: zoning knows none above it."""
    relations = ZonePublication._meta.related_objects
    return any(
        relation.related_model._base_manager.filter(**{relation.field.name: publication}).exists()
        for relation in relations
    )
