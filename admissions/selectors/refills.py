"""Rounds that follow one another: what one left, and who may take part in the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from admissions.models import (
    LIVE_OFFERS,
    LIVE_STATUSES,
    AdmissionRound,
    Application,
    ApplicationStatus,
    LineCutoff,
    Offer,
    OfferStatus,
    PlanLine,
    RoundStatus,
)
from admissions.rules.after_results import is_refilled, may_enter_refill
from admissions.rules.calendar import Phase
from admissions.rules.policy_records import LineKind
from admissions.rules.policy_records import PlanLine as PolicyLine
from admissions.rules.reserves import own_tiers
from admissions.rules.stages import RESERVED_KINDS
from admissions.selectors.results import find_draw
from admissions.selectors.rounds import phase_of, policy_of


class Barred(StrEnum):
    """Why a child may not take part in a refill round."""

    HAS_PLACE = "has_place"
    GAVE_UP = "gave_up"


@dataclass(frozen=True, slots=True)
class SeatsLeft:
    """Free seats of a line, and the line of the refill round that they go to: a reserve joins its open line."""

    line: PlanLine
    seats: int
    target: PlanLine


def rounds_before(admission_round: AdmissionRound) -> list[AdmissionRound]:
    """Return the rounds that the round refills, the latest first."""
    found: list[AdmissionRound] = []
    before = admission_round.refill_of
    while before is not None:
        found.append(before)
        before = before.refill_of
    return found


def find_refill(admission_round: AdmissionRound) -> AdmissionRound | None:
    """Return the live round that refills this one, or None."""
    return admission_round.refills.exclude(status=RoundStatus.CANCELLED).select_related("district").first()


def seats_left(admission_round: AdmissionRound) -> list[SeatsLeft]:
    """Return what a published round and those before it have left for a refill, by round and line id."""
    found: list[SeatsLeft] = []
    for source in (admission_round, *rounds_before(admission_round)):
        found += _left_of(source)
    return found


def barred_from_refill(admission_round: AdmissionRound, child_indexes: Sequence[str]) -> dict[str, Barred]:
    """Return the children who may not take part in the refill round, and why; nobody is barred from a first round."""
    before = rounds_before(admission_round)
    if not before:
        return {}
    offers = Offer.objects.filter(round__in=before, child_index__in=child_indexes)
    held, gave_up = set[str](), set[str]()
    for index, status in offers.values_list("child_index", "status"):
        if status in LIVE_OFFERS:
            held.add(index)
        elif status in (OfferStatus.DECLINED, OfferStatus.LAPSED):
            gave_up.add(index)
    policy = policy_of(admission_round)
    return {
        index: Barred.HAS_PLACE if index in held else Barred.GAVE_UP
        for index in held | gave_up
        if not may_enter_refill(policy, has_place=index in held, gave_up=index in gave_up)
    }


def find_refill_for(application: Application, now: datetime) -> AdmissionRound | None:
    """Return the refill round in which the child of the application may apply at the moment, or None."""
    if application.round.status != RoundStatus.PUBLISHED or application.status == ApplicationStatus.WITHDRAWN:
        return None
    refill = find_refill(application.round)
    if refill is None or refill.status != RoundStatus.OPEN or phase_of(refill, now) is not Phase.OPEN:
        return None
    barred = barred_from_refill(refill, [application.child_index])
    filed = refill.applications.filter(child_index=application.child_index, status__in=LIVE_STATUSES)
    return None if barred or filed.exists() else refill


def _left_of(source: AdmissionRound) -> list[SeatsLeft]:
    policy, draw = policy_of(source), find_draw(source)
    cutoffs = {
        cutoff.line_id: (_listed_by(cutoff, policy.line(cutoff.line.rule)), cutoff.seats)
        for cutoff in LineCutoff.objects.filter(draw=draw).select_related("line")
    }
    found = []
    lines = source.lines.select_related("school", "reserve_of__school").order_by("line_id")
    for line in lines:
        applicants, seats = cutoffs.get(line.pk, (0, line.seats))
        free = line.seats - line.offers_live
        is_private = line.track == "private"
        if free > 0 and is_refilled(policy, is_private=is_private, applicants=applicants, seats=seats):
            found.append(SeatsLeft(line, free, _target(line, policy.line(line.rule).kind)))
    return found


def _listed_by(cutoff: LineCutoff, rule: PolicyLine) -> int:
    """Return how many children listed the line themselves: who came by a rule alone does not make a school draw."""
    others: int = sum(children for tier, children in cutoff.by_tier if tier > own_tiers(rule))
    return cutoff.applicants - others


def _target(line: PlanLine, kind: LineKind) -> PlanLine:
    return line.reserve_of if kind in RESERVED_KINDS and line.reserve_of else line
