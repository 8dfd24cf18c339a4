"""Which records are one child: identity numbers first, then decisions, then the score, inside one birth date."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

from geo_data.reconciliation.likeness import plain_name, syllables
from geo_data.reconciliation.records import Decisions, Record, pair
from geo_data.reconciliation.score import Profile, Score, ScoreRule, profile, score
from geo_data.reconciliation.words import CHILD_SOURCES, Source

SAME_NAME = 100


class Link(NamedTuple):
    """How a record came to its child: by identity (100 points), decision (100) or score."""

    record: Record
    how: str
    points: int


class Cluster:
    """The records of one child so far, the strongest first; it grows while a block is put together."""

    __slots__ = ("_profile", "links", "sources")

    def __init__(self, links: list[Link]) -> None:
        self.links = links
        self.sources = {link.record.source for link in links}
        self._profile: Profile | None = None

    @property
    def profile(self) -> Profile:
        """Return what the records say together; made when first asked for, for most clusters are never scored."""
        if self._profile is None:
            self._profile = profile(link.record for link in self.links)
        return self._profile

    @property
    def order(self) -> tuple[int, str, str]:
        """Return what sorts clusters: that of the strongest record."""
        return self.links[0].record.order

    @property
    def lead(self) -> Record:
        """Return the strongest record."""
        return self.links[0].record

    def join(self, other: "Cluster", how: str, points: int) -> None:
        """Take over the records of another cluster."""
        taken = [Link(link.record, how, points) for link in other.links]
        self.links = sorted(self.links + taken, key=lambda link: link.record.order)
        self.sources |= other.sources
        self._profile = None


@dataclass(frozen=True, slots=True)
class Doubt:
    """Two clusters that may be one child; `equals` counts the candidates of the same points, 1 being no tie."""

    first: Cluster
    second: Cluster
    points: int
    equals: int


@dataclass(frozen=True, slots=True)
class _Pair:
    base: Cluster
    other: Cluster
    score: Score


Candidates = Callable[[Sequence[Cluster], Sequence[Cluster]], Iterator[tuple[Cluster, Cluster]]]


def cluster_block(
    records: Iterable[Record], *, decisions: Decisions, rule: ScoreRule, candidates: Candidates | None = None
) -> tuple[tuple[Cluster, ...], tuple[Doubt, ...]]:
    """Return the children of one birth date, strongest record first, and the pairs that somebody must look at.

    1. Records that were decided to be nobody of ours are left out. Records of one identity number are one child,
       whatever else they say. Records decided to be the same child are joined.
    2. Source by source, strongest first, what is not joined yet is held against the children found so far, except
       those that the source knows already and pairs decided to be different.
    3. Of the pairs that are sure, those are joined in which each is the other's only best; then again, until none is
       left. Equal best candidates are a tie: nobody is joined, and the pair is doubtful.
    4. Of what remains at least doubtful, of two that could still be one child, the best candidates are returned.
    5. Two children of the same source are a doubt when names and guardian are the same and all but the numbers
       reaches what is sure: perhaps one child twice. Twins have other names.
    The order of `records` does not matter.
    Source: docs/reconciliation.md (matching).
    """
    levels: dict[Source, list[Cluster]] = defaultdict(list)
    for cluster in _joined_by_number(records, decisions):
        levels[cluster.lead.source].append(cluster)
    find = candidates or sharing_a_syllable
    base: list[Cluster] = []
    doubts: list[Doubt] = []
    for source in CHILD_SOURCES:
        level = levels[source]
        pairs = _scored(find(base, level), decisions, rule) if base and level else []
        joined = _join_best(pairs)
        doubts += _doubts(pairs, joined)
        level = [cluster for cluster in level if id(cluster) not in joined]
        doubts += _perhaps_twice(_of_one_name(level), decisions, rule)
        base += level
    base.sort(key=lambda cluster: cluster.order)
    return tuple(base), tuple(sorted(doubts, key=lambda doubt: (doubt.first.order, doubt.second.order)))


def sharing_a_syllable(
    base: Sequence[Cluster], level: Sequence[Cluster]
) -> Iterator[tuple[Cluster, Cluster]]:
    """Yield the pairs whose names share a syllable: all others share no letter, and their score is never doubtful."""
    by_syllable: dict[str, list[int]] = defaultdict(list)
    for place, cluster in enumerate(base):
        for syllable in _syllables(cluster):
            by_syllable[syllable].append(place)
    for cluster in level:
        places = {place for syllable in _syllables(cluster) for place in by_syllable.get(syllable, ())}
        yield from ((base[place], cluster) for place in sorted(places))


def _syllables(cluster: Cluster) -> set[str]:
    names = {
        plain_name(link.record.name) for link in cluster.links
    }  # most clusters never need the whole profile
    return {syllable for name in names for syllable in syllables(name)}


def _joined_by_number(records: Iterable[Record], decisions: Decisions) -> list[Cluster]:
    ours = sorted(
        (record for record in records if record.key not in decisions.not_ours), key=lambda r: r.order
    )
    groups: dict[str, list[Link]] = {}
    for record in ours:
        group = groups.setdefault(record.identity or f"record {record.key} {record.record}", [])
        group.append(Link(record, "identity", SAME_NAME))
    clusters = [Cluster(links) for links in groups.values()]
    return _joined_by_decision(clusters, decisions) if decisions.same else clusters


def _joined_by_decision(clusters: list[Cluster], decisions: Decisions) -> list[Cluster]:
    holder = {link.record.key: cluster for cluster in clusters for link in cluster.links}
    for a, b in sorted(decisions.same):
        first, second = holder.get(a), holder.get(b)
        if first is None or second is None or first is second:
            continue
        stays, goes = sorted((first, second), key=lambda cluster: cluster.order)
        stays.join(goes, "decision", SAME_NAME)
        for link in goes.links:
            holder[link.record.key] = stays
    return list({id(cluster): cluster for cluster in holder.values()}.values())


def _scored(pairs: Iterable[tuple[Cluster, Cluster]], decisions: Decisions, rule: ScoreRule) -> list[_Pair]:
    scored = []
    for base, other in pairs:
        if base.sources & other.sources or _are_different(base, other, decisions):
            continue
        found = score(base.profile, other.profile, rule)
        if found.points >= rule.doubtful_from:
            scored.append(_Pair(base, other, found))
    return scored


def _join_best(pairs: Sequence[_Pair]) -> set[int]:
    """Join, round by round, sure pairs that are each other's only best; return the ids of the clusters that went.

    Scores are those before the first round: what one round joins does not make the next one surer.
    """
    joined: set[int] = set()
    while True:
        open_pairs = [p for p in pairs if _is_open(p, joined)]
        best: dict[int, list[int]] = defaultdict(list)
        for p in open_pairs:
            best[id(p.base)].append(p.score.points)
            best[id(p.other)].append(p.score.points)
        chosen = [
            p
            for p in open_pairs
            if p.score.is_sure and _only_best(p, best[id(p.base)]) and _only_best(p, best[id(p.other)])
        ]
        if not chosen:
            return joined
        for p in chosen:
            p.base.join(p.other, "score", p.score.points)
            joined.add(id(p.other))


def _is_open(p: _Pair, joined: set[int]) -> bool:
    return id(p.other) not in joined and not p.base.sources & p.other.sources


def _only_best(p: _Pair, points: Sequence[int]) -> bool:
    return max(points) == p.score.points and points.count(p.score.points) == 1


def _doubts(pairs: Sequence[_Pair], joined: set[int]) -> Iterator[Doubt]:
    left: dict[int, list[_Pair]] = defaultdict(list)
    for p in pairs:
        if _is_open(p, joined):
            left[id(p.other)].append(p)
    for rivals in left.values():
        most = max(p.score.points for p in rivals)
        best = [p for p in rivals if p.score.points == most]
        yield from (Doubt(p.base, p.other, most, len(best)) for p in best)


def _of_one_name(level: Sequence[Cluster]) -> Iterator[tuple[Cluster, Cluster]]:
    """Yield the pairs of clusters with a name in common, each once, in order."""
    if len(level) < 2:
        return
    by_name: dict[str, list[Cluster]] = defaultdict(list)
    for cluster in level:
        for name in {plain_name(link.record.name) for link in cluster.links}:
            by_name[name].append(cluster)
    seen: set[tuple[int, int]] = set()
    for bearers in by_name.values():
        for a, b in combinations(sorted(bearers, key=lambda c: c.order) if len(bearers) > 1 else (), 2):
            if (id(a), id(b)) not in seen:
                seen.add((id(a), id(b)))
                yield a, b


def _perhaps_twice(
    pairs: Iterable[tuple[Cluster, Cluster]], decisions: Decisions, rule: ScoreRule
) -> Iterator[Doubt]:
    for a, b in pairs:
        found = score(a.profile, b.profile, rule)
        is_like = found.guardian_agrees and found.without_numbers >= rule.sure_from
        if is_like and not _are_different(a, b, decisions):
            yield Doubt(a, b, found.points, 1)


def _are_different(a: Cluster, b: Cluster, decisions: Decisions) -> bool:
    return bool(decisions.different) and any(
        pair(x.record.key, y.record.key) in decisions.different for x in a.links for y in b.links
    )
