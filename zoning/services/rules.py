"""Rules of drawing, stated with a reason and withdrawn with a reason; nothing of them is ever changed."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.services.audit import record_event
from common.canonical import CanonicalValue
from common.errors import MalformedInput, WrongMoment
from geo_data.models import District, Stage
from geo_data.selectors.districts import get_district
from geo_data.tables.rule_table import LONGEST_CAP, LONGEST_REASON, StatedRule, faults_of_rule
from zoning.models import DrawingRule
from zoning.selectors.rules import NoSuchRule, known_codes, list_rules_in_force


class RuleDoesNotFit(MalformedInput):
    """The rule lacks a part, has one too many, or names what the data in use do not know."""

    code = "rule_does_not_fit"


class RuleReasonMissing(MalformedInput):
    """A rule is stated and withdrawn with a reason, in up to 300 letters."""

    code = "rule_reason_missing"


class RuleStatedAlready(WrongMoment):
    """This rule is in force already, or another lock of the unit, or another cap."""

    code = "rule_stated_already"


class RulesContradict(WrongMoment):
    """A rule in force says the opposite."""

    code = "rules_contradict"


class RuleWithdrawnAlready(WrongMoment):
    """The rule was withdrawn before."""

    code = "rule_withdrawn_already"


@transaction.atomic
def state_rule(
    *, actor: User | None, now: datetime, district_code: str, stage: Stage, stated: StatedRule
) -> DrawingRule:
    """Put a rule of drawing in force from now on; plans drawn before stay as they are.

    Whoever states rules of one district waits for the other on its row.
    Raises NoSuchDistrict, RuleDoesNotFit, RuleReasonMissing, RuleStatedAlready and RulesContradict.
    """
    get_district(district_code)
    _refuse_misfit(district_code, stage, stated)
    reason = _reason(stated.reason)
    District.objects.select_for_update(no_key=True).get(pk=district_code)
    _refuse_against_others(district_code, stage, stated)
    rule = DrawingRule(
        district_id=district_code,
        stage=stage,
        kind=stated.kind,
        unit_code=stated.unit_id,
        other_unit_code=stated.other_unit_id,
        school_code=stated.school_id,
        metres=stated.metres,
        reason=reason,
        stated_by=actor,
        stated_at=now,
    )
    rule.save(force_insert=True)
    record_event(
        actor=actor,
        now=now,
        action="drawing_rule.stated",
        subject=rule,
        district_code=district_code,
        details={**_told(rule), "reason": reason},
    )
    return rule


@transaction.atomic
def withdraw_rule(*, actor: User | None, now: datetime, rule_id: UUID, reason: str) -> DrawingRule:
    """End a rule; plans that were drawn under it keep it on record.

    Raises NoSuchRule, RuleReasonMissing and RuleWithdrawnAlready.
    """
    reason = _reason(reason)
    rule = DrawingRule.objects.select_for_update().filter(pk=rule_id).first()
    if rule is None:
        raise NoSuchRule("there is no such rule of drawing", rule=str(rule_id))
    if rule.withdrawn_at is not None:
        raise RuleWithdrawnAlready("this rule was withdrawn before", rule=str(rule_id))
    rule.withdrawn_by, rule.withdrawn_at, rule.withdrawn_reason = actor, now, reason
    rule.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_reason"])
    record_event(
        actor=actor,
        now=now,
        action="drawing_rule.withdrawn",
        subject=rule,
        district_code=rule.district_id,
        details={**_told(rule), "reason": reason},
    )
    return rule


def _reason(written: str) -> str:
    reason = written.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise RuleReasonMissing("say why, in up to 300 letters", most=LONGEST_REASON)
    return reason


def _refuse_misfit(district_code: str, stage: Stage, stated: StatedRule) -> None:
    units, schools = known_codes(district_code, stage)
    faults = list(faults_of_rule(stated, units=units, schools=schools))
    if stated.metres is not None and not 1 <= stated.metres <= LONGEST_CAP:
        faults.append(("value_out_of_range", "metres"))
    if faults:
        told = [{"code": code, "part": part} for code, part in faults]
        raise RuleDoesNotFit("the rule does not fit", faults=told)


def _refuse_against_others(district_code: str, stage: Stage, stated: StatedRule) -> None:
    for other in list_rules_in_force(district_code, stage):
        known = StatedRule(
            other.kind, other.unit_code, other.other_unit_code, other.school_code, other.metres, other.reason
        )
        if known.sense == stated.sense:
            raise RuleStatedAlready("this rule is in force already", rule=str(other.pk))
        if known.contradicts(stated):
            raise RulesContradict("a rule in force says the opposite", rule=str(other.pk))


def _told(rule: DrawingRule) -> dict[str, CanonicalValue]:
    return {
        "stage": rule.stage,
        "rule": rule.kind,
        "unit": rule.unit_code,
        "other_unit": rule.other_unit_code,
        "school": rule.school_code,
        "metres": rule.metres,
    }
