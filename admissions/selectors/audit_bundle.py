"""The auditor's bundle: everything that decided a round and what came of it, by receipt and without a name."""

from collections.abc import Callable, Iterator

from admissions.models import (
    AdmissionRound,
    ChoiceOutcome,
    DrawRecord,
    Entry,
    EntryList,
    LeftOff,
    LineCutoff,
    Offer,
    OfferStep,
    PlanLine,
)
from admissions.rules.policy_records import Policy
from admissions.rules.reserves import tier_codes
from admissions.selectors.audit_bundle_facts import facts_files, hidden_receipts
from admissions.selectors.audit_bundle_log import log_files
from admissions.selectors.audit_bundle_policy import approval_document
from admissions.selectors.audit_readme import README
from admissions.selectors.bundles import zip_files
from admissions.selectors.csv_tables import csv_table, moment_text
from admissions.selectors.facts_digest import facts_digest
from admissions.selectors.refills import find_refill
from admissions.selectors.rounds import policy_of, round_code
from admissions.selectors.waiting import bundle_after_results
from common.canonical import CanonicalValue, canonical_json, digest_bytes

Report = Callable[[str, int, int], None]


def _silent(stage: str, done: int, total: int) -> None:
    """Report to nobody."""


def audit_bundle(
    admission_round: AdmissionRound, *, with_preferences: bool = True, report: Report = _silent
) -> dict[str, bytes]:
    """Return the files by name, of the round and of the refill rounds that follow it.

    Names, numbers and addresses are not in it, nor any receipt of a special-needs child. The caller holds one
    snapshot of the database, or files could contradict each other.
    with_preferences -- whether the reader may see to which preferential group a child belongs
    Source: docs/audit-bundle.md.
    """
    rounds = _chain(admission_round)
    hidden = hidden_receipts(rounds)
    found = {"README.txt": README.encode(), **log_files(rounds, hidden)}
    for done, item in enumerate(rounds):
        report("gathering", done, len(rounds))
        folder = f"rounds/{round_code(item)}"
        found.update({f"{folder}/{name}": data for name, data in _round_files(item)})
        facts = facts_files(item, hidden, with_preferences=with_preferences)
        found.update({f"{folder}/{name}": data for name, data in facts})
    listed = {name: digest_bytes(data) for name, data in found.items()}
    return {**found, "MANIFEST.json": canonical_json(listed)}


def _chain(admission_round: AdmissionRound) -> list[AdmissionRound]:
    found, following = [admission_round], find_refill(admission_round)
    while following is not None:
        found.append(following)
        following = find_refill(following)
    return found


def _round_files(item: AdmissionRound) -> Iterator[tuple[str, bytes]]:
    yield "policy.json", canonical_json(item.policy)
    yield "round.json", canonical_json(_round_value(item))
    if (approval := approval_document(item)) is not None:
        yield "policy_approval.json", approval
    for entry_list in item.entry_lists.order_by("number"):
        for name, data in _list_files(entry_list):
            yield f"lists/{entry_list.number}/{name}", data
    last = DrawRecord.objects.filter(entry_list__round=item).order_by("-entry_list__number").first()
    if last is not None and last.waitlist_runs.exists():
        yield "after_results.zip", zip_files(bundle_after_results(item, last))
    public = _receipts(last) if last else set()
    yield "offers.csv", _offers(item, public)
    yield "offer_steps.csv", _steps(item, public)


def _round_value(item: AdmissionRound) -> dict[str, CanonicalValue]:
    lines = PlanLine.objects.filter(round=item).select_related("reserve_of").order_by("line_id")
    return {
        "round": round_code(item),
        "name": item.name,
        "status": item.status,
        "policy_digest": item.policy_digest,
        "opened_at": moment_text(item.opened_at),
        "refills": round_code(item.refill_of) if item.refill_of else "",
        "refill_reason": item.refill_reason,
        "seats_now": {line.line_id: line.seats for line in lines},
        "zones": {
            "plan": str(item.publication.plan_id),
            "publication": str(item.publication_id),
            "published_at": moment_text(item.publication.published_at),
        },
    }


