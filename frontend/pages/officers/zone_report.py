"""What zones of an earlier year come to on today's units, as a page shows it; and what an officer decides there."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from frontend.pages.zone_words import OUTCOMES, REASONS, STANDINGS, TAGS
from zoning.engine.shares import Standing
from zoning.selectors.earlier_zones import EarlierZones

SHOWN_CANDIDATES = 10
SHOWN_BESIDE = 50
UNIT = "unit-"


def decided_units(request: HttpRequest, zones: EarlierZones) -> dict[str, str]:
    """Return unit -> zone, as the officer chose for units that are undecided."""
    asked = {unit: request.POST.get(f"{UNIT}{unit}", "") for unit in zones.undecided}
    return {unit: zone for unit, zone in asked.items() if zone in zones.schools}


def report_of(zones: EarlierZones, decided: Mapping[str, str]) -> dict[str, Any]:
    """Return what the report's template shows."""
    open_units = [one for one in zones.standings if one.standing is not Standing.CLEAN]
    return {
        "zones": zones,
        "counts": [(STANDINGS[standing], count) for standing, count in zones.counts.items()],
        "phrases": _phrases(zones),
        "units": [
            {
                "code": one.unit_id,
                "name": zones.names[one.unit_id],
                "standing": STANDINGS[one.standing],
                "shares": [(zone, share / 10) for zone, share in one.shares],
                "field": UNIT + one.unit_id,
                "zone": one.zone,
                "chosen": decided.get(one.unit_id, ""),
            }
            for one in open_units
        ],
        "beside": [zones.names[unit] for unit in zones.beside[:SHOWN_BESIDE]],
        "beside_more": max(0, len(zones.beside) - SHOWN_BESIDE),
        "notes": zones.findings,
        "undecided": len(set(zones.undecided) - set(decided)),
    }


def _phrases(zones: EarlierZones) -> list[dict[str, Any]]:
    """Return the phrases of every zone; those that need a look come first."""
    weight = {"unmatched": 0, "several": 1, "partly": 2, "matched": 3}
    found = []
    for zone, matches in zones.matches.items():
        for match in sorted(matches, key=lambda match: (weight[match.outcome], not match.warnings)):
            found.append(
                {
                    "zone": "、".join(zones.schools[zone]),
                    "text": match.phrase.text,
                    "outcome": OUTCOMES[match.outcome],
                    "tag": TAGS[match.outcome],
                    "reasons": [REASONS[reason] for reason in (match.reason, *match.warnings)],
                    "units": [zones.names[unit] for unit in match.units],
                    "candidates": [
                        f"{zones.names[one]} ({one})" if one in zones.names else one
                        for one in match.candidates[:SHOWN_CANDIDATES]
                    ],
                    "more": max(0, len(match.candidates) - SHOWN_CANDIDATES),
                }
            )
    return found
