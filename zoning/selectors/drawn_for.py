"""What a plan was drawn for: its preset, the weights that counted, and which of them an officer changed."""

from collections.abc import Mapping
from dataclasses import dataclass

from zoning.models import ZonePlan


@dataclass(frozen=True, slots=True)
class DrawnFor:
    """A plan's preset, None where it is not known; weights -- metres by name; class_size -- 0 where none counted.

    changed -- names of the weights that are not the preset's, in the order of names
    """

    preset: str | None
    weights: Mapping[str, int]
    changed: tuple[str, ...]
    class_size: int


def drawn_for(plan: ZonePlan) -> DrawnFor | None:
    """Return what the plan was drawn for, None for one that no drawing stands behind."""
    objective = plan.report.get("objective")
    if objective is None:
        return None
    return DrawnFor(
        preset=plan.report.get("preset"),
        weights=objective["weights"],
        changed=tuple(sorted(plan.report.get("changed_weights", {}))),
        class_size=objective.get("class_size", 0),
    )
