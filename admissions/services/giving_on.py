"""Places given on after results: recorded step by step, checked by the independent verifier, and once only."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from accounts.models import User
from accounts.permissions import Action
from accounts.services.audit import record_event
from accounts.services.jobs import Report, RunningJob, not_reported
from admissions.matching import verify_moves
from admissions.matching.amended_bundle import Run, run_document
from admissions.matching.waitlist import Move, moves
from admissions.models import (
    LIVE_OFFERS,
    AdmissionRound,
    Application,
    DrawRecord,
    MessageKind,
    Offer,
    OfferStatus,
    OfferStep,
    PlanLine,
    RoundStatus,
    WaitlistMove,
    WaitlistRun,
)
from admissions.rules.after_results import answer_until
from admissions.rules.class_size import greatest_intake
from admissions.rules.status import Action as Step
from admissions.selectors.results import find_draw
from admissions.selectors.rounds import policy_of, round_code
from admissions.selectors.waiting import AfterDraw, bundle_after_results, load_after_draw, waiting_of
from admissions.services.family_messages import queue_messages
from admissions.services.results import NothingDrawn, VerifiersDisagree
from admissions.services.rounds import SeatsDoNotFit, lock_round, require_actor
from common.canonical import digest_bytes
from common.errors import WrongMoment

BATCH = 5_000


class WaitingListsOver(WrongMoment):
    """A refill round has taken the seats that were left; the waiting lists of this round are over."""

    code = "waiting_lists_over"


@dataclass(frozen=True, slots=True)
class _Outcome:
    """One run, computed and not yet stored."""

    state: AfterDraw
    run: Run
    document: bytes

    @property
    def is_news(self) -> bool:
        run = self.run
        return bool(run.gave_up or run.restored or run.added or run.moves)


@transaction.atomic
def give_places_on(
    *,
    actor: User | None,
    now: datetime,
    round_id: UUID,
    report: Report = not_reported,
    job: RunningJob | None = None,
) -> WaitlistRun | None:
    """Give every free place to the next child in the order of the draw, along the whole chain.

    1. Families and other callers wait while this looks: the round is locked.
    2. What was given up or taken back since the last run is written down, and the moves follow from it.
    3. The independent verifier replays the whole record; a fault undoes everything.
    4. Places that children left, and places that they got, change in the same transaction.
    Returns the run, or the last one (None before the first) when nothing has changed since: twice is once.
    """
    admission_round = lock_round(round_id, RoundStatus.PUBLISHED)
    require_actor(actor, Action.RUN_ROUND, admission_round.district_id)
    stored = run_waiting_lists(admission_round, actor=actor, now=now, report=report)
    if job:
        made = stored.moves.count() if stored else 0
        job.succeed(now=now, result={"run": stored.number if stored else 0, "moves": made})
    return stored


def run_waiting_lists(
    admission_round: AdmissionRound, *, actor: User | None, now: datetime, report: Report = not_reported
) -> WaitlistRun | None:
    """Do what `give_places_on` says for a round that the caller has locked."""
    draw = find_draw(admission_round)
    if draw is None:
        raise NothingDrawn("nothing has been drawn yet")
    if admission_round.refills.exclude(status=RoundStatus.CANCELLED).exists():
        raise WaitingListsOver("a refill round has taken the seats that were left")
    report("giving_on", 0, 0)
    outcome = _compute(load_after_draw(admission_round, draw))
    if not outcome.is_news:
        return draw.waitlist_runs.order_by("-number").first()
    report("verifying", 0, 0)
    if faults := verify_moves.faults(bundle_after_results(admission_round, draw, more=[outcome.document])):
        raise VerifiersDisagree(faults[0], faults=faults[:20])
    report("storing", 0, len(outcome.run.moves))
    stored = _store(admission_round, draw, outcome, actor=actor, now=now)
    _record(stored, admission_round, outcome, actor=actor, now=now)
    return stored


def _compute(state: AfterDraw) -> _Outcome:
    waiting = waiting_of(state)
    free, held = dict(waiting.free), dict(waiting.held)
    left_off: list[Move] = []
    seats: dict[str, int] = {}
    for entry in state.added:
        won = state.lines.line_won(entry)
        if won:
            if free[won] <= 0:
                seats[won] = seats.get(won, 0) + 1
                free[won] += 1
            free[won] -= 1
            held[entry.receipt] = won
            left_off.append(Move(entry.receipt, None, won))
    made = moves(replace(waiting, free=free, held=held))
    run = Run(
        number=len(state.runs) + 1,
        gave_up=state.gave_up,
        restored=state.restored,
        asks=tuple(waiting.asking),
        added=state.added,
        seats=seats,
        left_off=tuple(left_off),
        moves=made,
    )
    return _Outcome(state, run, run_document(run))


def _store(
    admission_round: AdmissionRound,
    draw: DrawRecord,
    outcome: _Outcome,
    *,
    actor: User | None,
    now: datetime,
) -> WaitlistRun:
    stored = WaitlistRun.objects.create(
        draw=draw,
        number=outcome.run.number,
        document=outcome.document,
        digest=digest_bytes(outcome.document),
        run_by=actor,
        run_at=now,
    )
    lines = dict(PlanLine.objects.filter(round=admission_round).values_list("line_id", "pk"))
    applications = _applications(admission_round, outcome)
    WaitlistMove.objects.bulk_create(_move_rows(stored, outcome, applications, lines), batch_size=BATCH)
    _amend_seats(admission_round, outcome.run.seats, actor=actor, now=now)
    _leave(admission_round, outcome, actor=actor, now=now)
    made = Offer.objects.bulk_create(
        _offers(admission_round, outcome, applications, lines, now), batch_size=BATCH
    )
    given = [offer for offer in made if offer.status == OfferStatus.HELD]
    moved = [offer for offer in made if offer.status == OfferStatus.CONFIRMED]
    queue_messages(offers=given, kind=MessageKind.PLACE_GIVEN, now=now)
    queue_messages(offers=moved, kind=MessageKind.PLACE_MOVED, now=now)
    return stored


def _applications(admission_round: AdmissionRound, outcome: _Outcome) -> dict[str, Application]:
    receipts = [move.receipt for move in (*outcome.run.left_off, *outcome.run.moves)]
    accepted = Application.objects.filter(round=admission_round, receipt__receipt__in=receipts)
    rows = accepted.filter(status="accepted").select_related("receipt")
    return {row.receipt.receipt: row for row in rows}


def _move_rows(
    stored: WaitlistRun, outcome: _Outcome, applications: Mapping[str, Application], lines: Mapping[str, int]
) -> Iterator[WaitlistMove]:
    steps = [(move, "left_off") for move in outcome.run.left_off]
    steps += [(move, "waitlist") for move in outcome.run.moves]
    for position, (move, rule) in enumerate(steps, start=1):
        yield WaitlistMove(
            run=stored,
            position=position,
            application=applications[move.receipt],
            rule=rule,
            from_line_id=lines[move.from_line] if move.from_line else None,
            to_line_id=lines[move.to_line],
        )


def _amend_seats(
    admission_round: AdmissionRound, seats: Mapping[str, int], *, actor: User | None, now: datetime
) -> None:
    """Raise the plan by a recorded amendment; a large class stays forbidden."""
    for line_id, more in sorted(seats.items()):
        line = PlanLine.objects.select_related("school").get(round=admission_round, line_id=line_id)
        of_school = PlanLine.objects.filter(round=admission_round, school=line.school)
        planned = sum(of_school.values_list("seats", flat=True))
        if line.school.classes and planned + more > greatest_intake(line.school.classes):
            raise SeatsDoNotFit(
                f"{line.school.name}: one seat more makes a large class", school=line.school.code
            )
        PlanLine.objects.filter(pk=line.pk).update(seats=F("seats") + more)
        record_event(
            actor=actor,
            now=now,
            action="plan.amended",
            subject=admission_round,
            district_code=admission_round.district_id,
            details={"round": round_code(admission_round), "line": line_id, "seats_more": more},
        )


def _leave(admission_round: AdmissionRound, outcome: _Outcome, *, actor: User | None, now: datetime) -> None:
    """End the offers of children that moved up."""
    held = outcome.state.held
    receipts = {move.receipt for move in outcome.run.moves if move.receipt in held}
    offers = Offer.objects.filter(
        round=admission_round, status__in=LIVE_OFFERS, application__receipt__receipt__in=receipts
    )
    left = list(offers.select_for_update().order_by("pk"))
    Offer.objects.filter(pk__in=[offer.pk for offer in left]).update(status=OfferStatus.MOVED, decided_at=now)
    OfferStep.objects.bulk_create(
        OfferStep(offer=offer, action=Step.MOVE, status=OfferStatus.MOVED, taken_by=actor, taken_at=now)
        for offer in left
    )


def _offers(
    admission_round: AdmissionRound,
    outcome: _Outcome,
    applications: Mapping[str, Application],
    lines: Mapping[str, int],
    now: datetime,
) -> Iterator[Offer]:
    """Yield the offer of everybody who ends with another place; who asked to move has said yes already."""
    last = {move.receipt: move.to_line for move in (*outcome.run.left_off, *outcome.run.moves)}
    until = answer_until(policy_of(admission_round), now)
    for receipt, line_id in sorted(last.items()):
        asked = receipt in outcome.state.held
        yield Offer(
            round=admission_round,
            child_index=applications[receipt].child_index,
            application=applications[receipt],
            line_id=lines[line_id],
            status=OfferStatus.CONFIRMED if asked else OfferStatus.HELD,
            offered_at=now,
            answer_until=until,
        )


def _record(
    stored: WaitlistRun,
    admission_round: AdmissionRound,
    outcome: _Outcome,
    *,
    actor: User | None,
    now: datetime,
) -> None:
    record_event(
        actor=actor,
        now=now,
        action="places.given_on",
        subject=admission_round,
        district_code=admission_round.district_id,
        details={
            "round": round_code(admission_round),
            "run": stored.number,
            "digest": stored.digest,
            "gave_up": len(outcome.run.gave_up),
            "taken_back": len(outcome.run.restored),
            "left_off": [entry.receipt for entry in outcome.run.added],
            "moves": len(outcome.run.moves),
        },
    )
