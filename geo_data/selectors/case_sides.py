"""The two records of a case side by side; who they are is opened for officers of the district only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from accounts.permissions import Action, Person, may
from accounts.sealing import Keyring, current_keyring
from geo_data.models import Child, ReconciliationCase, RegisterEntry, SelfRegistration
from geo_data.reconciliation.likeness import plain_name
from geo_data.reconciliation.score import Points, Profile, ScoreRule, points_of
from geo_data.reconciliation.words import Source
from geo_data.selectors.registers import OpenedPerson, unseal_census_child, unseal_entry
from geo_data.tables.identity import of_eighteen_digits

NOBODY = OpenedPerson()


@dataclass(frozen=True, slots=True)
class CaseSide:
    """One record: the list it stands in, what is in clear, and the person; `value` is what the case is about.

    person is empty for who may not read it; details are those of the list, by column name.
    """

    source: Source
    value: str
    person: OpenedPerson
    birth_on: date | None
    sex: str
    unit_code: str
    school: str
    details: Mapping[str, object] = field(default_factory=dict)


def case_sides(case: ReconciliationCase, *, reader: Person | None) -> tuple[CaseSide, ...]:
    """Return one or two sides. At most one query a side. A record that is no longer there is left out."""
    is_open = may(reader, Action.IMPORT_DATA, case.reconciliation.district_id)
    keyring = current_keyring() if is_open else None
    sides = (_side(data, keyring) for data in (case.first, case.second) if data)
    return tuple(side for side in sides if side is not None)


def score_rule(case: ReconciliationCase) -> ScoreRule:
    """Return the weights and thresholds that the run was made with."""
    return ScoreRule(**case.reconciliation.rule["score"])


def points_of_sides(first: CaseSide, second: CaseSide, rule: ScoreRule) -> Points:
    """Return what the score of these two records is made of; the run's own score weighs all records of both."""
    return points_of(_profile(first), _profile(second), rule)


def _side(data: Mapping[str, str], keyring: Keyring | None) -> CaseSide | None:
    source, key = Source(data["source"]), data["record"]
    value = str(data.get("value", ""))
    if source is Source.CENSUS:
        child = Child.objects.select_related("household").filter(pk=key).first()
        return _of_child(child, value, keyring) if child else None
    model = SelfRegistration if source is Source.DECLARED else RegisterEntry
    row = model._default_manager.filter(pk=key).first()
    return _of_row(row, source, value, keyring) if row else None


def _of_child(child: Child, value: str, keyring: Keyring | None) -> CaseSide:
    person = unseal_census_child(child, keyring) if keyring else NOBODY
    unit, school = child.household.unit_code, child.school_now
    details = {"household_code": child.household.code}
    return CaseSide(Source.CENSUS, value, person, child.birth_on, child.sex, unit, school, details)


def _of_row(
    row: RegisterEntry | SelfRegistration, source: Source, value: str, keyring: Keyring | None
) -> CaseSide:
    person = unseal_entry(row, keyring) if keyring else NOBODY
    details = row.details if isinstance(row, RegisterEntry) else {}
    return CaseSide(source, value, person, row.birth_on, row.sex, row.unit_code, row.school_code, details)


def _profile(side: CaseSide) -> Profile:
    who = side.person
    return Profile(
        names=_stated(plain_name(who.name)),
        numbers=_stated(of_eighteen_digits(who.identity) if who.identity else ""),
        guardians=_stated(plain_name(who.guardian), plain_name(who.second_guardian)),
        guardian_numbers=_stated(who.guardian_identity, who.second_guardian_identity),
        phones=_stated(who.phone),
        sexes=_stated(side.sex),
        units=_stated(side.unit_code),
    )


def _stated(*values: str) -> frozenset[str]:
    return frozenset(value for value in values if value)
