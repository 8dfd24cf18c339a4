"""A closed round as it can be placed again: the frozen list with its plan, and tickets that decide nothing."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from accounts.models import User
from accounts.permissions import Action
from admissions.lottery.entry_list import entry_value, read_entry_list
from admissions.lottery.tickets import Draw, TicketScope, coordination_urn, urn
from admissions.matching.entries import TicketOf, applicants_from
from admissions.matching.records import RoundInput, RoundPlan
from admissions.models import AdmissionRound, EntryList
from admissions.selectors.layout import round_plan
from admissions.selectors.results import listed_seats
from admissions.selectors.rounds import get_round, round_code
from admissions.selectors.world import RoundWorld, load_world
from admissions.services.rounds import require_actor
from common.errors import WrongMoment

BATCH = 5_000


class NothingToSimulate(WrongMoment):
    """Entries are not closed yet: who takes part is not known."""

    code = "nothing_to_simulate"


class NobodyToPlace(WrongMoment):
    """The closed list holds no child: nothing can be placed again."""

    code = "nobody_to_place"


def closed_round(actor: User | None, action: Action, round_id: UUID) -> tuple[AdmissionRound, EntryList]:
    """Return a round and its newest list to somebody who may do this with it.

    Raises NothingToSimulate, and NobodyToPlace for a list without a child.
    """
    admission_round = get_round(round_id)
    require_actor(actor, action, admission_round.district_id)
    lists = EntryList.objects.filter(round=admission_round).defer("document", "plan_document")
    entry_list = lists.order_by("-number").first()
    if entry_list is None:
        raise NothingToSimulate("close the entries of the round first", round=round_code(admission_round))
    if entry_list.entry_count == 0:
        raise NobodyToPlace("the closed list holds no child", round=round_code(admission_round))
    return admission_round, entry_list


def closed_world(admission_round: AdmissionRound, entry_list: EntryList) -> RoundWorld:
    """Return the round's world with the seats of the list: what moved into a refill round since is there again."""
    world = load_world(admission_round)
    return replace(world, seats={**world.seats, **listed_seats(entry_list)})


def list_input(
    admission_round: AdmissionRound, entry_list: EntryList, world: RoundWorld, luck: str
) -> RoundInput:
    """Return the frozen list as the matching reads it, with tickets of the luck instead of a seed.

    Nobody is coordinated: what a family is told before choosing leaves that out.
    """
    plan = round_plan(admission_round, world)
    public = read_entry_list(bytes(entry_list.document))
    scope = TicketScope(world.policy.tickets.value)
    rows = entry_list.entries.filter(is_drawn=True).values_list("receipt", "standings")
    tiers = {
        (receipt, line_id): standing[0]
        for receipt, standings in rows.iterator(chunk_size=BATCH)
        for line_id, standing in standings.items()
    }
    applicants = applicants_from(
        [{**entry_value(entry), "fallback_rank": None} for entry in public.entries],
        tickets_of_luck(admission_round, plan, scope, luck),
        fallbacks={},
        tiers=tiers,
    )
    return RoundInput(replace(plan, coordination=None), applicants)


def tickets_of_luck(
    admission_round: AdmissionRound, plan: RoundPlan, scope: TicketScope, luck: str
) -> TicketOf:
    """Return the tickets of a draw of its own name, so that no simulation can pass for the round's."""
    seed = hashlib.sha256(luck.encode()).hexdigest()
    draw = Draw(f"{round_code(admission_round)}-simulation", seed)
    tracks: Mapping[str, str] = {line.line_id: line.track for line in plan.lines}

    def ticket_of(line_id: str, ball: str) -> int:
        if not line_id:
            return draw.ticket(coordination_urn(scope), ball)
        return draw.ticket(urn(scope, track=tracks[line_id], line_id=line_id), ball)

    return ticket_of
