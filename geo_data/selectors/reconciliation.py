"""Questions about reconciliation: the newest run, children by unit, entry year and category, the work list."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.db.models import Count, QuerySet

from accounts.permissions import Action, Person, require
from accounts.sealing import Keyring, current_keyring, open_sealed
from common.errors import NotFound
from geo_data.models import (
    CaseState,
    Child,
    Dataset,
    DatasetKind,
    DatasetStatus,
    Departure,
    ReconciledChild,
    Reconciliation,
    ReconciliationCase,
    RegisterEntry,
    SelfRegistration,
)
from geo_data.reconciliation.ages import AgeRule
from geo_data.reconciliation.words import CaseCode, CaseKind, Category, Source
from geo_data.selectors.datasets import find_current_dataset
from geo_data.selectors.registers import OpenedPerson, unseal_census_child, unseal_entry


class NoSuchReconciliation(NotFound):
    """There is no such run, or none of the district."""

    code = "no_such_reconciliation"


class NoSuchCase(NotFound):
    """There is no such case."""

    code = "no_such_case"


LISTS = tuple(source.value for source in Source if source is not Source.DECLARED)
CHILD_TABLE, NAME_FIELD = "geo_data_reconciledchild", "name_sealed"


@dataclass(frozen=True, slots=True)
class ChildCount:
    """Children of a unit who enter in a year and are of a category; `unit_code` is empty where nobody knows it."""

    unit_code: str
    entry_year: int
    category: Category
    children: int


@dataclass(frozen=True, slots=True)
class Trace:
    """What registers know of a child's schooling; `admissions` judges it (rules/no_child_lost.py).

    register_school, attends_school -- None where no list knows the child, or no such list was given
    """

    child: str
    is_resident: bool
    register_school: str | None
    attends_school: str | None


def get_reconciliation(reconciliation_id: UUID | str) -> Reconciliation:
    """Return the run with its district."""
    run = Reconciliation.objects.select_related("district").filter(pk=reconciliation_id).first()
    if run is None:
        raise NoSuchReconciliation("there is no such run", reconciliation=str(reconciliation_id))
    return run


def list_reconciliations(district_code: str) -> QuerySet[Reconciliation]:
    """Return the runs of a district, newest first."""
    return Reconciliation.objects.filter(district_id=district_code).order_by("-number")


def find_newest_reconciliation(district_code: str) -> Reconciliation | None:
    """Return the newest run, of whatever versions."""
    return list_reconciliations(district_code).select_related("district").first()


def find_reconciliation_of_census(census: Dataset) -> Reconciliation | None:
    """Return the newest run over this version of the census."""
    return list_reconciliations(census.district_id).filter(census=census).first()


def find_current_reconciliation(district_code: str) -> Reconciliation | None:
    """Return the newest run over the current census; None when the census is newer than every run."""
    census = find_current_dataset(district_code, DatasetKind.CHILDREN)
    return find_reconciliation_of_census(census) if census else None


def find_reconciliation_in_use(district_code: str) -> Reconciliation | None:
    """Return the newest run when it compared the lists that are in use, all of them and no others; else None.

    A list that was brought in, replaced or withdrawn since means that somebody must reconcile again. Three queries.
    """
    newest = find_newest_reconciliation(district_code)
    if newest is None:
        return None
    lists = Dataset.objects.filter(
        district_id=district_code, kind__in=LISTS, status=DatasetStatus.CURRENT
    ).values_list("pk", flat=True)
    return newest if set(newest.datasets.values_list("pk", flat=True)) == set(lists) else None


def load_children_by_unit(
    run: Reconciliation,
    *,
    rule: AgeRule,
    entry_years: Sequence[int],
    categories: Collection[Category] = tuple(Category),
) -> tuple[ChildCount, ...]:
    """Return the counts that are not 0, by unit, entry year and category. One query.

    A child born on the cut-off day enters in that year, a child born the day after in the next.
    """
    if not entry_years:
        return ()
    first = rule.births_entering(min(entry_years))[0]
    until = rule.births_entering(max(entry_years))[1]
    rows = (
        ReconciledChild.objects.filter(reconciliation=run, birth_on__gte=first, birth_on__lt=until)
        .filter(category__in=[category.value for category in categories])
        .order_by("unit_code", "birth_on", "category")
        .values_list("unit_code", "birth_on", "category")
        .annotate(children=Count("id"))
    )
    return _summed(rows, rule, frozenset(entry_years))


def _summed(
    rows: QuerySet[ReconciledChild, tuple[str, date, str, int]], rule: AgeRule, years: frozenset[int]
) -> tuple[ChildCount, ...]:
    counts: dict[tuple[str, int, str], int] = {}
    for unit, birth_on, category, children in rows:
        key = (unit, rule.entry_year(birth_on), category)
        if key[1] in years:
            counts[key] = counts.get(key, 0) + children
    return tuple(
        ChildCount(unit, year, Category(category), children)
        for (unit, year, category), children in sorted(counts.items())
    )


def list_reconciled_children(
    run: Reconciliation,
    *,
    unit_code: str | None = None,
    category: Category | None = None,
    born_from: date | None = None,
    born_until: date | None = None,
) -> QuerySet[ReconciledChild]:
    """Return children with what opens them, by birth date and id; the last day of birth is excluded."""
    children = ReconciledChild.objects.filter(reconciliation=run).order_by("birth_on", "id")
    children = children.select_related("census_child__household", "entry", "self_registration")
    asked = {
        "unit_code": unit_code,
        "category": category.value if category else None,
        "birth_on__gte": born_from,
        "birth_on__lt": born_until,
    }
    return children.filter(**{name: value for name, value in asked.items() if value is not None})


def open_reconciled(
    children: Sequence[ReconciledChild], *, reader: Person | None, district_code: str
) -> list[OpenedPerson]:
    """Return who the children are, in their order, for somebody who reads the district.

    The name is the one that an officer said holds, where one did; all else is what the leading record says.
    """
    require(reader, Action.READ_DISTRICT, district_code)
    keyring = current_keyring()
    return [
        replace(open_lead(child, keyring), **_decided_name(child, keyring))
        for child in children
        if child.census_child or child.entry or child.self_registration
    ]


def open_lead(row: ReconciledChild | Departure, keyring: Keyring) -> OpenedPerson:
    """Return who the leading record is about. Whoever calls this has asked who may read it."""
    if row.census_child is not None:
        return unseal_census_child(row.census_child, keyring)
    entry = row.entry or row.self_registration
    return unseal_entry(entry, keyring) if entry is not None else OpenedPerson()


def _decided_name(child: ReconciledChild, keyring: Keyring) -> dict[str, str]:
    if child.name_sealed is None:
        return {}
    name = open_sealed(
        child.name_sealed, table=CHILD_TABLE, row_id=child.pk, field=NAME_FIELD, keyring=keyring
    )
    return {"name": name}


def list_cases(
    run: Reconciliation,
    *,
    state: CaseState | None = None,
    kind: CaseKind | None = None,
    code: CaseCode | None = None,
    unit_code: str | None = None,
    born_from: date | None = None,
    born_until: date | None = None,
) -> QuerySet[ReconciliationCase]:
    """Return the work list with its children: open first, then by kind, code, unit, birth date and key."""
    asked = {
        "state": state,
        "kind": kind.value if kind else None,
        "code": code.value if code else None,
        "unit_code": unit_code,
        "birth_on__gte": born_from,
        "birth_on__lt": born_until,
    }
    cases = ReconciliationCase.objects.filter(reconciliation=run)
    cases = cases.filter(**{name: value for name, value in asked.items() if value is not None})
    related = (
        "child__census_child__household",
        "child__entry",
        "child__self_registration",
        "other_child__census_child__household",
        "other_child__entry",
        "other_child__self_registration",
    )
    return cases.select_related(*related).order_by("-state", "kind", "code", "unit_code", "birth_on", "key")


def count_cases(run: Reconciliation) -> Mapping[tuple[str, str, str], int]:
    """Return how many cases there are by kind, code and state. One query."""
    rows = (
        ReconciliationCase.objects.filter(reconciliation=run)
        .order_by("kind", "code", "state")
        .values_list("kind", "code", "state")
        .annotate(cases=Count("id"))
    )
    return {(kind, code, state): cases for kind, code, state, cases in rows}


def get_case(case_id: UUID | str) -> ReconciliationCase:
    """Return one case with its run and child."""
    cases = ReconciliationCase.objects.select_related("reconciliation__district", "child", "other_child")
    case = cases.filter(pk=case_id).first()
    if case is None:
        raise NoSuchCase("there is no such case", case=str(case_id))
    return case


def open_sides(
    case: ReconciliationCase, *, reader: Person | None, district_code: str
) -> tuple[OpenedPerson, OpenedPerson | None]:
    """Return who the two records of a case are about, for somebody who reads the district; None without a second."""
    require(reader, Action.READ_DISTRICT, district_code)
    return _opened_record(case.first), _opened_record(case.second) if case.second else None


def _opened_record(side: Mapping[str, str]) -> OpenedPerson:
    """Return who a record is about; an empty person when its list was deleted since."""
    source, pk, keyring = Source(side["source"]), side["record"], current_keyring()
    if source is Source.CENSUS:
        child = Child.objects.select_related("household").filter(pk=pk).first()
        return OpenedPerson() if child is None else unseal_census_child(child, keyring)
    model = SelfRegistration if source is Source.DECLARED else RegisterEntry
    entry = model.objects.filter(pk=pk).first()
    return OpenedPerson() if entry is None else unseal_entry(entry, keyring)


def facts_of(child: ReconciledChild) -> list[dict[str, object]]:
    """Return all facts that hold, one for each name, by name: those stored stand over the leading record's own.

    The key of the dwelling is that of the run, which knows the number behind an address.

    The child was read with what opens it (`list_reconciled_children`): no query.
    """
    lead = child.census_child or child.entry or child.self_registration
    own = lead.facts if lead is not None else []
    by_name = {str(fact["name"]): fact for fact in [*own, *child.facts]}
    dwelling = by_name.pop("dwelling_key", None)
    if dwelling is not None and child.dwelling_key:
        by_name["dwelling_key"] = {**dwelling, "value": child.dwelling_key}
    return [by_name[name] for name in sorted(by_name)]


def load_traces(run: Reconciliation, *, rule: AgeRule, on: date) -> tuple[Trace, ...]:
    """Return the children of school age that day, by id: registered, in which pupil register, seen where. One query."""
    first, until = rule.births_of_school_age(on)
    rows = (
        ReconciledChild.objects.filter(reconciliation=run, birth_on__gte=first, birth_on__lt=until)
        .order_by("id")
        .values_list("id", "is_registered", "register_school", "attends_school")
    )
    return tuple(
        Trace(str(child), is_registered, register or None, attends or None)
        for child, is_registered, register, attends in rows
    )
