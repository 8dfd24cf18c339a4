"""The home of data: what is in use, what is missing, what waits for a decision; and every version there was."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.permissions import Action, may
from frontend.pages.guards import for_staff
from frontend.pages.officers.data.guide import GUIDES, NEEDS, Guide, Need, missing_before
from frontend.pages.officers.data.kinds import Addresses, addresses_of
from frontend.pages.officers.districts import district_of
from geo_data.models import Dataset, DatasetKind, DatasetStatus
from geo_data.selectors.datasets import list_datasets

VERSIONS_PER_PAGE = 50
WAITING = (DatasetStatus.PROPOSED, DatasetStatus.REFUSED)


@dataclass(frozen=True, slots=True)
class KindLine:
    """One kind of data: what it is for, what of it is in use, and where to go."""

    guide: Guide
    dataset: Dataset | None
    before: Sequence[str]
    addresses: Addresses

    @property
    def kind(self) -> str:
        """Return the kind's name in addresses."""
        return self.guide.kind.value

    @property
    def label(self) -> str:
        """Return what the kind is called."""
        return str(self.guide.kind.label)

    @property
    def need(self) -> str:
        """Say how much depends on it."""
        return str(NEEDS[self.guide.need])

    @property
    def is_needed(self) -> bool:
        """Say whether nothing works without it."""
        return self.guide.need is Need.NEEDED


@require_safe
@for_staff
def home(request: HttpRequest, person: User) -> HttpResponse:
    """Show what is in use kind by kind, in the order in which files should come."""
    district = district_of(request, person)
    may_import = may(person, Action.IMPORT_DATA, district.code)
    versions = list_datasets(district.code).select_related("imported_by")
    lines = kind_lines(versions.filter(status=DatasetStatus.CURRENT))
    context = {
        "district": district,
        "may_import": may_import,
        "lines": lines,
        "missing": [line.label for line in lines if line.is_needed and not line.dataset],
        "waiting": _waiting(versions) if may_import else [],
    }
    return render(request, "officers/data/home.html", context)


@require_safe
@for_staff
def history(request: HttpRequest, person: User) -> HttpResponse:
    """List every version, newest first."""
    district = district_of(request, person)
    kind = request.GET.get("kind", "")
    versions = list_datasets(district.code).select_related("imported_by")
    if kind in DatasetKind.values:
        versions = versions.filter(kind=kind)
    page = Paginator(versions, VERSIONS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"district": district, "page": page, "kind": kind, "kinds": DatasetKind.choices}
    return render(request, "officers/data/history.html", context)


def _waiting(versions: QuerySet[Dataset]) -> QuerySet[Dataset]:
    """Return what waits for a decision; a refused reading waits only while no better reading of its file is there."""
    better = Q(upload__datasets__status__in=(DatasetStatus.PROPOSED, DatasetStatus.CURRENT))
    waiting = versions.filter(status__in=WAITING)
    return waiting.exclude(better, status=DatasetStatus.REFUSED)


def kind_lines(current: Iterable[Dataset]) -> list[KindLine]:
    """Return all kinds in the order in which they should come, each with its current version."""
    by_kind = {DatasetKind(one.kind): one for one in current}
    here = frozenset(by_kind)
    return [
        KindLine(
            guide,
            by_kind.get(guide.kind),
            [str(kind.label) for kind in missing_before(guide.kind, here)],
            addresses_of(guide.kind),
        )
        for guide in GUIDES
    ]
