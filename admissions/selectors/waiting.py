"""Who waits for what after results, and what was given on so far."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from admissions.lottery.entry_list import read_entry_list
from admissions.lottery.tickets import Draw, urn
from admissions.matching.amended_bundle import amended_bundle
from admissions.matching.left_off import DrawnLines, LateChoice, LateEntry, on_the_list
from admissions.matching.records import RoundPlan
from admissions.matching.waitlist import Waiting
from admissions.models import (
    LIVE_OFFERS,
    AdmissionRound,
    ChoiceOutcome,
    DrawRecord,
    LeftOff,
    LineCutoff,
    Offer,
    OfferStatus,
    Placement,
    PlanLine,
    WaitingWish,
    WaitlistRun,
)
from admissions.rules.after_results import is_given_on
from admissions.selectors.bundles import unzip_files
from admissions.selectors.layout import round_plan
from admissions.selectors.results import listed_seats
from admissions.selectors.rounds import policy_of
from admissions.selectors.world import load_world

Entries = Mapping[str, LateEntry]


@dataclass(frozen=True)
class AfterDraw:
    """A published draw as it stands now.

    held   -- by receipt: the line id that the child holds now, by its live offer
    before -- the same after the last run: what moves.json leads to
    out    -- receipts that gave their place up
    """

    draw: DrawRecord
    plan: RoundPlan
    held: Mapping[str, str]
    before: Mapping[str, str]
    out: frozenset[str]
    asking: frozenset[str]
    closed: frozenset[str]
    left_off: tuple[LateEntry, ...]
    runs: tuple[WaitlistRun, ...]

    @property
    def gave_up(self) -> tuple[tuple[str, str], ...]:
        """Return who gave up what since the last run."""
        return tuple((receipt, line) for receipt, line in self.before.items() if receipt not in self.held)

    @property
    def restored(self) -> tuple[tuple[str, str], ...]:
        """Return who took back what since the last run; before the first only given-up places can be."""
        return tuple((receipt, line) for receipt, line in self.held.items() if receipt not in self.before)

    @property
    def added(self) -> tuple[LateEntry, ...]:
        """Return the children left off that no run has placed yet."""
        known = {entry["receipt"] for run in self.runs for entry in json.loads(bytes(run.document))["added"]}
        return tuple(entry for entry in self.left_off if entry.receipt not in known)

    @cached_property
    def entries(self) -> dict[str, LateEntry]:
        """Return everybody on the list, and everybody left off it, by receipt."""
        data = json.loads(bytes(self.draw.entry_list.document))["entries"]
        listed = {entry["receipt"]: on_the_list(entry) for entry in data}
        return {**listed, **{entry.receipt: entry for entry in self.left_off}}

    @cached_property
    def groups(self) -> dict[str, str]:
        """Return the twins on the list who may not be split, by receipt."""
        data = json.loads(bytes(self.draw.entry_list.document))["entries"]
        split = {entry["group"] for entry in data if entry["split_allowed"]}
        return {e["receipt"]: e["group"] for e in data if e["group"] and e["group"] not in split}

    @cached_property
    def lines(self) -> DrawnLines:
        """Return where a child left off would stand."""
        public = read_entry_list(bytes(self.draw.entry_list.document))
        drawn = Draw(public.lottery_id, self.draw.seed, public.algorithm)
        tracks = {line.line_id: line.track for line in self.plan.lines}
        highest: dict[str, int] = {}
        for stage in self.plan.stages:
            names = set(stage.line_ids)
            ranks = [c.rank for entry in public.entries for c in entry.choices if c.line_id in names]
            highest.update(dict.fromkeys(names, max(ranks, default=0)))
        cutoffs = LineCutoff.objects.filter(draw=self.draw, rank__isnull=False)
        return DrawnLines(
            plan=self.plan,
            highest=highest,
            last={
                line_id: (rank or 0, int(ticket, 16))
                for line_id, rank, ticket in cutoffs.values_list("line__line_id", "rank", "ticket")
            },
            ticket_of=lambda line, ball: drawn.ticket(
                urn(public.scope, track=tracks[line], line_id=line), ball
            ),
        )


def load_after_draw(admission_round: AdmissionRound, draw: DrawRecord) -> AfterDraw:
    """Return the draw as it stands now. Special-needs children are not in it, as they are in no public list."""
    plan = _plan(admission_round, draw)
    lines = [line.line_id for line in plan.lines]
    offers = Offer.objects.filter(round=admission_round, line__line_id__in=lines)
    rows = list(offers.values_list("application__receipt__receipt", "line__line_id", "status"))
    held = {receipt: line for receipt, line, status in rows if status in LIVE_OFFERS}
    enrolled = {receipt for receipt, _, status in rows if status == OfferStatus.ENROLLED}
    policy = policy_of(admission_round)
    runs = tuple(draw.waitlist_runs.order_by("number"))
    return AfterDraw(
        draw=draw,
        plan=plan,
        held=held,
        before=places_after(draw, runs),
        out=frozenset(receipt for receipt, _, _ in rows if receipt not in held),
        asking=_asking(admission_round) - enrolled,
        closed=frozenset(
            line.line_id for line in plan.lines if not is_given_on(policy, is_private=line.track == "private")
        ),
        left_off=tuple(_left_off(row.entry) for row in LeftOff.objects.filter(draw=draw).order_by("pk")),
        runs=runs,
    )


def waiting_of(state: AfterDraw) -> Waiting:
    """Return the state in the form that `matching.waitlist.moves` takes, children left off in their places."""
    orders, wishes = _published_lists(state)
    for entry in state.left_off:
        won = state.lines.line_won(entry)
        in_turn = state.lines.in_turn(entry)
        wishes[entry.receipt] = in_turn[: in_turn.index(won)] if won else in_turn
        for line in wishes[entry.receipt]:
            order = orders.get(line, ())
            among = {receipt: state.entries[receipt] for receipt in (*order, entry.receipt)}
            orders[line] = state.lines.inserted(order, line, among)
    rows = PlanLine.objects.filter(round_id=state.draw.entry_list.round_id)
    free = {line: seats - live for line, seats, live in rows.values_list("line_id", "seats", "offers_live")}
    return Waiting(
        orders=orders,
        wishes=wishes,
        held=state.held,
        free={line.line_id: free[line.line_id] for line in state.plan.lines},
        closed=state.closed,
        asking=state.asking & frozenset(state.held),
        out=state.out,
        groups=state.groups,
    )


def places_after(draw: DrawRecord, runs: Sequence[WaitlistRun]) -> dict[str, str]:
    """Return who held which line after the runs, from the draw and the runs alone."""
    placed = Placement.objects.filter(draw=draw, line__isnull=False, application__entries__is_drawn=True)
    own = placed.filter(application__entries__entry_list=draw.entry_list_id)
    held: dict[str, str] = {
        receipt: str(line)
        for receipt, line in own.values_list("application__receipt__receipt", "line__line_id")
    }
    for run in runs:
        data = json.loads(bytes(run.document))
        for receipt, _ in data["gave_up"]:
            del held[receipt]
        held.update((receipt, line) for receipt, line in data["restored"])
        held.update((receipt, line) for receipt, _, line, _ in data["moves"])
    return held


def bundle_after_results(
    admission_round: AdmissionRound, draw: DrawRecord, *, more: Sequence[bytes] = ()
) -> dict[str, bytes]:
    """Return the files of the public bundle with every run so far, and with `more` runs not stored yet."""
    runs = tuple(draw.waitlist_runs.order_by("number"))
    documents = [bytes(run.document) for run in runs] + list(more)
    unsaved = [WaitlistRun(document=document) for document in more]
    policy = policy_of(admission_round)
    plan = _plan(admission_round, draw)
    return amended_bundle(
        unzip_files(bytes(draw.bundle)),
        closed=[
            line.line_id for line in plan.lines if not is_given_on(policy, is_private=line.track == "private")
        ],
        runs=documents,
        places=places_after(draw, [*runs, *unsaved]),
    )


def _plan(admission_round: AdmissionRound, draw: DrawRecord) -> RoundPlan:
    """Return the plan as drawn: seats that were amended since are those of the list again."""
    seats = listed_seats(draw.entry_list)
    plan = round_plan(admission_round, load_world(admission_round))
    return replace(plan, lines=tuple(replace(line, seats=seats[line.line_id]) for line in plan.lines))


def _asking(admission_round: AdmissionRound) -> frozenset[str]:
    """Return the receipts whose families' last word was that they wait."""
    wishes = WaitingWish.objects.filter(application__round=admission_round).order_by("pk")
    last = dict(wishes.values_list("application__receipt__receipt", "waits"))
    return frozenset(receipt for receipt, waits in last.items() if waits)


