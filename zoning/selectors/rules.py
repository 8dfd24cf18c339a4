"""Which rules of drawing are in force, and which a plan was judged under."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from common.errors import NotFound
from geo_data.models import DatasetKind, Stage
from geo_data.selectors.datasets import find_current_dataset
from geo_data.selectors.schools import list_schools
from geo_data.selectors.units import list_units
from zoning.engine.rules import Rule, RuleKind
from zoning.models import DrawingRule, ZonePlan


class NoSuchRule(NotFound):
    """There is no such rule of drawing, or not for this person."""

    code = "no_such_rule"


@dataclass(frozen=True, slots=True)
class RuleInWords:
    """A rule with the names of what it speaks of; a name is the code where the data in use do not know it.

    is_lost -- the data in use have no such unit or school: drawing is refused until it is withdrawn
    """

    rule: DrawingRule
    unit: str
    other_unit: str
    school: str
    is_lost: bool


def list_rules_in_force(district_code: str, stage: Stage | None = None) -> QuerySet[DrawingRule]:
    """Return the rules in force by stage, kind and codes; one query."""
    rules = DrawingRule.objects.filter(district_id=district_code, withdrawn_at=None)
    rules = rules if stage is None else rules.filter(stage=stage)
    return rules.select_related("stated_by").order_by(
        "-stage", "kind", "unit_code", "other_unit_code", "school_code"
    )


def list_withdrawn_rules(district_code: str) -> QuerySet[DrawingRule]:
    """Return the rules no longer in force, the last withdrawn first; one query."""
    rules = DrawingRule.objects.filter(district_id=district_code, withdrawn_at__isnull=False)
    return rules.select_related("stated_by", "withdrawn_by").order_by("-withdrawn_at", "pk")


def list_rules_of_plan(plan: ZonePlan) -> QuerySet[DrawingRule]:
    """Return the rules that a plan pins, by kind and codes; one query."""
    rules = DrawingRule.objects.filter(plan_rules__plan=plan)
    return rules.order_by("kind", "unit_code", "other_unit_code", "school_code")


def get_rule(rule_id: UUID) -> DrawingRule:
    """Return one rule. Raises NoSuchRule."""
    found = DrawingRule.objects.select_related("stated_by").filter(pk=rule_id).first()
    if found is None:
        raise NoSuchRule("there is no such rule of drawing", rule=str(rule_id))
    return found


def has_other_rules_now(plan: ZonePlan) -> bool:
    """Say whether other rules are in force than the plan pins; two queries."""
    now = list_rules_in_force(plan.district_id, Stage(plan.stage)).order_by().values_list("pk", flat=True)
    return set(now) != set(list_rules_of_plan(plan).order_by().values_list("pk", flat=True))


def known_codes(district_code: str, stage: Stage) -> tuple[dict[str, str], dict[str, str]]:
    """Return the names of the units and of the stage's schools in use, by code; four queries."""
    units = find_current_dataset(district_code, DatasetKind.UNITS)
    schools = find_current_dataset(district_code, DatasetKind.SCHOOLS)
    return (
        dict(list_units(units).values_list("code", "name")) if units else {},
        dict(list_schools(schools, stage).values_list("code", "name")) if schools else {},
    )


def rules_in_words(district_code: str, rules: Iterable[DrawingRule]) -> list[RuleInWords]:
    """Return the rules with names, in their order; eight queries at most."""
    rules = list(rules)
    known = {stage: known_codes(district_code, Stage(stage)) for stage in {rule.stage for rule in rules}}
    return [_in_words(rule, *known[rule.stage]) for rule in rules]


def as_engine_rule(rule: DrawingRule) -> Rule:
    """Return the rule as the engine reads it."""
    return Rule(RuleKind(rule.kind), rule.unit_code, rule.other_unit_code, rule.school_code, rule.metres)


def _in_words(rule: DrawingRule, units: dict[str, str], schools: dict[str, str]) -> RuleInWords:
    lost = any(code and code not in units for code in (rule.unit_code, rule.other_unit_code))
    return RuleInWords(
        rule=rule,
        unit=units.get(rule.unit_code) or rule.unit_code,
        other_unit=units.get(rule.other_unit_code) or rule.other_unit_code,
        school=schools.get(rule.school_code) or rule.school_code,
        is_lost=lost or bool(rule.school_code and rule.school_code not in schools),
    )
