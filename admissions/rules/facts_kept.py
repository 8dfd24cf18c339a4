"""What stays known of a child when its family changes the form."""

from collections.abc import Collection, Iterable

from admissions.rules.facts import Fact, FactName, FactSource

# The form itself states these, so what it declared before is gone with the form before.
STATED_BY_FORM = (FactName.BIRTH_DATE, FactName.DWELLING_UNIT, FactName.TWIN_GROUP)

# What was found of one dwelling says nothing about another.
OF_DWELLING = (
    FactName.DWELLING_RIGHT,
    FactName.DWELLING_DISTRICT,
    FactName.DWELLING_TOWNSHIP,
    FactName.DWELLING_UNIT,
    FactName.DWELLING_KEY,
    FactName.DWELLING_IS_RESIDENTIAL,
    FactName.TITLE_SINCE,
    FactName.OWNERSHIP_SHARE_PERCENT,
    FactName.RENTAL_SINCE,
    FactName.LIVES_THERE,
)


def facts_kept(
    facts: Iterable[Fact], *, has_moved: bool, has_other_twins: bool, silent: Collection[str]
) -> tuple[Fact, ...]:
    """Return the facts of an application that still hold when its form is changed, in their order.

    silent -- registers that did not answer when they were asked anew
    1. What an officer or a paper proved stays, and so does what the family declared beyond the form.
    2. Registers are asked anew, so their answers come anew; of one that is silent the earlier answer stays.
    3. Nothing stays that is about a dwelling left, or about twins other than those now named.
    Source: docs/rules/status.md (changes).
    """
    gone = {
        *(OF_DWELLING if has_moved else ()),
        *((FactName.TWIN_GROUP,) if has_other_twins else ()),
    }
    return tuple(fact for fact in facts if fact.name not in gone and _stays(fact, silent))


def _stays(fact: Fact, silent: Collection[str]) -> bool:
    match fact.source:
        case FactSource.LOOK_UP:
            return fact.verifier in silent
        case FactSource.DECLARED:
            return fact.name not in STATED_BY_FORM
        case _:
            return True
