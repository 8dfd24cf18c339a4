"""Applications: filed one by one or as a file, withdrawn, reviewed. Filing order changes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import Role, User
from accounts.permissions import Action
from accounts.sealing import Keyring, current_keyring
from accounts.services.audit import record_event
from admissions.models import LIVE_STATUSES, AdmissionRound, Application, ApplicationChoice, ChildReceipt
from admissions.rules.application_form import ApplicationForm
from admissions.rules.calendar import Phase
from admissions.rules.look_ups import Answer, Asked
from admissions.selectors.rounds import get_round
from admissions.selectors.world import RoundWorld, world_of
from admissions.services.asking import ask_registers
from admissions.services.drafting import (
    ApplicationRefused,
    Draft,
    MalformedForm,
    draft_forms,
    problem_of,
)
from admissions.services.receipts import give_receipts
from admissions.services.refill import refill_problems
from admissions.services.rounds import require_actor
from admissions.services.steps import record_step, require_phase, share_open_round
from admissions.services.writing import accept_if_proved, choices_of, write_form
from common.errors import DomainError, MalformedInput, WrongMoment
from geo_data.selectors.children import identity_index
from geo_data.tables.identity import identity_faults

BATCH = 2_000


class AlreadyFiled(WrongMoment):
    """The child has a live application in this round."""

    code = "already_filed"


@dataclass(frozen=True, slots=True)
class Refused:
    """A form of a file that was not taken, by its place in the file (0 is the first), and why."""

    index: int
    problem: DomainError


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of a file of forms: all good ones are in, the others are named."""

    applications: tuple[Application, ...] = ()
    refused: tuple[Refused, ...] = ()


@dataclass(frozen=True, slots=True)
class _Filing:
    """Who files, when and for whom; `source` names the portal of a whole file, `action` is what one must be allowed."""

    actor: User | None
    now: datetime
    keyring: Keyring
    guardian: User | None = None
    source: str = ""
    action: Action = Action.REVIEW_APPLICATIONS


def file_application(*, actor: User, now: datetime, round_id: UUID, form: ApplicationForm) -> Application:
    """File the one application of a child, in the guardian's name, while the round is open.

    Raises NotOpen, AlreadyFiled or ApplicationRefused; then nothing is stored.
    """
    guardian = actor if actor.role == Role.GUARDIAN else None
    filing = _Filing(actor, now, current_keyring(), guardian)
    # Registers over the network are asked before anything is locked, and only about a child who may be filed now.
    admission_round = _fileable(get_round(round_id), filing)
    answers = _answers(admission_round, [form], now, in_bulk=False)
    filed, problems = _file(round_id, [form], filing, answers)
    if problems:
        raise problems[0][1]
    return filed[0]


def file_applications(
    *,
    actor: User | None,
    now: datetime,
    round_id: UUID,
    forms: Sequence[ApplicationForm],
    source: str,
    action: Action = Action.REVIEW_APPLICATIONS,
) -> Filed:
    """Take the applications of another portal or of paper forms; bad ones are named and left out.

    action -- what the actor must be allowed to do
    """
    if not source:
        raise MalformedInput("say where the applications come from")
    filing = _Filing(actor, now, current_keyring(), source=source, action=action)
    filed, problems = _file(round_id, forms, filing)
    return Filed(tuple(filed), tuple(Refused(place, problem) for place, problem in problems))


@transaction.atomic
def _file(
    round_id: UUID,
    forms: Sequence[ApplicationForm],
    filing: _Filing,
    answers: Mapping[str, tuple[Answer, ...]] | None = None,
) -> tuple[list[Application], list[tuple[int, DomainError]]]:
    """Judge all forms, then store the good ones: lock, look up, judge, store, record."""
    admission_round = _fileable(share_open_round(round_id), filing)
    world = world_of(admission_round)
    taken: list[Application] = []
    problems: list[tuple[int, DomainError]] = []
    for start in range(0, len(forms), BATCH):
        batch = forms[start : start + BATCH]
        answered = answers or _answers(admission_round, batch, filing.now, in_bulk=True)
        drafts = list(draft_forms(world, admission_round, batch, answered, filing.now))
        found = [problem_of(draft) for draft in drafts]
        clean = [draft.child_index for draft, problem in zip(drafts, found, strict=True) if problem is None]
        # Receipts are locked first: whoever files for the same child waits here and then sees who was first.
        receipts = give_receipts(admission_round, clean)
        held = _live_indexes(admission_round, clean)
        barred = refill_problems(admission_round, clean)
        good: list[Draft] = []
        for place, (draft, problem) in enumerate(zip(drafts, found, strict=True), start=start):
            problem = problem or barred.get(draft.child_index) or _filed_before(draft, held)
            if problem:
                problems.append((place, problem))
            else:
                held.add(draft.child_index)
                good.append(draft)
        taken += _store(admission_round, world, good, receipts, filing)
    _record_filed(admission_round, taken, filing, refused=len(problems))
    return taken, problems


