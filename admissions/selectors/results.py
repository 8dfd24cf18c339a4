"""Published results as anybody may read them: by line and by receipt, without a name."""

import json
from dataclasses import dataclass
from uuid import UUID

from admissions.models import (
    AdmissionRound,
    ChoiceOutcome,
    DrawRecord,
    EntryList,
    LeftOff,
    LineCutoff,
    Placement,
    RoundStatus,
    WaitlistMove,
)
from admissions.selectors.by_rule import is_told, told_reason
from admissions.selectors.reason_words import no_place_sentence, placement_sentence, reason_sentence
from admissions.selectors.rounds import policy_of, round_code
from common.errors import NotFound


class NoResults(NotFound):
    """The round's results are not published, or it has no such receipt."""

    code = "no_results"


@dataclass(frozen=True, slots=True)
class PublishedList:
    """An entry list of a round as anybody may read it.

    lottery -- the id under which it is drawn
    draw    -- its draw without the bundle; None without one, and as long as the round's results are not published
    """

    entry_list: EntryList
    lottery: str
    draw: DrawRecord | None


@dataclass(frozen=True, slots=True)
class LineResult:
    """One line of the public table. A child coordinated later sits on `coordinated`, beside `admitted`."""

    line_id: str
    school: str
    track: str
    seats: int
    applicants: int
    admitted: int
    coordinated: int
    is_full: bool


@dataclass(frozen=True, slots=True)
class RoundResults:
    """What is published of a round."""

    entry_list: EntryList
    draw: DrawRecord
    lines: tuple[LineResult, ...]
    placed: int
    not_placed: int


@dataclass(frozen=True, slots=True)
class ReceiptResult:
    """What anybody who knows a receipt may read; categories stay with the family."""

    receipt: str
    school: str
    sentence: str
    choices: tuple[tuple[str, str], ...]


def list_entry_lists(admission_round: AdmissionRound) -> list[EntryList]:
    """Return the entry lists, the newest first; their documents stay in the database."""
    rows = EntryList.objects.filter(round=admission_round).defer("document", "plan_document")
    return list(rows.order_by("-number"))


def list_published_lists(admission_round: AdmissionRound) -> list[PublishedList]:
    """Return every entry list that was ever closed for the round, the newest first: a later one hides none."""
    draws = {}
    if admission_round.status == RoundStatus.PUBLISHED:
        rows = DrawRecord.objects.filter(entry_list__round=admission_round).defer("bundle")
        draws = {row.entry_list_id: row for row in rows}
    return [
        PublishedList(row, f"{round_code(admission_round)}-{row.number}", draws.get(row.pk))
        for row in list_entry_lists(admission_round)
    ]


def find_entry_list(admission_round: AdmissionRound) -> EntryList | None:
    """Return the newest entry list, or None."""
    return next(iter(list_entry_lists(admission_round)), None)


def listed_seats(entry_list: EntryList) -> dict[str, int]:
    """Return the seats by line as the list was closed with, whatever was amended since."""
    lines = json.loads(bytes(entry_list.plan_document))["lines"]
    return {line["line_id"]: line["seats"] for line in lines}


def listed_own_ranks(entry_list: EntryList) -> dict[str, int]:
    """Return by line the largest rank of a child that stands there by its own claim or choice, where others can too."""
    lines = json.loads(bytes(entry_list.plan_document))["lines"]
    return {line["line_id"]: line["own_ranks"] for line in lines if "own_ranks" in line}


def get_entry_list(entry_list_id: UUID | str) -> EntryList:
    """Return the list with its round. Raises NoResults."""
    found = EntryList.objects.select_related("round__district").filter(pk=entry_list_id).first()
    if found is None:
        raise NoResults("there is no such entry list")
    return found


def find_draw(admission_round: AdmissionRound) -> DrawRecord | None:
    """Return the newest draw, without its bundle, or None."""
    rows = DrawRecord.objects.filter(entry_list__round=admission_round).select_related("entry_list")
    return (
        rows.defer("bundle", "entry_list__document", "entry_list__plan_document")
        .order_by("-entry_list__number")
        .first()
    )


def get_bundle(draw_id: UUID | str) -> DrawRecord:
    """Return the draw with its bundle once results are published. Raises NoResults."""
    found = DrawRecord.objects.filter(pk=draw_id, entry_list__round__status=RoundStatus.PUBLISHED).first()
    if found is None:
        raise NoResults("no published bundle has this id")
    return found


