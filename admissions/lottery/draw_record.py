"""The draw record: what was drawn from what, once and for all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from admissions.lottery.entry_list import EntryList, WrittenList, write_entry_list
from admissions.lottery.seed import seed
from admissions.lottery.tickets import Draw, coordination_urn, urn
from common.canonical import canonical_json
from common.errors import WrongMoment

FORMAT = "jiujin-draw-record-1"


class EntryListChanged(WrongMoment):
    """The entry list is no longer the one whose digest was published."""

    code = "entry_list_changed"


@dataclass(frozen=True, slots=True)
class DrawRecord:
    """Everything a stranger needs to draw again, and what came out."""

    entry_list_digest: str
    merkle_root: str
    count: int
    public_values: tuple[tuple[str, str], ...]
    draw: Draw


def draw(
    entry_list: EntryList,
    *,
    published_digest: str,
    public_values: Mapping[str, str],
    written: WrittenList | None = None,
) -> DrawRecord:
    """Draw once: the same list and values give the same record on every machine.

    written -- the published form from which the list was read; without it the list is written again
    Raises EntryListChanged when the list is not the published one, PublicValuesDiffer when the
    values are not those named beforehand.
    """
    written = written or write_entry_list(entry_list)
    found = written.digest
    if found != published_digest:
        raise EntryListChanged(
            "the entry list is not the one that was published", published=published_digest, found=found
        )
    names = entry_list.public_value_names
    drawn = seed(entry_list.lottery_id, found, names, public_values)
    return DrawRecord(
        entry_list_digest=found,
        merkle_root=written.merkle_root,
        count=len(entry_list.entries),
        public_values=tuple((name, public_values[name]) for name in names),
        draw=Draw(entry_list.lottery_id, drawn, entry_list.algorithm),
    )


def draw_record_document(record: DrawRecord) -> bytes:
    """Return draw_record.json in canonical bytes. Source: docs/lottery.md (draw record)."""
    return canonical_json(
        {
            "format": FORMAT,
            "lottery_id": record.draw.lottery_id,
            "entry_list_digest": record.entry_list_digest,
            "merkle_root": record.merkle_root,
            "count": record.count,
            "ticket_algorithm": record.draw.algorithm.value,
            "seed": record.draw.seed,
        }
    )


def public_values_document(record: DrawRecord) -> bytes:
    """Return public_values.json in canonical bytes: pairs of name and value in seed order."""
    return canonical_json([[name, value] for name, value in record.public_values])


def tickets(
    entry_list: EntryList, record: DrawRecord, tracks: Mapping[str, str]
) -> dict[str, dict[str, int]]:
    """Return the tickets of every receipt by urn: those of its lines, and of coordinated placement.

    tracks -- the track of every line
    """
    urn_of, last_urn = _urns(entry_list, tracks), coordination_urn(entry_list.scope)
    tickets_of = {name: record.draw.tickets_of(name) for name in {*urn_of.values(), last_urn}}
    found: dict[str, dict[str, int]] = {}
    for entry in entry_list.entries:
        urns = {urn_of[choice.line_id] for choice in entry.choices}
        if entry.fallback_rank is not None:
            urns.add(last_urn)
        ball, ordered = entry.ball, sorted(urns) if len(urns) > 1 else urns
        found[entry.receipt] = {name: tickets_of[name](ball) for name in ordered}
    return found


def ticket_finder(
    entry_list: EntryList, drawn: Mapping[str, Mapping[str, int]], tracks: Mapping[str, str]
) -> Callable[[str, str], int]:
    """Return (line id, ball) -> ticket over tickets that are drawn; the line id is "" for coordinated placement.

    drawn  -- `tickets` of the list; the finder raises KeyError for what is not among them
    tracks -- the track of every line
    """
    by_ball: dict[str, dict[str, int]] = {}
    for entry in entry_list.entries:
        by_ball.setdefault(entry.ball, {}).update(drawn[entry.receipt])
    urns = {**_urns(entry_list, tracks), "": coordination_urn(entry_list.scope)}
    return lambda line_id, ball: by_ball[ball][urns[line_id]]


def _urns(entry_list: EntryList, tracks: Mapping[str, str]) -> dict[str, str]:
    return {line_id: urn(entry_list.scope, track=track, line_id=line_id) for line_id, track in tracks.items()}
