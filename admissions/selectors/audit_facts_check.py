"""Works category, tier and keys out again from facts and policy, and compares them with what was decided."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from admissions.matching.entries import commitment
from admissions.matching.left_off import late_places
from admissions.matching.ranks import dense_ranks
from admissions.rules.adjustment import Listed, with_adjustment
from admissions.rules.category import Classified, Target, classify
from admissions.rules.dwelling_lock import DwellingUse, enrolment_day, locked_until
from admissions.rules.eligibility import reasons_against
from admissions.rules.facts import FactName, Facts, facts_from_data
from admissions.rules.listing import SchoolLine
from admissions.rules.policy import parse_policy
from admissions.rules.policy_records import PRIVATE_KINDS, LineKind, Policy
from admissions.rules.reason import Reason
from admissions.rules.reserves import SeatsAside, seats_aside, tier_codes
from admissions.rules.twins import drawn_together, group_member, may_be_split
from admissions.rules.vocabulary import PREFERENTIAL_KINDS
from admissions.selectors.csv_tables import csv_rows

Files = Mapping[str, bytes]
Keys = tuple[int, ...]
OPEN_PUBLIC = (LineKind.ZONE, LineKind.MULTI_SCHOOL)
WITHHELD = "withheld"
UNDECIDED = "category_not_decided"
BEHIND_ALL = 1_000_000  # the tier of a child without any category in coordinated placement


@dataclass(frozen=True)
class RoundFacts:
    """The tables of one round, as `audit_bundle_facts` writes them."""

    policy: Policy
    applications: Mapping[str, Mapping[str, str]]
    facts: Mapping[str, Sequence[Mapping[str, Any]]]
    choices: Mapping[str, Sequence[tuple[str, int]]]
    lines: Mapping[str, tuple[str, str]]
    zones: Mapping[str, tuple[str, ...]]
    walks: Mapping[tuple[str, str], int]
    uses: Sequence[Mapping[str, str]]
    derived: dict[str, list[dict[str, Classified]]] = field(default_factory=dict)

    @cached_property
    def on(self) -> date:
        """Return the day on which facts are judged: the day applications close."""
        return self.policy.calendar.closes_at.date()

    @cached_property
    def open_lines(self) -> tuple[str, ...]:
        """Return the open public lines, which the bureau may place at."""
        return tuple(line for line in self.lines if self.kind(line) in OPEN_PUBLIC)

    @cached_property
    def aside(self) -> SeatsAside:
        """Return the reserves of the round; lines that the policy has not are none of them."""
        known = {line.code for line in self.policy.lines}
        lines = {
            line_id: SchoolLine(line_id, rule, school)
            for line_id, (school, rule) in self.lines.items()
            if rule in known
        }
        return seats_aside(self.policy, lines)

    def kind(self, line_id: str) -> LineKind | None:
        """Return what the seats of a line are for; None for one that the policy has not."""
        rule = self.lines[line_id][1]
        return next((line.kind for line in self.policy.lines if line.code == rule), None)

    def judged(self, receipt: str) -> list[dict[str, Classified]]:
        """Return what follows at every line that the child listed: one answer for each value that is kept back."""
        if receipt not in self.derived:
            self.derived[receipt] = [self._at_lines(facts, receipt) for facts in self.possible(receipt)]
        return self.derived[receipt]

    def possible(self, receipt: str) -> list[Facts]:
        """Return the facts of the child; where a value is kept back, one answer for each value it can have."""
        stated = [item for item in self.facts.get(receipt, ()) if item["source"] != WITHHELD]
        found = [stated]
        for hidden in self.facts.get(receipt, ()):
            if hidden["source"] == WITHHELD:
                values: Sequence[object] = (
                    [kind for kind in PREFERENTIAL_KINDS if kind != "none"]
                    if hidden["name"] == FactName.PREFERENTIAL_KIND
                    else [True]
                )
                found = [
                    [*facts, {**hidden, "source": "look_up", "value": value}]
                    for facts in found
                    for value in values
                ]
        return [facts_from_data(facts) for facts in found]

    def lists(
        self, receipt: str, locked: Collection[str]
    ) -> list[tuple[Listed, dict[str, tuple[str, Keys]]]]:
        """Return the child's list as it asks, and (category, (tier, keys...)) at its lines, for each value kept back.

        locked -- the lines whose school the dwelling has used
        """
        return [
            self._list(receipt, facts, derived_standings(found), locked)
            for facts, found in zip(self.possible(receipt), self.judged(receipt), strict=True)
        ]

    def _list(
        self,
        receipt: str,
        facts: Facts,
        derived: Mapping[str, tuple[str, Keys]],
        locked: Collection[str],
    ) -> tuple[Listed, dict[str, tuple[str, Keys]]]:
        stated = {line: keys for line, (_, keys) in derived.items() if line not in locked}
        found = self.aside.with_spilled(stated, lambda line: self._standing(facts, line))
        listed = self.aside.in_order(self.choices.get(receipt, ()), found)
        if self.applications[receipt]["accepts_adjustment"] == "1" and self.policy.private.adjustment:
            rules = {line: rule for line, (_, rule) in self.lines.items()}
            listed, found = with_adjustment(self.policy, rules, listed, found, self._adjustable(facts))
        return listed, {line: (self._category(line, keys[0]), keys) for line, keys in found.items()}

    def _adjustable(self, facts: Facts) -> list[str]:
        """Return the open private lines within the fallback's walk that the rules do not close to the child."""
        cap, unit = self.policy.fallback.distance_cap_metres, facts.text(FactName.DWELLING_UNIT) or ""
        found = [
            (self.walks.get((unit, school), 0), line_id)
            for line_id, (school, _) in self.lines.items()
            if self.kind(line_id) is LineKind.PRIVATE_OPEN
            and all(reason.code == UNDECIDED for reason in self._reasons_against(facts, line_id))
        ]
        return [line_id for metres, line_id in sorted(found) if cap is None or metres <= cap]

    def _reasons_against(self, facts: Facts, line_id: str) -> tuple[Reason, ...]:
        school, rule = self.lines[line_id]
        target = Target(rule, school, None)
        return reasons_against(facts, self.policy, target=target, on=self.on, zone_schools=self.zones)

    def _standing(self, facts: Facts, line_id: str) -> Keys | None:
        classified = self._classify(facts, line_id)
        return None if classified.tier is None else (classified.tier, *classified.keys)

    def _category(self, line_id: str, tier: int) -> str:
        opened = (line for line, reserves in self.aside.spilling.items() if line_id in reserves)
        open_line = next(opened, None)
        rule = self.lines[open_line][1] if open_line else None
        return tier_codes(self.policy, self.lines[line_id][1], rule)[tier - 1]

    def _at_lines(self, facts: Facts, receipt: str) -> dict[str, Classified]:
        return {line_id: self._classify(facts, line_id) for line_id, _ in self.choices.get(receipt, ())}

    def _classify(self, facts: Facts, line_id: str) -> Classified:
        school, rule = self.lines[line_id]
        home = facts.text(FactName.DWELLING_UNIT) or ""
        target = Target(rule, school, self.walks.get((home, school)))
        return classify(facts, self.policy, target=target, on=self.on, zone_schools=self.zones)

    def nearest(self, unit: str, locked: Sequence[str]) -> list[str]:
        """Return the lines within the fallback's walk, nearest first; without locked schools where there are others."""
        cap = self.policy.fallback.distance_cap_metres
        ordered = sorted((self.walks.get((unit, self.lines[line][0]), 0), line) for line in self.open_lines)
        reached = [line for metres, line in ordered if cap is None or metres <= cap]
        schools = {self.lines[line][0] for line in locked}
        return [line for line in reached if self.lines[line][0] not in schools] or reached

    def locks(self, receipt: str, closed_at: datetime) -> dict[str, str]:
        """Return the open public lines whose school the dwelling has used, by what was recorded until then."""
        keys = [
            item["value"] for item in self.facts.get(receipt, ()) if item["name"] == FactName.DWELLING_KEY
        ]
        own = frozenset(self.applications[receipt]["guardians"].split())
        found: dict[str, str] = {}
        for line_id, _ in self.choices.get(receipt, ()):
            if keys and self.kind(line_id) in OPEN_PUBLIC:
                until = locked_until(
                    self._uses_until(closed_at),
                    self.policy.dwelling_lock,
                    dwelling_key=str(keys[0]),
                    school_id=self.lines[line_id][0],
                    guardians=own,
                    on=enrolment_day(self.policy.year),
                )
                found.update({line_id: until.isoformat()} if until else {})
        return found

    def _uses_until(self, closed_at: datetime) -> list[DwellingUse]:
        return [
            DwellingUse(
                row["dwelling"],
                row["school"],
                date.fromisoformat(row["enrolled_on"]),
                frozenset(row["guardians"].split()),
            )
            for row in self.uses
            if row["counts_now"] == "1" and datetime.fromisoformat(row["recorded_at"]) <= closed_at
        ]


