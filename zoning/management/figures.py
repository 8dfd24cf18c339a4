"""What a plan's report says, in lines for the terminal: cost, bound and gap, and why there is no lawful plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zoning.engine.judge import Trouble
from zoning.engine.remedies import Change, remedy_in_words


def figures_in_words(told: Mapping[str, Any]) -> str:
    """Return cost and, as far as they are proven, bound and gap; of other weights than ways also what they prove."""
    cost = told["cost_km"]
    words = "no child-km: not every child has a way" if cost is None else f"{cost:.3f} child-km"
    if told.get("lower_bound") is not None:
        words += f"; no lawful plan can have less than {told['lower_bound']:.3f}{_gap(told['gap'])}"
    objective = told.get("objective")
    if objective and "prices_mm" in objective and objective["gap"] is not None:
        name = objective["preset"] or "the weights"
        words += f"; by {name} at most {100 * objective['gap']:.2f} % from the best"
    return words


def ended_in_words(told: Mapping[str, Any], *, was_stopped: bool) -> str:
    """Return the effort that repeats the plan, or why there is none."""
    if told["effort"] is not None:
        return f"effort {told['effort']}"
    return "stopped midway" if was_stopped else "time ran out within a round: no --effort repeats this plan"


def _gap(gap: float | None) -> str:
    return "" if gap is None else f" (gap {100 * gap:.2f} %)"


LEAST = (
    "No lawful plan was found. The plan stored is the one with the least overload; it cannot be published."
)
BROKEN = {
    "school_unknown": "a school that the plan does not know",
    "unit_unknown": "a unit that the data do not know",
    "unit_twice": "a unit in two zones",
    "unit_missing": "a unit without a zone",
    "seats_exceeded": "more children than seats",
    "later_seats_exceeded": "more children than seats in a later entry year",
    "school_outside_zone": "the school stands outside its own zone",
    "zone_cut": "the zone falls into several pieces",
    "lock_broken": "a locked unit was moved",
    "forbidden_used": "a unit has a school that is forbidden to it",
    "too_far": "farther than the distance cap",
}
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Names:
    """Names of zones and of units by code; an empty one where there is none."""

    zones: Mapping[str, str]
    units: Mapping[str, str]

    def zone(self, code: str) -> str:
        return self.zones.get(code) or code

    def listed(self, codes: Sequence[str]) -> tuple[str, ...]:
        return tuple(self.units.get(code) or code for code in codes)


def reasons_in_words(told: Mapping[str, Any], names: Names) -> list[str]:
    """Return why no plan of a stored report is lawful, then which rules this one breaks; names for codes."""
    lines = [_reason(one, names) for one in told["hopeless"]]
    broken = [_broken(one, names) for one in told["violations"]]
    more = [f"... and {len(broken) - SHOWN} more"] if len(broken) > SHOWN else []
    return [*lines, *(_relaxed(one, names) for one in told.get("relax", [])), *broken[:SHOWN], *more]


def _relaxed(one: Mapping[str, Any], names: Names) -> str:
    changes = [
        Change(
            change["code"],
            names.zone(change["zone"]),
            names.listed(change["units"]),
            change["seats"],
            change["metres"],
            change["year"],
        )
        for change in one["changes"]
    ]
    return remedy_in_words(one["kind"], changes, one)


def _reason(one: Mapping[str, Any], names: Names) -> str:
    trouble = Trouble(
        code=one["code"],
        school_id=names.zone(one["zone"]),
        unit_ids=names.listed(one["units"]),
        children=one["children"],
        school_ids=tuple(names.zone(code) for code in one["schools"]),
        seats=one["seats"],
        year=one.get("year", 0),
    )
    return str(trouble)


def _broken(one: Mapping[str, Any], names: Names) -> str:
    units = names.listed(one["units"])
    more = [f"and {len(units) - SHOWN} more"] if len(units) > SHOWN else []
    parts = [
        names.zone(one["zone"]),
        BROKEN.get(one["code"], one["code"]),
        ", ".join([*units[:SHOWN], *more]),
        f"{one['children']} children" if one["children"] else "",
        str(one.get("year", "")),
    ]
    return "Broken: " + " · ".join(part for part in parts if part)
