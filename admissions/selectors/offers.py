"""Offers as families and officers read them after results."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from admissions.models import (
    LIVE_OFFERS,
    AdmissionRound,
    Application,
    ChoiceOutcome,
    DrawRecord,
    LeftOff,
    Offer,
    OfferStatus,
    PlanLine,
    RoundStatus,
    WaitingWish,
    WaitlistMove,
    WaitlistRun,
)
from admissions.rules.after_results import (
    answer_until,
    is_given_on,
    lapses_by_silence,
    may_answer,
    may_be_declined,
    may_move,
)
from admissions.selectors.refills import find_refill
from admissions.selectors.results import find_draw
from admissions.selectors.rounds import policy_of


@dataclass(frozen=True, slots=True)
class OfferView:
    """The place of a child, and what its family may do about it at the moment.

    higher -- (school, published place on its waiting list) of lines that the family listed higher
    """

    offer: Offer
    school: str
    until: datetime
    may_confirm: bool
    may_decline: bool
    may_restore: bool
    may_wait: bool
    waits: bool
    is_moved: bool
    lapses: bool
    higher: tuple[tuple[str, int], ...]

    @property
    def is_live(self) -> bool:
        """Say whether the place is the child's."""
        return self.offer.status in LIVE_OFFERS

    @property
    def address(self) -> str:
        """Return where the school is, as long as the place is the child's."""
        return self.offer.line.school.address if self.is_live else ""


@dataclass(frozen=True, slots=True)
class LineAfterResults:
    """A line as the office sees it: seats, places held and free, children on its published waiting list."""

    line: PlanLine
    held: int
    free: int
    waiting: int
    is_given_on: bool


@dataclass(frozen=True, slots=True)
class AfterResultsView:
    """All that the office's page shows after results."""

    by_status: tuple[tuple[str, int], ...]
    lines: tuple[LineAfterResults, ...]
    runs: tuple[tuple[WaitlistRun, tuple[WaitlistMove, ...]], ...]
    left_off: tuple[LeftOff, ...]
    refill: AdmissionRound | None
    until: datetime


def find_offer(application: Application) -> Offer | None:
    """Return the child's newest offer, or None."""
    rows = Offer.objects.filter(application=application).select_related("line__school")
    return rows.order_by("-offered_at", "-pk").first()


def list_late_answers(admission_round: AdmissionRound, now: datetime) -> list[datetime]:
    """Return the ends of answers that are still to come for places given on and not answered for, each once."""
    waiting = Offer.objects.filter(round=admission_round, status=OfferStatus.HELD, answer_until__gt=now)
    found = waiting.order_by("answer_until").values_list("answer_until", flat=True).distinct()
    return [until for until in found if until is not None]


def find_offer_view(application: Application, now: datetime) -> OfferView | None:
    """Return the place of a child once results are out, or None without one."""
    offer = find_offer(application)
    if offer is None or application.round.status != RoundStatus.PUBLISHED:
        return None
    policy, is_private = policy_of(application.round), offer.line.track == "private"
    until = offer.answer_until or answer_until(policy, policy.calendar.results_at)
    open_now = may_answer(policy.calendar, now=now, until=until)
    is_pending = offer.status in (OfferStatus.HELD, OfferStatus.CONFIRMED)
    wish = WaitingWish.objects.filter(application=application).order_by("-pk").first()
    higher = _higher(application, offer)
    free = offer.line.seats > offer.line.offers_live
    return OfferView(
        offer=offer,
        school=offer.line.school.name,
        until=until,
        may_confirm=open_now and offer.status == OfferStatus.HELD,
        may_decline=open_now and is_pending and may_be_declined(policy, is_private=is_private),
        may_restore=open_now and offer.status == OfferStatus.DECLINED and free,
        may_wait=open_now
        and is_pending
        and may_move(policy)
        and bool(higher)
        and find_refill(application.round) is None,
        waits=bool(wish and wish.waits),
        is_moved=WaitlistMove.objects.filter(application=application, to_line=offer.line).exists(),
        lapses=offer.status == OfferStatus.HELD and lapses_by_silence(policy, is_private=is_private),
        higher=higher,
    )


def after_results_view(admission_round: AdmissionRound) -> AfterResultsView:
    """Return what the office sees of a published round after results."""
    draw, policy = find_draw(admission_round), policy_of(admission_round)
    counts = Counter(
        dict(Offer.objects.filter(round=admission_round).values_list("status").annotate(Count("pk")))
    )
    return AfterResultsView(
        by_status=tuple((str(label), counts[value]) for value, label in OfferStatus.choices),
        lines=tuple(_lines(admission_round, draw)),
        runs=tuple(list_runs(draw)) if draw else (),
        left_off=tuple(LeftOff.objects.filter(draw=draw).order_by("pk")),
        refill=find_refill(admission_round),
        until=policy.calendar.confirm_until,
    )


def list_runs(draw: DrawRecord) -> list[tuple[WaitlistRun, tuple[WaitlistMove, ...]]]:
    """Return the runs of the waiting lists with their moves, the newest first."""
    moves = WaitlistMove.objects.filter(run__draw=draw).order_by("position")
    by_run: dict[object, list[WaitlistMove]] = {}
    for move in moves.select_related("application__receipt", "from_line__school", "to_line__school"):
        by_run.setdefault(move.run_id, []).append(move)
    runs = draw.waitlist_runs.order_by("-number").defer("document")
    return [(run, tuple(by_run.get(run.pk, ()))) for run in runs]


def find_application_by_receipt(admission_round: AdmissionRound, receipt: str) -> Application | None:
    """Return the newest application of the receipt in the round, or None."""
    rows = Application.objects.filter(
        round=admission_round, receipt__receipt=receipt.strip().replace(" ", "")
    )
    return rows.select_related("receipt", "round").order_by("-filed_at").first()


def _higher(application: Application, offer: Offer) -> tuple[tuple[str, int], ...]:
    """Return the waiting lists on which the child stands for a school that it wants more than what it holds.

    Seats of one school are one choice: nobody waits to sit on other seats of the same school.
    """
    rows = ChoiceOutcome.objects.filter(
        draw__entry_list__round_id=application.round_id, application=application
    ).select_related("line__school")
    choices = {row.line_id: row.choice for row in rows}
    held = choices.get(offer.line_id)
    found = sorted(
        (row.choice, row.line.school.name, row.waitlist_place)
        for row in rows
        if row.waitlist_place is not None and (held is None or row.choice < held)
    )
    return tuple((school, place) for _, school, place in found)


def _lines(admission_round: AdmissionRound, draw: DrawRecord | None) -> list[LineAfterResults]:
    policy = policy_of(admission_round)
    waiting = dict(
        ChoiceOutcome.objects.filter(draw=draw, waitlist_place__isnull=False)
        .values_list("line_id")
        .annotate(Count("pk"))
    )
    rows = admission_round.lines.select_related("school").order_by("school__name", "line_id")
    return [
        LineAfterResults(
            line=line,
            held=line.offers_live,
            free=line.seats - line.offers_live,
            waiting=waiting.get(line.pk, 0),
            is_given_on=is_given_on(policy, is_private=line.track == "private"),
        )
        for line in rows
    ]


def count_runs(admission_round: AdmissionRound) -> int:
    """Return how often places were given on after the results of the round."""
    return WaitlistRun.objects.filter(draw__entry_list__round=admission_round).count()
