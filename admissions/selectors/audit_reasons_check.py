"""Works out again what the public bundle keeps back of reasons and cut-offs: the tiers behind them."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from admissions.selectors.audit_earlier_lists import is_of_earlier_version
from admissions.selectors.bundles import unzip_files
from admissions.selectors.csv_tables import csv_rows

Files = Mapping[str, bytes]
BID = tuple[str, str]
KEPT_BACK = "rank_below_cutoff"


@dataclass(frozen=True, slots=True)
class _Drawn:
    """What the draw published, and the tiers that stand behind it."""

    tiers: Mapping[BID, int]
    public: Mapping[BID, str]
    cutoffs: Mapping[str, Mapping[str, str]]
    last_tier: Mapping[str, int]


def reason_faults(files: Files, folder: str) -> Iterator[str]:
    """Yield every reason and cut-off of a drawn list that does not follow from its standings and its bundle.

    folder -- of the list. A reason told to a family names its tier where the public one does not: it failed by category
    when its tier is not that of the last child admitted, else by what is compared inside the category.
    Source: docs/audit-bundle.md.
    """
    drawn = _drawn(files, folder)
    yield from _cutoff_faults(
        drawn, csv_rows(files[f"{folder}/cutoffs.csv"]), is_of_earlier_version(files, folder)
    )
    told = {
        (row["receipt"], row["line_id"]): row["reason"] for row in csv_rows(files[f"{folder}/reasons.csv"])
    }
    locked = _locked(files, folder)
    for bid in sorted(told.keys() | drawn.public.keys()):
        due = _due(bid, drawn, locked)
        if told.get(bid) != due:
            yield f"{bid[0]} 在 {bid[1]} 的理由是 {told.get(bid)}，应为 {due} / the reason should be {due}"


def _drawn(files: Files, folder: str) -> _Drawn:
    bundle = unzip_files(files[f"{folder}/draw.zip"])
    tiers = {
        (row["receipt"], row["line_id"]): int(row["tier"])
        for row in csv_rows(files[f"{folder}/standings.csv"])
    }
    public = {(row["receipt"], row["line_id"]): row["reason"] for row in csv_rows(bundle["reasons.csv"])}
    cutoffs = {row["line_id"]: row for row in csv_rows(bundle["cutoffs.csv"])}
    return _Drawn(tiers, public, cutoffs, dict(_last_tiers(bundle, tiers, public, cutoffs)))


def _last_tiers(
    bundle: Files,
    tiers: Mapping[BID, int],
    public: Mapping[BID, str],
    cutoffs: Mapping[str, Mapping[str, str]],
) -> Iterator[tuple[str, int]]:
    """Yield the tier of the last child admitted at every full line: the one that drew the cut-off's ticket."""
    entries = {entry["receipt"]: entry for entry in json.loads(bundle["entry_list.json"])["entries"]}
    drawn = {(row["receipt"], row["urn"]): row["ticket"] for row in csv_rows(bundle["tickets.csv"])}
    scope = json.loads(bundle["entry_list.json"])["ticket_scope"]
    tracks = {line["line_id"]: line["track"] for line in json.loads(bundle["round.json"])["lines"]}
    for (receipt, line), reason in public.items():
        if reason == "admitted" and cutoffs[line]["ticket"]:
            urn = {"track": tracks[line], "round": "all", "line": line}[scope]
            ranks = {choice[0]: choice[2:] for choice in entries[receipt]["choices"]}
            is_last = drawn[receipt, urn] == cutoffs[line]["ticket"] and _counted(
                ranks[line], cutoffs[line]["rank"]
            )
            if is_last:
                yield line, tiers[receipt, line]


def _counted(ranks: list[int], rank: str) -> bool:
    """Say whether the rank of the cut-off can be this child's: as listed, after a lost draw, or behind all others."""
    return int(rank) in ranks or int(rank) > max(ranks)


def _locked(files: Files, folder: str) -> set[BID]:
    rows = csv_rows(files[f"{folder}/behind_ranks.csv"])
    return {(row["receipt"], item.split("=")[0]) for row in rows for item in row["locked"].split()}


def _due(bid: BID, drawn: _Drawn, locked: set[BID]) -> str:
    """Return the reason that follows."""
    public = drawn.public.get(bid)
    if public is None:
        return "dwelling_locked" if bid in locked else "not_eligible"
    if public != KEPT_BACK:
        return public
    same = drawn.tiers.get(bid) == drawn.last_tier.get(bid[1])
    return "same_category_key_below" if same else "category_below_cutoff"


def _cutoff_faults(drawn: _Drawn, rows: Sequence[Mapping[str, str]], is_earlier: bool) -> Iterator[str]:
    """Compare the cut-offs; a list of an earlier version has no applicants by tier, at no line."""
    counted: dict[str, Counter[int]] = {}
    for (_, line), tier in drawn.tiers.items():
        counted.setdefault(line, Counter())[tier] += 1
    told = {row["line_id"]: row for row in rows}
    by_tier_recorded = not is_earlier or any(row.get("by_tier") for row in rows)
    for line in sorted(told.keys() | drawn.cutoffs.keys()):
        by_tier = " ".join(
            f"{tier}:{number}" for tier, number in sorted(counted.get(line, Counter()).items())
        )
        last = drawn.last_tier.get(line)
        due = {**drawn.cutoffs.get(line, {}), "tier": "" if last is None else str(last)}
        due |= {"by_tier": by_tier} if by_tier_recorded else {}
        wrong = sorted(name for name, value in due.items() if told.get(line, {}).get(name) != value)
        if wrong:
            yield f"{line} 的录取线不符 / the cut-off is not what was drawn: {', '.join(wrong)}"
