"""The guardians of reconciled children: who they are, and which list says so, since when and on whose word."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.utils import timezone

from accounts.permissions import Action, Person, require
from accounts.sealing import current_keyring
from geo_data.models import Child, Dataset, ReconciledChild, RegisterEntry, SelfRegistration
from geo_data.reconciliation.words import Source
from geo_data.selectors.registers import unseal_census_child, unseal_entry
from geo_data.tables.guardians import NO_GUARDIANS, Guardians

Row = Child | RegisterEntry | SelfRegistration


@dataclass(frozen=True, slots=True)
class StatedGuardians:
    """The guardians of a child, with list, day and office; what the guardian declared itself has no office."""

    who: Guardians
    source: Source
    as_of: date
    verifier: str


def load_guardians(
    children: Sequence[ReconciledChild], *, reader: Person | None, district_code: str
) -> list[StatedGuardians | None]:
    """Return the guardians of the children, in their order; None where nobody names any. At most three queries.

    The children were read with what opens them (`list_reconciled_children`).
    Raises NotPermitted for who does not read the district.
    Source: docs/reconciliation.md (guardians).
    """
    require(reader, Action.READ_DISTRICT, district_code)
    named = _named(children)
    rows = [_row_of(child, named) for child in children]
    datasets = Dataset.objects.in_bulk(
        {row.dataset_id for row in rows if isinstance(row, Child | RegisterEntry)}
    )
    return [_stated(row, datasets) if row is not None else None for row in rows]


@dataclass(frozen=True, slots=True)
class _Named:  # records other than the leading ones, by id
    entries: Mapping[UUID, RegisterEntry] = field(default_factory=dict)
    declared: Mapping[UUID, SelfRegistration] = field(default_factory=dict)


def _named(children: Sequence[ReconciledChild]) -> _Named:
    others = [child.records[child.guardian_place] for child in children if child.guardian_place is not None]
    own = [other["record"] for other in others if other["source"] == Source.DECLARED]
    listed = [other["record"] for other in others if other["source"] != Source.DECLARED]
    return _Named(
        RegisterEntry.objects.in_bulk(listed) if listed else {},
        SelfRegistration.objects.in_bulk(own) if own else {},
    )


def _row_of(child: ReconciledChild, named: _Named) -> Row | None:
    if child.guardian_place is None:
        return child.census_child or child.entry or child.self_registration
    pk = UUID(child.records[child.guardian_place]["record"])
    return named.entries.get(pk) or named.declared.get(pk)


def _stated(row: Row, datasets: Mapping[UUID, Dataset]) -> StatedGuardians | None:
    who = _guardians_in(row)
    if who == NO_GUARDIANS:
        return None
    if isinstance(row, SelfRegistration):
        return StatedGuardians(who, Source.DECLARED, timezone.localtime(row.registered_at).date(), "")
    dataset = datasets[row.dataset_id]
    as_of = dataset.vintage_on or timezone.localtime(dataset.imported_at).date()
    return StatedGuardians(who, Source(dataset.kind), as_of, dataset.source_office)


def _guardians_in(row: Row) -> Guardians:
    keyring = current_keyring()
    person = unseal_census_child(row, keyring) if isinstance(row, Child) else unseal_entry(row, keyring)
    return Guardians(
        person.guardian, person.guardian_identity, person.second_guardian, person.second_guardian_identity
    )
