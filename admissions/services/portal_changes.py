"""What a portal's delivery changes: told first, then done whole, through the services that families file by."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Action
from admissions.models import (
    LIVE_STATUSES,
    AdmissionRound,
    Application,
    ApplicationStatus,
    PortalApplication,
    PortalBatch,
)
from admissions.rules.facts import FactSource
from admissions.selectors.world import world_of
from admissions.services.applications import AlreadyFiled, file_applications
from admissions.services.portal_forms import content_of, form_of
from admissions.services.review import withdraw_at_portal
from common.canonical import CanonicalValue, digest
from common.errors import DomainError
from geo_data.tables.findings import Findings, Keep
from geo_data.tables.portal_table import PortalRow

BATCH = 2_000
REVIEWED_BY = (FactSource.OFFICER.value, FactSource.DOCUMENT.value)


class Change(StrEnum):
    """What became of one application of a delivery."""

    ADDED = "added"
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Changed:
    """An application that stands otherwise at the portal than before; `link` is what was known of it."""

    row: PortalRow
    link: PortalApplication


@dataclass(frozen=True, slots=True)
class Changes:
    """A delivery beside what was known: all that has to be done, and what need not.

    withdrawn -- known ones that are withdrawn at the portal, or missing in a complete file
    refused   -- rows that the rules refuse, and why
    """

    added: tuple[PortalRow, ...] = ()
    changed: tuple[Changed, ...] = ()
    withdrawn: tuple[PortalApplication, ...] = ()
    unchanged: tuple[str, ...] = ()
    refused: tuple[tuple[PortalRow, DomainError], ...] = ()

    @property
    def is_nothing(self) -> bool:
        """Say whether nothing stands otherwise than before."""
        return not (self.added or self.changed or self.withdrawn)

    @property
    def rows(self) -> tuple[PortalRow, ...]:
        """Return the rows to be filed: new ones, then changed ones."""
        return (*self.added, *(item.row for item in self.changed))

    def without(self, refused: Sequence[tuple[PortalRow, DomainError]]) -> "Changes":
        """Return the changes without what is refused."""
        gone = {row.number for row, _ in refused}
        return replace(
            self,
            added=tuple(row for row in self.added if row.number not in gone),
            changed=tuple(item for item in self.changed if item.row.number not in gone),
            refused=(*self.refused, *refused),
        )

    def outcomes(self) -> dict[str, Change]:
        """Return what becomes of each application, by the portal's number in ascending order."""
        found = {
            **dict.fromkeys(self.unchanged, Change.UNCHANGED),
            **dict.fromkeys((row.number for row in self.added), Change.ADDED),
            **dict.fromkeys((item.row.number for item in self.changed), Change.CHANGED),
            **dict.fromkeys((link.number for link in self.withdrawn), Change.WITHDRAWN),
            **dict.fromkeys((row.number for row, _ in self.refused), Change.REFUSED),
        }
        return dict(sorted(found.items()))

    def plan_digest(self, key: str) -> str:
        """Return what a confirmation names, so that what is done is what was shown."""
        told: list[CanonicalValue] = [[number, change.value] for number, change in self.outcomes().items()]
        return digest({"key": key, "changes": told})[:16]


@dataclass(slots=True)
class Filed:
    """What was filed: the application of each row, by the portal's number."""

    applications: dict[str, Application] = field(default_factory=dict)


def compare(
    rows: Sequence[PortalRow],
    known: dict[str, PortalApplication],
    findings: Findings,
    *,
    is_complete: bool,
) -> Changes:
    """Return what the rows change. Rows left out of a complete file could be any: then nothing missing is withdrawn."""
    added, changed, withdrawn, unchanged = list[PortalRow](), list[Changed](), [], list[str]()
    for row in rows:
        link = known.get(row.number)
        if link is None and row.is_withdrawn:
            findings.add("portal_not_known", row.row, "", row.number)
        elif link is None:
            added.append(row)
        elif row.is_withdrawn and not link.is_withdrawn:
            withdrawn.append(link)
        elif row.is_withdrawn or (not link.is_withdrawn and link.content == content_of(row)):
            unchanged.append(row.number)
            _note_decided(row, link, findings)
        else:
            changed.append(Changed(row, link))
            _note_reviewed(row, link, findings)
    if is_complete and findings.bad_rows:
        findings.add("portal_none_withdrawn")
    elif is_complete:
        present = {row.number for row in rows}
        withdrawn += [link for link in known.values() if not link.is_withdrawn and link.number not in present]
    withdrawn.sort(key=lambda link: link.number)
    return Changes(tuple(added), tuple(changed), tuple(withdrawn), tuple(unchanged))


