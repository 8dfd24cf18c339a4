"""The published forms of the plan and the fallback, and the way back from an entry list to applicants."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from admissions.matching.records import Applicant, Bid, Fallback, Line, RoundPlan
from common.canonical import CanonicalValue, canonical_json, digest_bytes

PLAN_FORMAT = "jiujin-round-1"

TicketOf = Callable[[str, str], int]
"""(line id, ball) -> ticket; the line id is "" for coordinated placement."""


def plan_document(plan: RoundPlan) -> bytes:
    """Return round.json in canonical bytes. Source: docs/bundle.md (round.json)."""
    coordination = plan.coordination
    return canonical_json(
        {
            "format": PLAN_FORMAT,
            "round_id": plan.round_id,
            "lines": [_line_value(line) for line in sorted(plan.lines, key=lambda line: line.line_id)],
            "stages": [
                {
                    "stage_id": stage.stage_id,
                    "mechanism": stage.mechanism.value,
                    "losers": stage.losers.value,
                    "line_ids": sorted(stage.line_ids),
                }
                for stage in plan.stages
            ],
            "coordination": None
            if coordination is None
            else {"rule": coordination.rule.value, "line_ids": sorted(coordination.line_ids)},
        }
    )


def _line_value(line: Line) -> dict[str, CanonicalValue]:
    value: dict[str, CanonicalValue] = {
        "line_id": line.line_id,
        "seats": line.seats,
        "track": line.track,
        "reserve_of": line.reserve_of,
    }
    if line.terms is not None:
        value["reserve"] = {"precedence": line.terms.precedence.value, "spills": line.terms.spills}
    if line.own_ranks is not None:
        value["own_ranks"] = line.own_ranks
    return value


def plan_digest(plan: RoundPlan) -> str:
    """Return the SHA-256 of round.json, which the entry list carries."""
    return digest_bytes(plan_document(plan))


def commitment(salt: str, line_ids: Sequence[str]) -> str:
    """Return what binds a child's nearest lines without telling them: SHA-256(salt LF line LF line ...).

    salt -- at least 32 random hexadecimal digits, one per child, told only if the child is coordinated
    """
    return hashlib.sha256("\n".join((salt, *line_ids, "")).encode()).hexdigest()


def applicants_from(
    entries: Sequence[Mapping[str, Any]],
    ticket_of: TicketOf,
    *,
    fallbacks: Mapping[str, tuple[str, tuple[str, ...]]],
    tiers: Mapping[tuple[str, str], int] | None = None,
    walk_metres: Mapping[str, tuple[int, ...]] | None = None,
) -> tuple[Applicant, ...]:
    """Return the applicants of published entries: what is placed is exactly what was listed.

    entries   -- `lottery.entry_list.entry_value` of each entry
    fallbacks -- (salt, lines within reach, nearest first) by receipt
    tiers     -- by (receipt, line id), for the reasons only
    walk_metres -- beside the lines within reach; `least_total_walk` needs them
    """
    return tuple(_applicant(entry, ticket_of, fallbacks, tiers or {}, walk_metres or {}) for entry in entries)


def _applicant(
    entry: Mapping[str, Any],
    ticket_of: TicketOf,
    fallbacks: Mapping[str, tuple[str, tuple[str, ...]]],
    tiers: Mapping[tuple[str, str], int],
    walk_metres: Mapping[str, tuple[int, ...]],
) -> Applicant:
    receipt = entry["receipt"]
    ball = entry["group"] or receipt
    bids = tuple(
        Bid(name, choice, rank, ticket_of(name, ball), loser_rank, tiers.get((receipt, name), 0))
        for name, choice, rank, loser_rank in entry["choices"]
    )
    fallback = None
    if entry["fallback_rank"] is not None:
        salt, line_ids = fallbacks[receipt]
        ticket = ticket_of("", ball)
        fallback = Fallback(entry["fallback_rank"], ticket, line_ids, walk_metres.get(receipt, ()), salt)
    return Applicant(receipt, bids, entry["group"], entry["split_allowed"], fallback)
