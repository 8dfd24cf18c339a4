"""Residence standing of one applicant, as an officer reads it: three questions that are kept apart."""

from dataclasses import dataclass
from datetime import date

from admissions.models import Application
from admissions.rules.facts import FactName, facts_from_data
from admissions.rules.places import scope_of
from admissions.rules.residence import Answer, may_obtain_permit, permit_valid, residence_years
from admissions.rules.sentences import Language, say
from admissions.rules.words import term_words
from admissions.selectors.rounds import policy_of


@dataclass(frozen=True, slots=True)
class Question:
    """The answer to one question: True, False or None while it is open; why, with the clause; what is missing."""

    yes: bool | None
    because: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ResidenceStanding:
    """The three answers on the day on which facts are judged; `years` is None while nobody knows."""

    on: date
    may_obtain: Question
    is_valid: Question
    years: int | None


def residence_standing(application: Application, language: Language) -> ResidenceStanding | None:
    """Return the answers for a child registered outside the county; None for one registered in it or not known."""
    policy, facts = policy_of(application.round), facts_from_data(application.facts)
    registered = facts.text(FactName.REGISTRATION_DISTRICT)
    if registered is None or scope_of(registered, policy.district) == "district":
        return None
    on = policy.calendar.closes_at.date()
    return ResidenceStanding(
        on=on,
        may_obtain=_question(may_obtain_permit(facts, policy, on=on), language),
        is_valid=_question(permit_valid(facts, policy, on=on), language),
        years=residence_years(facts, policy, on=on),
    )


def _question(answer: Answer, language: Language) -> Question:
    place = 0 if language == "zh" else 1
    return Question(
        answer.yes,
        tuple(
            (say(reason.sentence, language), (reason.clause.zh, reason.clause.en)[place])
            for reason in answer.reasons
        ),
        tuple(term_words(name)[place] for name in answer.missing),
    )
