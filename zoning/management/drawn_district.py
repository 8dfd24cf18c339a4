"""A district of the database drawn for the command line: from its options to the stored plan, and the plan in words."""

from collections.abc import Callable
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from common.errors import DomainError
from geo_data.models import DistanceMethod, Stage
from zoning.management.figures import Names, figures_in_words, reasons_in_words
from zoning.models import ZonePlan
from zoning.selectors.choices import Demand, Later
from zoning.selectors.plans import unit_names, zone_names
from zoning.services.drawing import draw_zones_of_district


def draw_district(options: dict[str, Any], should_stop: Callable[[], bool]) -> ZonePlan:
    """Draw and store the next version by the options of `draw_zones`. Raises CommandError with what was refused."""
    try:
        return draw_zones_of_district(
            actor=None,
            now=timezone.now(),
            district_code=options["district"],
            stage=Stage(options["stage"] or Stage.PRIMARY),
            entry_year=options["entry_year"],
            demand=Demand(options["demand"]) if options["demand"] else None,
            preset=options["preset"],
            weights=dict(options["weight"]),
            class_size=options["class_size"],
            method=DistanceMethod(options["measure"]) if options["measure"] else None,
            later=Later(options["later"]),
            school_groups=[codes.split(",") for codes in options["share"] or ()],
            start_plan=options["start_plan"],
            seed=options["seed"],
            effort=options["effort"],
            seconds=options["seconds"],
            should_stop=should_stop,
        )
    except DomainError as refusal:
        raise CommandError(f"{refusal.message} ({refusal.code}) {dict(refusal.details)}") from refusal


def plan_in_words(plan: ZonePlan) -> str:
    """Return the plan's figures, and which ways and children they count."""
    return f"Plan {plan.number} stored: {figures_in_words(plan.report)}, by {_distances(plan)}, on {_children(plan)}"


def reasons_of_plan(plan: ZonePlan) -> list[str]:
    """Return why the plan is not lawful, in lines, with the names of schools and units."""
    return reasons_in_words(plan.report, Names(zone_names(plan), unit_names(plan)))


def _distances(plan: ZonePlan) -> str:
    return f"walks of measure {plan.measure.number}" if plan.measure else "straight lines"


def _children(plan: ZonePlan) -> str:
    basis = plan.report["basis"]
    run = f" run {plan.reconciliation.number}" if plan.reconciliation else ""
    return f"{basis['children']} children ({basis['demand']}{run})"
