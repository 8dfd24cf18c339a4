"""Asking the registers: when a family files, again by an officer, and again by the worker until each has answered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Action, require
from accounts.sealing import current_keyring, open_sealed
from accounts.services.audit import record_event
from admissions.models import AdmissionRound, Application, ApplicationStatus, RoundStatus
from admissions.rules.facts import Fact, FactName, FactSource, fact_from_data, facts_as_data
from admissions.rules.look_ups import Answer, Asked, Gathered, LookUp, ask, weigh
from admissions.rules.status import Action as Step
from admissions.rules.status import next_status
from admissions.selectors.applications import TABLE, NoSuchApplication, is_refused_before
from admissions.selectors.registers import InBulk, registers_of
from admissions.selectors.rounds import round_code
from admissions.selectors.world import world_of
from admissions.services.settling import facts_open, settle
from admissions.services.steps import lock_application, share_open_round
from common.errors import MalformedInput, WrongMoment

OPEN_TO_ANSWERS = (ApplicationStatus.FILED, ApplicationStatus.RETURNED)


class NothingContradictory(WrongMoment):
    """Registers do not disagree about this fact, or somebody has settled it."""

    code = "nothing_contradictory"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a child when its form comes in, and what each register answered."""

    gathered: Gathered
    answers: tuple[Answer, ...]

    def write(self, row: Application, now: datetime) -> None:
        """Note on the row who answered, who did not, and who contradicts whom."""
        row.answers = [_record(answer, now) for answer in self.answers if answer.facts or answer.failed]
        row.unanswered = list(dict.fromkeys(self.gathered.unanswered))
        row.contradictory = facts_as_data(self.gathered.disputed)


def ask_registers(
    district_code: str, children: Sequence[Asked], *, on: date, in_bulk: bool
) -> dict[str, tuple[Answer, ...]]:
    """Return every register's answer by the key of the child.

    in_bulk -- a whole file comes in: only lists in the own database are asked, and the others are noted as silent, to
               be asked by the worker
    """
    registers = registers_of(district_code)
    for register in registers:
        if isinstance(register, InBulk):
            register.prepare(children)
    asked = [register for register in registers if not in_bulk or isinstance(register, InBulk)]
    left = tuple(Answer(register.register, failed=True) for register in registers if register not in asked)
    return {child.key: (*ask(asked, child, on=on), *left) for child in children}


def put_together(census: Iterable[Fact], said: Iterable[Fact], answers: Sequence[Answer]) -> Known:
    """Return what census, family and registers say; what the census copied gives way to the register's own answer."""
    answered = {fact.name for answer in answers for fact in answer.facts}
    own = [fact for fact in census if fact.source is not FactSource.LOOK_UP or fact.name not in answered]
    return Known(weigh(answers, already=(*own, *said)), tuple(answers))


def ask_again(
    *, actor: User | None, now: datetime, application_id: UUID, only_silent: bool = False
) -> Application:
    """Ask all registers about an application once more, or only those that were silent, and take in the answers.

    The registers are asked before anything is locked. An accepted application keeps its facts: what now contradicts
    them goes to the officer's list.
    """
    row = Application.objects.select_related("round").filter(pk=application_id).first()
    if row is None:
        raise NoSuchApplication("there is no such application")
    if actor is not None:
        require(actor, Action.REVIEW_APPLICATIONS, row.round.district_id)
    registers = [
        register
        for register in registers_of(row.round.district_id)
        if not only_silent or register.register in row.unanswered
    ]
    answers = ask(registers, _asked(row), on=timezone.localtime(now).date())
    return _take_in(application_id, answers, registers, actor=actor, now=now)


def ask_silent_registers(*, actor: User | None, now: datetime, admission_round: AdmissionRound) -> int:
    """Ask again about every application for which a register was silent; return for how many one still is."""
    waiting = Application.objects.filter(round=admission_round).exclude(unanswered=[])
    ids = list(waiting.order_by("pk").values_list("pk", flat=True))
    if admission_round.status != RoundStatus.OPEN:
        return 0
    rows = [ask_again(actor=actor, now=now, application_id=row, only_silent=True) for row in ids]
    return sum(bool(row.unanswered) for row in rows)