def read_round_facts(files: Files, folder: str) -> RoundFacts:
    """Return the tables of a round. Raises ValueError for facts outside the vocabulary."""
    facts: dict[str, list[dict[str, Any]]] = {}
    for row in csv_rows(files[f"{folder}/facts.csv"]):
        value = json.loads(row["value"])
        facts.setdefault(row["receipt"], []).append(
            {**row, "value": value, "expires_on": row["expires_on"] or None}
        )
    choices: dict[str, list[tuple[str, int]]] = {}
    for row in csv_rows(files[f"{folder}/choices.csv"]):
        choices.setdefault(row["receipt"], []).append((row["line_id"], int(row["choice"])))
    zones = csv_rows(files[f"{folder}/zones.csv"])
    walks = csv_rows(files[f"{folder}/walks.csv"])
    return RoundFacts(
        policy=parse_policy(json.loads(files[f"{folder}/policy.json"])),
        applications={row["receipt"]: row for row in csv_rows(files[f"{folder}/applications.csv"])},
        facts=facts,
        choices=choices,
        lines={
            row["line_id"]: (row["school"], row["rule"]) for row in csv_rows(files[f"{folder}/lines.csv"])
        },
        zones={row["unit"]: tuple(row["schools"].split()) for row in zones},
        walks={(row["unit"], row["school"]): int(row["metres"]) for row in walks},
        uses=csv_rows(files[f"{folder}/dwelling_uses.csv"]),
    )


