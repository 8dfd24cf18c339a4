"""Amending: a family changes the form it filed. Receipt and tickets stay, and what stood before is kept."""

import json
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Action
from accounts.sealing import current_keyring, seal
from accounts.services.audit import record_event
from admissions.models import Application, ApplicationChoice, ApplicationStatus, ApplicationVersion
from admissions.rules.application_form import ApplicationForm, FieldChange, changes_between
from admissions.rules.facts import FactSource, fact_from_data, facts_as_data
from admissions.rules.facts_kept import facts_kept
from admissions.rules.look_ups import Answer, Asked
from admissions.rules.status import Action as Step
from admissions.rules.status import Who, may
from admissions.selectors.applications import NoSuchApplication, is_refused_before, may_amend
from admissions.selectors.rounds import phase_of, policy_of, round_code
from admissions.selectors.world import world_of
from admissions.selectors.written_forms import (
    VERSION_FIELD,
    VERSION_TABLE,
    declared_beyond_form,
    list_line_ids,
    schools_of,
    written_form,
)
from admissions.services.asking import ask_registers
from admissions.services.drafting import Before, Draft, draft_forms, problem_of
from admissions.services.refill import refill_problems
from admissions.services.steps import (
    NotOpen,
    StepNotPossible,
    lock_application,
    require_guardian_or,
    require_version,
    share_open_round,
    take_step,
)
from admissions.services.writing import accept_if_proved, choices_of, write_form
from common.errors import RulesSayNo, WrongMoment
from geo_data.selectors.children import identity_index


class AnotherChild(RulesSayNo):
    """The changed form has another identity number: another child files a form of its own."""

    code = "another_child"


class NothingChanged(WrongMoment):
    """The form is the one that stands."""

    code = "nothing_changed"


def amend_application(
    *, actor: User, now: datetime, application_id: UUID, version: int, form: ApplicationForm
) -> Application:
    """Put another form in the place of the one that stands, while the round is open or after a return.

    version -- of the application that the family read before it changed it: of two devices at once the second is told
    1. Registers are asked anew before anything is locked.
    2. The form is judged as one that is filed; lines it listed before may stay on the list when their window is over.
    3. What stood before is kept as a version; receipt, and so every ticket, stays.
    Who was returned is looked at by an officer again; other forms are accepted when everything is proved.
    Raises ApplicationChanged, NotOpen, StepNotPossible, AnotherChild, NothingChanged, ApplicationRefused or
    MalformedForm; then nothing is changed.
    """
    asked_about = _find(application_id)
    require_guardian_or(actor, asked_about, Action.REVIEW_APPLICATIONS)
    _refuse(asked_about, form, version, now)
    child = Asked(
        asked_about.child_index,
        form.identity_number,
        form.child_name,
        form.unit_code,
        asked_about.round.stage,
    )
    answers = ask_registers(
        asked_about.round.district_id, [child], on=timezone.localtime(now).date(), in_bulk=False
    )
    return _amend(application_id, form, version, answers[child.key], actor=actor, now=now)


@transaction.atomic
def _amend(
    application_id: UUID,
    form: ApplicationForm,
    version: int,
    answers: Sequence[Answer],
    *,
    actor: User,
    now: datetime,
) -> Application:
    application = lock_application(application_id)
    application.round = share_open_round(application.round_id)
    _refuse(application, form, version, now)
    before, world = written_form(application), world_of(application.round)
    draft = _draft(application, before, form, answers, now)
    private, public = schools_of(world, [item.line_id for item in draft.listed])
    declared = declared_beyond_form(draft.facts.values())
    after = replace(form, private_schools=private, public_schools=public, facts=declared)
    changes = changes_between(before, after)
    was_returned = application.status == ApplicationStatus.RETURNED
    if not changes and not was_returned:
        raise NothingChanged("the application says the same already")
    _keep_version(application, before, actor=actor, now=now)
    take_step(application, Step.AMEND, Who.GUARDIAN, now)
    application.version += 1
    application.review_reason = "" if was_returned else application.review_reason
    write_form(application, world, draft, keyring=current_keyring(), now=now)
    if not was_returned and not is_refused_before(application):
        accept_if_proved(application, world, draft)
    application.save()
    application.choices.all().delete()
    ApplicationChoice.objects.bulk_create(choices_of(application, world, draft))
    _record(application, changes, actor=actor, now=now)
    return application


