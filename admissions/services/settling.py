"""Facts written to an application, and the category and twin group that follow from them."""

from collections.abc import Sequence

from admissions.models import Application
from admissions.rules.facts import FactName, Facts, facts_as_data
from admissions.rules.policy_records import PRIVATE_KINDS
from admissions.rules.twins import group_proved
from admissions.selectors.world import RoundWorld


def settle(row: Application, world: RoundWorld, facts: Facts, line_ids: Sequence[str]) -> None:
    """Write facts, unit, proved twin group and category to the row: that of the last school listed, the zone school."""
    row.facts = facts_as_data(facts.values())
    row.unit_code = facts.text(FactName.DWELLING_UNIT) or ""
    row.group_code = group_proved(facts)
    public = [line_id for line_id in line_ids if world.kind(line_id) not in PRIVATE_KINDS]
    classified = world.classify(facts, public[-1]) if public else None
    row.category = (classified.category if classified else None) or ""
    row.tier = classified.tier if classified else None


def facts_open(world: RoundWorld, facts: Facts, line_ids: Sequence[str]) -> tuple[FactName, ...]:
    """Return the facts that a document or an officer must still prove for any listed line."""
    return tuple(sorted({name for line_id in line_ids for name in world.unproved(facts, line_id)}))