def application_faults(round_facts: RoundFacts) -> Iterator[str]:
    """Yield every stored category that does not follow, receipts with facts and no application, and missing walks."""
    schools = {school for school, _ in round_facts.lines.values()}
    for unit in sorted({row["unit"] for row in round_facts.applications.values()} & {*round_facts.zones}):
        if any((unit, school) not in round_facts.walks for school in schools):
            yield f"缺少单元 {unit} 的步行距离 / walks from unit {unit} are missing"
    for receipt in sorted({*round_facts.facts, *round_facts.choices} - {*round_facts.applications}):
        yield f"{receipt} 有事实而无报名 / facts of a receipt without an application"
    for receipt, row in round_facts.applications.items():
        public = [
            line_id
            for line_id, _ in round_facts.choices.get(receipt, ())
            if round_facts.kind(line_id) not in PRIVATE_KINDS
        ]
        stored = (row["category"], row["tier"])
        if stored not in [_category_at(found, public) for found in round_facts.judged(receipt)]:
            yield f"{receipt} 的类别或顺位不能由事实和政策得出 / category and tier do not follow from its facts"


def _category_at(found: Mapping[str, Classified], public: Sequence[str]) -> tuple[str, str]:
    """Return what an application shows: the category at the last public line that it listed."""
    if not public:
        return "", ""
    last = found[public[-1]]
    return last.category or "", "" if last.tier is None else str(last.tier)


