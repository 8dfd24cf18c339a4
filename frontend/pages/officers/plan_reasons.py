"""Why a plan breaks rules and why none is lawful, with names instead of codes."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.functional import Promise

from frontend.pages.words import CHANGES, KINDS, OBSTACLES, UNTOLD, VIOLATIONS
from zoning.models import PlanOrigin, ZonePlan
from zoning.selectors.plans import unit_names, zone_names

SHOWN_UNITS = 8
SHOWN_FAULTS = 20
OF_A_UNIT_AND_SCHOOL = frozenset({"lock", "forbid"})
NO_PROOF = "none_found"  # a sentence of the page says it


def plan_reasons(plan: ZonePlan) -> dict[str, Any]:
    """Return what the page says of a plan that breaks rules: why none is lawful first, then what this one breaks.

    is_least -- it was drawn and is the plan with the least overload; is_proven -- no plan at all is lawful
    relax -- what to change so that a plan can be lawful
    """
    if plan.lawful:
        return {}
    hopeless = plan.report.get("hopeless", [])
    broken = reasons_named(plan, plan.report.get("violations", []), VIOLATIONS)
    return {
        "is_least": plan.origin == PlanOrigin.DRAWN,
        "is_proven": any(one["code"] != NO_PROOF for one in hopeless),
        "hopeless": reasons_named(plan, hopeless, OBSTACLES),
        "relax": [_remedy(plan, one) for one in plan.report.get("relax", [])],
        "broken": broken[:SHOWN_FAULTS],
        "more": max(len(broken) - SHOWN_FAULTS, 0),
    }


def _remedy(plan: ZonePlan, told: Mapping[str, Any]) -> dict[str, Any]:
    """Return changes in words, and how sure it is that they are enough and that nothing less is."""
    zones, units = zone_names(plan), unit_names(plan)
    changes = [
        CHANGES[change["code"]]
        % {
            **change,
            "zone": zones.get(change["zone"]) or change["zone"],
            "units": "、".join(units.get(code) or code for code in change["units"]),
        }
        for change in of_one_school(told["changes"])
    ]
    return {
        "changes": changes[:SHOWN_FAULTS],
        "more": max(len(changes) - SHOWN_FAULTS, 0),
        "least": 0 if told["is_smallest"] else told["least"],
        "is_smallest": told["is_smallest"],
        "none_spare": told.get("none_spare", False),  # plans drawn before do not say
        "plan_found": told["plan_found"],
        "untold": _untold(told),
    }


def of_one_school(changes: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the changes, those of one kind that let units into or out of one zone as one with all the units."""
    told: dict[tuple[Any, ...], Mapping[str, Any]] = {}
    for number, one in enumerate(changes):
        key = (one["code"], one["zone"]) if one["code"] in OF_A_UNIT_AND_SCHOOL else (number,)
        known = told.get(key, {}).get("units", [])
        told[key] = {**one, "units": [*known, *one["units"]]}
    return list(told.values())


def _untold(told: Mapping[str, Any]) -> str:
    """Return why no changes of the kind are told, "" where there are some."""
    why = told.get("untold")
    return UNTOLD[why] % {"kind": KINDS[told["kind"]]} if why else ""


def reasons_named(
    plan: ZonePlan, reasons: Iterable[Mapping[str, Any]], words: Mapping[str, Promise]
) -> list[dict[str, Any]]:
    """Return the reasons in words, for officers/reasons.html; what many places have in common is said once."""
    zones, units = zone_names(plan), unit_names(plan)
    told: dict[tuple[Any, ...], dict[str, Any]] = {}
    for number, one in enumerate(reasons):
        if one["code"] == NO_PROOF:
            continue
        seats, year, schools = one.get("seats", 0), one.get("year"), one.get("schools", [])
        alone = number if seats else None  # children of one place cannot be set against the seats of another
        said = told.setdefault(
            (one["code"], one["zone"], *schools, year, alone),
            {
                "words": words.get(one["code"], one["code"]),
                "zone": zones.get(one["zone"]) or one["zone"],
                "schools": [zones.get(code) or code for code in schools],
                "units": [],
                "children": 0,
                "seats": seats,
                "year": year,
            },
        )
        said["units"] += [units.get(code) or code for code in one["units"]]
        said["children"] += one["children"]
    return [
        {**said, "units": said["units"][:SHOWN_UNITS], "rest": said["units"][SHOWN_UNITS:]}
        for said in told.values()
    ]
