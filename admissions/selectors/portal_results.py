"""What a portal is told of its own applications: statuses before results, results after publication."""

import csv
import io
from collections.abc import Iterator, Mapping
from uuid import UUID

from django.db.models import QuerySet

from admissions.models import (
    LIVE_OFFERS,
    AdmissionRound,
    Application,
    ApplicationChoice,
    ApplicationStatus,
    ChoiceOutcome,
    DrawRecord,
    Offer,
    Placement,
    PortalApplication,
    RoundStatus,
    WaitlistMove,
)
from admissions.rules.documents_catalogue import Document
from admissions.rules.portal_files import ChoiceOf, PortalFile, ResultOf, StatusOf, result_file, status_file
from admissions.rules.portal_records import Outcome, PortalMapping, PortalStatus
from admissions.selectors.applications import documents_wanted
from admissions.selectors.bundles import unzip_files
from admissions.selectors.results import NoResults, find_draw
from admissions.selectors.rounds import round_code

CHUNK = 5_000
DECIDED: Mapping[str, tuple[Outcome, str]] = {
    ApplicationStatus.WITHDRAWN: (Outcome.WITHDRAWN, "withdrawn"),
    ApplicationStatus.REFUSED: (Outcome.REFUSED, "refused"),
}


def portal_statuses(admission_round: AdmissionRound, mapping: PortalMapping) -> PortalFile:
    """Return where the portal's applications stand, in its form."""
    lines: dict[UUID, list[str]] = {}
    waiting = _links(admission_round, mapping.portal).filter(
        application__status__in=[ApplicationStatus.FILED, ApplicationStatus.RETURNED]
    )
    chosen = Application.objects.filter(portal_application__in=waiting).order_by("pk", "choices__position")
    for application_id, line_id in chosen.values_list("pk", "choices__line__line_id"):
        lines.setdefault(application_id, []).extend([line_id] if line_id else [])
    statuses = [
        _status(link, lines.get(link.application_id, []))
        for link in _links(admission_round, mapping.portal).iterator(chunk_size=CHUNK)
    ]
    return status_file(mapping, round_code(admission_round), statuses)


def portal_results(admission_round: AdmissionRound, mapping: PortalMapping) -> PortalFile:
    """Return what became of the portal's applications, places given on and given up included, in its form.

    Raises NoResults before publication, and SchoolWithoutCode.
    """
    draw = find_draw(admission_round)
    if admission_round.status != RoundStatus.PUBLISHED or draw is None:
        raise NoResults("the results of this round are not published")
    known = _Known(draw, _links(admission_round, mapping.portal))
    rows = _links(admission_round, mapping.portal).iterator(chunk_size=CHUNK)
    return result_file(mapping, round_code(admission_round), [known.result(link) for link in rows])


def _links(admission_round: AdmissionRound, portal: str) -> QuerySet[PortalApplication]:
    rows = PortalApplication.objects.filter(round=admission_round, portal=portal).order_by("number")
    return rows.select_related("application__receipt", "application__round__publication__plan")


def _status(link: PortalApplication, line_ids: list[str]) -> StatusOf:
    application = link.application
    status, documents = PortalStatus.RECEIVED, tuple[Document, ...]()
    match application.status:
        case ApplicationStatus.ACCEPTED:
            status = PortalStatus.CHECKED
        case ApplicationStatus.REFUSED:
            status = PortalStatus.REFUSED
        case ApplicationStatus.WITHDRAWN:
            status = PortalStatus.WITHDRAWN
        case _:
            documents = tuple(item.document for item in documents_wanted(application, line_ids))
            if documents or application.status == ApplicationStatus.RETURNED:
                status = PortalStatus.DOCUMENTS_WANTED
    return StatusOf(link.number, application.receipt.receipt, status, documents)


