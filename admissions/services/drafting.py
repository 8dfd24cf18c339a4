"""Drafting: what look-ups and rules make of the forms that families write, before anything is stored."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from admissions.models import AdmissionRound
from admissions.rules.adjustment import reasons_against_adjustment
from admissions.rules.age import age_reasons
from admissions.rules.application_form import ApplicationForm
from admissions.rules.clauses import LOCAL_RULE
from admissions.rules.eligibility import enrolled_reasons
from admissions.rules.facts import Fact, FactName, Facts, declared, facts_from_data
from admissions.rules.listing import Listed
from admissions.rules.look_ups import Answer
from admissions.rules.reason import Reason
from admissions.rules.sentences import say, sentence
from admissions.selectors.world import RoundWorld
from admissions.services.asking import Known, put_together
from common.errors import DomainError, MalformedInput, RulesSayNo
from geo_data.selectors.children import find_children_by_index, identity_index
from geo_data.tables.identity import IdentityFault, identity_faults

IDENTITY_WORDS = {
    IdentityFault.FORM: "this is no identity number: a resident number has 18 characters",
    IdentityFault.ROUNDED: "this is no identity number: a resident number has 18 characters",
    IdentityFault.CHECK_DIGIT: "the last digit does not fit: one of the digits is mistyped",
    IdentityFault.BIRTH_DATE: "the birth date in the number is not the one you wrote",
    IdentityFault.SEX: "the sex in the number is not the one you wrote",
}


class ApplicationRefused(RulesSayNo):
    """The rules refuse the list of choices or the child's entry; details hold all reasons in both languages."""

    code = "application_refused"


class MalformedForm(MalformedInput):
    """A field of the form cannot be right; details name the field."""

    code = "malformed_form"


@dataclass(frozen=True, slots=True)
class Before:
    """What stood before a family changed its form.

    facts    -- proved by an officer or a paper, and true of the changed form as well
    line_ids -- lines listed while their window was open; to keep one is not to list it
    """

    facts: tuple[Fact, ...] = ()
    line_ids: tuple[str, ...] = ()


NOTHING_BEFORE = Before()


@dataclass(frozen=True, slots=True)
class Draft:
    """A form with what the look-ups and the rules made of it."""

    form: ApplicationForm
    child_index: str
    known: Known
    listed: tuple[Listed, ...]
    reasons: list[Reason]

    @property
    def facts(self) -> Facts:
        return self.known.gathered.settled


def draft_forms(
    world: RoundWorld,
    admission_round: AdmissionRound,
    forms: Sequence[ApplicationForm],
    answers: Mapping[str, tuple[Answer, ...]],
    now: datetime,
    *,
    before: Before = NOTHING_BEFORE,
) -> Iterator[Draft]:
    """Yield a draft for every form, in the order of the forms. One query.

    before -- of the one form that is a change of another
    """
    indexes = [identity_index(form.identity_number) for form in forms]
    census = find_children_by_index(admission_round.district_id, indexes)
    day = timezone.localtime(now).date()
    for form, index in zip(forms, indexes, strict=True):
        child = census.get(index)
        copied = facts_from_data(child.facts).values() if child else ()
        known = put_together(copied, [*_said(form, day), *before.facts], answers.get(index, ()))
        facts = known.gathered.settled
        public = form.public_schools or _unnamed(world, form, facts)
        listed = world.listed(facts, form.private_schools, public)
        added = [item for item in listed if item.line_id not in before.line_ids]
        reasons = [*_reasons(world, form, facts, listed), *world.window_reasons(facts, added, now)]
        yield Draft(form, index, known, listed, reasons)


def _unnamed(world: RoundWorld, form: ApplicationForm, facts: Facts) -> tuple[str, ...]:
    """Return the public schools of a form that names none: the zone's, but none where private ones exclude them."""
    return () if world.policy.private.exclusive and form.private_schools else world.zone_of(facts)


def _said(form: ApplicationForm, on: date) -> list[Fact]:
    """Return what the family declares; the registers stand over it."""
    said = [declared(FactName.BIRTH_DATE, form.birth_on, on), *form.facts]
    if form.unit_code:
        said.append(declared(FactName.DWELLING_UNIT, form.unit_code, on))
    if form.group_code:
        said.append(declared(FactName.TWIN_GROUP, form.group_code, on))
    return said


def _reasons(
    world: RoundWorld, form: ApplicationForm, facts: Facts, listed: Sequence[Listed]
) -> list[Reason]:
    """Return everything against the form at once: the child's age, every school named in vain, the list itself."""
    reasons = [*age_reasons(facts, world.policy, on=world.on), *enrolled_reasons(facts, on=world.on)]
    schools = {world.lines[item.line_id].school_id for item in listed}
    for school in (*form.private_schools, *form.public_schools):
        if school not in schools:
            reasons += world.reasons_against_school(facts, school)
    reasons += world.choice_reasons(facts, listed)
    if not listed and not form.accepts_coordination:
        reasons.append(Reason(sentence("nothing_listed"), LOCAL_RULE))
    if form.accepts_adjustment:
        reasons += reasons_against_adjustment(world.policy, private_schools=form.private_schools)
    return list(dict.fromkeys(reasons))


def problem_of(draft: Draft) -> DomainError | None:
    """Return why a form cannot be taken, or None."""
    faults = identity_faults(draft.form.identity_number, birth_on=draft.form.birth_on, sex=draft.form.sex)
    if faults:
        return MalformedForm(IDENTITY_WORDS[faults[0]], field="identity_number", faults=list(faults))
    if draft.reasons:
        spoken = [
            {"code": item.code, "zh": say(item.sentence, "zh"), "en": say(item.sentence, "en")}
            for item in draft.reasons
        ]
        return ApplicationRefused("; ".join(item["zh"] for item in spoken), reasons=spoken)
    return None
