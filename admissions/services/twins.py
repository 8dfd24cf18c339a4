"""An officer's word on a twin group: who is no twin draws alone."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Action, require
from admissions.models import Application, ApplicationStatus
from admissions.rules.facts import Fact, FactName, FactSource, facts_from_data
from admissions.rules.twins import NO_TWIN
from admissions.selectors.world import world_of
from admissions.selectors.written_forms import list_line_ids
from admissions.services.settling import settle
from admissions.services.steps import (
    StepNotPossible,
    lock_application,
    record_step,
    require_version,
    share_open_round,
)
from common.errors import MalformedInput, WrongMoment

UNDECIDED = (ApplicationStatus.FILED, ApplicationStatus.RETURNED)


class NamesNoTwins(WrongMoment):
    """The application names no twin group, or an officer has found already that there is none."""

    code = "names_no_twins"


@transaction.atomic
def find_no_twin(
    *, actor: User, now: datetime, application_id: UUID, version: int, reason: str
) -> Application:
    """Find that the child is no twin of the group it names: from now on it draws alone, and its family reads so.

    One that is accepted already has to be reopened first. Nothing else about it is decided.
    Raises NamesNoTwins, StepNotPossible, ApplicationChanged; then nothing is stored.
    """
    application = lock_application(application_id)
    require(actor, Action.REVIEW_APPLICATIONS, application.round.district_id)
    share_open_round(application.round_id)
    require_version(application, version)
    facts = facts_from_data(application.facts)
    if facts.text(FactName.TWIN_GROUP) in (None, NO_TWIN):
        raise NamesNoTwins("the application names no twins, or an officer has found that there are none")
    if application.status not in UNDECIDED:
        raise StepNotPossible(
            f"the application is {application.status}: review it again first", status=application.status
        )
    if not reason.strip():
        raise MalformedInput("say why the child is no twin", field="reason")
    found = Fact(
        FactName.TWIN_GROUP, NO_TWIN, FactSource.OFFICER, timezone.localtime(now).date(), str(actor.pk)
    )
    settle(application, world_of(application.round), facts.with_facts(found), list_line_ids(application))
    application.changed_at = now
    application.save(update_fields=["facts", "unit_code", "group_code", "category", "tier", "changed_at"])
    record_step(application, actor=actor, now=now, action="application.no_twin_found", reason=reason.strip())
    return application
