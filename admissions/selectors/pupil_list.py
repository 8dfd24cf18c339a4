"""The pupil register as it was handed in, asked about an applicant and about its elder siblings."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.db.models import Q
from django.utils import timezone

from admissions.rules.facts import Fact, FactName, FactSource, FactValue
from admissions.rules.look_ups import Asked
from admissions.rules.pupils import (
    LAST_GRADE,
    PupilRecord,
    RegisteredSchool,
    elder_schools,
    enrolled_already,
    holds_until,
    own_school,
)
from admissions.selectors.imported_lists import ImportedList, guardians_of
from geo_data.models import (
    Child,
    Dataset,
    DatasetKind,
    DatasetStatus,
    Ownership,
    RegisterEntry,
    School,
    Stage,
)
from geo_data.selectors.datasets import find_current_dataset

SUBJECTS = (
    FactName.FEEDER_SCHOOL,
    FactName.SIBLING_SCHOOL,
    FactName.OWN_PUPIL_SCHOOL,
    FactName.ENROLLED_SCHOOL,
)


class PupilList(ImportedList):
    """The pupil register in use: primary school, elder siblings, own school, and whether the child is enrolled already.

    Siblings share a guardian by number; or a household of the census, when no list names the guardians of both.
    """

    def __init__(self, district_code: str, *, kind: str = DatasetKind.PUPILS.value) -> None:
        super().__init__(district_code, kind=kind)
        self.subjects = SUBJECTS
        self._schools: dict[str, RegisteredSchool] | None = None
        self._born: dict[str, date] = {}
        self._siblings: dict[str, list[RegisterEntry]] = {}

    def prepare(self, children: Iterable[Asked]) -> None:
        """Fetch the records of all these children and of their siblings at once. Three queries."""
        children = list(children)
        keys = {child.key for child in children}
        guardians = guardians_of(self._district, children)
        mates, self._born = _households(self._district, keys)
        self._guardians = {}
        self._entries = defaultdict(list)
        self._siblings = {key: [] for key in keys}
        wanted = keys.union(*mates.values())
        by_guardian = defaultdict[str, list[RegisterEntry]](list)
        for row in self._rows(wanted, {item for named in guardians.values() for item in named}):
            self._entries[row.identity_index or row.record_index].append(row)
            by_guardian[row.guardian_index].append(row)
        for key in keys:
            known = guardians.get(key, set())
            shared = [row for guardian in sorted(known) for row in by_guardian.get(guardian, ())]
            homes = [
                row
                for mate in sorted(mates.get(key, ()))
                for row in self._entries.get(mate, ())
                if not (known and row.guardian_index)
            ]
            self._siblings[key] = [row for row in (*shared, *homes) if row.identity_index != key]

    def facts_about(self, child: Asked, on: date) -> Sequence[Fact]:
        """Return the facts of the own record, and those that the register implies until the school year ends."""
        facts = list(super().facts_about(child, on))
        if self._dataset is None or (as_of := _vintage(self._dataset)) > on:
            return facts
        for name, value in self._implied(child).items():
            if value:
                facts.append(Fact(name, value, FactSource.LOOK_UP, as_of, self.register, holds_until(as_of)))
        return facts

    def _implied(self, child: Asked) -> Mapping[FactName, FactValue | None]:
        assert self._entries is not None  # as `facts_about` has prepared
        own = [_record(row) for row in self._entries.get(child.key, ())]
        elder = [_record(row) for row in self._siblings.get(child.key, ())]
        born_on = _born_on(child) or self._born.get(child.key)
        return {
            FactName.ENROLLED_SCHOOL: enrolled_already(own, stage=child.stage) if child.stage else None,
            FactName.OWN_PUPIL_SCHOOL: own_school(own, self._known_schools()) if own else None,
            FactName.SIBLING_SCHOOL: elder_schools(born_on, elder, self._known_schools())
            if born_on and elder
            else None,
        }

    def _rows(self, keys: set[str], guardians: set[str]) -> list[RegisterEntry]:
        """Return the records under these numbers and of these guardians' children, by row."""
        rows = RegisterEntry.objects.filter(
            Q(record_index__in=keys)
            | Q(guardian_index__in=guardians) & ~Q(guardian_index="") & ~Q(school_code=""),
            dataset=self._dataset,
        )
        return list(rows.defer("person_sealed").order_by("row_number"))

    def _known_schools(self) -> dict[str, RegisteredSchool]:
        if self._schools is None:
            self._schools = _schools_of(self._district)
        return self._schools


def _households(district_code: str, keys: set[str]) -> tuple[dict[str, set[str]], dict[str, date]]:
    """Return the others in each child's household of the census in use, and the children's birth dates. One query."""
    census = {
        "dataset__district_id": district_code,
        "dataset__kind": DatasetKind.CHILDREN,
        "dataset__status": DatasetStatus.CURRENT,
    }
    rows = Child.objects.filter(identity_index__in=keys, **census)
    mates, born = defaultdict[str, set[str]](set), dict[str, date]()
    told = rows.values_list("identity_index", "birth_on", "household__children__identity_index")
    for key, born_on, mate in told:
        born[key] = born_on
        if mate != key:
            mates[key].add(mate)
    return mates, born


def _schools_of(district_code: str) -> dict[str, RegisteredSchool]:
    """Return the schools in use by code, the parts of a nine-year school as one."""
    dataset = find_current_dataset(district_code, DatasetKind.SCHOOLS)
    rows = list(School.objects.filter(dataset=dataset).order_by("code")) if dataset else []
    parts = defaultdict[str, list[School]](list)
    for row in rows:
        parts[row.nine_year_code or f"alone {row.code}"].append(row)
    found: dict[str, RegisteredSchool] = {}
    for row in rows:
        whole = parts[row.nine_year_code or f"alone {row.code}"]
        upper = [part.code for part in whole if part.stage == Stage.JUNIOR]
        is_lower = row.stage == Stage.PRIMARY and row.ownership == Ownership.PRIVATE and len(upper) == 1
        found[row.code] = RegisteredSchool(
            max(LAST_GRADE[part.stage] for part in whole),
            tuple(part.code for part in whole),
            upper[0] if is_lower else "",
        )
    return found


def _record(row: RegisterEntry) -> PupilRecord:
    return PupilRecord(row.school_code, row.grade, str(row.details.get("pupil_state", "")), row.birth_on)


def _born_on(child: Asked) -> date | None:
    """Return the birth date that a number of 18 digits holds."""
    try:
        return date.fromisoformat(child.identity[6:14]) if len(child.identity) == 18 else None
    except ValueError:
        return None


def _vintage(dataset: Dataset) -> date:
    return dataset.vintage_on or timezone.localtime(dataset.imported_at).date()