def _published_lists(state: AfterDraw) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """Return (waiting lists by line, wishes by receipt) of the draw."""
    rows = ChoiceOutcome.objects.filter(draw=state.draw, waitlist_place__isnull=False)
    ordered = rows.order_by("line__line_id", "waitlist_place").values_list(
        "line__line_id", "application__receipt__receipt"
    )
    orders: dict[str, list[str]] = {}
    wanted: dict[str, set[str]] = {}
    for line, receipt in ordered:
        orders.setdefault(line, []).append(receipt)
        wanted.setdefault(receipt, set()).add(line)
    return {line: tuple(order) for line, order in orders.items()}, dict(_wishes(state, wanted))


def _wishes(state: AfterDraw, wanted: Mapping[str, set[str]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    stage_of = {name: place for place, stage in enumerate(state.plan.stages) for name in stage.line_ids}
    for receipt, lines in wanted.items():
        listed = [choice.line_id for choice in state.entries[receipt].choices]
        yield receipt, tuple(sorted(lines, key=lambda line: (stage_of[line], listed.index(line))))


def _left_off(data: Mapping[str, list[list[object]]]) -> LateEntry:
    """Return the child of a stored `late_entry_value`."""
    choices = tuple(
        LateChoice(str(line), int(str(choice)), _pair(rank), _pair(loser))
        for line, choice, rank, loser in data["choices"]
    )
    group = data["group"]
    return LateEntry(str(data["receipt"]), choices, str(group) if group else None)


def _pair(value: object) -> tuple[int, int]:
    assert isinstance(value, list)
    return int(value[0]), int(value[1])