def _find(application_id: UUID) -> Application:
    rows = Application.objects.select_related("round__district", "round__publication__plan", "receipt")
    found = rows.filter(pk=application_id).first()
    if found is None:
        raise NoSuchApplication("there is no such application")
    return found


def _refuse(application: Application, form: ApplicationForm, version: int, now: datetime) -> None:
    """Refuse at the wrong moment, for another child, and who read an earlier version."""
    require_version(application, version)
    if not may(application.status, Step.AMEND, Who.GUARDIAN):
        raise StepNotPossible(
            f"{Step.AMEND} is not possible: the application is {application.status}",
            status=application.status,
        )
    if not may_amend(application, now):
        calendar = policy_of(application.round).calendar
        raise NotOpen(
            f"applications can be changed until {calendar.closes_at:%Y-%m-%d %H:%M}, "
            f"those that were returned until {calendar.review_until:%Y-%m-%d %H:%M}",
            phase=phase_of(application.round, now).value,
        )
    if identity_index(form.identity_number) != application.child_index:
        raise AnotherChild("this is the number of another child, who files a form of its own")


def _draft(
    application: Application,
    before: ApplicationForm,
    form: ApplicationForm,
    answers: Sequence[Answer],
    now: datetime,
) -> Draft:
    """Return the changed form as judged. Raises what stands against it."""
    facts = [fact_from_data(item) for item in (*application.facts, *application.contradictory)]
    stated = {fact.name for fact in form.facts}
    kept = facts_kept(
        (fact for fact in facts if fact.source is not FactSource.DECLARED or fact.name not in stated),
        has_moved=(form.unit_code, form.address) != (before.unit_code, before.address),
        has_other_twins=form.group_code != before.group_code,
        silent=[answer.register for answer in answers if answer.failed],
    )
    stood = Before(kept, tuple(list_line_ids(application)))
    index = application.child_index
    [draft] = draft_forms(
        world_of(application.round), application.round, [form], {index: tuple(answers)}, now, before=stood
    )
    problem = problem_of(draft) or refill_problems(application.round, [index]).get(index)
    if problem:
        raise problem
    return draft


def _keep_version(application: Application, form: ApplicationForm, *, actor: User, now: datetime) -> None:
    """Keep the application as it stands; `form` is the one it stands by."""
    row = ApplicationVersion(
        application=application,
        number=application.version,
        line_ids=list_line_ids(application),
        facts=application.facts,
        status=application.status,
        review_reason=application.review_reason,
        category=application.category,
        tier=application.tier,
        replaced_by=actor,
        replaced_at=now,
    )
    written: dict[str, object] = {field.name: getattr(form, field.name) for field in fields(form)}
    written |= {"birth_on": form.birth_on.isoformat(), "facts": facts_as_data(form.facts)}
    text = json.dumps(written, ensure_ascii=False)
    row.written_sealed = seal(text, table=VERSION_TABLE, row_id=row.pk, field=VERSION_FIELD)
    row.save(force_insert=True)


def _record(application: Application, changes: Sequence[FieldChange], *, actor: User, now: datetime) -> None:
    """Record which fields changed, never what they held."""
    record_event(
        actor=actor,
        now=now,
        action="application.amended",
        subject=application,
        district_code=application.round.district_id,
        details={
            "round": round_code(application.round),
            "receipt": application.receipt.receipt,
            "status": application.status,
            "version": application.version,
            "changed": [change.field for change in changes],
        },
    )
