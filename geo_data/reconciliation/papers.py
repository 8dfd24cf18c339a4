"""Permits, titles and rentals, and which of them are a child's. Source: docs/reconciliation.md (papers)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from geo_data.reconciliation.facts import Facts
from geo_data.reconciliation.records import Paper, Record
from geo_data.reconciliation.words import Source


@dataclass(frozen=True, slots=True)
class PaperIndex:
    """Papers by the number of their holder, and by dwelling.

    numbers_at -- key of an address -> key of the one property number that papers state there; "" where they state
                  several, so that the address is more than one dwelling
    """

    by_holder: Mapping[str, Sequence[Paper]] = field(default_factory=dict)
    by_property: Mapping[str, Sequence[Paper]] = field(default_factory=dict)
    numbers_at: Mapping[str, str] = field(default_factory=dict)

    def dwelling_of(self, key: str) -> str:
        """Return the one key of a dwelling, however it was told. Source: docs/reconciliation.md (dwellings)."""
        return self.numbers_at.get(key, key)


NO_PAPERS = PaperIndex()


def index_papers(papers: Iterable[Paper], numbers_at: Mapping[str, str] | None = None) -> PaperIndex:
    """Return the papers so that children find them; the order of `papers` does not matter."""
    by_holder: dict[str, list[Paper]] = defaultdict(list)
    by_property: dict[str, list[Paper]] = defaultdict(list)
    for paper in papers:
        by_holder[paper.identity].append(paper)
        if paper.property_key:
            by_property[paper.property_key].append(paper)
    return PaperIndex(by_holder, by_property, numbers_at or {})


def papers_of(
    records: Sequence[Record], index: PaperIndex, overruled: frozenset[str]
) -> list[tuple[Paper, str]]:
    """Return the papers of the child, by its own number, its guardians' numbers, then the dwelling; each once.

    records   -- of the child
    overruled -- keyed numbers of which officers said that they are not the guardian's
    Each comes with the way by which it was found: identity, guardian or property.
    Source: docs/reconciliation.md (papers).
    """
    if not index.by_holder:
        return []
    found: dict[str, tuple[Paper, str]] = {}
    guardians = {number for record in records for _, number in record.guardians}
    ways = (
        ("identity", index.by_holder, {record.identity for record in records}),
        ("guardian", index.by_holder, guardians - overruled),
        ("property", index.by_property, {index.dwelling_of(record.property_key) for record in records}),
    )
    for how, papers, keys in ways:
        for paper in (paper for key in sorted(keys) if key for paper in papers.get(key, ())):
            found.setdefault(paper.record, (paper, how))
    return sorted(found.values(), key=lambda held: held[0].order)


def with_holder(paper: Paper, records: Sequence[Record]) -> Paper:
    """Return the paper with what it says of the child: a permit, whether the child or a guardian holds it."""
    if paper.source is not Source.PERMITS or not paper.facts.values:
        return paper
    is_own = any(record.identity == paper.identity for record in records)
    first = next(group for group in paper.facts.groups if group["values"])
    holder = {**first, "values": {"permit_holder": "child" if is_own else "guardian"}}
    return replace(paper, facts=Facts((*paper.facts.groups, holder)))
