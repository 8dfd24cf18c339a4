"""What a portal states of a child as the form of our own guardians' page."""

from collections.abc import Collection
from datetime import date

from accounts.sealing import blind_digest
from admissions.rules.facts import Fact, FactName, FactSource
from admissions.services.applications import ApplicationForm
from common.canonical import CanonicalValue, canonical_json
from geo_data.tables.portal_table import PortalRow


def form_of(row: PortalRow, *, portal: str, private_schools: Collection[str], on: date) -> ApplicationForm:
    """Return the form of a row.

    A list in which private and public schools are mixed is parted, each in its order. Twins' codes are the portal's
    own: they are kept apart from those of other portals and of this page.
    """
    private = tuple(school for school in row.mixed if school in private_schools)
    public = tuple(school for school in row.mixed if school not in private_schools)
    return ApplicationForm(
        identity_number=row.identity,
        child_name=row.name,
        birth_on=row.birth_on,
        sex=row.sex,
        unit_code=row.unit_code,
        address=row.address,
        guardian_name=row.guardian_name,
        phone=row.phone,
        private_schools=row.private or private,
        public_schools=row.public or public,
        accepts_coordination=row.accepts_coordination,
        accepts_adjustment=row.accepts_adjustment,
        group_code=f"{portal}/{row.group_code}" if row.group_code else "",
        split_allowed=row.split_allowed,
        facts=tuple(_fact(portal, name, proved_by, value, on) for name, proved_by, value in row.facts),
    )


def content_of(row: PortalRow) -> str:
    """Return a keyed digest of all that the portal states of the child: equal contents are no change."""
    return blind_digest(canonical_json(_plain(row[2:])).decode(), purpose="portal-content")


def _fact(portal: str, name: str, proved_by: str, value: object, on: date) -> Fact:
    """Return a fact as the family declared it, or as a register answered that the portal asked."""
    source = FactSource.LOOK_UP if proved_by else FactSource.DECLARED
    verifier = f"{portal}/{proved_by}" if proved_by else ""
    return Fact(FactName(name), value, source, on, verifier)  # type: ignore[arg-type]  # Fact checks its kind


def _plain(value: object) -> CanonicalValue:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, str | int):
        return value
    raise TypeError(f"a {type(value).__name__} is nothing that a portal states")