def carry_out(
    changes: Changes,
    admission_round: AdmissionRound,
    portal: str,
    findings: Findings,
    *,
    actor: User | None,
    now: datetime,
) -> tuple[Changes, Filed]:
    """Withdraw and file in the caller's transaction; return what could be done.

    A change that the rules refuse leaves the earlier application as it was, so all is undone and done again without
    it, until nothing changed is refused; new ones that are refused are left out.
    """
    while True:
        with transaction.atomic():
            _withdraw(changes, actor=actor, now=now)
            filed, refused = _file(changes, admission_round, portal, actor=actor, now=now)
            again = {item.row.number for item in changes.changed} & {row.number for row, _ in refused}
            if again:
                transaction.set_rollback(True)
        for row, problem in refused:
            if not again or row.number in again or findings.keep is Keep.ALL_OR_NOTHING:
                findings.add(*_finding(row, problem))
        if not again or findings.keep is Keep.ALL_OR_NOTHING:
            return changes.without(refused), filed
        changes = changes.without([item for item in refused if item[0].number in again])


def write_links(changes: Changes, filed: Filed, batch: PortalBatch) -> None:
    """Write which application stands for which number of the portal."""
    PortalApplication.objects.bulk_create(
        (
            PortalApplication(
                round_id=batch.round_id,
                portal=batch.portal,
                number=row.number,
                application=filed.applications[row.number],
                content=content_of(row),
                batch=batch,
            )
            for row in changes.added
        ),
        batch_size=BATCH,
    )
    for item in changes.changed:
        link = item.link
        link.application, link.content = filed.applications[item.row.number], content_of(item.row)
        link.is_withdrawn, link.batch = False, batch
    for link in changes.withdrawn:
        link.is_withdrawn, link.batch = True, batch
    PortalApplication.objects.bulk_update(
        [*(item.link for item in changes.changed), *changes.withdrawn],
        ["application", "content", "is_withdrawn", "batch"],
        batch_size=BATCH,
    )


def _withdraw(changes: Changes, *, actor: User | None, now: datetime) -> None:
    for reason, links in (
        ("changed at the portal", [item.link for item in changes.changed]),
        ("withdrawn at the portal", changes.withdrawn),
    ):
        for link in sorted(links, key=lambda link: link.application_id):
            if link.application.status in LIVE_STATUSES:
                withdraw_at_portal(actor=actor, now=now, application_id=link.application_id, reason=reason)


def _file(
    changes: Changes, admission_round: AdmissionRound, portal: str, *, actor: User | None, now: datetime
) -> tuple[Filed, list[tuple[PortalRow, DomainError]]]:
    rows = changes.rows
    if not rows:
        return Filed(), []
    private = frozenset(world_of(admission_round).private_schools())
    filed = file_applications(
        actor=actor,
        now=now,
        round_id=admission_round.pk,
        forms=[
            form_of(row, portal=portal, private_schools=private, on=timezone.localtime(now).date())
            for row in rows
        ],
        source=portal,
        action=Action.EXCHANGE_APPLICATIONS,
    )
    refused = {item.index: item.problem for item in filed.refused}
    good = [row.number for place, row in enumerate(rows) if place not in refused]
    return (
        Filed(dict(zip(good, filed.applications, strict=True))),
        [(rows[place], problem) for place, problem in refused.items()],
    )


def _finding(row: PortalRow, problem: DomainError) -> tuple[str, int, str, str]:
    if isinstance(problem, AlreadyFiled):
        return "portal_filed_elsewhere", row.row, "", row.number
    return "portal_refused", row.row, "", f"{row.number}: {problem.message}"


def _note_decided(row: PortalRow, link: PortalApplication, findings: Findings) -> None:
    stands = (ApplicationStatus.FILED, ApplicationStatus.ACCEPTED)
    if not row.is_withdrawn and link.application.status not in stands:
        findings.add("portal_decided_here", row.row, "", row.number)


def _note_reviewed(row: PortalRow, link: PortalApplication, findings: Findings) -> None:
    settled = any(fact["source"] in REVIEWED_BY for fact in link.application.facts)
    if settled or link.application.status in (ApplicationStatus.RETURNED, ApplicationStatus.REFUSED):
        findings.add("portal_reviewed_anew", row.row, "", row.number)
