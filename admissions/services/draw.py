"""The draw: public values entered by two officers, then seed, tickets, placement and bundle, once and for all."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.permissions import Action, require
from accounts.services.audit import record_event
from accounts.services.jobs import Report, RunningJob, not_reported
from admissions.lottery.draw_record import DrawRecord as Drawn
from admissions.lottery.draw_record import (
    draw,
    draw_record_document,
    public_values_document,
    ticket_finder,
    tickets,
)
from admissions.lottery.entry_list import EntryList as PublicList
from admissions.lottery.entry_list import WrittenList, entry_value, read_entry_list
from admissions.matching.bundle import DrawFiles, public_bundle
from admissions.matching.entries import applicants_from, plan_document
from admissions.matching.records import Applicant, RoundInput, RoundResult
from admissions.matching.stages import place
from admissions.models import (
    AdmissionRound,
    DrawRecord,
    EntryList,
    PublicValue,
    RoundStatus,
)
from admissions.selectors.bundles import zip_files
from admissions.selectors.layout import round_plan
from admissions.selectors.results import listed_own_ranks
from admissions.selectors.world import load_world
from admissions.services.many_records import without_search_for_cycles
from admissions.services.results import write_results
from admissions.services.rounds import lock_round, require_actor
from common.canonical import digest_bytes
from common.errors import MalformedInput, NotFound, RulesSayNo, WrongMoment

BATCH = 5_000


class NoSuchEntryList(NotFound):
    """There is no such entry list."""

    code = "no_such_entry_list"


class ValueEntered(WrongMoment):
    """This officer has entered this value already."""

    code = "value_entered"


class ValuesMissing(WrongMoment):
    """Two officers have not both entered every public value."""

    code = "values_missing"


class PlanChanged(WrongMoment):
    """Lines or seats changed after the list was closed."""

    code = "plan_changed"


class ListSuperseded(WrongMoment):
    """A newer entry list took the place of this one."""

    code = "list_superseded"


class ValuesDisagree(RulesSayNo):
    """Two officers read different values; a new list with a reason is the way out."""

    code = "values_disagree"


@dataclass(frozen=True, slots=True)
class _Outcome:
    """A drawn and placed round, before anything is stored."""

    entry_list: PublicList
    drawn: Drawn
    result: RoundResult
    bundle: bytes


@transaction.atomic
def enter_public_value(
    *, actor: User, now: datetime, entry_list_id: UUID, name: str, value: str
) -> PublicValue:
    """Store a value as one officer read it; it can never be changed."""
    entry_list = _get(entry_list_id)
    require(actor, Action.RUN_ROUND, entry_list.round.district_id)
    value = value.strip()
    if name not in entry_list.public_value_names or not value or not value.isprintable():
        raise MalformedInput("enter one of the named values, as one printable line", name=name)
    entered = PublicValue(entry_list=entry_list, name=name, value=value, entered_by=actor, entered_at=now)
    try:
        with transaction.atomic():
            entered.save(force_insert=True)
    except IntegrityError:
        raise ValueEntered(
            "you have entered this value; the other officer's reading is still needed", name=name
        ) from None
    record_event(
        actor=actor,
        now=now,
        action="public_value.entered",
        subject=entry_list.round,
        district_code=entry_list.round.district_id,
        details={"entry_list": str(entry_list.pk), "name": name, "value": value},
    )
    return entered


def agreed_values(entry_list: EntryList) -> dict[str, str]:
    """Return the named values that at least two officers read alike.

    Raises ValuesDisagree when two officers read one differently, ValuesMissing when a second reading is missing.
    """
    read: dict[str, list[str]] = {name: [] for name in entry_list.public_value_names}
    for name, value in entry_list.public_values.order_by("entered_at").values_list("name", "value"):
        read[name].append(value)
    differing = [name for name, values in read.items() if len(set(values)) > 1]
    if differing:
        raise ValuesDisagree(
            "two officers read different values; close a new list with the reason", names=differing
        )
    missing = [name for name, values in read.items() if len(values) < 2]
    if missing:
        raise ValuesMissing("every public value is read by two officers", names=missing)
    return {name: values[0] for name, values in read.items()}


@without_search_for_cycles()
def run_draw(
    *,
    actor: User | None,
    now: datetime,
    entry_list_id: UUID,
    report: Report = not_reported,
    job: RunningJob | None = None,
) -> DrawRecord:
    """Draw and place from the newest frozen list; asked again, return the draw there is.

    What is computed depends on list and values alone, so a run that was killed halfway is simply run again.
    """
    entry_list = _get(entry_list_id)
    require_actor(actor, Action.RUN_ROUND, entry_list.round.district_id)
    stored = DrawRecord.objects.filter(entry_list=entry_list).first()
    if stored is None:
        values = agreed_values(entry_list)
        outcome = _compute(entry_list, values, report)
        stored = _store(entry_list, outcome, actor=actor, now=now, report=report, job=job)
    elif job:
        job.succeed(now=now, result={"draw": str(stored.pk), "seed": stored.seed})
    return stored


def _get(entry_list_id: UUID) -> EntryList:
    rows = EntryList.objects.select_related("round__publication__plan__district", "round__district")
    found = rows.filter(pk=entry_list_id).first()
    if found is None:
        raise NoSuchEntryList("there is no such entry list")
    return found


def _compute(entry_list: EntryList, values: Mapping[str, str], report: Report) -> _Outcome:
    report("drawing", 0, entry_list.entry_count)
    written = WrittenList(bytes(entry_list.document), entry_list.merkle_root)
    public = read_entry_list(written.document)
    drawn = draw(public, published_digest=entry_list.digest, public_values=values, written=written)
    own_ranks = listed_own_ranks(entry_list)
    plan = round_plan(entry_list.round, load_world(entry_list.round), own_ranks)
    if plan_document(plan) != bytes(entry_list.plan_document):
        raise PlanChanged("lines or seats are not those of the entry list; close a new list with the reason")
    tracks = {line.line_id: line.track for line in plan.lines}
    drawn_tickets = tickets(public, drawn, tracks)
    report("placing", 0, entry_list.entry_count)
    round_input = RoundInput(plan, _applicants(entry_list, public, drawn_tickets, tracks))
    result = place(round_input)
    report("bundling", 0, entry_list.entry_count)
    files = DrawFiles(
        entry_list=written.document,
        public_values=public_values_document(drawn),
        draw_record=draw_record_document(drawn),
        tickets=drawn_tickets,
    )
    bundle = public_bundle(round_input, result, files, published_plan=plan)
    return _Outcome(public, drawn, result, zip_files(bundle))


def _applicants(
    entry_list: EntryList,
    public: PublicList,
    drawn_tickets: Mapping[str, Mapping[str, int]],
    tracks: Mapping[str, str],
) -> tuple[Applicant, ...]:
    rows = (
        entry_list.entries.filter(is_drawn=True)
        .order_by("receipt")
        .values_list("receipt", "salt", "nearest", "standings")
    )
    fallbacks: dict[str, tuple[str, tuple[str, ...]]] = {}
    walks: dict[str, tuple[int, ...]] = {}
    tiers: dict[tuple[str, str], int] = {}
    for receipt, salt, nearest, standings in rows.iterator(chunk_size=BATCH):
        fallbacks[receipt] = (salt, tuple(line_id for line_id, _ in nearest))
        walks[receipt] = tuple(metres for _, metres in nearest)
        tiers.update({(receipt, line_id): standing[0] for line_id, standing in standings.items()})
    return applicants_from(
        [entry_value(entry) for entry in public.entries],
        ticket_finder(public, drawn_tickets, tracks),
        fallbacks=fallbacks,
        tiers=tiers,
        walk_metres=walks,
    )


@transaction.atomic
def _store(
    entry_list: EntryList,
    outcome: _Outcome,
    *,
    actor: User | None,
    now: datetime,
    report: Report,
    job: RunningJob | None,
) -> DrawRecord:
    """Write the record and every outcome; another run that was first wins, and both are the same."""
    admission_round = lock_round(entry_list.round_id, RoundStatus.CLOSED, RoundStatus.DRAWN)
    first = DrawRecord.objects.filter(entry_list=entry_list).first()
    if first is None:
        _refuse_superseded(entry_list)
        first = _write(admission_round, entry_list, outcome, actor=actor, now=now, report=report)
    if job:
        job.succeed(now=now, result={"draw": str(first.pk), "seed": first.seed})
    return first


def _refuse_superseded(entry_list: EntryList) -> None:
    if EntryList.objects.filter(round_id=entry_list.round_id, number__gt=entry_list.number).exists():
        raise ListSuperseded("there is a newer entry list; draw from that one", number=entry_list.number)


def _write(
    admission_round: AdmissionRound,
    entry_list: EntryList,
    outcome: _Outcome,
    *,
    actor: User | None,
    now: datetime,
    report: Report,
) -> DrawRecord:
    report("storing", 0, entry_list.entry_count)
    record = DrawRecord.objects.create(
        entry_list=entry_list,
        public_values=[list(pair) for pair in outcome.drawn.public_values],
        seed=outcome.drawn.draw.seed,
        bundle=outcome.bundle,
        bundle_digest=digest_bytes(outcome.bundle),
        drawn_by=actor,
        drawn_at=now,
    )
    write_results(record, admission_round, outcome.result)
    AdmissionRound.objects.filter(pk=admission_round.pk).update(status=RoundStatus.DRAWN)
    record_event(
        actor=actor,
        now=now,
        action="round.drawn",
        subject=admission_round,
        district_code=admission_round.district_id,
        details={
            "entry_list": entry_list.digest,
            "seed": record.seed,
            "bundle_digest": record.bundle_digest,
            "placed": sum(placement.line_id is not None for placement in outcome.result.placements),
        },
    )
    return record
