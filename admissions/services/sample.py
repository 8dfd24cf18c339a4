"""Sample applications: the entrants of the census apply, as an invented county's families might."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from uuid import UUID

import numpy as np

from accounts.models import User
from accounts.sealing import current_keyring
from accounts.services.jobs import Report, not_reported
from admissions.models import AdmissionRound
from admissions.rules.age import cut_off_day
from admissions.rules.facts import FactName, facts_from_data
from admissions.rules.policy_records import LineKind, Policy
from admissions.selectors.rounds import get_round, policy_of
from admissions.selectors.world import RoundWorld, world_of
from admissions.services.applications import ApplicationForm, Filed, file_applications
from common.errors import NotFound
from geo_data.models import Child, DatasetKind
from geo_data.selectors.children import iter_children, list_children, unseal_child
from geo_data.selectors.datasets import get_current_dataset

SHARE_APPLYING = 0.98
SHARE_TRYING_PRIVATE = 0.15
BATCH = 2_000


class NoEntrants(NotFound):
    """The census holds no child of the round's age."""

    code = "no_entrants"


def entrants_born(policy: Policy) -> tuple[date, date]:
    """Return the birth dates of one year's entrants: from (included) and until (excluded)."""
    last = cut_off_day(policy.age, policy.year - policy.age.entry_age)
    return _day_after(last.replace(year=last.year - 1)), _day_after(last)


def file_sample_applications(
    *, actor: User | None, now: datetime, round_id: UUID, seed: int, report: Report = not_reported
) -> tuple[Filed, ...]:
    """File for the entrants of the current census: nearly all apply, some to the nearest private schools first.

    The same census, round and seed give the same applications, in whatever order the rows
    come. Every batch is a file of its own.
    """
    admission_round = get_round(round_id)
    census = get_current_dataset(admission_round.district_id, DatasetKind.CHILDREN)
    born_from, born_until = entrants_born(policy_of(admission_round))
    total = list_children(census, born_from=born_from, born_until=born_until).count()
    if total == 0:
        raise NoEntrants(f"the census holds no child born from {born_from} and before {born_until}")
    filed: list[Filed] = []
    batch: list[ApplicationForm] = []
    for done, form in enumerate(sample_forms(admission_round, seed), start=1):
        batch.append(form)
        if len(batch) == BATCH:
            filed.append(_file(actor, now, round_id, batch))
            report("filing", done, total)
            batch = []
    filed.append(_file(actor, now, round_id, batch))
    report("filing", total, total)
    return tuple(filed)


def sample_forms(admission_round: AdmissionRound, seed: int) -> Iterator[ApplicationForm]:
    """Yield the forms that the entrants' families would file, in the order of the census."""
    census = get_current_dataset(admission_round.district_id, DatasetKind.CHILDREN)
    born_from, born_until = entrants_born(policy_of(admission_round))
    children = iter_children(census, born_from=born_from, born_until=born_until)
    return _forms(world_of(admission_round), children, seed)


def _file(actor: User | None, now: datetime, round_id: UUID, forms: Sequence[ApplicationForm]) -> Filed:
    return file_applications(actor=actor, now=now, round_id=round_id, forms=forms, source="sample")


def _forms(world: RoundWorld, children: Iterator[Child], seed: int) -> Iterator[ApplicationForm]:
    ring = current_keyring()
    private = [
        line.school_id for line in world.lines.values() if world.kind(line.line_id) is LineKind.PRIVATE_OPEN
    ]
    for child in children:
        opened, facts = unseal_child(child, ring), facts_from_data(child.facts)
        # A child's own chance: rows come in the order of random ids, which must not matter.
        chance = np.random.default_rng([seed, *opened.identity.encode()])
        applies, tries_private = chance.random() < SHARE_APPLYING, chance.random() < SHARE_TRYING_PRIVATE
        if not applies:
            continue
        unit = facts.text(FactName.DWELLING_UNIT) or child.household.unit_code
        twin = facts.text(FactName.TWIN_GROUP)
        # Twins are entered alike: their list must be the same for them to stay together.
        wanted = tries_private if twin is None else False
        yield ApplicationForm(
            identity_number=opened.identity,
            child_name=opened.name,
            birth_on=child.birth_on,
            sex=child.sex,
            unit_code=unit,
            address=opened.address,
            phone=opened.phone,
            private_schools=_nearest(world, unit, private)[: world.policy.private.choices] if wanted else (),
        )


def _nearest(world: RoundWorld, unit: str, schools: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(schools, key=lambda code: (world.walks.between(unit, code) or 0, code)))


def _day_after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)
