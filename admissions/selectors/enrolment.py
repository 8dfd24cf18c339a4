"""Who arrived at the schools of a round, and who has not: by school, and child by child."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from accounts.permissions import Action, Person, may
from accounts.sealing import current_keyring, open_sealed
from admissions.models import LIVE_OFFERS, AdmissionRound, Application, Offer, OfferStatus
from admissions.rules.conditions import comparisons_in
from admissions.rules.enrolment import Place
from admissions.rules.facts import FactName
from admissions.rules.policy_records import Policy
from admissions.selectors.rounds import policy_of
from common.errors import NotFound
from geo_data.models import DatasetKind, RegisterEntry
from geo_data.selectors.datasets import find_current_dataset

TABLE = "admissions_application"


class NoSuchSchoolInRound(NotFound):
    """The round has no line of this school."""

    code = "no_such_school_in_round"


@dataclass(frozen=True, slots=True)
class SchoolArrivals:
    """How many children have a live place at a school, how many of them are enrolled, and how many are awaited."""

    code: str
    name: str
    places: int
    enrolled: int

    @property
    def awaited(self) -> int:
        """Return the places without arrival."""
        return self.places - self.enrolled


@dataclass(frozen=True, slots=True)
class ExpectedChild:
    """A child with a live place. `name` is empty for whoever may not read names."""

    offer: Offer
    receipt: str
    category: str
    name: str

    @property
    def is_enrolled(self) -> bool:
        """Say whether the child has arrived."""
        return self.offer.status == OfferStatus.ENROLLED


def count_arrivals(admission_round: AdmissionRound) -> tuple[SchoolArrivals, ...]:
    """Return the schools of the round, those with most children awaited first, then by code. One query."""
    live = Q(offers__status__in=LIVE_OFFERS)
    rows = (
        admission_round.lines.order_by("school__code")
        .values_list("school__code", "school__name")
        .annotate(
            places=Count("offers", filter=live),
            enrolled=Count("offers", filter=Q(offers__status=OfferStatus.ENROLLED)),
        )
    )
    found = [SchoolArrivals(*row) for row in rows]
    return tuple(sorted(found, key=lambda row: (-row.awaited, row.code)))


def school_arrivals(admission_round: AdmissionRound, school_code: str) -> SchoolArrivals:
    """Return the counts of one school. Raises NoSuchSchoolInRound."""
    for row in count_arrivals(admission_round):
        if row.code == school_code:
            return row
    raise NoSuchSchoolInRound("the round has no such school", school=school_code)


def list_expected(
    admission_round: AdmissionRound, school_code: str, *, reader: Person | None
) -> tuple[ExpectedChild, ...]:
    """Return the children with a live place at the school, those awaited first, then by receipt. One query.

    Names are opened only for whoever reviews applications of the district; a category that tells of a preferential
    group is left out for whoever may not see those.
    """
    shows_names = may(reader, Action.REVIEW_APPLICATIONS, admission_round.district_id)
    hidden = set[str]()
    if not may(reader, Action.READ_PREFERENCES, admission_round.district_id):
        hidden = preferential_categories(policy_of(admission_round))
    rows = live_offers(admission_round).filter(line__school__code=school_code)
    return tuple(
        sorted(
            (_expected(row, hidden, shows_names=shows_names) for row in rows),
            key=lambda child: (child.is_enrolled, child.receipt),
        )
    )


def list_without_arrival(admission_round: AdmissionRound) -> QuerySet[Offer]:
    """Return the live places whose children have not arrived, by school and receipt. One query."""
    awaited = live_offers(admission_round).exclude(status=OfferStatus.ENROLLED)
    return awaited.order_by("line__school__code", "application__receipt__receipt")


def live_offers(admission_round: AdmissionRound) -> QuerySet[Offer]:
    """Return the offers that take a seat, with school, application and receipt."""
    rows = Offer.objects.filter(round=admission_round, status__in=LIVE_OFFERS)
    return rows.select_related("line__school", "application__receipt")


def places_of(offers: Mapping[str, Offer]) -> dict[str, Place]:
    """Return the offers as the rules read them, by receipt."""
    return {receipt: Place(offer.line.school.code, offer.status) for receipt, offer in offers.items()}


def has_pupil_register(offer: Offer) -> bool:
    """Say whether the pupil register in use has the child at the school of its place. Two queries."""
    register = find_current_dataset(offer.round.district_id, DatasetKind.PUPILS)
    entries = RegisterEntry.objects.filter(
        dataset=register, identity_index=offer.child_index, school_code=offer.line.school.code
    )
    return register is not None and entries.exists()


def preferential_categories(policy: Policy) -> set[str]:
    """Return the categories whose condition asks for a preferential group."""
    return {
        category.code
        for category in policy.categories
        if any(part.term is FactName.PREFERENTIAL_KIND for part in comparisons_in(category.when))
    }


def _expected(offer: Offer, hidden: Collection[str], *, shows_names: bool) -> ExpectedChild:
    application = offer.application
    return ExpectedChild(
        offer=offer,
        receipt=application.receipt.receipt,
        category="" if application.category in hidden else application.category,
        name=_name(application) if shows_names else "",
    )


def _name(application: Application) -> str:
    return open_sealed(
        application.name_sealed,
        table=TABLE,
        row_id=application.pk,
        field="name_sealed",
        keyring=current_keyring(),
    )
