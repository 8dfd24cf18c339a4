"""The work list of reconciliation as officers filter it."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import QuerySet

from geo_data.models import CaseState, CatchmentUnit, DatasetKind, Reconciliation, ReconciliationCase
from geo_data.reconciliation.words import CaseCode, CaseKind
from geo_data.selectors.datasets import find_current_dataset
from geo_data.selectors.reconciliation import list_cases


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases: whatever is None is not asked."""

    state: CaseState | None = None
    kind: CaseKind | None = None
    code: CaseCode | None = None
    township: str | None = None
    unit_code: str | None = None

    def query(self) -> str:
        """Return the filter as the query of an address."""
        asked = {
            "state": self.state.value if self.state else "",
            "kind": self.kind.value if self.kind else "",
            "code": self.code.value if self.code else "",
            "township": self.township or "",
            "unit": self.unit_code or "",
        }
        return urlencode({name: value for name, value in asked.items() if value})


def filtered_cases(run: Reconciliation, chosen: CaseFilter) -> QuerySet[ReconciliationCase]:
    """Return the cases of a run that the filter lets through, in the order of the work list."""
    found = list_cases(
        run, state=chosen.state, kind=chosen.kind, code=chosen.code, unit_code=chosen.unit_code
    )
    if chosen.township is None:
        return found
    units = find_current_dataset(run.district_id, DatasetKind.UNITS)
    codes = CatchmentUnit.objects.filter(dataset=units, township=chosen.township).values("code")
    return found.filter(unit_code__in=codes)


def find_next_case(case: ReconciliationCase, chosen: CaseFilter) -> ReconciliationCase | None:
    """Return the first open case of the filter that is not this one."""
    cases = filtered_cases(case.reconciliation, chosen).filter(state=CaseState.OPEN)
    return cases.exclude(pk=case.pk).first()


def unit_names(district_code: str) -> dict[str, str]:
    """Return the names of the current units by code. One query."""
    units = find_current_dataset(district_code, DatasetKind.UNITS)
    return dict(CatchmentUnit.objects.filter(dataset=units).values_list("code", "name")) if units else {}
