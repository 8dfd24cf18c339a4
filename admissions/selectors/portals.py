"""Portals' mappings as stored, and what of them is known in a round."""

from collections.abc import Mapping
from functools import lru_cache

from django.db.models import Count

from admissions.models import AdmissionRound, PortalApplication, PortalBatch, PortalMappingVersion
from admissions.rules.portal_mapping import parse_portal_mapping
from admissions.rules.portal_records import PortalMapping
from common.errors import NotFound


class NoSuchPortal(NotFound):
    """The district has no mapping of this portal."""

    code = "no_such_portal"


def find_mapping_version(district_code: str, portal: str) -> PortalMappingVersion | None:
    """Return the newest version of the portal's mapping, which holds; or None."""
    rows = PortalMappingVersion.objects.filter(district_id=district_code, portal=portal)
    return rows.order_by("-number").first()


def get_mapping_version(district_code: str, portal: str) -> PortalMappingVersion:
    """Return the mapping that holds. Raises NoSuchPortal."""
    found = find_mapping_version(district_code, portal)
    if found is None:
        raise NoSuchPortal(f"the district has no mapping of {portal}; save one first", portal=portal)
    return found


def mapping_of(version: PortalMappingVersion) -> PortalMapping:
    """Return what the version says. The same digest is parsed once."""
    return _mapping(_MappingData(version.digest, version.data))


def load_known(admission_round: AdmissionRound, portal: str) -> dict[str, PortalApplication]:
    """Return what the portal handed in before, by its number, with application and receipt. One query."""
    rows = PortalApplication.objects.filter(round=admission_round, portal=portal)
    return {row.number: row for row in rows.select_related("application__receipt")}


def find_batch(admission_round: AdmissionRound, portal: str, kind: str, key: str) -> PortalBatch | None:
    """Return the file or request of that key that was taken, or None."""
    rows = PortalBatch.objects.filter(round=admission_round, portal=portal, kind=kind, key=key)
    return rows.select_related("mapping").first()


def count_by_portal(admission_round: AdmissionRound) -> list[tuple[str, int, int]]:
    """Return (portal, applications that stand at it, files and requests taken) by portal."""
    batches: Mapping[str, int] = dict(
        PortalBatch.objects.filter(round=admission_round).values_list("portal").annotate(Count("id"))
    )
    standing = dict(
        PortalApplication.objects.filter(round=admission_round, is_withdrawn=False)
        .values_list("portal")
        .annotate(Count("id"))
    )
    return [(portal, standing.get(portal, 0), batches[portal]) for portal in sorted(batches)]


class _MappingData:
    """Mapping data, equal when their digests are."""

    def __init__(self, digest: str, data: dict[str, object]) -> None:
        self.digest, self.data = digest, data

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _MappingData) and other.digest == self.digest

    def __hash__(self) -> int:
        return hash(self.digest)


@lru_cache(maxsize=16)
def _mapping(stored: _MappingData) -> PortalMapping:
    return parse_portal_mapping(stored.data)
