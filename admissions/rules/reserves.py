"""Seats set aside: which open line they belong to, which seats are asked for first, and who takes what is left free."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from admissions.rules.clauses import NO_REFUSAL_SPECIAL
from admissions.rules.listing import SchoolLine
from admissions.rules.policy_records import (
    PRIVATE_KINDS,
    LineKind,
    PlanLine,
    Policy,
    Precedence,
    TicketScope,
    Title,
)
from admissions.rules.reading import Fault
from admissions.rules.stages import RESERVED_KINDS
from admissions.rules.synchronized import COUNTY_TITLES, tiers_of

OPEN_KINDS = (LineKind.ZONE, LineKind.MULTI_SCHOOL, LineKind.PRIVATE_OPEN)
SET_ASIDE_KINDS = (
    LineKind.PREFERENTIAL_RESERVE,
    LineKind.STAFF,
    LineKind.MIGRANT_POINTS,
    LineKind.PRIVATE_OWN_PUPILS,
)
ADJUSTMENT = "adjustment"  # the tier of children who come to an open private line by docs/rules/adjustment.md
Standing = tuple[int, ...]
"""(tier, keys...), smaller first."""

# The order in which the lines of one school are asked.
BEFORE_OPEN, OPEN, AFTER_OPEN, AS_OTHERS = range(4)


def open_lines_of(policy: Policy, line: PlanLine) -> tuple[str, ...]:
    """Return the codes of the open lines from which the line's seats may be cut, in the order of the policy.

    Source: docs/rules/reserves.md.
    """
    named = line.reserve.of if line.reserve else ()
    is_private = line.kind in PRIVATE_KINDS
    return tuple(
        item.code
        for item in policy.lines
        if item.kind in OPEN_KINDS
        and (item.kind in PRIVATE_KINDS) is is_private
        and (not named or item.code in named)
    )


def share_of(share_percent: int, planned_intake: int) -> int:
    """Return the seats of a share, rounded down: a reserve never takes more of the open seats than was written.

    Source: docs/rules/reserves.md.
    """
    return planned_intake * share_percent // 100


def own_tiers(line: PlanLine) -> int:
    """Return how many tiers the line has of its own; who comes by a seat that spills stands behind them all.

    Source: docs/rules/reserves.md.
    """
    return len(tiers_of(line))


@dataclass(frozen=True, slots=True)
class SeatsAside:
    """The reserves of a round, as its policy states them.

    lines    -- of the round by line id
    spilling -- by open line id: the reserves of the same school whose seats spill to it, in the order of the policy
    """

    policy: Policy
    lines: Mapping[str, SchoolLine]
    spilling: Mapping[str, tuple[str, ...]]

    def with_spilled(
        self, standings: Mapping[str, Standing], own: Callable[[str], Standing | None]
    ) -> dict[str, Standing]:
        """Return where the child stands, together with the reserves whose seats may spill to it.

        standings -- at the lines that it listed and may compete for, open lines among them
        own       -- its standing at a reserve by the reserve's own categories, None without one
        A child that stands at the open line of a school stands at the reserve of the school too: by its own claim
        if it has one, else behind all who have, in the order of the open line.
        Source: docs/rules/reserves.md.
        """
        found = dict(standings)
        for open_id in standings:
            for reserve_id in self.spilling.get(open_id, ()):
                if reserve_id not in found:
                    reserve = self.policy.line(self.lines[reserve_id].rule)
                    tier, *keys = standings[open_id]
                    found[reserve_id] = own(reserve_id) or (own_tiers(reserve) + tier, *keys)
        return found

    def in_order(
        self, chosen: Iterable[tuple[str, int]], standings: Mapping[str, Standing]
    ) -> tuple[tuple[str, int], ...]:
        """Return (line id, choice) as the child asks: `standings` holds every line where it competes.

        1. Choices in the family's order; a reserve belongs to the choice of its open line.
        2. At a school: seats set aside for the child (all but those stated `open_first`), the open seats, those stated
           `open_first`, and last the reserves that only spill to it; each in the order of the policy.
        A policy that states no reserve leaves the list as it was written.
        Source: docs/rules/reserves.md.
        """
        numbers = dict(chosen)
        if not any(line.reserve for line in self.policy.lines):
            return tuple((line_id, number) for line_id, number in numbers.items() if line_id in standings)
        for open_id, reserve_ids in self.spilling.items():
            if open_id in numbers:
                numbers.update({name: numbers[open_id] for name in reserve_ids if name not in numbers})
        places = {line.code: place for place, line in enumerate(self.policy.lines)}
        asked = sorted(
            (number, self._turn(line_id, standings[line_id]), places[self.lines[line_id].rule], line_id)
            for line_id, number in numbers.items()
            if line_id in standings
        )
        return tuple((line_id, number) for number, _, _, line_id in asked)

    def is_other(self, line_id: str, standing: Standing) -> bool:
        """Say whether the child stands at the reserve only because its seats may spill.

        Source: docs/rules/reserves.md.
        """
        return standing[0] > own_tiers(self.policy.line(self.lines[line_id].rule))

    def _turn(self, line_id: str, standing: Standing) -> int:
        line = self.policy.line(self.lines[line_id].rule)
        if line.reserve is None:
            first = (*RESERVED_KINDS, LineKind.PRIVATE_OWN_PUPILS)
            return BEFORE_OPEN if line.kind in first else OPEN
        if self.is_other(line_id, standing):
            return AS_OTHERS
        return BEFORE_OPEN if line.reserve.precedence is Precedence.RESERVE_FIRST else AFTER_OPEN


def seats_aside(policy: Policy, lines: Mapping[str, SchoolLine]) -> SeatsAside:
    """Return the reserves of a round with these lines.

    Source: docs/rules/reserves.md.
    """
    spilling: dict[str, list[str]] = {}
    for rule in policy.lines:
        if rule.reserve is None or not rule.reserve.spills:
            continue
        codes = open_lines_of(policy, rule)
        open_at = {line.school_id: line.line_id for line in lines.values() if line.rule in codes}
        for line in sorted(lines.values(), key=lambda item: item.line_id):
            if line.rule == rule.code and line.school_id in open_at:
                spilling.setdefault(open_at[line.school_id], []).append(line.line_id)
    return SeatsAside(policy, lines, {name: tuple(found) for name, found in spilling.items()})


def tier_codes(policy: Policy, rule: str, open_rule: str | None) -> tuple[str, ...]:
    """Return the code of every tier of a line, 1 first: those of its own, and behind, who comes by the rules.

    Behind a reserve that spills stand the tiers of the open line, behind an open private line who accepts adjustment.
    open_rule -- the line of the policy that its seats were cut from in this round, None without one
    Source: docs/rules/reserves.md.
    """
    line = policy.line(rule)
    codes = tiers_of(line)
    if line.kind is LineKind.PRIVATE_OPEN and policy.private.adjustment:
        return (*codes, ADJUSTMENT)
    if open_rule is None or line.reserve is None or not line.reserve.spills:
        return codes
    return (*codes, *tiers_of(policy.line(open_rule)))


def tier_titles(policy: Policy, rule: str, open_rule: str | None) -> tuple[Title, ...]:
    """Return the title of every tier of a line, 1 first, in the order of `tier_codes`.

    Source: docs/rules/reserves.md.
    """
    titles = {item.code: item.title for item in (*policy.lines, policy.line(rule))}
    titles |= {item.code: item.title for item in policy.categories}
    titles |= {code: title for code, title in COUNTY_TITLES.items() if code not in titles}
    titles.setdefault(ADJUSTMENT, Title("服从调剂", "By adjustment"))
    return tuple(titles[code] for code in tier_codes(policy, rule, open_rule))


def reserve_words(policy: Policy, line: PlanLine) -> Title | None:
    """Return in words how the line's reserve is asked for; None where the policy does not state it.

    Source: docs/rules/reserves.md.
    """
    if line.reserve is None:
        return None
    opened = [policy.line(code).title for code in open_lines_of(policy, line)]
    share = line.reserve.share_percent
    zh = f"{line.title.zh}：从{'、'.join(item.zh for item in opened)}中预留"
    en = f"{line.title.en}: set aside from {', '.join(item.en for item in opened)}"
    zh += f"，计划的 {share}%（不足一人舍去）" if share else ""
    en += f", {share} percent of the plan, rounded down" if share else ""
    is_first = line.reserve.precedence is Precedence.RESERVE_FIRST
    zh += "；先用预留学位，再用公开学位" if is_first else "；先用公开学位，再用预留学位"
    en += "; reserved seats are asked for first" if is_first else "; open seats are asked for first"
    zh += "；没有用完的给其他孩子" if line.reserve.spills else "；没有用完的不给其他孩子"
    en += "; seats left free go to the others" if line.reserve.spills else "; seats left free stay free"
    return Title(zh, en)


def reserve_faults(policy: Policy) -> Iterator[Fault]:
    """Yield what is wrong with the reserves that a policy states, each at its path.

    Source: docs/rules/reserves.md.
    """
    for index, line in enumerate(policy.lines):
        if line.reserve is None:
            continue
        path = f"lines[{index}].reserve"
        if line.kind is LineKind.SPECIAL_NEEDS:
            yield Fault(
                path, "places for special needs are given before and outside the draw", NO_REFUSAL_SPECIAL.en
            )
        elif line.kind not in SET_ASIDE_KINDS:
            yield Fault(path, "an open line is not set aside from another")
        else:
            yield from _of_faults(policy, line, path)
        if line.reserve.spills and policy.tickets is TicketScope.LINE:
            yield Fault(
                f"{path}.spills", "needs one ticket for the reserve and the open line, but tickets is line"
            )
    yield from _share_faults(policy)


def _of_faults(policy: Policy, line: PlanLine, path: str) -> Iterator[Fault]:
    named = line.reserve.of if line.reserve else ()
    known = {item.code: item.kind for item in policy.lines}
    for place, code in enumerate(named):
        at = f"{path}.of[{place}]"
        if code not in known:
            yield Fault(at, f"{code} is not a line of this policy")
        elif known[code] not in OPEN_KINDS:
            yield Fault(at, f"{code} is not an open line")
        elif (known[code] in PRIVATE_KINDS) is not (line.kind in PRIVATE_KINDS):
            yield Fault(at, f"{code} is of the other track, public or private")
        elif code in named[:place]:
            yield Fault(at, f"{code} is named twice")
    if not named and not open_lines_of(policy, line):
        yield Fault(f"{path}.of", "the policy has no open line of the same track")


def _share_faults(policy: Policy) -> Iterator[Fault]:
    taken: dict[str, int] = {}
    for index, line in enumerate(policy.lines):
        share = line.reserve.share_percent if line.reserve else None
        for code in open_lines_of(policy, line) if share else ():
            taken[code] = taken.get(code, 0) + (share or 0)
            if taken[code] > 100:
                yield Fault(
                    f"lines[{index}].reserve.share_percent",
                    f"the shares taken from {code} come to {taken[code]} percent",
                )