def _list_files(entry_list: EntryList) -> Iterator[tuple[str, bytes]]:
    yield "entry_list.json", bytes(entry_list.document)
    yield "round.json", bytes(entry_list.plan_document)
    yield (
        "list.json",
        canonical_json(
            {
                "number": entry_list.number,
                "digest": entry_list.digest,
                "merkle_root": entry_list.merkle_root,
                "reason": entry_list.reason,
                "facts_digest": facts_digest(entry_list),
                "closed_at": moment_text(entry_list.closed_at),
                "placed_before_the_draw": entry_list.entries.filter(is_drawn=False).count(),
            }
        ),
    )
    yield "standings.csv", _standings(entry_list, policy_of(entry_list.round))
    yield "behind_ranks.csv", _behind_ranks(entry_list)
    values = entry_list.public_values.order_by("name", "entered_at")
    rows = values.values_list("name", "value", "entered_by_id", "entered_at")
    yield "values.csv", csv_table(("name", "value", "entered_by", "entered_at"), rows)
    draw = DrawRecord.objects.filter(entry_list=entry_list).first()
    if draw is not None:
        yield "draw.zip", bytes(draw.bundle)
        yield "reasons.csv", _reasons(draw)
        yield "cutoffs.csv", _cutoffs(draw)
        yield "left_off.json", _left_off(draw)


def _standings(entry_list: EntryList, policy: Policy) -> bytes:
    """Write category, tier and keys of every child at every line: the published ranks are the order of these."""
    lines = entry_list.round.lines.values_list("line_id", "rule", "reserve_of__rule")
    codes = {line_id: tier_codes(policy, rule, open_rule) for line_id, rule, open_rule in lines}
    rows = Entry.objects.filter(entry_list=entry_list, is_drawn=True).order_by("receipt")
    pairs = rows.values_list("receipt", "standings").iterator()
    return csv_table(
        ("receipt", "line_id", "category", "tier", "keys"),
        (
            (
                receipt,
                line_id,
                codes[line_id][keys[0] - 1],
                keys[0],
                " ".join(map(str, keys[1:])),
            )
            for receipt, standings in pairs
            for line_id, keys in standings.items()
        ),
    )


def _behind_ranks(entry_list: EntryList) -> bytes:
    """Write what else is bound by the list and not on it: the salt of a child's nearest lines, and its locks."""
    rows = Entry.objects.filter(entry_list=entry_list, is_drawn=True).order_by("receipt")
    return csv_table(
        ("receipt", "salt", "locked"),
        (
            (receipt, salt, " ".join(f"{line}={until}" for line, until in sorted(locked.items())))
            for receipt, salt, locked in rows.values_list("receipt", "salt", "locked").iterator()
        ),
    )


def _reasons(draw: DrawRecord) -> bytes:
    rows = ChoiceOutcome.objects.filter(draw=draw).order_by(
        "application__receipt__receipt", "choice", "line__line_id"
    )
    fields = ("application__receipt__receipt", "line__line_id", "choice", "reason", "waitlist_place")
    return csv_table(("receipt", "line_id", "choice", "reason", "waitlist_place"), rows.values_list(*fields))


def _cutoffs(draw: DrawRecord) -> bytes:
    fields = ("line__line_id", "seats", "applicants", "admitted", "tier", "rank", "ticket", "by_tier")
    rows = LineCutoff.objects.filter(draw=draw).order_by("line__line_id").values_list(*fields)
    return csv_table(
        ("line_id", *fields[1:]),
        ((*row, " ".join(f"{tier}:{children}" for tier, children in by_tier)) for *row, by_tier in rows),
    )


def _left_off(draw: DrawRecord) -> bytes:
    rows = LeftOff.objects.filter(draw=draw).order_by("pk")
    return canonical_json(
        [
            {
                "receipt": row.receipt,
                "entry": row.entry,
                "standings": row.standings,
                "reason": row.reason,
                "added_by": str(row.added_by_id or ""),
                "added_at": moment_text(row.added_at),
            }
            for row in rows
        ]
    )


def _receipts(draw: DrawRecord) -> set[str]:
    listed = draw.entry_list.entries.filter(is_drawn=True).values_list("receipt", flat=True)
    return {*listed, *LeftOff.objects.filter(draw=draw).values_list("receipt", flat=True)}


def _offers(item: AdmissionRound, public: set[str]) -> bytes:
    rows = Offer.objects.filter(round=item).order_by("application__receipt__receipt", "pk")
    fields = ("application__receipt__receipt", "line__line_id", "status", "offered_at", "decided_at")
    shown = (row for row in rows.values_list(*fields) if row[0] in public)
    return csv_table(("receipt", "line_id", "status", "offered_at", "decided_at"), shown)


def _steps(item: AdmissionRound, public: set[str]) -> bytes:
    rows = OfferStep.objects.filter(offer__round=item).order_by("pk")
    fields = (
        "offer__application__receipt__receipt",
        "offer__line__line_id",
        "action",
        "status",
        "reason",
        "taken_by_id",
        "taken_at",
    )
    shown = (row for row in rows.values_list(*fields) if row[0] in public)
    return csv_table(("receipt", "line_id", "action", "status", "reason", "taken_by", "taken_at"), shown)
