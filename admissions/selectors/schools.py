"""The lines of one school, as the school itself may read them: counts, and after publication receipts. No names."""

from dataclasses import dataclass

from django.db.models import Count, Q

from admissions.models import LIVE_OFFERS, LIVE_STATUSES, AdmissionRound, Offer, PlanLine, RoundStatus

SHOWN = (RoundStatus.OPEN, RoundStatus.CLOSED, RoundStatus.DRAWN, RoundStatus.PUBLISHED)


@dataclass(frozen=True, slots=True)
class SchoolLine:
    """A line of the school.

    applicants -- children who listed it and whose application still counts
    admitted   -- children who hold a place or are enrolled; nobody before publication
    """

    round: AdmissionRound
    line: PlanLine
    applicants: int
    admitted: int


def list_school_lines(district_code: str, school_code: str) -> list[SchoolLine]:
    """Return the lines of the school in all rounds that have opened, the newest round first."""
    counts = Count("choices", filter=Q(choices__application__status__in=LIVE_STATUSES))
    rows = (
        PlanLine.objects.filter(
            round__district_id=district_code, school__code=school_code, round__status__in=SHOWN
        )
        .select_related("round", "school")
        .annotate(applicants=counts)
        .order_by("-round__year", "round__stage", "-round__created_at", "line_id")
    )
    return [SchoolLine(row.round, row, row.applicants, row.offers_live) for row in rows]


def list_placed_receipts(
    admission_round: AdmissionRound, school_code: str
) -> list[tuple[PlanLine, tuple[str, ...]]]:
    """Return the receipts that hold a place at each line of the school, ascending; none before publication."""
    lines = (
        admission_round.lines.filter(school__code=school_code).select_related("school").order_by("line_id")
    )
    offers = Offer.objects.filter(line__in=lines, status__in=LIVE_OFFERS, round=admission_round)
    placed = list(
        offers.order_by("application__receipt__receipt").values_list(
            "line_id", "application__receipt__receipt"
        )
    )
    return [(line, tuple(receipt for line_id, receipt in placed if line_id == line.pk)) for line in lines]