def list_fact_faults(files: Files, folder: str, round_facts: RoundFacts, left_off: set[str]) -> Iterator[str]:
    """Yield everything on a closed list that does not follow from facts, policy, zones and dwelling uses.

    left_off -- receipts that were added after the draw: nobody else may be missing
    """
    entries = {item["receipt"]: item for item in json.loads(files[f"{folder}/entry_list.json"])["entries"]}
    accepted = {r for r, row in round_facts.applications.items() if row["status"] == "accepted"}
    for receipt in sorted(accepted - {*entries} - left_off):
        yield f"{receipt} 已通过审核却不在名单上 / accepted and not on the list"
    for receipt in sorted({*entries} - accepted):
        yield f"{receipt} 在名单上而没有通过审核的报名 / on the list without an accepted application"
    behind = {row["receipt"]: row for row in csv_rows(files[f"{folder}/behind_ranks.csv"])}
    closed_at = datetime.fromisoformat(json.loads(files[f"{folder}/list.json"])["closed_at"])
    standings = standing_rows(files, folder)
    known = sorted({*entries} & accepted)
    for receipt in known:
        locked = dict(pair.split("=") for pair in behind[receipt]["locked"].split())
        yield from _child_faults(receipt, round_facts, standings.get(receipt, {}), locked)
        if locked != round_facts.locks(receipt, closed_at):
            yield f"{receipt} 的住房锁定与使用记录不符 / dwelling locks do not follow from the recorded uses"
        yield from _choice_faults(receipt, entries[receipt], round_facts, locked)
        yield from _fallback_faults(receipt, entries[receipt], round_facts, behind[receipt]["salt"], locked)
    yield from _group_faults(entries, round_facts, known)
    yield from _order_faults(entries, round_facts, standings, known)


def standing_rows(files: Files, folder: str) -> dict[str, dict[str, tuple[str, Keys]]]:
    """Return (category, (tier, keys...)) by receipt and line, as decided at closing."""
    found: dict[str, dict[str, tuple[str, Keys]]] = {}
    for row in csv_rows(files[f"{folder}/standings.csv"]):
        keys = (int(row["tier"]), *map(int, row["keys"].split()))
        found.setdefault(row["receipt"], {})[row["line_id"]] = (row["category"], keys)
    return found


def derived_standings(found: Mapping[str, Classified]) -> dict[str, tuple[str, Keys]]:
    """Return the same as it follows from facts: lines at which the child has a category."""
    return {
        line_id: (item.category or "", (item.tier, *item.keys))
        for line_id, item in found.items()
        if item.tier is not None
    }


def _child_faults(
    receipt: str,
    round_facts: RoundFacts,
    stored: Mapping[str, tuple[str, Keys]],
    locked: Mapping[str, str],
) -> Iterator[str]:
    if stored not in [standings for _, standings in round_facts.lists(receipt, locked)]:
        yield f"{receipt} 的类别、顺位或排序值不能由事实得出 / category, tier or key does not follow from its facts"


def _choice_faults(
    receipt: str, entry: Mapping[str, Any], round_facts: RoundFacts, locked: Collection[str]
) -> Iterator[str]:
    listed = tuple((line, choice) for line, choice, *_ in entry["choices"])
    if listed not in [found for found, _ in round_facts.lists(receipt, locked)]:
        yield f"{receipt} 名单上的志愿与所报的不符 / the choices on the list are not those of the family"


def _fallback_faults(
    receipt: str,
    entry: Mapping[str, Any],
    round_facts: RoundFacts,
    salt: str,
    locked: Mapping[str, str],
) -> Iterator[str]:
    row = round_facts.applications[receipt]
    if row["accepts_coordination"] != "1":
        if entry["fallback_rank"] is not None or entry["fallback_commitment"] is not None:
            yield f"{receipt} 不接受统筹却列入统筹 / refuses coordinated placement and is listed for it"
        return
    lines = round_facts.nearest(row["unit"], sorted(locked))
    if entry["fallback_commitment"] != commitment(salt, lines):
        yield f"{receipt} 的就近学校承诺不能打开 / the commitment to its nearest lines does not open"


