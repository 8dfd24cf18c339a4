"""The public bundle: everything a stranger needs to recompute a round, and nothing about any child."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.resources import files

from admissions.matching.entries import plan_document
from admissions.matching.records import Cutoff, Outcome, Placement, Reason, RoundInput, RoundPlan, RoundResult
from common.canonical import CanonicalValue, canonical_json, digest_bytes

MANIFEST = "MANIFEST.json"

# Which of a child's keys was too low tells its category; the public learns only that the rank was.
PUBLIC_REASONS = {
    Reason.CATEGORY_BELOW_CUTOFF: "rank_below_cutoff",
    Reason.SAME_CATEGORY_KEY_BELOW: "rank_below_cutoff",
}


@dataclass(frozen=True, slots=True)
class DrawFiles:
    """The lottery's own documents, byte for byte as they were published.

    tickets -- by receipt and urn (`lottery.draw_record.tickets`)
    """

    entry_list: bytes
    public_values: bytes
    draw_record: bytes
    tickets: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Amendments:
    """What was recorded after the draw.

    added   -- entries left off by mistake, in the form of the entry list; they draw from the same seed
    seats   -- seats of lines whose plan was amended
    reasons -- a sentence for each, free of personal data
    """

    withdrawn: tuple[str, ...] = ()
    added: tuple[Mapping[str, CanonicalValue], ...] = ()
    seats: Mapping[str, int] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()


def amended(plan: RoundPlan, seats: Mapping[str, int]) -> RoundPlan:
    """Return the plan with the recorded amendments of seats."""
    lines = tuple(replace(line, seats=seats.get(line.line_id, line.seats)) for line in plan.lines)
    return replace(plan, lines=lines)


def public_bundle(
    round_input: RoundInput,
    result: RoundResult,
    draw_files: DrawFiles,
    *,
    published_plan: RoundPlan,
    amendments: Amendments | None = None,
) -> dict[str, bytes]:
    """Return the files of the public bundle by name. The same round gives the same bytes.

    round_input    -- as placed: with amended seats, withdrawn children marked, added children in it;
                      special-needs children are never in it
    published_plan -- the plan as published with the entry list, before amendments
    Source: docs/bundle.md.
    """
    names = {
        "round.json": plan_document(published_plan),
        "entry_list.json": draw_files.entry_list,
        "public_values.json": draw_files.public_values,
        "draw_record.json": draw_files.draw_record,
        "amendments.json": _amendments_document(amendments or Amendments()),
        "coordination.json": _coordination_document(round_input, result),
        "tickets.csv": _tickets_table(draw_files.tickets),
        "placements.csv": _placements_table(result.placements),
        "reasons.csv": _reasons_table(result.outcomes, _refused(round_input)),
        "cutoffs.csv": _cutoffs_table(result.cutoffs),
        "struck.csv": _table(("group", "line_id"), result.struck),
        "README.txt": README.encode(),
        "verify_lottery.py": (files("admissions.lottery") / "verify.py").read_bytes(),
        "verify_matching.py": (files("admissions.matching") / "verify.py").read_bytes(),
    }
    if any(line.terms or line.own_ranks is not None for line in published_plan.lines):
        names["by_rule.csv"] = _by_rule_table(round_input, result)
        names["verify_list.py"] = (files("admissions.matching") / "verify_list.py").read_bytes()
    return {**names, MANIFEST: manifest(names)}


def manifest(bundle: Mapping[str, bytes]) -> bytes:
    """Return MANIFEST.json: the SHA-256 of every other file by name, in canonical bytes."""
    return canonical_json({name: digest_bytes(data) for name, data in bundle.items() if name != MANIFEST})


def public_reason(reason: Reason) -> str:
    """Return the code under which a reason is published."""
    return PUBLIC_REASONS.get(reason, reason.value)


def _amendments_document(amendments: Amendments) -> bytes:
    return canonical_json(
        {
            "withdrawn": sorted(amendments.withdrawn),
            "added": list(amendments.added),
            "seats": dict(amendments.seats),
            "reasons": list(amendments.reasons),
        }
    )


def _coordination_document(round_input: RoundInput, result: RoundResult) -> bytes:
    """Open the commitments of the children that coordinated placement had to look at, and of no others."""
    unplaced = {
        placement.receipt
        for placement in result.placements
        if placement.reason not in (Reason.ADMITTED, Reason.WITHDRAWN)
    }
    if round_input.plan.coordination is None:
        unplaced = set()
    return canonical_json(
        {
            applicant.receipt: {
                "salt": applicant.fallback.salt,
                "line_ids": list(applicant.fallback.line_ids),
            }
            for applicant in round_input.applicants
            if applicant.fallback is not None and applicant.receipt in unplaced
        }
    )


def _refused(round_input: RoundInput) -> frozenset[tuple[str, str]]:
    return frozenset(
        (applicant.receipt, bid.line_id)
        for applicant in round_input.applicants
        for bid in applicant.bids
        if bid.refused is not None
    )


def _tickets_table(tickets: Mapping[str, Mapping[str, int]]) -> bytes:
    rows = [
        (receipt, urn, f"{drawn[urn]:064x}")
        for receipt, drawn in sorted(tickets.items())
        for urn in sorted(drawn)
    ]
    return _table(("receipt", "urn", "ticket"), rows)


def _placements_table(placements: Sequence[Placement]) -> bytes:
    rows = [(p.receipt, p.line_id, p.choice, p.nearest, _public_placement_reason(p)) for p in placements]
    return _table(("receipt", "line_id", "choice", "nearest", "reason"), rows)


def _by_rule_table(round_input: RoundInput, result: RoundResult) -> bytes:
    """Name the children whose place is at a line that they did not choose, and by which rule they came to it."""
    lines = {line.line_id: line for line in round_input.plan.lines}
    ranks = {
        (applicant.receipt, bid.line_id): bid.rank
        for applicant in round_input.applicants
        for bid in applicant.bids
        if lines[bid.line_id].own_ranks is not None
    }
    rows = [
        (placed.receipt, placed.line_id, "spilled" if lines[placed.line_id].reserve_of else "adjusted")
        for placed in result.placements
        if placed.line_id is not None
        and placed.reason is Reason.ADMITTED
        and ranks.get((placed.receipt, placed.line_id), 0) > (lines[placed.line_id].own_ranks or 0)
    ]
    return _table(("receipt", "line_id", "rule"), rows)


def _public_placement_reason(placement: Placement) -> str:
    """Why a line failed stands in reasons.csv; here only whether a place was found."""
    if placement.line_id is None and placement.reason is not Reason.WITHDRAWN:
        return "not_placed"
    return placement.reason.value


def _reasons_table(outcomes: Sequence[Outcome], refused: frozenset[tuple[str, str]]) -> bytes:
    told = {reason: public_reason(reason) for reason in Reason}
    rows = [
        (o.receipt, o.line_id, o.choice, told[o.reason])
        for o in outcomes
        if not refused or (o.receipt, o.line_id) not in refused
    ]
    return _table(("receipt", "line_id", "choice", "reason"), rows)


def _cutoffs_table(cutoffs: Sequence[Cutoff]) -> bytes:
    rows = [
        (
            c.line_id,
            c.seats,
            c.applicants,
            c.admitted,
            c.rank,
            None if c.ticket is None else f"{c.ticket:064x}",
        )
        for c in cutoffs
    ]
    return _table(("line_id", "seats", "applicants", "admitted", "rank", "ticket"), rows)


def _table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()


README = """公开结果包 / Public bundle

任何人都可以用这些文件重算派位号和录取结果，只需要 Python 3.11 或更新版本，不需要联网，也不需要我们的软件。
With these files anybody can draw the tickets and place the children again. All it takes is
Python 3.11 or newer: no network, and none of our software.

    python verify_lottery.py .
    python verify_matching.py .

有 verify_list.py 时再运行 / and, where it is here:

    python verify_list.py .

请另外核对：截止时公布的名单摘要，与程序打印的摘要一致；公开数值与其出处（如彩票开奖公告）一致。
Also compare: the entry-list digest announced when the list was closed with the one printed here, and
the public values with their own source (such as the announcement of the lottery result).

文件里只有报名号、志愿、次序、派位号和结果，没有姓名、住址、日期、距离和类别。
The files hold receipts, choices, ranks, tickets and results: no names, addresses, dates, distances
or categories.
"""
