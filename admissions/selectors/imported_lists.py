"""Look-ups in the lists that other offices hand in: the adapters that work without any network."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from django.db.models import Q

from admissions.rules.facts import Fact, FactName, FactSource, fact_from_data
from admissions.rules.look_ups import Asked
from geo_data.models import DatasetKind, RegisterEntry
from geo_data.selectors.children import find_census_guardians
from geo_data.selectors.datasets import find_current_dataset

DWELLING = (
    FactName.DWELLING_RIGHT,
    FactName.DWELLING_DISTRICT,
    FactName.DWELLING_UNIT,
    FactName.DWELLING_IS_RESIDENTIAL,
)
PERMIT = (
    FactName.PERMIT_HOLDER,
    FactName.PERMIT_DISTRICT,
    FactName.PERMIT_VALID_FROM,
    FactName.PERMIT_VALID_UNTIL,
    FactName.PERMIT_ENDORSED_ON,
)
SUBJECTS: Mapping[DatasetKind, tuple[FactName, ...]] = {
    DatasetKind.REGISTRATIONS: (
        FactName.BIRTH_DATE,
        FactName.REGISTRATION_KIND,
        FactName.REGISTRATION_DISTRICT,
        FactName.REGISTRATION_TOWNSHIP,
        FactName.REGISTRATION_UNIT,
        FactName.REGISTRATION_SINCE,
        FactName.REGISTERED_WITH,
        FactName.RELATION_SHOWN,
    ),
    DatasetKind.PERMITS: PERMIT,
    DatasetKind.TITLES: (*DWELLING, FactName.TITLE_SINCE, FactName.OWNERSHIP_SHARE_PERCENT),
    DatasetKind.RENTALS: (*DWELLING, FactName.RENTAL_SINCE),
    DatasetKind.INSURANCES: (FactName.INSURANCE_MONTHS, FactName.WORK_EVIDENCE),
    DatasetKind.CIVIL_AFFAIRS: (FactName.RELATION_SHOWN,),
    DatasetKind.PREFERENCES: (FactName.PREFERENTIAL_KIND,),
    DatasetKind.PUPILS: (FactName.FEEDER_SCHOOL,),
}
# Lists whose rows are of children and name the guardians, by whose numbers the holders' papers are found.
NAMING_GUARDIANS = (
    DatasetKind.REGISTRATIONS,
    DatasetKind.PUPILS,
    DatasetKind.BIRTHS,
    DatasetKind.KINDERGARTENS,
    DatasetKind.CIVIL_AFFAIRS,
)
OF_HOLDERS = (DatasetKind.PERMITS, DatasetKind.TITLES, DatasetKind.RENTALS, DatasetKind.INSURANCES)
OF_DWELLINGS = (DatasetKind.TITLES, DatasetKind.RENTALS)


class ImportedList:
    """The current list of one kind in a district. Nothing is asked of a list that was never handed in."""

    def __init__(self, district_code: str, *, kind: str) -> None:
        self.kind = DatasetKind(kind)
        self.subjects = SUBJECTS[self.kind]
        self._district = district_code
        self._dataset = find_current_dataset(district_code, self.kind)
        self._entries: dict[str, list[RegisterEntry]] | None = None
        self._guardians: dict[str, set[str]] = {}

    @property
    def register(self) -> str:
        """Return the office that keeps the list, as its facts name it; the kind where none was stated."""
        office = self._dataset.source_office if self._dataset else ""
        return office or self.kind.value

    @property
    def is_there(self) -> bool:
        """Say whether there is a list to ask."""
        return self._dataset is not None

    def prepare(self, children: Iterable[Asked]) -> None:
        """Fetch the rows about all these children and their guardians at once."""
        self._guardians = {} if self.kind not in OF_HOLDERS else guardians_of(self._district, children)
        keys = {child.key for child in children}.union(*self._guardians.values())
        rows = RegisterEntry.objects.filter(dataset=self._dataset, identity_index__in=keys)
        self._entries = defaultdict(list)
        for row in rows.defer("person_sealed").order_by("row_number"):
            self._entries[row.identity_index].append(row)

    def facts_about(self, child: Asked, on: date) -> Sequence[Fact]:
        """Return the facts of the row that counts; of several papers the one that `CHOICES` says."""
        if self._entries is None:
            self.prepare([child])
        assert self._entries is not None  # as just prepared
        keys = [child.key, *sorted(self._guardians.get(child.key, ()))]
        rows = [row for key in keys for row in self._entries.get(key, ())]
        if self.kind in OF_DWELLINGS:  # a family may own one dwelling and live in another
            rows = [row for row in rows if child.unit_code and row.unit_code == child.unit_code]
        if not rows:
            return ()
        row = CHOICES.get(self.kind, _first)(rows)
        facts = [self._fact(data) for data in row.facts]
        if self.kind is DatasetKind.PERMITS:
            holder = "child" if row.identity_index == child.key else "guardian"
            facts.append(
                Fact(FactName.PERMIT_HOLDER, holder, FactSource.LOOK_UP, facts[0].as_of, self.register)
            )
        return [fact for fact in facts if fact.name in self.subjects and fact.as_of <= on]

    def _fact(self, data: Mapping[str, object]) -> Fact:
        stored = fact_from_data(data)
        return Fact(
            stored.name, stored.value, FactSource.LOOK_UP, stored.as_of, self.register, stored.expires_on
        )


def guardians_of(district_code: str, children: Iterable[Asked]) -> dict[str, set[str]]:
    """Return the indexes of each child's guardians, as the lists in use and the census state them. Two queries."""
    keys = {child.key for child in children}
    rows = RegisterEntry.objects.filter(
        ~Q(guardian_index="") | ~Q(second_guardian_index=""),
        dataset__district_id=district_code,
        dataset__kind__in=NAMING_GUARDIANS,
        dataset__status="current",
        identity_index__in=keys,
    )
    found: dict[str, set[str]] = defaultdict(set)
    for child, *numbers in rows.values_list("identity_index", "guardian_index", "second_guardian_index"):
        found[child] |= set(numbers) - {""}
    for child, named in find_census_guardians(district_code, keys).items():
        found[child] |= set(named)
    return found


def _first(rows: Sequence[RegisterEntry]) -> RegisterEntry:
    return rows[0]


def _valid_longest(rows: Sequence[RegisterEntry]) -> RegisterEntry:
    return max(rows, key=lambda row: (_said(row, "permit_valid_until"), -row.row_number))


def _oldest_title(rows: Sequence[RegisterEntry]) -> RegisterEntry:
    return min(rows, key=lambda row: (_said(row, "title_since") or "9999", row.row_number))


def _newest_rental(rows: Sequence[RegisterEntry]) -> RegisterEntry:
    return max(rows, key=lambda row: (_said(row, "rental_since"), -row.row_number))


def _most_insured(rows: Sequence[RegisterEntry]) -> RegisterEntry:
    return max(rows, key=lambda row: (int(_said(row, "insurance_months") or 0), -row.row_number))


# As reconciliation chooses among papers: docs/reconciliation.md.
CHOICES: Mapping[DatasetKind, Callable[[Sequence[RegisterEntry]], RegisterEntry]] = {
    DatasetKind.PERMITS: _valid_longest,
    DatasetKind.TITLES: _oldest_title,
    DatasetKind.RENTALS: _newest_rental,
    DatasetKind.INSURANCES: _most_insured,
}


def _said(row: RegisterEntry, name: str) -> str:
    return next((str(fact["value"]) for fact in row.facts if fact["name"] == name), "")
