"""Results: written once beside the draw, checked by the independent verifiers, then published as offers."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from accounts.copying import Value, copy_rows
from accounts.models import User
from accounts.permissions import Action
from accounts.services.audit import record_event
from accounts.services.jobs import Report, RunningJob, not_reported
from admissions.matching.records import Reason, RoundResult
from admissions.models import (
    AdmissionRound,
    ChoiceOutcome,
    DrawRecord,
    Entry,
    EntryList,
    LineCutoff,
    OfferStatus,
    Placement,
    PlanLine,
    RoundStatus,
)
from admissions.rules.calendar import Phase
from admissions.rules.special_needs import seat_rule
from admissions.selectors.bundles import unzip_files
from admissions.selectors.rounds import phase_of, policy_of
from admissions.services.rounds import lock_round, require_actor
from admissions.services.verifying import faults_one_after_the_other, faults_side_by_side
from common.errors import RulesSayNo, WrongMoment

BATCH = 5_000
PLACEMENT_COLUMNS = ("draw_id", "application_id", "line_id", "reason", "choice", "nearest")
OUTCOME_COLUMNS = ("draw_id", "application_id", "line_id", "choice", "reason", "waitlist_place")
TELL_REFUSED = """
INSERT INTO admissions_choiceoutcome (draw_id, application_id, line_id, choice, reason)
SELECT %s, entry.application_id, choice.line_id, choice.choice,
    CASE WHEN entry.locked ? line.line_id THEN %s ELSE %s END
FROM admissions_entry AS entry
JOIN admissions_applicationchoice AS choice ON choice.application_id = entry.application_id
JOIN admissions_planline AS line ON line.id = choice.line_id
WHERE entry.entry_list_id = %s AND entry.is_drawn AND NOT entry.standings ? line.line_id
ORDER BY entry.application_id, choice.position
"""
APPLICANTS_BY_TIER = """
SELECT standing.key, (standing.value ->> 0)::int, count(*)
FROM admissions_entry AS entry CROSS JOIN LATERAL jsonb_each(entry.standings) AS standing
WHERE entry.entry_list_id = %s AND entry.is_drawn
GROUP BY 1, 2 ORDER BY 1, 2
"""
OFFER_EVERY_PLACE = """
INSERT INTO admissions_offer (round_id, child_index, application_id, line_id, status, offered_at)
SELECT application.round_id, application.child_index, application.id, placement.line_id, %s, %s
FROM admissions_placement AS placement JOIN admissions_application AS application
    ON application.id = placement.application_id
WHERE placement.draw_id = %s AND placement.line_id IS NOT NULL
ORDER BY application.id
"""


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
    copy_rows(
        Placement,
        PLACEMENT_COLUMNS,
        (
            (
                str(record.pk),
                str(applications[placement.receipt]),
                lines[placement.line_id] if placement.line_id else None,
                placement.reason.value,
                placement.choice,
                placement.nearest,
            )
            for placement in result.placements
        ),
    )
    Placement.objects.bulk_create(_placed_before_draw(record, lines), batch_size=BATCH)
    copy_rows(ChoiceOutcome, OUTCOME_COLUMNS, _outcome_rows(record, result, applications, lines))
    _tell_refused(record)
    by_tier = _applicants_by_tier(record)
    LineCutoff.objects.bulk_create(
        LineCutoff(
            draw=record,
            line_id=lines[cutoff.line_id],
            seats=cutoff.seats,
            applicants=cutoff.applicants,
            by_tier=by_tier.get(cutoff.line_id, []),
            admitted=cutoff.admitted,
            tier=cutoff.tier,
            rank=cutoff.rank,
            ticket="" if cutoff.ticket is None else f"{cutoff.ticket:064x}",
        )
        for cutoff in result.cutoffs
    )


def bundle_faults(record: DrawRecord) -> list[str]:
    """Return what the independent verifiers hold against the stored bundle; none is good news."""
    files = unzip_files(bytes(record.bundle))
    children = EntryList.objects.values_list("entry_count", flat=True).get(pk=record.entry_list_id)
    is_large = children >= settings.SIDE_BY_SIDE_CHILDREN
    return faults_side_by_side(files) if is_large else faults_one_after_the_other(files)


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
    offers = _offer_every_place(record, now)
    AdmissionRound.objects.filter(pk=admission_round.pk).update(status=RoundStatus.PUBLISHED)
    record_event(
        actor=actor,
        now=now,
        action="results.published",
        subject=admission_round,
        district_code=admission_round.district_id,
        details={"bundle_digest": record.bundle_digest, "offers": offers},
    )
    if job:
        job.succeed(now=now, result={"draw": str(record.pk), "offers": offers})
    return record


def _placed_before_draw(record: DrawRecord, lines: dict[str, int]) -> Iterator[Placement]:
    """Yield the placements of special-needs children: the seat set aside at the school of their open line."""
    rule = seat_rule(policy_of(record.entry_list.round))
    reserved = dict(
        PlanLine.objects.filter(pk__in=lines.values(), rule=rule, reserve_of__isnull=False).values_list(
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
) -> Iterator[tuple[Value, ...]]:
    """Yield the rows as COPY takes them, in the order of OUTCOME_COLUMNS."""
    draw_id = str(record.pk)
    places = {
        (line_id, receipt): place
        for line_id, waiting in result.waitlists.items()
        for place, receipt in enumerate(waiting, start=1)
    }
    for outcome in result.outcomes:
        yield (
            draw_id,
            str(applications[outcome.receipt]),
            lines[outcome.line_id],
            outcome.choice,
            outcome.reason.value,
            places.get((outcome.line_id, outcome.receipt)),
        )


def _tell_refused(record: DrawRecord) -> None:
    """Write why choices never were on the entry list: no category there, or the dwelling has used its place."""
    with connection.cursor() as cursor:
        cursor.execute(
            TELL_REFUSED,
            [record.pk, Reason.DWELLING_LOCKED.value, Reason.NOT_ELIGIBLE.value, record.entry_list_id],
        )


def _applicants_by_tier(record: DrawRecord) -> dict[str, list[list[int]]]:
    """Return [tier, children who listed the line and compete there] by line id, tiers ascending."""
    found: dict[str, list[list[int]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(APPLICANTS_BY_TIER, [record.entry_list_id])
        for line_id, tier, children in cursor.fetchall():
            found.setdefault(line_id, []).append([tier, children])
    return found


def _offer_every_place(record: DrawRecord, now: datetime) -> int:
    """Offer every place of the draw to its child in one statement; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(OFFER_EVERY_PLACE, [OfferStatus.HELD.value, now, record.pk])
        return int(cursor.rowcount)
