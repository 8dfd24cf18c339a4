"""Age: who is old enough to enter, and who has a deferral. Nobody is ever too old."""

from datetime import date

from admissions.rules.clauses import AGE_SIX, DEFERRAL
from admissions.rules.days import months_later
from admissions.rules.facts import FactName, Facts
from admissions.rules.policy_records import AgeRule, Policy, SchoolStage
from admissions.rules.reason import Reason
from admissions.rules.sentences import sentence


def cut_off_day(rule: AgeRule, year: int) -> date:
    """Return the last day on which the entry age may be completed, in the policy's year.

    Source: docs/rules/age.md.
    """
    return date(year, rule.cut_off_month, rule.cut_off_day)


def is_old_enough(born_on: date, rule: AgeRule, year: int) -> bool:
    """Say whether the entry age is completed on or before the cut-off day, that day included.

    A birthday on 29 February is completed on 28 February of a short year.
    Source: docs/rules/age.md; Compulsory Education Law, art. 11(1); the day is local.
    """
    return months_later(born_on, 12 * rule.entry_age) <= cut_off_day(rule, year)


def age_reasons(facts: Facts, policy: Policy, *, on: date) -> tuple[Reason, ...]:
    """Return why the child's age speaks against entering this year; never for being older.

    An unknown date of birth is itself a reason. At junior stage only a deferral counts.
    Source: docs/rules/age.md.
    """
    reasons = []
    born_on, deferred_until = facts.day(FactName.BIRTH_DATE), facts.day(FactName.DEFERRED_UNTIL)
    if policy.stage is SchoolStage.PRIMARY:
        if born_on is None:
            reasons.append(Reason(sentence("birth_date_unknown"), AGE_SIX))
        elif not is_old_enough(born_on, policy.age, policy.year):
            limit = cut_off_day(policy.age, policy.year).isoformat()
            reasons.append(Reason(sentence("too_young", age=policy.age.entry_age, until=limit), AGE_SIX))
    if deferred_until is not None and on < deferred_until:
        reasons.append(Reason(sentence("deferred", until=deferred_until.isoformat()), DEFERRAL))
    return tuple(reasons)