@transaction.atomic
def settle_contradiction(
    *, actor: User, now: datetime, application_id: UUID, name: FactName, place: int, reason: str
) -> Application:
    """Let one of the values stand on which registers disagree: the officer's word counts from now on.

    place -- of the value in `Application.contradictory` among those of the name, 0 is the first
    """
    application = lock_application(application_id)
    require(actor, Action.REVIEW_APPLICATIONS, application.round.district_id)
    share_open_round(application.round_id)
    stated = [fact for fact in _facts(application.contradictory) if fact.name is name]
    if not stated:
        raise NothingContradictory("registers do not disagree about this any more", name=name.value)
    if not 0 <= place < len(stated) or not reason.strip():
        raise MalformedInput("choose one of the values, and say why it stands", field="place")
    decided = Fact(
        name, stated[place].value, FactSource.OFFICER, timezone.localtime(now).date(), str(actor.pk)
    )
    others = [fact for fact in _facts(application.contradictory) if fact.name is not name]
    _write(application, weigh((), already=[*_facts(application.facts), *others, decided]), now)
    application.save()
    record_event(
        actor=actor,
        now=now,
        action="application.contradiction_settled",
        subject=application,
        district_code=application.round.district_id,
        details={
            "round": round_code(application.round),
            "receipt": application.receipt.receipt,
            "fact": name.value,
            "register": stated[place].verifier,
            "reason": reason.strip(),
        },
    )
    return application


@transaction.atomic
def _take_in(
    application_id: UUID,
    answers: Sequence[Answer],
    registers: Sequence[LookUp],
    *,
    actor: User | None,
    now: datetime,
) -> Application:
    application = lock_application(application_id)
    share_open_round(application.round_id)
    known = [*_facts(application.facts), *_facts(application.contradictory)]
    gathered = weigh(answers, already=known)
    answered = {answer.register for answer in answers if not answer.failed}
    asked = {register.register for register in registers}
    if application.status in OPEN_TO_ANSWERS:
        _write(application, gathered, now)
    else:
        application.contradictory = facts_as_data(gathered.disputed)
    silent = {register for register in application.unanswered if register not in answered}
    application.unanswered = sorted(silent | set(gathered.unanswered))
    application.answers = [
        *(record for record in application.answers if record["register"] not in asked),
        *(_record(answer, now) for answer in answers if answer.facts or answer.failed),
    ]
    application.save()
    _record_asking(application, answers, actor=actor, now=now)
    return application


def _write(application: Application, gathered: Gathered, now: datetime) -> None:
    """Settle facts and category anew; an application that waited for nothing else is accepted, objections aside."""
    world = world_of(application.round)
    line_ids = list(application.choices.order_by("position").values_list("line__line_id", flat=True))
    settle(application, world, gathered.settled, line_ids)
    application.contradictory = facts_as_data(gathered.disputed)
    application.changed_at = now
    if is_refused_before(application):
        return  # an officer decides it
    if application.status == ApplicationStatus.FILED and not facts_open(world, gathered.settled, line_ids):
        application.status = next_status(application.status, Step.ACCEPT)


def _asked(row: Application) -> Asked:
    keyring = current_keyring()

    def opened(field: str, sealed: bytes | memoryview) -> str:
        return open_sealed(sealed, table=TABLE, row_id=row.pk, field=field, keyring=keyring)

    return Asked(
        key=row.child_index,
        identity=opened("identity_sealed", row.identity_sealed),
        name=opened("name_sealed", row.name_sealed),
        unit_code=row.unit_code,
        stage=row.round.stage,
    )


def _facts(data: Sequence[dict[str, object]]) -> list[Fact]:
    return [fact_from_data(item) for item in data]


def _record(answer: Answer, now: datetime) -> dict[str, str]:
    outcome = "silent" if answer.failed else "answered"
    return {"register": answer.register, "outcome": outcome, "asked_at": now.isoformat()}


def _record_asking(
    application: Application, answers: Sequence[Answer], *, actor: User | None, now: datetime
) -> None:
    record_event(
        actor=actor,
        now=now,
        action="application.registers_asked",
        subject=application,
        district_code=application.round.district_id,
        details={
            "round": round_code(application.round),
            "receipt": application.receipt.receipt,
            "answered": [answer.register for answer in answers if not answer.failed],
            "silent": [answer.register for answer in answers if answer.failed],
            "contradictory": sorted({str(item["name"]) for item in application.contradictory}),
        },
    )
