"""What a portal is answered about each application of a request."""

from collections.abc import Mapping
from dataclasses import dataclass

from admissions.models import PortalApplication
from admissions.services.portal_changes import Change, Changes, Filed
from geo_data.tables.findings import FIRST_DATA_ROW, Finding, Findings
from geo_data.tables.portal_json import is_whole

LONGEST_NUMBER = 60
PERSONAL = "portal_number_is_identity"


@dataclass(frozen=True, slots=True)
class Item:
    """One application of a delivery: its place (0 is the first), what became of it, and what was found."""

    index: int
    number: str
    change: Change
    receipt: str = ""
    findings: tuple[Finding, ...] = ()


def items_of(
    numbers: Mapping[int, str],
    changes: Changes,
    findings: Findings,
    filed: Filed,
    known: Mapping[str, PortalApplication],
) -> tuple[Item, ...]:
    """Return the items of a request in their order.

    numbers -- the portal's number of every item by its row; a file has none, its findings tell the rows
    """
    found: dict[int, list[Finding]] = {}
    for finding in findings.kept():
        found.setdefault(finding.row, []).append(finding)
    outcomes = changes.outcomes()
    return tuple(
        _item(row, number, tuple(found.get(row, ())), outcomes, filed, known)
        for row, number in sorted(numbers.items())
    )


def _item(
    row: int,
    number: str,
    found: tuple[Finding, ...],
    outcomes: Mapping[str, Change],
    filed: Filed,
    known: Mapping[str, PortalApplication],
) -> Item:
    is_refused = any(finding.condemns_row for finding in found)
    change = Change.REFUSED if is_refused else outcomes.get(number, Change.UNCHANGED)
    application = filed.applications.get(number)
    if application is None and number in known:
        application = known[number].application
    return Item(
        index=row - FIRST_DATA_ROW,
        number="" if any(finding.code == PERSONAL for finding in found) else number[:LONGEST_NUMBER],
        change=change,
        receipt=application.receipt.receipt if application and not is_refused else "",
        findings=found,
    )


def item_data(item: Item) -> dict[str, object]:
    """Return what a portal is answered about one application, without personal data."""
    return {
        "index": item.index,
        "application_number": item.number,
        "outcome": item.change.value,
        "receipt": item.receipt,
        "findings": [
            {
                "code": found.code,
                "column": found.column,
                "zh": _sentence(found, "zh"),
                "en": _sentence(found, "en"),
            }
            for found in item.findings
        ],
    }


def _sentence(found: Finding, language: str) -> str:
    """Return the sentence without its row, which the index tells, and without what no database can hold."""
    value = found.value if is_whole(found.value) else "?"
    return Finding(found.code, 0, found.column, value).sentence(language)
