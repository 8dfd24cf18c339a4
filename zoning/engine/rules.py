"""The rules that an officer states for drawing, one by one, and what they mean for a problem and for the check."""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from zoning.engine.problem import Wishes


class RuleKind(StrEnum):
    """What a rule of drawing says.

    LOCK     -- the unit is in the school's zone
    FORBID   -- the unit is not in the school's zone
    ENCLAVE  -- the unit may lie apart in the school's zone; nothing is reached through it
    CAP      -- no unit is in a zone whose schools are all farther than so many metres; with a school it is the cap
                for that school alone, instead of the general one: say where a bus line leads or beds are
    LINK     -- the units count as adjoining, though they do not (a bridge, an underpass)
    NO_LINK  -- the units do not count as adjoining, though they do (a motorway, a river)
    TOWNSHIP -- a unit of one township is in no zone of a school of another
    """

    LOCK = "lock"
    FORBID = "forbid"
    ENCLAVE = "enclave"
    CAP = "cap"
    LINK = "link"
    NO_LINK = "no_link"
    TOWNSHIP = "township"


OF_UNIT_AND_SCHOOL = frozenset({RuleKind.LOCK, RuleKind.FORBID, RuleKind.ENCLAVE})


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: units and school by id where it speaks of any; metres of a cap. Links name the smaller id first."""

    kind: RuleKind
    unit_id: str = ""
    other_unit_id: str = ""
    school_id: str = ""
    metres: int | None = None


def wishes_under(rules: Iterable[Rule], wishes: Wishes) -> Wishes:
    """Return the wishes with what the rules say of units, schools, ways and townships; of two caps alike the shorter.

    Of two locks of one unit the later in the order of schools counts: whoever states rules refuses the second.
    """
    of: dict[RuleKind, list[Rule]] = defaultdict(list)
    for rule in rules:
        of[rule.kind].append(rule)
    pairs = {
        kind: tuple(sorted((rule.unit_id, rule.school_id) for rule in of[kind]))
        for kind in OF_UNIT_AND_SCHOOL
    }
    caps: dict[str, float] = {}
    for rule in of[RuleKind.CAP]:
        metres = math.inf if rule.metres is None else float(rule.metres)
        caps[rule.school_id] = min(caps.get(rule.school_id, metres), metres)
    return replace(
        wishes,
        locked={**wishes.locked, **dict(pairs[RuleKind.LOCK])},
        forbidden=(*wishes.forbidden, *pairs[RuleKind.FORBID]),
        enclaves=(*wishes.enclaves, *pairs[RuleKind.ENCLAVE]),
        distance_cap_m=caps.pop("", wishes.distance_cap_m),
        school_caps_m={**wishes.school_caps_m, **caps},
        townships_kept=wishes.townships_kept or bool(of[RuleKind.TOWNSHIP]),
    )


def adjacency_under(
    rules: Iterable[Rule], adjacency: Collection[tuple[str, str]]
) -> tuple[tuple[str, str], ...]:
    """Return the pairs that adjoin under the rules: those given in their order but the cut ones, then the links.

    A pair that one rule links and another cuts is cut.
    """
    rules = tuple(rules)
    cut, linked = (_pairs(rules, kind) for kind in (RuleKind.NO_LINK, RuleKind.LINK))
    kept = tuple(pair for pair in adjacency if _ordered(*pair) not in cut)
    there = {_ordered(*pair) for pair in kept}
    return (*kept, *sorted(linked - cut - there))


def _pairs(rules: Iterable[Rule], kind: RuleKind) -> set[tuple[str, str]]:
    return {_ordered(rule.unit_id, rule.other_unit_id) for rule in rules if rule.kind is kind}


def _ordered(one: str, other: str) -> tuple[str, str]:
    return min(one, other), max(one, other)