def _group_faults(
    entries: Mapping[str, Any],
    round_facts: RoundFacts,
    known: Sequence[str],
) -> Iterator[str]:
    members = [
        group_member(
            receipt,
            round_facts.possible(receipt)[0],
            tuple((line, choice) for line, choice, *_ in entries[receipt]["choices"]),
            split_allowed=round_facts.applications[receipt]["split_allowed"] == "1",
        )
        for receipt in known
    ]
    groups, split = drawn_together(members), may_be_split(members)
    for member in members:
        receipt = member.receipt
        if member.group_code != round_facts.applications[receipt]["group"]:
            yield f"{receipt} 的多胞胎组没有证明 / the twin group of the application is not the one that is proved"
        if (entries[receipt]["group"], entries[receipt]["split_allowed"]) != (
            groups.get(receipt),
            split[receipt],
        ):
            yield f"{receipt} 的多胞胎组与报名不符 / the twin group is not the one of the application"


def _order_faults(
    entries: Mapping[str, Any],
    round_facts: RoundFacts,
    standings: Mapping[str, Mapping[str, tuple[str, Keys]]],
    known: Sequence[str],
) -> Iterator[str]:
    """Compare the order of coordinated placement with the tiers; the published number is dense over the whole list."""
    tiers = [(_fallback_tier(receipt, round_facts, standings.get(receipt, {})),) for receipt in known]
    for receipt, rank in zip(known, dense_ranks(tiers), strict=True):
        if entries[receipt]["fallback_rank"] not in (None, rank):
            yield f"{receipt} 的统筹次序不是其顺位的次序 / the order of coordinated placement is not that of its tier"


def _fallback_tier(receipt: str, round_facts: RoundFacts, stored: Mapping[str, tuple[str, Keys]]) -> int:
    """Return the tier at the last public line chosen, locked or not."""
    derived = derived_standings(round_facts.judged(receipt)[0])
    chosen = [line for line, _ in round_facts.choices.get(receipt, ())]
    public = [line for line in chosen if round_facts.kind(line) not in PRIVATE_KINDS]
    tiers = [
        (stored.get(line) or derived[line])[1][0] for line in public if line in stored or line in derived
    ]
    return tiers[-1] if tiers else BEHIND_ALL


def left_off_faults(files: Files, folder: str, round_facts: RoundFacts) -> Iterator[str]:
    """Yield every child left off whose keys, or whose places on the published scales, do not follow."""
    plan = json.loads(files[f"{folder}/round.json"])
    losing = {
        line for stage in plan["stages"] if stage["losers"] == "same_class_last" for line in stage["line_ids"]
    }
    at_line: dict[str, list[Keys]] = {}
    for lines in standing_rows(files, folder).values():
        for line_id, (_, keys) in lines.items():
            at_line.setdefault(line_id, []).append(keys)
    for row in json.loads(files[f"{folder}/left_off.json"]):
        receipt, stored = row["receipt"], {line: tuple(keys) for line, keys in row["standings"].items()}
        locked = round_facts.locks(receipt, datetime.fromisoformat(row["added_at"]))
        ways = [
            (listed, {line: keys for line, (_, keys) in found.items()})
            for listed, found in round_facts.lists(receipt, locked)
        ]
        if stored not in [found for _, found in ways]:
            yield f"{receipt}（补登）的排序值不能由事实得出 / keys of a child left off do not follow from its facts"
        numbers = next((dict(listed) for listed, found in ways if found == stored), {})
        expected = [
            [
                line,
                numbers.get(line),
                *map(list, late_places(keys, at_line.get(line, []), losers_last=line in losing)),
            ]
            for line, keys in stored.items()
        ]
        if sorted(row["entry"]["choices"]) != sorted(expected):
            yield f"{receipt}（补登）的位置不能由排序值得出 / a child left off does not stand where its keys put it"
