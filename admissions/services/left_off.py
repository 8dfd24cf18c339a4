"""A child with a receipt who was left off the list by mistake: added with the ticket of the same seed, on record."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.permissions import Action
from accounts.services.audit import record_event
from admissions.matching.amended_bundle import late_entry_value
from admissions.matching.left_off import LateChoice, LateEntry, late_places
from admissions.matching.records import LoserRule, RoundPlan
from admissions.models import (
    AdmissionRound,
    Application,
    ApplicationStatus,
    DrawRecord,
    LeftOff,
    RoundStatus,
    WaitlistRun,
)
from admissions.rules.facts import FactName, facts_from_data
from admissions.rules.reserves import seats_aside
from admissions.rules.status import Action as Step
from admissions.rules.status import Who
from admissions.rules.twins import GroupMember, are_one_birth, group_member
from admissions.selectors.applications import get_application_round
from admissions.selectors.dwellings import load_dwelling_locks
from admissions.selectors.layout import round_plan
from admissions.selectors.results import find_draw
from admissions.selectors.rounds import round_code
from admissions.selectors.waiting import load_after_draw
from admissions.selectors.world import OPEN_PUBLIC, load_world
from admissions.services.giving_on import run_waiting_lists
from admissions.services.judging import full_list
from admissions.services.results import NothingDrawn
from admissions.services.rounds import lock_round, require_actor
from admissions.services.steps import lock_application, take_step
from common.errors import MalformedInput, RulesSayNo, WrongMoment

Keys = Mapping[str, tuple[int, ...]]


class NotLeftOff(WrongMoment):
    """The child is on the list, was added already, or withdrew."""

    code = "not_left_off"


class NothingToStandFor(RulesSayNo):
    """By the rules the child has no claim at any line that it listed; the bureau places it."""

    code = "nothing_to_stand_for"


class PlacedBeforeTheDraw(RulesSayNo):
    """A special-needs child has a seat outside the draw and never stands on a published list."""

    code = "placed_before_the_draw"


@transaction.atomic
def add_left_off(*, actor: User, now: datetime, application_id: UUID, reason: str) -> WaitlistRun | None:
    """Add the child to the published draw. Nobody else's ticket or place changes.

    1. The application is accepted with the facts that are known, whatever mistake was made with it.
    2. Its keys become a place on every line's published scale; its ticket comes from the same seed.
    3. Where it stands before the cut-off it has a place at once, if need be by an amendment of the plan by one seat;
       elsewhere it waits. The run that follows is published and replayed by the verifier.
    Raises NotLeftOff, NothingToStandFor, PlacedBeforeTheDraw, SeatsDoNotFit; then nothing is stored.
    """
    if not reason.strip():
        raise MalformedInput("write how the child came to be left off")
    # The round first, as who gives places on does: the other way round each could wait for the other.
    admission_round = lock_round(get_application_round(application_id), RoundStatus.PUBLISHED)
    application = lock_application(application_id)
    require_actor(actor, Action.RUN_ROUND, admission_round.district_id)
    draw = find_draw(admission_round)
    if draw is None:
        raise NothingDrawn("nothing has been drawn yet")
    _refuse_others(application, draw)
    _accept(application, now)
    listed, standings = _full_list(admission_round, application)
    entry = _entry(admission_round, application, draw, listed, standings)
    LeftOff.objects.create(
        draw=draw,
        application=application,
        receipt=entry.receipt,
        entry=late_entry_value(entry),
        standings={line: list(keys) for line, keys in standings.items()},
        reason=reason.strip(),
        added_by=actor,
        added_at=now,
    )
    _record(application, draw, actor=actor, now=now, reason=reason.strip())
    return run_waiting_lists(admission_round, actor=actor, now=now)


def _refuse_others(application: Application, draw: DrawRecord) -> None:
    listed = draw.entry_list.entries.filter(receipt=application.receipt.receipt).exists()
    added = LeftOff.objects.filter(draw=draw, receipt=application.receipt.receipt).exists()
    if listed or added or application.status == ApplicationStatus.WITHDRAWN:
        raise NotLeftOff(
            "the child is on the list, was added already, or withdrew", receipt=application.receipt.receipt
        )


def _accept(application: Application, now: datetime) -> None:
    if application.status in (ApplicationStatus.REFUSED, ApplicationStatus.RETURNED):
        take_step(application, Step.REOPEN, Who.OFFICER, now)
    if application.status != ApplicationStatus.ACCEPTED:
        take_step(application, Step.ACCEPT, Who.OFFICER, now)
    application.save(update_fields=["status", "changed_at"])


def _full_list(
    admission_round: AdmissionRound, application: Application
) -> tuple[tuple[tuple[str, int], ...], Keys]:
    """Return (line id, choice) as the child asks, and (tier, keys...) at every line where it competes, as at closing.

    A school whose place its dwelling has used is left out; lines that the rules add to its choices are in.
    """
    world, locks = load_world(admission_round), load_dwelling_locks(admission_round)
    facts = facts_from_data(application.facts)
    if facts.flag(FactName.SPECIAL_NEEDS):
        raise PlacedBeforeTheDraw("a special-needs child has a seat outside the draw")
    found: dict[str, tuple[int, ...]] = {}
    chosen = list(application.choices.order_by("position").values_list("line__line_id", "choice"))
    for line_id, _ in chosen:
        classified, school = world.classify(facts, line_id), world.lines[line_id].school_id
        is_claim = world.kind(line_id) in OPEN_PUBLIC
        is_locked = is_claim and locks.until(facts, application.child_index, school) is not None
        if classified.tier is not None and not is_locked:
            found[line_id] = (classified.tier, *classified.keys)
    if not found:
        raise NothingToStandFor("by the rules the child has no claim at any line that it listed")
    aside = seats_aside(world.policy, world.lines)
    accepts = application.accepts_adjustment
    return full_list(world, aside, facts, chosen, found, accepts_adjustment=accepts)


def _entry(
    admission_round: AdmissionRound,
    application: Application,
    draw: DrawRecord,
    listed: Sequence[tuple[str, int]],
    standings: Keys,
) -> LateEntry:
    plan, others = round_plan(admission_round, load_world(admission_round)), _listed_keys(draw)
    choices = []
    for line_id, number in listed:
        rank, loser = late_places(
            standings[line_id], others.get(line_id, []), losers_last=_losers_last(plan, line_id)
        )
        choices.append(LateChoice(line_id, number, rank, loser))
    return LateEntry(
        application.receipt.receipt, tuple(choices), _ball_of_twins(admission_round, application, draw)
    )


def _listed_keys(draw: DrawRecord) -> dict[str, list[tuple[int, ...]]]:
    found: dict[str, list[tuple[int, ...]]] = {}
    rows = draw.entry_list.entries.filter(is_drawn=True).order_by("receipt")
    for standings in rows.values_list("standings", flat=True).iterator():
        for line_id, keys in standings.items():
            found.setdefault(line_id, []).append(tuple(keys))
    return found


def _losers_last(plan: RoundPlan, line_id: str) -> bool:
    return any(
        line_id in stage.line_ids and stage.losers is LoserRule.SAME_CLASS_LAST for stage in plan.stages
    )


def _ball_of_twins(admission_round: AdmissionRound, application: Application, draw: DrawRecord) -> str | None:
    """Return the ball that the child's twins drew with, so that all have one ticket; None without proved twins."""
    own = _as_twin(application)
    if not own.group_code or own.born_on is None:
        return None
    others = draw.entry_list.entries.filter(
        is_drawn=True, application__group_code=own.group_code, application__round=admission_round
    )
    for other in others.select_related("application__receipt").order_by("receipt"):
        born_on = _as_twin(other.application).born_on
        if born_on is not None and are_one_birth(own.born_on, born_on):
            return load_after_draw(admission_round, draw).entries[other.receipt].group_id or other.receipt
    return None


def _as_twin(application: Application) -> GroupMember:
    return group_member(application.receipt.receipt, facts_from_data(application.facts), ())


def _record(application: Application, draw: DrawRecord, *, actor: User, now: datetime, reason: str) -> None:
    record_event(
        actor=actor,
        now=now,
        action="child.added_after_draw",
        subject=application,
        district_code=application.round.district_id,
        details={
            "round": round_code(application.round),
            "draw": str(draw.pk),
            "receipt": application.receipt.receipt,
            "reason": reason,
        },
    )
