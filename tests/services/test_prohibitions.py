"""The report of the ten prohibitions: every count rises when its breach is put into the data, whatever guards it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection

from admissions.models import AdmissionRound, Application, Offer, OfferStatus, PlanLine
from admissions.rules.prohibitions import COUNTS
from admissions.selectors.prohibitions import load_evidence, load_prohibition_report
from admissions.services.results import publish_results
from tests.services.round_world import (
    OPENS,
    RESULTS_DAY,
    RoundWorld,
    add_children,
    county_with_zones,
    drawn,
    file_all,
    form,
    round_open,
)

pytestmark = pytest.mark.django_db


def published() -> tuple[RoundWorld, AdmissionRound]:
    """A round of four children whose results are out."""
    world = county_with_zones()
    numbers = add_children(world, ["u0", "u1", "u2", "u3"])
    opened = round_open(world)
    homes = zip(numbers, ("u0", "u1", "u2", "u3"), strict=True)
    file_all(world, opened, [form(number, unit) for number, unit in homes])
    drawn(world, opened)
    publish_results(actor=world.officer, now=RESULTS_DAY, round_id=opened.pk)
    opened.refresh_from_db()
    return world, opened


def test_a_lawful_round_keeps_all_ten() -> None:
    _, opened = published()
    rows = load_prohibition_report(opened)
    assert [row.number for row in rows] == list(range(1, 11))
    assert [row.number for row in rows if not row.is_kept] == []


def fewer_seats(opened: AdmissionRound) -> None:
    """The database refuses this; the count does not rely on it."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE admissions_planline DROP CONSTRAINT offers_never_above_plan")
    PlanLine.objects.filter(round=opened, line_id="A.zone").update(seats=1)


def place_in_another_round(opened: AdmissionRound) -> None:
    offer = Offer.objects.filter(round=opened).first()
    assert offer is not None
    other = AdmissionRound.objects.get(pk=opened.pk)
    other.pk, other.status = None, "cancelled"
    other.save(force_insert=True)
    line = PlanLine.objects.create(
        round=other, line_id="Z", school=offer.line.school, rule="zone", track="public", seats=1
    )
    Offer.objects.create(
        round=other,
        child_index=offer.child_index,
        application=offer.application,
        line=line,
        offered_at=RESULTS_DAY,
    )


def enrolled_already(opened: AdmissionRound) -> None:
    application = Application.objects.filter(round=opened).first()
    assert application is not None
    fact = {"name": "enrolled_school", "value": "X", "source": "look_up", "as_of": "2026-05-01"}
    application.facts = [*application.facts, fact]
    application.save()


def a_score(opened: AdmissionRound) -> None:
    application = Application.objects.filter(round=opened).first()
    assert application is not None
    application.facts = [*application.facts, {"name": "test_score", "value": 95}]
    application.save()


def a_score_in_the_policy(opened: AdmissionRound) -> None:
    category = {**opened.policy["categories"][0], "when": {"test_score": {"at_least": 90}}}
    opened.policy = {**opened.policy, "categories": [category, *opened.policy["categories"][1:]]}


def filed_early(opened: AdmissionRound) -> None:
    Application.objects.filter(round=opened).update(filed_at=OPENS - timedelta(seconds=1))


def offered_early(opened: AdmissionRound) -> None:
    Offer.objects.filter(round=opened).update(offered_at=RESULTS_DAY - timedelta(days=1))


def moved_by_hand(opened: AdmissionRound) -> None:
    offer = Offer.objects.filter(round=opened, line__line_id="A.zone").first()
    assert offer is not None
    offer.line = PlanLine.objects.get(round=opened, line_id="P.private_open")
    offer.save()


def enrolled_without_place(opened: AdmissionRound) -> None:
    offer = Offer.objects.filter(round=opened).first()
    assert offer is not None
    offer.status = OfferStatus.ENROLLED
    offer.save()
    Application.objects.filter(pk=offer.application_id).update(status="refused")


def a_certificate(opened: AdmissionRound) -> None:
    opened.policy = {
        **opened.policy,
        "documents": [*opened.policy["documents"], "certificate_or_contest", "test_score"],
    }


def a_table(name: str) -> Callable[[AdmissionRound], None]:
    def make(_: AdmissionRound) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLE {name} (id integer)")

    return make


def a_slogan(_: AdmissionRound) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE geo_data_school ADD COLUMN slogan text NOT NULL DEFAULT ''")


BREACHES: list[tuple[str, Callable[[AdmissionRound], None], int, set[int]]] = [
    ("offers_over_plan", fewer_seats, 1, {1}),
    ("offers_to_enrolled", place_in_another_round, 1, {1}),
    ("offers_to_enrolled", enrolled_already, 1, {1}),
    ("forbidden_terms", a_score, 1, {2, 7}),
    ("forbidden_terms", a_score_in_the_policy, 1, {2, 7}),
    ("filed_before_opening", filed_early, 4, {3}),
    ("offers_before_results", offered_early, 4, {3}),
    ("enrolled_outside_placement", moved_by_hand, 1, {4}),
    ("unapproved_school_texts", a_slogan, 1, {5, 9}),
    ("payment_records", a_table("admissions_payment"), 1, {6}),
    ("forbidden_documents", a_certificate, 2, {7}),
    ("class_list_tables", a_table("admissions_classlist"), 1, {8}),
    ("registers_without_placement", enrolled_without_place, 1, {10}),
]


@pytest.mark.parametrize(
    ("count", "damage", "expected", "broken"),
    BREACHES,
    ids=[f"{count}-{number}" for number, (count, *_) in enumerate(BREACHES)],
)
def test_a_breach_put_into_the_data_is_counted(
    count: str, damage: Callable[[AdmissionRound], None], expected: int, broken: set[int]
) -> None:
    _, opened = published()
    assert getattr(load_evidence(opened), count) == 0
    damage(opened)
    assert getattr(load_evidence(opened), count) == expected
    assert {row.number for row in load_prohibition_report(opened) if not row.is_kept} == broken


def test_every_count_has_its_breach() -> None:
    assert {count for count, *_ in BREACHES} == {name for names in COUNTS.values() for name in names}


def test_places_given_up_are_no_places() -> None:
    _, opened = published()
    moved_by_hand(opened)
    Offer.objects.filter(round=opened, line__line_id="P.private_open").update(status=OfferStatus.DECLINED)
    assert load_evidence(opened).enrolled_outside_placement == 0
