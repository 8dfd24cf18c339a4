"""Writing: what a judged form becomes as the row of its application, when it is filed and when it is changed."""

from collections.abc import Iterator
from datetime import datetime

from accounts.sealing import Keyring, seal
from admissions.models import Application, ApplicationChoice
from admissions.rules.facts import FactName
from admissions.rules.status import Action as Step
from admissions.rules.status import next_status
from admissions.selectors.applications import TABLE
from admissions.selectors.world import RoundWorld
from admissions.services.drafting import Draft
from admissions.services.settling import facts_open, settle


def write_form(row: Application, world: RoundWorld, draft: Draft, *, keyring: Keyring, now: datetime) -> None:
    """Put everything of the form onto the row, sealed where it is personal, with facts and category settled."""
    form = draft.form

    def sealed(field_name: str, text: str) -> bytes:
        return seal(text, table=TABLE, row_id=row.pk, field=f"{field_name}_sealed", keyring=keyring)

    row.name_sealed = sealed("name", form.child_name)
    row.identity_sealed = sealed("identity", form.identity_number)
    row.guardian_name_sealed = sealed("guardian_name", form.guardian_name)
    row.phone_sealed = sealed("phone", form.phone)
    row.address_sealed = sealed("address", form.address)
    row.birth_on = draft.facts.day(FactName.BIRTH_DATE) or form.birth_on
    row.sex = form.sex
    row.split_allowed = form.split_allowed
    row.accepts_coordination = form.accepts_coordination
    row.accepts_adjustment = form.accepts_adjustment
    row.changed_at = now
    draft.known.write(row, now)
    settle(row, world, draft.facts, [item.line_id for item in draft.listed])


def accept_if_proved(row: Application, world: RoundWorld, draft: Draft) -> None:
    """Accept a filed row when nothing has to be proved any more at any line that it lists."""
    if not facts_open(world, draft.facts, [item.line_id for item in draft.listed]):
        row.status = next_status(row.status, Step.ACCEPT)


def choices_of(row: Application, world: RoundWorld, draft: Draft) -> Iterator[ApplicationChoice]:
    """Yield the rows of the list, not stored yet."""
    for position, item in enumerate(draft.listed, start=1):
        yield ApplicationChoice(
            application=row, line_id=world.line_pk[item.line_id], choice=item.choice, position=position
        )
