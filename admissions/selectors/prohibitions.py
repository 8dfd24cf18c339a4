"""Evidence for the report of the ten prohibitions, counted from the data of one round. Every count should be 0."""

from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q

from admissions.models import AdmissionRound, Application, ApplicationChoice, Offer, OfferStatus, Placement
from admissions.rules.documents_catalogue import CATALOGUE, Document, Standing
from admissions.rules.policy import PolicyFault, parse_policy
from admissions.rules.prohibitions import Evidence, ProhibitionRow, prohibition_report
from admissions.rules.vocabulary import FactName
from admissions.selectors.rounds import policy_of

# Given up and lapsed places are no places; whatever else an offer becomes, it counts.
GIVEN_UP = (OfferStatus.DECLINED, OfferStatus.LAPSED)
PAYMENTS = "(payment|donation|invoice|tuition|_fee)"
CLASSES = "(classlist|class_list|schoolclass|school_class|classdivision|class_division)"
SCHOOL_TEXTS = "(introduction|slogan|publicity|advert|ranking|prize|description)"
UNKNOWN_FACTS = """
SELECT count(*) FROM admissions_application AS application,
       jsonb_array_elements(application.facts) AS fact
WHERE application.round_id = %s AND NOT (fact->>'name' = ANY(%s))
"""
TABLES = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public' AND table_name ~ %s"
COLUMNS = """
SELECT count(*) FROM information_schema.columns
WHERE table_schema = 'public' AND table_name LIKE 'geo_data_school%%' AND column_name ~ %s
"""


def load_prohibition_report(admission_round: AdmissionRound) -> tuple[ProhibitionRow, ...]:
    """Return the ten rows with the counts of the round."""
    return prohibition_report(load_evidence(admission_round))


def load_evidence(admission_round: AdmissionRound) -> Evidence:
    """Return every count, each by one query."""
    calendar = policy_of(admission_round).calendar
    offers = Offer.objects.filter(round=admission_round)
    live = offers.exclude(status__in=GIVEN_UP)
    applications = Application.objects.filter(round=admission_round)
    return Evidence(
        offers_over_plan=_lines_over_plan(admission_round),
        offers_to_enrolled=_offers_to_enrolled(admission_round),
        forbidden_terms=_count(UNKNOWN_FACTS, admission_round.pk, [name.value for name in FactName])
        + _policy_faults(admission_round),
        filed_before_opening=applications.filter(filed_at__lt=calendar.opens_at).count(),
        offers_before_results=offers.filter(offered_at__lt=calendar.results_at).count(),
        enrolled_outside_placement=live.filter(~_placed_or_listed()).count(),
        unapproved_school_texts=_count(COLUMNS, SCHOOL_TEXTS),
        payment_records=_count(TABLES, PAYMENTS),
        forbidden_documents=_forbidden_documents(admission_round),
        class_list_tables=_count(TABLES, CLASSES),
        registers_without_placement=_registers_without_placement(admission_round),
    )


def _lines_over_plan(admission_round: AdmissionRound) -> int:
    """Return how many lines hold more offers than seats, counted from the offers themselves."""
    held = Count("offers", filter=~Q(offers__status__in=GIVEN_UP))
    return admission_round.lines.annotate(held=held).filter(held__gt=F("seats")).count()


def _offers_to_enrolled(admission_round: AdmissionRound) -> int:
    """Return how many children have a place though they are enrolled, or hold one in another round of the year."""
    elsewhere = Offer.objects.filter(
        child_index=OuterRef("child_index"),
        round__year=admission_round.year,
        round__stage=admission_round.stage,
    )
    elsewhere = elsewhere.exclude(round=admission_round).exclude(status__in=GIVEN_UP)
    enrolled = Q(application__facts__contains=[{"name": FactName.ENROLLED_SCHOOL.value}])
    live = Offer.objects.filter(round=admission_round).exclude(status__in=GIVEN_UP)
    return live.filter(enrolled | Exists(elsewhere)).count()


def _placed_or_listed() -> Q:
    """Return the condition that a place comes from the draw, or along the family's own list."""
    placed = Placement.objects.filter(
        application=OuterRef("application"), line=OuterRef("line"), draw__entry_list__round=OuterRef("round")
    )
    listed = ApplicationChoice.objects.filter(application=OuterRef("application"), line=OuterRef("line"))
    return Q(Exists(placed)) | Q(Exists(listed))


def _registers_without_placement(admission_round: AdmissionRound) -> int:
    """Return how many enrolled children have no accepted application of their own in the round behind them."""
    enrolled = Offer.objects.filter(round=admission_round, status=OfferStatus.ENROLLED)
    lawful = Q(
        application__round=admission_round,
        application__status="accepted",
        application__child_index=F("child_index"),
    )
    return enrolled.filter(~lawful | ~_placed_or_listed()).count()


def _policy_faults(admission_round: AdmissionRound) -> int:
    """Return how many terms of the pinned policy the closed vocabulary refuses."""
    try:
        parse_policy(admission_round.policy)
    except PolicyFault as refusal:
        return len(refusal.faults)
    return 0


def _forbidden_documents(admission_round: AdmissionRound) -> int:
    documents = admission_round.policy.get("documents", [])
    forbidden = {item.value for item in Document if CATALOGUE[item].standing is Standing.FORBIDDEN}
    return sum(item in forbidden for item in documents)


def _count(query: str, *values: str | UUID | list[str]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return int(cursor.fetchone()[0])
