"""Makes a plan that breaks rules lawful: what was moved by hand stays, as little else as possible moves."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from common.errors import WrongMoment
from zoning.models import ZonePlan
from zoning.selectors.mending import find_mending
from zoning.selectors.plans import get_plan
from zoning.services.drawing import CheckerDisagrees
from zoning.services.plans import refuse_without_reason, store_edit


class MendingChanged(WrongMoment):
    """What was shown is not what would be stored now: look at it again."""

    code = "mending_changed"


def mend_plan(
    *, actor: User | None, now: datetime, plan_id: UUID, reason: str, seen: str | None = None
) -> ZonePlan:
    """Store the next version: the plan made lawful, with the units that were moved by hand where they are.

    seen -- the digest of the mending that was shown; with it nothing else is stored
    The search runs outside any transaction; what the independent checker does not find lawful is not stored.
    Raises NoSuchPlan, ReasonMissing, PlanIsLawful, CannotBeMended, DistrictCannotBeZoned and MendingChanged.
    """
    refuse_without_reason(reason)
    plan = get_plan(plan_id)
    mending = find_mending(plan)
    if seen is not None and seen != mending.digest:
        raise MendingChanged("the mending is not the one shown", plan=str(plan_id))
    with transaction.atomic():
        mended = store_edit(
            actor=actor,
            now=now,
            base=plan,
            content=mending.question.content,
            zone_of=mending.zone_of,
            details={
                "reason": reason,
                "moved": len(mending.moving),
                "mended": [one.code for one in mending.moving],
                "held": [one.code for one in mending.held],
            },
        )
        if not mended.lawful:
            raise CheckerDisagrees(
                f"mended by the engine, the checker finds {mended.report['violations'][:3]}"
            )
    return mended