class _Known:
    """What draw, moves and offers say of the portal's applications, each asked for once."""

    def __init__(self, draw: DrawRecord, links: QuerySet[PortalApplication]) -> None:
        of_portal = Application.objects.filter(portal_application__in=links)
        placed = Placement.objects.filter(draw=draw, application__in=of_portal)
        self._placements = {row.application_id: row for row in placed}
        offers = Offer.objects.filter(application__in=of_portal).select_related("line__school")
        self._offers = {row.application_id: row for row in offers.order_by("offered_at", "pk")}
        moves = WaitlistMove.objects.filter(run__draw=draw, application__in=of_portal)
        self._moved = {(row.application_id, row.to_line_id): row.rule for row in moves}
        self._choices: dict[UUID, list[ChoiceOutcome]] = {}
        outcomes = ChoiceOutcome.objects.filter(draw=draw, application__in=of_portal)
        listed = ApplicationChoice.objects.filter(application__in=of_portal)
        chosen = set(listed.values_list("application_id", "line_id"))
        for row in outcomes.select_related("line__school").order_by("choice", "line__line_id"):
            # Schools that adjustment passed by were not chosen and are not told.
            is_choice = (row.application_id, row.line_id) in chosen or row.line.reserve_of_id is not None
            if is_choice or row.reason == "admitted":
                self._choices.setdefault(row.application_id, []).append(row)
        self._tickets = _tickets(draw)

    def result(self, link: PortalApplication) -> ResultOf:
        """Return what became of one application."""
        application = link.application
        offer, choices = self._offers.get(application.pk), self._choices.get(application.pk, [])
        has_place = offer is not None and offer.status in LIVE_OFFERS
        outcome, reason = self._outcome(application, offer)
        placed = self._placements.get(application.pk)
        at_draw = placed is not None and offer is not None and placed.line_id == offer.line_id
        waiting = [row.waitlist_place for row in choices if row.waitlist_place]
        return ResultOf(
            number=link.number,
            receipt=application.receipt.receipt,
            outcome=outcome,
            reason=reason,
            school=offer.line.school.code if offer and has_place else "",
            school_name=offer.line.school.name if offer and has_place else "",
            line=offer.line.rule if offer and has_place else "",
            track=offer.line.track if offer and has_place else "",
            choice=placed.choice if placed and has_place and at_draw else self._choice(offer, choices),
            waiting_place=min(waiting) if waiting and outcome is Outcome.WAITING else None,
            tickets=self._tickets.get(application.receipt.receipt, {}),
            choices=tuple(ChoiceOf(row.line.school.code, row.line.rule, row.reason) for row in choices),
        )

    def _outcome(self, application: Application, offer: Offer | None) -> tuple[Outcome, str]:
        """Return what became of it and why: decided before the draw, by an offer, or by the lack of one."""
        if application.status in DECIDED:
            return DECIDED[application.status]
        placed = self._placements.get(application.pk)
        if offer is None:
            return self._without_place(application, placed)
        rule = self._moved.get((application.pk, offer.line_id))
        moved = {"waitlist": "given_on", "left_off": "left_off_placed"}.get(rule or "", "")
        reason = moved or (placed.reason if placed else "admitted")
        if offer.status not in LIVE_OFFERS:
            return Outcome.GIVEN_UP, reason
        return (Outcome.COORDINATED if reason == "coordinated" else Outcome.ADMITTED), reason

    def _without_place(self, application: Application, placed: Placement | None) -> tuple[Outcome, str]:
        if placed is None:
            return Outcome.LEFT_OFF, "left_off_waits"
        waits = any(row.waitlist_place for row in self._choices.get(application.pk, []))
        return (Outcome.WAITING if waits else Outcome.NOT_PLACED), placed.reason

    def _choice(self, offer: Offer | None, choices: list[ChoiceOutcome]) -> int | None:
        """Return the place in the list of a line that was given on."""
        if offer is None or offer.status not in LIVE_OFFERS:
            return None
        return next((row.choice for row in choices if row.line_id == offer.line_id), None)


def _tickets(draw: DrawRecord) -> dict[str, dict[str, str]]:
    """Return receipt -> urn -> ticket, as published."""
    files = unzip_files(bytes(DrawRecord.objects.only("bundle").get(pk=draw.pk).bundle))
    found: dict[str, dict[str, str]] = {}
    for row in _rows(files["tickets.csv"]):
        found.setdefault(row["receipt"], {})[row["urn"]] = row["ticket"]
    return found


def _rows(table: bytes) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(io.StringIO(table.decode("utf-8")))