def public_results(admission_round: AdmissionRound) -> RoundResults:
    """Return the published results of a round. Raises NoResults before publication."""
    draw = find_draw(admission_round)
    if admission_round.status != RoundStatus.PUBLISHED or draw is None:
        raise NoResults("the results of this round are not published")
    coordinated = _coordinated_by_line(draw)
    cutoffs = (
        LineCutoff.objects.filter(draw=draw)
        .select_related("line__school")
        .order_by("line__school__name", "line__line_id")
    )
    placed = Placement.objects.filter(draw=draw, line__isnull=False).count()
    return RoundResults(
        entry_list=draw.entry_list,
        draw=draw,
        lines=tuple(_line(cutoff, coordinated) for cutoff in cutoffs),
        placed=placed,
        not_placed=Placement.objects.filter(draw=draw, line=None).count(),
    )


def find_result(admission_round: AdmissionRound, receipt: str) -> ReceiptResult:
    """Return the published result of a receipt. Raises NoResults.

    A special-needs case is answered like an unknown receipt.
    """
    draw = find_draw(admission_round)
    if admission_round.status != RoundStatus.PUBLISHED or draw is None:
        raise NoResults("the results of this round are not published")
    entry = draw.entry_list.entries.filter(receipt=receipt.strip().replace(" ", ""), is_drawn=True).first()
    if entry is None:
        return _left_off(draw, receipt.strip().replace(" ", ""))
    placement = Placement.objects.select_related("line__school", "application").get(
        draw=draw, application=entry.application_id
    )
    outcomes = ChoiceOutcome.objects.filter(draw=draw, application=entry.application_id)
    policy, standings = policy_of(admission_round), entry.standings
    line, reason = placement.line, told_reason(policy, placement.line, standings, placement.reason)
    if move := find_last_move(draw, entry.application_id):
        line, reason = move.to_line, "given_on"
    asked = placement.application.accepts_coordination
    return ReceiptResult(
        receipt=entry.receipt,
        school=line.school.name if line else "",
        sentence=placement_sentence(reason, policy)
        if line
        else no_place_sentence(reason, policy, accepts_coordination=asked),
        choices=tuple(
            (row.line.school.name, reason_sentence(row.reason, policy))
            for row in outcomes.select_related("line__school").order_by("choice", "line__line_id")
            if row.reason != "not_eligible" and is_told(policy, row.line, standings, row.reason)
        ),
    )


def find_last_move(draw: DrawRecord, application_id: UUID) -> WaitlistMove | None:
    """Return the last place that was given on to the child, or None."""
    rows = WaitlistMove.objects.filter(run__draw=draw, application=application_id)
    return rows.select_related("to_line__school").order_by("-run__number", "-position").first()


def _left_off(draw: DrawRecord, receipt: str) -> ReceiptResult:
    """Return what is published of a child that was added after the draw. Raises NoResults for any other receipt."""
    child = LeftOff.objects.filter(draw=draw, receipt=receipt).first()
    if child is None:
        raise NoResults("no such receipt is on the published list", receipt=receipt)
    move = find_last_move(draw, child.application_id)
    reason = "left_off_placed" if move else "left_off_waits"
    return ReceiptResult(
        receipt=receipt,
        school=move.to_line.school.name if move else "",
        sentence=reason_sentence(reason, policy_of(draw.entry_list.round)),
        choices=(),
    )


def _line(cutoff: LineCutoff, coordinated: dict[int, int]) -> LineResult:
    return LineResult(
        line_id=cutoff.line.line_id,
        school=cutoff.line.school.name,
        track=cutoff.line.track,
        seats=cutoff.seats,
        applicants=cutoff.applicants,
        admitted=cutoff.admitted,
        coordinated=coordinated.get(cutoff.line_id, 0),
        is_full=cutoff.admitted >= cutoff.seats,
    )


def _coordinated_by_line(draw: DrawRecord) -> dict[int, int]:
    rows = Placement.objects.filter(draw=draw, reason="coordinated", line__isnull=False)
    counts: dict[int, int] = {}
    for line_id in rows.values_list("line_id", flat=True):
        counts[line_id] = counts.get(line_id, 0) + 1
    return counts
