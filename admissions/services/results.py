"""Results: written once beside the draw, checked by the independent verifiers, then published as offers."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.permissions import Action
from accounts.services.audit import record_event
from accounts.services.jobs import Report, RunningJob, not_reported
from admissions.lottery import verify as lottery_verify
from admissions.matching import verify as matching_verify
from admissions.matching.records import Outcome, Reason, RoundResult
from admissions.models import (
    AdmissionRound,
    ApplicationChoice,
    ChoiceOutcome,
    DrawRecord,
    Entry,
    LineCutoff,
    Offer,
    Placement,
    PlanLine,
    RoundStatus,
)
from admissions.rules.calendar import Phase
from admissions.selectors.bundles import unzip_files
from admissions.selectors.rounds import phase_of
from admissions.services.rounds import lock_round, require_actor
from common.errors import RulesSayNo, WrongMoment

BATCH = 5_000


class NotYet(WrongMoment):
    """The calendar's day of results has not come."""

    code = "results_not_yet"


class NothingDrawn(WrongMoment):
    """There is no draw to publish."""

    code = "nothing_drawn"


class VerifiersDisagree(RulesSayNo):
    """An independent verifier found a fault in the bundle; nothing is published."""

    code = "verifiers_disagree"


def write_results(record: DrawRecord, admission_round: AdmissionRound, result: RoundResult) -> None:
    """Write placements, reasons and cut-offs of a draw, and the places given before it."""
    lines = dict(PlanLine.objects.filter(round=admission_round).values_list("line_id", "pk"))
    applications = dict(
        record.entry_list.entries.filter(is_drawn=True).values_list("receipt", "application_id")
    )
    Placement.objects.bulk_create(
        (
            Placement(
                draw=record,
                application_id=applications[placement.receipt],
                line_id=lines[placement.line_id] if placement.line_id else None,
                reason=placement.reason.value,
                choice=placement.choice,
                nearest=placement.nearest,
            )
            for placement in result.placements
        ),
        batch_size=BATCH,
    )
    Placement.objects.bulk_create(_placed_before_draw(record, lines))
    ChoiceOutcome.objects.bulk_create(_outcome_rows(record, result, applications, lines), batch_size=BATCH)
    ChoiceOutcome.objects.bulk_create(_refused_rows(record), batch_size=BATCH)
    LineCutoff.objects.bulk_create(
        LineCutoff(
            draw=record,
            line_id=lines[cutoff.line_id],
            seats=cutoff.seats,
            applicants=cutoff.applicants,
            admitted=cutoff.admitted,
            tier=cutoff.tier,
            rank=cutoff.rank,
            ticket="" if cutoff.ticket is None else f"{cutoff.ticket:064x}",
        )
        for cutoff in result.cutoffs
    )


def bundle_faults(record: DrawRecord) -> list[str]:
    """Return what the two independent verifiers hold against the stored bundle; none is good news."""
    files = unzip_files(bytes(record.bundle))
    return [*lottery_verify.faults(files), *matching_verify.faults(files)]


@transaction.atomic
def publish_results(
    *,
    actor: User | None,
    now: datetime,
    round_id: UUID,
    report: Report = not_reported,
    job: RunningJob | None = None,
) -> DrawRecord:
    """Publish the newest draw after both verifiers accepted it: offers are made, results can be read."""
    admission_round = lock_round(round_id, RoundStatus.DRAWN)
    require_actor(actor, Action.RUN_ROUND, admission_round.district_id)
    if phase_of(admission_round, now) not in (Phase.CONFIRMATION, Phase.FINISHED):
        raise NotYet("results are published on the day that the calendar names")
    record = (
        DrawRecord.objects.filter(entry_list__round=admission_round).order_by("-entry_list__number").first()
    )
    if record is None:
        raise NothingDrawn("nothing has been drawn yet")
    report("verifying", 0, 0)
    if faults := bundle_faults(record):
        raise VerifiersDisagree(faults[0], faults=faults[:20])
    report("offering", 0, 0)
    offers = Offer.objects.bulk_create(_offers(admission_round, record, now), batch_size=BATCH)
    AdmissionRound.objects.filter(pk=admission_round.pk).update(status=RoundStatus.PUBLISHED)
    record_event(
        actor=actor,
        now=now,
        action="results.published",
        subject=admission_round,
        district_code=admission_round.district_id,
        details={"bundle_digest": record.bundle_digest, "offers": len(offers)},
    )
    if job:
        job.succeed(now=now, result={"draw": str(record.pk), "offers": len(offers)})
    return record


def _placed_before_draw(record: DrawRecord, lines: dict[str, int]) -> Iterator[Placement]:
    """Yield the placements of special-needs children: the seat set aside at the school of their open line."""
    reserved = dict(
        PlanLine.objects.filter(pk__in=lines.values(), reserve_of__isnull=False).values_list(
            "reserve_of__line_id", "pk"
        )
    )
    for entry in Entry.objects.filter(entry_list=record.entry_list, is_drawn=False):
        yield Placement(
            draw=record,
            application_id=entry.application_id,
            line_id=reserved[entry.nearest[0][0]],
            reason=Reason.ADMITTED.value,
            choice=1,
        )


def _outcome_rows(
    record: DrawRecord, result: RoundResult, applications: dict[str, UUID], lines: dict[str, int]
) -> Iterator[ChoiceOutcome]:
    places = {
        (line_id, receipt): place
        for line_id, waiting in result.waitlists.items()
        for place, receipt in enumerate(waiting, start=1)
    }
    for outcome in result.outcomes:
        yield ChoiceOutcome(
            draw=record,
            application_id=applications[outcome.receipt],
            line_id=lines[outcome.line_id],
            choice=outcome.choice,
            reason=outcome.reason.value,
            waitlist_place=_waitlist_place(outcome, places),
        )


def _waitlist_place(outcome: Outcome, places: dict[tuple[str, str], int]) -> int | None:
    return places.get((outcome.line_id, outcome.receipt))


def _refused_rows(record: DrawRecord) -> Iterator[ChoiceOutcome]:
    """Yield the choices that never were on the entry list: no category there, or the dwelling has used its place."""
    entries = Entry.objects.filter(entry_list=record.entry_list, is_drawn=True)
    standing = dict(entries.values_list("application_id", "standings"))
    locked = dict(entries.exclude(locked={}).values_list("application_id", "locked"))
    listed = ApplicationChoice.objects.filter(application__entries__in=entries)
    choices = listed.order_by("application_id", "position").values_list(
        "application_id", "line_id", "line__line_id", "choice"
    )
    for application_id, line_pk, line_id, choice in choices.iterator(chunk_size=BATCH):
        if line_id not in standing[application_id]:
            yield ChoiceOutcome(
                draw=record,
                application_id=application_id,
                line_id=line_pk,
                choice=choice,
                reason=(
                    Reason.DWELLING_LOCKED
                    if line_id in locked.get(application_id, {})
                    else Reason.NOT_ELIGIBLE
                ).value,
            )


def _offers(admission_round: AdmissionRound, record: DrawRecord, now: datetime) -> Iterator[Offer]:
    placed = record.placements.filter(line__isnull=False).order_by("application_id")
    rows = placed.values_list("application_id", "application__child_index", "line_id")
    for application_id, child_index, line_id in rows.iterator(chunk_size=BATCH):
        assert line_id is not None  # as the query asked
        yield Offer(
            round=admission_round,
            child_index=child_index,
            application_id=application_id,
            line_id=line_id,
            offered_at=now,
        )