def _fileable(admission_round: AdmissionRound, filing: _Filing) -> AdmissionRound:
    """Return the round when this person may file in it at this moment."""
    action = Action.APPLY if filing.guardian else filing.action
    require_actor(filing.actor, action, admission_round.district_id)
    require_phase(admission_round, filing.now, Phase.OPEN)
    return admission_round


def _answers(
    admission_round: AdmissionRound, forms: Sequence[ApplicationForm], now: datetime, *, in_bulk: bool
) -> dict[str, tuple[Answer, ...]]:
    """Ask the registers about the children of these forms; nobody is asked about a number that cannot be right."""
    asked = [
        Asked(
            identity_index(form.identity_number),
            form.identity_number,
            form.child_name,
            form.unit_code,
            admission_round.stage,
        )
        for form in forms
        if not identity_faults(form.identity_number, birth_on=form.birth_on, sex=form.sex)
    ]
    return ask_registers(
        admission_round.district_id, asked, on=timezone.localtime(now).date(), in_bulk=in_bulk
    )


def _filed_before(draft: Draft, held: set[str]) -> DomainError | None:
    if draft.child_index in held:
        return AlreadyFiled("this child has an application in this round; change that one")
    return None


def _store(
    admission_round: AdmissionRound,
    world: RoundWorld,
    drafts: Sequence[Draft],
    receipts: Mapping[str, ChildReceipt],
    filing: _Filing,
) -> list[Application]:
    applications = [
        _row(admission_round, world, draft, receipts[draft.child_index], filing) for draft in drafts
    ]
    Application.objects.bulk_create(applications, batch_size=BATCH)
    choices = [
        choice
        for row, draft in zip(applications, drafts, strict=True)
        for choice in choices_of(row, world, draft)
    ]
    ApplicationChoice.objects.bulk_create(choices, batch_size=2 * BATCH)
    return applications


def _row(
    admission_round: AdmissionRound,
    world: RoundWorld,
    draft: Draft,
    receipt: ChildReceipt,
    filing: _Filing,
) -> Application:
    row = Application(
        round=admission_round,
        receipt=receipt,
        child_index=draft.child_index,
        guardian=filing.guardian,
        source=filing.source,
        filed_at=filing.now,
    )
    write_form(row, world, draft, keyring=filing.keyring, now=filing.now)
    accept_if_proved(row, world, draft)
    return row


def _live_indexes(admission_round: AdmissionRound, indexes: Sequence[str]) -> set[str]:
    live = Application.objects.filter(
        round=admission_round, status__in=LIVE_STATUSES, child_index__in=indexes
    )
    return set(live.values_list("child_index", flat=True))


def _record_filed(
    admission_round: AdmissionRound, taken: Sequence[Application], filing: _Filing, *, refused: int
) -> None:
    """Record one event for a single form, one for a whole file."""
    if filing.source:
        record_event(
            actor=filing.actor,
            now=filing.now,
            action="applications.taken",
            subject=admission_round,
            district_code=admission_round.district_id,
            details={"source": filing.source, "taken": len(taken), "refused": refused},
        )
        return
    for row in taken:
        record_step(row, actor=filing.actor, now=filing.now, action="application.filed")


__all__ = [
    "AlreadyFiled",
    "ApplicationForm",
    "ApplicationRefused",
    "Filed",
    "MalformedForm",
    "Refused",
    "file_application",
    "file_applications",
]
